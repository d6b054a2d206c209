// What the case was made from, what this run could not see, and rows that could not be used.

import { useState } from "preact/hooks";
import { api, given } from "../api/client";
import { bytes, count, when } from "../lib/format";
import { useLoaded } from "../lib/use";
import { Empty, Pages, Scroll, Wait } from "../parts/basics";

const LIMIT = 50;

export function About({ name }: { name: string }) {
  const about = useLoaded(() => given(api.GET("/api/cases/{case}", { params: { path: { case: name } } })), [name]);
  return (
    <Wait on={about}>
      {(view) => (
        <div class="stack">
          <h1>About this case</h1>
          <section class="card">
            <h2>Files</h2>
            {view.files.length ? (
              <Scroll label="Files">
                <table>
                  <thead><tr><th scope="col">File</th><th scope="col">Read as</th><th scope="col">When</th><th scope="col" class="num">Size</th><th scope="col">Rows</th><th scope="col" class="num">Not usable</th><th scope="col">SHA-256</th></tr></thead>
                  <tbody>
                    {view.files.map((each) => (
                      <tr key={each.number}><th scope="row"><bdi>{each.name}</bdi></th><td>{each.reader}{each.comparison && ", comparison"}</td><td class="nowrap">{when(each.when)}</td><td class="num">{bytes(each.size)}</td><td>{Object.entries(each.rows).map(([table, rows]) => `${count(rows)} ${table}`).join(", ")}</td><td class="num">{count(each.quarantined)}</td><td class="mono">{each.sha256.slice(0, 12)}</td></tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
            ) : <p class="note">None yet.</p>}
          </section>
          <div class="grid">
            <section class="card"><h2>What this run could not see</h2>{view.caveats.length ? <ul>{view.caveats.map((each) => <li key={each.caveat}>{each.claim}</li>)}</ul> : <p class="note">No run yet, or nothing to add.</p>}</section>
            <section class="card"><h2>What would have been found</h2>{view.power.length ? <ul>{view.power.map((each) => <li key={each}>{each}</li>)}</ul> : <p class="note">No run yet.</p>}</section>
            <section class="card"><h2>Settings</h2><dl>{Object.entries(view.settings).map(([key, value]) => <div key={key} class="row apart"><dt class="mono">{key}</dt><dd style={{ margin: 0 }}>{Array.isArray(value) ? value.join(", ") || "all" : String(value)}</dd></div>)}</dl></section>
          </div>
          {view.run && <Quarantine name={name} />}
        </div>
      )}
    </Wait>
  );
}

function Quarantine({ name }: { name: string }) {
  const [offset, setOffset] = useState(0);
  const found = useLoaded(() => given(api.GET("/api/cases/{case}/quarantine", { params: { path: { case: name }, query: { offset, limit: LIMIT } } })), [name, offset]);
  return (
    <section class="card">
      <h2>Rows that could not be used</h2>
      <Wait on={found} rows={3}>
        {({ rows, total }) => rows.length ? (
          <>
            <Scroll label="Rows that could not be used">
              <table>
                <thead><tr><th scope="col">File</th><th scope="col" class="num">Line</th><th scope="col">Field</th><th scope="col">Reason</th><th scope="col">Content</th></tr></thead>
                <tbody>{rows.map((row, place) => <tr key={place}><td><bdi>{String(row.source).split("/").at(-1)}</bdi></td><td class="num">{count(row.line as number)}</td><td>{String(row.field ?? "")}</td><td>{String(row.reason)}</td><td class="mono"><bdi>{String(row.content ?? "").slice(0, 160)}</bdi></td></tr>)}</tbody>
              </table>
            </Scroll>
            <Pages total={total} offset={offset} limit={LIMIT} to={setOffset} />
          </>
        ) : <Empty title="None"><p>Every row of every file was used.</p></Empty>}
      </Wait>
    </section>
  );
}
