"""How many people the network reached: followed its pages, joined its groups, could see its posts.

Where lists of followers are given, every person is counted once, exactly, whatever the length of
the lists; the network's own accounts are told apart. Where sketches are given, they are merged, and
the error is stated. Where a page only says how many follow it, there are bounds: at least the
largest count, at most their sum. What is known of some pages only is put together in that way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from unswarm import sketches
from unswarm.engines import Engine
from unswarm.measures._evidence import Row, evidence, percent, quoted, rows
from unswarm.model import INTEGER, TEXT
from unswarm.sketches import Estimate

SHOWN = 10  # countries named

FOLLOWED, JOINED, SAW = "followed", "joined", "saw"
VERBS = {FOLLOWED: "followed", JOINED: "joined", SAW: "saw a post of"}
PEOPLE = {FOLLOWED: "followers", JOINED: "members", SAW: "viewers"}
SEVERAL = "+"  # a person whose lists name several countries

OWN = """(
    SELECT network, account, max(kind) AS kind FROM (
        SELECT network, account, CAST(NULL AS STRING) AS kind FROM membership
        UNION ALL SELECT network, account, kind FROM linked WHERE named) AS stated
    GROUP BY network, account
)"""
# a group has members; of what kind a page is may not be known, but then only groups list members
PAGES = f"""
    SELECT network, target, kind, followers,
           CASE WHEN kind = 'group' OR (kind IS NULL AND members) THEN '{JOINED}'
                ELSE '{FOLLOWED}' END AS relation
    FROM (
        SELECT o.network AS network, o.account AS target, coalesce(a.kind, o.kind) AS kind,
               a.followers AS followers, g.target IS NOT NULL AS members
        FROM {OWN} o LEFT JOIN account a ON a.account = o.account
        LEFT JOIN (
            SELECT target FROM role WHERE role = 'member'
            UNION SELECT target FROM audience_sketch WHERE relation = 'member'
        ) AS g ON g.target = o.account
    ) AS known
    WHERE coalesce(kind, '') <> 'advertiser'
"""
COUNTED = f"""
    SELECT target, CAST(sum(people) AS BIGINT) AS people FROM role
    WHERE role = 'member' AND account IS NULL AND people IS NOT NULL
          AND target IN (SELECT account FROM {OWN} AS own) GROUP BY target
"""
LISTS = """(
    SELECT target, account, country FROM follow WHERE account IS NOT NULL
    UNION ALL
    SELECT target, account, country FROM role WHERE role = 'member' AND account IS NOT NULL
)"""
# one row per person and slot; engines spill what does not fit into memory
REACHED = f"""
    SELECT r.slot AS slot, o.account IS NOT NULL AS own,
           CASE WHEN r.low IS NULL THEN '' WHEN r.low = r.high THEN r.low
                ELSE '{SEVERAL}' END AS country,
           count(*) AS people
    FROM (
        SELECT p.slot AS slot, l.account AS account, min(l.country) AS low, max(l.country) AS high
        FROM {LISTS} l JOIN audience_page p ON l.target = p.target GROUP BY p.slot, l.account
    ) AS r
    LEFT JOIN audience_own o ON o.slot = r.slot AND o.account = r.account
    GROUP BY r.slot, o.account IS NOT NULL,
             CASE WHEN r.low IS NULL THEN '' WHEN r.low = r.high THEN r.low
                  ELSE '{SEVERAL}' END
"""
LISTED = f"""
    SELECT l.target AS target, count(*) AS people
    FROM {LISTS} l JOIN (SELECT DISTINCT target FROM audience_page) AS p ON l.target = p.target
    GROUP BY l.target
"""
# whether a list is whole can be told where the page says how long it should be
LISTED_ONCE = f"""
    SELECT target, count(*) AS people FROM (
        SELECT l.target AS target, l.account AS account
        FROM {LISTS} l
        JOIN (SELECT DISTINCT target FROM audience_page WHERE counts) AS p ON l.target = p.target
        GROUP BY l.target, l.account) AS once
    GROUP BY target
