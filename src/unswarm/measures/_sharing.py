"""What members of a network have in common, against how often others have it.

A network of accounts that have nothing to do with one another is, for this question, a handful
drawn at random. Take its members one after the other: that the next one has something that one of
those before it has is no more probable than that an outsider has something of theirs. So the number
of such members is at most binomial, at the upper 95 % bound of the share of outsiders that have
anything of the whole network's. Hubs, which as many outsiders have as the network has members,
are left out before. What is common among outsiders for another reason still raises that share and
is only not counted: to leave it out as well would keep just those things of which members happen to
have taken most, and break the bound (with households of three, 4 % false at p = 0.01).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from unswarm.canonical import mentions_in
from unswarm.engines import Engine
from unswarm.measures._evidence import Count, Row, listed, rows

COMMON = 0.001  # share of the outsiders: what more of them have is not counted
FEWEST_COMMON = 20  # outsiders that must have it before it is common
MOST = 2 / 3  # of the members that share must name one owner, to have said so

# members, and what was tied to them; the latter were chosen by what they share, so they are counted
# and never tested
INVOLVED = """(
    SELECT account, network, TRUE AS member FROM membership
    UNION ALL
    SELECT l.account, l.network, FALSE AS member FROM linked l
    ANTI JOIN membership m ON l.account = m.account AND l.network = m.network WHERE l.named
)"""

# kept in the engine while one kind of thing is looked at: who has what, what those involved have of
# it, and which outsiders have any of that
_INSIDE = f"""
    SELECT i.network AS network, h.account AS account, i.member AS member, h.object AS object,
           h.stratum AS stratum
    FROM held_by h JOIN {INVOLVED} i ON h.account = i.account
"""
_NEAR = f"""
    SELECT h.account AS account, h.object AS object, h.stratum AS stratum FROM held_by h
    SEMI JOIN held_inside s ON h.object = s.object ANTI JOIN {INVOLVED} i ON h.account = i.account
"""
_HELD = """
    SELECT DISTINCT network, account, member, object FROM held_inside
    ORDER BY network, account, object
"""
_HAVING = "SELECT object, count(DISTINCT account) AS others FROM held_near GROUP BY object"
_STRATA = "SELECT DISTINCT network, stratum FROM held_inside WHERE member"
_OUTSIDERS = f"""
    SELECT count(DISTINCT h.account) AS others FROM held_by h
    ANTI JOIN {INVOLVED} i ON h.account = i.account
"""
# outsiders of a member's stratum that have something of a network's that is no hub, by network
_TOUCHED = f"""
    SELECT s.network AS network, count(DISTINCT o.account) AS others
    FROM held_near o JOIN ({_STRATA}) s ON o.stratum = s.stratum JOIN (
        SELECT DISTINCT m.network AS network, m.object AS object
        FROM held_inside m JOIN ({_HAVING}) y ON m.object = y.object JOIN (
            SELECT network, count(DISTINCT account) AS members
            FROM held_inside WHERE member GROUP BY network
        ) n ON m.network = n.network WHERE m.member AND y.others < n.members
    ) t ON t.network = s.network AND t.object = o.object GROUP BY s.network
