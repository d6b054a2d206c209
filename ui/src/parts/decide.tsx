// A verdict: with its ground, the evidence it cites, and a reason; written after a moment to undo.

import { useState } from "preact/hooks";
import { api, given } from "../api/client";
import { soon, tell } from "../lib/toasts";
import { Dialog, Field } from "./basics";

const VERDICTS = [
  ["inauthentic", "They hide who they are, or break a rule together."],
  ["authentic", "Coordinated, and honest: a fan club, a newsroom, a party."],
  ["not coordinated", "They do not act together."],
  ["undecided", "Looked at; more is needed."],
] as const;

interface Props {
  name: string;
  subject: string;
  citable: string[];
  grounds: string[];
  close: () => void;
  done: () => void;
}

export function Decide({ name, subject, citable, grounds, close, done }: Props) {
  const [verdict, setVerdict] = useState<(typeof VERDICTS)[number][0]>("undecided");
  const [ground, setGround] = useState("");
  const [cites, setCites] = useState<string[]>([]);
  const [reason, setReason] = useState("");
  const inauthentic = verdict === "inauthentic";
  const ready = reason.trim() && (!ground || cites.length > 0);
  const write = (): void => {
    close();
    soon(`${subject}: ${verdict}`, async () => {
      const body = { subject, verdict, reason, ground: inauthentic ? ground : "", cites };
      const made = await given(api.POST("/api/cases/{case}/decisions", { params: { path: { case: name } }, body }));
      tell(`${made.id} is written.${ground ? " A second person approves it." : ""}`);
      done();
    });
  };
  const toggle = (cite: string): void =>
    setCites((before) => (before.includes(cite) ? before.filter((each) => each !== cite) : [...before, cite]));
  return (
    <Dialog
      title={`Decide on ${subject}`}
      close={close}
      footer={
        <>
          <span class="note grow">It stands in the log for good; you have a few seconds to undo it.</span>
          <button onClick={close}>Cancel</button>
          <button class="main" disabled={!ready} onClick={write}>Decide</button>
        </>
      }
    >
      <fieldset>
        <legend>Verdict</legend>
        {VERDICTS.map(([word, says]) => (
          <label class="check" key={word}>
            <input type="radio" name="verdict" checked={verdict === word} onChange={() => setVerdict(word)} />
            <span><strong>{word}</strong> <small>{says}</small></span>
          </label>
        ))}
      </fieldset>
      {inauthentic && (
        <Field label="Ground" note="The rule that was broken. Without one, nothing can be enforced.">
          <select value={ground} onChange={(event) => setGround(event.currentTarget.value)}>
            <option value="">none</option>
            {grounds.map((each) => <option key={each}>{each}</option>)}
          </select>
        </Field>
      )}
      <fieldset>
        <legend>Evidence it rests on</legend>
        {citable.map((each) => (
          <label class="check" key={each}>
            <input type="checkbox" checked={cites.includes(each)} onChange={() => toggle(each)} /> <span>{each}</span>
          </label>
        ))}
        {!citable.length && <p class="note">The case holds no evidence on it.</p>}
      </fieldset>
      <Field label="Reason" note="What they did, not what they said. A quotation of a post is refused.">
        <textarea value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </Dialog>
  );
}
