// Alerts as they are told, and how many of them this browser has not looked at yet.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";

export type Alert = Shapes["AlertRow"];

const OFTEN = 30_000; // milliseconds between two looks at how many there are
const TOGETHER = 250; // milliseconds in which alerts that come together are heard of once

const listeners = new Set<() => void>();
const key = (name: string): string => `alerts ${name}`;

const told = (): void => {
  for (const listener of listeners) listener();
};

addEventListener("storage", told); // another tab looked at them

/** The number of the latest alert that was looked at here. */
export const lookedAt = (name: string): number => Number(localStorage.getItem(key(name))) || 0;

export function lookAt(name: string, number: number): void {
  if (number === lookedAt(name)) return;
  localStorage.setItem(key(name), String(number));
  told();
}

const isSeen = (): boolean => document.visibilityState === "visible";

/** Something done now and then, while the page can be seen. */
export function useNowAndThen(act: () => void, ms: number, on: readonly unknown[]): void {
  useEffect(() => {
    const look = (): void => void (isSeen() && act());
    const timer = setInterval(look, ms);
    document.addEventListener("visibilitychange", look);
    return () => (clearInterval(timer), document.removeEventListener("visibilitychange", look));
  }, on);
}

/** How many alerts of a case were not looked at. */
export function useUnseen(name: string | undefined, page: string): number {
  const [all, setAll] = useState<{ name: string; number: number }>();
  const [, turn] = useState(0);
  const ask = (): void => {
    if (!name) return;
    given(api.GET("/api/cases/{case}/alerts", { params: { path: { case: name }, query: { limit: 1 } } })).then(
      ({ in_all }) => setAll({ name, number: in_all }),
      () => undefined, // the page of the alerts says what is wrong
    );
  };
  useEffect(ask, [name, page]);
  useNowAndThen(ask, OFTEN, [name]);
  useEffect(() => {
    const listener = (): void => turn((before) => before + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return name && all?.name === name ? Math.max(0, all.number - lookedAt(name)) : 0;
}

/** Hear that there are alerts after the `known` first ones; only while the page can be seen, because
 * a browser keeps few streams open at one time. */
export function useNews(name: string, known: number | undefined, heard: () => void): void {
  const latest = useRef({ known, heard });
  latest.current = { known, heard };
  const ready = known !== undefined;
  useEffect(() => {
    let source: EventSource | undefined;
    let timer = 0;
    const tell = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => latest.current.heard(), TOGETHER);
    };
    const turn = (): void => {
      source?.close();
      source = undefined;
      if (!ready || !isSeen()) return;
      source = new EventSource(`/api/cases/${encodeURIComponent(name)}/alerts/events?after=${latest.current.known ?? 0}`);
      source.onmessage = tell;
    };
    turn();
    document.addEventListener("visibilitychange", turn);
    return () => (clearTimeout(timer), source?.close(), document.removeEventListener("visibilitychange", turn));
  }, [name, ready]);
}
