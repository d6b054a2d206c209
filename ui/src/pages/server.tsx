// People who may come in, and who saw what: for admins.

import { useState } from "preact/hooks";
import { api, given } from "../api/client";
import { when } from "../lib/format";
import { useSession } from "../lib/session";
import { useLoaded } from "../lib/use";
import { Empty, Problem, Scroll, Wait } from "../parts/basics";

export function Server() {
  const { may, session } = useSession();
  const [offset, setOffset] = useState(0);
  const people = useLoaded(() => given(api.GET("/api/people")), []);
  const audit = useLoaded(() => given(api.GET("/api/audit", { params: { query: { offset, limit: 100 } } })), [offset]);
  if (!may("admin")) return <Problem problem={{ kind: "role", message: "Only an admin sees this.", hint: "" }} />;
  return (
    <div class="stack">
      <h1>This server</h1>
      <section class="card">
        <h2>People</h2>
        {session.open ? (
          <p>There are no accounts: whoever sits at this machine may come in, and says who acts. <code>unswarm people add NAME --role analyst</code> makes the first account; from then on everybody signs in.</p>
        ) : (
          <Wait on={people} rows={3}>{(found) => <ul>{found.people.map((each) => <li key={each.name}><bdi>{each.name}</bdi>, {each.role}</li>)}</ul>}</Wait>
        )}
      </section>
      <section class="card stack">
        <h2>Who saw and took what</h2>
        <Wait on={audit}>
          {({ lines }) => lines.length ? (
            <>
              <Scroll label="Audit log">
                <table>
                  <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">Act</th><th scope="col">What</th></tr></thead>
                  <tbody>
                    {lines.map((line) => {
                      const { when: at, who, role, act, hash, before: _, ...rest } = line as Record<string, unknown>;
                      return <tr key={String(hash)}><td class="nowrap">{when(String(at))}</td><td><bdi>{String(who ?? "")}</bdi>{role ? <span class="sub">{String(role)}</span> : null}</td><td>{String(act)}</td><td><bdi>{Object.entries(rest).map(([key, value]) => `${key}: ${String(value)}`).join("; ")}</bdi></td></tr>;
                    })}
                  </tbody>
                </table>
              </Scroll>
              <p class="row">
                <button disabled={!offset} onClick={() => setOffset(Math.max(0, offset - 100))}>← Later</button>
                <button disabled={lines.length < 100} onClick={() => setOffset(offset + 100)}>Earlier →</button>
              </p>
            </>
          ) : <Empty title="Nothing yet" />}
        </Wait>
      </section>
    </div>
  );
}
