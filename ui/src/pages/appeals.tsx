import { useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { when } from "../lib/format";
import { useSession } from "../lib/session";
import { complain, soon, tell } from "../lib/toasts";
import { path, toAccount } from "../lib/url";
import { Badge, Dialog, Empty, Field, Wait } from "../parts/basics";
import { useRecord } from "./decisions";

export function Appeals({ name }: { name: string }) {
  const record = useRecord(name);
  const { may } = useSession();
  const [adding, setAdding] = useState(false);
  return (
    <div class="stack">
      <div class="row apart"><h1>Appeals</h1>{may("analyst") && <button onClick={() => setAdding(true)}>Write an appeal down …</button>}</div>
      <p class="note">Whoever was decided on may contest it. The answer comes from somebody who neither decided nor approved; while an appeal is open nothing is ordered for the account.</p>
      <Wait on={record}>
        {({ appeals }) => appeals.length ? (
          <>{[...appeals].reverse().map((each) => <Appeal key={each.id} name={name} appeal={each} again={record.again} />)}</>
        ) : <Empty title="No appeals"><p>When an account contests what was decided on it, write its words down here.</p></Empty>}
      </Wait>
      {adding && <New name={name} close={() => setAdding(false)} done={record.again} />}
    </div>
  );
}

function Appeal({ name, appeal, again }: { name: string; appeal: Shapes["AppealRow"]; again: () => void }) {
  const { may } = useSession();
  const [reason, setReason] = useState("");
  const answer = (outcome: "upheld" | "reinstated"): void =>
    soon(`${appeal.id}: ${outcome}`, async () => {
      await given(api.POST("/api/cases/{case}/appeals/{appeal}/answer", { params: { path: { case: name, appeal: appeal.id } }, body: { outcome, reason } }));
      again();
    });
  return (
    <article class="card stack">
      <div class="row apart">
        <h2>{appeal.id}: <a href={toAccount(name, appeal.account)}><bdi>{appeal.account}</bdi></a></h2>
        <Badge tone={appeal.outcome === "open" ? "ochre" : appeal.outcome === "reinstated" ? "green" : ""}>{appeal.outcome}</Badge>
      </div>
      <blockquote class="thread" style={{ margin: 0 }}><bdi>{appeal.statement}</bdi></blockquote>
      <p class="note">Contests <a href={path("c", name, "decisions")}>{appeal.decision}</a>; written down by <bdi>{appeal.who}</bdi>, {when(appeal.when)}.</p>
      {appeal.outcome !== "open" ? (
        <p><strong><bdi>{appeal.reviewer}</bdi></strong>, {when(appeal.answered)}: <bdi>{appeal.answer}</bdi></p>
      ) : may("approver") ? (
        <div class="stack">
          <Field label="Answer, with the reason"><textarea value={reason} onInput={(event) => setReason(event.currentTarget.value)} /></Field>
          <p class="row end"><button disabled={!reason.trim()} onClick={() => answer("upheld")}>Uphold the decision</button><button class="main" disabled={!reason.trim()} onClick={() => answer("reinstated")}>Reinstate the account</button></p>
        </div>
      ) : <p class="note">An approver answers it.</p>}
    </article>
  );
}

function New({ name, close, done }: { name: string; close: () => void; done: () => void }) {
  const [account, setAccount] = useState("");
  const [statement, setStatement] = useState("");
  const write = (): void =>
    void given(api.POST("/api/cases/{case}/appeals", { params: { path: { case: name } }, body: { account, statement } })).then((made) => (tell(`${made.id} is written.`), close(), done()), complain);
  return (
    <Dialog title="An appeal" close={close} footer={<><button onClick={close}>Cancel</button><button class="main" disabled={!account.trim() || !statement.trim()} onClick={write}>Write it down</button></>}>
      <Field label="Account (id or handle)"><input value={account} onInput={(event) => setAccount(event.currentTarget.value)} /></Field>
      <Field label="What it says, word for word"><textarea value={statement} onInput={(event) => setStatement(event.currentTarget.value)} /></Field>
    </Dialog>
  );
}
