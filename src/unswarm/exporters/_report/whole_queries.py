"""What the report asks the case about whole operations: see `queries` for how it asks.

An operation's accounts are the members of a network and the accounts that its list of linked ones
names; `FIRM` leaves out members that are undetermined.
"""

from __future__ import annotations

from unswarm.exporters._report.words import KINDS
from unswarm.findings import NAMED

_LINKED = "SELECT k.network, k.account FROM linked AS k WHERE k.named AND {of_k}"
OWN = f"SELECT m.network, m.account FROM membership AS m WHERE {{of_m}} UNION {_LINKED}"
FIRM = f"""SELECT m.network, m.account FROM membership AS m
    WHERE m.probability >= {NAMED} AND {{of_m}} UNION {_LINKED}"""

_KNOWN = ", ".join(f"'{kind}'" for kind in KINDS)
KIND = f"CASE WHEN a.kind IN ({_KNOWN}) THEN a.kind ELSE 'person' END"

STANDING = f"""
SELECT s.network, s.account, CASE WHEN coalesce(a.kind, s.kind) IN ({_KNOWN})
       THEN coalesce(a.kind, s.kind) ELSE 'person' END AS kind,
       coalesce(a.platform, '') AS platform, s.standing
FROM (
    SELECT m.network, m.account, CAST(NULL AS STRING) AS kind,
           CASE WHEN m.probability >= {NAMED} THEN 'member' ELSE 'undetermined' END AS standing
    FROM membership AS m WHERE {{of_m}}
    UNION ALL
    SELECT k.network, k.account, k.kind,
           CASE WHEN k.named THEN 'linked' ELSE 'worth a look' END AS standing
    FROM linked AS k WHERE {{of_k}}
) AS s LEFT JOIN account AS a ON a.account = s.account
"""

ENTITIES = f"""
SELECT e.network, e.platform, e.kind, e.standing, count(DISTINCT e.account) AS accounts
FROM ({STANDING.strip()}) AS e GROUP BY e.network, e.platform, e.kind, e.standing
ORDER BY e.network, e.platform, e.kind, e.standing
"""

ENTITIES_OF = f"""
SELECT e.account, e.platform, e.kind, e.standing FROM ({STANDING.strip()}) AS e
"""

LINKED = """
WITH ranked AS (
    SELECT k.network, k.account, k.kind, k.round, k.probability, k.ties, k.shared, k.p, k.q,
           k.explanation, count(*) OVER (PARTITION BY k.network) AS number,
           row_number() OVER (
               PARTITION BY k.network ORDER BY k.probability DESC, k.q, k.p, k.account
           ) AS place
    FROM linked AS k WHERE k.named AND {of_k}
)
SELECT r.*, a.name, a.platform, a.kind AS known FROM ranked AS r
LEFT JOIN account AS a ON a.account = r.account
WHERE r.place <= {most} ORDER BY r.network, r.place
"""

LINKED_OF = """
SELECT k.account, k.kind, k.round, k.probability, k.ties, k.shared, k.p, k.q, k.control, k.named
FROM linked AS k WHERE {of_k}
"""

UNNAMED = """
SELECT k.network, coalesce(k.ties, '') AS ties, count(*) AS accounts FROM linked AS k
WHERE NOT coalesce(k.named, false) AND {of_k}
GROUP BY k.network, coalesce(k.ties, '') ORDER BY k.network, ties
"""

COUNTERPARTS = """
WITH ranked AS (
    SELECT c.network, c.account, c.other, c.platform, c.probability, c.agrees, c.past,
           count(*) OVER (PARTITION BY c.network) AS number,
           row_number() OVER (
               PARTITION BY c.network ORDER BY c.probability DESC, c.account, c.other
           ) AS place
    FROM counterpart AS c WHERE {of_c}
)
SELECT * FROM ranked AS r WHERE r.place <= {most} ORDER BY r.network, r.place
"""

COUNTERPARTS_OF = """
SELECT CASE WHEN c.past IS NULL THEN c.account ELSE c.other END AS account,
       CASE WHEN c.past IS NULL THEN c.other END AS other, c.platform, c.probability, c.weight,
       c.past
FROM counterpart AS c WHERE {of_c}
"""

FLOWS = f"""
SELECT w.network, {KIND} AS kind, t.domain, count(*) AS links,
       count(DISTINCT t.post) AS posts, count(DISTINCT t.account) AS accounts
FROM link AS t JOIN ({OWN}) AS w ON w.account = t.account
LEFT JOIN account AS a ON a.account = t.account
WHERE t.domain IS NOT NULL
GROUP BY w.network, {KIND}, t.domain ORDER BY network, kind, domain
"""

