"""What an investigator looks at: pure functions from findings to plain rows.

Each module is one thing on the desk: the list of networks, the picture of one, its times, two
accounts post beside post, the dossier of an account. Nothing here decides or writes; the web page
and a notebook ask the same functions. Texts are given as they are, so whoever shows them escapes
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unswarm.errors import CaseError
from unswarm.findings import Findings

Row = Mapping[str, Any]
MOST = 500  # rows of one page of a list


class Asked:
    """A question to a cache: what a run found of a network, which nothing changes any more.

    Two of the same case, run and network are one, whatever has been said since.
    """

    def __init__(self, findings: Findings, network: str = "") -> None:
        self.findings, self.network = findings, network
        self._key = (findings.name, str(findings.run.get("run", "")), id(findings.engine), network)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and self._key == other._key


def one(findings: Findings, sql: str) -> dict[str, Any] | None:
    """The first row of a query; None where it has none."""
    return next(iter(findings.query(sql)), None)


def many(findings: Findings, sql: str) -> list[dict[str, Any]]:
    """All rows of a query."""
    return list(findings.query(sql))


def counted(findings: Findings, sql: str) -> int:
    """How many rows a query has."""
    return int(next(iter(findings.query(f"SELECT count(*) AS n FROM ({sql}) AS c")))["n"])


def page(sql: str, offset: int, limit: int) -> str:
    """Some rows of an ordered query.

    Raises:
        CaseError: the page is outside what a list can show.
    """
    if offset < 0 or not 0 < limit <= MOST:
        raise CaseError(f"A page begins at 0 or later and has 1 to {MOST} rows.")
    return f"{sql} LIMIT {limit} OFFSET {offset}"
