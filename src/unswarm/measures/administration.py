"""Pages, groups and channels that the same accounts run, and whether they say so.

Compared with how often other pages are run by the network's administrators. Whoever runs at least
as many others in the data, an agency or a volunteer, is no sign of a hidden hand. Moderating a
group, and running a page with colleagues, is done in the open: both are told and are no sign.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from unswarm.engines import Engine
from unswarm.measures._evidence import (
    FEWEST,
    Count,
    Row,
    evidence,
    holm,
    listed,
    noteworthy,
    percent,
    rows,
    significant,
)
from unswarm.measures._sharing import (
    INVOLVED,
    Sharing,
    accounts_of,
    declared,
    owners,
    ownership,
    sharings,
)

SHOWN = 3  # other networks that a sentence names

_KNOWN = "trim(account) <> '' AND trim(target) <> ''"
_RUN_BY = f"""
    SELECT DISTINCT target AS account, account AS object, '' AS stratum FROM role
    WHERE role IN ({{roles}}) AND {_KNOWN}
"""
_RUNS = f"""
    SELECT DISTINCT account, target AS object, '' AS stratum FROM role
    WHERE role IN ('administers', 'owns', 'advertises', 'moderates') AND {_KNOWN}
"""
_ROLES_IN = """
    SELECT r.account, r.role, r.target, r.time, r.until, r.country FROM role r
    WHERE r.{member} IN ({members}) AND r.{other} IN ({others})
        AND r.role IN ('administers', 'owns', 'advertises', 'moderates')
    ORDER BY r.{other}, r.{member}, r.time
