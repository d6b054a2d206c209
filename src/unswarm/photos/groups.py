"""What the photos of a group say together: tests with a p-value each, from eye positions alone.

* *count*: more photos on the template of generated faces than real photos are by chance. The
  plain figure that everybody can count again.
* *template*: the likelihood-ratio test of a mixture, a share of the photos on the template and the
  rest framed as real photos are. It is stronger than the count because it knows how near each
  photo is. Its crop-aware form counts only where uncropped photos point the same way: faces that
  fill the picture look like cropped ones, whoever made them.
* *framing*: more photos framed like one of them than real photos ever are, wherever that is. It
  knows no template, and finds photographers and portrait studios as well: it says "uniform".
* *spread*: whether photos on the template agree more closely than real photos do that were aligned
  in the same way.

All are computed, not simulated, but for the spread, whose draws start from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from unswarm.photos.calibration import Calibration, Share
from unswarm.photos.geometry import Floats, features, rows
from unswarm.photos.likelihood import CHUNK, LIMIT
from unswarm.tails import binomial_tail, chi_square_quantile

SHARES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # of generated photos that the test is made for
SPLIT = (0.8, 0.2)  # of the error between the test of whole and of cropped photos
GATE, FEWEST_HITS, FEWEST_LIKELY = 0.05, 2, 3
LIKELY = 0.5  # probability, at the group's own share, from which a photo is one of the likely ones
SIGNIFICANT = 0.01
NEAR = 0.02  # of the picture: eyes this close in every coordinate are framed alike
FEWEST_ALIKE = 5
FEWEST_FOR_SPREAD = 8
DRAWS = 2_000
AT_ONCE = 1_000_000  # photos of draws
BINS = 600  # of a photo's likelihood ratio, and
CELLS = 1_024  # of its term in the sum
EXACT_UP_TO = 2_000  # photos; above, Chernoff's bound stands in for the convolution
TRUSTED = 1e-10  # below this the convolution is rounding
GRID = 1_000  # steps of the share that is estimated


@dataclass(frozen=True)
class Template:
    """Whether photos are on the template of generated faces.

    Args:
        of: photos with one face.
        hits: those on the template as it is.
        chance: the upper 95 % bound of the share of real photos on it by chance.
        p_count, p_whole, p_cropped: of the three tests, each by itself.
        p: of the whole question, corrected for the two tests of which it takes the better.
        share, low, high: the share of generated photos, estimated, with its 95 % interval.
        likely: photos that, at this share, are likelier generated than not.
    """

    of: int
    hits: int
    chance: float
    p_count: float
    p_whole: float
    p_cropped: float
    p: float
    share: float
    low: float
    high: float
    likely: int

    @property
    def found(self) -> bool:
        """A finding: significant, with hits and likely photos enough that no single one decides."""
        enough = self.hits >= FEWEST_HITS and self.likely >= FEWEST_LIKELY
        return enough and self.p <= SIGNIFICANT


@dataclass(frozen=True)
class Framing:
    """The framing that most photos share.

    Args:
        of: photos with one face.
        alike: photos framed like the one in the middle of them, itself among them.
        usual: the share of real photos that are framed so.
        p: of as many in any framing, corrected for all framings tried.
        eyes: (4,) those of the one in the middle.
    """

    of: int
    alike: int
    usual: Share
    p: float
    eyes: Floats

    @property
    def found(self) -> bool:
        """Whether the framing is uniform beyond chance."""
        return self.alike >= FEWEST_ALIKE and self.p <= SIGNIFICANT


@dataclass(frozen=True)
class Spread:
    """How closely the photos on the template agree.

    Args:
        of: the photos on it.
        value: mean of the median absolute deviations of middle x, middle y and eye distance.
        aligned: the median of the same for as many real photos aligned in the same way.
        p_aligned: share of draws of such real photos that agree as closely.
        p_generated: share of draws of generated faces that agree as loosely.
    """

    of: int
    value: float
    aligned: float
    p_aligned: float
    p_generated: float

    @property
    def loose(self) -> bool:
        """Whether real photos, aligned by a program, explain them better than a generator."""
        return self.p_generated <= SIGNIFICANT < self.p_aligned


# --- the template


def template(eyes: ArrayLike, calibration: Calibration) -> Template:
    """Test the photos of a group, (n, 4) eyes of those with one face, for the template."""
    seen = rows(eyes)
    chance = calibration.real_hits.high
    hits = int(calibration.hits(seen).sum())
    whole, cropped = calibration.likelihood.whole(seen), calibration.likelihood.cropped(seen)
    p_whole = mixture_p(whole, calibration.likelihood.real_whole)
    p_cropped = mixture_p(cropped, calibration.likelihood.real_cropped)
    share, low, high = _share(cropped)
    likely = share * np.exp(cropped) / (1 - share + share * np.exp(cropped)) > LIKELY
    gated = p_cropped if hits >= FEWEST_HITS and p_whole <= GATE else 1.0
    return Template(
        of=len(seen),
        hits=hits,
        chance=chance,
        p_count=float(binomial_tail(hits, len(seen), chance)),
        p_whole=p_whole,
        p_cropped=p_cropped,
        p=min(1.0, p_whole / SPLIT[0], gated / SPLIT[1]),
        share=share,
        low=low,
        high=high,
        likely=int(likely.sum()),
    )


def mixture_p(ratios: Floats, reference: Floats) -> float:
    """p of the likelihood-ratio test that a share of some photos is not like the reference.

    The statistic is the sum of ln(1 - π + π e^ratio) for six shares π; the smallest p counts,
    times six (Bonferroni). Its distribution is the n-fold convolution of what one real photo
    contributes; a real photo reaches a ratio with the probability (k + 1) / (m + 1) of conformal
    prediction (Vovk, Gammerman & Shafer 2005), k of the m in the reference reaching it. Values are
    rounded up, so that the p is never too small.

    Args:
        ratios: (n,) ln of the likelihood ratio of each photo, within ± `LIMIT`.
        reference: (m,) the same of real photos, sorted.
    """
    if not len(ratios):
        return 1.0
    masses = tuple(_masses(reference))
    sums = (float(_terms(ratios, share).sum()) for share in SHARES)
    tails = (_tail(s, share, len(ratios), masses) for s, share in zip(sums, SHARES, strict=True))
    return min(1.0, len(SHARES) * min(tails))


def _terms(ratios: Floats, share: float) -> Floats:
    return np.asarray(np.log1p(share * np.expm1(ratios)), np.float64)


@lru_cache(maxsize=8)
def _edges() -> Floats:
    return np.linspace(-LIMIT, LIMIT, BINS + 1)


def _masses(reference: Floats) -> Floats:
    """Probability of each edge, when every ratio is moved up to the next edge."""
    edges = _edges()
    reaching = len(reference) - np.searchsorted(reference, edges - 1e-9, side="left")
    survival = (reaching + 1) / (len(reference) + 1)
    survival[0] = 1.0
    masses = np.zeros(len(edges))
    masses[1:] = survival[:-1] - survival[1:]
    masses[-1] += survival[-1]
    return masses


def _tail(total: float, share: float, n: int, masses: tuple[float, ...]) -> float:
    """Probability that n terms of real photos reach a sum."""
    bound = _chernoff(total, share, n, masses)
    if n > EXACT_UP_TO or bound < TRUSTED:
        return bound
    low, width, survival = _convolved(share, n, masses)
    cell = int(np.floor((total - n * low) / width - 1e-6))
    return float(min(bound, survival[min(max(cell, 0), len(survival) - 1)]))


@lru_cache(maxsize=24)  # two groups; of 2,000 photos each is 16 MB
def _convolved(share: float, n: int, masses: tuple[float, ...]) -> tuple[float, float, Floats]:
    """(lowest term, width of a cell, survival of the sum by cell)."""
    from scipy import fft  # slow to load, and only photos need it

    terms = _terms(_edges(), share)
    width = float(terms[-1] - terms[0]) / (CELLS - 1)
    cells = np.ceil((terms - terms[0]) / width - 1e-9).astype(int)
    one = np.bincount(cells, weights=masses, minlength=CELLS)
    length = fft.next_fast_len(n * (CELLS - 1) + 1, real=True)
    density = np.maximum(fft.irfft(fft.rfft(one, length) ** n, length), 0)
    survival = density[::-1].cumsum()[::-1]
    return float(terms[0]), width, survival


def _chernoff(total: float, share: float, n: int, masses: tuple[float, ...]) -> float:
    """Chernoff's bound (1952): min over θ ≥ 0 of exp(n ln E e^(θ term) - θ total)."""
    theta, moments = _moments(share, masses)
    exponent = min(0.0, (n * moments - theta * total).min())
    return float(max(np.exp(exponent), np.finfo(float).tiny))


