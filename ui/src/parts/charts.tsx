// When: bars over time with a brush, and heat maps.

import { useRef, useState } from "preact/hooks";
import type { Shapes } from "../api/client";
import { count, day, gap, hour, moment, share, week } from "../lib/format";

type Times = Shapes["Times"];

const WIDE = 600;
const HIGH = 80;

/** Bars over time; dragging chooses a part of it, the arrow keys move the choice. */
export function Brush({ times, since, until, choose }: { times: Times; since: number | null; until: number | null; choose: (since: number | null, until: number | null) => void }) {
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const at = useRef<SVGSVGElement>(null);
  const bars = times.members.length;
  const step = WIDE / bars;
  const rate = (values: number[], size: number): number[] => values.map((value) => value / Math.max(1, size));
  const own = rate(times.members, times.sizes.members);
  const others = rate(times.others, times.sizes.others);
  const top = Math.max(1e-9, ...own, ...others);
  const y = (value: number): number => HIGH - (HIGH - 12) * (value / top);
  const barAt = (event: PointerEvent): number => {
    const box = at.current!.getBoundingClientRect();
    return Math.max(0, Math.min(bars - 1, Math.floor((bars * (event.clientX - box.left)) / box.width)));
  };
  const place = (ms: number): number => (ms - times.since) / times.width;
  const shown: [number, number] | null = drag
    ? [Math.min(...drag), Math.max(...drag) + 1]
    : since != null || until != null
      ? [place(since ?? times.since), place(until ?? times.until)]
      : null;
  const finish = (from: number, to: number): void => choose(times.since + from * times.width, times.since + to * times.width);
  const move = (by: number): void => {
    const [from, to] = shown ?? [0, Math.max(1, Math.round(bars / 6))];
    const size = to - from;
    const next = Math.max(0, Math.min(bars - size, from + by));
    finish(next, next + size);
  };
  return (
    <div class="brush">
      <svg
        ref={at}
        viewBox={`0 0 ${WIDE} ${HIGH}`}
        preserveAspectRatio="none"
        tabindex={0}
        role="slider"
        aria-label="Part of the time that is shown; arrow keys move it, Escape shows all"
        aria-valuemin={0}
        aria-valuemax={bars}
        aria-valuenow={Math.round(shown?.[0] ?? 0)}
        aria-valuetext={shown ? `${moment(times.since + shown[0] * times.width, 60_000)} to ${moment(times.since + shown[1] * times.width, 60_000)}` : "all of it"}
        onPointerDown={(event) => {
          (event.currentTarget as Element).setPointerCapture(event.pointerId);
          setDrag([barAt(event), barAt(event)]);
        }}
        onPointerMove={(event) => drag && setDrag([drag[0], barAt(event)])}
        onPointerUp={() => {
          if (drag) finish(Math.min(...drag), Math.max(...drag) + 1);
          setDrag(null);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft") move(-1);
          else if (event.key === "ArrowRight") move(1);
          else if (event.key === "Escape") choose(null, null);
          else return;
          event.preventDefault();
        }}
      >
        {own.map((value, bar) => (
          <rect key={bar} class="bar-own" x={bar * step} width={step * 0.85} y={y(value)} height={HIGH - y(value)} />
        ))}
        <polyline class="bar-other" points={others.map((value, bar) => `${(bar + 0.5) * step},${y(value)}`).join(" ")} />
        {times.joint.map((value, bar) => value > 0 && <rect key={`j${bar}`} class="bar-joint" x={bar * step} width={step * 0.85} y={0} height={5} />)}
        {shown && <rect class="chosen" x={shown[0] * step} width={Math.max(step / 2, (shown[1] - shown[0]) * step)} y={0} height={HIGH} />}
      </svg>
      <div class="axis"><span>{day(times.since)}</span><span>{gap(times.width)} a bar</span><span>{day(times.until)}</span></div>
      <p class="note row">
        <span><span class="dot s0" /> members’ posts per account</span>
        <span>— others’</span>
        <span><span class="dot s1" /> joint occasions</span>
        {shown && !drag && <button class="plain" onClick={() => choose(null, null)}>Show all times</button>}
      </p>
    </div>
  );
}