"""


@dataclass(frozen=True)
class Sharing:
    """What the accounts of one network have, of one kind of thing.

    Args:
        network: the network.
        held: member → the things it has that are no hubs; members with none known are absent.
        hubs: member → the things it has that are.
        linked: the same as `held` of the accounts tied to the network.
        outside: thing → how many outsiders have it.
        others: of the outsiders of whom such things are known, how many have one of the network's.
        most: what more outsiders have is common and not counted.
    """

    network: str
    held: Mapping[str, frozenset[str]]
    hubs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    linked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    outside: Mapping[str, int] = field(default_factory=dict)
    others: Count = field(default_factory=Count)
    most: int = FEWEST_COMMON

    @property
    def shared(self) -> dict[str, list[str]]:
        """Thing → the members that have it: two or more, and more of them than outsiders."""
        holders = self._holders(self.held)
        return {t: who for t, who in holders.items() if self._counts(t, who)}

    @property
    def served(self) -> dict[str, list[str]]:
        """The other things that two members have: outsiders have them as well."""
        both = {a: own | self.hubs.get(a, frozenset()) for a, own in self.held.items()}
        holders = self._holders(both)
        return {t: who for t, who in holders.items() if not self._counts(t, who)}

    @property
    def members(self) -> Count:
        """How many members have something in common with another one."""
        return Count(len(accounts_of(self.shared)), len(self.held))

    @property
    def with_linked(self) -> Count:
        """The same, with the accounts tied to the network."""
        both = {**self.held, **self.linked}
        return Count(len(accounts_of(self._holders(both))), len(both))

    @property
    def p(self) -> float | None:
        """Probability of as much in common by chance; None without outsiders."""
        if not self.others.of:
            return None
        met = meetings(self.held.values(), self.shared.keys())
        return Count(met, max(len(self.held) - 1, 0)).tail_at(self.others.upper) if met else 1.0

    def _counts(self, thing: str, members: Sequence[str]) -> bool:
        return self.outside.get(thing, 0) < min(len(members), self.most + 1)

    @staticmethod
    def _holders(held: Mapping[str, frozenset[str]]) -> dict[str, list[str]]:
        holders: dict[str, list[str]] = defaultdict(list)
        for account in sorted(held):
            for thing in held[account]:
                holders[thing].append(account)
        return {thing: holders[thing] for thing in sorted(holders) if len(holders[thing]) > 1}


def meetings(held: Iterable[frozenset[str]], counted: Collection[str]) -> int:
    """How many, one after the other, have something counted that one of those before has."""
    seen: set[str] = set()
    met = 0
    for things in held:
        own = things & set(counted)
        met += bool(own & seen)
        seen |= own
    return met


def accounts_of(holders: Mapping[str, Sequence[str]]) -> list[str]:
    """Everybody who has one of the things."""
    return sorted({account for accounts in holders.values() for account in accounts})


def sharings(engine: Engine, held: str, fewest_common: int = FEWEST_COMMON) -> list[Sharing]:
    """What the accounts of each network have, networks in order.

    Args:
        engine: sees the tables of the case, `membership` and `linked`.
        held: SELECT account, object, stratum FROM …: who has what. Outsiders are those of a stratum
            that a member stands in; no column may be null.
        fewest_common: outsiders that must have a thing before it is common.
    """
    engine.keep("held_by", held)
    engine.keep("held_inside", _INSIDE)
    found = rows(engine, _HELD)
    if not found:
        return []
    engine.keep("held_near", _NEAR)
    outside = {row["object"]: row["others"] for row in rows(engine, _HAVING)}
    most = max(fewest_common - 1, int(COMMON * _outsiders(engine)))
    return _sharings(found, outside, most, _others(engine))


def _others(engine: Engine) -> dict[str, Count]:
    """Network → how many outsiders of its strata have something of it, of all of them."""
    strata: dict[str, set[str]] = defaultdict(set)
    for row in rows(engine, _STRATA):
        strata[row["network"]].add(row["stratum"])
    of = {own: _outsiders(engine, own) for own in map(frozenset, strata.values())}
    touching = {row["network"]: row["others"] for row in rows(engine, _TOUCHED)}
    return {n: Count(touching.get(n, 0), of[frozenset(own)]) for n, own in strata.items()}


def _outsiders(engine: Engine, strata: Collection[str] | None = None) -> int:
    where = "" if strata is None else f" WHERE h.stratum IN ({listed(strata)})"
    (row,) = rows(engine, _OUTSIDERS + where)
    return int(row["others"])


def _sharings(
    found: Iterable[Row], outside: Mapping[str, int], most: int, others: Mapping[str, Count]
) -> list[Sharing]:
    held: dict[str, dict[bool, dict[str, set[str]]]] = defaultdict(
        lambda: {True: defaultdict(set), False: defaultdict(set)}
    )
    for row in found:
        held[row["network"]][row["member"]][row["account"]].add(row["object"])
    return [
        shared_by(network, held[network][True], held[network][False], outside, most, others)
        for network in sorted(held)
    ]


def shared_by(
    network: str,
    members: Mapping[str, Collection[str]],
    linked: Mapping[str, Collection[str]],
    outside: Mapping[str, int],
    most: int,
    others: Mapping[str, Count],
) -> Sharing:
    """One network's: the things of its accounts, parted into hubs and others."""
    hubs = {thing for thing, having in outside.items() if having >= len(members)}
    return Sharing(
        network,
        {account: frozenset(members[account]) - hubs for account in sorted(members)},
        {account: frozenset(members[account]) & hubs for account in sorted(members)},
        {account: frozenset(linked[account]) - hubs for account in sorted(linked)},
        outside,
        others.get(network, Count()),
        most,
    )


# --- what profiles say openly

_PROFILES = """
    SELECT DISTINCT a.account AS account, a.owner AS owner, a.bio AS bio
    FROM account a JOIN membership m ON a.account = m.account
    WHERE trim(a.owner) <> '' OR a.bio LIKE '%@%' ORDER BY account
"""


def owners(engine: Engine) -> dict[str, set[str]]:
    """Member → whom its profile names as its owner: the declared one, and accounts it mentions."""
    return {row["account"]: set(_named(row)) for row in rows(engine, _PROFILES)}


def _named(row: Row) -> Iterable[str]:
    if row["owner"] and row["owner"].strip():
        yield " ".join(row["owner"].split()).casefold()
    yield from (f"@{handle}" for handle in mentions_in(row["bio"] or ""))


def declared(accounts: Collection[str], named: Mapping[str, set[str]]) -> tuple[str, Count] | None:
    """The owner that most of these accounts name, and how many do; None: they do not say so."""
    naming: dict[str, int] = defaultdict(int)
    for account in accounts:
        for owner in named.get(account, ()):
            naming[owner] += 1
    if not naming:
        return None
    owner = min(naming, key=lambda name: (-naming[name], name))
    count = Count(naming[owner], len(accounts))
    return (owner, count) if count.have >= MOST * count.of else None


def ownership(network: str, measure: str, said: tuple[str, Count], query: str) -> Row:
    """The innocent explanation: they say openly who runs them."""
    owner, count = said
    return {
        "network": network,
        "measure": measure,
        "family": "innocent",
        "inauthentic": False,
        "claim": f"shared ownership possible: {count.have:,} of the {count.of:,} members concerned "
        f"name the same owner in their profiles ({owner}).",
        "value": count.share,
        "n": count.of,
        "query": query,
    }
