"""Every pair of accounts that look like one hand's, on two platforms or after a return, as CSV.

`agrees` says what agrees, one per line, each with its weight in bits. A likeness is no proof.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import write_csv
from unswarm.findings import Findings

suffix = ".csv"

COUNTERPARTS = """
SELECT c.network, c.account, coalesce(a.platform, '') AS account_platform,
       coalesce(a.handle, '') AS account_handle, c.other,
       coalesce(c.platform, o.platform, '') AS other_platform,
       coalesce(o.handle, '') AS other_handle, c.probability, c.weight,
       coalesce(c.agrees, '') AS agrees, coalesce(c.past, '') AS past
FROM counterpart AS c
LEFT JOIN account AS a ON a.account = c.account
LEFT JOIN account AS o ON o.account = c.other
ORDER BY c.network, c.probability DESC, c.account, c.other, c.past
"""


def export(findings: Findings, path: Path) -> None:
    """Write one row per pair to `path`."""
    write_csv(findings, COUNTERPARTS, path)
