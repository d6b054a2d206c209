// The shell: who is here, which case, which page.

import { useCallback, useEffect, useState } from "preact/hooks";
import { api, given, onSignedOut, setToken } from "./api/client";
import { SessionContext, type Session } from "./lib/session";
import { undoLast } from "./lib/toasts";
import { useKeys, useLoaded } from "./lib/use";
import { path, usePlace } from "./lib/url";
import { Bones, Problem } from "./parts/basics";
import { Palette } from "./parts/palette";
import { Toasts } from "./parts/toasts";
import { Top } from "./parts/top";
import { About } from "./pages/about";
import { AccountPage } from "./pages/account";
import { Alerts } from "./pages/alerts";
import { Appeals } from "./pages/appeals";
import { Attribution } from "./pages/attribution";
import { Cases } from "./pages/cases";
import { Decisions } from "./pages/decisions";
import { Import } from "./pages/import";
import { NetworkPage } from "./pages/network";
import { Networks } from "./pages/networks";
import { PairPage } from "./pages/pair";
import { Plans } from "./pages/plans";
import { Report } from "./pages/report";
import { Server } from "./pages/server";
import { SignIn } from "./pages/signin";

const PAGES: Record<string, (props: { name: string }) => preact.JSX.Element | null> = {
  networks: Networks,
  alerts: Alerts,
  decisions: Decisions,
  appeals: Appeals,
  attribution: Attribution,
  enforcement: Plans,
  report: Report,
  import: Import,
  about: About,
  account: AccountPage,
  pair: PairPage,
};

export function App() {
  const [session, setSession] = useState<Session>();
  const loaded = useLoaded(() => given(api.GET("/api/session")), []);
  useEffect(() => {
    if (loaded.data) {
      setToken(loaded.data.csrf);
      setSession(loaded.data);
    }
  }, [loaded.data]);
  const renew = useCallback(loaded.again, []);
  useEffect(() => onSignedOut(renew), []);
  if (loaded.problem) return <main><Problem problem={loaded.problem} again={renew} /></main>;
  if (!session) return <main><Bones /></main>;
  return (
    <SessionContext.Provider value={{ session, renew }}>
      {session.who == null ? <SignIn renew={renew} /> : <Desk />}
      <Toasts />
    </SessionContext.Provider>
  );
}

function Desk() {
  const place = usePlace();
  const [searching, setSearching] = useState(false);
  const parts = place.path.split("/").filter(Boolean).map(decodeURIComponent);
  const name = parts[0] === "c" ? parts[1] : undefined;
  const page = parts[2] ?? "networks";
  useKeys({
    "mod+k": () => name && setSearching(true),
    "mod+z": undoLast,
    "?": () => name && setSearching(true),
  });
  useEffect(() => {
    document.title = [parts[3] ?? (name ? page : ""), name, "unswarm"].filter(Boolean).join(" · ");
  }, [place.path]);
  const Page = PAGES[page];
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.querySelector<HTMLElement>("main")?.focus())}>Skip to the content</a>
      <Top name={name} page={page === "n" ? "networks" : page} search={() => setSearching(true)} />
      <main id="main" tabIndex={-1}>
        {!name ? (
          parts[0] === "server" ? <Server /> : <Cases />
        ) : page === "n" && parts[3] ? (
          <NetworkPage key={parts[3]} name={name} network={parts[3]} />
        ) : Page ? (
          <Page key={name} name={name} />
        ) : (
          <Problem problem={{ kind: "missing", message: `There is no page ${place.path}.`, hint: "" }} />
        )}
        {!name && parts.length > 0 && parts[0] !== "server" && <p><a href={path()}>All cases</a></p>}
      </main>
      {searching && name && <Palette name={name} close={() => setSearching(false)} />}
    </>
  );
}
