// Short words at the edge of the page, and acts that can be undone until they are written.

import { useEffect, useState } from "preact/hooks";
import type { Said } from "../api/client";

export interface Toast {
  id: number;
  text: string;
  bad?: boolean;
  undo?: () => void;
  now?: () => void;
  until?: number;
}

export const PATIENCE = 6000; // milliseconds in which an act can be undone

let toasts: Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();
const pending = new Set<() => void>();

const change = (to: Toast[]): void => {
  toasts = to;
  for (const listener of listeners) listener();
};

const drop = (id: number): void => change(toasts.filter((toast) => toast.id !== id));

function add(toast: Omit<Toast, "id">, ms: number): number {
  const id = next++;
  change([...toasts, { ...toast, id }]);
  setTimeout(() => drop(id), ms);
  return id;
}

export const tell = (text: string): void => void add({ text }, 5000);

export const complain = (problem: Said): void =>
  void add({ text: [problem.message, problem.hint].filter(Boolean).join(" "), bad: true }, 12_000);

/** Do something in a moment, unless somebody undoes it: what is in the log stays there. */
export function soon(text: string, act: () => Promise<unknown>, undone: () => void = () => undefined): void {
  let over = false;
  const end = (): boolean => {
    if (over) return false;
    over = true;
    clearTimeout(timer);
    pending.delete(now);
    drop(id);
    return true;
  };
  const now = (): void => {
    if (end()) act().catch((problem: Said) => (undone(), complain(problem)));
  };
  const undo = (): void => {
    if (end()) undone();
  };
  const timer = setTimeout(now, PATIENCE);
  pending.add(now);
  const id = add({ text, undo, now, until: Date.now() + PATIENCE }, PATIENCE + 500);
}

// who closes the page meant what they did
addEventListener("pagehide", () => pending.forEach((now) => now()));

export function undoLast(): void {
  toasts.filter((toast) => toast.undo).at(-1)?.undo?.();
}

export function useToasts(): Toast[] {
  const [, set] = useState(0);
  useEffect(() => {
    const listener = (): void => set((turn) => turn + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return toasts;
}
