"""Every account of the input, with the network it stands in, as CSV.

An account in several networks is listed once: with its confirmed one, then its most probable one.
"""

from __future__ import annotations

from pathlib import Path

from unswarm.exporters._tables import write_csv
from unswarm.findings import Findings

suffix = ".csv"

ACCOUNTS = """
WITH standing AS (
    SELECT m.account, m.network, n.tier, m.probability, m.signals,
           row_number() OVER (
               PARTITION BY m.account
               ORDER BY CASE n.tier WHEN 'confirmed' THEN 0 ELSE 1 END, m.probability DESC, m.network
           ) AS place
    FROM membership AS m JOIN network AS n ON n.network = m.network
), activity AS (
    SELECT p.account, count(*) AS posts FROM post AS p GROUP BY p.account
)
SELECT a.account, coalesce(a.platform, '') AS platform, coalesce(a.handle, '') AS handle,
       coalesce(s.network, '') AS network, coalesce(s.tier, '') AS tier,
       coalesce(s.probability, 0) AS probability, coalesce(s.signals, '') AS signals,
       coalesce(activity.posts, 0) AS posts
FROM account AS a
LEFT JOIN standing AS s ON s.account = a.account AND s.place = 1
LEFT JOIN activity ON activity.account = a.account
ORDER BY a.account
"""


def export(findings: Findings, path: Path) -> None:
    """Write one row per account of the input to `path`."""
    write_csv(findings, ACCOUNTS, path)
