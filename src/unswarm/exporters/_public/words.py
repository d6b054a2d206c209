"""Numbers, times and names in plain English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from unswarm.exporters._report.words import KINDS, chance, gap, kind, platform, several

__all__ = ["KINDS", "chance", "date", "gap", "kind", "moment", "names", "platform", "several"]


def names(several: Sequence[str]) -> str:
    """`Ann, Bo and Cy`."""
    if len(several) < 2:
        return "".join(several)
    return f"{', '.join(several[:-1])} and {several[-1]}"


def moment(milliseconds: int) -> str:
    """`21 November 2019, 13:42:02 UTC`."""
    time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return f"{time.day} {time:%B %Y, %H:%M:%S} UTC"


def date(day: str) -> str:
    """`21 November 2019` of an ISO 8601 day."""
    time = datetime.fromisoformat(day)
    return f"{time.day} {time:%B %Y}"
