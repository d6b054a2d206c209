"""What a detector's scores mean on a platform: measured on real photos, or not known at all."""

from __future__ import annotations

import math
import sys
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scipy.special import betaincinv

from unswarm.errors import InputError, SettingsError

FEWEST = 200  # real photos; 1 % of them are two
LIKELY = 0.95  # of intervals and bounds
VERSION = 1  # of the stored form


@dataclass(frozen=True)
class Tail:
    """The share of real photos that score at least as high, with its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Reference:
    """What a detector says of real photos of a platform; `reference` makes it.

    Args:
        identity: of the detector, see `Trained.identity`.
        scores: lowest first.

    Raises:
        SettingsError: too few scores, one that is no finite number, or not in order.
    """

    identity: str
    scores: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.scores) < FEWEST:
            raise SettingsError(
                f"{len(self.scores)} real photos are too few to calibrate a detector: whether it "
                f"errs on 1 % of them cannot be known. Hint: score at least {FEWEST}, better 2,000."
            )
        if not all(map(math.isfinite, self.scores)):
            raise SettingsError("A score is no finite number. Hint: leave out photos without one.")
        if list(self.scores) != sorted(self.scores):
            raise SettingsError("The scores are not in order. Hint: calibrate again.")

    def require(self, identity: str) -> Reference:
        """This reference, where it was made with that detector.

        Raises:
            SettingsError: it was made with another one, whose scores mean something else.
        """
        if identity != self.identity:
            raise SettingsError(
                f"The calibration belongs to the detector {self.identity}; this one is {identity}. "
                "Hint: calibrate again: the model, or how pictures go into it, has changed."
            )
        return self

    def tail(self, score: float) -> Tail:
        """How many real photos score at least as high (Clopper & Pearson 1934, two-sided 95 %)."""
        reached, photos = self._reached(score), len(self.scores)
        rest = (1 - LIKELY) / 2
        low = 1 - _upper(photos - reached, photos, 1 - rest)
        return Tail(reached / photos, low, _upper(reached, photos, 1 - rest))

    def threshold(self, share: float = 0.01) -> float:
        """The lowest of the scores that at most that share of the real photos reaches.

        Where photos tie so that even the highest score is reached by more, the next number above
        it, which none of them reaches.

        Raises:
            SettingsError: the share is so small that fewer than two photos make it up.
        """
        photos = len(self.scores)
        if not 2 / photos <= share < 1:
            raise SettingsError(
                f"A share of {share:g} cannot be known from {photos} real photos; two of them are "
                f"{2 / photos:g}. Hint: choose a share from there to below 1, or score more photos."
            )
        for at in range(photos - math.floor(share * photos) - 1, photos):
            if self._reached(self.scores[at]) / photos <= share:
                return self.scores[at]
        return math.nextafter(self.scores[-1], math.inf)

    def rate_above(self, threshold: float) -> float:
        """Upper 95 % bound of the share of real photos that reach a threshold, one-sided.

        The rate to expect by chance when the photos of a group that reach it are counted
        (Clopper & Pearson 1934). It holds as well for a threshold chosen by `threshold`: the true
        rate above the k-th highest of n scores follows Beta(k, n - k + 1) (Wilks 1941), which lies
        below the Beta(k + 1, n - k) of this bound.
        """
        return _upper(self._reached(threshold), len(self.scores), LIKELY)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; `from_dict` reads them."""
        scores = list(self.scores)
        return {"version": VERSION, "identity": self.identity, "scores": scores}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], *, source: object = None) -> Reference:
        """Read what `as_dict` gave; `source` is the file, for the message.

        Raises:
            InputError: it is no reference, or one of another version.
            SettingsError: see `Reference`.
        """
        hint = "calibrate again."
        if not isinstance(values, Mapping) or values.get("version") != VERSION:
            message = f"is no calibration of version {VERSION}."
            raise InputError(message, source=source, field="version", hint=hint)
        identity, scores = values.get("identity"), values.get("scores")
        if not isinstance(identity, str):
            message = "must be the identity of a detector."
            raise InputError(message, source=source, field="identity", hint=hint)
        if not isinstance(scores, list) or not all(map(_is_number, scores)):
            raise InputError("must be numbers.", source=source, field="scores", hint=hint)
        return cls(identity, tuple(map(float, scores)))

    def _reached(self, score: float) -> int:
        """How many photos score at least that."""
        if math.isnan(score):
            raise SettingsError("A score that is no number cannot be compared.")
        return len(self.scores) - bisect_left(self.scores, score)


def reference(identity: str, scores: Iterable[float]) -> Reference:
    """A reference from the scores of real photos, in any order.

    Args:
        identity: of the detector that gave them.
        scores: of at least 200 photos, each of another person; without those that have none.

    Raises:
        SettingsError: too few, or one is no finite number.
    """
    return Reference(identity, tuple(sorted(map(float, scores))))


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


def _upper(hits: int, trials: int, level: float) -> float:
    """One-sided upper bound of a rate (Clopper & Pearson 1934)."""
    return float(betaincinv(hits + 1, trials - hits, level)) if hits < trials else 1.0
