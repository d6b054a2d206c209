"""Every account that is tied to a finding by what they share, named or worth a look, as CSV.

`named` is true where the list keeps its error rate; the others are leads for those who work on the
case, and no finding.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import write_csv
from unswarm.findings import Findings

suffix = ".csv"

LINKED = """
SELECT k.network, k.account, coalesce(a.platform, '') AS platform,
       coalesce(a.handle, '') AS handle, coalesce(a.kind, k.kind, '') AS kind, k.named,
       k.probability, k.round, coalesce(k.ties, '') AS ties, k.shared, k.p, k.q, k.control,
       coalesce(k.explanation, '') AS explanation, coalesce(k.past, '') AS past
FROM linked AS k LEFT JOIN account AS a ON a.account = k.account
ORDER BY k.network, CASE WHEN k.named THEN 0 ELSE 1 END, k.q, k.account
"""


def export(findings: Findings, path: Path) -> None:
    """Write one row per network and account tied to it to `path`."""
    write_csv(findings, LINKED, path)
