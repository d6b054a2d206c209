"""What is new between one run and the runs before, as a person is told it.

A network that acts in concert is not thereby inauthentic: an alert says what accounts did, with
what significance and by which posts, and leaves the verdict to people.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from unswarm.engines import quoted
from unswarm.findings import NAMED, Findings
from unswarm.model import Tier

CLAIMS = 5  # pieces of evidence, and posts, that an alert quotes
QUOTED = 20  # pieces of evidence that a return quotes: one account has its own
LISTED = 20  # accounts that a sentence names
SAME = 0.5  # share of an earlier network's members that makes it part of a later one

Members = Mapping[str, frozenset[str]]
"""Network → its accounts."""


class Kind(StrEnum):
    """What is new."""

    NEW = "new network"
    GROWTH = "growth"
    MERGE = "merge"
    RETURN = "return"


@dataclass(frozen=True)
class Claim:
    """One piece of evidence: the sentence, and its significance where it has one."""

    claim: str
    p: float | None = None


@dataclass(frozen=True)
class Tied:
    """What ties an account to a network of the past.

    Args:
        claim: the sentence.
        ties: what they have in common: `sites`, `photos` … or `profile`, when they look alike.
    """

    claim: Claim
    ties: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """Two posts of two members on one object.

    Args:
        account, post, time: who, which post, when (ms UTC).
        partner, partner_post, gap: the other one, and how far apart (ms).
        object: what both touched.
    """

    account: str
    post: str
    time: int
    partner: str
    partner_post: str
    gap: int
    object: str


@dataclass(frozen=True)
class Alert:
    """One thing that is new.

    Args:
        kind: what.
        network: the network it is about; of a return, the one that came back, in its past case.
        tier: confirmed or lead; empty for a return.
        sentence: it, with its figures.
        accounts: how many accounts the network has now; of a return, how many are tied to it.
        joined: those nobody was told of before as this network's.
        merged: earlier networks that are one with it now.
        past: of a return, the past case.
        evidence: what speaks for it, the strongest first.
        posts: some of the posts behind it, the latest first.
        first, last: joint occasions, ms UTC.
        formed: time of the k-th coordinated post, ms UTC: see `formed`; of growth, of the first who
            joined; None of a merge and of a return.
        run: the run that found it.
        case: the case it was found in.
        id: `al-0001` …; empty until it is written down.
        when: when it was written down, UTC, ISO 8601.
        delay: milliseconds from the arrival of the k-th coordinated post to `when`; None where
            nobody knows when it arrived.
    """

    kind: Kind
    network: str
    tier: str
    sentence: str
    accounts: int = 0
    joined: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    past: str = ""
    evidence: tuple[Claim, ...] = ()
    posts: tuple[Shown, ...] = ()
    first: int | None = None
    last: int | None = None
    formed: int | None = None
    run: str = ""
    case: str = ""
    id: str = ""
    when: str = ""
    delay: int | None = None

    @property
    def key(self) -> str:
        """The same news has the same key, however often it is found, written down or brought.

        No account is told twice as one network's, so that a key is never that of other news.
        """
        who = (self.case, self.past, self.network, self.kind, self.tier)
        said = json.dumps([*who, self.joined, self.merged])
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, with the key."""
        return {"key": self.key, **asdict(self)}


def read(said: Mapping[str, Any]) -> Alert:
    """An alert out of plain values."""
    values = {name: tuple(said[name]) for name in ("joined", "merged")}
    values["evidence"] = tuple(Claim(**each) for each in said["evidence"])
    values["posts"] = tuple(Shown(**each) for each in said["posts"])
    rest = {name: value for name, value in said.items() if name != "key"}
    return Alert(**{**rest, **values, "kind": Kind(said["kind"])})


# --- what is new


