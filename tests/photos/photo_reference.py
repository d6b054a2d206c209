"""Slow and obvious versions of what `unswarm.photos` computes quickly.

Each follows the definition with loops, scipy's densities or enumeration; tests race the fast ones
against them.
"""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from shared import needs

Floats = NDArray[np.float64]
Eyes = Sequence[float]


# --- geometry


def features(eyes: Eyes) -> tuple[float, float, float, float]:
    """Middle x, middle y, distance, tilt of one pair of eyes."""
    left, right = (eyes[0], eyes[1]), (eyes[2], eyes[3])
    tilt = math.atan2(right[1] - left[1], right[0] - left[0])
    return (left[0] + right[0]) / 2, (left[1] + right[1]) / 2, math.dist(left, right), tilt


def eye_distance(eyes: Eyes, template: Eyes) -> float:
    """The published formula, for one pair of eyes."""
    left = math.dist(eyes[:2], template[:2])
    right = math.dist(eyes[2:], template[2:])
    return (left + right) / (2 * math.sqrt(2))


def mirrored(eyes: Eyes) -> tuple[float, float, float, float]:
    """The eyes in the mirrored picture."""
    return 1 - eyes[2], eyes[3], 1 - eyes[0], eyes[1]


# --- likelihoods

Cropping = Sequence[tuple[float, float]]  # (weight, largest share of the side cut away)


@dataclass(frozen=True)
class Bell:
    """Student's t with 4 degrees of freedom about a middle."""

    middle: float
    width: float

    def density(self, value: Any) -> Any:
        """The density, written out."""
        z = (value - self.middle) / self.width
        return 3 / 8 / (1 + z**2 / 4) ** 2.5 / self.width

    def drawn(self, rng: np.random.Generator, n: int) -> Floats:
        """n values of it."""
        return self.middle + self.width * rng.standard_t(4, n)


def located(generated: Sequence[Eyes]) -> list[Bell]:
    """Student's t about the median of each feature of the template."""
    columns = list(zip(*(features(eyes) for eyes in generated), strict=True))
    found = []
    for name, column in zip(("x", "y", "distance", "tilt"), columns, strict=True):
        middle = float(np.median(column))
        width = 1.4826 * float(np.median([abs(value - middle) for value in column]))
        found.append(Bell(middle, width * (1.5 if name == "tilt" else 1.0)))
    return found


def on_template(eyes: Eyes, generated: Sequence[Eyes], cropping: Cropping) -> float:
    """Density of the template's eyes after a crop, integrated over what was cut away.

    A square is left, `1 - share` of the side long; it begins at an even offset on [0, share] in
    either direction, and share is even on [0, most].
    """
    x, y, distance, tilt = located(generated)
    seen = features(eyes)
    total = 0.0
    for weight, most in cropping:
        shares = most * (np.arange(160) + 0.5) / 160 if most else [0.0]
        total += weight * float(np.mean([_cut(seen, (x, y, distance), s) for s in shares]))
    return total / sum(weight for weight, _ in cropping) * float(tilt.density(seen[3]))


def _cut(seen: Sequence[float], template: Sequence[Bell], share: float) -> float:
    left = 1 - share
    offsets = (np.arange(400) + 0.5) / 400 * share
    across = template[0].density(left * seen[0] + offsets).mean()
    down = template[1].density(left * seen[1] + offsets).mean()
    return float(left**3 * across * down * template[2].density(left * seen[2]))


def among(eyes: Eyes, real: Sequence[Eyes], everybody: Sequence[Eyes]) -> float:
    """Kernel density of some real photos, as wide as Scott's rule for all says, and a tenth even.

    The even part covers middles in the picture, distances to 0.6 and tilts of ± 0.5.
    """
    every = np.array([features(one) for one in everybody])
    spread = np.cov(every.T) * len(every) ** (-2 / (4 + 4))
    kernel = stats.multivariate_normal(np.zeros(4), spread)
    away = [np.subtract(features(eyes), features(one)) for one in real]
    return 0.9 * float(np.mean([kernel.pdf(one) for one in away])) + 0.1 / 0.6


def ratio(top: float, bottom: float) -> float:
    """ln of a likelihood ratio, held within 6."""
    return min(6.0, max(-6.0, (math.log(top) if top else -math.inf) - math.log(bottom)))


def cropped_eyes(rng: np.random.Generator, eyes: Floats, most: float) -> Floats:
    """What random square crops make of eyes: up to `most` of the side is cut away."""
    share = rng.uniform(0, most, (len(eyes), 1))
    offset = rng.uniform(0, 1, (len(eyes), 2)) * share
    return (eyes - np.tile(offset, 2)) / (1 - share)


# --- groups

SHARES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def statistic(ratios: Floats, share: float) -> Floats:
    """Sum over the last axis of ln(1 - π + π e^ratio)."""
    return np.log(1 - share + share * np.exp(ratios)).sum(axis=-1)


def mixture_p(ratios: Floats, groups: Floats, slack: float = 0.0) -> float:
    """p from as many groups of real photos as there are rows, all equally likely.

    Args:
        ratios: (n,) of the photos that are tested.
        groups: (g, n) of real photos.
        slack: what the sum may be short of.
    """
    tails = [
        np.mean(statistic(groups, share) >= statistic(ratios, share) - slack - 1e-9)
        for share in SHARES
    ]
    return min(1.0, len(SHARES) * float(min(tails)))


