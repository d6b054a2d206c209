"""What real and generated photos look like to one detector: the reference behind every figure.

A calibration belongs to one detector, because each puts the eyes a little elsewhere. The shipped
ones lie in `calibrations/`; `calibrate` makes one from photos of the user's own platform, which
keeps the template and replaces the real photos. It holds eye positions, and no picture.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from unswarm.errors import InputError, SettingsError, UserError
from unswarm.folder import aside
from unswarm.photos.geometry import Floats, eye_distance, features, rows
from unswarm.photos.likelihood import Likelihood
from unswarm.photos.mtcnn import NAME
from unswarm.photos.trained import Reference
from unswarm.tails import beta_quantile, binomial_tail

VERSION = 1
FEWEST = 300
"""Photos with one face a calibration needs: a rate of 1 % cannot be bounded usefully with fewer."""

FOLDS = 10
UNIT = 10_000  # eye positions are kept to a ten-thousandth of the picture
POPULATIONS = ("generated", "real", "aligned")


@dataclass(frozen=True)
class Share:
    """A share of reference photos with its 95 % interval (Clopper & Pearson 1934)."""

    have: int
    of: int

    @property
    def value(self) -> float:
        """The point estimate."""
        return self.have / self.of

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return float(beta_quantile(0.025, self.have, self.of - self.have + 1)) if self.have else 0

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        if self.have == self.of:
            return 1.0
        return float(beta_quantile(0.975, self.have + 1, self.of - self.have))


@dataclass(frozen=True)
class Calibration:
    """The reference for one detector.

    Args:
        name: what reports call it.
        detector: the detector its eyes were measured with.
        says: where its photos come from.
        template: (4,) mean eyes on the template, as published for the detector.
        hit: `eye_distance` below which a photo counts as on the template.
        generated: (m, 4) eyes of faces that a StyleGAN made.
        real: (n, 4) eyes of real profile photos.
        folds: (n,) the source of each real photo.
        aligned: (k, 4) eyes of real photos that were aligned as generators' training photos are.
        models: identity of a trained detector → its scores of real photos.
    """

    name: str
    detector: str
    says: str
    template: tuple[float, float, float, float]
    hit: float
    generated: Floats
    real: Floats
    folds: tuple[int, ...]
    aligned: Floats
    models: Mapping[str, Reference] = field(default_factory=dict)

    @cached_property
    def likelihood(self) -> Likelihood:
        """Likelihood ratios against this reference."""
        return Likelihood(self.generated, self.real, self.folds)

    def distance(self, eyes: ArrayLike) -> Floats:
        """`eye_distance` to this template, (n,)."""
        return eye_distance(eyes, self.template)

    def hits(self, eyes: ArrayLike) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which photos (n,) are on the template as it is."""
        return np.asarray(self.distance(eyes) < self.hit)

    @cached_property
    def real_hits(self) -> Share:
        """The share of real photos that are on the template by chance."""
        return Share(int(self.hits(self.real).sum()), len(self.real))

    def shares(self, eyes: ArrayLike) -> list[Share]:
        """For each photo, the share of real photos that are at least this aligned.

        Aligned is what the crop-aware likelihood ratio says; see `likelihood`.
        """
        null = self.likelihood.real_cropped
        below = np.searchsorted(null, self.likelihood.cropped(eyes), side="left")
        return [Share(len(null) - int(k), len(null)) for k in below]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content: what a run that used it names."""
        return hashlib.sha256(text(self).encode()).hexdigest()

    def warnings(self, shipped: Calibration) -> list[str]:
        """What somebody should know before they rely on this reference instead of the shipped."""
        own, other = self.real_hits, shipped.real_hits
        p = float(binomial_tail(own.have, own.of, other.high))
        if p >= 0.01:
            return []
        return [
            f"{own.have:,} of {own.of:,} photos are on the template of generated faces, where at "
            f"most {100 * other.high:.1f} % of the shipped reference are. Either this platform "
            "frames faces so, or the sample holds generated ones: look at these photos first, for "
            "a reference with generated faces in it hides them."
        ]


def calibrate(
    eyes: ArrayLike,
    sources: Sequence[str],
    name: str,
    says: str,
    models: Mapping[str, Reference] | None = None,
) -> Calibration:
    """The shipped calibration with a platform's own real photos in place of its own.

    Args:
        eyes: (n, 4) eyes of real photos that show one face each.
        sources: (n,) where each comes from, e.g. its folder; with one source only, the photos are
            dealt into ten.
        name: what reports call it.
        says: where the photos come from, in words.
        models: what trained detectors say of the same photos.

    Raises:
        SettingsError: there are fewer than 300, or they are all framed alike.
    """
    own = rows(eyes)
    if len(own) < FEWEST:
        raise SettingsError(
            f"{len(own)} photos with one face are too few for a calibration; it needs {FEWEST}, "
            "because it must bound a share of about 1 %. Hint: add photos of the same platform."
        )
    if np.linalg.matrix_rank(np.cov(features(own).T)) < 4:
        raise SettingsError(
            "The photos of the sample are all framed alike, so that nothing can be learnt of how "
            "people frame theirs. Hint: take photos of many people."
        )
    return replace(
        shipped(), name=name, says=says, real=own, folds=_folds(sources), models=models or {}
    )


def _folds(sources: Sequence[str]) -> tuple[int, ...]:
    names = sorted(set(sources))
    if len(names) == 1:
        return tuple(place % FOLDS for place in range(len(sources)))
    return tuple(names.index(source) for source in sources)


# --- files


@cache
def shipped(detector: str = NAME) -> Calibration:
    """The calibration that comes with unswarm for a detector."""
    text = (resources.files("unswarm.photos") / "calibrations" / f"{detector}.json").read_text()
    return parsed(json.loads(text))


def save(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON: the same calibration, the same bytes."""
    with aside(path) as partial:
        partial.write_text(text(calibration), "utf-8")


