"""Networks → evidence: every measure speaks, and the labels follow."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pyarrow as pa

from unswarm.detection.labels import label
from unswarm.engines import Engine
from unswarm.errors import PluginError
from unswarm.model import CHOSEN_BY, EVIDENCE, NETWORK
from unswarm.plugins import load
from unswarm.progress import Progress


def measured(engine: Engine, progress: Progress) -> dict[str, pa.Table]:
    """Let every measure speak and the labels follow; `evidence` and `network` as they became."""
    if not len(engine.fetch("SELECT 1 FROM network LIMIT 1")):
        return _with(engine, EVIDENCE.schema.empty_table())  # evidence speaks of networks
    measures = load("measures")
    tables = [EVIDENCE.schema.empty_table()]
    for done, (name, module) in enumerate(measures.items()):
        progress("measuring", done, len(measures))
        tables.append(evidence_of(name, module, engine))
    progress("measuring", len(measures), len(measures))
    return _with(engine, pa.concat_tables(tables))


def _with(engine: Engine, evidence: pa.Table) -> dict[str, pa.Table]:
    network = labelled(engine.fetch("SELECT * FROM network"), evidence)
    engine.see("evidence", evidence)
    engine.see("network", network)
    return {"evidence": evidence, "network": network}


def labelled(networks: pa.Table, evidence: pa.Table) -> pa.Table:
    """The networks with what may be said of them after the measures spoke."""
    said: dict[str, list[dict[str, Any]]] = {}
    for row in evidence.to_pylist():
        said.setdefault(row["network"], []).append(row)
    rows = []
    for row in networks.to_pylist():
        about = said.get(row["network"], [])
        chosen_by = CHOSEN_BY.get(row["signals"], ())
        words, families = label(row["tier"], [e for e in about if e["family"] not in chosen_by])
        claims = [e["claim"] for e in about if e["family"] == "innocent"]
        lines = [*(row["innocent"] or "").splitlines(), *claims]
        innocent = "\n".join(dict.fromkeys(lines))  # once each, also when measured again
        rows.append(row | {"label": words, "inauthenticity": families, "innocent": innocent})
    return NETWORK.rows(rows)


def evidence_of(name: str, module: ModuleType, engine: Engine) -> pa.Table:
    try:
        return EVIDENCE.fit(module.measure(engine))
    except (pa.ArrowException, KeyError) as error:
        raise PluginError(f"Measure '{name}' gave rows that are no evidence: {error}.") from error
