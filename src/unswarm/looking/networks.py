"""The networks of a run: the ranked list, and everything that is said of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unswarm.engines import quoted
from unswarm.exporters._report.words import FAMILIES, LABELS, STRENGTH
from unswarm.findings import NAMED, Findings
from unswarm.looking import Row, counted, many, one, page
from unswarm.model import CHOSEN_BY
from unswarm.record.decisions import Decision

ORDERS = {
    "rank": "n.tier, CASE WHEN n.label LIKE '%organised' OR n.label LIKE '%automated' THEN 1 "
    "ELSE 0 END, coalesce(n.together, 0) - coalesce(n.expected, 0) DESC",
    "accounts": "n.accounts DESC",
    "p": "n.p NULLS LAST",
    "first": "n.first NULLS LAST",
    "last": "n.last DESC NULLS LAST",
    "network": "n.network",
}
"""Order → how it is said in SQL. `rank`: findings first, of these last who says what it is."""

MEMBERS = """
SELECT m.account, a.handle, a.name, a.platform, a.kind, a.created, a.followers, m.probability,
       m.signals, m.p, m.occasions, m.together, m.expected, m.stability, m.explanation
FROM membership AS m LEFT JOIN account AS a ON a.account = m.account
WHERE m.network = {network} ORDER BY m.probability DESC, m.account
"""
LINKED = """
SELECT k.account, a.handle, a.name, a.platform, coalesce(a.kind, k.kind) AS kind, k.round,
       k.probability, k.ties, k.shared, k.p, k.q, k.control, k.named, k.explanation, k.past
