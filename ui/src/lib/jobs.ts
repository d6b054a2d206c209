// Long work: followed by server-sent events until it is over.

import { useEffect, useState } from "preact/hooks";
import type { Shapes } from "../api/client";

export type Job = Shapes["JobView"];

const OVER = new Set(["done", "failed", "stopped"]);
export const isOver = (job: Job | undefined): boolean => !!job && OVER.has(job.state);

export function useJob(id: string | undefined, ended?: (job: Job) => void): Job | undefined {
  const [job, set] = useState<Job>();
  useEffect(() => {
    if (!id) {
      set(undefined);
      return;
    }
    const source = new EventSource(`/api/jobs/${encodeURIComponent(id)}/events`);
    source.onmessage = (event) => {
      const found = JSON.parse(event.data) as Job;
      set(found);
      if (isOver(found)) {
        source.close();
        ended?.(found);
      }
    };
    return () => source.close();
  }, [id]);
  return job;
}
