// Who acted with whom: the picture, its filters, and what is chosen in it.

import { useMemo, useState } from "preact/hooks";
import { api, given, type Shapes } from "../../api/client";
import { chance, count, gap, moment } from "../../lib/format";
import { useKeys, useLoaded } from "../../lib/use";
import { ask, go, toAccount, toPair, usePlace } from "../../lib/url";
import { Copy, Field, Pages, Scroll, Wait } from "../../parts/basics";
import { Brush } from "../../parts/charts";
import { Picture, ofNode, type Colour } from "../../parts/graph";
import type { Part } from ".";

const COLOURS: [Colour, string][] = [["signal", "signal"], ["kind", "kind of account"], ["platform", "platform"], ["part", "part of the group"]];
const ROWS = 100;

export function Who({ name, network, decide }: Part & { decide: () => void }) {
  const { query } = usePlace();
  const id = network.network!;
  const number = (key: string): number | null => (query.get(key) ? Number(query.get(key)) : null);
  const signals = query.get("signals")?.split(" ").filter(Boolean) ?? [];
  const q = number("q") ?? 1;
  const objects = number("objects") ?? 1;
  const since = number("since");
  const until = number("until");
  const group = query.get("group") ?? "";
  const by = (query.get("by") as Colour) ?? "signal";
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [lasso, setLasso] = useState(false);
  const params = { path: { case: name, network: id } };
  const graph = useLoaded(
    () => given(api.GET("/api/cases/{case}/networks/{network}/graph", {
      params: { ...params, query: { signals: signals.length ? signals : undefined, q, objects, since: since ?? undefined, until: until ?? undefined, group } },
    })),
    [id, signals.join(" "), q, objects, since, until, group],
  );
  const times = useLoaded(() => given(api.GET("/api/cases/{case}/networks/{network}/times", { params })), [id]);
  useKeys({ l: () => setLasso(!lasso), Escape: () => (setChosen(new Set()), setLasso(false)) });
  const choose = (accounts: string[], add: boolean): void => {
    setChosen((before) => new Set(add ? [...before, ...accounts] : accounts));
    setLasso(false);
  };
  return (
    <Wait on={graph}>
      {(data) => {
        const values = by === "signal" ? Object.keys(data.signals) : [...new Set(data.nodes.map((node) => ofNode(node, by)))].sort();
        const tones = Object.fromEntries(values.map((value, place) => [value, place]));
        return (
          <div class="stack">
            <div class="picture">
              <div class="stack">
                <Picture graph={data} by={by} tones={tones} chosen={chosen} lasso={lasso} onChoose={choose} onEdge={(one, other, signal) => go(toPair(name, one, other, signal))} onGroup={(to) => ask({ group: to })} />
                <Wait on={times} rows={2}>
                  {(found) => found && <Brush times={found} since={since} until={until} choose={(from, to) => ask({ since: from, until: to })} />}
                </Wait>
              </div>
              <aside class="stack">
                {data.grouped && <p class="card">Too many accounts to draw one by one: {count(data.accounts)} in {count(data.nodes.length)} groups. Click a group to open it.</p>}
                {group && <p class="row"><button onClick={() => ask({ group: "" })}>← All groups</button> <span>{group}</span></p>}
                <Legend data={data} by={by} tones={tones} signals={signals} />
                <div class="card stack">
                  <Field label="Significance of a line">
                    <select value={String(q)} onChange={(event) => ask({ q: event.currentTarget.value === "1" ? "" : event.currentTarget.value })}>
                      <option value="1">any</option>
                      {["0.05", "0.01", "0.001", "0.000001"].map((each) => <option key={each} value={each}>q ≤ {chance(Number(each))}</option>)}
                    </select>
                  </Field>
                  <Field label={`At least ${count(objects)} ${objects === 1 ? "object" : "objects"} together`}>
                    <input type="range" min="1" max={Math.max(2, ...data.edges.objects, objects)} value={objects} onChange={(event) => ask({ objects: event.currentTarget.value === "1" ? "" : event.currentTarget.value })} />
                  </Field>
                  <p class="note" role="status">
                    {count(data.edges.source.length)} {data.edges.source.length < data.edges_in_all ? `strongest of ${count(data.edges_in_all)} ` : ""}lines
                    {since != null && `, ${moment(since, 60_000)} to ${moment(until, 60_000)}`}
                  </p>
                  <div class="row">
                    <button aria-pressed={lasso} onClick={() => setLasso(!lasso)}>Lasso <kbd>L</kbd></button>
                    {(signals.length > 0 || q < 1 || objects > 1 || since != null) && (
                      <button onClick={() => ask({ signals: "", q: "", objects: "", since: "", until: "" })}>Show all</button>
                    )}
                  </div>
                </div>
                <Chosen name={name} data={data} chosen={chosen} clear={() => setChosen(new Set())} decide={decide} />
              </aside>
            </div>
            {!data.grouped && <Table name={name} data={data} />}
          </div>
        );
      }}
    </Wait>
  );
}

