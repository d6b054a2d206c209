"""How well and how fast photos are told: accuracy, false matches, milliseconds.

    python bench/photos.py accuracy FACES     # a folder with images/ and reference_eyes.csv
    python bench/photos.py groups FACES       # power and false alarms of the test for groups
    python bench/photos.py pictures FACES     # PDQ: false matches, recall after crops and re-saving
    python bench/photos.py speed FACES        # per photo and core, beside decoding alone
    python bench/photos.py many FACES [N]     # N photos (default 2,000) on every core, cut off once

Accuracy is measured twice: from the eye positions of the reference, each source judged by a
calibration made from the others; and from the images, through the whole program, by the shipped
calibration. Real photos in FACES are read, never shown or copied.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.stats import rankdata

from unswarm.photos import ONE, look
from unswarm.photos.calibration import Calibration, shipped
from unswarm.photos.decode import decode
from unswarm.photos.geometry import Floats, rows
from unswarm.photos.groups import spread, template
from unswarm.photos.likelihood import Likelihood
from unswarm.photos.pdq import SAME, SAME_FACE, distance
from unswarm.photos.work import looked

Row = dict[str, str]
EYES = ("lx", "ly", "rx", "ry")
CONDITIONS = ("c0", "c400", "c200", "c73", "c48", "crop3", "crop8", "crop15", "rot5")


def main() -> None:
    """Run what the command line asks for."""
    asked, folder, *more = sys.argv[1:]
    known = {f.__name__: f for f in (accuracy, groups, pictures, speed, many)}
    known[asked](Path(folder), *map(int, more))


# --- accuracy


def accuracy(folder: Path) -> None:
    """AUC, and how many generated faces are told at 1 and 1.2 % of real photos."""
    print("from eye positions, each source judged by the others")
    table = _table(folder / "reference_eyes.csv")
    for condition in CONDITIONS:
        real, generated = _cross_fitted(table, condition)
        print(f"  {condition:7}", _figures(real, generated, _null()))
    print("from the images, by the shipped calibration")
    for name, change in CHANGES.items():
        real, generated = _of_images(folder, change)
        print(f"  {name:12}", _figures(real, generated, _null()))


def _null() -> Floats:
    return shipped().likelihood.real_cropped


def _figures(real: Floats, generated: Floats, null: Floats) -> str:
    area = _area(real, generated)
    said = [f"AUC {area:.4f} ({len(generated)} generated, {len(real)} real)"]
    for share in (0.01, 0.012):
        threshold = np.quantile(null, 1 - share)
        rates = (float((some >= threshold).mean()) for some in (generated, real))
        said.append("at {:.1%}: {:.1%} of generated, {:.2%} of real".format(share, *rates))
    return "; ".join(said)


def _area(real: Floats, generated: Floats) -> float:
    """Area under the ROC curve, by ranks (Mann & Whitney 1947)."""
    ranks = rankdata(np.concatenate([real, generated]))[len(real) :].sum()
    least = len(generated) * (len(generated) + 1) / 2
    return float((ranks - least) / (len(real) * len(generated)))


def _table(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["lx"] and row["n_faces"] == "1"]


def _eyes(table: Sequence[Row]) -> Floats:
    return rows([[float(row[key]) for key in EYES] for row in table])


def _cross_fitted(table: Sequence[Row], condition: str) -> tuple[Floats, Floats]:
    """Real photos against the other sources; generated against all."""
    calibration = shipped()
    reference = [r for r in table if r["population"] == "real_profile" and r["cond"] == "c0"]
    real, found = [r for r in table if r["population"] == "real_profile"], []
    for source in sorted({row["source_id"] for row in reference}):
        others = _eyes([row for row in reference if row["source_id"] != source])
        likelihood = Likelihood(calibration.generated, others, tuple(range(len(others))))
        own = [r for r in real if r["source_id"] == source and r["cond"] == condition]
        found.append(likelihood.cropped(_eyes(own)))
    generated = [r for r in table if r["population"] == "stylegan2" and r["cond"] == condition]
    return np.concatenate(found), calibration.likelihood.cropped(_eyes(generated))


# --- images

Change = Callable[[Image.Image, np.random.Generator], Image.Image]


def _saved(side: int, quality: int) -> Change:
    def change(image: Image.Image, _: np.random.Generator) -> Image.Image:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        return image

    change.quality = quality  # type: ignore[attr-defined]
    return change


def _cut(most: float) -> Change:
    def change(image: Image.Image, random: np.random.Generator) -> Image.Image:
        share = random.uniform(0, most)
        width, height = image.size
        left, top = random.uniform(0, share, 2) * (width, height)
        box = (left, top, left + width * (1 - share), top + height * (1 - share))
        return image.crop(tuple(map(round, box)))

    return change


def _turned(degrees: float) -> Change:
    return lambda image, random: image.rotate(
        random.uniform(-degrees, degrees), Image.Resampling.BICUBIC
    )


CHANGES: dict[str, Change] = {
    "as found": lambda image, _: image,
    "400 px": _saved(400, 90),
    "200 px q70": _saved(200, 70),
    "73 px q85": _saved(73, 85),
    "48 px q85": _saved(48, 85),
    "crop <= 3 %": _cut(0.03),
    "crop <= 8 %": _cut(0.08),
    "crop <= 15 %": _cut(0.15),
    "turned <= 5": _turned(5),
}


def _images(folder: Path, *kinds: str) -> Iterator[tuple[str, Image.Image]]:
    for file in sorted((folder / "images").iterdir()):
        if file.name.startswith(kinds):
            yield file.name, Image.open(file).convert("RGB")


def _bytes(image: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _changed(folder: Path, change: Change, *kinds: str) -> list[dict[str, Any]]:
    random, quality = np.random.default_rng(0), getattr(change, "quality", 90)
    return [look(_bytes(change(image, random), quality)) for _, image in _images(folder, *kinds)]


def _of_images(folder: Path, change: Change) -> tuple[Floats, Floats]:
    names = ("left_x", "left_y", "right_x", "right_y")
    found = []
    for kind in ("real_", "gan_"):
        seen = [row for row in _changed(folder, change, kind) if row["result"] == ONE]
        found.append(shipped().likelihood.cropped([[row[n] for n in names] for row in seen]))
    return found[0], found[1]


# --- groups

SPLITS, DRAWS = 4, 100
MIXED = ((10, 3), (20, 2), (20, 3), (20, 4), (40, 4), (60, 3), (60, 4), (60, 10), (100, 5))
SIZES = (10, 20, 40, 60, 100)


def groups(folder: Path) -> None:
    """Groups drawn from sources that the calibration has not seen; half of the sources each."""
    table = _table(folder / "reference_eyes.csv")
    random = np.random.default_rng(0)
    for condition in ("c0", "c200", "crop8"):
        drawn = [_split(table, condition, random) for _ in range(SPLITS)]
        for size, generated in MIXED:
            some = [_mixed(c, real, fake, size, generated, random) for c, real, fake in drawn]
            print(f"{condition:6} {generated:3} of {size:3} generated:", _rates(some))
        none = [_mixed(c, r, r, n, 0, random) for c, r, _ in drawn for n in SIZES]
        print(f"{condition:6} real photos of other sources:", _rates(none))
    for name in ("real_official", "sd21", "real_ffhq_aligned"):
        eyes = _eyes([r for r in table if r["population"] == name and r["cond"] == "c0"])
        some = [_mixed(shipped(), eyes, eyes, n, 0, random) for n in SIZES]
        print(f"all of {name}:", _rates(some))


Split = tuple[Calibration, Floats, Floats]


def _split(table: Sequence[Row], condition: str, random: np.random.Generator) -> Split:
    """A calibration of half the sources, and the real photos of the other half."""
    real = [r for r in table if r["population"] == "real_profile"]
    sources = sorted({row["source_id"] for row in real})
    kept = set(random.choice(sources, len(sources) // 2, replace=False))
    own = [r for r in real if r["source_id"] in kept and r["cond"] == "c0"]
    folds = tuple(sources.index(row["source_id"]) for row in own)
    others = [r for r in real if r["source_id"] not in kept and r["cond"] == condition]
    generated = [r for r in table if r["population"] == "stylegan2" and r["cond"] == condition]
    calibration = replace(shipped(), real=_eyes(own), folds=folds)
    return calibration, _eyes(others), _eyes(generated)


def _mixed(
    calibration: Calibration,
    real: Floats,
    generated: Floats,
    size: int,
    count: int,
    random: np.random.Generator,
) -> list[tuple[float, float, bool]]:
    """(p of the count, p, found) of groups drawn at random."""
    found = []
    for _ in range(DRAWS):
        some = real[random.integers(0, len(real), size - count)]
        eyes = np.concatenate([some, generated[random.integers(0, len(generated), count)]])
        said, aligned = template(eyes, calibration), spread(eyes, calibration)
        loose = aligned is not None and aligned.loose
        found.append((said.p_count, said.p, said.found and not loose))
    return found


def _rates(drawn: Sequence[Sequence[tuple[float, float, bool]]]) -> str:
    found = [group for some in drawn for group in some]
    count, p, yes = (np.array(values) for values in zip(*found, strict=True))
    return (
        f"count p < 0.01 in {(count < 0.01).mean():.1%}, p < 0.01 in {(p < 0.01).mean():.1%}, "
        f"found in {yes.mean():.1%} of {len(found)}"
    )


# --- pictures used again


def pictures(folder: Path) -> None:
    """The nearest different pictures, and how many changed ones are still matched."""
    for kind in ("real_", "gan_", "diff_"):
        seen = _changed(folder, CHANGES["as found"], kind)
        for name, most in HASHES.items():
            hashes = [row[name] for row in seen if row.get(name)]
            far = sorted(distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i])
            within = sum(d <= most for d in far)
            print(f"{kind:6}{name:9} nearest {far[:8]}, at most {most}: {within} of {len(far):,}")
    original = _changed(folder, CHANGES["as found"], "gan_", "diff_")
    for what, change in (CHANGES | MORE_CHANGES).items():
        other = _changed(folder, change, "gan_", "diff_")
        found = (f"{n}: {_recall(original, other, n, most):.1%}" for n, most in HASHES.items())
        print(f"{what:13}", *found)


HASHES = {"pdq": SAME, "face_pdq": SAME_FACE}
MORE_CHANGES: dict[str, Change] = {
    "mirrored": lambda image, _: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "crop <= 10 %": _cut(0.1),
}
Looks = Sequence[dict[str, Any]]


def _recall(original: Looks, other: Looks, name: str, most: int) -> float:
    pairs = [(a, b) for a, b in zip(original, other, strict=True) if a.get(name)]
    found = [
        any(b.get(n) and distance(a[name], b[n]) <= most for n in (name, f"{name}_mirrored"))
        for a, b in pairs
    ]
    return float(np.mean(found))


# --- speed


def speed(folder: Path) -> None:
    """Milliseconds of one core per photo, the best of three rounds, beside decoding alone."""
    files = [file.read_bytes() for file in sorted((folder / "images").iterdir())[::4]]
    look(files[0])
    whole = min(_seconds(look, files) for _ in range(3))
    floor = min(_seconds(decode, files) for _ in range(3))
    ratio = whole / floor
    print(f"look {1000 * whole:.1f} ms, decoding {1000 * floor:.1f} ms, ratio {ratio:.1f}")


def _seconds(work: Callable[[bytes], Any], files: Sequence[bytes]) -> float:
    began = time.process_time()
    for content in files:
        work(content)
    return (time.process_time() - began) / len(files)


def many(folder: Path, count: int = 2_000) -> None:
    """Photos on one process and on every core: seconds, and how much faster."""
    names = sorted((folder / "images").iterdir())
    files = [names[i % len(names)] for i in range(count)]
    for workers in (1, os.cpu_count() or 1):
        began = time.perf_counter()
        done = sum(len(chunk) for chunk in looked(files, workers=workers))
        seconds = time.perf_counter() - began
        each = 1000 * seconds / done
        print(f"{workers} workers: {done:,} photos in {seconds:.1f} s, {each:.1f} ms each")


if __name__ == "__main__":
    main()
