"""CooRTweet 2.1.3 (Righetti & Balluff 2025): `detect_groups`, then `generate_coordinated_network`.

Kept as it is: an account needs `min_participation` rows before the pairs are made; afterwards a
pair stays if either of its two contents belongs to an account with so many rows among contents
in pairs. `n_content_id` and `n_content_id_y` count the older and the newer contents of a pair of
accounts, not those of the one and of the other; the symmetry score is made of them. Mended by
`fix`: the counts are those of the accounts. Names of accounts are ordered byte by byte, where R
orders them by its locale: an edge may stand there with its two names exchanged.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from unswarm.compat import above, engine_with
from unswarm.engines import Engine
from unswarm.errors import SettingsError

COLUMNS = {
    "object_id": pa.string(),
    "account_id": pa.string(),
    "content_id": pa.string(),
    "timestamp_share": pa.float64(),
}
PAIRS = """
WITH busy AS (
    SELECT *, count(*) OVER (PARTITION BY account_id) AS rows,
        min(n) OVER (PARTITION BY account_id) AS first
    FROM share
),
event AS (  -- the rows in the order in which grouping by account leaves them
    SELECT object_id, account_id, content_id, timestamp_share AS time,
        row_number() OVER (ORDER BY first, n) AS id,
        CAST(floor(timestamp_share / {slot}) AS BIGINT) AS slot
    FROM busy WHERE rows >= {minimum}
),
later AS (
    SELECT * FROM event
    UNION ALL
    SELECT object_id, account_id, content_id, time, id, slot - 1 AS slot FROM event
)
SELECT a.object_id, a.account_id, b.account_id AS account_id_y, a.content_id,
    b.content_id AS content_id_y, b.time - a.time AS time_delta
FROM event a JOIN later b ON a.object_id = b.object_id AND a.slot = b.slot
WHERE b.time - a.time BETWEEN 0 AND {window} AND (b.time > a.time OR b.id > a.id)
"""
NO_LOOPS = """
SELECT * FROM pair WHERE object_id <> content_id AND object_id <> content_id_y
    AND content_id <> content_id_y AND account_id <> account_id_y
"""
PARTICIPATING = """
WITH met AS (SELECT content_id FROM {pairs} UNION SELECT content_id_y FROM {pairs}),
kept AS (
    SELECT account_id, content_id, count(*) OVER (PARTITION BY account_id) AS rows
    FROM share SEMI JOIN met USING (content_id)
),
content AS (SELECT DISTINCT content_id FROM kept WHERE rows >= {minimum})
SELECT * FROM {pairs}
WHERE content_id IN (SELECT content_id FROM content)
    OR content_id_y IN (SELECT content_id FROM content)
ORDER BY object_id, account_id, account_id_y, content_id, content_id_y
"""
EDGES = """
WITH faced AS (
    SELECT least(account_id, account_id_y) AS account_id,
        greatest(account_id, account_id_y) AS account_id_y, time_delta,
        CASE WHEN {straight} THEN content_id ELSE content_id_y END AS content_id,
        CASE WHEN {straight} THEN content_id_y ELSE content_id END AS content_id_y
    FROM {pairs}
),
edge AS (
    SELECT account_id, account_id_y, count(*) AS weight, avg(time_delta) AS avg_time_delta,
        count(DISTINCT content_id) AS n_content_id, count(DISTINCT content_id_y) AS n_content_id_y
    FROM faced GROUP BY account_id, account_id_y
)
SELECT *, CAST(least(n_content_id, n_content_id_y) AS DOUBLE)
    / greatest(n_content_id, n_content_id_y) AS edge_symmetry_score
