"""Events → networks: the whole pipeline on one page.

1. `traces`: every signal turns events into traces: who touched which object, when.
2. `search`: on one half of the objects, pairs that co-act more than chance become candidate groups;
   on the other half each member is tested against the others, compared with outsiders on the same
   objects and with its own habits; then the halves are swapped. Words of one's own are also
   compared without a clock.
3. `groups`: groups that stand are findings; others worth a look are leads, each with its reason.
4. `stability`: a finding that falls when a setting is changed becomes a lead.
5. `profiles`: accounts created together are leads of their own kind.
6. `tables`: networks, members, the occasions behind them, edges, caveats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from unswarm.detection.caveats import caveats, power
from unswarm.detection.groups import Group, confirmed, leads, suspects_only, without
from unswarm.detection.listed import test_list
from unswarm.detection.profiles import ProfileNetwork, profile_networks
from unswarm.detection.search import Found, prepare, search
from unswarm.detection.stability import stable
from unswarm.detection.tables import tables, with_profiles
from unswarm.detection.traces import trace
from unswarm.detection.tracking import network_ids
from unswarm.engines import Engine
from unswarm.model import Tier
from unswarm.progress import Progress, silent
from unswarm.settings import Settings


@dataclass(frozen=True)
class Detected:
    """What one run detected.

    Args:
        tables: `network`, `membership`, `edge`, `occasion`, `caveat` of `model.RUNS`, and
            `candidate`: account and probability of every account in any candidate group.
        counts: figures for `run.toml` and the report.
        power: what could have been found, per signal and window.
    """

    tables: dict[str, pa.Table]
    counts: dict[str, int | float]
    power: list[dict[str, Any]] = field(default_factory=list)


def detect(
    engine: Engine,
    settings: Settings,
    progress: Progress = silent,
    listed: Sequence[str] | None = None,
    previous: pa.Table | None = None,
) -> Detected:
    """Detect networks in the events that the engine sees.

    Leaves `trace` (`model.TRACE`) and `heavy` in the engine.

    Args:
        engine: sees every table of `model.EVENTS`, and `comparison(account)`.
        settings: the run's.
        progress: is told how far the work is.
        listed: accounts that somebody brings; they are tested as one group, nothing is discovered.
        previous: `model.MEMBERSHIP` of the run before, whose network ids persist.
    """
    trace(engine, settings.signals)
    ground = prepare(engine, settings, progress)
    engine.keep("heavy_objects", "SELECT * FROM heavy")
    if listed is None:
        found, groups = _discover(engine, search(ground, settings, progress), progress)
    else:
        found = test_list(ground, listed, settings)
        groups = _tiers(found, progress, no_comparison=False)
    names = found.ground.ids.to_pylist()
    members = [frozenset(names[a] for a in group.accounts) for group in groups]
    profiles = [] if listed is not None else _profiles(engine, settings, members)
    ids = network_ids([*members, *(frozenset(p.members) for p in profiles)], previous)
    written = tables(found, groups, ids[: len(groups)], settings)
    written = with_profiles(written, profiles, ids[len(groups) :])
    engine.keep("heavy", "SELECT * FROM heavy_objects")
    written["caveat"] = caveats(engine, found, settings)
    return Detected(written, _counts(found, groups, profiles), power(found, settings))


def _profiles(
    engine: Engine, settings: Settings, seen: Sequence[frozenset[str]]
) -> list[ProfileNetwork]:
    """Networks that profiles alone give away, but for those that behaviour shows already."""
    found = profile_networks(engine.fetch("SELECT * FROM account"), settings)
    return [p for p in found if not any(2 * len(s & p.members.keys()) >= len(s) for s in seen)]


def _discover(engine: Engine, found: Found, progress: Progress) -> tuple[Found, list[Group]]:
    lonely = suspects_only(found.folds, found.ground.active)
    return found, _tiers(found, progress, no_comparison=lonely)


def _tiers(found: Found, progress: Progress, *, no_comparison: bool) -> list[Group]:
    """Findings first, then leads; a lead that is for the better half a finding is left out."""
    standing = [] if no_comparison else confirmed(found.folds)
    findings, fallen = stable(found, standing, progress)
    others = leads(found.folds, found.settings, no_comparison=no_comparison)
    return [*findings, *fallen, *without(others, [*findings, *fallen])]


def _counts(
    found: Found, groups: Sequence[Group], profiles: Sequence[ProfileNetwork]
) -> dict[str, int | float]:
    return {
        "traces": len(found.ground.traces),
        "candidates": sum(len(fold.groups) for fold in found.folds),
        "tests": sum(len(fold.tests) for fold in found.folds),
        "searches": found.families,
        "confirmed": sum(group.tier is Tier.CONFIRMED for group in groups),
        "leads": sum(group.tier is Tier.LEAD for group in groups) + len(profiles),
    }
