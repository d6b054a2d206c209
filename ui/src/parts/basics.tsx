// Small parts that every page uses.

import { cloneElement, type ComponentChildren, type JSX, type VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Said } from "../api/client";
import type { Loaded } from "../lib/use";
import { count, share } from "../lib/format";

export type Children = { children?: ComponentChildren };

export const Badge = ({ tone = "", children }: Children & { tone?: string }) => (
  <span class={`badge ${tone}`}>{children}</span>
);

export function Problem({ problem, again }: { problem: Said; again?: () => void }) {
  return (
    <div class="problem" role="alert">
      <h2>{problem.kind === "missing" ? "Not here" : "That did not work"}</h2>
      <p>{problem.message}</p>
      {problem.hint && <p class="note">{problem.hint}</p>}
      {again && <button onClick={again}>Try again</button>}
    </div>
  );
}

export const Empty = ({ title, children }: Children & { title: string }) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
);

export const Bones = ({ rows = 6 }: { rows?: number }) => (
  <div class="bones" role="status" aria-label="Loading">
    {Array.from({ length: rows }, (_, place) => <i key={place} />)}
  </div>
);

/** What was asked for, or where it stands: loading, failed, there. */
export function Wait<T>({ on, rows, children }: { on: Loaded<T>; rows?: number; children: (data: T) => ComponentChildren }) {
  if (on.problem) return <Problem problem={on.problem} again={on.again} />;
  if (on.data === undefined) return <Bones rows={rows} />;
  return <div class="stack" aria-busy={on.loading}>{children(on.data)}</div>;
}

export const Figure = ({ name, children, note }: Children & { name: string; note?: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      {children}
      {note && <small>{note}</small>}
    </dd>
  </div>
);

/** A table that scrolls sideways by keyboard, too. */
export const Scroll = ({ label, children }: Children & { label: string }) => (
  <div class="scroll" tabIndex={0} role="region" aria-label={label}>
    {children}
  </div>
);

/** One control with its name above and a note below, tied to it for whoever hears the page. */
export function Field({ label, children, note }: { label: string; children: VNode<{ id?: string }>; note?: string }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {cloneElement(children, { id, "aria-describedby": note ? `${id}-note` : undefined } as object)}
      {note && <small id={`${id}-note`}>{note}</small>}
    </div>
  );
}

export function Dialog({ title, children, footer, close }: Children & { title: string; footer?: ComponentChildren; close: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    ref.current?.showModal();
    return () => before?.focus?.();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={id} onCancel={(event) => (event.preventDefault(), close())}>
      <header>
        <h2 id={id}>{title}</h2>
        <button class="plain" onClick={close} aria-label="Close">✕</button>
      </header>
      <div class="body">{children}</div>
      {footer && <footer>{footer}</footer>}
    </dialog>
  );
}

export interface Tab {
  id: string;
  name: string;
  number?: number;
}

/** Parts of a page; which one is shown stands in the address. */
export const Tabs = ({ tabs, at, to, label }: { tabs: Tab[]; at: string; to: (id: string) => string; label: string }) => (
  <nav class="tabs under" aria-label={label}>
    {tabs.map((tab) => (
      <a key={tab.id} href={to(tab.id)} aria-current={tab.id === at ? "page" : undefined}>
        {tab.name}
        {tab.number ? <small> {count(tab.number)}</small> : null}
      </a>
    ))}
  </nav>
);

export function Pages({ total, offset, limit, to }: { total: number; offset: number; limit: number; to: (offset: number) => void }) {
  if (total <= limit) return null;
  return (
    <p class="row">
      <button disabled={offset === 0} onClick={() => to(Math.max(0, offset - limit))}>← Earlier rows</button>
      <span class="note">{count(offset + 1)} – {count(Math.min(total, offset + limit))} of {count(total)}</span>
      <button disabled={offset + limit >= total} onClick={() => to(offset + limit)}>Later rows →</button>
    </p>
  );
}

/** Two numbers as bars: the network's and everybody else's. */
export function Bars({ value, baseline, claim }: { value: number | null; baseline: number | null; claim: string }) {
  if (value == null || baseline == null) return null; // one bar compares nothing
  const most = Math.max(Math.abs(value), Math.abs(baseline)) || 1;
  const shares = claim.includes("%") && value >= 0 && value <= 1 && baseline <= 1;
  const say = (number: number): string => (shares ? share(number) : count(Number(number.toPrecision(4))));
  const bar = (name: string, number: number, own: boolean): JSX.Element[] => [
    <span>{name}</span>,
    <i class={own ? "own" : ""} style={{ width: `${(100 * Math.abs(number)) / most}%` }} />,
    <span class="num">{say(number)}</span>,
  ];
  return (
    <div class="bars">
      {bar("this network", value, true)}
      {bar("others", baseline, false)}
    </div>
  );
}

export const Name = ({ account, handle, name }: { account: string; handle?: string | null; name?: string | null }) => (
  <>
    <bdi>{handle ? `@${handle}` : account}</bdi>
    {name && <bdi class="sub">{name}</bdi>}
  </>
);

/** Any rows, as a table: for what a measure lists behind its claim. */
export function AnyTable({ rows, label }: { rows: Record<string, unknown>[]; label: string }) {
  const columns = Object.keys(rows[0] ?? {});
  return (
    <Scroll label={label}>
      <table>
        <thead><tr>{columns.map((name) => <th key={name} scope="col">{name.replaceAll("_", " ")}</th>)}</tr></thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>{columns.map((name) => <td key={name}><bdi>{cell(name, row[name])}</bdi></td>)}</tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const MOMENTS = /^(time|first|last|born|created|seen|until|target_time|other_time)$/;

function cell(name: string, value: unknown): string {
  if (value == null) return "";
  if (typeof value === "number" && MOMENTS.test(name)) return new Date(value).toISOString().slice(0, 19).replace("T", " ");
  if (typeof value === "number") return count(Number(value.toPrecision(6)));
  return String(value);
}

export function Copy({ text, children }: Children & { text: string }) {
  const [done, set] = useState(false);
  return (
    <button onClick={() => void navigator.clipboard.writeText(text).then(() => set(true))}>
      {done ? "Copied" : children}
    </button>
  );
}
