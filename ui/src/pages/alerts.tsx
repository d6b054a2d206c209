// What was new after a run, the latest first, told as it comes; and what the watch is doing.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { lookAt, lookedAt, useNews, useNowAndThen, type Alert } from "../lib/alerts";
import { chance, count, figure, gap, moment, several, when } from "../lib/format";
import { useKeys, useLoaded } from "../lib/use";
import { ask, go, path, toAccount, toNetwork, toPair, usePlace } from "../lib/url";
import { Badge, Empty, Field, Pages, Scroll, Wait } from "../parts/basics";

type Query = NonNullable<import("../api/types").operations["list_alerts"]["parameters"]["query"]>;

const LIMIT = 50;
const WATCHED = 5000; // milliseconds between two looks at the watch
const KINDS: [NonNullable<Query["kind"]>, string][] = [
  ["", "all"], ["new network", "new networks"], ["growth", "growth"], ["merge", "merges"], ["return", "returns"],
];
const TONES: Record<Alert["kind"], string> = { "new network": "blue", growth: "", merge: "blue", return: "ochre" };

export function Alerts({ name }: { name: string }) {
  const { query } = usePlace();
  const offset = Number(query.get("offset") ?? 0);
  const wanted = { kind: query.get("kind") ?? undefined, tier: query.get("tier") ?? undefined } as Query;
  const found = useLoaded(
    () => given(api.GET("/api/cases/{case}/alerts", { params: { path: { case: name }, query: { ...wanted, offset, limit: LIMIT } } })),
    [name, wanted.kind, wanted.tier, offset],
  );
  const [before] = useState(() => lookedAt(name)); // what came after it is marked until one leaves
  const known = found.data?.in_all;
  useEffect(() => {
    if (known !== undefined) lookAt(name, known);
  }, [name, known]);
  useNews(name, known, found.again);
  return (
    <div class="stack">
      <h1>Alerts</h1>
      <Watch name={name} />
      <p class="note">What a run found that nobody was told of: a network, accounts that joined one, networks that became one, accounts that are tied to a network of the past. Acting in concert is not being inauthentic: people decide that.</p>
      <Wait on={found}>{(alerts) => <List name={name} alerts={alerts} query={wanted} offset={offset} before={before} />}</Wait>
    </div>
  );
}

// --- the watch

function Watch({ name }: { name: string }) {
  const found = useLoaded(() => given(api.GET("/api/cases/{case}/watch", { params: { path: { case: name } } })), [name]);
  useNowAndThen(found.again, WATCHED, [name]);
  if (!found.data) return null;
  const said = found.data;
  return (
    <section class="card watch" aria-label="The watch">
      <Badge tone={!said.running ? "" : said.state === "following" ? "green" : "ochre"}>{said.running ? said.state ?? "running" : "not running"}</Badge>{" "}
      {said.source ? <bdi>{said.source}</bdi> : <>No watch has told of this case. <code>unswarm watch SOURCE --case FOLDER</code> follows a source and tells what is new here.</>}
      {doing(said).map((part) => <span key={part}>{part}</span>)}
      {said.note && <span><bdi>{said.note}</bdi></span>}
    </section>
  );
}

/** The figures of a watch, as far as it tells them. */
function doing(said: Shapes["WatchView"]): string[] {
  const parts: [unknown, string][] = [
    [!said.running && said.updated, `last heard of ${when(said.updated ?? "")} UTC`],
    [said.posts != null, `${several(said.posts ?? 0, "post")} of ${several(said.events ?? 0, "event")}`],
    [said.running && said.per_second != null, `${figure(said.per_second)} a second`],
    [said.running && said.lag_ms != null, `${gap(Math.max(0, said.lag_ms ?? 0))} behind`],
    [said.last_run_seconds != null, `last run took ${figure(said.last_run_seconds)} s`],
    [said.quarantined, `${several(said.quarantined ?? 0, "row")} rejected`],
    [said.gaps, several(said.gaps ?? 0, "gap in the source", "gaps in the source")],
  ];
  return parts.filter(([known]) => known).map(([, words]) => words);
}

// --- the alerts

interface ListProps {
  name: string;
  alerts: Shapes["Alerts"];
  query: Query;
  offset: number;
  before: number;
}

