"""What the report is made of: words, rows behind numbers, pictures, sections and the page."""

from __future__ import annotations

from collections.abc import Iterable

NAMED = 0.9
"""Members of findings below this probability are counted, not named; nobody in a lead is named."""

PROFILES = "profiles"
"""What stands for the signals of a network that only profiles gave away."""

NAMED_ACCOUNTS = f"""
SELECT DISTINCT m.account FROM membership AS m JOIN network AS n ON n.network = m.network
WHERE n.tier = 'confirmed' AND m.probability >= {NAMED}
"""


def quoted(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Texts as the inside of a SQL `IN (…)`; an empty list matches nothing."""
    return ", ".join(map(quoted, texts)) or "NULL"