STEPS = f"""
SELECT w.network, {KIND} AS kind, count(*) AS posts, count(l.post) AS linking
FROM post AS p JOIN ({OWN}) AS w ON w.account = p.account
LEFT JOIN (
    SELECT DISTINCT t.account, t.post FROM link AS t JOIN ({OWN}) AS v ON v.account = t.account
) AS l ON l.account = p.account AND l.post = p.post
LEFT JOIN account AS a ON a.account = p.account
GROUP BY w.network, {KIND} ORDER BY network, kind
"""

LED = f"""
SELECT w.network, t.account, t.post, t.domain, t.url, t.target AS target_url, t.hops
FROM led_link AS t JOIN ({OWN}) AS w ON w.account = t.account
"""

REACH = f"""
SELECT w.network, {KIND} AS kind, coalesce(a.platform, '') AS platform, count(*) AS entities,
       count(a.followers) AS known, max(a.followers) AS largest,
       CAST(sum(a.followers) AS BIGINT) AS together
FROM ({FIRM}) AS w JOIN account AS a ON a.account = w.account
GROUP BY w.network, {KIND}, coalesce(a.platform, '') ORDER BY network, kind, platform
"""

REACHED = f"""
WITH listed AS (
    SELECT DISTINCT w.network, f.target, f.account
    FROM (
        SELECT f.account, f.target FROM follow AS f WHERE f.account IS NOT NULL
        UNION ALL
        SELECT r.account, r.target FROM role AS r
        WHERE r.role = 'member' AND r.account IS NOT NULL
    ) AS f JOIN ({FIRM}) AS w ON w.account = f.target
), sizes AS (
    SELECT l.network, l.target, count(*) AS people FROM listed AS l GROUP BY l.network, l.target
)
SELECT l.network, {KIND} AS kind, coalesce(a.platform, '') AS platform,
       count(DISTINCT l.target) AS entities, count(DISTINCT l.account) AS people,
       count(DISTINCT CASE WHEN s.people < a.followers THEN l.target END) AS short
FROM listed AS l JOIN sizes AS s ON s.network = l.network AND s.target = l.target
LEFT JOIN account AS a ON a.account = l.target
GROUP BY l.network, {KIND}, coalesce(a.platform, '') ORDER BY network, kind, platform
"""
"""People in lists of followers and members; `short`: lists of fewer than the profile says."""

SKETCHED = f"""
SELECT w.network, {KIND} AS kind, coalesce(a.platform, '') AS platform, s.target, s.method, s.sketch
FROM audience_sketch AS s JOIN ({FIRM}) AS w ON w.account = s.target
LEFT JOIN account AS a ON a.account = s.target
WHERE s.country IS NULL AND s.relation IN ('follow', 'member')
ORDER BY w.network, s.target, s.method
"""

SKETCHED_OF = f"""
SELECT s.target AS account, s.relation, s.method
FROM audience_sketch AS s JOIN ({FIRM}) AS w ON w.account = s.target
WHERE s.country IS NULL AND s.relation IN ('follow', 'member')
"""

FOLLOWERS_OF = f"""
SELECT a.account, {KIND} AS kind, a.platform, a.followers, a.seen
FROM ({FIRM}) AS w JOIN account AS a ON a.account = w.account WHERE a.followers IS NOT NULL
"""

_STATES = f"""
    SELECT w.network, d.account, d.ad, d.platform, d.currency, d.spend_low, d.spend_high, d.time,
           d.until, d.domain, row_number() OVER (
               PARTITION BY w.network, d.platform, d.ad
               ORDER BY d.spend_low DESC NULLS LAST, d.spend_high DESC NULLS LAST, d.account,
                        d.time NULLS LAST, d.until NULLS LAST, d.domain NULLS LAST
           ) AS nth
    FROM ad AS d JOIN ({FIRM}) AS w ON w.account = d.account
    WHERE d.currency IS NOT NULL AND coalesce(d.spend_low, d.spend_high) IS NOT NULL
          AND coalesce(d.ad, '') NOT LIKE 'total:%'
"""
ADS = f"""
SELECT s.network, s.account, s.ad, s.platform, s.currency, coalesce(s.spend_low, 0) AS spend_low,
       s.spend_high, s.time, s.until, s.domain
FROM ({_STATES.strip()}) AS s WHERE s.nth = 1 OR s.ad IS NULL
"""
"""Advertisements with what was paid, each once: in the state in which most was spent."""

SPENT = f"""
SELECT s.network, s.currency, count(*) AS ads, CAST(sum(s.spend_low) AS BIGINT) AS low,
       CAST(sum(coalesce(s.spend_high, s.spend_low)) AS BIGINT) AS high,
       count(*) - count(s.spend_high) AS open
FROM ({ADS.strip()}) AS s GROUP BY s.network, s.currency ORDER BY s.network, ads DESC, s.currency
"""
