"""Query rows → CSV or Parquet, streamed batch by batch, exact, and safe to open in a spreadsheet.

Names, ids and texts come from strangers. A spreadsheet takes a cell that begins with `= + - @` for
a formula, and a formula does harm only by a call, a link to another sheet or a command, which need
`(`, `|`, `!` or `[`. Such a cell gets a leading apostrophe; every other cell is exact, among them
hashed ids (`+aB/c=`), negative ids and handles with @. To get the original back, drop the first
apostrophe of cells that begin with apostrophes followed by one of `= + - @`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

from unswarm.findings import Findings

BATCH = 65_536
FORMULA = r"(?s)^('*[=+\-@\t\r＝＋－＠].*[(|!\[].*)$"
MOMENT = pa.timestamp("ms", "UTC")
STYLE = csv.WriteOptions(quoting_style="needed", quoting_header="none")

STANDING = """WITH standing AS (
    SELECT s.*, row_number() OVER (
        PARTITION BY s.account
        ORDER BY CASE s.tier WHEN 'confirmed' THEN 0 WHEN 'linked' THEN 1 ELSE 2 END,
                 s.probability DESC, s.network
    ) AS place
    FROM (
        SELECT m.account, m.network, n.tier, m.probability, m.signals
        FROM membership AS m JOIN network AS n ON n.network = m.network
        UNION ALL
        SELECT k.account, k.network, 'linked' AS tier, k.probability, k.ties AS signals
        FROM linked AS k WHERE k.named
    ) AS s
), activity AS (
    SELECT p.account, count(*) AS posts FROM post AS p GROUP BY p.account
)"""
"""Where each account stands (`place` 1: its confirmed network, then the one it is linked to, then
its most probable one), and how many posts each made."""

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
"""Every account of the input once, with where it stands."""

NETWORKS = """
SELECT n.network, n.tier, coalesce(n.reason, '') AS reason, n.accounts, n.probability,
       coalesce(n.signals, '') AS signals, n.first, n.last,
       coalesce(n.top_objects, '') AS top_objects,
       coalesce(n.inauthenticity, '') AS inauthenticity,
       CASE n.tier WHEN 'confirmed' THEN coalesce(n.label, '') ELSE '' END AS label
FROM network AS n
ORDER BY n.tier, n.network
"""
"""Every network, findings first."""

EDGES = """
SELECT DISTINCT e.source, e.target, e.signal, e.objects, e.actions, e.expected, e.p, e.q
FROM edge AS e
ORDER BY e.source, e.target, e.signal, e.objects, e.actions, e.expected, e.p, e.q
"""
"""Every pair of every signal once."""


def write_csv(findings: Findings, query: str, path: Path, times: Collection[str] = ()) -> None:
    """Write a query's rows to `path`, in their order; columns in `times` become ISO 8601 UTC.

    The rows go through a Parquet file beside `path`, so that memory holds one batch of them.
    """
    with TemporaryDirectory(dir=path.parent) as folder:
        rows, aside = Path(folder) / f"of {path.name}.parquet", Path(folder) / path.name
        findings.engine.save(query, rows)
        _copy(rows, aside, times)
        aside.replace(path)


def write_parquet(findings: Findings, query: str, path: Path, times: Collection[str] = ()) -> None:
    """Write a query's rows to `path`, exact; columns in `times` are timestamps (ms, UTC)."""
    with TemporaryDirectory(dir=path.parent) as folder:
        rows, aside = Path(folder) / f"of {path.name}.parquet", Path(folder) / path.name
        findings.engine.save(query, rows)
        source = pq.ParquetFile(rows)
        kinds = pa.schema(
            [pa.field(f.name, MOMENT if f.name in times else f.type) for f in source.schema_arrow]
        )
        with pq.ParquetWriter(aside, kinds, compression="zstd") as target:
            for batch in source.iter_batches(BATCH):
                target.write_batch(batch.cast(kinds))
        aside.replace(path)


def _copy(rows: Path, path: Path, times: Collection[str]) -> None:
    source = pq.ParquetFile(rows)
    kinds = [
        pa.field(f.name, pa.string() if f.name in times else f.type) for f in source.schema_arrow
    ]
    with csv.CSVWriter(path, pa.schema(kinds), write_options=STYLE) as target:
        for batch in source.iter_batches(BATCH):
            columns = [_cells(batch.column(f.name), f.name in times) for f in kinds]
            target.write_batch(pa.record_batch(columns, schema=pa.schema(kinds)))


def _cells(column: pa.Array, is_time: bool) -> pa.Array:
    if is_time:
        return iso(column)
    return pc.replace_substring_regex(column, FORMULA, r"'\1") if _is_text(column) else column


def _is_text(column: pa.Array) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def iso(milliseconds: pa.Array) -> pa.Array:
    """Milliseconds UTC → text like `2026-01-31T09:05:00Z`, whole seconds."""
    moments = milliseconds.cast(pa.timestamp("ms", "UTC")).cast(
        pa.timestamp("s", "UTC"), safe=False
    )
    return pc.strftime(moments, "%Y-%m-%dT%H:%M:%SZ")
