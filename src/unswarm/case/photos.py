"""Test the photos of groups by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from unswarm.case.exports import OF_PHOTOS, write
from unswarm.case.folder import CaseFolder
from unswarm.case.subjects import account_in, some
from unswarm.engines import Engine
from unswarm.errors import CaseError
from unswarm.findings import Findings
from unswarm.measuring import evidence_of
from unswarm.model import EVIDENCE, MEMBERSHIP, NETWORK, RUNS, Tier
from unswarm.plugins import one
from unswarm.progress import Progress
from unswarm.store import account_ids

Groups = Mapping[str, Iterable[str]]


def test_photos(case: CaseFolder, groups: Groups | None, progress: Progress) -> Findings:
    """Test photos, as `Case.test_photos` does."""
    engine = case.engine()
    membership = _photographed(case, engine, groups)
    findings = Findings(case.name, engine, {"counts": counts_of_photos(engine)})
    names = sorted(set(membership["network"].to_pylist()))
    leads = [{"network": name, "tier": Tier.LEAD, "reason": "photos alone"} for name in names]
    for name, table in RUNS.items():
        engine.see(name, table.rows(leads if name == NETWORK.name else []))
    engine.see(MEMBERSHIP.name, membership)
    progress("testing photos", 0, 0)
    engine.see(EVIDENCE.name, evidence_of("photos", one("measures", "photos"), engine))
    write(OF_PHOTOS, findings, case.exports, progress)
    case.note("test photos", groups=len(names))
    return findings


def counts_of_photos(engine: Engine) -> dict[str, int]:
    """How many accounts have a photo, by what it shows."""
    rows = engine.fetch("SELECT result, count(*) AS photos FROM photo GROUP BY result")
    return {row["result"]: row["photos"] for row in rows.to_pylist()}


def _photographed(case: CaseFolder, engine: Engine, groups: Groups | None) -> pa.Table:
    """`model.MEMBERSHIP` of the accounts whose photos are to be tested."""
    have = set(engine.fetch("SELECT account FROM photo")["account"].to_pylist())
    if not have:
        raise CaseError(f"Case '{case.name}' holds no photos. Hint: unswarm photos DIR")
    if groups is None:
        latest = case.members()
        if latest is not None and len(latest):
            return MEMBERSHIP.fit(latest)
        return MEMBERSHIP.rows([{"network": "all", "account": a} for a in sorted(have)])
    ids = account_ids(engine)
    rows = [
        {"network": group, "account": account}
        for group, names in sorted(groups.items())
        for account in sorted({account_in(ids, name) or "" for name in names} & have)
    ]
    if not rows:
        raise CaseError(f"None of the groups' accounts has a photo, e.g. {some(have)} have.")
    return MEMBERSHIP.rows(rows)
