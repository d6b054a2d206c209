"""CooRnet 1.7.0 (Giglietto et al. 2020): coordinated link sharing, `get_coord_shares`.

Kept as it is: time is cut into bins that begin at each URL's first share, so that two shares a
second apart may fall into two bins; a bin with two shares is coordinated even if both are one
account's; an edge counts the URLs that both accounts shared in coordinated bins, not necessarily
in the same one; the threshold keeps weights at the percentile, which with most weights 1 keeps
everything. Mended by `fix`: a bin needs two accounts, and an edge their being in one bin.
Clusters are left out: the peer draws them without a seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from unswarm.compat import above, engine_with
from unswarm.engines import Engine
from unswarm.errors import CaseError

COLUMNS = {"account": pa.string(), "url": pa.string(), "date": pa.float64()}
RANKED = """
SELECT account, url, date, n, date - min(date) OVER (PARTITION BY url) AS since,
    row_number() OVER (PARTITION BY url ORDER BY date, n) AS rank,
    count(*) OVER (PARTITION BY url) AS shares
FROM share
"""
SECOND = "SELECT since FROM ranked WHERE rank = 2"
REACHED = """
SELECT min(since) AS since FROM ranked
WHERE CAST(rank AS DOUBLE) / shares > {p} AND url IN (
    SELECT url FROM ranked WHERE rank = 2 AND since <= {limit}
) GROUP BY url
"""
BINNED = """
SELECT account, url, date, n, CAST(floor(since / {interval}) AS BIGINT) AS bin
FROM ranked SEMI JOIN (
    SELECT url FROM ranked GROUP BY url HAVING count(DISTINCT account) > 1
) several USING (url)
"""
COORDINATED = """
SELECT b.* FROM binned b JOIN (
    SELECT url, bin FROM binned GROUP BY url, bin HAVING count({what}) > 1
) crowded ON crowded.url = b.url AND crowded.bin = b.bin
"""
EDGES = """
WITH seen AS (SELECT DISTINCT account, url{bin} FROM coordinated)
SELECT a.account AS account, b.account AS account_y, count(DISTINCT a.url) AS weight
FROM seen a JOIN seen b ON a.url = b.url{same} AND a.account < b.account
GROUP BY a.account, b.account ORDER BY a.account, b.account
"""


@dataclass(frozen=True)
class Options:
    """The peer's arguments.

    Args:
        coordination_interval: seconds, cut to whole ones; None: estimated from the data.
        q: share of the URLs with the quickest second share that the estimate looks at.
        p: share of a URL's shares by which its time is taken.
        percentile_edge_weight: percentile of the weights at which an edge is marked.
        fix: mend what is wrong, see above.
    """

    coordination_interval: float | None = None
    q: float = 0.1
    p: float = 0.5
    percentile_edge_weight: float = 0.9
    fix: bool = False


def coornet(shares: pa.Table, options: Options) -> dict[str, pa.Table]:
    """The peer's results: `interval` (one row), `shares` (coordinated ones) and `edges`.

    Args:
        shares: `COLUMNS`, date in seconds, and `n`, the place of each row.

    Raises:
        CaseError: no URL was shared twice, so that nothing can be estimated.
    """
    engine = engine_with(share=shares)
    engine.keep("ranked", RANKED)
    asked = options.coordination_interval
    interval = _estimated(engine, options) if asked is None else asked
    whole = max(int(interval), 1)
    engine.keep("binned", BINNED.format(interval=whole))
    what = "DISTINCT account" if options.fix else "*"
    engine.keep("coordinated", COORDINATED.format(what=what))
    bin_, same = (", bin", " AND a.bin = b.bin") if options.fix else ("", "")
    edges = engine.fetch(EDGES.format(bin=bin_, same=same))
    limit = above(edges["weight"].to_pylist(), options.percentile_edge_weight)
    marks = pc.greater_equal(edges["weight"].cast(pa.float64()), limit).cast(pa.int64())
    return {
        "interval": pa.table({"coordination_interval": [float(interval)], "used": [whole]}),
        "shares": engine.fetch("SELECT account, url, date, bin FROM coordinated ORDER BY n"),
        "edges": edges.append_column("weight_threshold", marks),
    }


def _estimated(engine: Engine, options: Options) -> float:
    """`estimate_coord_interval`: the median time in which quick URLs get their share of shares."""
    second = engine.fetch(SECOND)["since"].to_pylist()
    if not second:
        raise CaseError("No URL was shared twice; say the interval with --interval.")
    limit = above(second, options.q)
    reached = engine.fetch(REACHED.format(p=options.p, limit=limit))["since"].to_pylist()
    return max(above(reached, 0.5), 1.0)
