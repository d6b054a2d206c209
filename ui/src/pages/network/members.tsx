import { useState } from "preact/hooks";
import { api, given } from "../../api/client";
import { chance, count, day, figure } from "../../lib/format";
import { useLoaded } from "../../lib/use";
import { ask, toAccount, usePlace } from "../../lib/url";
import { Badge, Name, Pages, Scroll, Wait } from "../../parts/basics";
import { SURE } from "../../parts/graph";
import type { Part } from ".";

const LIMIT = 100;

export const band = (probability: number | null | undefined): string =>
  (probability ?? 0) >= 0.99 ? "almost certain" : (probability ?? 0) >= SURE ? "likely" : "undetermined: counted, not named";

export function Members({ name, network }: Part) {
  const { query } = usePlace();
  const offset = Number(query.get("offset") ?? 0);
  const [open, setOpen] = useState<string>();
  const found = useLoaded(
    () => given(api.GET("/api/cases/{case}/networks/{network}/members", { params: { path: { case: name, network: network.network! }, query: { offset, limit: LIMIT } } })),
    [network.network, offset],
  );
  return (
    <Wait on={found}>
      {({ rows, total }) => (
        <>
          <Scroll label="Members">
            <table class="cards">
              <thead><tr><th scope="col">Account</th><th scope="col">Part of the group</th><th scope="col" class="num">Together</th><th scope="col" class="num">Expected</th><th scope="col" class="num">p</th><th scope="col" class="num">Followers</th><th scope="col">Created</th><th scope="col">Why</th></tr></thead>
              <tbody>
                {rows.map((row) => (
                  <>
                    <tr key={row.account}>
                      <th scope="row"><a href={toAccount(name, row.account!)}><Name account={row.account!} handle={row.handle} name={row.name} /></a><span class="sub">{[row.kind, row.platform].filter(Boolean).join(" on ")}</span></th>
                      <td data-label="Part"><Badge tone={(row.probability ?? 0) >= SURE ? "blue" : ""}>{band(row.probability)}</Badge></td>
                      <td data-label="Together" class="num">{count(row.together)}<span class="sub">of {count(row.occasions)}</span></td>
                      <td data-label="Expected" class="num">{figure(row.expected)}</td>
                      <td data-label="p" class="num nowrap">{chance(row.p)}</td>
                      <td data-label="Followers" class="num">{count(row.followers)}</td>
                      <td data-label="Created" class="nowrap">{day(row.created)}</td>
                      <td><button class="plain" aria-expanded={open === row.account} onClick={() => setOpen(open === row.account ? undefined : row.account!)}>{open === row.account ? "Hide" : "Why"}</button></td>
                    </tr>
                    {open === row.account && <tr key={`${row.account} why`}><td colSpan={8}><p><bdi>{row.explanation}</bdi></p></td></tr>}
                  </>
                ))}
              </tbody>
            </table>
          </Scroll>
          <Pages total={total} offset={offset} limit={LIMIT} to={(next) => ask({ offset: next || "" })} />
          <p class="note">Below a probability of 0.9 an account is counted and named to nobody outside.</p>
        </>
      )}
    </Wait>
  );
}
