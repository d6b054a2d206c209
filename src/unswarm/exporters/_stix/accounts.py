"""Accounts and sites as observables, and the patterns by which others find them again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.canonical import PLATFORMS, SHORTENERS
from unswarm.engines import quoted
from unswarm.exporters._report import listed
from unswarm.exporters._stix.maker import Maker, Thing, stamp
from unswarm.findings import Findings

PROFILES = """
SELECT n.account, a.platform, coalesce(a.kind, 'person') AS kind, a.handle, a.name, a.created
FROM named AS n LEFT JOIN account AS a ON n.account = a.account ORDER BY n.account
"""
SITES = """
WITH own AS (
    SELECT m.network, l.domain, count(DISTINCT l.account) AS accounts FROM link AS l
    JOIN membership AS m ON m.account = l.account
    WHERE m.network = {network} AND l.domain IS NOT NULL GROUP BY m.network, l.domain
), everybody AS (
    SELECT domain, count(DISTINCT account) AS accounts FROM link GROUP BY domain
)
SELECT o.network, o.domain, o.accounts, e.accounts - o.accounts AS others
FROM own AS o JOIN everybody AS e ON e.domain = o.domain
JOIN network AS n ON n.network = o.network
WHERE o.domain IN ({decided}) OR (
    o.accounts >= 3 AND o.accounts >= 0.25 * n.accounts AND o.accounts >= 0.9 * e.accounts)
ORDER BY o.network, o.domain
"""
"""Sites that a person called inauthentic, and those that a quarter of a network leads to and hardly
anybody else."""

ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")

Row = Mapping[str, Any]


def site(make: Maker, name: str) -> Thing:
    """A site as a `domain-name`, or as an address where its name is a number."""
    kind = "ipv4-addr" if ADDRESS.fullmatch(name) else "domain-name"
    return make.observable(kind, {"value": name})


def account(make: Maker, row: Row, disabled: bool) -> Thing:
    """An account as a `user-account`; pages, groups and channels have their kind in its type."""
    platform = (row["platform"] or "").casefold()
    kind = "" if row["kind"] == "person" else f"-{row['kind']}"
    telling = {
        "account_type": f"{platform}{kind}" if platform else "",
        "user_id": row["account"],
        "account_login": row["handle"] or "",
    }
    return make.observable(
        "user-account",
        telling,
        display_name=row["name"],
        is_disabled=disabled or None,
        account_created=None if row["created"] is None else stamp(row["created"]),
    )


def pattern(thing: Thing) -> str:
    """The STIX pattern that finds an observable again."""
    kind = thing["type"]
    fields = ("account_type", "user_id") if kind == "user-account" else ("value",)
    named = [(name, thing[name]) for name in fields if thing.get(name)]
    return f"[{' AND '.join(f'{kind}:{name} = {_quoted(value)}' for name, value in named)}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def members(findings: Findings, network: str) -> list[Row]:
    """The accounts of a network that may be named."""
    named = pa.array(findings.nameable(network), pa.string())
    findings.engine.see("named", pa.table({"account": named}))
    return list(findings.query(PROFILES))


def sites(findings: Findings, network: str) -> Iterator[Row]:
    """The sites of a network; none that a person cleared, no platform and no shortener."""
    record = findings.record
    decided = listed(record.inauthentic("domain"))
    asked = SITES.format(network=quoted(network), decided=decided)
    return (
        row
        for row in findings.query(asked)
        if not record.cleared("domain", row["domain"])
        and row["domain"] not in PLATFORMS | SHORTENERS
    )
