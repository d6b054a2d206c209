"""Techniques as DISARM's own attack patterns, each used by a network as evidence shows."""

from __future__ import annotations

from collections.abc import Iterator

from unswarm.exporters._stix.maker import Maker, Thing
from unswarm.tactics import Tactic

FOUNDATION = "identity--f1a0f560-2d9e-4c5d-bf47-7e96e805de82"
LICENCE = "marking-definition--f79f25d2-8b96-4580-b169-eb7b613a7c31"
RELEASED = "2024-11-22T16:43:58.073Z"
COMMON = {"spec_version": "2.1", "created": RELEASED}


def foundation() -> Iterator[Thing]:
    """Whose the techniques are, and under which licence, by the ids of DISARM's bundle."""
    yield {
        "type": "identity",
        **COMMON,
        "id": FOUNDATION,
        "modified": RELEASED,
        "name": "DISARM Foundation",
        "identity_class": "organization",
    }
    yield {
        "type": "marking-definition",
        **COMMON,
        "id": LICENCE,
        "created_by_ref": FOUNDATION,
        "name": "DISARM Foundation",
        "definition_type": "statement",
        "definition": {"statement": "CC-BY-SA-4.0 DISARM Foundation"},
    }


def technique(each: Tactic) -> Thing:
    """One technique."""
    return {
        "type": "attack-pattern",
        **COMMON,
        "id": each.stix,
        "created_by_ref": FOUNDATION,
        "modified": RELEASED,
        "name": each.name,
        "kill_chain_phases": [{"kill_chain_name": "disarm", "phase_name": each.disarm_phase}],
        "external_references": [{"source_name": "DISARM", "external_id": each.disarm}],
        "object_marking_refs": [LICENCE],
    }


def used(make: Maker, each: Tactic, campaign: str, because: list[str]) -> Thing:
    """That a network used it, and the evidence of that."""
    return make.link(campaign, "uses", each.stix, description=" ".join(because))