def news(findings: Findings, told: Mapping[str, str], known: Members, leads: bool) -> list[Alert]:
    """What a run has that nobody was told of.

    Told are members that may be named; networks and accounts that people cleared are left out, and
    so are accounts that are only tied to a network: they did not act with it. Growth is told of
    findings. Who leaves and comes back is not told again, nor is a network under another id whose
    accounts were all told before.

    Args:
        findings: of the run.
        told: network → the tier it was last told in.
        known: network → the accounts that were told of it.
        leads: whether leads are told, too.
    """
    tiers = (Tier.CONFIRMED, Tier.LEAD) if leads else (Tier.CONFIRMED,)
    now = _members(findings)
    book = _Book(told, known, frozenset(now))
    found: list[Alert] = []
    for row in findings.networks:
        accounts = now.get(row["network"], frozenset())
        if row["tier"] not in tiers or not accounts:
            continue
        if findings.record.cleared("network", row["network"]):
            continue
        new = book.new(row["network"], row["tier"], accounts)
        if new is not None:
            found.append(_alert(findings, row, new))
    return found


def _members(findings: Findings) -> dict[str, frozenset[str]]:
    """Network → its members that may be named."""
    found: dict[str, set[str]] = {row["network"]: set() for row in findings.networks}
    for row in findings.query(
        f"SELECT network, account FROM membership WHERE probability >= {NAMED}"
    ):
        if findings.record.may_be_named(row["account"]):
            found.setdefault(row["network"], set()).add(row["account"])
    return {network: frozenset(accounts) for network, accounts in found.items()}


@dataclass(frozen=True)
class _New:
    """What is new of a network.

    Args:
        kind: what.
        joined: accounts that were not told as its before.
        merged: earlier networks that are in it now.
        origin: (network, accounts): those that were told as another network's.
    """

    kind: Kind
    joined: tuple[str, ...]
    merged: tuple[str, ...] = ()
    origin: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class _Book:
    """What was told before, asked for what is new.

    Args:
        told: network → the tier it was last told in.
        known: network → the accounts that were told of it.
        here: the networks of this run.
    """

    told: Mapping[str, str]
    known: Members
    here: frozenset[str]

    def new(self, network: str, tier: str, accounts: frozenset[str]) -> _New | None:
        """What is new of a network; None: nothing."""
        before = self.known.get(network, frozenset())
        joined = tuple(sorted(accounts - before))
        merged = self._merged(network, accounts)
        if network not in self.told:
            return self._first(tier, accounts, merged)
        if self.told[network] == Tier.LEAD and tier == Tier.CONFIRMED:
            return _New(Kind.NEW, joined)
        if not joined or tier == Tier.LEAD:
            return None
        return _New(Kind.MERGE if merged else Kind.GROWTH, joined, merged)

    def _first(self, tier: str, accounts: frozenset[str], merged: tuple[str, ...]) -> _New | None:
        """A network that nobody was told of, under this id."""
        joined = tuple(sorted(accounts))
        if len(merged) > 1:
            return _New(Kind.MERGE, joined, merged)
        others = [n for n in self.known if tier == Tier.LEAD or self.told[n] == Tier.CONFIRMED]
        if accounts <= frozenset().union(*(self.known[name] for name in others)):
            return None
        shared = {name: len(self.known[name] & accounts) for name in sorted(self.known)}
        origin = tuple((name, number) for name, number in shared.items() if number)
        return _New(Kind.NEW, joined, merged, origin)

    def _merged(self, network: str, accounts: frozenset[str]) -> tuple[str, ...]:
        """Earlier networks that are none any more, whose accounts came over into this one."""
        mine = self.known.get(network, frozenset())
        return tuple(
            name
            for name, theirs in sorted(self.known.items())
            if name not in self.here
            and len(theirs & accounts) >= SAME * len(theirs) > len(theirs & mine)
        )


