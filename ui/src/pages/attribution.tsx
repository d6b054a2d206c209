// Who says that somebody runs a network, and what the named party answers.

import { useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { when } from "../lib/format";
import { useSession } from "../lib/session";
import { complain, tell } from "../lib/toasts";
import { toNetwork } from "../lib/url";
import { Badge, Dialog, Empty, Field, Wait } from "../parts/basics";
import { useRecord } from "./decisions";

export function Attribution({ name }: { name: string }) {
  const record = useRecord(name);
  const { may } = useSession();
  const [adding, setAdding] = useState(false);
  return (
    <div class="stack">
      <div class="row apart"><h1>Attribution</h1>{may("analyst") && <button onClick={() => setAdding(true)}>Write a claim down …</button>}</div>
      <p class="note">Nothing here is computed: people say who runs a network, name their source, and ask whoever is named. Both sides are printed.</p>
      <Wait on={record}>
        {({ claims, confidence }) => (
          <>
            {claims.length ? [...claims].reverse().map((each) => <Claim key={each.id} name={name} claim={each} again={record.again} />) : <Empty title="Nobody claims to know"><p>A report can do without. Whoever is named has to be asked before it is published.</p></Empty>}
            {adding && <New name={name} confidence={confidence} close={() => setAdding(false)} done={record.again} />}
          </>
        )}
      </Wait>
    </div>
  );
}

const TONE: Record<string, string> = { asserted: "blue", contested: "ochre", withdrawn: "" };

function Claim({ name, claim, again }: { name: string; claim: Shapes["ClaimRow"]; again: () => void }) {
  const { may } = useSession();
  const [act, setAct] = useState<"ask" | "reply" | "status">();
  return (
    <article class="card stack">
      <div class="row apart">
        <h2>{claim.id}: <bdi>{claim.entity}</bdi> runs <a href={toNetwork(name, claim.network)}>{claim.network}</a></h2>
        <span class="row"><Badge tone={TONE[claim.status]}>{claim.status}</Badge><Badge>{claim.confidence} confidence</Badge></span>
      </div>
      <p>Says <strong><bdi>{claim.by}</bdi></strong>. Source: <bdi>{claim.source}</bdi></p>
      <div class="grid">
        <div><h3>For it</h3><ul>{claim.evidence_for.map((line) => <li key={line}><bdi>{line}</bdi></li>)}</ul></div>
        <div><h3>Against it</h3>{claim.evidence_against.length ? <ul>{claim.evidence_against.map((line) => <li key={line}><bdi>{line}</bdi></li>)}</ul> : <p class="note">Nothing was written down.</p>}</div>
      </div>
      <div class="thread">
        {claim.statements.map((each, place) => (
          <div key={place}>
            <p><strong><bdi>{each.party}</bdi></strong> {each.asked && `was asked on ${each.asked}`}{each.answered ? `, answered on ${each.answered}` : each.asked && ", has not answered"} {each.contests && <Badge tone="ochre">contests it</Badge>}</p>
            {each.text && <blockquote style={{ margin: 0 }}><bdi>{each.text}</bdi></blockquote>}
          </div>
        ))}
        {!claim.statements.length && <p class="note">Nobody has asked the named party yet; a report cannot be published before.</p>}
        {claim.history.slice(1).map((each) => <p key={each.when} class="note">{when(each.when)}, {each.who}: {each.status}. {each.reason}</p>)}
      </div>
      {may("analyst") && (
        <p class="row">
          <button onClick={() => setAct("ask")}>They were asked …</button>
          <button onClick={() => setAct("reply")}>They answered …</button>
          <button onClick={() => setAct("status")}>Change where it stands …</button>
        </p>
      )}
      {act && <Act name={name} claim={claim} act={act} close={() => setAct(undefined)} done={again} />}
    </article>
  );
}

interface ActProps {
  name: string;
  claim: Shapes["ClaimRow"];
  act: "ask" | "reply" | "status";
  close: () => void;
  done: () => void;
}

function Act({ name, claim, act, close, done }: ActProps) {
  const [party, setParty] = useState(claim.entity);
  const [text, setText] = useState("");
  const [contests, setContests] = useState(false);
  const [status, setStatus] = useState<"asserted" | "contested" | "withdrawn">("withdrawn");
  const params = { path: { case: name, claim: claim.id } };
  const write = (): void => {
    const said =
      act === "ask" ? api.POST("/api/cases/{case}/claims/{claim}/ask", { params, body: { party } })
      : act === "reply" ? api.POST("/api/cases/{case}/claims/{claim}/reply", { params, body: { party, text, contests } })
      : api.POST("/api/cases/{case}/claims/{claim}/status", { params, body: { status, reason: text } });
    void given(said as ReturnType<typeof api.POST> as Promise<{ data?: Shapes["Written"]; error?: unknown; response: Response }>).then(() => (tell("It is written."), close(), done()), complain);
  };
  return (
    <Dialog title={`${claim.id}: ${act === "status" ? "where it stands" : "the other side"}`} close={close} footer={<><button onClick={close}>Cancel</button><button class="main" onClick={write}>Write it down</button></>}>
      {act !== "status" && <Field label="Who"><input value={party} onInput={(event) => setParty(event.currentTarget.value)} /></Field>}
      {act === "status" && <Field label="It is now"><select value={status} onChange={(event) => setStatus(event.currentTarget.value as typeof status)}>{["asserted", "contested", "withdrawn"].map((each) => <option key={each}>{each}</option>)}</select></Field>}
      {act !== "ask" && <Field label={act === "reply" ? "What they said, word for word" : "Reason"}><textarea value={text} onInput={(event) => setText(event.currentTarget.value)} /></Field>}
      {act === "reply" && <label class="check"><input type="checkbox" checked={contests} onChange={(event) => setContests(event.currentTarget.checked)} /> They deny the claim</label>}
    </Dialog>
  );
}

function New({ name, confidence, close, done }: { name: string; confidence: Record<string, string>; close: () => void; done: () => void }) {
  const [said, setSaid] = useState({ network: "", entity: "", by: "", source: "", confidence: "low", fors: "", against: "" });
  const field = (key: keyof typeof said, label: string, note = "") => (
    <Field label={label} note={note}><input value={said[key]} onInput={(event) => setSaid({ ...said, [key]: event.currentTarget.value })} /></Field>
  );
  const lines = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter(Boolean);
  const write = (): void => {
    const body = { network: said.network, entity: said.entity, by: said.by, source: said.source, confidence: said.confidence as "low", evidence_for: lines(said.fors), evidence_against: lines(said.against) };
    void given(api.POST("/api/cases/{case}/claims", { params: { path: { case: name } }, body })).then((made) => (tell(`${made.id} is written. Now ask them.`), close(), done()), complain);
  };
  return (
    <Dialog title="A claim" close={close} footer={<><button onClick={close}>Cancel</button><button class="main" disabled={!said.network || !said.entity || !lines(said.fors).length} onClick={write}>Write it down</button></>}>
      {field("network", "Network", "e.g. n-0001")}
      {field("entity", "Who is said to run it")}
      {field("by", "Who says so")}
      {field("source", "Source", "a document or page, with its date")}
      <Field label="Confidence" note={confidence[said.confidence]}>
        <select value={said.confidence} onChange={(event) => setSaid({ ...said, confidence: event.currentTarget.value })}>{Object.keys(confidence).map((each) => <option key={each}>{each}</option>)}</select>
      </Field>
      <Field label="What speaks for it, a line each"><textarea value={said.fors} onInput={(event) => setSaid({ ...said, fors: event.currentTarget.value })} /></Field>
      <Field label="What speaks against it, a line each"><textarea value={said.against} onInput={(event) => setSaid({ ...said, against: event.currentTarget.value })} /></Field>
    </Dialog>
  );
}
