"""Networks of the past that come back: their fingerprints, looked for in what is new.

Compared are those that somebody names (`--past`), and the networks of this very case that people
have called inauthentic, as they were when that was said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from unswarm import fingerprint
from unswarm.alerts import Alert, Claim, Tied, returned
from unswarm.alerts.book import Told
from unswarm.case import Case
from unswarm.engines import quoted
from unswarm.expansion import look_for
from unswarm.findings import NAMED, Findings
from unswarm.fingerprint import Fingerprint
from unswarm.folder import aside
from unswarm.sealing import tells

FOLDER = Path("watch") / "fingerprints"


def remember(case: Case, findings: Findings) -> None:
    """Keep the fingerprints of a run's networks as they are now.

    That of a network which people have called inauthentic stays as it was, so that who comes after
    it does not become part of it unseen.
    """
    folder = case.path / FOLDER
    kept = {file.stem for file in _banned(case)}
    new = [each for each in findings.run["remembered"] if each not in kept]
    for found in fingerprint.fingerprints(findings, new):
        folder.mkdir(parents=True, exist_ok=True)
        with aside(folder / f"{found.network}.json") as partial:
            partial.write_text(fingerprint.dumps([found]), encoding="utf-8")


def comebacks(case: Case, findings: Findings, past: Sequence[str], told: Told) -> Iterator[Alert]:
    """Alerts of accounts that are tied to networks of the past.

    Those that are, or were told as, a network's own are no return of it.
    """
    prints = [each for path in past for each in case.prints(Path(path))]
    own = [each for file in _banned(case) for each in fingerprint.loads(file)]
    linked = _linked(findings)
    for left in [*prints, *own]:
        known = told.came_back(left.case, left.network)
        reasons = _matched(case, findings, left)
        if left in own:
            known |= told.known.get(left.network, frozenset()) | _members(findings, left.network)
            for account, ties in linked.get(left.network, {}).items():
                reasons.setdefault(account, []).append(ties)
        named = {a: each for a, each in reasons.items() if findings.record.may_be_named(a)}
        alert = returned(left.case, left.network, findings, named, known)
        if alert is not None:
            yield alert


def _linked(findings: Findings) -> dict[str, dict[str, Tied]]:
    """Network of this run → account that is tied to it → by what.

    While a network is still in the data, a fingerprint of it finds little: what its members have is
    nothing rare there.
    """
    found: dict[str, dict[str, Tied]] = {}
    for row in findings.query("SELECT * FROM linked WHERE named ORDER BY account"):
        found.setdefault(row["network"], {})[row["account"]] = _tied(row)
    return found


def _members(findings: Findings, network: str) -> frozenset[str]:
    rows = findings.query(f"SELECT account FROM membership WHERE network = {quoted(network)}")
    return frozenset(row["account"] for row in rows)


def _banned(case: Case) -> list[Path]:
    """Fingerprints of networks of this case that people have called inauthentic."""
    files = (case.path / FOLDER / f"{name}.json" for name in case.record.inauthentic("network"))
    return [file for file in files if file.exists()]


def _matched(case: Case, findings: Findings, left: Fingerprint) -> dict[str, list[Tied]]:
    """Account → what it has of a network of the past, where that is beyond chance."""
    found = look_for(findings.engine, left, case.settings, tells(case.path))
    reasons: dict[str, list[Tied]] = {}
    for row in found.linked.to_pylist():
        if row["named"]:
            reasons.setdefault(row["account"], []).append(_tied(row))
    for row in found.counterparts.to_pylist():
        if row["probability"] >= NAMED:
            agrees = "; ".join(str(row["agrees"]).splitlines())
            claim = Claim(f"looks like {row['account']} ({row['probability']:.0%}): {agrees}.")
            reasons.setdefault(row["other"], []).append(Tied(claim, ("profile",)))
    return reasons


def _tied(row: Mapping[str, Any]) -> Tied:
    """A row of `model.LINKED` in words."""
    claim = Claim(f"{row['explanation']} (q = {row['q']:.1g})", row["p"])
    return Tied(claim, tuple(row["ties"].split()))
