"""What may be said of a network: words tied to evidence.

Coordination is not inauthenticity. A confirmed network is `coordinated`, authenticity
undetermined, unless its evidence says more; a lead is called nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from unswarm.model import (
    AUTOMATED,
    COORDINATED,
    OPENLY_ORGANISED,
    SIGNS_OF_INAUTHENTICITY,
    Tier,
)

SIGNIFICANT = 0.01  # after Holm over the networks of the run
FAMILIES_NEEDED = 2

# how the claims of measures begin that say what the accounts themselves disclose
_DISCLOSED = {"openly organised:": OPENLY_ORGANISED, "automated, disclosed:": AUTOMATED}


def label(tier: str, evidence: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """The label of a network and its kinds of evidence of inauthenticity.

    Signs of inauthenticity take significant evidence of two different families, so that no single
    measure decides. They outweigh what the accounts disclose; open organisation outweighs
    automation.

    Args:
        tier: `confirmed` or `lead`.
        evidence: the network's rows of `model.EVIDENCE`.

    Returns:
        The label, empty unless the tier is `confirmed`, and the families of significant
        inauthentic evidence, sorted and space separated.
    """
    rows = list(evidence)
    families = _families(rows)
    words = _words(rows, len(families)) if tier == Tier.CONFIRMED else ""
    return words, " ".join(families)


def _families(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({row["family"] for row in rows if row["inauthentic"] and _significant(row)})


def _significant(row: Mapping[str, Any]) -> bool:
    return row["p"] is not None and row["p"] <= SIGNIFICANT


def _words(rows: list[Mapping[str, Any]], families: int) -> str:
    if families >= FAMILIES_NEEDED:
        return SIGNS_OF_INAUTHENTICITY
    for opening, words in _DISCLOSED.items():
        if any(row["family"] == "innocent" and row["claim"].startswith(opening) for row in rows):
            return words
    return COORDINATED
