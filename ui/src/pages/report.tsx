// The report with live numbers, a release before it is made, and the files that go out.

import { useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { bytes, count, when } from "../lib/format";
import { useSession } from "../lib/session";
import { complain, tell } from "../lib/toasts";
import { useLoaded, useSettled } from "../lib/use";
import { path, usePlace } from "../lib/url";
import { Badge, Empty, Field, Scroll, Tabs, Wait } from "../parts/basics";
import { Progress } from "../parts/progress";
import { useRecord } from "./decisions";

const PARTS = [{ id: "report", name: "Report" }, { id: "release", name: "Release to researchers" }, { id: "files", name: "Files" }];

export function Report({ name }: { name: string }) {
  const { query } = usePlace();
  const at = query.get("tab") ?? "report";
  return (
    <div class="stack">
      <h1>Report</h1>
      <Tabs tabs={PARTS} at={at} to={(id) => path("c", name, "report") + (id === "report" ? "" : `?tab=${id}`)} label="Parts" />
      {at === "report" ? <Builder name={name} /> : at === "release" ? <Release name={name} /> : <Files name={name} />}
    </div>
  );
}

function Builder({ name }: { name: string }) {
  const { may } = useSession();
  const [of, setOf] = useState<"public_report" | "report">("public_report");
  const [find, setFind] = useState("");
  const [job, setJob] = useState<string>();
  const facts = useLoaded(() => given(api.GET("/api/cases/{case}/report", { params: { path: { case: name } } })), [name]);
  const params = { path: { case: name } };
  const sign = (): void => void given(api.POST("/api/cases/{case}/report/sign", { params })).then((made) => (tell(`${made.who} signed.`), facts.again()), complain);
  const publish = (): void => void given(api.POST("/api/cases/{case}/report/publish", { params })).then((made) => setJob(made.id), complain);
  return (
    <div class="twin">
      <Wait on={facts}>
        {(view) => {
          const shown = view.facts.filter((each) => !find || `${each.fact} ${each.says}`.toLowerCase().includes(find.toLowerCase()));
          return (
            <div class="stack">
              <section class="card stack">
                <h2>Ready to publish?</h2>
                {view.obstacles.length ? <ul>{view.obstacles.map((each) => <li key={each}>{each.replace(/ Hint: .*/, "")}</li>)}</ul> : <p><Badge tone="green">Nothing forbids it.</Badge></p>}
                {view.changes.length > 0 && (
                  <details><summary>{count(view.changes.length)} facts changed since somebody signed</summary>
                    <ul>{view.changes.slice(0, 50).map((each) => <li key={each.fact}>{each.fact}: <del>{each.signed || "nothing"}</del> → <ins>{each.now || "gone"}</ins></li>)}</ul>
                  </details>
                )}
                <p class="note">{view.signed.length ? view.signed.map((each) => `${each.who} (${each.role}) signed, ${when(each.when)}`).join("; ") : "Nobody has signed these facts."} Two different people must.</p>
                <p class="row">
                  {may("analyst") && <button disabled={!view.accounts} onClick={sign}>Sign these {count(view.facts.length)} facts</button>}
                  {may("approver") && <button class="main" disabled={view.obstacles.length > 0} onClick={publish}>Publish</button>}
                </p>
                {job && <Progress id={job} ended={facts.again} />}
                {may("approver") && <Correct name={name} done={facts.again} />}
              </section>
              <section class="card stack">
                <h2>Live numbers</h2>
                <p class="note">Everything the public report says comes from here, and from nowhere else. Digest <span class="mono">{view.digest.slice(0, 16)}…</span></p>
                <Field label="Find"><input type="search" value={find} onInput={(event) => setFind(event.currentTarget.value)} /></Field>
                <div class="facts" tabIndex={0} role="region" aria-label="Facts">
                  <table><tbody>{shown.slice(0, 300).map((each) => <tr key={each.fact}><th scope="row">{each.fact}</th><td><bdi>{each.says}</bdi></td></tr>)}</tbody></table>
                  {shown.length > 300 && <p class="note">The first 300 of {count(shown.length)}.</p>}
                </div>
              </section>
            </div>
          );
        }}
      </Wait>
      <section class="stack">
        <div class="row">
          <button aria-pressed={of === "public_report"} onClick={() => setOf("public_report")}>Public report</button>
          <button aria-pressed={of === "report"} onClick={() => setOf("report")}>Working report</button>
          <a class="button" href={`/api/cases/${encodeURIComponent(name)}/report/preview?of=${of}`} target="_blank" rel="noreferrer">Open it alone</a>
        </div>
        <iframe class="preview" title="Preview of the report" sandbox="" src={`/api/cases/${encodeURIComponent(name)}/report/preview?of=${of}`} />
      </section>
    </div>
  );
}

function Correct({ name, done }: { name: string; done: () => void }) {
  const [text, set] = useState("");
  const write = (): void => void given(api.POST("/api/cases/{case}/errata", { params: { path: { case: name } }, body: { text } })).then(() => (tell("Noted; the next report prints it."), set(""), done()), complain);
  return (
    <details>
      <summary>Correct a published report</summary>
      <Field label="What was wrong, and what is right"><textarea value={text} onInput={(event) => set(event.currentTarget.value)} /></Field>
      <p class="row end"><button disabled={!text.trim()} onClick={write}>Write it down</button></p>
    </details>
  );
}

function Release({ name }: { name: string }) {
  const { may } = useSession();
  const record = useRecord(name);
  const [said, setSaid] = useState({ name: "release", threshold: 5000, k: 5, embargo: "", ids_only: false });
  const [job, setJob] = useState<string>();
  const asked = useSettled(`${said.name} ${said.threshold}`, 400);
  const view = useLoaded(() => given(api.GET("/api/cases/{case}/release", { params: { path: { case: name }, query: { name: said.name || "release", threshold: said.threshold } } })), [name, asked]);
  const make = (): void => {
    const options = { name: said.name, threshold: String(said.threshold), k: String(said.k), ids_only: String(said.ids_only), ...(said.embargo && { embargo: said.embargo }) };
    void given(api.POST("/api/cases/{case}/exports", { params: { path: { case: name } }, body: { format: "release", options } })).then((made) => setJob(made.id), complain);
  };
  return (
    <div class="twin">
      <section class="card stack">
        <h2>A pack for researchers</h2>
        <Field label="Name" note="Two releases of different names cannot be joined by their pseudonyms."><input value={said.name} onInput={(event) => setSaid({ ...said, name: event.currentTarget.value })} /></Field>
        <Field label="Hash accounts with fewer followers than"><input type="number" min="0" value={said.threshold} onInput={(event) => setSaid({ ...said, threshold: Number(event.currentTarget.value) })} /></Field>
        <Field label="At least so many hashed accounts share what is known of them (k)"><input type="number" min="1" value={said.k} onInput={(event) => setSaid({ ...said, k: Number(event.currentTarget.value) })} /></Field>
        <Field label="Embargo until"><input type="date" value={said.embargo} onInput={(event) => setSaid({ ...said, embargo: event.currentTarget.value })} /></Field>
        <label class="check"><input type="checkbox" checked={said.ids_only} onChange={(event) => setSaid({ ...said, ids_only: event.currentTarget.checked })} /> Ids of accounts and posts only</label>
        {may("analyst") && <p class="row end"><button class="main" disabled={!view.data?.accounts} onClick={make}>Make the release</button></p>}
        {job && <Progress id={job} ended={record.again} />}
        <Wait on={record} rows={2}>
          {({ releases }) => <>{releases.map((each) => <p key={each.id} class="note"><strong>{each.id}</strong>: {each.file}, {when(each.when)}{each.embargo && `, embargo until ${each.embargo}`}<br /><span class="mono">SHA-256 {each.sha256.slice(0, 16)}…</span>{each.recipients.map((given) => <span key={given.recipient}><br />for <bdi>{given.recipient}</bdi>, by {given.who}</span>)}<br />{may("approver") && <ShareIt name={name} release={each.id} done={record.again} />}</p>)}</>}
        </Wait>
      </section>
      <Wait on={view}>
        {(release) => (
          <section class="stack">
            <h2>What would be hashed</h2>
            <p>{count(release.hidden)} of {count(release.accounts)} accounts stand under pseudonyms, in every column, in mentions and in texts. {release.networks.length ? `Networks: ${release.networks.join(", ")}.` : ""}</p>
            {release.sample.length ? (
              <Scroll label="Accounts as a release shows them">
                <table>
                  <thead><tr><th scope="col">Account</th><th scope="col">Name</th><th scope="col" class="num">Followers</th><th scope="col">Shown as</th></tr></thead>
                  <tbody>{release.sample.map((each) => <tr key={each.account}><th scope="row"><bdi>{each.handle ?? each.account}</bdi></th><td><bdi>{each.name}</bdi></td><td class="num">{count(each.followers)}</td><td>{each.hidden ? <><Badge tone="ochre">hashed</Badge> <span class="mono">{each.shown}</span></> : <Badge>as it is</Badge>}</td></tr>)}</tbody>
                </table>
              </Scroll>
            ) : <Empty title="Nothing may be handed on yet"><p>A release holds networks that were decided on, or findings that nobody cleared.</p></Empty>}
            <details class="card"><summary>Columns about an account</summary><dl>{release.columns.map((each) => <div key={each.column}><dt class="mono">{each.column}</dt><dd class="note">{each.means}</dd></div>)}</dl></details>
          </section>
        )}
      </Wait>
    </div>
  );
}

function ShareIt({ name, release, done }: { name: string; release: string; done: () => void }) {
  const [recipient, set] = useState("");
  const share = (event: Event): void => {
    event.preventDefault();
    void given(api.POST("/api/cases/{case}/releases/{name}/share", { params: { path: { case: name, name: release } }, body: { recipient } })).then(() => (tell(`It is written that ${recipient} gets ${release}.`), set(""), done()), complain);
  };
  return (
    <form class="row" onSubmit={share}>
      <input aria-label={`Who gets ${release}`} placeholder="Who gets it" value={recipient} onInput={(event) => set(event.currentTarget.value)} required />
      <button>Write it down</button>
    </form>
  );
}

function Files({ name }: { name: string }) {
  const { may } = useSession();
  const files = useLoaded(() => given(api.GET("/api/cases/{case}/exports", { params: { path: { case: name } } })), [name]);
  const formats = useLoaded(() => given(api.GET("/api/formats")), []);
  const [format, setFormat] = useState("stix");
  const [job, setJob] = useState<string>();
  const write = (): void => void given(api.POST("/api/cases/{case}/exports", { params: { path: { case: name } }, body: { format, options: {} } })).then((made) => setJob(made.id), complain);
  const about = formats.data?.exporters.find((each: Shapes["Format"]) => each.name === format);
  return (
    <div class="twin">
      <section class="card stack">
        <h2>Write a format</h2>
        <Field label="Format" note={about?.about}>
          <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>{(formats.data?.exporters ?? []).filter((each) => each.name !== "release").map((each) => <option key={each.name} value={each.name}>{each.name} ({each.suffix})</option>)}</select>
        </Field>
        {may("analyst") && <p class="row end"><button class="main" onClick={write}>Write it</button></p>}
        {job && <Progress id={job} ended={files.again} />}
      </section>
      <Wait on={files}>
        {(found) => found.files.length ? (
          <Scroll label="Files">
            <table>
              <thead><tr><th scope="col">File</th><th scope="col" class="num">Size</th><th scope="col">Written</th><th scope="col">Take</th></tr></thead>
              <tbody>
                {found.files.map((each) => (
                  <tr key={each.name}><th scope="row">{each.name}</th><td class="num">{bytes(each.size)}</td><td class="nowrap">{new Date(each.changed).toISOString().slice(0, 16).replace("T", " ")}</td>
                    <td><a download href={`/api/cases/${encodeURIComponent(name)}/exports/${each.name.split("/").map(encodeURIComponent).join("/")}`}>Save {each.name.split("/").at(-1)}</a></td></tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        ) : <Empty title="No files yet" />}
      </Wait>
    </div>
  );
}