def _alert(findings: Findings, row: Mapping[str, Any], new: _New) -> Alert:
    network = row["network"]
    return Alert(
        kind=new.kind,
        network=network,
        tier=row["tier"],
        sentence=_sentence(row, new),
        accounts=row["accounts"],
        joined=new.joined,
        merged=new.merged,
        evidence=tuple(_claims(findings, network)),
        posts=tuple(_posts(findings, network)),
        first=row["first"],
        last=row["last"],
        formed=_formed(findings, network, new),
        run=findings.run["run"],
        case=findings.name,
    )


def _formed(findings: Findings, network: str, new: _New) -> int | None:
    if new.kind is Kind.MERGE:  # its accounts were together before, each part by itself
        return None
    return formed(findings, network, new.joined if new.kind is Kind.GROWTH else ())


# --- in words


def _sentence(row: Mapping[str, Any], new: _New) -> str:
    """One sentence with the figures it rests on."""
    about = ": ".join(filter(None, (_begin(row, new), ", ".join(_figures(row)))))
    if row["tier"] == Tier.LEAD:
        return f"A lead, no finding ({row['reason']}): {about}."
    return f"{about}; p {_chance(row['p'])}."


def _begin(row: Mapping[str, Any], new: _New) -> str:
    network, accounts = row["network"], _several(row["accounts"])
    if new.kind is Kind.GROWTH:
        return f"{_several(len(new.joined))} joined {network}, which has {accounts} now"
    if new.kind is Kind.MERGE:
        others = [name for name in new.merged if name != network]
        return f"{' and '.join(others)} became one network, {network}, which has {accounts} now"
    origin = "".join(f"; {number:,} of them were in {name}" for name, number in new.origin)
    acted = "may act" if row["tier"] == Tier.LEAD else "acted"
    return f"{accounts} {acted} in concert ({network}{origin})"


def _several(number: int) -> str:
    return f"{number:,} account{'' if number == 1 else 's'}"


def _figures(row: Mapping[str, Any]) -> Iterator[str]:
    """Joint occasions, signals, times; leads that nothing they did gave away have few of them."""
    if row["together"] is not None and row["expected"] is not None:
        chance = f"{row['expected']:,.2g}" if row["expected"] >= 0.1 else "fewer than 0.1"
        yield f"{row['together']:,} joint occasions where {chance} were expected"
    if row["signals"]:
        yield f"in {' and '.join(row['signals'].split())}"
    if row["first"] is not None:
        yield f"from {_minute(row['first'])} to {_minute(row['last'])} UTC"


def _chance(p: float | None) -> str:
    if p is None:
        return "unknown"
    return f"= {p:.1g}" if p else "below 1e-300"


def _minute(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1000, UTC):%Y-%m-%d %H:%M}"


# --- what speaks for it


def _claims(findings: Findings, network: str) -> Iterator[Claim]:
    """The strongest evidence: what is significant first."""
    for row in findings.query(
        f"SELECT claim, p FROM evidence WHERE network = {quoted(network)} ORDER BY "
        f"CASE WHEN p IS NULL THEN 1 ELSE 0 END, p, claim LIMIT {CLAIMS}"
    ):
        yield Claim(row["claim"], row["p"])


def _posts(findings: Findings, network: str) -> Iterator[Shown]:
    """The latest joint occasions."""
    for row in findings.query(
        "SELECT DISTINCT account, post, time, partner, partner_post, gap, object FROM occasion "
        f"WHERE network = {quoted(network)} AND together AND partner_post IS NOT NULL "
        f"AND account < partner ORDER BY time DESC, account, partner, post LIMIT {CLAIMS}"
    ):
        yield Shown(**{name: row[name] for name in Shown.__dataclass_fields__})


FORMED = """
SELECT o.account, o.object, min(greatest(o.time, coalesce(p.time, o.time))) AS time
FROM occasion AS o LEFT JOIN occasion AS p ON p.network = o.network AND p.object = o.object
    AND p.account = o.partner AND p.post = o.partner_post
WHERE o.network = {network} AND o.together GROUP BY o.account, o.object
"""


