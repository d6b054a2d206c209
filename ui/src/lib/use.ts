// Loading data: what is there, what went wrong, and how to ask again.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Said } from "../api/client";

export interface Loaded<T> {
  data: T | undefined;
  problem: Said | undefined;
  loading: boolean;
  again: () => void;
}

/** Ask when one of `on` changes; what was there stays until the answer comes. */
export function useLoaded<T>(load: () => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const [state, set] = useState<Omit<Loaded<T>, "again">>({
    data: undefined,
    problem: undefined,
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(0);
  useEffect(() => {
    const mine = ++latest.current;
    set((before) => ({ ...before, loading: true }));
    load().then(
      (data) => mine === latest.current && set({ data, problem: undefined, loading: false }),
      (problem) => mine === latest.current && set({ data: undefined, problem: said(problem), loading: false }),
    );
  }, [...on, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  return { ...state, again };
}

const said = (problem: unknown): Said =>
  typeof problem === "object" && problem !== null && "message" in problem && "kind" in problem
    ? (problem as Said)
    : { kind: "fault", message: `The page failed: ${String(problem)}.`, hint: "Load it again." };

/** A value that follows another one after a pause: for typing into a filter. */
export function useSettled<T>(value: T, ms = 250): T {
  const [settled, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** Keys that work wherever nobody types; `mod+k` works everywhere. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      const mod = event.ctrlKey || event.metaKey;
      const name = (mod ? "mod+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
      const target = event.target as Element;
      const typing = target.closest("input, textarea, select, dialog, [contenteditable]");
      const acting = event.key === "Enter" && target.closest("a, button, summary");
      if ((typing && !mod) || acting) return;
      const act = latest.current[name];
      if (act) {
        event.preventDefault();
        act(event);
      }
    };
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}
