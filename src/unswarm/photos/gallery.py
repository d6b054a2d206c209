"""The photos of a case, group by group, each assessed beside those of everybody else."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from unswarm.engines import Engine
from unswarm.model import PHOTO
from unswarm.photos.assessment import Assessment, assess, known_pictures, same_photos
from unswarm.photos.calibration import Calibration, Share, parsed, shipped
from unswarm.tails import binomial_tail

SAMPLE = 50_000  # photos of other accounts that are looked at; fewer only make us quieter
TIGHTER = 0.01  # p below which the other accounts are on the template oftener than the reference

_COLUMNS = ", ".join(f"p.{column}" for column in PHOTO.columns)
MEMBERS = f"""
SELECT m.network AS network, {_COLUMNS}
FROM photo p JOIN membership m ON p.account = m.account ORDER BY m.network, p.account
"""
OTHERS = f"""
SELECT {_COLUMNS} FROM photo p
WHERE p.account NOT IN (SELECT account FROM membership)
ORDER BY md5(p.account), p.account LIMIT {SAMPLE}
"""
KNOWN = "SELECT label, pdq, face_pdq FROM known_photo ORDER BY label, pdq, face_pdq"
OWN = "SELECT content FROM photo_calibration"

Row = dict[str, Any]


@dataclass(frozen=True)
class Gallery:
    """The photos of a case.

    Args:
        networks: network → rows of `model.PHOTO` of its members, one each.
        others: those of accounts in no network.
        known: rows of `model.KNOWN_PHOTO`.
        calibration: the reference.
    """

    networks: Mapping[str, Sequence[Row]]
    others: Sequence[Row]
    known: Sequence[Row]
    calibration: Calibration

    @classmethod
    def of(cls, engine: Engine) -> Gallery:
        """Fetch them: `photo`, `membership`, `known_photo` and `photo_calibration`."""
        networks: dict[str, list[Row]] = defaultdict(list)
        for row in engine.fetch(MEMBERS).to_pylist():
            networks[row["network"]].append(row)
        return cls(
            networks=networks,
            others=engine.fetch(OTHERS).to_pylist() if networks else [],
            known=known_of(engine),
            calibration=calibration_of(engine),
        )

    @cached_property
    def assessments(self) -> dict[str, Assessment]:
        """What the photos of each network say."""
        everybody = {row["account"]: row for some in self.networks.values() for row in some}
        photos = [*everybody.values(), *self.others]
        shared, known = same_photos(photos), known_pictures(photos, self.known)
        return {
            network: assess(some, self.calibration, shared=shared, known=known)
            for network, some in self.networks.items()
        }

    @cached_property
    def outside(self) -> Assessment:
        """What the photos of the other accounts say."""
        return assess(
            self.others,
            self.calibration,
            shared=same_photos(self.others),
            known=known_pictures(self.others, self.known),
            framed=False,
        )

    @property
    def tighter(self) -> bool:
        """Whether the other accounts are on the template oftener than the reference.

        A platform may crop faces so, or generated faces may be among the others: either way what
        is found must be more than what they show.
        """
        theirs = self.outside.template
        p = binomial_tail(theirs.hits, theirs.of, theirs.chance)
        return bool(theirs.of and p <= TIGHTER)

    def p(self, network: str) -> float:
        """p of generated faces in a network, before the correction for several networks."""
        found, theirs = self.assessments[network].template, self.outside.template
        if not self.tighter:
            return found.p
        bound = Share(theirs.hits, theirs.of).high
        return max(found.p, float(binomial_tail(found.hits, found.of, bound)))


def calibration_of(engine: Engine) -> Calibration:
    """The reference of a case: its own, or the shipped one."""
    own = engine.fetch(OWN).to_pylist()
    return parsed(json.loads(own[0]["content"])) if own else shipped()


def known_of(engine: Engine) -> list[Row]:
    """The pictures that somebody knows, as the case holds them."""
    found: list[Row] = engine.fetch(KNOWN).to_pylist()
    return found
