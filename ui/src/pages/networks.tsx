// The networks of a case, ranked; what is filtered stands in the address.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { chance, count, figure, span } from "../lib/format";
import { useKeys, useLoaded, useSettled } from "../lib/use";
import { ask, go, path, toNetwork, usePlace } from "../lib/url";
import { Badge, Empty, Field, Figure, Scroll, Wait } from "../parts/basics";

type Row = Shapes["NetworkRow"];
type Query = NonNullable<import("../api/types").operations["list_networks"]["parameters"]["query"]>;

const ORDERS: [NonNullable<Query["order"]>, string][] = [
  ["rank", "most to look at"], ["accounts", "most accounts"], ["p", "smallest p"], ["last", "latest"], ["first", "earliest"], ["network", "id"],
];

export const labelTone = (row: { tier?: string | null; label?: string | null }): string =>
  row.tier !== "confirmed" ? "" : row.label?.includes("inauthentic") ? "ochre" : row.label?.includes("organised") || row.label?.includes("automated") ? "green" : "blue";

export const verdictTone = (verdict: string): string =>
  ({ inauthentic: "red", authentic: "green", "not coordinated": "green", undecided: "" })[verdict] ?? "";

export function Networks({ name }: { name: string }) {
  const { query } = usePlace();
  const [text, setText] = useState(query.get("text") ?? "");
  const settled = useSettled(text);
  useEffect(() => {
    if (settled !== (query.get("text") ?? "")) ask({ text: settled }, true);
  }, [settled]);
  const wanted = Object.fromEntries(["tier", "signal", "label", "verdict", "text", "order"].map((key) => [key, query.get(key) ?? undefined])) as Query;
  const about = useLoaded(() => given(api.GET("/api/cases/{case}", { params: { path: { case: name } } })), [name]);
  const found = useLoaded(
    () => (about.data && !about.data.run ? Promise.resolve(null) : given(api.GET("/api/cases/{case}/networks", { params: { path: { case: name }, query: wanted } }))),
    [name, query.toString(), about.data?.run],
  );
  return (
    <div class="stack">
      <Wait on={about} rows={2}>{(view) => <Head view={view} />}</Wait>
      {about.data && !about.data.run ? <NotLooked name={name} sources={about.data.sources} /> : (
        <Wait on={found}>{(networks) => networks && <List name={name} networks={networks} text={text} setText={setText} query={wanted} />}</Wait>
      )}
    </div>
  );
}

function Head({ view }: { view: Shapes["CaseView"] }) {
  return (
    <div class="row apart">
      <h1>Networks</h1>
      <dl class="figures">
        <Figure name="posts">{count(view.posts)}</Figure>
        <Figure name="accounts">{count(view.accounts)}</Figure>
        <Figure name="confirmed">{count(view.confirmed)}</Figure>
        <Figure name="leads">{count(view.leads)}</Figure>
      </dl>
    </div>
  );
}

function NotLooked({ name, sources }: { name: string; sources: number }) {
  return (
    <Empty title={sources ? "Nobody has looked for networks yet" : "This case holds no data"}>
      <p>{sources ? "Its files are read. The next step looks for accounts that act in concert." : "Import a file of posts to begin; any export with accounts and times will do."}</p>
      <p><a class="button" href={path("c", name, "import")}>{sources ? "Look for networks" : "Import"}</a></p>
    </Empty>
  );
}

interface ListProps {
  name: string;
  networks: Shapes["Networks"];
  text: string;
  setText: (text: string) => void;
  query: Query;
}

