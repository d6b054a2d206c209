"""The dossier of an account: its profile and how it changed, networks, neighbours, posts."""

from __future__ import annotations

from typing import Any

from unswarm.engines import quoted
from unswarm.findings import Findings
from unswarm.looking import counted, many, one, page

NEIGHBOURS = 60

MEMBERSHIPS = """
SELECT m.*, n.tier, n.label FROM membership AS m JOIN network AS n ON n.network = m.network
WHERE m.account = {account} ORDER BY n.tier, m.probability DESC, m.network
"""
TIES = """
SELECT k.* FROM linked AS k WHERE k.account = {account} ORDER BY k.probability DESC, k.network
"""
EDGES = """
SELECT CASE WHEN e.source = {account} THEN e.target ELSE e.source END AS account, e.signal,
       e.objects, e.actions, e.expected, e.p, e.q, e.min_gap, e.network
FROM edge AS e WHERE e.source = {account} OR e.target = {account}
"""
NEIGHBOUR_ROWS = f"""
SELECT x.account, a.handle, a.name, x.network, string_agg(x.signal, ' ' ORDER BY x.signal)
           AS signals, sum(x.objects) AS objects, min(x.p) AS p, min(x.q) AS q,
       min(x.min_gap) AS min_gap
FROM ({EDGES.strip()}) AS x LEFT JOIN account AS a ON a.account = x.account
GROUP BY 1, 2, 3, 4 ORDER BY objects DESC, p, x.account LIMIT {NEIGHBOURS}
"""
SIGNALS = """
SELECT o.*, e.p, coalesce(e.neighbours, 0) AS neighbours FROM (
    SELECT signal, count(*) AS occasions, count(*) FILTER (WHERE together) AS together,
           sum(explained) AS expected, max("window") AS "window", min(gap) AS min_gap
    FROM occasion WHERE account = {account} GROUP BY 1
) AS o LEFT JOIN (
    SELECT signal, min(p) AS p, count(*) AS neighbours FROM edge
    WHERE source = {account} OR target = {account} GROUP BY 1
) AS e ON e.signal = o.signal ORDER BY o.together DESC, o.signal
"""
ACTIVITY = """
SELECT count(*) AS posts, min(time) AS first, max(time) AS last,
       count(*) FILTER (WHERE kind = 'repost') AS reposts,
       count(*) FILTER (WHERE kind = 'reply') AS replies,
       count(DISTINCT CAST(floor(time / 86400000.0) AS BIGINT)) AS days
FROM post WHERE account = {account}
"""
CLIENTS = """
SELECT client, count(*) AS posts FROM post WHERE account = {account} AND client IS NOT NULL
GROUP BY 1 ORDER BY posts DESC, client LIMIT 8
"""
POSTS = """
SELECT p.post, p.account, p.platform, p.time, p.precision, p.kind, p.text, p.language, p.client,
       p.target_post, p.target_account, t.together, t.partner
FROM post AS p LEFT JOIN (
    SELECT o.post, max(CASE WHEN o.together THEN 1 ELSE 0 END) AS together,
           min(o.partner) FILTER (WHERE o.together) AS partner
    FROM occasion AS o WHERE o.account = {account} GROUP BY 1
) AS t ON t.post = p.post
WHERE p.account = {account} {part}
ORDER BY p.time DESC NULLS LAST, p.post
"""
LINKS = """
SELECT domain, count(*) AS links FROM link WHERE account = {account} AND domain IS NOT NULL
GROUP BY 1 ORDER BY links DESC, domain LIMIT 12
"""
ROLES = """
SELECT r.account, r.role, r.target, r.time, r.until, r.country, r.people FROM role AS r
WHERE (r.account = {account} OR r.target = {account}) AND r.role <> 'member'
ORDER BY r.role, r.target, r.account LIMIT 200
"""


def dossier(findings: Findings, account: str) -> dict[str, Any] | None:
    """All that the case holds of an account; None: there is no such account."""
    name = quoted(account)
    profile = one(findings, f"SELECT * FROM account WHERE account = {name}")
    if profile is None:
        return None

    def rows(sql: str) -> list[dict[str, Any]]:
        return many(findings, sql.format(account=name))

    return {
        "profile": profile,
        "photo": one(findings, f"SELECT * FROM photo WHERE account = {name}"),
        "activity": one(findings, ACTIVITY.format(account=name)),
        "clients": rows(CLIENTS),
        "links": rows(LINKS),
        "changes": rows("SELECT * FROM rename WHERE account = {account} ORDER BY time, what"),
        "memberships": rows(MEMBERSHIPS),
        "ties": rows(TIES),
        "signals": rows(SIGNALS),
        "neighbours": rows(NEIGHBOUR_ROWS),
        "counterparts": rows(
            "SELECT * FROM counterpart WHERE account = {account} OR other = {account} "
            "ORDER BY probability DESC, other"
        ),
        "roles": rows(ROLES),
        "said": _said(findings, account),
    }


def _said(findings: Findings, account: str) -> list[dict[str, Any]]:
    """What people said of the account, oldest first."""
    record = findings.record
    decisions = [
        {"id": d.id, "act": "decision", "who": d.who, "when": d.when, "says": str(d.verdict)}
        for d in record.decisions.values()
        if d.subject == account or account in d.members
    ]
    appeals = [
        {"id": a.id, "act": "appeal", "who": a.who, "when": a.when, "says": a.outcome}
        for a in record.appeals.values()
        if a.account == account
    ]
    opinions = [
        {"id": "", "act": "opinion", "who": o.source, "when": o.when, "says": o.label}
        for o in record.opinions
        if o.account == account
    ]
    return sorted([*decisions, *appeals, *opinions], key=lambda line: line["when"])


def posts(findings: Findings, account: str, text: str, offset: int, limit: int) -> dict[str, Any]:
    """Posts of an account, the latest first; of those that met another member's, the partner.

    Args:
        text: part of the text; empty: all.
    """
    part = f"AND contains(lower(p.text), {quoted(text.casefold())})" if text else ""
    sql = POSTS.format(account=quoted(account), part=part)
    return {"rows": many(findings, page(sql, offset, limit)), "total": counted(findings, sql)}
