"""What a run could not see, said in words, and the power it had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from unswarm.canonical import SHORTENERS
from unswarm.detection.choice import ChoiceCourt
from unswarm.detection.confirm import Fold
from unswarm.detection.groups import NEVER, comparison, needed, suspects_only
from unswarm.detection.layer import Layer
from unswarm.detection.pairs import decides
from unswarm.detection.search import Found, widened
from unswarm.detection.significance import strata
from unswarm.engines import Engine
from unswarm.model import CAVEAT, DAY, MINUTE, SECOND
from unswarm.settings import Settings
from unswarm.tails import binomial_tail

SURE = 0.9
NOBODY = np.zeros(0, np.int64)


def caveats(engine: Engine, found: Found, settings: Settings) -> pa.Table:
    """Rows of `model.CAVEAT` for the blind spots that this data shows."""
    rows = [
        *_comparison(found),
        *_layers(found, settings),
        *_heavy(engine, settings),
        *_short(engine),
        *_shortened(engine),
        *_always(found),
    ]
    return CAVEAT.rows([dict(zip(CAVEAT.columns, row, strict=True)) for row in rows])


def power(found: Found, settings: Settings) -> list[dict[str, Any]]:
    """For each deciding signal and window: joint actions a member needs to be found 9 times in 10.

    A group of ten is assumed whose joint objects nobody but outsiders at the usual rate touch.
    """
    timed = [
        row
        for name, layer in found.ground.layers.items()
        if decides(name)
        for row in _power(found, name, layer, settings)
    ]
    return [*timed, *(_by_words(found, fold, settings) for fold in _choices(found))]


def _choices(found: Found) -> list[Fold]:
    return [fold for fold in found.folds if isinstance(fold.court, ChoiceCourt) and not fold.half]


def _by_words(found: Found, fold: Fold, settings: Settings) -> dict[str, Any]:
    """Power of the test of rare words, at the outsiders' rate of writing what others wrote."""
    rate = fold.court.rate(NOBODY) if isinstance(fold.court, ChoiceCourt) else 1.0
    need = needed(min(rate, 0.99), found.spent[fold.signal] / max(10, fold.tested), settings)
    return _row(fold.signal, fold.window, need)


def _power(found: Found, name: str, layer: Layer, settings: Settings) -> Iterator[dict[str, Any]]:
    for window in widened(settings, layer):
        folds = [f for f in found.folds if (f.signal, f.window) == (name, window)]
        tests = max([10, *(len(fold.tests) for fold in folds)])
        rates = strata(layer, window)
        rate = float(rates.close.sum() / max(rates.possible.sum(), 1))
        need = needed(min(9 * rate, 0.99), found.spent[name] / tests, settings)
        yield _row(name, window, need)


def _row(name: str, window: int, need: int) -> dict[str, Any]:
    actions = next((n for n in range(need, 400) if _half_holds(n, need) >= SURE), None)
    return {
        "signal": name,
        "window": window // SECOND,
        "accounts": 10,
        "actions": actions if need < NEVER else None,
        "sentence": _sentence(name, window, actions if need < NEVER else None),
    }


def _half_holds(actions: int, need: int) -> float:
    """Chance that a half of the data holds as many of the actions as the test needs."""
    return float(binomial_tail(need, actions, 0.5))


def _sentence(name: str, window: int, actions: int | None) -> str:
    where = f"In {name} within {window // SECOND} s"
    if actions is None:
        return f"{where} no group could have been found: the usual rate of meeting is too high."
    return (
        f"{where}, a group of 10 with {actions} joint actions each would have been found in "
        "9 of 10 cases."
    )


def _comparison(found: Found) -> Iterator[tuple[str, str, float | None]]:
    outside, inside = comparison(found.folds, found.ground.active)
    if not len(found.ground.ids):
        yield (
            "no behaviour",
            "This data holds no posts that could be compared, only profiles: whatever they show is "
            "a lead until what the accounts did confirms it.",
            None,
        )
    elif suspects_only(found.folds, found.ground.active):
        yield (
            "no comparison accounts",
            "No finding is possible on this data: it holds "
            f"{outside:,} accounts outside the candidate groups and {inside:,} inside them, so "
            "nobody can say how often innocent accounts would have done the same. Collect the same "
            "objects from everybody (5 % of the other accounts is enough) and add them with "
            "--comparison.",
            float(outside),
        )
    else:
        yield (
            "comparison accounts",
            f"Innocent explanations are taken from {outside:,} accounts that stand in no candidate "
            "group.",
            float(outside),
        )


