"""What the report asks the case about its networks: one query for all networks at a time.

Each query has a place for a condition, so that the same text answers for all networks at once and
stands, for one network, behind its numbers. It keeps to the SQL that every engine speaks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from unswarm.exporters._report import NAMED_ACCOUNTS, listed, quoted
from unswarm.findings import Findings

Row = dict[str, Any]
ByNetwork = dict[str, list[Row]]

NETWORKS = """
SELECT * FROM network AS n
ORDER BY n.tier,
         CASE WHEN n.label LIKE '%organised' OR n.label LIKE '%automated' THEN 1 ELSE 0 END,
         coalesce(n.together, 0) - coalesce(n.expected, 0) DESC, n.accounts DESC, n.network
"""
"""Findings first, and of these last the networks that say openly what they are."""

MEMBERS = """
SELECT m.network, m.account, a.handle, a.name, a.platform, m.probability, m.signals, m.p,
       m.occasions, m.together, m.expected, m.stability, m.explanation
FROM membership AS m LEFT JOIN account AS a ON a.account = m.account
WHERE {of_m}
ORDER BY m.network, m.probability DESC, m.account
"""

HOURS = """
SELECT m.network, CAST(floor(p.time / 3600000.0) AS BIGINT) AS hour, min(p.time) AS first,
       count(*) AS posts, max(p.precision) AS precision
FROM post AS p JOIN membership AS m ON m.account = p.account
WHERE {of_m}
GROUP BY m.network, CAST(floor(p.time / 3600000.0) AS BIGINT)
ORDER BY network, hour
"""

OTHER_HOURS = """
SELECT CAST(floor(p.time / 3600000.0) AS BIGINT) AS hour, count(*) AS posts
FROM post AS p LEFT JOIN membership AS m ON m.account = p.account
WHERE m.account IS NULL
GROUP BY CAST(floor(p.time / 3600000.0) AS BIGINT)
ORDER BY hour
"""

OTHER_ACCOUNTS = """
SELECT count(*) AS accounts FROM account AS a LEFT JOIN membership AS m ON m.account = a.account
WHERE m.account IS NULL
"""

BORN = """
SELECT m.network, CAST(floor(a.created / 3600000.0) AS BIGINT) AS hour, min(a.created) AS first,
       count(*) AS accounts
FROM account AS a JOIN membership AS m ON m.account = a.account
WHERE a.created IS NOT NULL AND {of_m}
GROUP BY m.network, CAST(floor(a.created / 3600000.0) AS BIGINT)
ORDER BY network, hour
"""

ALL_BORN = """
SELECT CAST(floor(a.created / 3600000.0) AS BIGINT) AS hour, count(*) AS accounts
FROM account AS a WHERE a.created IS NOT NULL
GROUP BY CAST(floor(a.created / 3600000.0) AS BIGINT)
ORDER BY hour
"""

WINDOWS = """
SELECT o.network, o.signal, CASE WHEN o.by = 'choice' THEN 'choice' ELSE 'time' END AS test,
       max(o.window) AS widest
FROM occasion AS o
WHERE o.together AND {of_o}
GROUP BY o.network, o.signal, CASE WHEN o.by = 'choice' THEN 'choice' ELSE 'time' END
ORDER BY network, test DESC, widest, signal
"""

DAYS = """
SELECT o.network, CAST(floor(o.time / 86400000.0) AS BIGINT) AS day, min(o.time) AS first,
       max(o.time) AS last, count(*) AS occasions
FROM occasion AS o
WHERE o.together AND {of_o}
GROUP BY o.network, CAST(floor(o.time / 86400000.0) AS BIGINT)
ORDER BY network, day
"""

TOP = """
WITH own AS (
    SELECT m.network, t.{column} AS object, count(*) AS posts,
           count(DISTINCT t.account) AS members
    FROM {table} AS t JOIN membership AS m ON m.account = t.account
    WHERE t.{column} IS NOT NULL AND {of_m}
    GROUP BY m.network, t.{column}
), everybody AS (
    SELECT t.{column} AS object, count(*) AS posts FROM {table} AS t
    WHERE t.{column} IN (SELECT own.object FROM own) GROUP BY t.{column}
), ranked AS (
    SELECT own.network, own.object, own.posts, own.members, everybody.posts AS all_posts,
           count(*) OVER (PARTITION BY own.network) AS number,
           row_number() OVER (
               PARTITION BY own.network ORDER BY own.members DESC, own.posts DESC, own.object
           ) AS place
    FROM own JOIN everybody ON everybody.object = own.object
)
SELECT ranked.network, ranked.object, ranked.members, ranked.posts, ranked.all_posts, ranked.number
FROM ranked WHERE ranked.place <= {most} ORDER BY ranked.network, ranked.place
"""

TOP_OF = """
SELECT t.{column} AS object, count(DISTINCT m.account) AS members, count(m.account) AS posts,
       count(*) AS all_posts