"""


@dataclass(frozen=True)
class Manner:
    """A way to have administrators, or pages, in common.

    Args:
        held: who has what, see `sharings`.
        among: whom the sentence is about.
        how: what they have in common with others of the network.
        things: what is counted, plural.
        hides: true: not to say so is a sign of concealed common administration.
        member: the column of `role` that members stand in.
    """

    held: str
    among: str
    how: str
    things: str
    hides: bool
    member: str

    @property
    def other(self) -> str:
        """The column of `role` that what they have in common stands in."""
        return "account" if self.member == "target" else "target"


MANNERS = {
    "run": Manner(
        _RUN_BY.format(roles="'administers', 'owns', 'advertises'"),
        "members whose administrators are known",
        "are run by an account that runs another one of the network, too",
        "administrators",
        hides=True,
        member="target",
    ),
    "moderated": Manner(
        _RUN_BY.format(roles="'moderates'"),
        "members whose moderators are known",
        "have a moderator who moderates another one of the network, too",
        "moderators",
        hides=False,
        member="target",
    ),
    "running": Manner(
        _RUNS,
        "members who run pages, groups or channels",
        "run one together with another member",
        "pages, groups and channels",
        hides=False,
        member="account",
    ),
}


def measure(engine: Engine) -> pa.Table:
    """Who runs what in common, said openly or not, and who runs pages of two networks."""
    found = {
        (manner, sharing.network): sharing
        for manner in MANNERS
        for sharing in sharings(engine, MANNERS[manner].held)
    }
    p = holm({f"{manner} {network}": found[manner, network].p for manner, network in found})
    named = owners(engine) if found else {}
    return evidence(
        [
            row
            for (manner, network), sharing in found.items()
            for row in _rows(sharing, manner, p[f"{manner} {network}"], named)
        ]
        + list(_across(engine))
    )


def _rows(
    sharing: Sharing, manner: str, p: float | None, named: Mapping[str, set[str]]
) -> Iterator[Row]:
    if sharing.members.have >= FEWEST and noteworthy(p):
        said = declared(accounts_of(sharing.shared), named) if MANNERS[manner].hides else None
        row = _row(sharing, MANNERS[manner], p, said)
        yield row
        if said:
            yield ownership(sharing.network, "administration", said, row["query"])
    if MANNERS[manner].hides and len(accounts_of(sharing.served)) >= FEWEST:
        yield _agency(sharing, MANNERS[manner])


def _row(sharing: Sharing, manner: Manner, p: float | None, said: tuple[str, Count] | None) -> Row:
    members, shared = sharing.members, sharing.shared
    openly = _openly(manner, said)
    return {
        "network": sharing.network,
        "measure": "administration",
        "family": "administration",
        "inauthentic": manner.hides and not said and significant(p),
        "claim": f"{members.have:,} of {members.of:,} {manner.among} {manner.how} "
        f"({manner.things}: {len(shared):,}); {_others(sharing.others, manner)}{openly}."
        + _linked(sharing),
        "value": members.share,
        "baseline": sharing.others.share,
        "n": members.of,
        "p": p,
        "query": _query(manner, shared),
    }


def _others(others: Count, manner: Manner) -> str:
    if not others.of:
        return "no others to compare with"
    return (
        f"of {others.of:,} others, {others.have:,} have one of the {manner.things} of the network "
        f"(at most {percent(others.upper)})"
    )


def _openly(manner: Manner, said: tuple[str, Count] | None) -> str:
    if not manner.hides:
        return ""
    if said is None:
        return "; not declared: their profiles name no common owner"
    return (
        f"; declared: {said[1].have:,} of {said[1].of:,} profiles name the same owner ({said[0]})"
    )


def _linked(sharing: Sharing) -> str:
    if not sharing.linked:
        return ""
    both = sharing.with_linked
    return f" With the {len(sharing.linked):,} linked accounts: {both.have:,} of {both.of:,}."


def _agency(sharing: Sharing, manner: Manner) -> Row:
    served = sharing.served
    members = Count(len(accounts_of(served)), len(sharing.held))
    most = max(sharing.outside[thing] for thing in served)
    return {
        "network": sharing.network,
        "measure": "administration",
        "family": "innocent",
        "inauthentic": False,
        "claim": f"an agency or a volunteer possible: {members.have:,} of {members.of:,} "
        f"{manner.among} share {manner.things} who run at least as many others in this data, "
        f"one of them {most:,}.",
        "value": members.share,
        "n": members.of,
        "query": _query(manner, served),
    }


def _query(manner: Manner, holders: Mapping[str, list[str]]) -> str:
    return _ROLES_IN.format(
        member=manner.member,
        other=manner.other,
        members=listed(accounts_of(holders)),
        others=listed(holders),
    )


# --- administrators of two networks

_BETWEEN = f"""
    SELECT i.network AS network, r.account AS account, r.target AS target
    FROM role r JOIN {INVOLVED} i ON r.target = i.account
    WHERE r.role IN ('administers', 'owns', 'advertises') AND trim(r.account) <> ''
"""

Runs = Mapping[str, Mapping[str, set[str]]]  # network → account → what it runs of the network


def _across(engine: Engine) -> Iterator[Row]:
    """Networks with an administrator who runs pages of another network, too: a fact."""
    runs: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows(engine, _BETWEEN):
        runs[row["network"]][row["account"]].add(row["target"])
    for network in sorted(runs):
        both = {n: sorted(runs[network].keys() & runs[n].keys()) for n in sorted(runs)}
        del both[network]
        if any(both.values()):
            yield _between(network, {n: shared for n, shared in both.items() if shared}, runs)


def _between(network: str, both: Mapping[str, list[str]], runs: Runs) -> Row:
    people = {account for shared in both.values() for account in shared}
    here = {page for account in people for page in runs[network][account]}
    there = {page for n, shared in both.items() for a in shared for page in runs[n][a]}
    named = ", ".join(list(both)[:SHOWN]) + (" …" if len(both) > SHOWN else "")
    query = _ROLES_IN.format(
        member="target", other="account", members=listed(here | there), others=listed(people)
    )
    return {
        "network": network,
        "measure": "administration",
        "family": "administration",
        "inauthentic": False,
        "claim": f"of the accounts that run pages, groups or channels of this network, "
        f"{len(people):,} run such of another network as well ({named}): {len(here):,} here, "
        f"{len(there):,} there.",
        "value": float(len(people)),
        "n": len(here),
        "query": query,
    }
