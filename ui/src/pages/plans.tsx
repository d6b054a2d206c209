// Enforcement: what a plan would change, two people, carrying it out, taking it back.

import { useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { count, when } from "../lib/format";
import { same, useSession } from "../lib/session";
import { complain, soon, tell } from "../lib/toasts";
import { useLoaded } from "../lib/use";
import { toAccount } from "../lib/url";
import { Badge, Empty, Field, Scroll, Wait } from "../parts/basics";
import { Progress } from "../parts/progress";
import { Agreed } from "./decisions";

type Draft = Shapes["DraftView"];
type Action = NonNullable<Shapes["DraftRequest"]["action"]>;

const WORDED: Partial<Record<Action, string>> = { label: "Label", tag: "Tag" };
type Order = Shapes["OrderRow"];

export function Plans({ name }: { name: string }) {
  const [turn, setTurn] = useState(0);
  const plans = useLoaded(() => given(api.GET("/api/cases/{case}/plans", { params: { path: { case: name } } })), [name, turn]);
  const again = (): void => setTurn((before) => before + 1);
  return (
    <div class="stack">
      <h1>Enforcement</h1>
      <p class="note">Only what two people decided is ordered. A plan is a list of orders; a second person approves it; each order is sent once, and its target is asked afterwards.</p>
      <DryRun name={name} turn={turn} made={again} />
      <h2>Plans</h2>
      <Wait on={plans}>
        {(found) => found.plans.length ? (
          <>{found.plans.map((plan) => <Plan key={plan.id} name={name} plan={plan} again={again} />)}</>
        ) : <Empty title="No plan yet"><p>Look at the dry run first: it shows what would change, and sends nothing.</p></Empty>}
      </Wait>
    </div>
  );
}

function DryRun({ name, turn, made }: { name: string; turn: number; made: () => void }) {
  const { may } = useSession();
  const [said, setSaid] = useState({ target: "handover", file: "orders.csv", action: "" as Action, value: "" });
  const about = useLoaded(() => given(api.GET("/api/cases/{case}", { params: { path: { case: name } } })), [name]);
  const draft = useLoaded<Draft | null>(
    () => (WORDED[said.action] && !said.value ? Promise.resolve(null) : given(api.POST("/api/cases/{case}/plans/draft", { params: { path: { case: name } }, body: said }))),
    [name, turn, JSON.stringify(said)],
  );
  const make = (): void =>
    void given(api.POST("/api/cases/{case}/plans", { params: { path: { case: name } }, body: said })).then((plan) => (tell(`${plan.id} is made; a second person approves it.`), made()), complain);
  return (
    <section class="card stack" aria-label="Dry run">
      <h2>Dry run</h2>
      <div class="row">
        <Field label="Where"><select value={said.target} onChange={(event) => setSaid({ ...said, target: event.currentTarget.value })}>{(about.data?.targets ?? ["handover"]).map((each) => <option key={each} value={each}>{each === "handover" ? "a file, for people who act by hand" : each}</option>)}</select></Field>
        {said.target === "handover" && <Field label="File"><input value={said.file} onChange={(event) => setSaid({ ...said, file: event.currentTarget.value })} /></Field>}
        <Field label="Action">
          <select value={said.action} onChange={(event) => setSaid({ ...said, action: event.currentTarget.value as Action, value: "" })}>
            <option value="">remove, as the kind asks for</option><option value="label">label</option><option value="tag">tag</option><option value="reduce">reduce reach</option><option value="report">report to the server</option><option value="block e-mail domain">block e-mail domains</option>
          </select>
        </Field>
        {WORDED[said.action] && <Field label={WORDED[said.action]!}><input value={said.value} onChange={(event) => setSaid({ ...said, value: event.currentTarget.value })} /></Field>}
      </div>
      <Wait on={draft} rows={3}>
        {(found) => found == null ? <p class="note">Which {WORDED[said.action]?.toLowerCase()}?</p> : (
          <>
            <div class="row">
              <Badge tone="blue">{count(found.orders.length)} to do</Badge><Badge>{count(found.before.length)} done before</Badge>
              <Badge tone={found.undo.length ? "ochre" : ""}>{count(found.undo.length)} to take back</Badge><Badge tone={found.held.length ? "ochre" : ""}>{count(found.held.length)} held</Badge>
            </div>
            {found.cannot && <p role="alert" class="badge red" style={{ whiteSpace: "normal" }}>{found.cannot}</p>}
            {found.final.length > 0 && <p role="alert" class="badge ochre" style={{ whiteSpace: "normal" }}>cannot be taken back: {found.final.join(", ")}</p>}
            {!found.orders.length && !found.undo.length && !found.held.length && <p class="note">Nothing to do: a decision with a ground and evidence, approved by a second person, gives orders.</p>}
            <Difference name={name} draft={found} />
            {may("analyst") && found.orders.length > 0 && !found.cannot && <p class="row end"><button class="main" onClick={make}>Make a plan of {count(found.orders.length)} orders</button></p>}
          </>
        )}
      </Wait>
    </section>
  );
}

function Difference({ name, draft }: { name: string; draft: Draft }) {
  const rows: [string, string, string, string, string][] = [
    ...draft.orders.map((o): [string, string, string, string, string] => ["+ to do", o.action, o.subject, o.platform, o.decision]),
    ...draft.undo.map((u): [string, string, string, string, string] => ["− to take back", u.order.action, u.order.subject, u.order.platform, `of ${u.plan}`]),
    ...draft.held.map((h): [string, string, string, string, string] => ["held", h.reason, h.subject, "", h.decision]),
    ...draft.before.map((o): [string, string, string, string, string] => ["= done before", o.action, o.subject, o.platform, o.decision]),
  ];
  if (!rows.length) return null;
  return (
    <Scroll label="What would change">
      <table>
        <thead><tr><th scope="col">Difference</th><th scope="col">Action</th><th scope="col">Subject</th><th scope="col">Platform</th><th scope="col">Decision</th></tr></thead>
        <tbody>
          {rows.slice(0, 200).map(([kind, action, subject, platform, decision], place) => (
            <tr key={place}><td class="nowrap">{kind}</td><td>{action}</td><th scope="row"><a href={toAccount(name, subject)}><bdi>{subject}</bdi></a></th><td>{platform}</td><td>{decision}</td></tr>
          ))}
        </tbody>
      </table>
      {rows.length > 200 && <p class="note">The first 200 of {count(rows.length)}.</p>}
    </Scroll>
  );
}

function Plan({ name, plan, again }: { name: string; plan: Shapes["PlanRow"]; again: () => void }) {
  const { session, may } = useSession();
  const [job, setJob] = useState<string>();
  const [sure, setSure] = useState<"run" | "undo">();
  const own = same(session.who, plan.who);
  const params = { path: { case: name, plan: plan.id } };
  const left = plan.orders.some((each) => !["done", "already", "refused", "undone"].includes(each.state ?? ""));
  const done = plan.orders.some((each) => ["done", "already"].includes(each.state ?? ""));
  const approve = (): void => soon(`${plan.id} approved`, async () => {
    await given(api.POST("/api/cases/{case}/approvals", { params: { path: { case: name } }, body: { of: plan.id } }));
    again();
  });
  const start = (what: "run" | "undo"): void => {
    setSure(undefined);
    const asked = what === "run" ? api.POST("/api/cases/{case}/plans/{plan}/run", { params }) : api.POST("/api/cases/{case}/plans/{plan}/undo", { params });
    void given(asked).then((made) => setJob(made.id), complain);
  };
  return (
    <article class="card stack">
      <div class="row apart">
        <h3>{plan.id}: {count(plan.orders.length)} orders to {plan.target}</h3>
        <span class="row">{Object.entries(plan.counts).map(([state, number]) => <Badge key={state} tone={state === "done" || state === "already" ? "green" : state === "refused" ? "red" : ""}>{count(number)} {state}</Badge>)}</span>
      </div>
      <p class="note">Made by <strong><bdi>{plan.who}</bdi></strong>, {when(plan.when)}; <Agreed approvals={plan.approvals} /></p>
      <div class="row">
        {!plan.approvals.length && (may("approver") && !own ? <button class="main" onClick={approve}>Approve {plan.id}</button> : <Badge tone="ochre">{own ? "waits for a different person" : "waits for an approver"}</Badge>)}
        {plan.approvals.length > 0 && left && may("approver") && <button class="main" onClick={() => setSure("run")}>Carry it out …</button>}
        {done && may("approver") && <button class="bad" onClick={() => setSure("undo")}>Take it back …</button>}
      </div>
      {sure && (
        <p class="row" role="alert">
          {sure === "run" ? `${count(plan.orders.length)} orders go to ${plan.target}.` : "What was carried out is taken back."}
          <button class={sure === "run" ? "main" : "bad"} onClick={() => start(sure)}>{sure === "run" ? "Carry it out" : "Take it back"}</button>
          <button onClick={() => setSure(undefined)}>Not now</button>
        </p>
      )}
      {job && <Progress id={job} ended={again} />}
      <details><summary>Orders and receipts</summary><Receipts name={name} orders={plan.orders} /></details>
    </article>
  );
}

const Receipts = ({ name, orders }: { name: string; orders: Order[] }) => (
  <Scroll label="Orders">
    <table>
      <thead><tr><th scope="col">Action</th><th scope="col">Subject</th><th scope="col">State</th><th scope="col">The target says</th><th scope="col">Read back</th></tr></thead>
      <tbody>
        {orders.slice(0, 500).map((each) => (
          <tr key={each.key}><td>{each.action}</td><th scope="row"><a href={toAccount(name, each.subject)}><bdi>{each.subject}</bdi></a></th><td>{each.state || "not sent"}</td><td><bdi>{each.detail}</bdi></td><td><bdi>{each.read_back}</bdi></td></tr>
        ))}
      </tbody>
    </table>
    {orders.length > 500 && <p class="note">The first 500 of {count(orders.length)}; the log holds all.</p>}
  </Scroll>
);
