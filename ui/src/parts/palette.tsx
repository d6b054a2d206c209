// Search, wherever one is: Ctrl K.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, given, type Shapes } from "../api/client";
import { useLoaded, useSettled } from "../lib/use";
import { go, path, toAccount, toNetwork } from "../lib/url";

type Hit = Shapes["Hit"];

const PAGES = ["networks", "alerts", "decisions", "appeals", "attribution", "enforcement", "report", "import", "about"];

const placeOf = (name: string, hit: Hit): string => {
  const pages: Record<Hit["kind"], string> = {
    network: toNetwork(name, hit.id),
    account: toAccount(name, hit.id),
    domain: `${path("c", name)}?text=${encodeURIComponent(hit.id)}`,
    decision: path("c", name, "decisions"),
    appeal: path("c", name, "appeals"),
    claim: path("c", name, "attribution"),
    plan: path("c", name, "enforcement"),
  };
  return pages[hit.kind];
};

export function Palette({ name, close }: { name: string; close: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const asked = useSettled(text, 120);
  const found = useLoaded(
    () => (asked ? given(api.GET("/api/cases/{case}/search", { params: { path: { case: name }, query: { q: asked } } })) : Promise.resolve({ hits: [] })),
    [asked],
  );
  useEffect(() => ref.current?.showModal(), []);
  useEffect(() => setAt(0), [found.data]);
  const plain = text.trim().toLowerCase();
  const pages = PAGES.filter((page) => plain && page.startsWith(plain)).map((page) => ({ kind: "page", title: page, about: "go to", to: path("c", name, page) }));
  const hits = [...pages, ...(found.data?.hits ?? []).map((hit) => ({ ...hit, to: placeOf(name, hit) }))];
  const open = (place: number): void => {
    const hit = hits[place];
    if (hit) {
      close();
      go(hit.to);
    }
  };
  return (
    <dialog class="palette" ref={ref} aria-label="Search the case" onCancel={(event) => (event.preventDefault(), close())} onClick={(event) => event.target === ref.current && close()}>
      <input
        type="text"
        role="combobox"
        list=""
        aria-expanded={hits.length > 0}
        aria-controls="hits"
        aria-activedescendant={hits.length ? `hit-${at}` : undefined}
        aria-label="Search networks, accounts, sites, decisions"
        placeholder="A network, an account, a site, a decision …"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt((at + 1) % Math.max(1, hits.length));
          else if (event.key === "ArrowUp") setAt((at + hits.length - 1) % Math.max(1, hits.length));
          else if (event.key === "Enter") open(at);
          else return;
          event.preventDefault();
        }}
      />
      <ul id="hits" role="listbox" aria-label="Found">
        {hits.map((hit, place) => (
          <li key={`${hit.kind} ${hit.title} ${place}`} id={`hit-${place}`} role="option" aria-selected={place === at} onPointerEnter={() => setAt(place)} onClick={() => open(place)}>
            <span class="badge">{hit.kind}</span> <bdi>{hit.title}</bdi> <small><bdi>{hit.about}</bdi></small>
          </li>
        ))}
      </ul>
      {!hits.length && (
        <p class="note" style={{ padding: "0 1.1rem 0.9rem" }}>
          {asked && !found.loading ? "Nothing of that name is in this case." : "Arrows choose, Enter opens, Escape closes. In lists: J and K move, Enter opens, / filters."}
        </p>
      )}
    </dialog>
  );
}