FROM linked AS k LEFT JOIN account AS a ON a.account = k.account
WHERE k.network = {network} ORDER BY k.named DESC, k.probability DESC, k.q, k.account
"""
SIGNS, INNOCENT, TOGETHER, REST = "signs", "innocent", "coordination", "descriptions"


@dataclass(frozen=True)
class Filter:
    """Which networks are listed, and in which order.

    Args:
        tier: confirmed or lead; empty: both.
        signal: seen in this signal; empty: in any.
        label: what may be said of it; empty: anything.
        verdict: standing verdict, or `none`; empty: any.
        text: part of an id, an object, a member's id, handle or name; empty: any.
        order: a key of `ORDERS`.
    """

    tier: str = ""
    signal: str = ""
    label: str = ""
    verdict: str = ""
    text: str = ""
    order: str = "rank"


def networks(findings: Findings, wanted: Filter) -> list[dict[str, Any]]:
    """The networks that a filter lets through, each with where its decision stands."""
    conditions = " AND ".join(_conditions(wanted)) or "true"
    rows = many(
        findings,
        f"SELECT n.* FROM network AS n WHERE {conditions} "
        f"ORDER BY {ORDERS[wanted.order]}, n.network",
    )
    named = _named(findings)
    found = [{**row, **standing(findings, row["network"], named)} for row in rows]
    return [row for row in found if wanted.verdict in ("", row["verdict"] or "none")]


def _conditions(wanted: Filter) -> Iterator[str]:
    if wanted.tier:
        yield f"n.tier = {quoted(wanted.tier)}"
    if wanted.label:
        yield f"n.label = {quoted(wanted.label)}"
    if wanted.signal:
        yield f"list_contains(string_split(n.signals, ' '), {quoted(wanted.signal)})"
    if wanted.text:
        part = quoted(wanted.text.casefold())
        said = "lower(concat_ws(' ', {}))"
        member = said.format("a.account, a.handle, a.name")
        yield (
            f"(contains({said.format('n.network, n.top_objects, n.innocent')}, {part}) "
            "OR n.network IN (SELECT m.network FROM membership AS m LEFT JOIN account AS a "
            f"ON a.account = m.account WHERE contains({member}, {part})))"
        )


def _named(findings: Findings) -> dict[str, int]:
    rows = many(
        findings,
        f"SELECT network, count(*) AS n FROM membership WHERE probability >= {NAMED} "
        "GROUP BY network",
    )
    return {row["network"]: row["n"] for row in rows}


def standing(findings: Findings, network: str, named: dict[str, int]) -> dict[str, Any]:
    """Where the decision on a network stands."""
    decision = findings.record.standing("network", network)
    return {
        "named": named.get(network, 0),
        "verdict": str(decision.verdict) if decision else "",
        "decision": decision.id if decision else "",
        "approved": bool(decision and decision.approvals),
        "stale": bool(decision and _stale(findings, decision)),
    }


def _stale(findings: Findings, decision: Decision) -> bool:
    return any(decision.stale(findings.members(decision.subject)))


def network(findings: Findings, name: str) -> dict[str, Any] | None:
    """Everything the run says of one network; None: there is no such network."""
    row = one(findings, f"SELECT * FROM network WHERE network = {quoted(name)}")
    if row is None:
        return None
    return {
        **row,
        **standing(findings, name, _named(findings)),
        "label_says": LABELS.get(row["label"] or "", ""),
        "strength_says": STRENGTH.get(row["strength"] or "", ""),
        "evidence": evidence(findings, row),
        "kinds": _kinds(findings, name),
        "linked": counted(findings, f"SELECT 1 FROM linked WHERE network = {quoted(name)}"),
        "counterparts": counted(
            findings, f"SELECT 1 FROM counterpart WHERE network = {quoted(name)}"
        ),
    }


def _kinds(findings: Findings, name: str) -> list[dict[str, Any]]:
    return many(
        findings,
        "SELECT coalesce(a.platform, '') AS platform, coalesce(a.kind, 'person') AS kind, "
        "count(*) AS accounts FROM membership AS m LEFT JOIN account AS a ON a.account = m.account "
        f"WHERE m.network = {quoted(name)} GROUP BY 1, 2 ORDER BY accounts DESC, platform, kind",
    )


def evidence(findings: Findings, network: Row) -> list[dict[str, Any]]:
    """What the measures said of a network; `place` tells one row from another, `question` which
    question it answers: coordination, signs (of inauthenticity), innocent, descriptions."""
    rows = many(
        findings,
        f"SELECT * FROM evidence WHERE network = {quoted(network['network'])} "
        "ORDER BY family, measure, claim",
    )
    chosen_by = CHOSEN_BY.get(network["signals"] or "", frozenset())
    found = [
        {
            **row,
            "place": place,
            "question": _question(row, chosen_by),
            "title": FAMILIES.get(row["family"], (row["family"] or "").capitalize()),
        }
        for place, row in enumerate(rows)
    ]
    return [*found, *_untold(network, found)]


def _question(row: Row, chosen_by: frozenset[str]) -> str:
    if row["family"] in (INNOCENT, TOGETHER):
        return str(row["family"])
    if row["family"] in chosen_by or not row["inauthentic"]:
        return REST
    return SIGNS


def _untold(network: Row, found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Innocent explanations that the run names and no measure does."""
    told = {row["claim"] for row in found}
    lines = [line.strip() for line in (network["innocent"] or "").splitlines()]
    for place, line in enumerate(line for line in lines if line and line not in told):
        empty = dict.fromkeys(("value", "baseline", "n", "p", "query"))
        yield {
            **empty,
            "network": network["network"],
            "measure": "",
            "family": INNOCENT,
            "inauthentic": False,
            "claim": line,
            "place": len(found) + place,
            "question": INNOCENT,
            "title": "Innocent",
        }


def behind(findings: Findings, name: str, place: int, offset: int, limit: int) -> dict[str, Any]:
    """The rows behind one sentence of evidence, from the query that it brings.

    Raises:
        KeyError: there is no such sentence, or it has no query.
    """
    row = one(findings, f"SELECT * FROM network WHERE network = {quoted(name)}")
    known = {each["place"]: each for each in evidence(findings, row)} if row else {}
    sql = known[place]["query"]
    if not sql:
        raise KeyError(place)
    plain = sql.strip().rstrip(";")
    rows = many(findings, page(f"SELECT * FROM ({plain}) AS q", offset, limit))
    return {"query": plain, "rows": rows, "total": counted(findings, plain)}


def members(findings: Findings, name: str, offset: int, limit: int) -> dict[str, Any]:
    """The members, the surest first; those below `NAMED` are named to nobody outside."""
    return _page(findings, MEMBERS.format(network=quoted(name)), offset, limit)


def linked(findings: Findings, name: str, offset: int, limit: int) -> dict[str, Any]:
    """Accounts that did not act with the network and are tied to it."""
    return _page(findings, LINKED.format(network=quoted(name)), offset, limit)


def _page(findings: Findings, sql: str, offset: int, limit: int) -> dict[str, Any]:
    rows = many(findings, page(sql.strip(), offset, limit))
    return {"rows": rows, "total": counted(findings, sql)}
