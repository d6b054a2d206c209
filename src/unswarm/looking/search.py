"""Finding things by a few letters: networks, accounts, sites, decisions."""

from __future__ import annotations

from typing import Any

from unswarm.engines import quoted
from unswarm.findings import Findings
from unswarm.looking import many

EACH = 8  # hits of each kind

ACCOUNTS = """
SELECT a.account AS id, a.handle, a.name, m.network FROM account AS a
LEFT JOIN (SELECT account, min(network) AS network FROM membership GROUP BY 1) AS m
  ON m.account = a.account
WHERE contains(lower(a.account), {text}) OR contains(lower(coalesce(a.handle, '')), {text})
   OR contains(lower(coalesce(a.name, '')), {text})
ORDER BY m.network IS NULL, (lower(a.account) = {text} OR lower(coalesce(a.handle, '')) = {text})
         DESC, length(a.account), a.account LIMIT {each}
"""
SITES = """
SELECT domain AS id, count(*) AS links FROM link WHERE contains(domain, {text})
GROUP BY 1 ORDER BY links DESC, domain LIMIT {each}
"""
NETWORKS = """
SELECT network AS id, tier, label, accounts FROM network
WHERE contains(lower(network), {text}) OR contains(lower(coalesce(label, '')), {text})
   OR contains(lower(coalesce(top_objects, '')), {text})
ORDER BY tier, network LIMIT {each}
"""


def search(findings: Findings, text: str) -> list[dict[str, Any]]:
    """What a few letters may mean: `kind`, `id`, `title`, `about`; the likeliest first."""
    plain = text.strip().removeprefix("@").casefold()
    if not plain:
        return []
    asked = {"text": quoted(plain), "each": EACH}
    networks = [
        _hit("network", row, row["id"], f"{row['accounts']:,} accounts, {row['label'] or 'lead'}")
        for row in many(findings, NETWORKS.format(**asked))
    ]
    accounts = [
        _hit("account", row, row["handle"] or row["id"], _about(row))
        for row in many(findings, ACCOUNTS.format(**asked))
    ]
    sites = [
        _hit("domain", row, row["id"], f"{row['links']:,} links")
        for row in many(findings, SITES.format(**asked))
    ]
    return [*networks, *_said(findings, plain), *accounts, *sites]


def _hit(kind: str, row: dict[str, Any], title: str, about: str) -> dict[str, Any]:
    return {"kind": kind, "id": row["id"], "title": title, "about": about}


def _about(row: dict[str, Any]) -> str:
    return ", ".join(filter(None, (row["name"], row["network"])))


def _said(findings: Findings, plain: str) -> list[dict[str, Any]]:
    record = findings.record
    known: list[tuple[str, Any, str]] = [
        *(("decision", d, f"{d.subject}: {d.verdict}") for d in record.decisions.values()),
        *(("appeal", a, f"{a.account}: {a.outcome}") for a in record.appeals.values()),
        *(("claim", c, f"{c.network}: {c.entity}") for c in record.claims.values()),
        *(("plan", p, p.target) for p in record.plans.values()),
    ]
    return [
        {"kind": kind, "id": each.id, "title": each.id, "about": about}
        for kind, each, about in known
        if plain in each.id.casefold()
    ][:EACH]
