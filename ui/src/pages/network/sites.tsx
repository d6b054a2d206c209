// Where the posts lead: the funnel, sister sites, redirects, and single objects.

import { api, given, type Shapes } from "../../api/client";
import { count, defanged, share } from "../../lib/format";
import { useLoaded } from "../../lib/use";
import { ask, usePlace } from "../../lib/url";
import { Badge, Empty, Pages, Scroll, Wait } from "../../parts/basics";
import type { Part } from ".";

const TITLES: Record<string, string> = { domain: "Sites", url: "Links", hashtag: "Hashtags", media: "Pictures and videos" };
const LIMIT = 50;
type Kind = "domain" | "url" | "hashtag" | "media";

interface Shown { x: number; y: number; height: number; short: string; number: string; tone: string; says: string; last: boolean }
interface Ribbon { path: string; tone: string; says: string }
interface Line { site: string; harmless: string; group: string; accounts: number; posts: number; links: number }

export function Sites({ name, network }: Part) {
  const { query } = usePlace();
  const kind = (query.get("objects") as Kind) ?? (network.objects_of[0] as Kind);
  const offset = Number(query.get("offset") ?? 0);
  const path = { case: name, network: network.network! };
  const flows = useLoaded(() => given(api.GET("/api/cases/{case}/networks/{network}/flows", { params: { path } })), [network.network]);
  const objects = useLoaded(
    () => given(api.GET("/api/cases/{case}/networks/{network}/objects/{kind}", { params: { path: { ...path, kind }, query: { offset, limit: LIMIT } } })),
    [network.network, kind, offset],
  );
  return (
    <div class="stack">
      <Wait on={flows}>{(data) => data && <Funnel data={data} />}</Wait>
      <section class="card stack">
        <div class="row">
          {network.objects_of.map((each) => (
            <button key={each} aria-pressed={each === kind} onClick={() => ask({ objects: each, offset: "" })}>{TITLES[each]}</button>
          ))}
        </div>
        <Wait on={objects}>
          {({ rows, total }) => rows.length ? (
            <>
              <Scroll label={TITLES[kind] ?? kind}>
                <table>
                  <thead><tr><th scope="col">{TITLES[kind]}</th><th scope="col" class="num">Members</th><th scope="col" class="num">Posts</th><th scope="col" class="num">Everybody’s</th><th scope="col" class="num">Theirs alone</th></tr></thead>
                  <tbody>
                    {rows.map((row) => (
                      <tr key={row.object}>
                        <th scope="row"><bdi>{kind === "domain" || kind === "url" ? defanged(row.object) : row.object}</bdi> {row.known && <Badge>{row.known}</Badge>}</th>
                        <td class="num">{count(row.members)}</td><td class="num">{count(row.posts)}</td><td class="num">{count(row.all_posts)}</td><td class="num">{share(row.posts / row.all_posts)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
              <Pages total={total} offset={offset} limit={LIMIT} to={(next) => ask({ offset: next || "" })} />
            </>
          ) : <Empty title="None" />}
        </Wait>
      </section>
    </div>
  );
}

function Funnel({ data }: { data: Shapes["Flows"] }) {
  const nodes = data.nodes as unknown as Shown[];
  const ribbons = data.ribbons as unknown as Ribbon[];
  const lines = data.lines as unknown as Line[];
  const redirects = data.redirects as { url: string; target: string; hops: number; links: number }[];
  const groups = data.groups as { sites: string[]; marks: string[] }[];
  return (
    <section class="card stack">
      <h2>Where their posts lead</h2>
      <svg class="funnel" viewBox={`0 0 360 ${data.high}`} role="img" aria-label={data.describes}>
        {ribbons.map((each, place) => <path key={place} class={each.tone} d={each.path}><title>{each.says}</title></path>)}
        {nodes.map((each, place) => (
          <g key={place} class={each.tone}>
            <rect x={each.x} y={each.y} width={8} height={each.height}><title>{each.says}</title></rect>
            <text x={each.last ? each.x + 8 : each.x} y={each.y - 4} text-anchor={each.last ? "end" : "start"}>{each.short} <tspan class="number">{each.number}</tspan></text>
          </g>
        ))}
      </svg>
      <p class="note">{data.describes}</p>
      {groups.length > 0 && (
        <div>
          <h3>Sites with one owner’s ids</h3>
          {groups.map((group, place) => (
            <p key={place}>{group.sites.map(defanged).join(", ")}<br /><small>{group.marks.join(" · ")}</small></p>
          ))}
        </div>
      )}
      <details>
        <summary>As a table ({count(lines.length)} of {count(data.sites)} sites)</summary>
        <Scroll label="Sites they lead to">
          <table>
            <thead><tr><th scope="col">Site</th><th scope="col">Group</th><th scope="col" class="num">Accounts</th><th scope="col" class="num">Posts</th><th scope="col" class="num">Links</th></tr></thead>
            <tbody>{lines.map((line) => <tr key={line.site}><th scope="row"><bdi>{line.harmless}</bdi></th><td>{line.group}</td><td class="num">{count(line.accounts)}</td><td class="num">{count(line.posts)}</td><td class="num">{count(line.links)}</td></tr>)}</tbody>
          </table>
        </Scroll>
      </details>
      {redirects.length > 0 && (
        <details>
          <summary>Redirects followed ({count(redirects.length)})</summary>
          <Scroll label="Redirects">
            <table>
              <thead><tr><th scope="col">Address in the post</th><th scope="col">Ends at</th><th scope="col" class="num">Hops</th><th scope="col" class="num">Links</th></tr></thead>
              <tbody>{redirects.map((each) => <tr key={each.url}><td><bdi>{defanged(each.url)}</bdi></td><td><bdi>{defanged(each.target)}</bdi></td><td class="num">{each.hops}</td><td class="num">{count(each.links)}</td></tr>)}</tbody>
            </table>
          </Scroll>
        </details>
      )}
    </section>
  );
}
