import { useState } from "preact/hooks";
import { api, given } from "../../api/client";
import { chance, count, share } from "../../lib/format";
import { useSession } from "../../lib/session";
import { complain } from "../../lib/toasts";
import { useLoaded } from "../../lib/use";
import { ask, toAccount, usePlace } from "../../lib/url";
import { Badge, Empty, Name, Pages, Scroll, Wait } from "../../parts/basics";
import { Progress } from "../../parts/progress";
import type { Part } from ".";

const LIMIT = 100;

export function Linked({ name, network }: Part) {
  const { query } = usePlace();
  const { may } = useSession();
  const [job, setJob] = useState<string>();
  const offset = Number(query.get("offset") ?? 0);
  const params = { path: { case: name, network: network.network! } };
  const found = useLoaded(
    () => given(api.GET("/api/cases/{case}/networks/{network}/linked", { params: { ...params, query: { offset, limit: LIMIT } } })),
    [network.network, offset],
  );
  const grow = (): void => void given(api.POST("/api/cases/{case}/networks/{network}/expand", { params })).then((made) => setJob(made.id), complain);
  return (
    <div class="stack">
      <p>Accounts that did not act with the network and share what it has: administrators, devices, addresses, payments, sites. <em>Named</em> ones stand within the error rate of the list; the others are worth a look.</p>
      {may("analyst") && network.tier === "confirmed" && <p><button onClick={grow}>Look for more, into the exports</button></p>}
      {job && <Progress id={job} ended={found.again} />}
      <Wait on={found}>
        {({ rows, total }) => rows.length ? (
          <>
            <Scroll label="Accounts tied to the network">
              <table class="cards">
                <thead><tr><th scope="col">Account</th><th scope="col">Standing</th><th scope="col">Ties</th><th scope="col" class="num">Shared</th><th scope="col" class="num">p</th><th scope="col" class="num">q</th><th scope="col">Why</th></tr></thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.account}>
                      <th scope="row"><a href={toAccount(name, row.account!)}><Name account={row.account!} handle={row.handle} name={row.name} /></a><span class="sub">{[row.kind, row.platform].filter(Boolean).join(" on ")}</span></th>
                      <td data-label="Standing">{row.named ? <Badge tone="blue">named, {share(row.probability)}</Badge> : <Badge>worth a look</Badge>}{(row.control ?? 0) >= 0.9 && <span class="sub">most who run it are the network’s</span>}</td>
                      <td data-label="Ties">{row.ties}</td>
                      <td data-label="Shared" class="num">{count(row.shared)}</td>
                      <td data-label="p" class="num nowrap">{chance(row.p)}</td>
                      <td data-label="q" class="num nowrap">{chance(row.q)}</td>
                      <td><details><summary class="note">Why</summary><bdi>{row.explanation}</bdi></details></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
            <Pages total={total} offset={offset} limit={LIMIT} to={(next) => ask({ offset: next || "" })} />
          </>
        ) : <Empty title="Nobody else is tied to it"><p>Or the data holds no roles, devices or sites to tie accounts by.</p></Empty>}
      </Wait>
    </div>
  );
}