"""
SKETCHES = f"""
    SELECT o.network AS network, s.target AS target, s.relation AS relation,
           s.country AS country, s.method AS method, s.sketch AS sketch
    FROM audience_sketch s JOIN {OWN} o ON s.target = o.account
"""
VIEWS = f"""
    SELECT o.network AS network, count(p.views) AS posts, CAST(sum(p.views) AS BIGINT) AS views,
           count(*) - count(p.views) AS uncounted
    FROM post p JOIN {OWN} o ON p.account = o.account GROUP BY o.network
    HAVING sum(p.views) > 0 ORDER BY o.network
"""
PAGE_ROWS = f"""
    SELECT p.target AS account, p.kind, p.followers AS counted, count(l.account) AS listed
    FROM ({PAGES}) AS p LEFT JOIN {LISTS} l ON l.target = p.target
    WHERE p.network = {{network}} AND p.relation = '{{relation}}'
    GROUP BY p.target, p.kind, p.followers ORDER BY p.target
"""
SKETCH_ROWS = f"""
    SELECT s.target AS account, s.relation, s.country, s.method
    FROM audience_sketch s JOIN {OWN} o ON s.target = o.account
    WHERE o.network = {{network}} ORDER BY s.target, s.relation, s.country
"""
VIEW_ROWS = f"""
    SELECT p.account, count(p.views) AS posts, sum(p.views) AS views
    FROM post p JOIN {OWN} o ON p.account = o.account
    WHERE o.network = {{network}} GROUP BY p.account ORDER BY p.account