interface LegendProps {
  data: Shapes["Graph"];
  by: Colour;
  tones: Record<string, number>;
  signals: string[];
}

function Legend({ data, by, tones, signals }: LegendProps) {
  const toggle = (signal: string): void => {
    const all = Object.keys(data.signals);
    const shown = new Set(signals.length ? signals : all);
    if (!shown.delete(signal)) shown.add(signal);
    ask({ signals: shown.size === all.length || !shown.size ? "" : [...shown].join(" ") });
  };
  return (
    <div class="card legend">
      <Field label="Colour by">
        <select value={by} onChange={(event) => ask({ by: event.currentTarget.value === "signal" ? "" : event.currentTarget.value })}>
          {COLOURS.map(([value, title]) => <option key={value} value={value}>{title}</option>)}
        </select>
      </Field>
      {by !== "signal" && Object.entries(tones).map(([value, place]) => (
        <span key={value} class="row"><span class={`dot s${place % 8}`} /> {value}</span>
      ))}
      <h3>Signals</h3>
      {Object.entries(data.signals).map(([signal, edges]) => (
        <label key={signal} class="check">
          <input type="checkbox" checked={!signals.length || signals.includes(signal)} onChange={() => toggle(signal)} />
          {by === "signal" && <span class={`dot s${(tones[signal] ?? 0) % 8}`} style={{ marginTop: "0.35rem" }} />}
          <span>{signal}</span> <small>{count(edges)}</small>
        </label>
      ))}
    </div>
  );
}

interface ChosenProps {
  name: string;
  data: Shapes["Graph"];
  chosen: ReadonlySet<string>;
  clear: () => void;
  decide: () => void;
}

function Chosen({ name, data, chosen, clear, decide }: ChosenProps) {
  const nodes = data.nodes.filter((node) => chosen.has(node.account));
  if (!nodes.length) {
    return <p class="note">Click an account to choose it, with Shift several; a lasso chooses all inside. Click a line to see the posts behind it.</p>;
  }
  const [one, other] = nodes;
  return (
    <div class="card stack">
      <h3>{count(nodes.length)} chosen</h3>
      <ul>
        {nodes.slice(0, 12).map((node) => (
          <li key={node.account}><a href={toAccount(name, node.account)}><bdi>{node.handle ?? node.account}</bdi></a> <small>{count(node.together)} together</small></li>
        ))}
        {nodes.length > 12 && <li class="note">and {count(nodes.length - 12)} more</li>}
      </ul>
      <div class="row">
        {nodes.length === 2 && <a class="button" href={toPair(name, one!.account, other!.account)}>Side by side</a>}
        <Copy text={nodes.map((node) => node.account).join("\n")}>Copy the ids</Copy>
        <button onClick={decide}>Decide on the network …</button>
        <button class="plain" onClick={clear}>Clear</button>
      </div>
    </div>
  );
}

function Table({ name, data }: { name: string; data: Shapes["Graph"] }) {
  const [offset, setOffset] = useState(0);
  const { source, target, signal, objects, expected, p, q, min_gap } = data.edges;
  const places = useMemo(() => source.map((_, place) => place), [data]);
  const called = (place: number | undefined): string => {
    const node = data.nodes[place ?? -1];
    return node?.handle ?? node?.account ?? "";
  };
  return (
    <details class="card">
      <summary>The lines as a table ({count(source.length)})</summary>
      <Scroll label="Lines of the picture">
        <table>
          <thead><tr><th scope="col">Accounts</th><th scope="col">Signal</th><th scope="col" class="num">Objects</th><th scope="col" class="num">Expected</th><th scope="col" class="num">p</th><th scope="col" class="num">q</th><th scope="col" class="num">Closest</th></tr></thead>
          <tbody>
            {places.slice(offset, offset + ROWS).map((place) => (
              <tr key={place}>
                <td><a href={toPair(name, data.nodes[source[place]!]!.account, data.nodes[target[place]!]!.account, signal[place])}><bdi>{called(source[place])}</bdi> and <bdi>{called(target[place])}</bdi></a></td>
                <td>{signal[place]}</td><td class="num">{count(objects[place])}</td><td class="num">{expected[place]?.toPrecision(2) ?? "–"}</td>
                <td class="num nowrap">{chance(p[place])}</td><td class="num nowrap">{chance(q[place])}</td><td class="num nowrap">{gap(min_gap[place])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Pages total={source.length} offset={offset} limit={ROWS} to={setOffset} />
    </details>
  );
}