@lru_cache(maxsize=64)
def _moments(share: float, masses: tuple[float, ...]) -> tuple[Floats, Floats]:
    """(θ, ln E e^(θ term))."""
    terms = _terms(_edges(), share)
    theta = np.concatenate([[0.0], np.geomspace(1e-3, 60, 400)])
    moments = np.log(np.exp(theta[:, None] * (terms - terms[-1])[None]) @ np.asarray(masses))
    return theta, np.asarray(moments + theta * terms[-1], np.float64)


def _share(ratios: Floats) -> tuple[float, float, float]:
    """The likeliest share of photos not like the reference, and its profile-likelihood interval."""
    shares = np.linspace(0, 1, GRID + 1)
    odds = np.array_split(np.expm1(ratios), len(ratios) // CHUNK + 1)
    fit = sum((np.log1p(shares[:, None] * some[None]).sum(axis=1) for some in odds), 0 * shares)
    inside = shares[2 * (fit.max() - fit) <= chi_square_quantile(0.95, 1)]
    return float(shares[fit.argmax()]), float(inside[0]), float(inside[-1])


# --- any common framing


def framing(eyes: ArrayLike, calibration: Calibration) -> Framing | None:
    """The framing that real photos explain least; None without photos.

    About each photo, the others within `NEAR` in all four coordinates are counted, and compared
    with the upper 95 % bound of the share of real photos there; p is corrected for the n photos
    tried (Bonferroni).
    """
    seen = rows(eyes)
    if not len(seen):
        return None
    alike = _near(seen, seen)
    usual = [Share(int(k), len(calibration.real)) for k in _near(calibration.real, seen)]
    bounds = np.array([share.high for share in usual])
    p = binomial_tail(alike - 1, len(seen) - 1, bounds)
    best = int(np.lexsort((-alike, p))[0])
    return Framing(
        of=len(seen),
        alike=int(alike[best]),
        usual=usual[best],
        p=float(min(1.0, p[best] * len(seen))),
        eyes=seen[best],
    )


def _near(some: Floats, about: Floats) -> NDArray[np.intp]:
    """How many of some photos are framed like each photo in `about`."""
    from scipy.spatial import KDTree  # slow to load, and only photos need it

    found = KDTree(some).query_ball_point(about, NEAR, p=np.inf, return_length=True)
    return np.asarray(found, np.intp)


# --- how closely photos on the template agree


def spread(eyes: ArrayLike, calibration: Calibration) -> Spread | None:
    """Compare the photos on the template with real aligned ones; None where they are too few."""
    seen = rows(eyes)
    on = seen[calibration.hits(seen)]
    if len(on) < FEWEST_FOR_SPREAD:
        return None
    value = float(_deviation(features(on)[:, :3]))
    aligned = _drawn(calibration, "aligned", len(on))
    generated = _drawn(calibration, "generated", len(on))
    return Spread(
        of=len(on),
        value=value,
        aligned=float(np.median(aligned)),
        p_aligned=float((np.count_nonzero(aligned <= value) + 1) / (DRAWS + 1)),
        p_generated=float((np.count_nonzero(generated >= value) + 1) / (DRAWS + 1)),
    )


def _drawn(calibration: Calibration, population: str, n: int) -> Floats:
    """The deviation of `DRAWS` draws of n photos of a population that are on the template."""
    eyes: Floats = getattr(calibration, population)
    on = features(eyes[calibration.hits(eyes)])[:, :3]
    drawn = np.random.default_rng(n).integers(0, len(on), (DRAWS, n))
    some = np.array_split(drawn, drawn.size // AT_ONCE + 1)
    return np.concatenate([_deviation(on[rows]) for rows in some])


def _deviation(seen: Floats) -> Floats:
    """(…, n, 3) middles and distances → (…,) mean of their median absolute deviations."""
    away = np.abs(seen - np.median(seen, axis=-2, keepdims=True))
    return np.asarray(np.median(away, axis=-2).mean(axis=-1), np.float64)


# --- several groups


def false_discovery(p: Sequence[float]) -> list[float]:
    """q of each p (Benjamini & Hochberg 1995)."""
    if not len(p):
        return []
    from scipy import stats  # slow to load, and only photos need it

    found: list[float] = stats.false_discovery_control(np.asarray(p, float), method="bh").tolist()
    return found