"""


@dataclass(frozen=True)
class Page:
    """What is given of the audience of one page, group, channel or person.

    Args:
        target: its id.
        kind: page, group, channel, person; None: unknown.
        total: how many it says there are; None: it does not say.
        listed: how many different people its list holds; None: there is no list.
    """

    target: str
    kind: str | None
    total: int | None = None
    listed: int | None = None

    @property
    def missing(self) -> int:
        """How many its list lacks, going by its own count."""
        return max(0, (self.total or 0) - self.listed) if self.listed is not None else 0

    @property
    def whole(self) -> bool:
        """Whether there is a list, and nothing says that it lacks anybody."""
        return self.listed is not None and not self.missing


Sketches = list[tuple[str, str | None, str, bytes]]  # target, country, method, sketch


@dataclass
class Audience:
    """What is given of all pages of one network, for one relation.

    Args:
        network: the network.
        relation: followed, joined or saw.
        pages: its pages.
        people: (whether it is the network's own, country) → people in the lists, each once.
        sketches: of any of the pages.
    """

    network: str
    relation: str
    pages: list[Page] = field(default_factory=list)
    people: Counter[tuple[bool, str]] = field(default_factory=Counter)
    sketches: Sketches = field(default_factory=list)

    @property
    def listed(self) -> list[Page]:
        """Pages with a list, whole or not."""
        return [page for page in self.pages if page.listed is not None]

    @property
    def sketched(self) -> list[Page]:
        """Pages with a sketch and without a list that is whole."""
        have = {target for target, *_ in self.sketches}
        return [page for page in self.pages if page.target in have and not page.whole]

    @property
    def short(self) -> list[Page]:
        """Pages whose list is shorter than their count, and that have no sketch."""
        return self._without(self.sketched, [page for page in self.listed if page.missing])

    @property
    def counted(self) -> list[Page]:
        """Pages that only say how many there are."""
        said = [page for page in self.pages if page.listed is None and page.total is not None]
        return self._without(self.sketched, said)

    @property
    def unknown(self) -> list[Page]:
        """Pages of which nothing is given."""
        said = [page for page in self.pages if page.listed is None and page.total is None]
        return self._without(self.sketched, said)

    @property
    def known(self) -> list[Page]:
        """Pages of which something is given."""
        return self._without(self.unknown, self.pages)

    @staticmethod
    def _without(some: Sequence[Page], pages: Sequence[Page]) -> list[Page]:
        targets = {page.target for page in some}
        return [page for page in pages if page.target not in targets]

    def in_lists(self, own: bool | None = None) -> int:
        """How many different people the lists hold: all, or the network's own, or the others."""
        return sum(n for (is_own, _), n in self.people.items() if own is None or is_own == own)

    def estimates(self, country: str | None = None) -> list[Estimate]:
        """The people in the sketches that are needed, one estimate per method."""
        targets = {page.target for page in self.sketched}
        return sketches.merged(
            (method, sketch)
            for target, of, method, sketch in self.sketches
            if target in targets and (country is None or of == country)
        )

    def bounds(self) -> tuple[int, int]:
        """At least, at most: of everything that is given, the network's own accounts included."""
        estimates, lists = self.estimates(), self.in_lists()
        counts = [page.total or 0 for page in (*self.counted, *self.short)]
        low = max([lists, *(estimate.low for estimate in estimates), *counts])
        high = lists + sum(estimate.high for estimate in estimates)
        high += sum(page.total or 0 for page in self.counted)
        return low, high + sum(page.missing for page in self.short)


def measure(engine: Engine) -> pa.Table:
    """People who followed, joined or may have seen something of each network."""
    found = rows(engine, SKETCHES)
    usable = found if sketches.available() else []
    return evidence(
        [
            *(claim for audience in _audiences(engine, usable) for claim in _claims(audience)),
            *map(_views, rows(engine, VIEWS)),
            *_left_out([] if usable else found),
        ]
    )


Slot = tuple[str, str]  # network, relation


def _audiences(engine: Engine, sketched: Sequence[Row]) -> list[Audience]:
    """What is given of each network and relation, in order."""
    pages = sorted(rows(engine, PAGES), key=lambda p: (p["network"], p["relation"], p["target"]))
    totals = {row["target"]: row["people"] for row in rows(engine, COUNTED)}
    totals |= {p["target"]: p["followers"] for p in pages if p["followers"] is not None}
    found = {slot: Audience(*slot) for slot in sorted({_slot(page) for page in pages})}
    _see(engine, pages, list(found), totals)
    lists = _lists(engine, totals)
    for page in pages:
        target, kind = page["target"], page["kind"]
        found[_slot(page)].pages.append(
            Page(target, kind, totals.get(target), lists.get(target)),
        )
    slots = list(found)
    for row in rows(engine, REACHED) if lists else ():
        found[slots[row["slot"]]].people[row["own"], row["country"]] += row["people"]
    _add(sketched, pages, found)
    return [found[slot] for slot in sorted(found)]


def _slot(page: Row) -> Slot:
    return page["network"], page["relation"]


def _see(
    engine: Engine, pages: Sequence[Row], slots: Sequence[Slot], totals: Collection[str]
) -> None:
    """Let SQL see the pages of each slot, and the accounts that are the network's own."""
    number = {slot: at for at, slot in enumerate(slots)}
    seen = {
        "slot": pa.array([number[_slot(page)] for page in pages], INTEGER),
        "target": pa.array([page["target"] for page in pages], TEXT),
        "counts": pa.array([page["target"] in totals for page in pages], pa.bool_()),
    }
    engine.see("audience_page", pa.table(seen))
    of: dict[str, list[int]] = defaultdict(list)
    for at, (network, _) in enumerate(slots):
        of[network].append(at)
    own = [
        (at, row["account"])
        for row in rows(engine, f"SELECT network, account FROM {OWN} AS own")
        for at in of[row["network"]]
    ]
    accounts = {
        "slot": pa.array([slot for slot, _ in own], INTEGER),
        "account": pa.array([account for _, account in own], TEXT),
    }
    engine.see("audience_own", pa.table(accounts))


def _lists(engine: Engine, totals: Collection[str]) -> dict[str, int]:
    """How many different people each list holds; its rows, where nothing says how many it should.

    That is looked up only where it is compared.
    """
    found = {row["target"]: row["people"] for row in rows(engine, LISTED)}
    if found.keys() & set(totals):
        found |= {row["target"]: row["people"] for row in rows(engine, LISTED_ONCE)}
    return found


def _add(sketched: Sequence[Row], pages: Sequence[Row], found: dict[Slot, Audience]) -> None:
    """Sketches to the audiences they are of; who saw something is an audience of its own."""
    by_target = {(page["network"], page["target"]): page for page in pages}
    seen: dict[Slot, dict[str, Page]] = defaultdict(dict)
    for row in sketched:
        page = by_target.get((row["network"], row["target"]))
        if page is None:
            continue
        slot = _slot(page)
        if row["relation"] == SAW:
            slot = row["network"], SAW
            seen[slot][row["target"]] = Page(row["target"], page["kind"])
            found.setdefault(slot, Audience(*slot))
        found[slot].sketches.append((row["target"], row["country"], row["method"], row["sketch"]))
    for slot, of in seen.items():
        found[slot].pages.extend(of[target] for target in sorted(of))


# --- sentences


def _claims(audience: Audience) -> Iterator[Row]:
    """Everything that may be said; the last sentence also says what is not known."""
    claims = [*_exact(audience), *_estimated(audience), *_bounded(audience)]
    if claims and audience.unknown:
        more = _many(len(audience.unknown), f"more {_noun(audience.unknown)}")
        claims[-1]["claim"] += f" Of {more} nothing is given."
    yield from claims


def _exact(audience: Audience) -> Iterator[Row]:
    listed = audience.listed
    if not listed:
        return
    others, own = audience.in_lists(own=False), audience.in_lists(own=True)
    claim = (
        f"{_many(others, 'accounts')} outside the network {_did(audience, listed)}, each counted "
        f"once from the lists of {PEOPLE[audience.relation]}; so did {_many(own, 'accounts')} of "
        f"the network itself."
    )
    yield _row(audience, claim, others, len(listed))
    if others:
        yield _countries(audience, others)


def _countries(audience: Audience, others: int) -> Row:
    counts = Counter({c: n for (own, c), n in audience.people.items() if not own})
    unknown, several = counts.pop("", 0), counts.pop(SEVERAL, 0)
    parts = [f"{n:,} in {country}" for country, n in _largest(counts)]
    rest = counts.total() - sum(n for _, n in _largest(counts))
    parts += [f"{rest:,} in other countries"] if rest else []
    parts += [f"{several:,} in more than one country"] if several else []
    known = f"{', '.join(parts)}; " if parts else ""
    claim = (
        f"Of {_many(others, 'accounts')} outside the network that "
        f"{_did(audience, audience.listed)}: {known}of {unknown:,} "
        f"({percent(unknown / others)}) the country is not known."
    )
    return _row(audience, claim, 1 - unknown / others, others)


def _largest(counts: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(counts.items(), key=lambda of: (-of[1], of[0]))[:SHOWN]


def _estimated(audience: Audience) -> Iterator[Row]:
    estimates = audience.estimates()
    if len(estimates) != 1:
        return
    (found,) = estimates
    claim = (
        f"About {found.value:,.0f} accounts {_did(audience, audience.sketched)} (at 95 %: "
        f"{_span(found)}, an error of {percent(found.error)}), each counted once by merging "
        f"sketches of the {PEOPLE[audience.relation]}; accounts of the network are among them."
    )
    query = SKETCH_ROWS.format(network=quoted(audience.network))
    yield _row(audience, claim, found.value, len(audience.sketched), query)
    countries = sorted({country for _, country, *_ in audience.sketches if country})
    of = {country: audience.estimates(country) for country in countries}
    largest = _largest({country: e[0].value for country, e in of.items() if e})
    if largest:
        parts = ", ".join(f"{c} about {n:,.0f} ({_span(of[c][0])})" for c, n in largest)
        claim = f"By country, as the sketches tell: {parts}."
        yield _row(audience, claim, largest[0][1], len(audience.sketched), query)


def _span(estimate: Estimate) -> str:
    return f"{estimate.low:,} to {estimate.high:,}"


def _bounded(audience: Audience) -> Iterator[Row]:
    """What the pages only count, together with everything else that is given."""
    parts = [*_parts(audience)]
    if not (audience.counted or audience.short) and len(parts) < 2:
        return
    (low, high), noun = audience.bounds(), "accounts"
    known = audience.known
    if not high:
        return
    claim = (
        f"Between {low:,} and {high:,} accounts {_did(audience, known)}, accounts of the network "
        f"among them: {'; '.join(parts)}. How far these overlap is not known."
        if low < high
        else f"{_many(low, noun)} {_did(audience, known)}, accounts of the network among them: "
        f"{'; '.join(parts)}."
    )
    yield _row(audience, claim, low, len(known))


def _parts(audience: Audience) -> Iterator[str]:
    """What the bounds are made of."""
    who = PEOPLE[audience.relation]
    if audience.listed:
        yield f"the lists of {len(audience.listed):,} hold {audience.in_lists():,}"
    for estimate in audience.estimates():
        yield f"sketches of {who} hold {_span(estimate)} at 95 %"
    if counted := [page.total or 0 for page in audience.counted]:
        yield (
            f"of {len(counted):,} only their own counts of {who} are given, {sum(counted):,} "
            f"together, the largest {max(counted):,}"
        )
    if short := audience.short:
        missing = sum(page.missing for page in short)
        yield f"the lists of {len(short):,} lack {missing:,} by their own counts"


def _did(audience: Audience, pages: Sequence[Page]) -> str:
    """`followed at least one of its 12 pages`, `joined its group`."""
    noun, verb = _noun(pages), VERBS[audience.relation]
    every = [page for page in audience.pages if noun == "accounts" or f"{page.kind}s" == noun]
    if len(every) == 1:
        return f"{verb} its {noun.removesuffix('s')}"
    some = "" if len(pages) == len(every) else f"{len(pages):,} of "
    one_of = "at least one of " if len(pages) > 1 else ""
    return f"{verb} {one_of}{some}its {len(every):,} {noun}"


def _noun(pages: Iterable[Page]) -> str:
    kinds = {page.kind for page in pages}
    (kind,) = kinds if len(kinds) == 1 else (None,)
    return f"{kind}s" if kind in {"page", "group", "channel"} else "accounts"


def _many(count: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{count:,} {noun.removesuffix('s') if count == 1 else noun}"


def _row(audience: Audience, claim: str, value: float, n: int, query: str | None = None) -> Row:
    of_pages = PAGE_ROWS.format(network=quoted(audience.network), relation=audience.relation)
    return _described(audience.network, claim, value, n, query or of_pages)


def _described(network: str, claim: str, value: float, n: int, query: str) -> Row:
    return {
        "network": network,
        "measure": "audience",
        "family": "audience",
        "inauthentic": False,
        "claim": claim,
        "value": float(value),
        "n": n,
        "query": query,
    }


def _views(row: Row) -> Row:
    uncounted = _many(row["uncounted"], "others")
    claim = (
        f"{_many(row['posts'], 'posts')} of the network with a count of views: seen "
        f"{row['views']:,} times in all, so at most as many people saw any of them; who saw "
        f"several is in it several times. Of {uncounted} the views are not given."
    )
    query = VIEW_ROWS.format(network=quoted(row["network"]))
    return _described(row["network"], claim, row["views"], row["posts"], query)


def _left_out(found: Sequence[Row]) -> Iterator[Row]:
    """Sketches that cannot be counted here."""
    pages = Counter(network for network, _ in {(row["network"], row["target"]) for row in found})
    for network, count in sorted(pages.items()):
        claim = (
            f"The sketches of the audience of {_many(count, 'pages')} are not counted: the extra "
            f"'sketches' is not installed."
        )
        yield _described(network, claim, count, count, SKETCH_ROWS.format(network=quoted(network)))