const level = (value: number, most: number): string =>
  value === 0 ? "" : `l${Math.min(5, Math.max(1, Math.ceil((5 * value) / Math.max(1, most))))}`;

/** The 168 hours of a week. */
export function Week({ hours, title }: { hours: number[]; title: string }) {
  const total = hours.reduce((sum, value) => sum + value, 0);
  const most = [...hours].sort((a, b) => a - b)[Math.floor(hours.length * 0.97)] || Math.max(...hours);
  const busiest = hours.indexOf(Math.max(...hours));
  return (
    <figure class="card">
      <figcaption><h3>{title}</h3></figcaption>
      <div class="heat week" role="img" aria-label={`${title}: ${count(total)} posts by hour of the week, UTC; busiest ${hour(busiest)} with ${share(hours[busiest]! / Math.max(1, total))}`}>
        <span />
        {Array.from({ length: 24 }, (_, at) => <span key={at}>{at % 6 === 0 ? at : ""}</span>)}
        {week.map((name, row) => [
          <span key={name}>{name}</span>,
          ...hours.slice(row * 24, row * 24 + 24).map((value, at) => (
            <b key={at} class={level(value, most)} title={`${hour(row * 24 + at)}: ${count(value)} posts`} />
          )),
        ])}
      </div>
    </figure>
  );
}

/** Accounts against time. */
export function AccountsMap({ times, link }: { times: Times; link: (account: string) => string }) {
  const all = times.accounts.flatMap((each) => each.bars).filter(Boolean).sort((a, b) => a - b);
  const most = all[Math.floor(all.length * 0.95)] ?? 1;
  return (
    <figure class="card">
      <figcaption><h3>Account by account</h3><p class="note">The {times.accounts.length} busiest accounts; the darker, the more posts. Same columns, same moments.</p></figcaption>
      <div class="heat accounts">
        {times.accounts.map((each) => [
          <span key={each.account}><a href={link(each.account)}><bdi>{each.handle ?? each.account}</bdi></a></span>,
          <svg key={`${each.account} bars`} viewBox={`0 0 ${each.bars.length} 1`} preserveAspectRatio="none" role="img" aria-label={`${count(each.posts)} posts`}>
            {each.bars.map((value, bar) => value > 0 && <rect key={bar} class={level(value, most)} x={bar} width={1} y={0} height={1} />)}
          </svg>,
        ])}
      </div>
    </figure>
  );
}

/** When the accounts were created. */
export function Births({ born }: { born: Times["born"] }) {
  if (!born.length) return null;
  const first = born[0]!.day;
  const last = born.at(-1)!.day;
  const days = Math.max(1, (last - first) / 86_400_000 + 1);
  const wide = Math.ceil(days / 120);
  const bars = new Array(Math.ceil(days / wide)).fill(0) as number[];
  for (const each of born) bars[Math.floor((each.day - first) / 86_400_000 / wide)]! += each.accounts;
  const most = Math.max(...bars);
  const total = bars.reduce((sum, value) => sum + value, 0);
  return (
    <figure class="card">
      <figcaption><h3>Created</h3></figcaption>
      <svg class="births" viewBox={`0 0 ${bars.length} 40`} preserveAspectRatio="none" width="100%" height="80" role="img" aria-label={`${count(total)} accounts created between ${day(first)} and ${day(last)}; at most ${count(most)} within ${wide} days`}>
        {bars.map((value, bar) => value > 0 && <rect key={bar} class="bar-own" x={bar} width={0.85} y={40 - (38 * value) / most} height={(38 * value) / most} />)}
      </svg>
      <div class="axis"><span>{day(first)}</span><span>{wide > 1 ? `${wide} days a bar` : "a day a bar"}, at most {count(most)}</span><span>{day(last)}</span></div>
    </figure>
  );
}
