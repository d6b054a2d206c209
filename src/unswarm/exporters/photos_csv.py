"""photos.csv: every photo with what it shows; a share of real photos, never a verdict.

`aligned` is the share of real profile photos that are at least as aligned with the template of
generated faces, with its 95 % interval: of a face it says how unusual its place is, not who made
it. `same` counts the other accounts that show the same picture of a face.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from unswarm.findings import Findings
from unswarm.photos import ONE
from unswarm.photos.assessment import eyes_of, known_pictures, same_photos
from unswarm.photos.calibration import Calibration, Share
from unswarm.photos.gallery import calibration_of, known_of
from unswarm.photos.watermark import FOUND

suffix = ".csv"

HEADER = (
    *("account", "file", "photo", "networks", "result", "aligned", "aligned_low", "aligned_high"),
    *("on_template", "watermark", "same", "known", "reason"),
)
PHOTOS = "SELECT * FROM photo ORDER BY account"
NETWORKS = """
SELECT account, string_agg(network, ' ' ORDER BY network) AS networks
FROM membership GROUP BY account
"""

Row = Mapping[str, Any]


def export(findings: Findings, path: Path) -> None:
    """Write a row per account with a photo to `path`."""
    photos = list(findings.query(PHOTOS))
    networks = {row["account"]: row["networks"] for row in findings.query(NETWORKS)}
    calibration = calibration_of(findings.engine)
    known = known_pictures(photos, known_of(findings.engine))
    same = {a: len(some) - 1 for some in same_photos(photos) for a in some}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row, aligned, on in _aligned(photos, calibration):
            account = row["account"]
            writer.writerow(
                [
                    *(account, row["file"], row["photo"], networks.get(account, "")),
                    *(row["result"], *aligned, on, _yes((row["watermark"] or 0) >= FOUND)),
                    *(same.get(account, 0), known.get(account, ""), row["reason"] or ""),
                ]
            )


def _aligned(
    photos: Sequence[Row], calibration: Calibration
) -> Iterator[tuple[Row, tuple[str, str, str], str]]:
    """Each photo with its share and interval, and whether it is on the template, if known."""
    eyes = eyes_of(photos)
    known = iter(zip(calibration.shares(eyes), calibration.hits(eyes), strict=True))
    for row in photos:
        if row["result"] != ONE:
            yield row, ("", "", ""), ""
            continue
        share, on = next(known)
        yield row, _interval(share), _yes(bool(on))


def _interval(share: Share) -> tuple[str, str, str]:
    return f"{share.value:.4f}", f"{share.low:.4f}", f"{share.high:.4f}"


def _yes(yes: bool) -> str:
    return "yes" if yes else "no"
