"""Small hand-made cases that measures look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from unswarm.engines import Engine, open_engine
from unswarm.model import EVENTS, RUNS

Rows = Sequence[Mapping[str, Any]]


def world(networks: Mapping[str, Sequence[str]], **tables: Rows | pa.Table) -> Engine:
    """An engine with every table of a case; accounts of posts that have no row get one."""
    engine = open_engine("duckdb")
    members = [
        {"network": network, "account": account}
        for network, accounts in networks.items()
        for account in accounts
    ]
    given: dict[str, Any] = {
        "membership": members,
        "network": [{"network": network, "tier": "confirmed"} for network in networks],
        **tables,
    }
    for name, table in (EVENTS | RUNS).items():
        rows = given.get(name, [])
        engine.see(name, rows if isinstance(rows, pa.Table) else table.rows(rows))
    return engine


def accounts(names: Sequence[str], **values: Any) -> list[dict[str, Any]]:
    return [{"account": name, **values} for name in names]


def claims(evidence: pa.Table, network: str = "n1") -> list[str]:
    rows = evidence.to_pylist()
    return [row["claim"] for row in rows if row["network"] == network]
