"""Innocent explanations: a fan club, or a party or campaign whose supporters say who they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from unswarm.canonical import same_text
from unswarm.engines import Engine
from unswarm.measures._evidence import (
    FEWEST,
    SIDES,
    Count,
    Row,
    Shared,
    against,
    evidence,
    listed,
    most_shared,
    percent,
    quoted,
    rows,
)

MOSTLY = 0.5  # of the reposts, and of the descriptions
FEWEST_FANS = 10  # other accounts that repost the idol too
WORDS = 2  # in a row that descriptions share
SHORTEST = 8  # characters of such words

IDOLS = """
    SELECT m.network AS network, p.target_account AS target, count(*) AS reposts,
           count(DISTINCT p.account) AS accounts
    FROM post p JOIN membership m ON p.account = m.account
    WHERE p.kind = 'repost' AND p.target_account IS NOT NULL
    GROUP BY m.network, p.target_account
"""
FANS = """
    SELECT p.target_account AS target, count(DISTINCT p.account) AS fans
    FROM post p ANTI JOIN membership USING (account)
    WHERE p.kind = 'repost' AND p.target_account IN ({targets}) GROUP BY p.target_account
"""
REPOSTS = """
    SELECT p.account, p.time, p.post, p.target_account, p.target_post
    FROM post p JOIN membership m ON p.account = m.account
    WHERE m.network = {network} AND p.kind = 'repost' AND p.target_account = {target}
    ORDER BY p.time, p.account
"""
BIOS = f"""
    SELECT s.network AS network, a.account AS account, a.bio AS bio
    FROM account a JOIN {SIDES} s ON a.account = s.account
    WHERE a.bio IS NOT NULL AND a.bio <> '' ORDER BY a.account
"""
PROFILES = "SELECT account, handle, name, bio FROM account WHERE account IN ({accounts})"


def measure(engine: Engine) -> pa.Table:
    """Networks that repost one account which others repost too, or that share words in bios."""
    return evidence([*_fan_clubs(engine), *_campaigns(engine)])


# --- fan clubs


def _fan_clubs(engine: Engine) -> Iterator[Row]:
    reposts: dict[str, list[Row]] = {}
    for row in rows(engine, IDOLS):
        reposts.setdefault(row["network"], []).append(row)
    idols = [_idol(reposts[network]) for network in sorted(reposts)]
    targets = listed({idol["target"] for idol in idols})
    fans = (
        {r["target"]: r["fans"] for r in rows(engine, FANS.format(targets=targets))}
        if idols
        else {}
    )
    for idol in idols:
        others = fans.get(idol["target"], 0)
        if idol["share"] >= MOSTLY and idol["accounts"] >= FEWEST and others >= FEWEST_FANS:
            yield _fan_club(idol, others)


def _fans(engine: Engine, idols: set[str]) -> dict[str, int]:
    """How many other accounts repost each idol."""
    if not idols:
        return {}
    return {row["target"]: row["fans"] for row in rows(engine, FANS.format(targets=listed(idols)))}


def _idol(reposts: list[Row]) -> Row:
    most = min(reposts, key=lambda row: (-row["reposts"], row["target"]))
    total = sum(row["reposts"] for row in reposts)
    return {**most, "share": most["reposts"] / total, "total": total}


def _fan_club(idol: Row, fans: int) -> Row:
    network, target = idol["network"], idol["target"]
    return {
        "network": network,
        "measure": "fans",
        "family": "innocent",
        "inauthentic": False,
        "claim": f"fan club possible: {percent(idol['share'])} of the {idol['total']:,} reposts, "
        f"by {idol['accounts']:,} members, repeat {target}, and {fans:,} accounts outside the "
        f"network repost it too.",
        "value": idol["share"],
        "n": idol["total"],
        "query": REPOSTS.format(network=quoted(network), target=quoted(target)),
    }


# --- parties and campaigns


def _campaigns(engine: Engine) -> Iterator[Row]:
    bios = [(r["network"], r["account"], same_text(r["bio"])) for r in rows(engine, BIOS)]
    shared = most_shared((network, phrases(form)) for network, form in _distinct(bios))
    for network, found in shared.items():
        if found.members.have >= MOSTLY * found.members.of and _rare(found):
            own = [a for n, a, form in bios if n == network and found.option in phrases(form)]
            yield _campaign(network, found, own)


def _distinct(bios: Iterable[tuple[str, str, str]]) -> set[tuple[str, str]]:
    """One of each wording: copies of one description are another matter."""
    return {(network, form) for network, _, form in bios}


def _rare(found: Shared) -> bool:
    return found.p is None or found.p <= 0.01


def phrases(form: str) -> set[str]:
    """The runs of `WORDS` words of a text in its canonical form."""
    words = form.split()
    runs = (" ".join(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1))
    return {run for run in runs if len(run) >= SHORTEST}


def _campaign(network: str, found: Shared, accounts: list[str]) -> Row:
    members: Count = found.members
    return {
        "network": network,
        "measure": "fans",
        "family": "innocent",
        "inauthentic": False,
        "claim": f"party or campaign possible: {members.have:,} of {members.of:,} differently "
        f"worded descriptions share the words “{found.option}”; "
        f"{against(found.others, 'descriptions of others')}.",
        "value": members.share,
        "baseline": found.others.share,
        "n": members.of,
        "query": PROFILES.format(accounts=listed(accounts)),
    }