def load(path: Path) -> Calibration:
    """Read a calibration that `save` wrote.

    Raises:
        InputError: the file is missing, is none, or is of another detector or version.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = f"cannot be opened: {(error.strerror or str(error)).lower()}."
        raise InputError(reason, source=path, hint="check the path.") from None
    except ValueError:
        raise _no_calibration(path, "is no JSON") from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise _no_calibration(path, f"is no calibration of version {VERSION}")
    if content.get("detector") != NAME:
        raise _no_calibration(path, f"was made with another detector than {NAME}")
    try:
        return parsed(content)
    except (KeyError, TypeError, ValueError, UserError) as error:
        raise _no_calibration(path, f"lacks what a calibration has ({error})") from None


def _no_calibration(path: Path, what: str) -> InputError:
    return InputError(f"it {what}.", source=path, hint="unswarm photos calibrate SAMPLE")


def parsed(content: Mapping[str, Any]) -> Calibration:
    """A calibration from what its JSON holds.

    Raises:
        KeyError, TypeError, ValueError, UserError: it lacks something.
    """
    eyes = {name: _numbers(name, rows(content[name])) / UNIT for name in POPULATIONS}
    folds = tuple(int(fold) for fold in content["folds"])
    if not FEWEST <= len(eyes["real"]) == len(folds) or len(set(folds)) < 2:
        raise ValueError("real photos and their sources")
    left_x, left_y, right_x, right_y = _numbers("template", content["template"]).tolist()
    return Calibration(
        name=str(content["name"]),
        detector=str(content["detector"]),
        says=str(content["says"]),
        template=(left_x, left_y, right_x, right_y),
        hit=float(content["hit"]),
        folds=folds,
        models={name: Reference.from_dict(said) for name, said in dict(content["models"]).items()},
        **eyes,
    )


def _numbers(name: str, values: ArrayLike) -> Floats:
    found = np.asarray(values, np.float64)
    if not found.size or not np.isfinite(found).all():
        raise ValueError(name)
    return found


def text(calibration: Calibration) -> str:
    """A calibration as JSON; `parsed` reads it."""
    content = {
        "version": VERSION,
        "name": calibration.name,
        "detector": calibration.detector,
        "says": calibration.says,
        "template": list(calibration.template),
        "hit": calibration.hit,
        "folds": list(calibration.folds),
        "models": {name: one.as_dict() for name, one in sorted(calibration.models.items())},
    }
    eyes = {name: _units(getattr(calibration, name)) for name in POPULATIONS}
    lines = [f'"{key}": {json.dumps(value)}' for key, value in (content | eyes).items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _units(eyes: Floats) -> list[list[int]]:
    found: list[list[int]] = np.rint(eyes * UNIT).astype(int).tolist()
    return found