def formed(findings: Findings, network: str, joined: Collection[str] = ()) -> int | None:
    """Time of the k-th coordinated post of a network, ms UTC: when it could first be found.

    It is the moment at which the data first held `min_members` members with `min_together` joint
    occasions each (k is what that takes). An occasion is joint from the later of the two posts on.

    Args:
        findings: of the run.
        network: which one.
        joined: members; then it is the moment at which the first of them had `min_together` joint
            occasions, and could be found to have joined.

    Returns:
        None where its occasions do not say: of a lead that nothing it did gave away.
    """
    settings = findings.run["settings"]
    enough, members = settings["min_together"], 1 if joined else settings["min_members"]
    times: dict[str, list[int]] = {}
    for row in findings.query(FORMED.format(network=quoted(network))):
        if not joined or row["account"] in joined:
            times.setdefault(row["account"], []).append(row["time"])
    reached = sorted(sorted(each)[enough - 1] for each in times.values() if len(each) >= enough)
    return reached[members - 1] if len(reached) >= members else None


# --- what came back


def returned(
    past: str,
    network: str,
    findings: Findings,
    reasons: Mapping[str, Sequence[Tied]],
    known: Collection[str],
) -> Alert | None:
    """Accounts that are tied to a network of the past; None when all were told before.

    Args:
        past: the past case.
        network: its network.
        findings: of the run in whose data they were found.
        reasons: account → what ties it.
        known: accounts that are no news: told before, or known to be the network's.
    """
    joined = tuple(sorted(set(reasons) - set(known)))
    if not joined:
        return None
    claims = [
        Claim(f"{account}: {each.claim.claim}", each.claim.p)
        for account in joined
        for each in reasons[account]
    ]
    claims.sort(key=lambda each: (each.p is None, each.p or 0.0, each.claim))
    ties = Counter(tie for each in joined for tie in {t for r in reasons[each] for t in r.ties})
    return Alert(
        kind=Kind.RETURN,
        network=network,
        tier="",
        sentence=_back(past, network, joined, ties, claims[0].p),
        accounts=len(reasons),
        joined=joined,
        past=past,
        evidence=tuple(claims[:QUOTED]),
        run=findings.run["run"],
        case=findings.name,
    )


def _back(
    past: str, network: str, joined: Sequence[str], ties: Mapping[str, int], p: float | None
) -> str:
    have = f"{_several(len(joined))} {'has' if len(joined) == 1 else 'have'}"
    kinds = sorted(ties.items(), key=lambda each: (-each[1], each[0]))
    by = ", ".join(f"{tie.replace('_', ' ')} of {number:,}" for tie, number in kinds)
    chance = "" if p is None else f"; smallest p {_chance(p)}"
    some = ", ".join(joined[:LISTED]) + (" …" if len(joined) > LISTED else "")
    return f"{have} what was {network}'s in {past}, found before ({by}{chance}): {some}."


# --- telling it


def timed(alert: Alert, when: datetime, live: bool, arrived: int | None = None) -> Alert:
    """An alert at the moment it is told.

    Args:
        alert: what is told.
        when: the moment.
        live: whether the source is about as late as now: a post is then taken to arrive at its own
            time, where nobody knows better.
        arrived: when the k-th coordinated post arrived, ms UTC.
    """
    began = alert.formed if arrived is None and live else arrived
    said = int(when.timestamp() * 1000)
    delay = None if began is None else said - began
    return replace(alert, when=when.isoformat(timespec="milliseconds"), delay=delay)


def sentences(alerts: Iterable[Alert]) -> list[str]:
    """One line each, for a terminal."""
    return [plain(f"{each.id} {each.kind}: {each.sentence}") for each in alerts]


def plain(text: str) -> str:
    """A text on one line, without what would change a terminal or the order of letters."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
