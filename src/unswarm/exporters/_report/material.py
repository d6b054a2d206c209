"""The rows of all sections, fetched once each, and how much of them the report has room for.

The file stays below about 8 MB however much was found: each kind of row has a budget, shared among
the networks so that small ones are shown whole. What is left out is said where it is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unswarm.exporters._report import listed, queries
from unswarm.exporters._report.charts import Hours
from unswarm.exporters._report.queries import ByNetwork, Row, by_network, only
from unswarm.exporters._report.rows import SHOWN
from unswarm.findings import Findings

SECTIONS = 40  # networks with a section; all others stand in the table
MEMBERS = 1_500
EDGES = 60_000
PAIRS, PAIRS_EACH = 120, 10
MEETINGS_EACH = 5
TOP_EACH = 8
TOPS = {"domain": "link", "hashtag": "hashtag", "url": "link"}


@dataclass(frozen=True)
class Material:
    """What the case holds about some networks, by network."""

    members: ByNetwork
    listed: int  # members that a section may list
    hours: ByNetwork
    others: Hours
    other_accounts: int
    born: ByNetwork
    all_born: Hours
    windows: ByNetwork
    days: ByNetwork
    tops: Mapping[str, ByNetwork]
    edges: ByNetwork
    pairs: ByNetwork
    meetings: ByNetwork
    posts: Mapping[tuple[str, str], Row]
    occasions: ByNetwork
    evidence: ByNetwork

    @classmethod
    def of(cls, findings: Findings, networks: Sequence[str]) -> Material:
        """Fetch it."""

        def fetch(sql: str, **values: Any) -> ByNetwork:
            return by_network(findings, only(sql, networks, **values))

        each = min(PAIRS_EACH, fair([PAIRS_EACH] * len(networks), PAIRS))
        pairs = only(queries.PAIRS, networks, most=each)
        meetings = fetch(queries.MEETINGS, pairs=pairs, most=MEETINGS_EACH)
        members = fetch(queries.MEMBERS)
        edges = [row["edges"] for rows in fetch(queries.EDGE_COUNTS).values() for row in rows]
        return cls(
            members=members,
            listed=fair(map(len, members.values()), MEMBERS),
            hours=fetch(queries.HOURS),
            others={row["hour"]: row["posts"] for row in findings.query(queries.OTHER_HOURS)},
            other_accounts=next(iter(findings.query(queries.OTHER_ACCOUNTS)))["accounts"],
            born=fetch(queries.BORN),
            all_born={row["hour"]: row["accounts"] for row in findings.query(queries.ALL_BORN)},
            windows=fetch(queries.WINDOWS),
            days=fetch(queries.DAYS),
            tops={
                column: fetch(queries.TOP, column=column, table=table, most=TOP_EACH)
                for column, table in TOPS.items()
            },
            edges=fetch(queries.EDGES, most=fair(edges, EDGES)),
            pairs=by_network(findings, pairs),
            meetings=meetings,
            posts=_posts(findings, meetings),
            occasions=fetch(queries.OWN_OCCASIONS, most=SHOWN),
            evidence=fetch(queries.EVIDENCE),
        )


def fair(wanted: Iterable[int], budget: int) -> int:
    """The largest cap on each share under which the shares wanted fit into a budget."""
    left, waiting = budget, sorted(wanted)
    for place, want in enumerate(waiting):
        even = left // (len(waiting) - place)
        if want > even:
            return even
        left -= want
    return budget


def _posts(findings: Findings, meetings: ByNetwork) -> dict[tuple[str, str], Row]:
    met = (row for rows in meetings.values() for row in rows)
    ids = sorted({row[key] for row in met for key in ("post", "other_post") if row[key]})
    sql = queries.POSTS.format(posts=listed(ids))
    return {(row["post"], row["account"]): row for row in findings.query(sql)}


def without(row: Row, *names: str) -> Row:
    """A row without some of its columns."""
    return {name: value for name, value in row.items() if name not in names}