FROM {table} AS t LEFT JOIN membership AS m ON m.account = t.account AND {of_m}
WHERE t.{column} IS NOT NULL
GROUP BY t.{column} HAVING count(m.account) > 0
ORDER BY members DESC, posts DESC, object
"""

EDGE_COUNTS = """
SELECT e.network, count(*) AS edges FROM edge AS e WHERE {of_e} GROUP BY e.network
"""

EDGES = """
WITH ranked AS (
    SELECT e.network, e.source, e.target, e.signal, e.objects,
           count(*) OVER (PARTITION BY e.network) AS number,
           row_number() OVER (
               PARTITION BY e.network ORDER BY e.objects DESC, e.source, e.target, e.signal
           ) AS place
    FROM edge AS e WHERE {of_e}
)
SELECT r.network, r.source, r.target, r.signal, r.objects, r.number
FROM ranked AS r WHERE r.place <= {most} ORDER BY r.network, r.place
"""

PAIRS = f"""
WITH named AS ({NAMED_ACCOUNTS}), ranked AS (
    SELECT e.*, row_number() OVER (
               PARTITION BY e.network ORDER BY e.p, e.objects DESC, e.source, e.target, e.signal
           ) AS place
    FROM edge AS e JOIN named AS s ON s.account = e.source JOIN named AS t ON t.account = e.target
    WHERE {{of_e}}
)
SELECT * FROM ranked AS r WHERE r.place <= {{most}} ORDER BY r.network, r.place
"""

MEETINGS = """
WITH pairs AS ({pairs}), met AS (
    SELECT w.network, w.source, w.target, w.signal, a.object, a.time, a.post,
           b.time AS other_time, b.post AS other_post, abs(a.time - b.time) AS gap,
           count(*) OVER (PARTITION BY w.network, w.source, w.target, w.signal) AS number,
           row_number() OVER (
               PARTITION BY w.network, w.source, w.target, w.signal
               ORDER BY abs(a.time - b.time), a.time, a.object
           ) AS place
    FROM pairs AS w
    JOIN trace AS a ON a.account = w.source AND a.signal = w.signal
    JOIN trace AS b ON b.account = w.target AND b.signal = w.signal AND b.object = a.object
    WHERE w.window IS NULL OR abs(a.time - b.time) <= w.window
)
SELECT met.network, met.source, met.target, met.signal, met.object, met.time, met.post,
       met.other_time, met.other_post, met.gap, met.number
FROM met WHERE met.place <= {most} ORDER BY met.network, met.source, met.target, met.place
"""

MEETINGS_OF = """
SELECT a.object, a.time, a.post, b.time AS other_time, b.post AS other_post,
       abs(a.time - b.time) AS gap
FROM trace AS a JOIN trace AS b ON b.signal = a.signal AND b.object = a.object
WHERE a.signal = {signal} AND a.account = {source} AND b.account = {target}
  AND abs(a.time - b.time) <= {window}
ORDER BY gap, a.time, a.object
"""

POSTS = """
SELECT p.post, p.account, p.kind, p.text, p.time, p.precision, p.target_account
FROM post AS p WHERE p.post IN ({posts}) ORDER BY p.post, p.account
"""

OWN_OCCASIONS = """
WITH ranked AS (
    SELECT o.network, o.account, o.time, o.signal, o.object, o.together, o.gap, o.partner,
           o.outsiders, o.explained, o.by,
           count(*) OVER (PARTITION BY o.network, o.account) AS number,
           row_number() OVER (
               PARTITION BY o.network, o.account
               ORDER BY o.together DESC, o.time, o.signal, o.object, o.gap, o.partner,
                        o.outsiders, o.explained, o.by
           ) AS place
    FROM occasion AS o WHERE {of_o}
)
SELECT * FROM ranked AS r WHERE r.place <= {most} ORDER BY r.network, r.account, r.place
"""

EVIDENCE = """
SELECT * FROM evidence AS v WHERE {of_v} ORDER BY v.network, v.family, v.measure, v.claim
"""

MEMBERS_OF = """
SELECT m.account, m.probability, m.signals, m.p, m.occasions, m.together, m.expected, m.stability
FROM membership AS m WHERE {of_m}
"""

BORN_OF = """
SELECT m.account, a.created, m.probability, m.p
FROM membership AS m LEFT JOIN account AS a ON a.account = m.account WHERE {of_m}
"""

OCCASIONS_OF = """
SELECT o.account, o.time, o.signal, o.object, o.together, o.gap, o.partner, o.outsiders,
       o.explained, o.by
FROM occasion AS o WHERE {of_o}
"""

OBJECTS_OF = """
SELECT o.object, o.signal, count(DISTINCT o.account) AS members, max(o.outsiders) AS outsiders,
       min(o.time) AS first
FROM occasion AS o WHERE o.together AND {of_o} GROUP BY o.object, o.signal
"""

EDGES_OF = """
SELECT e.source, e.target, e.signal, e.objects, e.actions, e.expected, e.p, e.q, e.min_gap
FROM edge AS e WHERE {of_e}
"""


def only(sql: str, networks: Sequence[str], **values: Any) -> str:
    """A query of this module for some networks."""
    inside = listed(networks)
    conditions = {f"of_{letter}": f"{letter}.network IN ({inside})" for letter in "moevkc"}
    return sql.format(**conditions, **values).strip()


def of_account(sql: str, network: str, account: str) -> str:
    """A query about occasions, for one account of a network."""
    return sql.format(
        of_o=f"o.network = {quoted(network)} AND o.account = {quoted(account)}"
    ).strip()


def optional(findings: Findings, sql: str) -> list[Row]:
    """The rows of a query over a table that not every case has; none where it is missing."""
    try:
        return list(findings.query(sql))
    except Exception:  # engines say that a table is missing each in its own way
        return []


def by_network(findings: Findings, sql: str) -> ByNetwork:
    """A query's rows, sorted into their networks."""
    sorted_in: ByNetwork = defaultdict(list)
    for row in findings.query(sql):
        sorted_in[row["network"]].append(row)
    return sorted_in
