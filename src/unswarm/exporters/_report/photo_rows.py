"""The queries behind the numbers about the photos of a network.

They name photos by their digest: a query that listed accounts would name them, also in a lead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from unswarm.exporters._report import listed, quoted
from unswarm.exporters._report.rows import Rows
from unswarm.photos import ONE
from unswarm.photos.assessment import eyes_of
from unswarm.photos.calibration import Calibration
from unswarm.photos.watermark import FOUND

LISTED = 300  # digests that a query may list

OF = "p.account IN (SELECT m.account FROM membership AS m WHERE m.network = {network})"
COVERED = f"SELECT p.account, p.photo, p.result, p.faces, p.score FROM photo AS p WHERE {OF}"
FACES = f"""
SELECT p.account, p.photo, p.left_x, p.left_y, p.right_x, p.right_y, {{far}} AS eye_distance
FROM photo AS p WHERE {OF} AND p.result = '{ONE}'{{more}}
"""
FAR = (
    "(sqrt(power(p.left_x - {0}, 2) + power(p.left_y - {1}, 2))"
    " + sqrt(power(p.right_x - {2}, 2) + power(p.right_y - {3}, 2))) / (2 * sqrt(2.0))"
)
LETTERED = f"""
SELECT p.account, p.photo, p.watermark FROM photo AS p WHERE {OF} AND p.watermark >= {FOUND}
"""
SHARED = f"""
SELECT p.account, p.photo, p.pdq, p.face_pdq FROM photo AS p WHERE {OF} AND p.photo IN ({{photos}})
"""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class PhotoRows:
    """Asks for the rows of one network, each query when it is first linked to.

    Args:
        group: the group of its entries.
        rows: takes them.
    """

    network: str
    group: str
    rows: Rows
    calibration: Calibration
    _asked: dict[str, str] = field(default_factory=dict)

    def covered(self) -> str:
        """All its photos."""
        return self._ask("Photos of members", COVERED)

    def faces(self) -> str:
        """Photos with one face, with the place of the eyes."""
        return self._eyes("Photos with one face: where the eyes are")

    def hits(self) -> str:
        """Those on the template as it is."""
        return self._eyes("Photos on the template", f" AND {self._far} < {self.calibration.hit}")

    def aligned(self, photos: Sequence[Row]) -> str:
        """These of them, which are on the template or, if cropped, likelier so than not."""
        return self._eyes("Photos on the template", self._among(photos, ""))

    def others(self, aligned: Sequence[Row]) -> str:
        """All but these of them."""
        return self._eyes("Photos not on the template", self._among(aligned, "NOT "))

    def _among(self, aligned: Sequence[Row], negated: str) -> str:
        """The condition; empty where the photos are too many to list."""
        if self.calibration.hits(eyes_of(aligned)).all():
            return f" AND {negated}{self._far} < {self.calibration.hit}"
        digests = sorted({row["photo"] for row in aligned})
        listable = len(digests) <= LISTED
        return f" AND {negated}p.photo IN ({listed(digests)})" if listable else ""

    def lettered(self) -> str:
        """Photos that carry a generator's text."""
        return self._ask("Photos with a generator's text", LETTERED)

    def shared(self, digests: Sequence[str]) -> str:
        """Photos with these digests; all where they are too many to list."""
        if len(set(digests)) > LISTED:
            return self.covered()
        inside = listed(sorted(set(digests)))
        return self._ask("Photos that several members show", SHARED, photos=inside)

    @property
    def _far(self) -> str:
        return FAR.format(*self.calibration.template)

    def _eyes(self, title: str, more: str = "") -> str:
        return self._ask(title, FACES, more=more, far=self._far)

    def _ask(self, title: str, sql: str, **values: str) -> str:
        asked = sql.format(network=quoted(self.network), **values)
        if asked not in self._asked:
            self._asked[asked] = self.rows.ask(self.group, title, asked)
        return self._asked[asked]
