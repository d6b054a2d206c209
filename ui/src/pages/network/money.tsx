// What was paid, and who was reached.

import { api, given } from "../../api/client";
import { count, day, money } from "../../lib/format";
import { useLoaded } from "../../lib/use";
import { toAccount } from "../../lib/url";
import { Empty, Scroll, Wait } from "../../parts/basics";
import type { Part } from ".";

interface Spent { currency: string; ads: number; low: number; high: number; open: number }
interface Ad { ad: string; account: string; platform: string | null; currency: string; spend_low: number; spend_high: number | null; time: number | null; domain: string | null; payer: string | null; text: string | null }
interface Entity { platform: string; kind: string; standing: string; accounts: number }
interface Reach { kind: string; platform: string; entities: number; known: number; largest: number | null; together: number | null }

export function Money({ name, network }: Part) {
  const found = useLoaded(() => given(api.GET("/api/cases/{case}/networks/{network}/operation", { params: { path: { case: name, network: network.network! } } })), [network.network]);
  const said = (family: string) => network.evidence.filter((row) => row.family === family);
  return (
    <Wait on={found}>
      {(data) => {
        const spent = data.spent as unknown as Spent[];
        const ads = data.ads as unknown as Ad[];
        const entities = data.entities as unknown as Entity[];
        const reach = data.reach as unknown as Reach[];
        return (
          <div class="stack">
            <div class="grid">
              <section class="card stack">
                <h2>Advertisements</h2>
                {spent.map((each) => (
                  <p key={each.currency}><strong>{each.low === each.high ? money(each.low, each.currency) : `${money(each.low, "")}– ${money(each.high, each.currency)}`}</strong> for {count(each.ads)} ads{each.open ? `; of ${count(each.open)} only the least is known` : ""}</p>
                ))}
                {said("advertising").map((row) => <p key={row.place}>{row.claim}</p>)}
                {!spent.length && <p class="note">No advertisement of these accounts with a sum is in the case.</p>}
              </section>
              <section class="card stack">
                <h2>Audience</h2>
                {said("audience").map((row) => <p key={row.place}>{row.claim}</p>)}
                {!said("audience").length && <p class="note">The case holds no followers and no views.</p>}
              </section>
              <section class="card stack">
                <h2>What it consists of</h2>
                {entities.length ? (
                  <Scroll label="Accounts by kind">
                    <table>
                      <thead><tr><th scope="col">Platform</th><th scope="col">Kind</th><th scope="col">Standing</th><th scope="col" class="num">Accounts</th></tr></thead>
                      <tbody>{entities.map((row, place) => <tr key={place}><td>{row.platform || "–"}</td><td>{row.kind}</td><td>{row.standing}</td><td class="num">{count(row.accounts)}</td></tr>)}</tbody>
                    </table>
                  </Scroll>
                ) : <p class="note">Nothing.</p>}
                {reach.length > 0 && (
                  <Scroll label="Followers by kind">
                    <table>
                      <caption>Followers as profiles state them; one who follows several is in it several times</caption>
                      <thead><tr><th scope="col">Platform</th><th scope="col">Kind</th><th scope="col" class="num">Known of</th><th scope="col" class="num">Largest</th><th scope="col" class="num">Together</th></tr></thead>
                      <tbody>{reach.map((row, place) => <tr key={place}><td>{row.platform || "–"}</td><td>{row.kind}</td><td class="num">{count(row.known)} of {count(row.entities)}</td><td class="num">{count(row.largest)}</td><td class="num">{count(row.together)}</td></tr>)}</tbody>
                    </table>
                  </Scroll>
                )}
              </section>
            </div>
            {ads.length > 0 && (
              <section class="card">
                <h2>The dearest advertisements</h2>
                <Scroll label="Advertisements">
                  <table>
                    <thead><tr><th scope="col">Ad</th><th scope="col">For</th><th scope="col">Paid by</th><th scope="col">Began</th><th scope="col" class="num">Spent</th><th scope="col">Leads to</th><th scope="col">Text</th></tr></thead>
                    <tbody>
                      {ads.slice(0, 100).map((row) => (
                        <tr key={row.ad + row.account}>
                          <td><bdi>{row.ad}</bdi></td><td><a href={toAccount(name, row.account)}><bdi>{row.account}</bdi></a></td><td><bdi>{row.payer}</bdi></td><td class="nowrap">{day(row.time)}</td>
                          <td class="num nowrap">{row.spend_high == null || row.spend_high === row.spend_low ? money(row.spend_low, row.currency) : `${money(row.spend_low, "")}– ${money(row.spend_high, row.currency)}`}</td>
                          <td><bdi>{row.domain?.replaceAll(".", "[.]")}</bdi></td><td><bdi>{row.text}</bdi></td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </Scroll>
              </section>
            )}
            {!ads.length && !entities.length && <Empty title="Nothing of that kind"><p>Advertisements, followers and roles are read beside posts.</p></Empty>}
          </div>
        );
      }}
    </Wait>
  );
}
