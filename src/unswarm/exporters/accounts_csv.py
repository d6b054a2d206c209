"""Every account of the input, with the network it stands in, as CSV.

An account in several networks is listed once: with its confirmed one, then the finding it is linked
to (tier `linked`: within the error rate of that network's list), then its most probable lead. An
account in no network keeps the probability it had as a candidate, 0 if it never was one.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import STANDING, write_csv
from unswarm.findings import Findings

suffix = ".csv"

ACCOUNTS = f"""
{STANDING}
SELECT a.account, coalesce(a.platform, '') AS platform, coalesce(a.handle, '') AS handle,
       coalesce(s.network, '') AS network, coalesce(s.tier, '') AS tier,
       coalesce(s.probability, c.probability, 0) AS probability, coalesce(s.signals, '') AS signals,
       coalesce(activity.posts, 0) AS posts
FROM account AS a
LEFT JOIN standing AS s ON s.account = a.account AND s.place = 1
LEFT JOIN (
    SELECT c.account, max(c.probability) AS probability FROM candidate AS c GROUP BY c.account
) AS c ON c.account = a.account
LEFT JOIN activity ON activity.account = a.account
ORDER BY a.account
"""


def export(findings: Findings, path: Path) -> None:
    """Write one row per account of the input to `path`."""
    write_csv(findings, ACCOUNTS, path)
