"""Query rows → CSV, streamed batch by batch, exact, and safe to open in a spreadsheet.

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
        rows, aside = Path(folder) / "rows.parquet", Path(folder) / path.name
        findings.engine.save(query, rows)
        _copy(rows, aside, times)
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
