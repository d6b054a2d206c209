// A job as it goes.

import { api } from "../api/client";
import { isOver, useJob, type Job } from "../lib/jobs";
import { count } from "../lib/format";

const TONE: Record<string, string> = { waiting: "", running: "blue", done: "green", failed: "red", stopped: "ochre" };

export function Progress({ id, ended }: { id: string; ended?: (job: Job) => void }) {
  const job = useJob(id, ended);
  if (!job) return null;
  const step = job.steps.at(-1);
  return (
    <section class="job" aria-label={job.title}>
      <div class="row apart">
        <strong>{job.title}</strong>
        <span class={`badge ${TONE[job.state]}`} role="status">{job.state}</span>
      </div>
      {!isOver(job) && <progress aria-label={step?.what ?? "waiting"} {...(step?.total ? { value: step.done, max: step.total } : {})} />}
      <ul class="steps">
        {job.steps.slice(-6).map((each) => (
          <li key={each.what} aria-current={each === step && !isOver(job) ? "step" : undefined}>
            <span>{each.what}</span>
            <span class="num">
              {each.done ? count(each.done) : ""}{each.total ? ` of ${count(each.total)}` : ""} {each.seconds >= 1 ? `${each.seconds} s` : ""}
            </span>
          </li>
        ))}
      </ul>
      {isOver(job) && job.message && (job.state === "done"
        ? <details><summary class="note">What it said</summary><pre>{job.message}</pre></details>
        : <p role="alert">{job.message}</p>)}
      {!isOver(job) && (
        <button class="plain" onClick={() => void api.POST("/api/jobs/{job}/stop", { params: { path: { job: job.id } } })}>
          Stop
        </button>
      )}
    </section>
  );
}
