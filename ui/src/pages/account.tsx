// The dossier of an account.

import { useEffect, useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { chance, count, day, figure, gap, moment, share, when } from "../lib/format";
import { useSession } from "../lib/session";
import { useLoaded, useSettled } from "../lib/use";
import { ask, toAccount, toNetwork, toPair, usePlace } from "../lib/url";
import { Badge, Empty, Field, Figure, Name, Pages, Scroll, Wait } from "../parts/basics";
import { Decide } from "../parts/decide";
import { band } from "./network/members";
import { photoAt, useBlur } from "./network/photos";
import { labelTone } from "./networks";

const LIMIT = 30;

export function AccountPage({ name }: { name: string }) {
  const { query } = usePlace();
  const id = query.get("id") ?? "";
  const found = useLoaded(() => given(api.GET("/api/cases/{case}/account", { params: { path: { case: name }, query: { id } } })), [name, id]);
  return <Wait on={found}>{(dossier) => <Dossier key={id} name={name} id={id} dossier={dossier} again={found.again} />}</Wait>;
}

interface Props {
  name: string;
  id: string;
  dossier: Shapes["Dossier"];
  again: () => void;
}

interface Activity { posts: number; first: number | null; last: number | null; reposts: number; replies: number; days: number }
interface Signal { signal: string; p: number | null; neighbours: number; occasions: number; together: number; expected: number | null; window: number | null; min_gap: number | null }
interface Neighbour { account: string; handle: string | null; name: string | null; network: string; signals: string; objects: number; p: number; q: number; min_gap: number }
interface Role { account: string | null; role: string; target: string; country: string | null; until: number | null }

function Dossier({ name, id, dossier, again }: Props) {
  const { may } = useSession();
  const [deciding, setDeciding] = useState(false);
  const { profile } = dossier;
  const activity = dossier.activity as unknown as Activity;
  const signals = dossier.signals as unknown as Signal[];
  const neighbours = dossier.neighbours as unknown as Neighbour[];
  const roles = dossier.roles as unknown as Role[];
  const record = useLoaded(() => given(api.GET("/api/cases/{case}/record", { params: { path: { case: name } } })), [name]);
  const network = dossier.memberships[0]?.network ?? dossier.ties[0]?.network ?? "";
  const citing = useLoaded(
    () => (network ? given(api.GET("/api/cases/{case}/networks/{network}", { params: { path: { case: name, network } } })) : Promise.resolve(null)),
    [network],
  );
  return (
    <div class="stack">
      <header class="row apart">
        <div class="row">
          {dossier.photo && <Face name={name} photo={dossier.photo} />}
          <div>
            <h1><bdi>{profile.handle ? `@${profile.handle}` : id}</bdi></h1>
            <p class="note"><bdi>{profile.name}</bdi> {[profile.kind, profile.platform && `on ${profile.platform}`, `id ${id}`].filter(Boolean).join(" · ")}</p>
          </div>
        </div>
        {may("analyst") && <button class="main" onClick={() => setDeciding(true)}>Decide …</button>}
      </header>
      <dl class="figures">
        <Figure name="posts here">{count(activity.posts)}</Figure>
        <Figure name="on days">{count(activity.days)}</Figure>
        <Figure name="reposts">{share(activity.posts ? activity.reposts / activity.posts : null)}</Figure>
        <Figure name="created">{day(profile.created)}</Figure>
        <Figure name="followers">{count(profile.followers)}</Figure>
        <Figure name="following">{count(profile.following)}</Figure>
        {profile.status && <Figure name="status">{profile.status}</Figure>}
      </dl>
      <section class="stack">
        {dossier.memberships.map((each) => (
          <div key={each.network} class="card question coordination">
            <h2><a href={toNetwork(name, each.network!)}>{each.network}</a> <Badge tone={labelTone(each)}>{each.label || each.tier}</Badge> <Badge>{band(each.probability)}</Badge></h2>
            <p><bdi>{each.explanation}</bdi></p>
          </div>
        ))}
        {dossier.ties.map((each) => (
          <div key={each.network} class="card">
            <h2>Tied to <a href={toNetwork(name, each.network!)}>{each.network}</a> {each.named ? <Badge tone="blue">named</Badge> : <Badge>worth a look</Badge>}</h2>
            <p><bdi>{each.explanation}</bdi></p>
          </div>
        ))}
        {!dossier.memberships.length && !dossier.ties.length && <Empty title="In no network"><p>Nothing in this data says that this account acts in concert. That is no clearance, and no accusation.</p></Empty>}
      </section>
      <div class="grid">
        <section class="card">
          <h2>Profile</h2>
          {profile.bio && <p dir="auto"><bdi>{profile.bio}</bdi></p>}
          <dl class="row">
            {[["Says it is in", profile.claimed_country], ["Run from", profile.operator_country], ["Language", profile.language], ["Website", profile.website?.replaceAll(".", "[.]")], ["Owner", profile.owner]].map(([title, value]) => value && <div key={title}><dt class="note">{title}</dt><dd style={{ margin: 0 }}><bdi>{value}</bdi></dd></div>)}
          </dl>
          <h3>History</h3>
          {dossier.changes.length ? (
            <ul>{dossier.changes.map((each, place) => <li key={place}>{day(each.time)}: {each.what} changed from “<bdi>{each.before}</bdi>” to “<bdi>{each.after}</bdi>”</li>)}</ul>
          ) : <p class="note">No change of name, handle, owner or country is in the case.</p>}
          {roles.length > 0 && (
            <>
              <h3>Roles</h3>
              <ul>
                {roles.slice(0, 40).map((each, place) => (
                  <li key={place}>
                    {each.account === id ? <>{each.role} <a href={toAccount(name, each.target)}><bdi>{each.target}</bdi></a></> : each.account ? <>{each.role}: <a href={toAccount(name, each.account)}><bdi>{each.account}</bdi></a></> : `${each.role}: people the source only counts`}
                    {each.country && ` from ${each.country}`}{each.until && `, until ${day(each.until)}`}
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
        <section class="card">
          <h2>Signals</h2>
          {signals.length ? (
            <Scroll label="Signals">
              <table>
                <thead><tr><th scope="col">Signal</th><th scope="col" class="num">Together</th><th scope="col" class="num">Expected</th><th scope="col" class="num">Within</th><th scope="col" class="num">Closest</th><th scope="col" class="num">Smallest p</th></tr></thead>
                <tbody>{signals.map((each) => <tr key={each.signal}><th scope="row">{each.signal}</th><td class="num">{count(each.together)}<span class="sub">of {count(each.occasions)}</span></td><td class="num">{figure(each.expected)}</td><td class="num">{gap(each.window)}</td><td class="num">{gap(each.min_gap)}</td><td class="num">{chance(each.p)}<span class="sub">{count(each.neighbours)} pairs</span></td></tr>)}</tbody>
              </table>
            </Scroll>
          ) : <p class="note">It acted with nobody.</p>}
          {dossier.memberships.map((each) => <p key={each.network}>In {each.network}: p = {chance(each.p)}, {count(each.together)} of {count(each.occasions)} occasions, {figure(each.expected)} explained.</p>)}
          <h3>Posts by</h3>
          <p>{(dossier.clients as { client: string; posts: number }[]).map((each) => `${each.client} (${count(each.posts)})`).join(", ") || "The source does not say."}</p>
          <h3>Leads to</h3>
          <p>{(dossier.links as { domain: string; links: number }[]).map((each) => `${each.domain.replaceAll(".", "[.]")} (${count(each.links)})`).join(", ") || "No links."}</p>
        </section>
        <section class="card">
          <h2>What was said of it</h2>
          {dossier.said.length ? (
            <ul>{dossier.said.map((each, place) => <li key={place}>{when(each.when)}, {each.who}: {each.act} {each.id} <strong>{each.says}</strong></li>)}</ul>
          ) : <p class="note">Nothing yet.</p>}
          {dossier.counterparts.length > 0 && (
            <>
              <h3>Look-alikes elsewhere</h3>
              <ul>{dossier.counterparts.map((each, place) => <li key={place}><a href={toAccount(name, each.account === id ? each.other! : each.account!)}><bdi>{each.account === id ? each.other : each.account}</bdi></a> on {each.platform}, {share(each.probability)}<span class="sub note">{each.agrees}</span></li>)}</ul>
            </>
          )}
        </section>
      </div>
      {neighbours.length > 0 && (
        <section class="card">
          <h2>Neighbours</h2>
          <Scroll label="Accounts it acted with">
            <table>
              <thead><tr><th scope="col">Account</th><th scope="col">Signals</th><th scope="col" class="num">Objects together</th><th scope="col" class="num">p</th><th scope="col" class="num">Closest</th><th scope="col">Posts</th></tr></thead>
              <tbody>
                {neighbours.slice(0, 20).map((each) => (
                  <tr key={each.account + each.network}>
                    <th scope="row"><a href={toAccount(name, each.account)}><Name account={each.account} handle={each.handle} name={each.name} /></a></th>
                    <td>{each.signals}</td><td class="num">{count(each.objects)}</td><td class="num nowrap">{chance(each.p)}</td><td class="num">{gap(each.min_gap)}</td>
                    <td><a href={toPair(name, id, each.account)}>side by side</a></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          {neighbours.length > 20 && <p class="note">The strongest 20 of {count(neighbours.length)}{neighbours.length === 60 ? " or more" : ""}.</p>}
        </section>
      )}
      <Posts name={name} id={id} />
      {deciding && <Decide name={name} subject={id} citable={citing.data?.citable ?? []} grounds={record.data?.grounds ?? []} close={() => setDeciding(false)} done={again} />}
    </div>
  );
}

function Face({ name, photo }: { name: string; photo: Shapes["Photo"] }) {
  const [blur] = useBlur();
  const [seen, setSeen] = useState(false);
  return (
    <button class={`photo ${blur && !seen ? "blurred" : ""}`} style={{ width: "5rem" }} onClick={() => setSeen(!seen)} aria-label={`Profile photo: ${photo.result}. ${blur && !seen ? "Show it" : "Hide it"}`}>
      <img src={photoAt(name, photo.photo!)} alt="" />
    </button>
  );
}

function Posts({ name, id }: { name: string; id: string }) {
  const { query } = usePlace();
  const offset = Number(query.get("offset") ?? 0);
  const [text, setText] = useState(query.get("text") ?? "");
  const settled = useSettled(text);
  useEffect(() => {
    if (settled !== (query.get("text") ?? "")) ask({ text: settled, offset: "" }, true);
  }, [settled]);
  const found = useLoaded(
    () => given(api.GET("/api/cases/{case}/account/posts", { params: { path: { case: name }, query: { id, text: query.get("text") ?? "", offset, limit: LIMIT } } })),
    [id, query.get("text"), offset],
  );
  return (
    <section class="stack">
      <div class="row apart"><h2>Posts</h2><Field label="Containing"><input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} /></Field></div>
      <Wait on={found}>
        {({ rows, total }) => rows.length ? (
          <>
            {rows.map((post) => (
              <article key={post.post} class="post">
                <header><time>{moment(post.time, post.precision)}</time><span>{[post.kind, post.client && `by ${post.client}`].filter(Boolean).join(" ")} {post.together === 1 && <Badge tone="blue">with a member</Badge>}</span></header>
                {post.text == null ? <p class="note">No text in the source.</p> : <p class="text" dir="auto">{post.text}</p>}
                <footer>post {post.post}{post.partner && <> · <a href={toPair(name, id, post.partner)}>beside <bdi>{post.partner}</bdi></a></>}</footer>
              </article>
            ))}
            <Pages total={total} offset={offset} limit={LIMIT} to={(next) => ask({ offset: next || "" })} />
          </>
        ) : <Empty title="No posts"><p>{settled ? "None contains that." : "The case holds none of this account."}</p></Empty>}
      </Wait>
    </section>
  );
}
