"""Groups → the tables of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from unswarm.detection.account import (
    Heard,
    Member,
    account_probabilities,
    hear,
    joint_times,
    members,
    occasions,
    signals_met,
)
from unswarm.detection.edges import edges
from unswarm.detection.explanation import explain
from unswarm.detection.groups import NO_COMPARISON, Group
from unswarm.detection.joined import TOP_OBJECTS, parts_joined
from unswarm.detection.layer import Ints
from unswarm.detection.profiles import ProfileNetwork
from unswarm.detection.search import Found
from unswarm.model import CANDIDATE, DAY, MEMBERSHIP, NETWORK, OCCASION, SECOND, Tier
from unswarm.settings import Settings

FIRM = 0.8


def tables(
    found: Found, groups: Sequence[Group], ids: Sequence[str], settings: Settings
) -> dict[str, pa.Table]:
    """`network`, `membership`, `occasion`, `edge` and `candidate` of a run.

    Args:
        found: what the search saw.
        groups: findings and leads.
        ids: the id of each group; groups of one id are parts of one network.
        settings: the run's.
    """
    known = account_probabilities(found, groups)
    names = found.ground.ids.to_pylist()
    networks, memberships, meetings = [], [], []
    for network, group in zip(ids, groups, strict=True):
        heard = hear(group)
        people = list(members(group, heard, known))
        networks.append(_network(found, network, group, heard, people))
        memberships += [
            _membership(network, names, group, person, heard, settings) for person in people
        ]
        meetings += list(occasions(found, network, heard))
    networks, memberships = parts_joined(networks, memberships, meetings)
    membership = MEMBERSHIP.rows(memberships)
    candidates = [
        {"account": names[code], "probability": probability} for code, probability in known.items()
    ]
    return {
        "network": NETWORK.rows(networks),
        "membership": membership,
        "occasion": OCCASION.rows(meetings),
        "edge": edges(found.ground, membership, _windows(groups)),
        "candidate": CANDIDATE.rows(candidates),
    }


def _windows(groups: Sequence[Group]) -> Mapping[str, int]:
    """The widest window each signal was seen with."""
    widest: dict[str, int] = {}
    for fold in (fold for group in groups for fold in group.folds):
        for signal in fold.court.layer.signals:
            widest[signal] = max(widest.get(signal, 0), fold.window)
    return widest


def _membership(
    network: str,
    names: Sequence[str],
    group: Group,
    person: Member,
    heard: Sequence[Heard],
    settings: Settings,
) -> dict[str, Any]:
    compared = group.reason != NO_COMPARISON
    return {
        "network": network,
        "account": names[person.account],
        "probability": person.probability,
        "signals": " ".join(person.signals),
        "p": person.p if compared else None,
        "occasions": person.occasions,
        "together": person.together,
        "expected": person.expected if compared else None,
        "stability": group.kept.get(person.account),
        "explanation": explain(group, person, heard, settings),
    }


def _network(
    found: Found,
    network: str,
    group: Group,
    heard: Sequence[Heard],
    people: Sequence[Member],
) -> dict[str, Any]:
    times = joint_times(found, heard)
    objects = _objects(heard)
    together = sum(person.together for person in people)
    compared = group.reason != NO_COMPARISON
    expected = sum(person.expected for person in people) if compared else None
    return {
        "network": network,
        "tier": group.tier.value,
        "reason": group.reason,
        "accounts": len(group.accounts),
        "probability": float(np.median([person.probability for person in people])),
        "signals": " ".join(signals_met(heard)),
        "first": int(times[0]) if len(times) else None,
        "last": int(times[-1]) if len(times) else None,
        "top_objects": "\n".join(name for name, _ in objects.most_common(TOP_OBJECTS)),
        "inauthenticity": "",
        "label": "",
        "p": _declared(group, heard, found) if compared else None,
        "occasions": sum(person.occasions for person in people),
        "together": together,
        "expected": expected,
        "lift": together / max(expected, 1e-9) if expected is not None else None,
        "days": len(np.unique(times // DAY)),
        "objects": len(objects),
        "exclusive": _exclusive(heard),
        "stability": group.stability,
        "strength": _strength(group, times),
        "confirmed_in": "\n".join(_places(group)),
        "innocent": _one_event(times),
    }


def _objects(heard: Sequence[Heard]) -> Counter[str]:
    """Objects on which members met, by how many members did."""
    touched: Counter[str] = Counter()
    for each in heard:
        layer, meetings = each.fold.court.layer, each.meetings
        codes = layer.object[meetings.event[meetings.met]]
        code, count = np.unique(codes, return_counts=True)
        names = layer.names.take(code).to_pylist()
        touched.update(dict(sorted(zip(names, count.tolist(), strict=True))))
    return Counter(dict(sorted(touched.items(), key=lambda item: (-item[1], item[0]))))


def _exclusive(heard: Sequence[Heard]) -> float | None:
    """Share of the objects met on that nobody outside the group touched."""
    alone: dict[tuple[str, int], bool] = {}
    for each in heard:
        met = each.meetings.met
        codes: Ints = each.fold.court.layer.object[each.meetings.event[met]]
        for code, others in zip(codes.tolist(), each.meetings.outsiders[met].tolist(), strict=True):
            alone[each.fold.signal, code] = others == 0
    return sum(alone.values()) / len(alone) if alone else None


def _declared(group: Group, heard: Sequence[Heard], found: Found) -> float:
    """p of the network: that of the member which completed the required number, corrected.

    Bonferroni over the members tested beside it and over the searches that share the error.
    """
    place = min(found.settings.min_members, len(group.accounts)) - 1
    each = [
        float(np.sort(h.tests.p)[place])
        * max(h.fold.tested, 1)
        * (found.settings.q / found.spent[h.fold.signal])
        for h in heard
    ]
    return min(1.0, *each, 1.0)


def _strength(group: Group, times: Ints) -> str:
    """strong: both halves, 80 % of the settings, no single event; moderate; weak: a lead."""
    if group.tier is Tier.LEAD:
        return "weak"
    halves = Counter((fold.signal, fold.window) for fold in group.folds)
    firm = max(halves.values()) == 2 and (group.stability or 0) >= FIRM
    return "strong" if firm and not _one_event(times) else "moderate"


def _one_event(times: Ints) -> str:
    """An explanation that fits whatever happened within one day."""
    if len(times) and times[-1] - times[0] < DAY:
        return "one event: every joint occasion lies within 24 hours"
    return ""


def _places(group: Group) -> list[str]:
    half = {0: "found on half A, tested on half B", 1: "found on half B, tested on half A"}
    return [
        f"{fold.signal} within {fold.window // SECOND} s, {half.get(fold.half, 'a list brought')}"
        for fold in group.folds
    ]


def renamed(written: Mapping[str, pa.Table], names: Mapping[str, str]) -> dict[str, pa.Table]:
    """The tables with other ids for their networks."""
    found = dict(written)
    for name, table in written.items():
        if "network" in table.column_names:
            ids = [names[network] for network in table["network"].to_pylist()]
            place = table.schema.get_field_index("network")
            found[name] = table.set_column(place, "network", pa.array(ids, pa.string()))
    return found


def with_profiles(
    written: dict[str, pa.Table], profiles: Sequence[ProfileNetwork], ids: Sequence[str]
) -> dict[str, pa.Table]:
    """The tables with the networks that profiles or ties alone give away: leads of their own."""
    networks = [_profile(network, p) for network, p in zip(ids, profiles, strict=True)]
    people = [
        {"network": network, "account": account, "probability": probability, "p": p.p}
        | {"signals": p.seen_in, "explanation": p.claim}
        for network, p in zip(ids, profiles, strict=True)
        for account, probability in sorted(p.members.items())
    ]
    return {
        **written,
        "network": pa.concat_tables([written["network"], NETWORK.rows(networks)]),
        "membership": pa.concat_tables([written["membership"], MEMBERSHIP.rows(people)]),
    }


def _profile(network: str, profile: ProfileNetwork) -> dict[str, Any]:
    return {
        "network": network,
        "tier": Tier.LEAD.value,
        "reason": f"{profile.kind}, seen in {profile.seen_in} only: no behaviour confirms it",
        "accounts": len(profile.members),
        "probability": float(np.median(list(profile.members.values()))),
        "signals": profile.seen_in,
        "first": profile.first,
        "last": profile.last,
        "top_objects": "",
        "inauthenticity": "",
        "label": "",
        "p": profile.p,
        "strength": "weak",
        "confirmed_in": "",
        "innocent": "",
    }
