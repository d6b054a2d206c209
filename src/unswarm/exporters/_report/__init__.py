"""What the report is made of: words, rows behind numbers, pictures, sections and the page."""

from __future__ import annotations

from collections.abc import Iterable

NAMED = 0.9
"""Members below this probability are counted, not named."""


def quoted(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Texts as the inside of a SQL `IN (…)`; an empty list matches nothing."""
    return ", ".join(map(quoted, texts)) or "NULL"
