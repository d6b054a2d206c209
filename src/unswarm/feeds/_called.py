"""What accounts of Bluesky were called when the last watch stopped."""

from __future__ import annotations

from unswarm.feeds import Intake
from unswarm.readers._parts.batch import REMEMBERED


def called(intake: Intake) -> dict[tuple[str, str], str]:
    """(account, "handle" or "name") → the last one the case holds."""
    rows = intake.stored("account", ("account", "handle", "name", "seen"))
    found: dict[tuple[str, str], str] = {}
    for row in rows.sort_by("seen").slice(max(0, len(rows) - REMEMBERED // 2)).to_pylist():
        for what in ("handle", "name"):
            if row[what] is not None:
                found[row["account"], what] = row[what]
    return found
