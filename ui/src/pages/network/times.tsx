import { api, given } from "../../api/client";
import { useLoaded } from "../../lib/use";
import { ask, toAccount, usePlace } from "../../lib/url";
import { Empty, Wait } from "../../parts/basics";
import { AccountsMap, Births, Brush, Week } from "../../parts/charts";
import type { Part } from ".";

export function TimesTab({ name, network }: Part) {
  const { query } = usePlace();
  const number = (key: string): number | undefined => (query.get(key) ? Number(query.get(key)) : undefined);
  const params = { path: { case: name, network: network.network! } };
  const whole = useLoaded(() => given(api.GET("/api/cases/{case}/networks/{network}/times", { params })), [network.network]);
  const since = number("since");
  const until = number("until");
  const part = useLoaded(
    () => given(api.GET("/api/cases/{case}/networks/{network}/times", { params: { ...params, query: { since, until } } })),
    [network.network, since, until],
  );
  return (
    <Wait on={whole}>
      {(all) => all == null ? <Empty title="No times"><p>The posts of this network carry none.</p></Empty> : (
        <div class="stack">
          <section class="card"><h2>Over time</h2><Brush times={all} since={since ?? null} until={until ?? null} choose={(from, to) => ask({ since: from, until: to })} /></section>
          <Wait on={part}>{(times) => times && <AccountsMap times={times} link={(account) => toAccount(name, account)} />}</Wait>
          <div class="grid">
            {all.week ? (
              <>
                <Week hours={all.week.members} title="The network’s week" />
                {all.week.others.some(Boolean) && <Week hours={all.week.others} title="Everybody else’s week" />}
              </>
            ) : <Empty title="Times too coarse"><p>The source gives days, so that hours cannot be told.</p></Empty>}
            <Births born={all.born} />
          </div>
        </div>
      )}
    </Wait>
  );
}