function List({ name, alerts, query, offset, before }: ListProps) {
  const at = useRef(""); // an id, because alerts come in above it
  const list = useRef<HTMLDivElement>(null);
  const filter = useRef<HTMLSelectElement>(null);
  const { rows, total, in_all, kinds } = alerts;
  const step = (by: number): void => {
    const next = Math.min(rows.length - 1, Math.max(0, rows.findIndex(({ id }) => id === at.current) + by));
    at.current = rows[next]?.id ?? "";
    list.current?.querySelectorAll<HTMLElement>("article")[next]?.focus();
  };
  const open = (): void => {
    const row = rows.find(({ id }) => id === at.current);
    if (row?.here) go(toNetwork(name, row.network));
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    Enter: open,
    "/": () => filter.current?.focus(),
  });
  if (!in_all) {
    return <Empty title="No alerts"><p>A watch writes here what it finds. What is in the case already stands under <a href={path("c", name)}>Networks</a>.</p></Empty>;
  }
  return (
    <>
      <form class="row" role="search" aria-label="Filter alerts" onSubmit={(event) => event.preventDefault()}>
        <Field label="Kind">
          <select ref={filter} value={query.kind ?? ""} onChange={(event) => ask({ kind: event.currentTarget.value, offset: "" })}>
            {KINDS.map(([value, title]) => <option key={value} value={value}>{title} ({count(value ? kinds[value] ?? 0 : in_all)})</option>)}
          </select>
        </Field>
        <Field label="Tier">
          <select value={query.tier ?? ""} onChange={(event) => ask({ tier: event.currentTarget.value, offset: "" })}>
            {[["", "all"], ["confirmed", "confirmed"], ["lead", "leads"]].map(([value, title]) => <option key={value} value={value}>{title}</option>)}
          </select>
        </Field>
      </form>
      <p class="note" role="status">{count(total)} of {several(in_all, "alert")}, the latest first.</p>
      {rows.length ? (
        <div class="stack" ref={list}>
          {rows.map((alert) => <One key={alert.id} name={name} alert={alert} fresh={alert.number > before} />)}
        </div>
      ) : <Empty title="No alert passes the filter"><p>Take one of the filters away.</p></Empty>}
      <Pages total={total} offset={offset} limit={LIMIT} to={(next) => ask({ offset: next || "" })} />
    </>
  );
}

function One({ name, alert, fresh }: { name: string; alert: Alert; fresh: boolean }) {
  return (
    <article class="card stack alert" tabIndex={-1} aria-labelledby={alert.id}>
      <div class="row apart">
        <h2 id={alert.id}>
          <Badge tone={TONES[alert.kind]}>{alert.kind}</Badge>{" "}
          {alert.here ? <a href={toNetwork(name, alert.network)}>{alert.network}</a> : <bdi>{alert.network}</bdi>}
          {alert.past && <small> of <bdi>{alert.past}</bdi></small>}
          {alert.tier === "lead" && <> <Badge>lead, no finding</Badge></>}
          {fresh && <> <Badge tone="green">not yet looked at</Badge></>}
        </h2>
        <small class="nowrap">{moment(Date.parse(alert.when))} UTC</small>
      </div>
      <p class="says"><bdi>{alert.sentence}</bdi></p>
      {alert.evidence.length > 0 && (
        <ul class="claims" aria-label="Evidence so far">
          {alert.evidence.map((each) => <li key={each.claim}><bdi>{each.claim}</bdi>{each.p != null && <small> p = {chance(each.p)}</small>}</li>)}
        </ul>
      )}
      <Behind name={name} alert={alert} />
      <p class="note">{alert.id}{late(alert)}, run <span class="mono">{alert.run}</span>{brought(alert)}</p>
    </article>
  );
}

const late = ({ delay, formed }: Alert): string =>
  delay != null ? `, told ${gap(Math.max(0, delay))} after it could first be found` : formed != null ? `, to be found since ${moment(formed)} UTC` : "";

function brought({ reached, missed }: Alert): string {
  const parts = [reached.length > 0 && `brought by ${reached.join(", ")}`, missed.length > 0 && `not yet brought by ${missed.join(", ")}`].filter(Boolean);
  return parts.length ? `; ${parts.join("; ")}` : "";
}

function Behind({ name, alert }: { name: string; alert: Alert }) {
  const joined = several(alert.joined_in_all, "account");
  return (
    <details>
      <summary>{alert.kind === "growth" ? `Who joined: ${joined}` : `Who: ${joined}`}{alert.posts.length > 0 && `, and ${several(alert.posts.length, "pair")} of posts`}</summary>
      <div class="stack inside">
        {alert.posts.length > 0 && (
          <Scroll label="Posts behind it">
            <table class="cards">
              <thead><tr><th scope="col">Time</th><th scope="col">Account</th><th scope="col">and</th><th scope="col" class="num">Apart</th><th scope="col">Both touched</th><th scope="col">Posts</th></tr></thead>
              <tbody>
                {alert.posts.map((each) => (
                  <tr key={each.post + each.partner_post + each.object}>
                    <td data-label="Time" class="nowrap">{moment(each.time)}</td>
                    <td data-label="Account"><a href={toAccount(name, each.account)}><bdi>{each.account}</bdi></a></td>
                    <td data-label="and"><a href={toAccount(name, each.partner)}><bdi>{each.partner}</bdi></a></td>
                    <td data-label="Apart" class="num">{gap(each.gap)}</td>
                    <td data-label="Both touched"><bdi>{each.object}</bdi></td>
                    <td data-label="Posts"><a href={toPair(name, each.account, each.partner)}>side by side</a><span class="sub mono"><bdi>{each.post}</bdi>, <bdi>{each.partner_post}</bdi></span></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
        <p class="names">
          {alert.joined.map((each) => <a key={each} href={toAccount(name, each)}><bdi>{each}</bdi></a>)}
          {alert.joined_in_all > alert.joined.length && <span class="note">and {count(alert.joined_in_all - alert.joined.length)} more</span>}
        </p>
      </div>
    </details>
  );
}
