// Two accounts, post beside post.

import { api, given, type Shapes } from "../api/client";
import { chance, count, figure, gap, moment, share } from "../lib/format";
import { useLoaded } from "../lib/use";
import { ask, toAccount, toNetwork, toPair, usePlace } from "../lib/url";
import { Badge, Empty, Figure, Name, Pages, Tabs, Wait } from "../parts/basics";

const LIMIT = 20;

export function PairPage({ name }: { name: string }) {
  const { query } = usePlace();
  const one = query.get("one") ?? "";
  const other = query.get("other") ?? "";
  const pair = useLoaded(() => given(api.GET("/api/cases/{case}/pairs", { params: { path: { case: name }, query: { one, other } } })), [name, one, other]);
  return (
    <div class="stack">
      <h1><a href={toAccount(name, one)}><bdi>{one}</bdi></a> and <a href={toAccount(name, other)}><bdi>{other}</bdi></a></h1>
      <Wait on={pair}>
        {({ edges }) => {
          const edge = edges.find((each) => each.signal === query.get("signal")) ?? edges[0];
          if (!edge) return <Empty title="No edge between them"><p>These two did not act together more than two independent accounts would; or one of them is in no network.</p></Empty>;
          return (
            <>
              <Tabs tabs={edges.map((each) => ({ id: each.signal!, name: each.signal!, number: each.objects! }))} at={edge.signal!} to={(signal) => toPair(name, one, other, signal)} label="Signals" />
              <dl class="figures">
                <Figure name="objects together">{count(edge.objects)}</Figure>
                <Figure name="expected by chance">{figure(edge.expected)}</Figure>
                <Figure name="p">{chance(edge.p)}</Figure>
                <Figure name="q">{chance(edge.q)}</Figure>
                <Figure name="closest">{gap(edge.min_gap)}</Figure>
                <Figure name="network"><a href={toNetwork(name, edge.network!)}>{edge.network}</a></Figure>
              </dl>
              <Met name={name} one={one} other={other} signal={edge.signal!} />
            </>
          );
        }}
      </Wait>
    </div>
  );
}

function Met({ name, one, other, signal }: { name: string; one: string; other: string; signal: string }) {
  const { query } = usePlace();
  const offset = Number(query.get("offset") ?? 0);
  const found = useLoaded(
    () => given(api.GET("/api/cases/{case}/pairs/meetings", { params: { path: { case: name }, query: { one, other, signal, offset, limit: LIMIT } } })),
    [one, other, signal, offset],
  );
  return (
    <Wait on={found}>
      {({ rows, total }) => (
        <>
          {rows.map((meeting, place) => <Meeting key={place} name={name} meeting={meeting} />)}
          <Pages total={total} offset={offset} limit={LIMIT} to={(next) => ask({ offset: next || "" })} />
        </>
      )}
    </Wait>
  );
}

function Meeting({ name, meeting }: { name: string; meeting: Shapes["Meeting"] }) {
  const inText = meeting.first.text?.includes(meeting.object);
  return (
    <article aria-label={`The same object, ${gap(meeting.gap)} apart`}>
      {!inText && <p class="note">The same object: <bdi class="mono">{meeting.object}</bdi></p>}
      <div class="meeting">
        <Post name={name} post={meeting.first} parts={meeting.left} />
        <div class="between">
          <b>{gap(meeting.gap)}</b>
          <span>{meeting.gap ? "later" : "the same moment"}</span>
          {meeting.alike != null && <Badge tone={meeting.alike === 1 ? "ochre" : ""}>{meeting.alike === 1 ? "same text" : `${share(meeting.alike)} alike`}</Badge>}
        </div>
        <Post name={name} post={meeting.second} parts={meeting.right} />
      </div>
    </article>
  );
}

function Post({ name, post, parts }: { name: string; post: Shapes["Post"]; parts: Shapes["Part"][] }) {
  return (
    <section class="post">
      <header>
        <a href={toAccount(name, post.account)}><Name account={post.account} handle={post.handle} /></a>
        <time>{moment(post.time, post.precision)}</time>
      </header>
      {parts.length ? (
        <p class="text" dir="auto">{parts.map(({ same, text }, place) => (same ? <span key={place}>{text}</span> : <mark key={place}>{text}</mark>))}</p>
      ) : <p class="note">The source holds no text of this post.</p>}
      <footer>{[post.kind, post.platform, post.client && `by ${post.client}`, post.post && `post ${post.post}`].filter(Boolean).join(" · ")}</footer>
    </section>
  );
}
