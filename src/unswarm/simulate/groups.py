"""Accounts that do act in concert, and what a collection does to the picture.

Members are existing accounts: what they did before is their camouflage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from typing import Literal

import numpy as np
from numpy.random import Generator

from unswarm.errors import SettingsError
from unswarm.model import DAY, HOUR, MINUTE, SECOND
from unswarm.simulate.worlds import ORGANIC, START, Flags, Integers, Reals, World

CAMPAIGN_SOURCE = 2_000_000  # source of a group's own links, plus the group's number
FEED_SOURCE, STORM_SOURCE = 3_000_000, 4_000_000

_CAMOUFLAGE = (8, 80)  # organic actions of an account that may become a member
_AUDIENCE = (15, 400)  # sharers of an object that a group may join


@dataclass(frozen=True)
class Group:
    """How a planted group acts.

    Args:
        accounts: members.
        objects: objects they push.
        participation: chance that a member joins in on an object.
        spread_s: seconds within which those who join act.
        mode: 'viral': objects that others share too; 'exclusive': links of their own, which few
            others pick up; 'mixed': by turns.
        outsiders: how many others pick up an exclusive link, on average.
        fast: on viral objects, always 5 s after the post appears, as fast fans do.
    """

    accounts: int
    objects: int
    participation: float = 0.7
    spread_s: float = 60
    mode: Literal["viral", "exclusive", "mixed"] = "viral"
    outsiders: float = 2.0
    fast: bool = False

    def owns(self, turn: int) -> bool:
        """Whether the object of this turn is a link of the group's own."""
        return self.mode == "exclusive" or (self.mode == "mixed" and turn % 2 == 1)


def some_groups(number: int) -> tuple[Group, ...]:
    """That many groups of 5, 10, 20 and 50 accounts, each pushing 20 objects of both kinds."""
    sizes = islice(cycle((10, 20, 5, 50)), number)
    return tuple(Group(size, 20, mode="mixed") for size in sizes)


def plant(world: World, groups: Sequence[Group], seed: int = 7) -> World:
    """The world with groups that act in concert; `label` says who is in which.

    Raises:
        SettingsError: the world has too few accounts or objects that fit.
    """
    random = np.random.default_rng(seed)
    pool = random.permutation(_recruits(world))
    label, script = world.label.copy(), _Script(world.objects)
    targets = np.flatnonzero(_between(world.popularity, _AUDIENCE))
    for number, group in enumerate(groups, start=int(world.label.max()) + 1):
        members, pool = _take(pool, group.accounts), pool[group.accounts :]
        label[members] = number
        owned = [group.owns(turn) for turn in range(group.objects)]
        joined = iter(_take(random.permutation(targets), owned.count(False)))
        for own in owned:
            if own:
                _push(random, script, world, members, group, CAMPAIGN_SOURCE + number)
            else:
                _join(random, script, world, members, group, int(next(joined)))
    return script.play(world, label)


def feed(world: World, seed: int = 8, accounts: int = 20, items: int = 60) -> World:
    """Adds honest auto-posters of one feed: each item within a minute, by nine in ten of them."""
    random = np.random.default_rng(seed)
    members = random.choice(np.flatnonzero(world.label == ORGANIC), accounts, replace=False)
    script = _Script(world.objects)
    for _ in range(items):
        born = _birth(random, world)
        item = script.publish(born, FEED_SOURCE)
        posting = members[random.random(accounts) < 0.9]
        delay = 2 * MINUTE + random.integers(0, 60, len(posting)) * SECOND
        script.act(posting, item, born + delay)
    return script.play(world, _relabel(world, members))


def storm(world: World, seed: int = 8, accounts: int = 40, storms: int = 8) -> World:
    """Adds activists of one community: half-hour storms of five links, each joined by 40 %."""
    random = np.random.default_rng(seed)
    members = _activists(world, accounts)
    script = _Script(world.objects)
    for _ in range(storms):
        born = _birth(random, world)
        for _ in range(5):
            link = script.publish(born, STORM_SOURCE)
            joining = members[random.random(len(members)) < 0.4]
            delay = random.random(len(joining)) * 30 * MINUTE
            script.act(joining, link, born + _whole_seconds(delay))
    return script.play(world, _relabel(world, members))


# ------------------------------------------------------------------ what a collection leaves


def only_members(world: World) -> World:
    """A collection around suspects: nobody else is in the data."""
    return _keep(world, world.label[world.account] != ORGANIC)


def thin(world: World, share: float, seed: int = 3) -> World:
    """The members and a random share of the other accounts."""
    random = np.random.default_rng(seed)
    kept = (world.label != ORGANIC) | (random.random(world.accounts) < share)
    return _keep(world, kept[world.account])


def sample(world: World, share: float, seed: int = 3) -> World:
    """A random share of all events, as sampled streams give."""
    return _keep(world, np.random.default_rng(seed).random(len(world)) < share)


