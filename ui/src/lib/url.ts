// The address is the state: what is shown can be sent to a colleague, and Back undoes a filter.

import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string;
  query: URLSearchParams;
}

const listeners = new Set<() => void>();

const here = (): Place => ({
  path: location.pathname,
  query: new URLSearchParams(location.search),
});

const told = (): void => {
  for (const listener of listeners) listener();
};

addEventListener("popstate", told);

export function go(to: string, replace = false): void {
  const before = location.pathname;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  told();
  if (location.pathname !== before) {
    scrollTo(0, 0);
    document.querySelector<HTMLElement>("main")?.focus();
  }
}

export function usePlace(): Place {
  const [place, set] = useState(here);
  useEffect(() => {
    const listener = (): void => set(here());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return place;
}

/** Change some of the address's parameters; an empty value takes one away. */
export function ask(change: Record<string, string | number | null | undefined>, replace = false): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(change)) {
    if (value == null || value === "") query.delete(name);
    else query.set(name, String(value));
  }
  const text = query.toString();
  go(location.pathname + (text ? `?${text}` : ""), replace);
}

export const path = (...parts: string[]): string => `/${parts.map(encodeURIComponent).join("/")}`;

export const toNetwork = (name: string, network: string, tab = ""): string =>
  path("c", name, "n", network) + (tab ? `?tab=${tab}` : "");

export const toAccount = (name: string, account: string): string =>
  `${path("c", name, "account")}?id=${encodeURIComponent(account)}`;

export const toPair = (name: string, one: string, other: string, signal = ""): string =>
  `${path("c", name, "pair")}?${new URLSearchParams({ one, other, ...(signal && { signal }) })}`;

/** Links within the page change the address without loading it anew. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("a");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    if (link.pathname.startsWith("/api/") || link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}
