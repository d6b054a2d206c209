"""Sites of one owner, told by the ids that a crawl saw on them.

Whoever runs several sites mostly counts their visitors with one account, is paid for their
advertisements on one account, and proves to search engines with one token that they are its own. An
id tells an owner only while it is rare: a theme's, an agency's or a platform's id stands on
everybody's sites. Addresses and certificates are shared by all customers of a host, so that they
never join two sites by themselves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from unswarm.engines import Engine

OWNERS = ("ads", "analytics", "registrant", "verification")  # traits that one owner has
HOSTED = ("address", "certificate")  # traits that a host gives to all its customers
SPOKEN = ("ads", "analytics", "verification")  # ids that name nobody and may be printed
FEW_ELSEWHERE, MOST_ELSEWHERE = 3, 10  # other sites with the same id: beyond, it is no owner's
COMMON = 0.01  # of the other sites of the crawl: beyond, and beyond a few, it is no owner's
SHORTEST = 4

SEEN = """
SELECT DISTINCT s.domain AS domain, s.trait AS trait, s.value AS value FROM site AS s
WHERE s.domain IS NOT NULL AND s.value IS NOT NULL
"""

_COUNTER = re.compile(r"(ua-\d+)-\d+")  # account and property: the account is the owner's
_PUBLISHER = re.compile(r"(?:ca-)?(?:mb-|video-)?(pub-\d+)")
_HOST_PUBLISHER = re.compile(r"(?:ca-)?host-pub-\d+")  # the platform's share, on every blog of it
_SELLER = re.compile(r"[^,]+,\s*([^,]+),\s*(direct|reseller)\b.*")  # a line of ads.txt
_KIND = re.compile(r"(?:(?:ua|gtm|g|aw|ca|pub)-)+")  # before the id proper
_COUNTED_UP = "1234567890" * 3
_HIDDEN = re.compile(r"privacy|proxy|redact|protect|whoisguard|not disclosed|withheld|gdpr|n/?a$")


@dataclass(frozen=True)
class Mark:
    """An id with the sites that carry it.

    Args:
        trait: what kind of id, see `model.SITE`.
        value: the id in the form that all its writings share.
        sites: the sites of interest that carry it.
        elsewhere: the other sites of the crawl that do.
    """

    trait: str
    value: str
    sites: frozenset[str]
    elsewhere: frozenset[str]


@dataclass(frozen=True)
class Sisters:
    """Sites that rare ids join.

    Args:
        sites: the sites, sorted.
        marks: the ids that join them, those on most sites first.
        beside: the traits of `HOSTED` that at least two of them share as well.
    """

    sites: tuple[str, ...]
    marks: tuple[Mark, ...]
    beside: tuple[str, ...]

    @property
    def elsewhere(self) -> frozenset[str]:
        """The other sites of the crawl that carry one of the ids."""
        return frozenset().union(*(mark.elsewhere for mark in self.marks))


@dataclass(frozen=True)
class Crawl:
    """What a crawl saw: (trait, id) → the sites that carry it."""

    carriers: Mapping[tuple[str, str], frozenset[str]]
    sites: frozenset[str]

    @classmethod
    def of(cls, engine: Engine) -> Crawl:
        """The crawl of a case; without one it is empty."""
        carriers: dict[tuple[str, str], set[str]] = defaultdict(set)
        sites = set()
        for row in engine.fetch(SEEN).to_pylist():
            sites.add(row["domain"])
            if value := owner_id(row["trait"], row["value"]):
                carriers[row["trait"], value].add(row["domain"])
        return cls({key: frozenset(found) for key, found in carriers.items()}, frozenset(sites))

    def sisters(self, sites: Collection[str]) -> list[Sisters]:
        """Those of some sites that rare ids join, in groups; the largest first."""
        marks = list(self._marks(sites, OWNERS))
        hosted = list(self._marks(sites, HOSTED))
        groups = (_sisters(group, marks, hosted) for group in _joined(m.sites for m in marks))
        return sorted(groups, key=lambda group: (-len(group.sites), group.sites))

    def alike(self, sites: Collection[str]) -> set[str]:
        """Those of some sites that share an owner's id with another one, however chosen."""
        own = frozenset(sites)
        found: set[str] = set()
        for (trait, _), carriers in self.carriers.items():
            if trait in OWNERS and 1 < len(carriers & own) <= MOST_ELSEWHERE:
                found |= carriers & own
        return found

    def _marks(self, sites: Collection[str], traits: Collection[str]) -> Iterator[Mark]:
        """The ids of some traits on two of the sites or more that are rare elsewhere."""
        own = frozenset(sites)
        allowed = COMMON * len(self.sites - own)
        most = max(FEW_ELSEWHERE, min(MOST_ELSEWHERE, allowed))
        for (trait, value), carriers in sorted(self.carriers.items()):
            mark = Mark(trait, value, carriers & own, carriers - own)
            if trait in traits and len(mark.sites) > 1 and len(mark.elsewhere) <= most:
                yield mark


def owner_id(trait: str | None, value: str) -> str | None:
    """The form of an id that all sites of one owner share; None if it tells no owner.

    Counters' properties (`UA-4711-2`), spellings of a publisher (`ca-pub-9988`) and lines of
    `ads.txt` become the account behind them.
    """
    text = value.strip().casefold()
    if seller := _SELLER.fullmatch(text):
        text = seller[1].strip() if seller[2] == "direct" else ""
    if trait not in (*OWNERS, *HOSTED) or len(text) < SHORTEST:
        return None
    if trait == "registrant":
        return None if _HIDDEN.search(text) else " ".join(text.split())
    found = _COUNTER.fullmatch(text) or _PUBLISHER.fullmatch(text)
    text = found[1] if found else text
    return None if _HOST_PUBLISHER.fullmatch(text) or _is_example(text) else text


def _is_example(text: str) -> bool:
    """Whether an id is one that manuals show: `UA-XXXXX-Y`, `pub-0000000000000000`, `1234567`."""
    rest = _KIND.sub("", text, count=1).replace("-", "")
    return set(rest) <= set("xy") or set(rest) <= {"0"} or rest in _COUNTED_UP


def _joined(groups: Iterable[frozenset[str]]) -> list[set[str]]:
    """Sets that meet, made one."""
    joined: dict[str, set[str]] = {}
    for group in groups:
        together = set(group).union(*(joined[site] for site in group if site in joined))
        joined |= dict.fromkeys(together, together)
    return list({id(group): group for group in joined.values()}.values())


def _sisters(group: set[str], marks: Iterable[Mark], hosted: Iterable[Mark]) -> Sisters:
    own = [mark for mark in marks if mark.sites <= group]
    own.sort(key=lambda mark: (-len(mark.sites), mark.trait, mark.value))
    beside = {mark.trait for mark in hosted if len(mark.sites & group) > 1}
    return Sisters(tuple(sorted(group)), tuple(own), tuple(sorted(beside)))