def every_group(reference: Floats, n: int) -> Floats:
    """All ordered draws of n real photos, one of which may be as extreme as can be."""
    values = [*reference.tolist(), 6.0]
    return np.array(list(itertools.product(values, repeat=n)))


def drawn_groups(rng: np.random.Generator, reference: Floats, n: int, draws: int) -> Floats:
    """Draws of n real photos, as `every_group` has them."""
    return rng.choice(np.append(reference, 6.0), (draws, n))


def likeliest_share(ratios: Floats, steps: int) -> tuple[float, float, float]:
    """Grid search for the share, and the ends of its 95 % profile-likelihood interval."""
    fit = []
    for k in range(steps + 1):
        share = k / steps
        parts = [(1 - share) + share * math.exp(r) for r in ratios]
        fit.append(sum(math.log(part) for part in parts))
    best = max(fit)
    inside = [k for k, value in enumerate(fit) if 2 * (best - value) <= 3.841459]
    return fit.index(best) / steps, inside[0] / steps, inside[-1] / steps


def upper(have: int, of: int) -> float:
    """Upper end of the two-sided 95 % interval of Clopper & Pearson."""
    return float(stats.binomtest(have, of).proportion_ci(0.95, "exact").high)


def alike(one: Eyes, other: Eyes, near: float) -> bool:
    """Whether two photos are framed alike."""
    return all(abs(a - b) <= near for a, b in zip(one, other, strict=True))


def framing(eyes: Sequence[Eyes], real: Sequence[Eyes], near: float) -> tuple[float, int, int]:
    """(p, photos framed alike, real photos framed so) of the framing that is hardest to explain."""
    found = []
    for one in eyes:
        have = sum(alike(one, other, near) for other in eyes)
        usual = sum(alike(one, other, near) for other in real)
        p = float(stats.binom.sf(have - 2, len(eyes) - 1, upper(usual, len(real))))
        found.append((p, -have, usual))
    p, have, usual = min(found)
    return min(1.0, p * len(eyes)), -have, usual


# --- the networks' layers; pictures are (n, height, width, channels)


def conv(x: Floats, kernel: Floats, bias: Floats, slope: Floats) -> Floats:
    """Convolution without padding, then PReLU, a number at a time."""
    high, wide, _, channels = kernel.shape
    n, rows, columns = x.shape[0], x.shape[1] - high + 1, x.shape[2] - wide + 1
    made = np.zeros((n, rows, columns, channels))
    for place in np.ndindex(n, rows, columns):
        one, i, j = place
        window = x[one, i : i + high, j : j + wide]
        for channel in range(channels):
            value = float((window * kernel[..., channel]).sum()) + float(bias[channel])
            made[(*place, channel)] = value if value >= 0 else value * float(slope.ravel()[channel])
    return made


def pool(x: Floats, size: int, stride: int, whole: bool) -> Floats:
    """The largest of each window. Windows that reach over the end are centred on the picture."""
    n, height, width, channels = x.shape
    counts, starts = [], []
    for side in (height, width):
        count = (side - size) // stride + 1 if whole else math.ceil(side / stride)
        over = 0 if whole else max(0, (count - 1) * stride + size - side)
        counts.append(count)
        starts.append(-(over // 2))
    made = np.full((n, *counts, channels), -np.inf)
    for one, i, j, c in np.ndindex(n, *counts, channels):
        for a in range(size):
            for b in range(size):
                y, z = starts[0] + i * stride + a, starts[1] + j * stride + b
                if 0 <= y < height and 0 <= z < width:
                    made[one, i, j, c] = max(made[one, i, j, c], x[one, y, z, c])
    return made


def overlap(a: Sequence[float], b: Sequence[float], of_smaller: bool) -> tuple[float, float]:
    """The area two boxes share, and what it is a share of: the smaller box or their union."""
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return wide * high, min(areas) if of_smaller else sum(areas) - wide * high


def apart(boxes: Sequence[Sequence[float]], most: float, of_smaller: bool) -> list[int]:
    """Boxes, the surest first, each kept unless it overlaps one that was kept too much."""
    kept: list[int] = []
    for i in sorted(range(len(boxes)), key=lambda i: -boxes[i][4]):
        clear = True
        for k in kept:
            shared, whole = overlap(boxes[k], boxes[i], of_smaller)
            clear = clear and shared <= most * whole
        if clear:
            kept.append(i)
    return kept


# --- figures of a test on many photos


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive scores higher than a negative; ties count half."""
    ranks = stats.rankdata([*positive, *negative])[: len(positive)]
    least = len(positive) * (len(positive) + 1) / 2
    return float((ranks.sum() - least) / (len(positive) * len(negative)))


def share(flags: Iterable[bool]) -> float:
    """How many of them are true."""
    return float(np.mean(list(flags)))


# --- eyes that were measured in real and generated photos; the table holds no picture


@cache
def measured() -> list[dict[str, str]]:
    """Rows of the table of eye positions; the test is skipped where it is absent."""
    with needs("faces", "reference_eyes.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def population(
    name: str, cond: str = "c0", take: Callable[[dict[str, str]], bool] = lambda row: True
) -> Floats:
    """(n, 4) eyes of the photos of a population that show one face."""
    found = [
        [float(row[key]) for key in ("lx", "ly", "rx", "ry")]
        for row in measured()
        if (row["population"], row["cond"], row["n_faces"]) == (name, cond, "1") and take(row)
    ]
    return np.array(found).reshape(-1, 4)
