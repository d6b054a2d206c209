// The shelf.

import { useEffect, useState } from "preact/hooks";
import { api, given } from "../api/client";
import { count } from "../lib/format";
import { useSession } from "../lib/session";
import { complain } from "../lib/toasts";
import { useLoaded } from "../lib/use";
import { go, path } from "../lib/url";
import { Badge, Empty, Field, Wait } from "../parts/basics";

export function Cases() {
  const shelf = useLoaded(() => given(api.GET("/api/cases")), []);
  const only = shelf.data?.single ? shelf.data.cases[0] : undefined;
  useEffect(() => {
    if (only) go(path("c", only.name), true);
  }, [only?.name]);
  return (
    <div class="stack">
      <div class="row apart"><h1>Cases</h1></div>
      <Wait on={shelf}>
        {({ cases, single }) => (
          <>
            {cases.length ? (
              <div class="grid">
                {cases.map((each) => (
                  <section key={each.name} class="card stack">
                    <div class="row apart">
                      <h2><a href={path("c", each.name)}><bdi>{each.name}</bdi></a></h2>
                      {each.synthetic && <Badge tone="ochre">synthetic</Badge>}
                    </div>
                    <p class="row">
                      {each.run ? (
                        <>
                          <Badge tone={each.confirmed ? "blue" : ""}>{count(each.confirmed)} confirmed</Badge>
                          <Badge>{count(each.leads)} leads</Badge>
                        </>
                      ) : <Badge>{each.sources ? "not yet looked at" : "empty"}</Badge>}
                      {each.waiting > 0 && <Badge tone="ochre">{each.waiting} wait for approval</Badge>}
                      {each.appeals > 0 && <Badge tone="red">{each.appeals} open appeals</Badge>}
                    </p>
                    <p class="note">{count(each.posts)} posts of {count(each.accounts)} accounts in {count(each.sources)} files. {each.decided > 0 && `${each.decided} decided.`}</p>
                  </section>
                ))}
              </div>
            ) : (
              <Empty title="No case yet">
                <p>A case is a folder that holds what was read, what was found and what people said of it. Make one, then import posts: a CSV export, an archive, an API's JSON.</p>
              </Empty>
            )}
            {!single && <NewCase />}
          </>
        )}
      </Wait>
    </div>
  );
}

function NewCase() {
  const { may } = useSession();
  const [name, setName] = useState("");
  if (!may("analyst")) return null;
  const make = (event: Event): void => {
    event.preventDefault();
    given(api.POST("/api/cases", { body: { name } })).then((made) => go(path("c", made.name, "import")), complain);
  };
  return (
    <form class="row" onSubmit={make}>
      <Field label="A new case"><input value={name} onInput={(event) => setName(event.currentTarget.value)} placeholder="e.g. spring-2026" required maxLength={100} /></Field>
      <button class="main" style={{ alignSelf: "end" }}>Make it</button>
    </form>
  );
}
