// The bar on top: the case and its pages, search, theme, who acts.

import { useEffect, useState } from "preact/hooks";
import { api, given, type Said } from "../api/client";
import { useUnseen } from "../lib/alerts";
import { count } from "../lib/format";
import { useSession, type Role } from "../lib/session";
import { complain } from "../lib/toasts";
import { useLoaded } from "../lib/use";
import { go, path } from "../lib/url";
import { Dialog, Field } from "./basics";

const PAGES = [
  ["networks", "Networks"], ["alerts", "Alerts"], ["decisions", "Decisions"], ["appeals", "Appeals"], ["attribution", "Attribution"],
  ["enforcement", "Enforcement"], ["report", "Report"], ["import", "Import"], ["about", "About"],
] as const;

export function Top({ name, page, search }: { name: string | undefined; page: string; search: () => void }) {
  const known = useLoaded(() => (name ? given(api.GET("/api/cases/{case}", { params: { path: { case: name } } })) : Promise.resolve(null)), [name, page]);
  const unseen = useUnseen(name, page);
  return (
    <>
      <header class="top">
        <a class="brand" href="/"><img src="/favicon.svg" alt="" />unswarm</a>
        {name && <a class="crumb" href={path("c", name)} title={name}><bdi>{name}</bdi></a>}
        {name && (
          <nav class="tabs" aria-label="Pages of the case">
            {PAGES.map(([id, title]) => (
              <a key={id} href={path("c", name, id)} aria-current={id === page ? "page" : undefined}>
                {title}
                {id === "alerts" && unseen > 0 && <b class="unseen">{count(unseen)}<span class="hidden"> not yet looked at</span></b>}
              </a>
            ))}
          </nav>
        )}
        <span class="spacer" />
        <span class="row">
          {name && <button onClick={search}>Search <kbd>Ctrl K</kbd></button>}
          <Theme />
          <Who />
        </span>
      </header>
      {known.data?.synthetic && <p class="ribbon">Synthetic data: nobody in this case exists.</p>}
    </>
  );
}

function Theme() {
  const [theme, set] = useState(localStorage.getItem("theme") ?? "");
  useEffect(() => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  const next = { "": "dark", dark: "light", light: "" }[theme] ?? "";
  const names: Record<string, string> = { "": "as the system", dark: "dark", light: "light" };
  return <button class="plain" onClick={() => set(next)} aria-label={`Theme: ${names[theme]}; change to ${names[next]}`}>◐</button>;
}

function Who() {
  const { session, renew } = useSession();
  const [open, set] = useState(false);
  const leave = async (): Promise<void> => {
    await given(api.DELETE("/api/session")).catch(complain);
    renew();
  };
  return (
    <>
      <button onClick={() => set(true)} title="Who acts"><bdi>{session.who}</bdi> <small>{session.role}</small></button>
      {open && (
        <Dialog title="Who acts" close={() => set(false)} footer={!session.open && <button onClick={() => void leave()}>Sign out</button>}>
          {session.open ? <ActAs close={() => set(false)} /> : (
            <p>You are signed in as <strong>{session.who}</strong>, in the role {session.role}.</p>
          )}
          {(session.role === "admin") && <p><a href="/server" onClick={() => set(false)}>People and the audit log of this server</a></p>}
        </Dialog>
      )}
    </>
  );
}

function ActAs({ close }: { close: () => void }) {
  const { session, renew } = useSession();
  const [name, setName] = useState(session.who ?? "");
  const [role, setRole] = useState<Role>((session.role as Role) ?? "analyst");
  const change = (event: Event): void => {
    event.preventDefault();
    given(api.PUT("/api/session/person", { body: { name, role } })).then(() => (renew(), close(), go(location.pathname + location.search, true)), (problem: Said) => complain(problem));
  };
  return (
    <form class="stack" onSubmit={change}>
      <p>This desk runs on your machine alone and has no accounts, so it takes your word, as the command line does. Two people at one desk say who acts.</p>
      <Field label="Name"><input value={name} onInput={(event) => setName(event.currentTarget.value)} required /></Field>
      <Field label="Role">
        <select value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>
          {["viewer", "analyst", "approver", "admin"].map((each) => <option key={each}>{each}</option>)}
        </select>
      </Field>
      <p class="row end"><button class="main">Act as this person</button></p>
    </form>
  );
}
