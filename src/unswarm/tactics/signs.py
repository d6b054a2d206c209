"""What a case says of one network, as rules ask for it: sentences, each from evidence."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any

from unswarm.canonical import SHORTENERS
from unswarm.findings import Findings

CHANCE = 0.01  # corrected; above it a trait is no sign
FAR_MORE = 5.0  # times the others' share, where a share is no test
LIKELY = 0.5

JOINT = {
    "texts": "published the same or nearly the same texts",
    "links": "put out the same links",
    "reposts": "reposted the same posts",
    "replies": "answered the same posts",
    "hashtags": "used the same hashtags",
    "hashtag_sequences": "used the same hashtags in the same order",
    "mentions": "named the same accounts",
    "media": "posted the same pictures or videos",
    "follows": "followed the same accounts",
    "memberships": "joined the same groups",
}
"""Signal → what members did together."""

MEMBERS = """
SELECT a.kind, a.platform, count(*) AS accounts FROM (
    SELECT account FROM membership WHERE network = {network}
    UNION SELECT account FROM linked WHERE network = {network} AND probability > 0) AS m
JOIN account AS a ON a.account = m.account GROUP BY a.kind, a.platform ORDER BY a.platform, a.kind
"""

SHORT = """
SELECT m.account IS NOT NULL AS own, count(*) AS links, count(CASE WHEN l.domain IN ({short})
       THEN 1 END) AS short, count(DISTINCT CASE WHEN l.domain IN ({short}) THEN l.account END)
       AS accounts
FROM link AS l LEFT JOIN (SELECT account FROM membership WHERE network = {network}) AS m
     ON m.account = l.account
GROUP BY m.account IS NOT NULL
"""
FEWEST = 3  # accounts that must do the same


class Signs:
    """The evidence of one network.

    Args:
        findings: the case.
        network: the network's id.
    """

    def __init__(self, findings: Findings, network: str) -> None:
        self._findings = findings
        self._network = "'" + network.replace("'", "''") + "'"

    def _query(self, sql: str) -> list[dict[str, Any]]:
        return list(self._findings.query(sql.replace("{network}", self._network)))

    @cached_property
    def _evidence(self) -> list[dict[str, Any]]:
        return self._query(
            "SELECT * FROM evidence WHERE network = {network} ORDER BY family, measure, claim"
        )

    def hidden(self, measure: str, phrase: str = "", without: str = "\n") -> tuple[str, ...]:
        """Sentences of a measure that are signs of inauthenticity."""
        return self._claims(
            measure, phrase, lambda row: row["inauthentic"] and without not in row["claim"]
        )

    def unusual(self, measure: str, phrase: str = "") -> tuple[str, ...]:
        """Sentences of a measure in which the network differs from others beyond chance."""
        return self._claims(measure, phrase, lambda row: row["p"] is not None and row["p"] < CHANCE)

    def far_more(self, measure: str, phrase: str) -> tuple[str, ...]:
        """Sentences of shares that are several times those of others."""
        return self._claims(
            measure,
            phrase,
            lambda row: (
                row["value"] is not None
                and row["baseline"] is not None
                and row["value"] > FAR_MORE * row["baseline"]
            ),
        )

    def said(self, measure: str, phrase: str = "") -> tuple[str, ...]:
        """Every sentence of a measure."""
        return self._claims(measure, phrase, lambda row: True)

    def _claims(self, measure: str, phrase: str, holds: Any) -> tuple[str, ...]:
        return tuple(
            row["claim"]
            for row in self._evidence
            if row["measure"] == measure and phrase in row["claim"] and holds(row)
        )

    @cached_property
    def _row(self) -> dict[str, Any]:
        return next(iter(self._query("SELECT * FROM network WHERE network = {network}")), {})

    @property
    def inauthentic(self) -> bool:
        """Whether the run saw signs that accounts hide who they are."""
        return bool(self._row.get("inauthenticity"))

    def together(self, *signals: str) -> tuple[str, ...]:
        """What the members did together, by signals."""
        seen = (self._row.get("signals") or "").split()
        return tuple(
            f"Members {JOINT[signal]} within the time windows of the signal “{signal}”."
            for signal in signals
            if signal in seen
        )

    @cached_property
    def shortened(self) -> tuple[str, ...]:
        """How many links go through shorteners, where that is far more than others' do."""
        short = ", ".join(f"'{domain}'" for domain in sorted(SHORTENERS))
        rows = {row["own"]: row for row in self._query(SHORT.replace("{short}", short))}
        own = rows.get(True)
        if own is None or own["accounts"] < FEWEST:
            return ()
        others = rows.get(False, {"links": 0, "short": 0})
        if own["short"] * others["links"] <= FAR_MORE * others["short"] * own["links"]:
            return ()
        return (
            f"{own['short']:,} of {own['links']:,} links of its members go through link "
            f"shorteners; {others['short']:,} of {others['links']:,} links of others do.",
        )

    @cached_property
    def _members(self) -> list[dict[str, Any]]:
        return self._query(MEMBERS)

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """How many of its accounts are of a kind, by platform; nothing without a sign."""
        return self._counted(lambda row: row["kind"] == kind, f"{kind}s")

    def on(self, platforms: Collection[str]) -> tuple[str, ...]:
        """How many of its accounts are on platforms; nothing without a sign."""
        return self._counted(lambda row: row["platform"] in platforms, "accounts of any kind")

    def elsewhere(self, known: Collection[str]) -> tuple[str, ...]:
        """How many are on a platform that is none of those."""
        return self._counted(
            lambda row: row["platform"] and row["platform"] not in known, "accounts of any kind"
        )

    def _counted(self, chosen: Any, what: str) -> tuple[str, ...]:
        if not self.inauthentic:
            return ()
        counts: dict[str, int] = {}
        for row in self._members:
            if chosen(row):
                place = row["platform"].capitalize() if row["platform"] else "a nameless platform"
                counts[place] = counts.get(place, 0) + row["accounts"]
        return tuple(f"It has {n:,} {what} on {place}." for place, n in counts.items())

    @cached_property
    def across(self) -> tuple[str, ...]:
        """Accounts of the network that look like one hand's on another platform."""
        return self._paired("past IS NULL", "look like one hand's with an account on")

    @cached_property
    def returned(self) -> tuple[str, ...]:
        """Accounts that look like those of a past case."""
        return self._paired("past IS NOT NULL", "look like accounts of a past case, now on")

    def _paired(self, which: str, how: str) -> tuple[str, ...]:
        rows = self._query(
            "SELECT platform, count(DISTINCT account) AS accounts FROM counterpart "
            f"WHERE network = {{network}} AND probability >= {LIKELY} AND {which} "
            "GROUP BY platform ORDER BY platform"
        )
        return tuple(f"{row['accounts']:,} accounts {how} {row['platform']}." for row in rows)
