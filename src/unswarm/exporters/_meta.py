"""What Meta's kill chain says of a case: counts, sites, techniques, audience and spend, in order.

The form is that of the files of Meta's threat research (github.com/facebook/threat-research, MIT):
one indicator a row under tactic, technique and procedure of the Online Operations Kill Chain, whose
names are written byte for byte. A network's own accounts are counted and not listed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from unswarm.canonical import PLATFORMS, SHORTENERS
from unswarm.exporters._report import listed
from unswarm.exporters._report.words import KINDS, kind
from unswarm.findings import NAMED, Findings
from unswarm.indicators import defang
from unswarm.tactics import Tactic, tactics

ACQUIRING = ("0. Acquiring assets", "0.9 Acquiring social media accounts")
ENGAGING = ("7. Targeted engagement", "7.2 Engaging with users outside the operation")
ADVERTISING = ("7. Targeted engagement", "7.1 Running ads", "7.1.1 Advertising to promote content")
OWNING = (
    "0. Acquiring assets",
    "0.6 Acquiring domains",
    "0.6.2 Acquiring domains to support influence operations",
)
LEADING = (
    "7. Targeted engagement",
    "7.5 Directing online traffic",
    "7.5.2 Directing audience to website",
)
ACCOUNTS = {
    "facebook": "0.9.1 Acquiring Facebook assets",
    "instagram": "0.9.2 Acquiring Instagram accounts",
    "threads": "0.9.3 Acquiring Threads accounts",
    "twitter": "0.9.4 Acquiring X / Twitter accounts",
    "youtube": "0.9.5 Acquiring YouTube channels",
    "tiktok": "0.9.6 Acquiring TikTok accounts",
    "telegram": "0.9.7 Acquiring Telegram channels",
    "reddit": "0.9.8 Acquiring accounts on online forums",
}
ELSEWHERE = "0.9.12 Acquiring other social media assets"
FOLLOWED = {
    "page": "7.2.2 Acquiring Page followers",
    "group": "7.2.3 Acquiring Group members",
    "instagram": "7.2.4 Acquiring Instagram followers",
    "twitter": "7.2.5 Acquiring Twitter followers",
}
COUNTED = frozenset(("T0146", "T0151.002", "T0151.003"))
"""Techniques that say no more than the counts do."""

ADDRESSES = {
    "twitter": "https://x.com/{}",
    "facebook": "https://www.facebook.com/{}",
    "instagram": "https://www.instagram.com/{}",
    "threads": "https://www.threads.net/@{}",
    "youtube": "https://www.youtube.com/@{}",
    "tiktok": "https://www.tiktok.com/@{}",
    "telegram": "https://t.me/{}",
    "reddit": "https://www.reddit.com/user/{}",
}

MEMBERS = f"""
SELECT DISTINCT s.account, a.platform, coalesce(a.kind, s.kind, 'person') AS kind, a.handle
FROM (
    SELECT m.network, m.account, CAST(NULL AS STRING) AS kind FROM membership AS m
    WHERE m.probability >= {NAMED}
    UNION ALL SELECT k.network, k.account, k.kind FROM linked AS k WHERE k.named
) AS s LEFT JOIN account AS a ON a.account = s.account
WHERE s.network IN ({{networks}}) ORDER BY s.account
"""
SITES = """
WITH everybody AS (
    SELECT l.domain, count(DISTINCT l.account) AS accounts FROM link AS l GROUP BY l.domain
), own AS (
    SELECT l.domain, count(DISTINCT l.account) AS accounts FROM link AS l
    WHERE l.account IN (SELECT m.account FROM membership AS m WHERE m.network IN ({networks}))
    GROUP BY l.domain
)
SELECT o.domain, o.accounts, e.accounts - o.accounts AS others
FROM own AS o JOIN everybody AS e ON e.domain = o.domain
WHERE o.domain IN ({decided}) OR (o.accounts >= 3 AND o.accounts >= 0.9 * e.accounts)
ORDER BY o.domain
"""
"""Sites that a person decided on, and those that hardly anybody but the networks links to."""
EVIDENCE = """
SELECT e.network, e.family, e.claim FROM evidence AS e
WHERE e.family IN ('audience', 'advertising') AND e.network IN ({networks})
ORDER BY e.network, e.family, e.measure, e.claim
"""
KNOWN = """
SELECT lower(said) AS said FROM (
    SELECT a.account AS said FROM account AS a UNION SELECT a.handle AS said FROM account AS a
) AS s WHERE lower(said) IN ({said})
"""
WORD = re.compile(r"@?\w[\w.-]*\w")
PLAIN = re.compile(r"\d{1,5}")
PARTS = ("Of ", "By country")  # sentences that part a sum that another one gives
NAMES_OTHERS = re.compile(r" payers?: | lead to \d+ sites?: | leads to \d+ sites?: ")
STRUCK = "[account]"


@dataclass(frozen=True)
class Row:
    """One row: the kill chain's names, an indicator, and a note.

    Args:
        tactic, technique, procedure: byte for byte.
        indicator: a count, a site or a sentence, defanged.
        notes: what there is to say of it.
    """

    tactic: str
    technique: str
    procedure: str
    indicator: str
    notes: str = ""

    @property
    def place(self) -> tuple[tuple[int, ...], ...]:
        """Where it stands in the kill chain."""
        return tuple(_numbers(name) for name in (self.tactic, self.technique, self.procedure))


def _numbers(name: str) -> tuple[int, ...]:
    found = re.match(r"[\d.]+", name)
    return tuple(int(part) for part in found[0].split(".") if part) if found else ()


@dataclass(frozen=True)
class Site:
    """A site of the networks.

    Args:
        domain: its registered domain.
        accounts: of the networks that link to it.
        others: accounts that do, too.
        decided: a person called it inauthentic.
    """

    domain: str
    accounts: int
    others: int
    decided: bool

    @property
    def note(self) -> str:
        """How it is known, and what is not."""
        others = (
            f"linked by {self.accounts:,} accounts of the network and by {self.others:,} others"
        )
        return others if self.decided else f"{others}; whose site it is remains open"


@dataclass(frozen=True)
class Member:
    """An account that may be named."""

    account: str
    platform: str
    kind: str
    handle: str

    @property
    def address(self) -> str:
        """Where it is found; its handle or id where that is not known."""
        form = ADDRESSES.get(self.platform, "") if self.kind != "group" else ""
        return form.format(quote(self.handle, safe="")) if form and self.handle else self._name

    @property
    def _name(self) -> str:
        return self.handle or self.account


class Chain:
    """The networks of a case that may be handed on, as the kill chain sees them.

    Args:
        findings: the case.
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.networks = findings.accused

    def _query(self, sql: str, **more: str) -> list[dict[str, Any]]:
        return list(self.findings.query(sql.format(networks=listed(self.networks), **more)))

    @cached_property
    def members(self) -> list[Member]:
        """The accounts that may be named, by id."""
        rows = self._query(MEMBERS)
        named = (row for row in rows if self.findings.record.may_be_named(row["account"]))
        return [
            Member(row["account"], _platform(row["platform"]), row["kind"], row["handle"] or "")
            for row in named
        ]

    @cached_property
    def counts(self) -> dict[tuple[str, str], int]:
        """(platform, kind) → how many accounts, platforms in the order of the kill chain."""
        found = Counter((member.platform, member.kind) for member in self.members)
        return dict(sorted(found.items(), key=lambda each: _order(*each[0])))

    @cached_property
    def sites(self) -> list[Site]:
        """The networks' own sites, none that a person cleared; by domain."""
        record = self.findings.record
        bad = record.inauthentic("domain")
        return [
            Site(row["domain"], row["accounts"], row["others"], row["domain"] in bad)
            for row in self._query(SITES, decided=listed(bad))
            if row["domain"] not in SHORTENERS | PLATFORMS
            and not record.cleared("domain", row["domain"])
        ]

    @cached_property
    def tactics(self) -> list[tuple[str, Tactic]]:
        """(network, technique) that Meta has a name for."""
        return [
            (network, each)
            for network in self.networks
            for each in tactics(self.findings, network)
            if each.technique
        ]

    @cached_property
    def _evidence(self) -> list[dict[str, Any]]:
        return [row for row in self._query(EVIDENCE) if not NAMES_OTHERS.search(row["claim"])]

    @property
    def audience(self) -> list[tuple[str, str]]:
        """(network, sentence) of who could see it; sums, not their parts."""
        said = [(r["network"], r["claim"]) for r in self._evidence if r["family"] == "audience"]
        return [each for each in said if not each[1].startswith(PARTS)]

    @property
    def spending(self) -> list[tuple[str, str]]:
        """(network, sentence) of what was paid for ads."""
        said = [(r["network"], r["claim"]) for r in self._evidence if r["family"] == "advertising"]
        return [each for each in said if " cost " in each[1]]

    @cached_property
    def _named(self) -> set[str]:
        """Words of the sentences that are some account's id or handle, in lower case."""
        sentences = [claim for _, each in self.tactics for claim in each.because]
        sentences += [claim for _, claim in (*self.audience, *self.spending)]
        words = {w.removeprefix("@").lower() for text in sentences for w in WORD.findall(text)}
        known = self.findings.query(KNOWN.format(said=listed(sorted(words))))
        return {row["said"] for row in known if not PLAIN.fullmatch(row["said"])}

    def said(self, sentence: str) -> str:
        """A sentence of evidence that names no account, defanged."""
        return defang(WORD.sub(self._struck, sentence))

    def _struck(self, found: re.Match[str]) -> str:
        word = found[0].removeprefix("@").lower()
        return STRUCK if word in self._named else found[0]

    def note(self, network: str) -> str:
        """The network, where there are several."""
        return network if len(self.networks) > 1 else ""

    def rows(self, accounts: bool = False) -> list[Row]:
        """Every row, in the order of the kill chain.

        Args:
            accounts: list the networks' accounts, too.
        """
        found = [*self._counted(), *self._sites(), *self.techniques(), *self._reached()]
        if accounts:
            found += self._listed()
        return sorted(dict.fromkeys(found), key=lambda row: row.place)

    def _counted(self) -> Iterator[Row]:
        for (platform, name), number in self.counts.items():
            where = "" if platform in ACCOUNTS else platform
            yield Row(*ACQUIRING, _acquired(platform), counted(number, name), where)

    def _listed(self) -> Iterator[Row]:
        for each in self.members:
            yield Row(*ACQUIRING, _acquired(each.platform), defang(each.address), each.kind)

    def _sites(self) -> Iterator[Row]:
        """Sites of one owner, or decided on, are the networks'; to others they only lead."""
        owning = any(each.procedure == OWNING[2] for _, each in self.tactics)
        for site in self.sites:
            chain = OWNING if owning or site.decided else LEADING
            yield Row(*chain, defang(site.domain), site.note)

    def techniques(self) -> Iterator[Row]:
        """A row for each sentence that a technique rests on."""
        for network, each in self.tactics:
            if each.disarm not in COUNTED:
                for claim in each.because:
                    chain = (each.phase, each.technique, each.procedure)
                    yield Row(*chain, self.said(claim), self.note(network))

    def _reached(self) -> Iterator[Row]:
        for network, claim in self.audience:
            yield Row(*ENGAGING, self._followed(claim), self.said(claim), self.note(network))
        for network, claim in self.spending:
            yield Row(*ADVERTISING, self.said(claim), self.note(network))

    def _followed(self, claim: str) -> str:
        """The procedure of a sentence on an audience; empty: none fits."""
        for name in ("page", "group"):
            if re.search(rf"\b(?:followed|joined) .* {name}s?\b", claim):
                return FOLLOWED[name]
        places = {platform for platform, _ in self.counts}
        (place,) = places if len(places) == 1 else ("",)
        return FOLLOWED.get(place, "") if " followed " in claim else ""


def _order(platform: str, kind: str) -> tuple[int, str, int]:
    places, kinds = list(ACCOUNTS), list(KINDS)
    place = places.index(platform) if platform in places else len(places)
    return place, platform, kinds.index(kind) if kind in kinds else len(kinds)


def _platform(name: str | None) -> str:
    plain = (name or "").casefold()
    return "twitter" if plain == "x" else plain


def _acquired(platform: str) -> str:
    return ACCOUNTS.get(platform, ELSEWHERE)


def counted(number: int, name: str) -> str:
    """`1 Page`, `2,300 accounts`."""
    return f"{number:,} {kind(name, number)}"


def by_phase(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Tactic → its rows, in order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.tactic, []).append(row)
    return found
