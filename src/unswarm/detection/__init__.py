"""Events → networks: the whole pipeline on one page.

1. `traces`: every signal turns events into traces: who touched which object, when.
2. `search`: on one half of the objects, pairs that co-act more than chance become candidate groups;
   on the other half each member is tested against the others, compared with outsiders on the same
   objects and with its own habits; then the halves are swapped. Words of one's own are also
   compared without a clock.
3. `groups`: groups that stand are findings; others worth a look are leads, each with its reason.
4. `stability`: a finding that falls when a setting is changed becomes a lead.
5. `profiles`: accounts created together are leads of their own kind.
6. `structure`: accounts that have the same rare things are leads of their own kind, too.
7. `operations`: findings whose accounts have what is each other's are parts of one network.
8. `tables`: networks, members, the occasions behind them, edges, caveats.
9. `linked`: accounts tied to a finding by what they share with it, as a list with an error rate.
10. `across`: accounts of other platforms that look like one hand's, each with its probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from unswarm.co_actions.plan import Way
from unswarm.detection.across import Platforms, belonging
from unswarm.detection.caveats import caveats, power
from unswarm.detection.groups import Group, confirmed, leads, suspects_only, without
from unswarm.detection.held import Holdings, holdings
from unswarm.detection.linked import confirmed_members, linked
from unswarm.detection.listed import test_list
from unswarm.detection.operations import operations
from unswarm.detection.profiles import ProfileNetwork, profile_networks
from unswarm.detection.search import Found, prepare, search
from unswarm.detection.stability import stable
from unswarm.detection.structure import tied_networks
from unswarm.detection.tables import renamed, tables, with_profiles
from unswarm.detection.traces import trace
from unswarm.detection.tracking import network_ids
from unswarm.engines import Engine, open_engine
from unswarm.model import COUNTERPART, LINK, TRACE, Tier
from unswarm.progress import Progress, silent
from unswarm.settings import Settings


@dataclass(frozen=True)
class Detected:
    """What one run detected.

    Args:
        tables: `network`, `membership`, `edge`, `occasion`, `linked`, `counterpart`, `caveat` of
            `model.RUNS`, and `candidate`: account and probability of every account in any
            candidate group.
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
    way: Way = Way.AUTO,
) -> Detected:
    """Detect networks in the events that the engine sees.

    Leaves `trace` (`model.TRACE`) and `heavy` in the engine.

    Args:
        engine: sees every table of `model.EVENTS`, and `comparison(account)`.
        settings: the run's.
        progress: is told how far the work is.
        listed: accounts that somebody brings; they are tested as one group, nothing is discovered.
        previous: `model.MEMBERSHIP` of the run before, whose network ids persist.
        way: how pairs are counted; the result is the same.
    """
    trace(engine, settings.signals)
    found, groups = _groups(engine, settings, progress, listed, way)
    engine.keep("heavy_objects", "SELECT * FROM heavy")
    names = found.ground.ids.to_pylist()
    members = [frozenset(names[a] for a in group.accounts) for group in groups]
    held = holdings(engine, found.ground.ids)
    platforms = Platforms(engine)
    parts = _parts(platforms, held, groups, members, settings)
    of = {place: f"part {number}" for number, part in enumerate(parts) for place in part}
    written = tables(found, groups, [of[place] for place in range(len(groups))], settings)
    rows = linked(engine, held, found.ground, written, settings, progress)
    pairs = platforms.counterparts(belonging(confirmed_members(written), rows))
    written |= {"linked": rows, "counterpart": COUNTERPART.rows(pairs)}
    profiles = [] if listed is not None else _profiles(engine, held, written, members, settings)
    whole = [frozenset().union(*(members[place] for place in part)) for part in parts]
    ids = network_ids([*whole, *(frozenset(p.members) for p in profiles)], previous)
    written = renamed(written, {f"part {n}": ids[n] for n in range(len(parts))})
    written = with_profiles(written, profiles, ids[len(parts) :])
    engine.keep("heavy", "SELECT * FROM heavy_objects")
    written["caveat"] = caveats(engine, found, settings)
    return Detected(written, _counts(found, written["network"]), power(found, settings))