FROM edge ORDER BY account_id, account_id_y
"""
MEASURES = ("weight", "avg_time_delta", "n_content_id", "n_content_id_y", "edge_symmetry_score")


@dataclass(frozen=True)
class Options:
    """The peer's arguments.

    Args:
        time_window: seconds, both ends included.
        min_participation: rows an account needs.
        remove_loops: leave out pairs of one account, of one content, and with the object itself.
        edge_weight: percentile of the weights above which an edge is marked.
        fast_window: seconds of the narrower window of `flag_speed_share`; None: none.
        subgraph: 0: all; 1: marked edges; 2: edges marked in the narrower window; 3: these with the
            neighbours of their accounts.
        fix: mend what is wrong, see above.
    """

    time_window: float = 10
    min_participation: int = 2
    remove_loops: bool = True
    edge_weight: float = 0.5
    fast_window: float | None = None
    subgraph: int = 0
    fix: bool = False


def coortweet(shares: pa.Table, options: Options) -> dict[str, pa.Table]:
    """The peer's two tables: `pairs` and `edges`.

    Args:
        shares: `COLUMNS`, and `n`, the place of each row.

    Raises:
        SettingsError: an option does not go with another.
    """
    if options.subgraph > 1 and options.fast_window is None:
        raise SettingsError(f"--subgraph {options.subgraph} needs --fast-window.")
    if options.subgraph == 1 and options.fast_window is not None:
        raise SettingsError("--subgraph 1 does not go with --fast-window; 2 and 3 do.")
    engine = engine_with(share=shares)
    window, minimum = options.time_window, options.min_participation
    engine.keep("pair", PAIRS.format(window=window, slot=max(window, 1), minimum=minimum))
    if options.remove_loops:
        engine.keep("unlooped", NO_LOOPS)
        engine.keep("pair", "SELECT * FROM unlooped")
    _filter(engine, "pair", "result", minimum)
    pairs = engine.fetch("SELECT * FROM result")
    if options.fast_window is None:
        edges = _marked(_edges(engine, "result", options), "weight_threshold", "weight", options)
        return {"pairs": pairs, "edges": _part(edges, options)}
    name = f"time_window_{options.fast_window:g}"
    pairs = pairs.append_column(name, _fast(engine, options))
    return {"pairs": pairs, "edges": _part(_both(engine, options), options)}


def _filter(engine: Engine, pairs: str, to: str, minimum: int) -> None:
    """The peer's second look at who takes part often enough."""
    text = PARTICIPATING.format(pairs=pairs, minimum=minimum)
    engine.keep(to, text if minimum >= 1 else f"SELECT * FROM {pairs}")


def _edges(engine: Engine, pairs: str, options: Options) -> pa.Table:
    straight = "account_id <= account_id_y" if options.fix else "TRUE"
    return engine.fetch(EDGES.format(pairs=pairs, straight=straight))


def _marked(edges: pa.Table, mark: str, weight: str, options: Options) -> pa.Table:
    """Edges whose weight lies above (not at) the percentile of the weights."""
    known = edges[weight].drop_null().to_pylist()
    limit = above(known, options.edge_weight)
    marks = pc.greater(edges[weight].cast(pa.float64()), limit).cast(pa.int64())
    return edges.append_column(mark, marks)


def _fast(engine: Engine, options: Options) -> pa.ChunkedArray:
    """1 for the pairs of contents that also pass in the narrower window, else 0."""
    window = options.fast_window
    engine.keep("near", f"SELECT * FROM result WHERE time_delta <= {window}")
    _filter(engine, "near", "fast", options.min_participation)
    engine.keep("fast_contents", "SELECT DISTINCT content_id, content_id_y FROM fast")
    engine.keep(
        "flagged",
        "SELECT r.*, CASE WHEN f.content_id IS NULL THEN 0 ELSE 1 END AS flag FROM result r "
        "LEFT JOIN fast_contents f ON f.content_id = r.content_id "
        "AND f.content_id_y = r.content_id_y",
    )
    order = "object_id, account_id, account_id_y, content_id, content_id_y"
    return engine.fetch(f"SELECT CAST(flag AS BIGINT) AS flag FROM flagged ORDER BY {order}")[
        "flag"
    ]


def _both(engine: Engine, options: Options) -> pa.Table:
    """The edges of all pairs and those of the flagged ones, side by side."""
    engine.see("full_edge", _edges(engine, "result", options))
    engine.keep("flagged_pair", "SELECT * FROM flagged WHERE flag = 1")
    engine.see("fast_edge", _edges(engine, "flagged_pair", options))
    columns = ", ".join(
        f"{side}.{name} AS {name}_{word}"
        for name in MEASURES
        for side, word in (("a", "full"), ("b", "fast"))
    )
    edges = engine.fetch(
        f"SELECT a.account_id, a.account_id_y, {columns} FROM full_edge a LEFT JOIN fast_edge b "
        "ON a.account_id = b.account_id AND a.account_id_y = b.account_id_y "
        "ORDER BY a.account_id, a.account_id_y"
    )
    for word in ("full", "fast"):
        edges = _marked(edges, f"weight_threshold_{word}", f"weight_{word}", options)
    return edges


def _part(edges: pa.Table, options: Options) -> pa.Table:
    """The subgraph asked for."""
    if not options.subgraph:
        return edges
    mark = "weight_threshold" if options.subgraph == 1 else "weight_threshold_fast"
    marked = pc.fill_null(pc.equal(edges[mark], 1), False)
    if options.subgraph < 3:
        return edges.filter(marked)
    ends = ("account_id", "account_id_y")
    core = {name for end in ends for name in edges.filter(marked)[end].to_pylist()}
    pairs = list(zip(*(edges[end].to_pylist() for end in ends), strict=True))
    near = {other for pair in pairs if core & set(pair) for other in _beside(pair, core)}
    inside = pa.array([set(pair) <= near for pair in pairs], pa.bool_())
    return edges.filter(inside)


def _beside(pair: tuple[str, str], core: set[str]) -> set[str]:
    """Who of a pair is a neighbour of one of the core."""
    return {other for end, other in (pair, pair[::-1]) if end in core}
