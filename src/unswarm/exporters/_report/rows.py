"""The rows behind every number: the query that lists them, and the first of them.

A number in the report links to an entry here. Rows of accounts that the report does not name are
counted and not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from unswarm.errors import PluginError
from unswarm.exporters._report import NAMED_ACCOUNTS
from unswarm.exporters._report.names import BORROWED, NOT_NAMED, Names, borrowed, strangers
from unswarm.exporters._report.words import clean, cut, figure, gap, moment
from unswarm.findings import Findings

SHOWN = 8
LONGEST = 140
TOTAL = "rows_in_all"
TIMES = {"time", "first", "last", "born", "seen", "target_time", "other_time", "created"}
GAPS = {"gap", "min_gap", "window", "precision"}
OF_NAMED = f" WHERE q.account IS NULL OR q.account IN ({NAMED_ACCOUNTS})"
TEXTS = {"text", "claim", "url", "domain", "hashtag", "content"}
NO_NAMES = TEXTS | {
    *("post", "partner_post", "other_post", "target_post", "network", "signal", "signals"),
    *("platform", "kind", "language", "measure", "family", "tier", "reason", "by", "field"),
}
QUOTES = ("text", "object")
THEIR_POSTS = {"partner_post", "other_post", "target_post"}


@dataclass(frozen=True)
class Entry:
    """One query, the first rows of it, and how many it has in all and of accounts not named."""

    id: str
    title: str
    group: str
    sql: str
    rows: Sequence[Mapping[str, Any]]
    total: int
    unnamed: int = 0

    @property
    def columns(self) -> list[str]:
        """The names of the columns shown."""
        return list(self.rows[0]) if self.rows else []


@dataclass
class Rows:
    """Collects entries while the report is gathered."""

    findings: Findings
    names: Names
    entries: list[Entry] = field(default_factory=list)
    _asked: dict[str, tuple[list[dict[str, Any]], int, int]] = field(default_factory=dict)

    def ask(self, group: str, title: str, sql: str) -> str:
        """Run a query, keep its first rows, and return the id to link to.

        Raises:
            PluginError: the query cannot be run.
        """
        sql = sql.strip().rstrip(";")
        try:
            if sql not in self._asked:
                self._asked[sql] = self._first(sql)
            rows, total, unnamed = self._asked[sql]
        except Exception as error:  # whatever the engine raises: which one is not known here
            raise PluginError(f"The query of '{title}' cannot be run: {error}") from error
        return self._add(group, title, sql, rows, total, unnamed)

    def give(
        self, group: str, title: str, sql: str, rows: Sequence[Mapping[str, Any]], total: int
    ) -> str:
        """Keep rows that were fetched already, and return the id to link to."""
        shown = [row for row in rows if self._may_show(row)]
        return self._add(group, title, sql.strip(), shown[:SHOWN], total, len(rows) - len(shown))

    def finish(self) -> list[Entry]:
        """The entries, with no stranger named or quoted in them."""
        cells = [
            (name, value)
            for entry in self.entries
            for row in entry.rows
            for name, value in row.items()
            if isinstance(value, str)
        ]
        words = (value for name, value in cells if name not in NO_NAMES)
        texts = (value for name, value in cells if name in QUOTES)
        hidden = dict.fromkeys(strangers(self.findings, self.names, words), NOT_NAMED)
        quoted = dict.fromkeys(borrowed(self.findings, self.names, texts), BORROWED)
        return [
            replace(entry, rows=[self._finished(row, hidden, quoted) for row in entry.rows])
            for entry in self.entries
        ]

    def _add(
        self, group: str, title: str, sql: str, rows: Iterable[Any], total: int, unnamed: int
    ) -> str:
        entry = Entry(f"r{len(self.entries) + 1}", title, group, sql, list(rows), total, unnamed)
        self.entries.append(entry)
        return entry.id

    def _first(self, sql: str) -> tuple[list[dict[str, Any]], int, int]:
        """The first rows that may be shown, how many there are, and how many are of the unnamed."""
        rows, total = self._counted(sql)
        if total <= SHOWN or not rows or "account" not in rows[0]:
            shown = [row for row in rows if self._may_show(row)]
            return shown, total, len(rows) - len(shown)
        rows, allowed = self._counted(f"SELECT * FROM ({sql}) AS q{OF_NAMED}")
        return rows, total, total - allowed

    def _counted(self, sql: str) -> tuple[list[dict[str, Any]], int]:
        """The first rows of a query, and how many it has."""
        counted = f"SELECT c.*, count(*) OVER () AS {TOTAL} FROM ({sql}) AS c"
        rows = list(self.findings.query(f"{counted} ORDER BY ALL LIMIT {SHOWN}"))
        total = rows[0][TOTAL] if rows else 0
        return [{k: v for k, v in row.items() if k != TOTAL} for row in rows], int(total)

    def _may_show(self, row: Mapping[str, Any]) -> bool:
        return row.get("account") is None or row["account"] in self.names.handles

    def _finished(
        self, row: Mapping[str, Any], hidden: Mapping[str, str], quoted: Mapping[str, str]
    ) -> dict[str, str]:
        secret = {
            name: hidden[value]
            for name, value in row.items()
            if name not in NO_NAMES and isinstance(value, str) and value in hidden
        }
        if secret:
            secret |= dict.fromkeys(THEIR_POSTS, NOT_NAMED)
        secret |= {name: quoted[row[name]] for name in QUOTES if row.get(name) in quoted}
        return {name: secret.get(name) or self._cell(name, value) for name, value in row.items()}

    def _cell(self, column: str, value: Any) -> str:
        if isinstance(value, str):
            return cut(self.names.in_text(value), LONGEST)
        return "" if value is None else clean(_shown(column, value))


def _shown(column: str, value: Any) -> str:
    if column in TIMES and isinstance(value, int):
        return moment(value)
    if column in GAPS and isinstance(value, int):
        return gap(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figure(value) if isinstance(value, (int, float)) else str(value)
