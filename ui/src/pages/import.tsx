// Files coming in: what each is, which column is read as what, then reading and looking for networks.

import { useRef, useState } from "preact/hooks";
import { api, getToken, given, problemOf, type Said, type Shapes } from "../api/client";
import { bytes, count } from "../lib/format";
import { useSession } from "../lib/session";
import { complain } from "../lib/toasts";
import { useLoaded } from "../lib/use";
import { path } from "../lib/url";
import { AnyTable, Badge, Field, Problem, Wait } from "../parts/basics";
import { Progress } from "../parts/progress";

type Incoming = Shapes["Incoming"];
interface Sent { key: number; name: string; share: number; found?: Incoming; problem?: Said; columns: Record<string, string>; reader: string; as: "posts" | "comparison" | "opinions" }

let next = 1;

export function Import({ name }: { name: string }) {
  const { may } = useSession();
  const [sent, setSent] = useState<Sent[]>([]);
  const [over, setOver] = useState(false);
  const [job, setJob] = useState<string>();
  const [done, setDone] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const about = useLoaded(() => given(api.GET("/api/cases/{case}", { params: { path: { case: name } } })), [name, done]);
  const readers = useLoaded(() => given(api.GET("/api/formats")), []);
  const running = useLoaded(() => given(api.GET("/api/cases/{case}/jobs", { params: { path: { case: name } } })), [name]);
  const going = job ?? running.data?.jobs.find((each) => each.state === "running" || each.state === "waiting")?.id;
  const change = (key: number, to: Partial<Sent>): void => setSent((before) => before.map((each) => (each.key === key ? { ...each, ...to } : each)));

  const send = (files: FileList | File[] | null | undefined): void => {
    for (const file of files ?? []) {
      const key = next++;
      setSent((before) => [...before, { key, name: file.name, share: 0, columns: {}, reader: "", as: "posts" }]);
      upload(name, file, (share) => change(key, { share })).then((found) => change(key, { found, share: 1 }), (problem: Said) => change(key, { problem }));
    }
  };
  const look = (each: Sent, to: Partial<Sent>): void => {
    const wanted = { ...each, ...to };
    change(each.key, to);
    const params = { path: { case: name, mark: each.found!.upload } };
    given(api.POST("/api/cases/{case}/incoming/{mark}", { params, body: { reader: wanted.reader, columns: wanted.columns } })).then((found) => change(each.key, { found }), complain);
  };
  const forget = (each: Sent): void => {
    setSent((before) => before.filter((other) => other !== each));
    if (each.found) void api.DELETE("/api/cases/{case}/incoming/{mark}", { params: { path: { case: name, mark: each.found.upload } } });
  };
  const ready = sent.filter((each) => each.found && (!each.found.problem || each.as === "opinions"));
  const start = (detect: boolean): void => {
    const files = ready.map((each) => ({ upload: each.found!.upload, reader: each.reader, columns: each.columns, comparison: each.as === "comparison", opinions: each.as === "opinions" }));
    given(api.POST("/api/cases/{case}/imports", { params: { path: { case: name } }, body: { files, detect } })).then((made) => (setJob(made.id), setSent([])), complain);
  };
  const detect = (): void => void given(api.POST("/api/cases/{case}/runs", { params: { path: { case: name } }, body: { signals: [], windows: [] } })).then((made) => setJob(made.id), complain);

  if (!may("analyst")) return <Problem problem={{ kind: "role", message: "A viewer takes nothing in.", hint: "An analyst imports files." }} />;
  return (
    <div class="stack">
      <h1>Import</h1>
      <div
        class={`drop ${over ? "over" : ""}`}
        onDragOver={(event) => (event.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => (event.preventDefault(), setOver(false), send(event.dataTransfer?.files))}
      >
        <p style={{ margin: "0 auto 0.6rem" }}>Drop files here: CSV, JSON, JSON Lines, Parquet, archives of platforms, also compressed. Posts first; profiles, roles, ads, followers, sites beside them.</p>
        <button class="main" onClick={() => input.current?.click()}>Choose files</button>
        <input ref={input} class="hidden" type="file" multiple tabIndex={-1} aria-label="Files to import" onChange={(event) => (send(event.currentTarget.files), (event.currentTarget.value = ""))} />
      </div>
      {sent.map((each) => <File key={each.key} sent={each} readers={Object.keys(readers.data?.readers ?? {})} look={(to) => look(each, to)} change={(to) => change(each.key, to)} forget={() => forget(each)} />)}
      {sent.length > 0 && (
        <p class="row end">
          <span class="note">{ready.length} of {sent.length} ready</span>
          <button disabled={!ready.length} onClick={() => start(false)}>Only read</button>
          <button class="main" disabled={!ready.length || ready.length < sent.length} onClick={() => start(true)}>Read and look for networks</button>
        </p>
      )}
      {going && <Progress key={going} id={going} ended={(ended) => setDone(`${ended.id} ${ended.state}`)} />}
      {going && done.endsWith("done") && <p><a class="button main" href={path("c", name)}>See the networks</a></p>}
      <Wait on={about} rows={3}>
        {(view) => view.files.length > 0 && (
          <section class="card stack">
            <div class="row apart"><h2>In the case</h2>{!sent.length && <button onClick={detect}>{view.run ? "Look for networks again" : "Look for networks"}</button>}</div>
            <ul>{view.files.map((each) => <li key={each.number}><bdi>{each.name}</bdi> <small>{each.reader}, {bytes(each.size)}, {Object.entries(each.rows).map(([table, rows]) => `${count(rows)} ${table}`).join(", ")}{each.quarantined ? `, ${count(each.quarantined)} could not be used` : ""}{each.comparison ? ", comparison" : ""}</small></li>)}</ul>
          </section>
        )}
      </Wait>
    </div>
  );
}

function upload(name: string, file: File, share: (share: number) => void): Promise<Incoming> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/uploads/${encodeURIComponent(name)}/${encodeURIComponent(file.name)}`);
    request.setRequestHeader("X-CSRF-Token", getToken());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && share(event.loaded / event.total);
    request.onload = () => {
      const answer = JSON.parse(request.responseText || "null") as unknown;
      if (request.status < 300) resolve(answer as Incoming);
      else reject(problemOf(answer));
    };
    request.onerror = () => reject(problemOf(undefined));
    request.send(file);
  });
}

interface FileProps {
  sent: Sent;
  readers: string[];
  look: (to: Partial<Sent>) => void;
  change: (to: Partial<Sent>) => void;
  forget: () => void;
}

function File({ sent, readers, look, change, forget }: FileProps) {
  const { found, problem } = sent;
  const fieldOf = (column: string): string => Object.entries({ ...found?.roles, ...sent.columns }).find(([, each]) => each === column)?.[0] ?? "";
  const map = (column: string, field: string): void => {
    const kept = Object.fromEntries(Object.entries(sent.columns).filter(([, each]) => each !== column));
    look({ columns: field ? { ...kept, [field]: column } : kept });
  };
  return (
    <section class="card stack" aria-label={sent.name}>
      <div class="row apart">
        <h2><bdi>{sent.name}</bdi> {found && <small>{bytes(found.size)}</small>}</h2>
        <span class="row">{found && !found.problem && <Badge tone="green">ready: {found.reader}</Badge>}<button class="plain" onClick={forget}>Leave it out</button></span>
      </div>
      {!found && !problem && <progress aria-label={`Sending ${sent.name}`} value={sent.share} max={1} />}
      {problem && <Problem problem={problem} />}
      {found && (
        <>
          {found.problem && <p role="alert"><Badge tone="red">not yet readable</Badge> {found.problem} {found.columns.length > 0 ? "Say below which column is what." : found.hint}</p>}
          {found.notes.map((note) => <p key={note} class="note">{note}</p>)}
          <div class="row">
            <Field label="Format">
              <select value={sent.reader} onChange={(event) => look({ reader: event.currentTarget.value })}>
                <option value="">as recognised{found.reader && `: ${found.reader}`}</option>
                {readers.map((each) => <option key={each}>{each}</option>)}
              </select>
            </Field>
            <Field label="What it is">
              <select value={sent.as} onChange={(event) => change({ as: event.currentTarget.value as Sent["as"] })}>
                <option value="posts">data of the case</option>
                <option value="comparison">other people, to compare with</option>
                <option value="opinions">what researchers say of accounts</option>
              </select>
            </Field>
          </div>
          {found.columns.length > 0 && (
            <fieldset>
              <legend>Which column is read as what</legend>
              <div class="grid" style={{ gap: "0.5rem" }}>
                {found.columns.slice(0, 80).map((column) => (
                  <Field key={column} label={column}>
                    <select value={fieldOf(column)} onChange={(event) => map(column, event.currentTarget.value)}>
                      <option value="">not read</option>
                      {found.fields.map((field) => <option key={field}>{field}</option>)}
                    </select>
                  </Field>
                ))}
              </div>
            </fieldset>
          )}
          {Object.entries(found.tables).map(([table, rows]) => (
            <details key={table} open={table === "post"}><summary>{table}: its first rows as they would be read</summary><AnyTable rows={rows} label={`First rows of ${table}`} /></details>
          ))}
        </>
      )}
    </section>
  );
}
