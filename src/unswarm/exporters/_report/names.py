"""Who may be named: members of findings, and accounts tied to them, by evidence of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from unswarm.exporters._report import NAMED_ACCOUNTS, listed
from unswarm.exporters._report.words import clean
from unswarm.findings import Findings

NAMED = f"""
SELECT s.account, max(a.handle) AS handle, max(a.name) AS name
FROM ({NAMED_ACCOUNTS}) AS s LEFT JOIN account AS a ON a.account = s.account
WHERE s.account IS NOT NULL GROUP BY s.account
"""
CALLED = re.compile(r"(?<![\w@])@[\w.-]*\w(?:@[\w.-]*\w)?")
NOT_NAMED = "(account not named)"
BORROWED = "(text of an account not named)"
CHUNK = 5_000


@dataclass(frozen=True)
class Names:
    """The accounts this report names: id → handle; and every other word that means one of them."""

    handles: Mapping[str, str]
    words: frozenset[str]

    @classmethod
    def of(cls, findings: Findings) -> Names:
        """Everybody of `NAMED_ACCOUNTS`."""
        rows = list(findings.query(NAMED))
        handles = {row["account"]: row["handle"] or row["account"] for row in rows}
        words = {row[key] for row in rows for key in ("account", "handle", "name") if row[key]}
        return cls(handles, frozenset(words | {word.casefold() for word in words}))

    def of_account(self, account: str | None) -> str:
        """The handle of a named account, else words that name nobody."""
        return clean(self.handles[account or ""]) if account in self.handles else NOT_NAMED

    def in_text(self, text: str) -> str:
        """A text in which the accounts called by @ that this report does not name are left out."""
        return CALLED.sub(self._call, clean(text))

    def _call(self, found: re.Match[str]) -> str:
        called = found[0][1:].casefold()
        return found[0] if {called, called.split("@")[0]} & self.words else "@…"


def borrowed(findings: Findings, names: Names, texts: Iterable[str]) -> set[str]:
    """Those of the texts that members only reposted, from accounts the report does not name."""
    found: set[str] = set()
    for inside in _chunks(texts):
        reposts = "SELECT DISTINCT p.text, p.target_account FROM post AS p WHERE p.kind = 'repost'"
        rows = findings.query(f"{reposts} AND p.text IN ({inside})")
        found.update(row["text"] for row in rows if row["target_account"] not in names.handles)
    return found


def strangers(findings: Findings, names: Names, texts: Iterable[str]) -> set[str]:
    """Those of the texts that are the id, handle or name of an account the report does not name."""
    found: set[str] = set()
    for inside in _chunks(text for text in texts if text not in names.words):
        for column in ("account", "handle", "name"):
            known = f"SELECT DISTINCT a.{column} AS word FROM account AS a"
            rows = findings.query(f"{known} WHERE a.{column} IN ({inside})")
            found.update(row["word"] for row in rows)
    return found


def _chunks(texts: Iterable[str]) -> Iterator[str]:
    asked = sorted(set(texts))
    for start in range(0, len(asked), CHUNK):
        yield listed(asked[start : start + CHUNK])