def coarsen(world: World, precision_ms: int) -> World:
    """The same world seen through a coarser clock: times cut to whole `precision_ms`."""
    coarse = replace(
        world,
        born=world.born // precision_ms * precision_ms,
        precision=max(world.precision, precision_ms),
    )
    return coarse.with_events(
        world.account, world.object, world.time // precision_ms * precision_ms
    )


def _keep(world: World, kept: Flags) -> World:
    return world.with_events(world.account[kept], world.object[kept], world.time[kept])


# ------------------------------------------------------------------ parts


@dataclass
class _Script:
    """Events and links to add to a world; its links are numbered from `first`."""

    first: int
    born: list[int] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    account: list[Integers] = field(default_factory=list)
    object: list[Integers] = field(default_factory=list)
    time: list[Integers] = field(default_factory=list)

    def publish(self, born: int, source: int) -> int:
        """A new link; its number."""
        self.born.append(born)
        self.source.append(source)
        return self.first + len(self.born) - 1

    def act(self, account: Integers, object_: int, time: Integers) -> None:
        """Accounts share one object."""
        self.account.append(account)
        self.object.append(np.full(len(account), object_))
        self.time.append(time)

    def play(self, world: World, label: Integers) -> World:
        """The world with all this added; an added event replaces an organic one of that pair."""
        nothing = np.zeros(0, np.int64)
        account = np.concatenate([*self.account, nothing, world.account])
        object_ = np.concatenate([*self.object, nothing, world.object])
        time = np.concatenate([*self.time, nothing, world.time])
        _, first = np.unique(account * (self.first + len(self.born)) + object_, return_index=True)
        first = first[time[first] < world.end]
        larger = replace(
            world,
            label=label,
            born=np.concatenate([world.born, np.array(self.born, np.int64)]),
            source=np.concatenate([world.source, np.array(self.source, np.int64)]),
            reaction=np.concatenate([world.reaction, np.zeros(len(self.born), bool)]),
        )
        return larger.with_events(account[first], object_[first], time[first])


def _push(
    random: Generator, script: _Script, world: World, members: Integers, group: Group, source: int
) -> None:
    """The group puts out a link of its own; a few others pick it up later."""
    born = _birth(random, world)
    link = script.publish(born, source)
    base = born + int(random.random() * 10 * MINUTE)
    script.act(*_joint(random, members, group, link, base))
    outsiders = np.setdiff1d(np.arange(world.accounts), members)
    others = random.choice(outsiders, random.poisson(group.outsiders))
    script.act(others, link, born + _log_normal(random, 2 * HOUR, 1.2, len(others)))


def _join(
    random: Generator, script: _Script, world: World, members: Integers, group: Group, thing: int
) -> None:
    """The group joins an object that others share too."""
    delay = 5 * SECOND if group.fast else int(_log_normal(random, 3 * HOUR, 1.0, 1)[0])
    last = world.end - int(group.spread_s + 1) * SECOND
    script.act(*_joint(random, members, group, thing, min(int(world.born[thing]) + delay, last)))


def _joint(
    random: Generator, members: Integers, group: Group, thing: int, base: int
) -> tuple[Integers, int, Integers]:
    joining = members[random.random(len(members)) < group.participation]
    delay = random.random(len(joining)) * group.spread_s * SECOND
    return joining, thing, base // SECOND * SECOND + _whole_seconds(delay)


def _birth(random: Generator, world: World) -> int:
    return START + int(random.random() * (world.days - 2) * DAY) // SECOND * SECOND


def _log_normal(random: Generator, median: float, spread: float, size: int) -> Integers:
    return _whole_seconds(np.exp(random.normal(np.log(median), spread, size)))


def _whole_seconds(milliseconds: Reals) -> Integers:
    return milliseconds.astype(np.int64) // SECOND * SECOND


def _between(values: Integers, limits: tuple[int, int]) -> Flags:
    return (values >= limits[0]) & (values <= limits[1])


def _recruits(world: World) -> Integers:
    return np.flatnonzero(_between(world.activity, _CAMOUFLAGE) & (world.label == ORGANIC))


def _take(pool: Integers, number: int) -> Integers:
    if number > len(pool):
        raise SettingsError(
            f"The world has {len(pool)} accounts or objects left that a group may use, "
            f"{number} are needed. Hint: a larger world, or fewer and smaller groups."
        )
    return pool[:number]


def _activists(world: World, number: int) -> Integers:
    """The first accounts with at least five actions of the community that has most of them."""
    active = np.flatnonzero((world.activity >= 5) & (world.label == ORGANIC))
    home = np.bincount(world.community[active]).argmax()
    return _take(active[world.community[active] == home], number)


def _relabel(world: World, members: Integers) -> Integers:
    label = world.label.copy()
    label[members] = label.max() + 1
    return label