def _layers(found: Found, settings: Settings) -> Iterator[tuple[str, str, float | None]]:
    layers = {name: layer for name, layer in found.ground.layers.items() if len(layer.time)}
    coarsest = max((layer.precision for layer in layers.values()), default=1)
    if coarsest > min(settings.windows) * SECOND:
        yield (
            "coarse times",
            f"Times are exact to {coarsest // SECOND} s only; narrower windows were widened to "
            "that.",
            coarsest / SECOND,
        )
    spans = [int(layer.time.max() - layer.time.min()) for layer in layers.values()]
    if max(spans, default=3 * DAY) < 3 * DAY:
        yield (
            "short span",
            f"The data covers {max(spans) / DAY:.1f} days: whatever happened may be one event.",
            max(spans) / DAY,
        )
    for name, layer in layers.items():
        share = float(layer.reaction.mean())
        if share > 0.5 and name in ("links", "shares", "texts", "media"):
            yield (
                f"reactions in {name}",
                f"{share:.0%} of the actions in {name} count as answers to a post. Groups that "
                "only push their own objects there cannot be told from fast readers.",
                share,
            )


def _heavy(engine: Engine, settings: Settings) -> Iterator[tuple[str, str, float | None]]:
    left = engine.fetch(
        "SELECT count(*) AS objects, CAST(coalesce(sum(pairs), 0) AS BIGINT) AS pairs FROM heavy"
    ).to_pylist()[0]
    if left["objects"]:
        yield (
            "viral objects",
            f"{left['objects']:,} objects had moments with more than {settings.cap:,} others in "
            f"the window; {left['pairs']:,} pairs of actions in them count towards no candidate.",
            float(left["pairs"]),
        )


def _short(engine: Engine) -> Iterator[tuple[str, str, float | None]]:
    row = engine.fetch(
        "SELECT count(*) AS posts, count(*) FILTER (WHERE kind IS NULL) AS unknown FROM post"
    ).to_pylist()[0]
    if row["posts"] and row["unknown"]:
        share = row["unknown"] / row["posts"]
        yield (
            "kind of post unknown",
            f"For {share:.0%} of the posts the source does not say whether they are originals; "
            "they were taken as reactions, which is safe, but hides groups that only push their "
            "own links or words.",
            share,
        )


def _shortened(engine: Engine) -> Iterator[tuple[str, str, float | None]]:
    names = ", ".join(f"'{name}'" for name in sorted(SHORTENERS))
    row = engine.fetch(
        f"SELECT count(*) AS links, count(*) FILTER (WHERE domain IN ({names})) AS hidden FROM link"
    ).to_pylist()[0]
    if row["hidden"]:
        yield (
            "shortened links",
            f"{row['hidden']:,} of {row['links']:,} links lead to shorteners, which hide where "
            "they end: links to one page under several short addresses are not seen as the same. "
            "A table of redirects (url, target), read into the case, would resolve them.",
            float(row["hidden"]),
        )


def _always(found: Found) -> Iterator[tuple[str, str, float | None]]:
    yield "absence", "Absence of a finding is not clearance.", None
    actions = [layer.activity for layer in found.ground.layers.values()]
    if not actions:
        return
    few = float((np.sum(actions, axis=0) < 10).mean())
    if few:
        yield (
            "accounts that act rarely",
            f"{few:.0%} of the accounts have fewer than 10 actions that could be compared; with "
            "so few, a group is found only as a list that somebody brings (unswarm test LIST).",
            few,
        )
    yield (
        "slow or fast groups",
        f"Groups that act more than {max(found.settings.windows) // 60} minutes apart are seen "
        "only by the words they share; groups that always answer one source at once cannot be "
        "told from its fans with notifications.",
        max(found.settings.windows) * SECOND / MINUTE,
    )
