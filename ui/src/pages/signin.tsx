import { useState } from "preact/hooks";
import { api, given, type Said } from "../api/client";
import { Field } from "../parts/basics";

export function SignIn({ renew }: { renew: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<Said>();
  const enter = (event: Event): void => {
    event.preventDefault();
    given(api.POST("/api/session", { body: { name, password } })).then(renew, setProblem);
  };
  return (
    <main id="main">
      <form class="card stack" style={{ maxWidth: "24rem", margin: "12vh auto" }} onSubmit={enter}>
        <h1>unswarm</h1>
        <Field label="Name"><input autocomplete="username" value={name} onInput={(event) => setName(event.currentTarget.value)} required /></Field>
        <Field label="Password"><input type="password" autocomplete="current-password" value={password} onInput={(event) => setPassword(event.currentTarget.value)} required /></Field>
        {problem && <p role="alert" class="badge red" style={{ whiteSpace: "normal" }}>{problem.message} {problem.hint}</p>}
        <button class="main">Sign in</button>
        <p class="note">What you look at and take out is written into an audit log.</p>
      </form>
    </main>
  );
}
