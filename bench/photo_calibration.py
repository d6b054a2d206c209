"""Writes the shipped calibration of photos from a table of eye positions.

    python bench/photo_calibration.py reference_eyes.csv

The table has a row per photo: population (real_profile, real_ffhq_aligned, stylegan2 …),
source_id, cond (c0: fitted to 400 px and otherwise as found), n_faces, lx, ly, rx, ry. It holds no
picture; see docs/photos.md for where the photos came from.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import unswarm.photos
from unswarm.photos.calibration import Calibration, save
from unswarm.photos.geometry import Floats, rows
from unswarm.photos.mtcnn import NAME

SAYS = (
    "profile photos of 13 public web sites of technology communities, newsrooms and public service"
)
Row = Mapping[str, str]


def main() -> None:
    """Read the table named on the command line and write the calibration into the package."""
    with Path(sys.argv[1]).open(newline="", encoding="utf-8") as file:
        table = [row for row in csv.DictReader(file) if row["cond"] == "c0" and row["lx"]]
    real = [row for row in table if row["population"] == "real_profile"]
    sources = sorted({row["source_id"] for row in real})
    calibration = Calibration(
        name="shipped reference",
        detector=NAME,
        says=SAYS,
        template=(0.3733, 0.4690, 0.6270, 0.4690),
        hit=0.0147,
        generated=_eyes(row for row in table if row["population"] == "stylegan2"),
        real=_eyes(real),
        folds=tuple(sources.index(row["source_id"]) for row in real),
        aligned=_eyes(row for row in table if row["population"] == "real_ffhq_aligned"),
    )
    folder = Path(unswarm.photos.__file__).parent / "calibrations"
    save(calibration, folder / f"{NAME}.json")
    print(f"{len(real)} real photos, {calibration.real_hits} on the template by chance")


def _eyes(some: Iterable[Row]) -> Floats:
    return rows([[float(row[key]) for key in ("lx", "ly", "rx", "ry")] for row in some])


if __name__ == "__main__":
    main()
