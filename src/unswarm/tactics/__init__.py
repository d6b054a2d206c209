"""What a network did, in the field's words: techniques of DISARM and of Meta's kill chain.

A technique is named only where the case holds evidence of it, and names that evidence. Technique
names come from `disarm.csv` (DISARM 1.6, CC BY-SA 4.0) and `killchain.csv` (Meta's Online
Operations Kill Chain, MIT); `LICENSES.md` says more.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from unswarm.findings import Findings
from unswarm.tactics.rules import RULES, Rule
from unswarm.tactics.signs import Signs


@dataclass(frozen=True)
class Tactic:
    """One technique that a network used, and how that is known.

    Args:
        disarm: id in DISARM 1.6, e.g. `T0150.008`; empty: it has no name for it.
        name: its name there.
        stix: id of its attack pattern in DISARM's own STIX bundle.
        disarm_phase: its phase there, e.g. `establish-assets`.
        phase, technique, procedure: Meta's strings, byte for byte; empty: no name for it.
        misp: its name in MISP's galaxy, which has DISARM 1.4; empty: none.
        because: the sentences of evidence it rests on.
    """

    disarm: str
    name: str
    stix: str
    disarm_phase: str
    phase: str
    technique: str
    procedure: str
    misp: str
    because: tuple[str, ...]

    @property
    def title(self) -> str:
        """What a reader is shown: DISARM's name, else Meta's."""
        return self.name or (self.procedure or self.technique).strip()


def tactics(findings: Findings, network: str) -> list[Tactic]:
    """The techniques that a network's evidence shows, in the order of the kill chain."""
    signs = Signs(findings, network)
    return [_tactic(rule, because) for rule in RULES if (because := rule.sees(signs))]


def _tactic(rule: Rule, because: tuple[str, ...]) -> Tactic:
    name, stix, disarm_phase = disarm()[rule.disarm] if rule.disarm else ("", "", "")
    chain = killchain()[rule.killchain] if rule.killchain else ("", "", "")
    return Tactic(rule.disarm, name, stix, disarm_phase, *chain, rule.misp, because)


@cache
def disarm() -> dict[str, tuple[str, str, str]]:
    """Id → name, STIX id, phase."""
    return {row[0]: (row[1], row[3], row[2]) for row in _rows("disarm.csv")}


@cache
def killchain() -> dict[str, tuple[str, str, str]]:
    """Number of a procedure, or of a technique → tactic, technique, procedure."""
    rows = list(_rows("killchain.csv"))
    found = {row[2].split()[0]: (row[0], row[1], row[2]) for row in rows}
    return {row[1].split()[0]: (row[0], row[1], "") for row in rows} | found


def _rows(name: str) -> Iterator[list[str]]:
    text = files(__package__).joinpath(name).read_text("utf-8")
    rows = csv.reader(text.splitlines())
    next(rows)
    yield from rows
