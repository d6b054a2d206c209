// Decisions and approvals, conflicts, and the log that holds all of it.

import { useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { count, when } from "../lib/format";
import { same, useSession } from "../lib/session";
import { soon } from "../lib/toasts";
import { useLoaded } from "../lib/use";
import { ask, path, toAccount, toNetwork, usePlace } from "../lib/url";
import { Badge, Empty, Pages, Scroll, Tabs, Wait } from "../parts/basics";
import { verdictTone } from "./networks";

const LIMIT = 50;

export const useRecord = (name: string) =>
  useLoaded(() => given(api.GET("/api/cases/{case}/record", { params: { path: { case: name } } })), [name]);

export function Decisions({ name }: { name: string }) {
  const { query } = usePlace();
  const tab = query.get("tab") ?? "decisions";
  return (
    <div class="stack">
      <h1>Decisions</h1>
      <p class="note">A decision that names a ground is enforceable when a second person, who may approve, agrees. Nothing here is ever taken back, only followed by something else.</p>
      <Tabs tabs={[{ id: "decisions", name: "Decisions" }, { id: "log", name: "Log" }]} at={tab} to={(id) => path("c", name, "decisions") + (id === "log" ? "?tab=log" : "")} label="Parts" />
      {tab === "log" ? <Log name={name} /> : <List name={name} />}
    </div>
  );
}

function List({ name }: { name: string }) {
  const record = useRecord(name);
  return (
    <Wait on={record}>
      {({ decisions, conflicts }) => decisions.length ? (
        <div class="stack">
          {conflicts.map((each) => <p key={each.one + each.other} class="card" role="alert"><Badge tone="ochre">conflict</Badge> On {each.subject}: {each.one}; {each.other}. One of them decides again.</p>)}
          {[...decisions].reverse().map((each) => <Decision key={each.id} name={name} decision={each} again={record.again} />)}
        </div>
      ) : <Empty title="Nothing decided yet"><p>Open a <a href={path("c", name)}>network</a>, read why, look into the innocent explanations, then decide.</p></Empty>}
    </Wait>
  );
}

export function Agreed({ approvals }: { approvals: Shapes["ApprovalRow"][] }) {
  return <>{approvals.map((each) => <span key={each.who + each.when}>approved by <strong><bdi>{each.who}</bdi></strong> ({each.role}), {when(each.when)} </span>)}</>;
}

function Decision({ name, decision, again }: { name: string; decision: Shapes["DecisionRow"]; again: () => void }) {
  const { session, may } = useSession();
  const [waits, setWaits] = useState(false);
  const to = decision.kind === "network" ? toNetwork(name, decision.subject) : decision.kind === "account" ? toAccount(name, decision.subject) : `${path("c", name)}?text=${encodeURIComponent(decision.subject)}`;
  const own = same(session.who, decision.who);
  const open = decision.standing && decision.verdict === "inauthentic" && decision.ground && !decision.approvals.length;
  const approve = (): void => {
    setWaits(true);
    soon(`${decision.id} approved`, async () => {
      await given(api.POST("/api/cases/{case}/approvals", { params: { path: { case: name } }, body: { of: decision.id } })).finally(() => setWaits(false));
      again();
    }, () => setWaits(false));
  };
  return (
    <article class="card stack" style={{ gap: "0.45rem" }}>
      <div class="row apart">
        <h2>{decision.id}: <a href={to}><bdi>{decision.subject}</bdi></a> <Badge tone={verdictTone(decision.verdict)}>{decision.verdict}</Badge></h2>
        <span class="row">
          {!decision.standing && <Badge>overtaken</Badge>}
          {(decision.joined > 0 || decision.left > 0) && <Badge tone="ochre">stale: {decision.joined} joined, {decision.left} left</Badge>}
          {open && (may("approver") && !own ? (
            <button class="main" disabled={waits} onClick={approve}>Approve</button>
          ) : <Badge tone="ochre">{own ? "waits for a different person" : "waits for an approver"}</Badge>)}
        </span>
      </div>
      <p><bdi>{decision.reason}</bdi></p>
      <p class="note">
        {decision.ground && <>Ground: {decision.ground}. </>}{decision.cites.length > 0 && <>Rests on: {decision.cites.join(", ")}. </>}
        {decision.kind === "network" && <>{count(decision.members)} accounts then. </>}
        Decided by <strong><bdi>{decision.who}</bdi></strong> ({decision.role}), {when(decision.when)}; <Agreed approvals={decision.approvals} />
      </p>
    </article>
  );
}

function Log({ name }: { name: string }) {
  const { query } = usePlace();
  const offset = Number(query.get("offset") ?? 0);
  const found = useLoaded(() => given(api.GET("/api/cases/{case}/log", { params: { path: { case: name }, query: { offset, limit: LIMIT } } })), [name, offset]);
  return (
    <Wait on={found}>
      {({ lines, total }) => (
        <>
          <p class="note">{count(total)} lines; each holds the hash of the one before, so that a change is seen.</p>
          <Scroll label="Log">
            <table>
              <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Act</th><th scope="col">Said</th><th scope="col">Hash</th></tr></thead>
              <tbody>
                {lines.map((line) => {
                  const { before: _, hash, when: at, act, who, role, ...rest } = line as Record<string, unknown>;
                  return (
                    <tr key={String(hash)}>
                      <td class="nowrap">{when(String(at))}</td><td class="nowrap"><bdi>{String(who ?? "")}</bdi>{role ? <span class="sub">{String(role)}</span> : null}</td><td>{String(act)}</td>
                      <td><bdi>{Object.entries(rest).map(([key, value]) => `${key}: ${brief(value)}`).join("; ")}</bdi></td><td class="mono">{String(hash).slice(0, 10)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </Scroll>
          <Pages total={total} offset={offset} limit={LIMIT} to={(next) => ask({ offset: next || "" })} />
        </>
      )}
    </Wait>
  );
}

const LONGEST = 160;

function brief(value: unknown): string {
  const text = Array.isArray(value) && value.length > 4 ? `${value.length} of them` : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}