function List({ name, networks, text, setText, query }: ListProps) {
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const { rows } = networks;
  useKeys({
    j: () => setAt(Math.min(rows.length - 1, at + 1)),
    k: () => setAt(Math.max(0, at - 1)),
    Enter: () => rows[at] && go(toNetwork(name, rows[at]!.network!)),
    "/": () => input.current?.focus(),
  });
  const filtered = Object.entries(query).some(([key, value]) => key !== "order" && value);
  const select = (id: keyof Query, label: string, options: [string, string][]) => (
    <Field label={label}>
      <select value={(query[id] as string) ?? ""} onChange={(event) => ask({ [id]: event.currentTarget.value })}>
        {options.map(([value, title]) => <option key={value} value={value}>{title}</option>)}
      </select>
    </Field>
  );
  return (
    <>
      <form class="row" role="search" aria-label="Filter networks" onSubmit={(event) => event.preventDefault()}>
        <Field label="Contains (account, site, text)">
          <input ref={input} type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </Field>
        {select("tier", "Tier", [["", "all"], ["confirmed", "confirmed"], ["lead", "leads"]])}
        {select("signal", "Signal", [["", "any"], ...networks.signals.map((each): [string, string] => [each, each])])}
        {select("label", "Label", [["", "any"], ...networks.labels.map((each): [string, string] => [each, each])])}
        {select("verdict", "Verdict", [["", "any"], ["none", "none yet"], ...["inauthentic", "authentic", "not coordinated", "undecided"].map((each): [string, string] => [each, each])])}
        {select("order", "Order", ORDERS.map(([value, title]) => [value === "rank" ? "" : value, title]))}
        {filtered && <button type="button" style={{ alignSelf: "end" }} onClick={() => (setText(""), go(path("c", name)))}>Clear filters</button>}
      </form>
      <p class="note" role="status">{count(rows.length)} of {count(networks.in_all)} networks. A lead is no finding: it says where to look, and why it is none.</p>
      {rows.length ? (
        <Scroll label="Networks">
          <table class="cards">
            <thead>
              <tr>
                <th scope="col">Network</th><th scope="col">What may be said</th><th scope="col" class="num">Accounts</th><th scope="col" class="num">Together</th>
                <th scope="col" class="num">Expected</th><th scope="col" class="num">p</th><th scope="col">Signals</th><th scope="col">When</th><th scope="col">Decision</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, place) => <Line key={row.network} name={name} row={row} at={place === at} />)}
            </tbody>
          </table>
        </Scroll>
      ) : networks.in_all ? (
        <Empty title="No network passes the filter"><p>Take one of the filters away.</p></Empty>
      ) : (
        <Empty title="No network found"><p>That is a result, too. <a href={path("c", name, "about")}>What would have been found</a> says how large a group had to be.</p></Empty>
      )}
    </>
  );
}

function Line({ name, row, at }: { name: string; row: Row; at: boolean }) {
  const ref = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (at) ref.current?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const to = toNetwork(name, row.network!);
  return (
    <tr ref={ref} class="link" aria-selected={at} onClick={(event) => (event.target as Element).closest("a") || go(to)}>
      <th scope="row"><a href={to}>{row.network}</a><span class="sub">{row.tier === "confirmed" ? `confirmed, ${row.strength ?? ""}` : "lead"}</span></th>
      <td data-label="Says"><Badge tone={labelTone(row)}>{row.label || "lead"}</Badge><span class="sub">{row.tier === "lead" ? row.reason : (row.innocent ?? "").split("\n")[0]}</span></td>
      <td data-label="Accounts" class="num">{count(row.accounts)}</td>
      <td data-label="Together" class="num">{count(row.together)}<span class="sub">of {count(row.occasions)}</span></td>
      <td data-label="Expected" class="num">{figure(row.expected)}</td>
      <td data-label="p" class="num nowrap">{chance(row.p)}</td>
      <td data-label="Signals">{row.signals}</td>
      <td data-label="When" class="nowrap">{span(row.first, row.last)}</td>
      <td data-label="Decision">
        {row.verdict ? <Badge tone={verdictTone(row.verdict)}>{row.verdict}</Badge> : <small>none yet</small>}
        {row.verdict === "inauthentic" && !row.approved && <span class="sub">waits for a second person</span>}
        {row.stale && <span class="sub">members changed since</span>}
      </td>
    </tr>
  );
}
