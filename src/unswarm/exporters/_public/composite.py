"""The mean of the accounts' profile photos: sharp where a generator put all eyes on one spot."""

from __future__ import annotations

from collections.abc import Sequence

from unswarm.exporters._public.blocks import Block, Paragraph, Picture
from unswarm.exporters._report.pictures import different, mean, previews
from unswarm.findings import Findings
from unswarm.photos import ONE

MOST = 400  # pictures; a mean of more looks the same
PHOTOS = "SELECT p.* FROM photo AS p JOIN covered AS c ON c.account = p.account ORDER BY p.account"
FEW = "The photos are too few, or too many are the same, for a mean that shows nobody."
WORDS = (
    "The mean of {used} different profile photos {what}. Eyes stay sharp where a generator put "
    "them on one spot; photos of people blur. It shows nobody."
)


def composite(findings: Findings) -> Sequence[Block]:
    """The mean as a picture; nothing where the case holds no photos of these accounts."""
    rows = list(findings.query(PHOTOS))
    faces = [row for row in rows if row["result"] == ONE]
    if not rows:
        return []
    for some, what in ((faces, "with one face"), (rows, "of all kinds")):
        kept = list(previews(findings, different(some, MOST)).values())
        if address := mean(kept):
            return [Picture(address, WORDS.format(used=f"{len(kept):,}", what=what))]
    return [Paragraph(FEW)]
