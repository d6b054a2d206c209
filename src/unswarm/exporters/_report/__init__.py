"""What the report is made of: words, rows behind numbers, pictures, sections and the page."""

from __future__ import annotations

from collections.abc import Iterable

from unswarm.findings import NAMED

PROFILES, TIES = "profiles", "ties"
"""What stands for the signals of a network that only profiles gave away, or what accounts have."""

NAMED_MEMBERS = f"""
SELECT DISTINCT m.account FROM membership AS m JOIN network AS n ON n.network = m.network
WHERE n.tier = 'confirmed' AND m.probability >= {NAMED}
"""
NAMED_LINKED = """
SELECT DISTINCT k.account FROM linked AS k JOIN network AS n ON n.network = k.network
WHERE n.tier = 'confirmed' AND k.named
"""
NAMED_RETURNS = f"""
SELECT DISTINCT c.other AS account FROM counterpart AS c JOIN network AS n ON n.network = c.network
WHERE n.tier = 'confirmed' AND c.probability >= {NAMED} AND c.past IS NOT NULL
"""
NAMED_ACCOUNTS = " UNION ".join(sql.strip() for sql in (NAMED_MEMBERS, NAMED_LINKED, NAMED_RETURNS))
"""Everybody a report may name: members of findings, those that a list of linked accounts names, and
accounts that came back. A counterpart on another platform is named only if it is one of these: the
original of a copied profile looks just the same."""


def quoted(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Texts as the inside of a SQL `IN (…)`; an empty list matches nothing."""
    return ", ".join(map(quoted, texts)) or "NULL"
