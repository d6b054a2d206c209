"""The words that people and the tool use of networks and accounts."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a person decided about a network or an account."""

    INAUTHENTIC = "inauthentic"
    AUTHENTIC = "authentic"  # coordinated, but a fan club, a newsroom, a party
    NOT_COORDINATED = "not coordinated"
    UNDECIDED = "undecided"

    def combine(self, later: Verdict) -> Verdict:
        """The verdict after a second one: an undecided reader changes nothing."""
        return self if later is Verdict.UNDECIDED else later


class Tier(StrEnum):
    """How far a network got. Only `CONFIRMED` is a finding; a lead says why it is none."""

    CONFIRMED = "confirmed"
    LEAD = "lead"


CHOSEN_BY = {
    "profiles": frozenset({"creation"}),
    "ties": frozenset({"administration", "infrastructure", "identity", "photos"}),
}
"""Signals of a lead that nothing it did gave away → families of evidence that chose it, and are no
further sign of what it is."""

COORDINATED = "coordinated"
OPENLY_ORGANISED = "coordinated, openly organised"
AUTOMATED = "coordinated, automated"
SIGNS_OF_INAUTHENTICITY = "coordinated, signs of inauthenticity"
"""What may be said of a finding: see `unswarm.detection.labels`."""

DISCLOSED = frozenset({OPENLY_ORGANISED, AUTOMATED})
"""Labels of those who hide nothing."""
