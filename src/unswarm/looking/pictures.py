"""The profile photos of a network: the wall, the mean of all, and where the eyes are."""

from __future__ import annotations

from typing import Any

from unswarm.engines import quoted
from unswarm.exporters._report import pictures as drawn
from unswarm.findings import Findings
from unswarm.looking import many, one
from unswarm.photos import ONE
from unswarm.photos.gallery import calibration_of

WALL = 600  # photos on a wall, at most

SHOWN = (
    *("account", "handle", "photo", "result", "reason", "form", "width", "height", "camera"),
    *("faces", "left_x", "left_y", "right_x", "right_y", "watermark", "pdq", "kept"),
)

PICTURED = "SELECT 1 AS one FROM photo AS p JOIN membership AS m ON m.account = p.account"
PHOTOS = """
SELECT p.*, a.handle, v.photo IS NOT NULL AS kept
FROM photo AS p JOIN membership AS m ON m.account = p.account
LEFT JOIN account AS a ON a.account = p.account
LEFT JOIN (SELECT DISTINCT photo FROM preview) AS v ON v.photo = p.photo
WHERE m.network = {network}
ORDER BY count(*) OVER (PARTITION BY coalesce(p.pdq, p.photo)) DESC, coalesce(p.pdq, p.photo),
         p.account
"""


def pictured(findings: Findings, network: str) -> bool:
    """Whether a network has photos."""
    return one(findings, f"{PICTURED} WHERE m.network = {quoted(network)} LIMIT 1") is not None


def wall(findings: Findings, network: str) -> dict[str, Any] | None:
    """The photos of a network, the same ones side by side; None where it has none.

    Returns:
        `photos`: the first `WALL` of `total`; `composite`: the mean of all with one face, as the
        address of a PNG, empty where they are too few; `template`: where generators put the eyes.
    """
    rows = many(findings, PHOTOS.format(network=quoted(network)))
    if not rows:
        return None
    faces = [row for row in rows if row["result"] == ONE]
    kept = drawn.different(faces, drawn.EACH)
    jpegs = list(drawn.previews(findings, kept).values())
    return {
        "photos": [{name: row[name] for name in SHOWN} for row in rows[:WALL]],
        "total": len(rows),
        "faces": len(faces),
        "averaged": len(jpegs),
        "composite": drawn.mean(jpegs) or "",
        "template": [round(float(value), 4) for value in _template(findings)],
    }


def _template(findings: Findings) -> Any:
    return calibration_of(findings.engine).template


def preview(findings: Findings, photo: str) -> bytes | None:
    """A photo made small, as JPEG; None: the case keeps none."""
    row = one(findings, f"SELECT jpeg FROM preview WHERE photo = {quoted(photo)} LIMIT 1")
    return row["jpeg"] if row else None
