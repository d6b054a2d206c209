"""Profiles with the same description, compared for sameness only.

Descriptions are alike when they share most of their character sequences after links, mentions,
case and punctuation are taken away. Slogans, employers and fan phrases are shared too: they show
among the others. Where all of them name the same account or address, the accounts say openly that
they belong together, and the sameness is no sign of inauthenticity.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from unswarm.canonical import clean_url, mentions_in, same_text, urls_in
from unswarm.engines import Engine
from unswarm.measures._evidence import (
    OTHERS,
    SIDES,
    Row,
    Shared,
    against,
    evidence,
    listed,
    most_shared,
    noteworthy,
    rows,
    significant,
)

SHORTEST = 20  # characters of the form compared
RUN = 5  # characters of the sequences compared
ALIKE = 0.7  # Jaccard of the sequences
SHOWN = 80  # characters
_HOST = re.compile(r"(?<![\w@./-])(?:[\w-]{2,}\.)+[a-z]{2,}(?![\w@-]|\.\w)", re.IGNORECASE)

BIOS = f"""
    SELECT s.network AS network, a.account AS account, a.bio AS bio
    FROM account a JOIN {SIDES} s ON a.account = s.account
    WHERE a.bio IS NOT NULL AND a.bio <> '' ORDER BY a.account
"""
QUERY = """
    SELECT account, handle, name, created, bio FROM account
    WHERE account IN ({accounts}) ORDER BY account
"""


@dataclass(frozen=True)
class _Bio:
    """One description: whose it is, as written, and the form compared."""

    network: str
    account: str
    written: str
    form: str


def measure(engine: Engine) -> pa.Table:
    """The description that sets each network apart most."""
    bios = [
        _Bio(row["network"], row["account"], row["bio"], same_text(row["bio"]))
        for row in rows(engine, BIOS)
    ]
    patterns = _Patterns(_repeated(bios))
    nearest = {bio: patterns.nearest(bio.form) for bio in bios}
    shared = most_shared((bio.network, nearest[bio]) for bio in bios)
    found = (
        (s, [bio for bio in bios if bio.network == network and s.option in nearest[bio]])
        for network, s in shared.items()
        if noteworthy(s.p)
    )
    return evidence(_row(shared, own) for shared, own in found)


def _repeated(bios: Iterable[_Bio]) -> Iterator[str]:
    """Forms of members, most frequent first: what the others are compared with."""
    forms = Counter(bio.form for bio in bios if bio.network != OTHERS)
    return (form for form, _ in sorted(forms.items(), key=lambda item: (-item[1], item[0])))


class _Patterns:
    """Descriptions that stand for all those that are alike; the first of its kind is kept."""

    def __init__(self, forms: Iterable[str]) -> None:
        self.runs: dict[str, frozenset[str]] = {}
        self.by_run: dict[str, list[str]] = defaultdict(list)
        for form in forms:
            if len(form) >= SHORTEST and not self.nearest(form):
                self._add(form)

    def _add(self, form: str) -> None:
        self.runs[form] = _runs(form)
        for run in self.runs[form]:
            self.by_run[run].append(form)

    def nearest(self, form: str) -> list[str]:
        """The pattern a description is most alike to, or none."""
        if form in self.runs or len(form) < SHORTEST:
            return [form] if form in self.runs else []
        own = _runs(form)
        common = Counter(pattern for run in own for pattern in self.by_run.get(run, ()))
        likeness = {p: n / (len(own) + len(self.runs[p]) - n) for p, n in common.items()}
        best = max(likeness, key=lambda p: (likeness[p], p), default=None)
        return [best] if best is not None and likeness[best] >= ALIKE else []


def _runs(form: str) -> frozenset[str]:
    return frozenset(form[i : i + RUN] for i in range(len(form) - RUN + 1))


def _row(shared: Shared, bios: list[_Bio]) -> Row:
    named = affiliation(bio.written for bio in bios)
    members = shared.members
    openly = f" All of them name {named}." if named else ""
    return {
        "network": bios[0].network,
        "measure": "bios",
        "family": "identity",
        "inauthentic": significant(shared.p) and not named,
        "claim": f"{members.have:,} of {members.of:,} descriptions are nearly the same "
        f"(“{_short(bios[0].written)}”); {against(shared.others, who='others', verb='are')}."
        + openly,
        "value": members.share,
        "baseline": shared.others.share,
        "n": members.of,
        "p": shared.p,
        "query": QUERY.format(accounts=listed(bio.account for bio in bios)),
    }


def affiliation(bios: Iterable[str]) -> str | None:
    """The account or address that every one of these descriptions names, if there is one."""
    written = list(bios)
    named = Counter(name for bio in written for name in _named(bio))
    common = [name for name, times in named.items() if times == len(written)]
    return min(common, default=None)


def _named(bio: str) -> set[str]:
    hosts = (f"https://{host}" for host in _HOST.findall(bio))
    addresses = (clean_url(url) for url in [*urls_in(bio), *hosts])
    return {f"@{handle}" for handle in mentions_in(bio)} | {
        found[0] for found in addresses if found
    }


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