def _parts(
    platforms: Platforms,
    held: Holdings,
    groups: Sequence[Group],
    members: Sequence[frozenset[str]],
    settings: Settings,
) -> list[list[int]]:
    """Places of the groups that are one network: findings may be parts of one, leads never are."""
    findings = [place for place, group in enumerate(groups) if group.tier is Tier.CONFIRMED]
    people = [sorted(members[place]) for place in findings]
    several = {str(place): some for place, some in enumerate(people)} if len(people) > 1 else {}
    pairs = platforms.counterparts(several)
    joined = operations(held, people, settings, pairs)
    leads = [[place] for place, group in enumerate(groups) if group.tier is not Tier.CONFIRMED]
    return [*([findings[i] for i in part] for part in joined), *leads]


def _profiles(
    engine: Engine,
    held: Holdings,
    written: dict[str, pa.Table],
    seen: Sequence[frozenset[str]],
    settings: Settings,
) -> list[ProfileNetwork]:
    """Networks that profiles or ties alone give away, but for those that behaviour shows already.

    Nothing more is said of accounts half of which are in findings, or linked to them. Among the
    others, those created together come first; ties say nothing more of the same ones.
    """
    findings = {a for members in confirmed_members(written).values() for a in members}
    linked_to = written["linked"].filter(written["linked"]["named"])
    findings |= set(linked_to["account"].to_pylist())
    bursts = [
        burst
        for burst in profile_networks(engine.fetch("SELECT * FROM account"), settings)
        if not any(2 * len(s & burst.members.keys()) >= len(s) for s in seen)
        and 2 * len(findings & burst.members.keys()) < len(burst.members)
    ]
    known = [frozenset(findings), *seen, *(frozenset(burst.members) for burst in bursts)]
    return [*bursts, *tied_networks(held, settings, known)]


@dataclass(frozen=True)
class Judged:
    """Accounts of the networks that some traces show, by tier; each list sorted."""

    networks: list[list[str]]
    leads: list[list[str]]


def judge(traces: pa.Table, settings: Settings, listed: Sequence[str] | None = None) -> Judged:
    """Traces (`model.TRACE`) → who stands, without events, tables or a case: for benchmarks."""
    engine = open_engine()
    engine.see("trace", traces)
    engine.see("link", LINK.rows([]))
    engine.see("written", TRACE.rows([]))
    engine.see("comparison", pa.table({"account": pa.array([], pa.string())}))
    found, groups = _groups(engine, settings, silent, listed)
    names = found.ground.ids.to_pylist()
    tiers: dict[str, list[list[str]]] = {tier: [] for tier in Tier}
    for group in groups:
        tiers[group.tier].append([names[code] for code in group.accounts])
    return Judged(tiers[Tier.CONFIRMED], tiers[Tier.LEAD])


def _groups(
    engine: Engine,
    settings: Settings,
    progress: Progress,
    listed: Sequence[str] | None,
    way: Way = Way.AUTO,
) -> tuple[Found, list[Group]]:
    ground = prepare(engine, settings, progress, way)
    if listed is not None:
        found = test_list(ground, listed, settings)
        return found, _list_tiers(found)
    found = search(ground, settings, progress)
    lonely = suspects_only(found.folds, ground.active)
    return found, _tiers(found, progress, no_comparison=lonely)


def _list_tiers(found: Found) -> list[Group]:
    """Of a list that somebody brings: the members that stand, and those worth a look."""
    standing = confirmed(found.folds)
    others = leads(found.folds, found.settings, no_comparison=False)
    return [*standing, *without(others, standing)]


def _tiers(found: Found, progress: Progress, *, no_comparison: bool) -> list[Group]:
    """Findings first, then leads; a lead that is for the better half a finding is left out."""
    standing = [] if no_comparison else confirmed(found.folds)
    findings, fallen = stable(found, standing, progress)
    others = leads(found.folds, found.settings, no_comparison=no_comparison)
    return [*findings, *fallen, *without(others, [*findings, *fallen])]


def _counts(found: Found, networks: pa.Table) -> dict[str, int | float]:
    tiers = networks["tier"].to_pylist()
    return {
        "traces": len(found.ground.traces),
        "candidates": sum(len(fold.groups) for fold in found.folds),
        "tests": sum(len(fold.tests) for fold in found.folds),
        "searches": len(found.spent),
        "confirmed": tiers.count(Tier.CONFIRMED),
        "leads": tiers.count(Tier.LEAD),
    }
