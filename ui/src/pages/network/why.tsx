// The evidence, question by question, and the innocent explanations to tick off.

import { useState } from "preact/hooks";
import { api, given, type Shapes } from "../../api/client";
import { chance, count, when } from "../../lib/format";
import { useSession } from "../../lib/session";
import { complain, soon } from "../../lib/toasts";
import { useLoaded, type Loaded } from "../../lib/use";
import { AnyTable, Bars, Field, Wait } from "../../parts/basics";
import type { Part } from ".";

type Row = Shapes["EvidenceRow"];

const QUESTIONS: [Row["question"], string, string][] = [
  ["coordination", "Did they act together?", "More than any innocent explanation accounts for, member by member."],
  ["signs", "Do they hide who they are?", "A different question, answered by different evidence."],
  ["innocent", "Which innocent explanation fits?", "What the data itself shows. Those a person has to look into stand beside."],
  ["descriptions", "What else was measured", "Descriptions, no tests: they tell what the accounts are like and prove nothing."],
];

export function Why({ name, network, record }: Part & { record: Loaded<Shapes["RecordView"]> }) {
  return (
    <div class="twin" style={{ gridTemplateColumns: undefined }}>
      <div class="stack">
        <Checklist name={name} network={network} record={record} />
        {network.confirmed_in && (
          <section class="card">
            <h2>Confirmed where</h2>
            <ul>{network.confirmed_in.split("\n").map((line) => <li key={line}>{line}</li>)}</ul>
            <p class="note">Found on one half of the objects, tested on the other.</p>
          </section>
        )}
        {network.top_objects && (
          <section class="card">
            <h2>Touched by most of them</h2>
            <ul>{network.top_objects.split("\n").slice(0, 8).map((line) => <li key={line}><bdi>{line}</bdi></li>)}</ul>
          </section>
        )}
      </div>
      <div class="stack">
        {QUESTIONS.map(([question, title, says]) => {
          const rows = network.evidence.filter((row) => row.question === question);
          return (
            <section key={question} class={`card question ${question}`}>
              <h2>{title}</h2>
              <p class="note">{says}</p>
              {rows.map((row) => <Claim key={row.place} name={name} network={network.network!} row={row} />)}
              {!rows.length && <p>{question === "signs" ? "None found. Whether these accounts are what they claim to be is undetermined." : question === "innocent" ? "None of those that can be computed fits." : "Nothing was measured."}</p>}
            </section>
          );
        })}
      </div>
    </div>
  );
}

function Claim({ name, network, row }: { name: string; network: string; row: Row }) {
  const [open, setOpen] = useState(false);
  return (
    <div class="claim">
      <p><bdi>{row.claim}</bdi></p>
      <Bars value={row.value ?? null} baseline={row.baseline ?? null} claim={row.claim ?? ""} />
      <p class="note row">
        <span>{row.title}{row.measure && ` · ${row.measure}`}</span>
        {row.n != null && <span>n = {count(row.n)}</span>}
        {row.p != null && <span>p = {chance(row.p)}</span>}
        {row.query && <button class="plain noprint" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? "Hide the rows" : "The rows behind it"}</button>}
      </p>
      {open && <Behind name={name} network={network} place={row.place} />}
    </div>
  );
}

function Behind({ name, network, place }: { name: string; network: string; place: number }) {
  const found = useLoaded(
    () => given(api.GET("/api/cases/{case}/networks/{network}/evidence/{place}", { params: { path: { case: name, network, place }, query: { limit: 50 } } })),
    [place],
  );
  return (
    <Wait on={found} rows={3}>
      {(behind) => (
        <>
          <AnyTable rows={behind.rows} label="Rows behind the claim" />
          <p class="note">{count(Math.min(50, behind.total))} of {count(behind.total)} rows.</p>
          <details><summary class="note">The query that lists them</summary><pre>{behind.query}</pre></details>
        </>
      )}
    </Wait>
  );
}

type Outcome = Shapes["Outcome"];

function Checklist({ name, network, record }: Part & { record: Loaded<Shapes["RecordView"]> }) {
  const { may } = useSession();
  const [said, setSaid] = useState<Record<string, Outcome>>({});
  const [noting, setNoting] = useState<string>();
  return (
    <section class="card">
      <h2>Innocent explanations</h2>
      <p class="note">Look into each before you decide. What you tick stands in the log.</p>
      <Wait on={record} rows={5}>
        {(view) => {
          const mine = Object.fromEntries(view.considered.filter((each) => each.network === network.network).map((each) => [each.explanation, each]));
          const done = Object.keys(view.explanations).filter((key) => (said[key] ?? mine[key]?.outcome ?? "open") !== "open").length;
          const write = (explanation: string, outcome: Outcome, note = ""): void => {
            setSaid((before) => ({ ...before, [explanation]: outcome }));
            soon(`${explanation}: ${outcome}`, async () => {
              const body = { network: network.network!, explanation, outcome, note };
              await given(api.POST("/api/cases/{case}/considered", { params: { path: { case: name } }, body })).catch(complain);
              record.again();
            }, () => setSaid(({ [explanation]: _, ...rest }) => rest));
          };
          return (
            <>
              <p><strong>{done} of {Object.keys(view.explanations).length} looked into.</strong></p>
              {Object.entries(view.explanations).map(([key, says]) => {
                const outcome = said[key] ?? mine[key]?.outcome ?? "open";
                return (
                  <div key={key} class="claim">
                    <label class="check">
                      <input
                        type="checkbox"
                        checked={outcome !== "open"}
                        disabled={!may("analyst")}
                        onChange={(event) => write(key, event.currentTarget.checked ? "ruled out" : "open")}
                      />
                      <span>{says}</span>
                    </label>
                    <p class="note row">
                      {outcome !== "open" && <span class={`badge ${outcome === "fits" ? "green" : ""}`}>{outcome}</span>}
                      {mine[key] && <span>{mine[key]!.who}, {when(mine[key]!.when)}{mine[key]!.note && `: ${mine[key]!.note}`}</span>}
                      {may("analyst") && outcome !== "fits" && <button class="plain" onClick={() => write(key, "fits")}>It fits</button>}
                      {may("analyst") && <button class="plain" onClick={() => setNoting(noting === key ? undefined : key)}>Note …</button>}
                    </p>
                    {noting === key && <Note save={(text) => (write(key, outcome === "open" ? "ruled out" : outcome, text), setNoting(undefined))} />}
                  </div>
                );
              })}
            </>
          );
        }}
      </Wait>
    </section>
  );
}

function Note({ save }: { save: (text: string) => void }) {
  const [text, set] = useState("");
  return (
    <div class="stack">
      <Field label="How is that known?"><textarea value={text} onInput={(event) => set(event.currentTarget.value)} /></Field>
      <p class="row end"><button disabled={!text.trim()} onClick={() => save(text)}>Save the note</button></p>
    </div>
  );
}
