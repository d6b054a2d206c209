"""Indicators in the form of Meta's Online Operations Kill Chain, as CSV.

One indicator a row, `Tactic,Technique,Procedure,Indicator,Notes`, in the order of the kill chain, a
blank row between phases: the form of the files of Meta's threat research since 2023. Only networks
that may be handed on stand in it. Their accounts are counted; sites are defanged; techniques bring
the sentences of evidence they rest on, without the accounts that these give as examples.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from unswarm.exporters._meta import Chain, by_phase
from unswarm.exporters._tables import FORMULA
from unswarm.findings import Findings

suffix = ".csv"

HEADER = ("Tactic", "Technique", "Procedure", "Indicator", "Notes")
BLANK = ("",) * len(HEADER)
DANGEROUS = re.compile(FORMULA)


@dataclass(frozen=True)
class Options:
    """Whether the networks' own accounts are told.

    Args:
        accounts: true: list them, each with its kind, besides counting them.
    """

    accounts: bool = False


DEFAULT = Options()


def export(findings: Findings, path: Path, options: Options = DEFAULT) -> None:
    """Write the rows to `path`; a header alone says that no network may be handed on."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        phases = by_phase(Chain(findings).rows(options.accounts))
        for place, rows in enumerate(phases.values()):
            table.writerows([BLANK] if place else [])
            for row in rows:
                cells = (row.tactic, row.technique, row.procedure, row.indicator, row.notes)
                table.writerow([_harmless(cell) for cell in cells])


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, see `_tables`."""
    return DANGEROUS.sub(r"'\1", cell)
