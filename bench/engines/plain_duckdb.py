"""The slot join in plain DuckDB, as anybody would write it: EVENTS EDGES WINDOW MINIMUM."""

import sys

import duckdb

events, edges, window, minimum = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
QUERY = f"""
WITH event AS (SELECT account, object, time, time // {window} AS slot FROM '{events}'),
later AS (
    SELECT * FROM event
    UNION ALL
    SELECT account, object, time, slot - 1 AS slot FROM event
),
met AS (
    SELECT least(a.account, b.account) AS source, greatest(a.account, b.account) AS target,
        a.object AS object, count(*) AS actions, min(b.time - a.time) AS min_gap,
        sum(b.time - a.time) AS sum_gap
    FROM event a JOIN later b ON a.object = b.object AND a.slot = b.slot
    WHERE b.time - a.time BETWEEN 0 AND {window} AND a.account <> b.account
        AND (b.time > a.time OR b.account > a.account)
    GROUP BY source, target, a.object
)
SELECT source, target, count(*) AS objects, CAST(sum(actions) AS BIGINT) AS actions,
    min(min_gap) AS min_gap, CAST(sum(sum_gap) AS BIGINT) AS sum_gap
FROM met GROUP BY source, target HAVING count(*) >= {minimum}
"""
connection = duckdb.connect()
connection.execute("SET memory_limit = '18GB'")
connection.execute(f"COPY ({QUERY}) TO '{edges}' (FORMAT parquet)")
