"""How many: accounts by kind and platform, people reached, money spent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unswarm.exporters._public.blocks import Block, Bullets, Paragraph, Table
from unswarm.exporters._public.words import KINDS, date, kind, names, platform, several
from unswarm.takedown import Facts
from unswarm.takedown.facts import ADVERTISER, Count

NOTHING = "Nothing was decided in this case, so there is nothing to report."
NO_AUDIENCE = "The data holds no followers, members or views of these accounts."
NO_ADS = "The data holds no ads of these accounts."
NETWORK = re.compile(r"^\S+: ")
PAGES = re.compile(
    r"(^|: )(About|Between|[\d,]+ accounts).* followed (at least one of )?its .*page"
)
GROUPS = re.compile(
    r"(^|: )(About|Between|[\d,]+ accounts).* joined (at least one of )?its .*group"
)
RATES = "By the rates given"
BEHAVIOUR = (
    "The decisions rest on what the accounts did, not on what they said: no opinion, topic or "
    "language was looked at."
)


def title(facts: Facts) -> str:
    """The report's title: the largest counts."""
    if not facts.accounts:
        return "No network was decided on"
    grounds = sorted({each.decision.ground for each in facts.networks}) or ["a decision"]
    places = names(sorted({platform(count.platform) for count in facts.counts if count.platform}))
    where = f" on {places}" if places else ""
    return f"{names(grounds).capitalize()}: {facts.accounts:,} accounts, Pages and Groups{where}"


def summary(facts: Facts) -> list[Block]:
    """What a reader who reads nothing else is told."""
    if not facts.accounts:
        return [Paragraph(NOTHING)]
    networks = several(len(facts.networks), "network")
    hiding = " and hid who they are" if facts.hidden else ""
    found = (
        f"Two people decided on {networks} of accounts that acted in concert{hiding}. {BEHAVIOUR}"
    )
    return [Paragraph(found), Bullets([*_presence(facts), *_reach(facts), *_when(facts)])]


def _presence(facts: Facts) -> list[str]:
    return [f"Presence: {'; '.join(_on(facts, place) for place in _places(facts))}."]


def _places(facts: Facts) -> list[str]:
    totals: dict[str, int] = {}
    for count in facts.counts:
        totals[count.platform] = totals.get(count.platform, 0) + count.accounts
    return sorted(totals, key=lambda place: (-totals[place], place))


def _on(facts: Facts, place: str) -> str:
    found = {count.kind: count.accounts for count in facts.counts if count.platform == place}
    parts = [f"{found[name]:,} {kind(name, found[name])}" for name in KINDS if name in found]
    return f"{names(parts)}{f' on {platform(place)}' if place else ''}"


def _reach(facts: Facts) -> list[str]:
    """The people who followed Pages and joined Groups, and the money, where they are known."""
    pages = [said for said in facts.audience if PAGES.search(said)]
    groups = [said for said in facts.audience if GROUPS.search(said)]
    money = [said for said in facts.spending if RATES in said]
    money = money or [said for said in facts.spending if " cost " in said]
    people = [f"Audience: {_first(said)}" for said in (*pages, *groups)]
    return people + [f"Ads: {_first(said)}" for said in money]


def _first(said: str) -> str:
    """A sentence without its network, and without the brackets that explain it."""
    head, _, _ = NETWORK.sub("", said).partition(" (")
    plain, _, _ = head.partition(", each counted once")
    return f"{plain.rstrip('.')}."


def _when(facts: Facts) -> list[str]:
    joint = [step for step in facts.timeline if "joint action" in step.what]
    posts = f"{facts.posts:,} posts of these accounts are in the data"
    if not joint:
        return [f"Activity: {posts}."]
    days = (date(joint[0].day), date(joint[-1].day))
    return [f"Activity: {posts}; they acted together from {days[0]} to {days[1]}."]


def table(facts: Facts) -> Sequence[Block]:
    """Counts by kind and platform, and the strength of the evidence."""
    if not facts.accounts:
        return []
    rows = [
        (
            platform(count.platform) or "not named",
            kind(count.kind).capitalize(),
            f"{count.accounts:,}",
        )
        for count in sorted(facts.counts, key=_place)
    ]
    total = ("All but advertisers", "", f"{facts.accounts:,}")
    blocks: list[Block] = [
        Table(("Platform", "Kind", "Number"), [*rows, total], frozenset({2})),
    ]
    if facts.domains:
        sites = ", ".join(domain.replace(".", "[.]") for domain in facts.domains)
        blocks.append(Paragraph(f"Sites that two people decided on: {sites}."))
    return blocks


def _place(count: Count) -> tuple[bool, str, int]:
    """Where it stands in the table: by platform, in the order of kinds, advertisers last."""
    order = list(KINDS)
    kinds = order.index(count.kind) if count.kind in order else len(order)
    return count.kind == ADVERTISER, count.platform, kinds


def audience(facts: Facts) -> Sequence[Block]:
    """Who could see it."""
    if not facts.accounts:
        return []
    if not facts.audience:
        return [Paragraph(NO_AUDIENCE)]
    note = "How many of these followers are people is not known."
    return [Bullets(list(facts.audience)), Paragraph(note)]


def advertising(facts: Facts) -> Sequence[Block]:
    """What was paid."""
    if not facts.accounts:
        return []
    return [Bullets(list(facts.spending)) if facts.spending else Paragraph(NO_ADS)]
