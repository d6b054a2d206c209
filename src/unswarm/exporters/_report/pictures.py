"""The pictures about profile photos: means of many, and where eyes are; never a single photo."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from unswarm.errors import SettingsError
from unswarm.exporters._report import listed
from unswarm.exporters._report.material import fair
from unswarm.findings import Findings
from unswarm.photos.assessment import same_photos
from unswarm.photos.composite import composite
from unswarm.photos.decode import png
from unswarm.photos.geometry import Floats

EACH = 400  # photos in a mean: more change nothing that can be seen
ALL = 10_000  # photos in all means of a report
POINTS = 20_000  # photos in all drawings of eyes of a report
UNIT = 1_000  # side of a drawing of eyes
EDGE = 20  # drawn around it: eyes may lie a little outside of a photo
GAP, ARM = 22, 60  # of a cross, from its middle

PREVIEWS = "SELECT v.photo, v.jpeg FROM preview AS v WHERE v.photo IN ({photos}) ORDER BY v.photo"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Drawing:
    """Where eyes are, in a square that stands for the photo; paths of SVG."""

    aligned: str
    others: str
    crosses: str
    shown: int
    of: int


def different(photos: Sequence[Row], most: int) -> list[str]:
    """Digests of at most so many of some photos, no two of them the same picture."""
    by_digest = {row["photo"]: row for row in photos}
    chosen = [by_digest[digest] for digest in sorted(by_digest)[:most]]
    unique = [{**row, "account": row["photo"]} for row in chosen]
    again = {digest for same in same_photos(unique) for digest in sorted(same)[1:]}
    return [row["photo"] for row in chosen if row["photo"] not in again]


def previews(findings: Findings, digests: Iterable[str]) -> dict[str, bytes]:
    """Digest → preview, of those the case keeps."""
    asked = sorted(set(digests))
    if not asked:
        return {}
    rows = findings.query(PREVIEWS.format(photos=listed(asked)))
    return {row["photo"]: row["jpeg"] for row in rows}


def mean(jpegs: Sequence[bytes]) -> str | None:
    """The mean of previews as the address of a PNG: empty where they are too few, None where
    Pillow is not installed."""
    try:
        found = composite(jpegs)
        if found is None:
            return ""
        return "data:image/png;base64," + base64.b64encode(png(found)).decode()
    except SettingsError:
        return None


def cap(sizes: Iterable[int], budget: int, each: int | None = None) -> int:
    """How many of each size may be taken, so that all fit into a budget."""
    fits = fair(sizes, budget)
    return fits if each is None else min(fits, each)


def drawing(aligned: Floats, others: Floats, template: Sequence[float], most: int) -> Drawing:
    """A drawing of eyes (n, 4) that are on a template and of those that are not.

    Args:
        most: photos that are drawn, the aligned ones first.
    """
    first, second = aligned[:most], others[: max(0, most - len(aligned))]
    shown, of = len(first) + len(second), len(aligned) + len(others)
    return Drawing(dots(first), dots(second), _crosses(template), shown, of)


def dots(eyes: Floats) -> str:
    """Both eyes of each row as points of no length, which a stroke's cap makes round or square."""
    places = np.clip(np.rint(eyes.reshape(-1, 2) * UNIT), -EDGE, UNIT + EDGE).astype(int)
    return "".join(f"M{x} {y}h0" for x, y in np.unique(places, axis=0).tolist())


def _crosses(template: Sequence[float]) -> str:
    x1, y1, x2, y2 = (round(UNIT * value) for value in template)
    return "".join(chain.from_iterable(_cross(x, y) for x, y in ((x1, y1), (x2, y2))))


def _cross(x: int, y: int) -> Iterable[str]:
    for sign in (-1, 1):
        yield f"M{x + sign * GAP} {y}h{sign * ARM}"
        yield f"M{x} {y + sign * GAP}v{sign * ARM}"
