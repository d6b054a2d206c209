"""What a network puts out: its sites, links and hashtags, and where its posts lead."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from unswarm.canonical import PLATFORMS, SHORTENERS
from unswarm.engines import quoted
from unswarm.exporters._report import queries, whole_queries
from unswarm.exporters._report.funnel import funnel
from unswarm.exporters._report.whole import FEWEST_LINKS, Wholes
from unswarm.findings import Findings
from unswarm.looking import many, page

TABLES = {"domain": "link", "url": "link", "hashtag": "hashtag", "media": "media"}
"""Kind of object → the table it stands in."""

REDIRECTS = """
SELECT l.url, l.domain, l.target, l.hops, count(*) AS links
FROM led_link AS l JOIN membership AS m ON m.account = l.account
WHERE m.network = {network}
GROUP BY l.url, l.domain, l.target, l.hops ORDER BY links DESC, l.url, l.target LIMIT 100
"""


def objects(findings: Findings, network: str, kind: str, offset: int, limit: int) -> dict[str, Any]:
    """The objects of a kind that most members put out, and how much of each is theirs alone."""
    top = queries.TOP_OF.format(
        column=kind, table=TABLES[kind], of_m=f"m.network = {quoted(network)}"
    )
    rows = many(
        findings,
        page(f"SELECT *, count(*) OVER () AS total FROM ({top}) ORDER BY members DESC, posts DESC, "
             "object", offset, limit),
    )  # fmt: skip
    total = rows[0]["total"] if rows else 0
    kept = [{k: v for k, v in row.items() if k != "total"} for row in rows]
    return {"rows": [{**row, "known": _known(kind, row["object"])} for row in kept], "total": total}


def _known(kind: str, name: str) -> str:
    """What everybody uses: a platform's own site, a shortener."""
    if kind != "domain":
        return ""
    return "shortener" if name in SHORTENERS else "platform" if name in PLATFORMS else ""


def flows(findings: Findings, network: str) -> dict[str, Any] | None:
    """The funnel: who posts, the sites, and which of these share an owner; None: too few links.

    Returns:
        `nodes`, `ribbons`, `lines` and `high`, in the units of a drawing 360 wide; `steps`: posts,
        posts with a link, by kind of account; `redirects`: addresses that lead to others.
    """
    row = {"network": network, "tier": "confirmed"}
    known = Wholes.of(findings, [row])
    found = known.flows[network]
    if sum(each["links"] for each in found) < FEWEST_LINKS:
        return None
    drawn = funnel(found, known.groups(network))
    marks = [
        {"sites": list(group.sites), "marks": [f"{m.trait}: {m.value}" for m in group.marks]}
        for group in known.groups(network)
    ]
    return {
        "nodes": [asdict(node) | {"last": node.last} for node in drawn.nodes],
        "ribbons": [asdict(ribbon) for ribbon in drawn.ribbons],
        "lines": [asdict(line) | {"harmless": line.harmless} for line in drawn.lines],
        "high": drawn.high,
        "describes": drawn.describes,
        "sites": drawn.sites,
        "groups": marks,
        "steps": known.steps[network],
        "redirects": queries.optional(findings, REDIRECTS.format(network=quoted(network))),
    }


def money(findings: Findings, network: str) -> dict[str, Any]:
    """What the network's accounts paid for advertisements, sums and single ones."""
    spent = many(findings, queries.only(whole_queries.SPENT, [network]))
    ads = many(
        findings,
        f"SELECT s.*, d.payer, d.impressions_low, d.impressions_high, d.text FROM "
        f"({queries.only(whole_queries.ADS, [network])}) AS s LEFT JOIN (SELECT ad, account, "
        "any_value(payer) AS payer, max(impressions_low) AS impressions_low, "
        "max(impressions_high) AS impressions_high, any_value(text) AS text FROM ad GROUP BY ad, "
        "account) AS d ON d.ad = s.ad AND d.account = s.account "
        "ORDER BY coalesce(s.spend_high, s.spend_low) DESC, s.ad LIMIT 200",
    )
    return {"spent": spent, "ads": ads}


def audience(findings: Findings, network: str) -> dict[str, Any]:
    """Whom the network reached: its entities by kind and platform, and their followers."""
    return {
        "entities": many(findings, queries.only(whole_queries.ENTITIES, [network])),
        "reach": many(findings, queries.only(whole_queries.REACH, [network])),
        "reached": many(findings, queries.only(whole_queries.REACHED, [network])),
    }
