"""Organic worlds: accounts that share the same things at the same time and never act in concert.

Activity and popularity are heavy-tailed, attention decays log-normally and sometimes comes back,
accounts live in time zones and in communities of taste, and most shares wait until the account
opens the app. What makes innocent accounts look alike is switched on by `Conditions`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from unswarm.errors import SettingsError, did_you_mean
from unswarm.model import SECOND

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

ORGANIC = -1
EVERYBODY = -1
START = 1_704_067_200_000  # Monday 2024-01-01, 00:00 UTC, in milliseconds

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_ZONES = np.array([-8, -5, 0, 1, 3, 5.5, 7.0])
_ZONE_SHARES = [0.12, 0.25, 0.15, 0.25, 0.08, 0.08, 0.07]
_FANDOMS = 12  # communities with an idol whose posts half of the members are notified of
_IDOL_SOURCE = 1_000_000
_INFLUENCERS = 4  # per community; followers of one share within a minute of each other
_TRIES = 30  # times a moment is redrawn because the account sleeps


@dataclass(frozen=True)
class Conditions:
    """What makes innocent accounts look alike in a world.

    Args:
        name: the world's name.
        sessions: shares wait for the account's next app session.
        session_share: share of actions that wait; the others happen at once.
        push: fans are notified of their idol's posts and answer within a minute.
        local: followers of a local influencer share within a minute of each other.
        habits: accounts open the app at three fixed minutes of the day.
        schedulers: 6 % of the accounts post by a tool that fires on the quarter hour.
    """

    name: str
    sessions: bool = False
    session_share: float = 0.6
    push: bool = False
    local: bool = False
    habits: bool = False
    schedulers: bool = False


WORLDS = {
    conditions.name: conditions
    for conditions in (
        Conditions("independent"),
        Conditions("sessions", sessions=True),
        Conditions("fandom", sessions=True, push=True),
        Conditions("local", sessions=True, local=True),
        Conditions("habits", sessions=True, session_share=0.95, habits=True),
        Conditions("schedulers", sessions=True, schedulers=True),
        Conditions("everything", sessions=True, push=True, local=True),
    )
}


@dataclass(frozen=True, eq=False)
class World:
    """Who shared what and when, and who really acted in concert. Arrays, never objects.

    Args:
        name: which world it is.
        account, object, time: one entry per event, sorted by object, time, account; an account
            shares an object once. Times are milliseconds UTC.
        reaction: per object, whether sharing it answers a post (else: a link put out).
        source: per object, the number of the author or the domain it comes from.
        born: per object, when it appeared, milliseconds UTC.
        community: per account, its community of taste.
        label: per account, `ORGANIC` or the number of the group it was planted in.
        days: length of the collection; events after its end were not collected.
        precision: width of the last digit of `time`, milliseconds.
    """

    name: str
    account: Integers
    object: Integers
    time: Integers
    reaction: Flags
    source: Integers
    born: Integers
    community: Integers
    label: Integers
    days: float
    precision: int = SECOND

    def __len__(self) -> int:
        return len(self.account)

    @property
    def accounts(self) -> int:
        """How many accounts there are, silent ones included."""
        return len(self.label)

    @property
    def objects(self) -> int:
        """How many objects there are."""
        return len(self.born)

    @property
    def activity(self) -> Integers:
        """Objects shared, per account."""
        return np.bincount(self.account, minlength=self.accounts)

    @property
    def popularity(self) -> Integers:
        """Accounts that shared it, per object."""
        return np.bincount(self.object, minlength=self.objects)

    @property
    def end(self) -> int:
        """When the collection ends, milliseconds UTC."""
        return START + int(self.days * _DAY) * SECOND

    def with_events(self, account: Integers, object_: Integers, time: Integers) -> World:
        """This world with other events, sorted."""
        order = np.lexsort((account, time, object_))
        return replace(self, account=account[order], object=object_[order], time=time[order])


def world(
    name: str | Conditions,
    seed: int,
    *,
    accounts: int = 5000,
    objects: int = 25000,
    days: float = 30,
    communities: int = 60,
    homophily: float = 0.7,
) -> World:
    """A seeded world in which nobody acts in concert: the same seed gives the same bytes.

    Args:
        name: one of `WORLDS`, or conditions of your own.
        seed: of every random choice.
        accounts, objects, communities: how many of each.
        days: length of the collection, above 2.
        homophily: share of a community's object that stays in the community.

    Raises:
        SettingsError: the name or a size is outside its range.
    """
    conditions = name if isinstance(name, Conditions) else _conditions(name)
    _check(accounts, objects, days, communities)
    random = np.random.default_rng(seed)
    people = _people(random, conditions, accounts, communities)
    things = _things(random, conditions, objects, communities, days)
    account, object_ = _audience(random, people, things, homophily)
    time = _times(random, conditions, people, things, account, object_, days)
    empty = _empty(conditions.name, people, things, days)
    stamp = _stamp(time)
    seen = stamp < empty.end
    return empty.with_events(account[seen], object_[seen], stamp[seen])


def _conditions(name: str) -> Conditions:
    if name not in WORLDS:
        raise SettingsError(f"Unknown world '{name}'. Hint: {did_you_mean(name, WORLDS)}")
    return WORLDS[name]


def _check(accounts: int, objects: int, days: float, communities: int) -> None:
    if min(accounts, objects, communities) < 1:
        raise SettingsError("A world needs at least one account, one object and one community.")
    if days <= 2:
        raise SettingsError("A world needs more than 2 days: objects live for days.")


def _stamp(seconds: Reals) -> Integers:
    return START + np.floor(seconds).astype(np.int64) * SECOND


# ------------------------------------------------------------------ people and things


@dataclass(frozen=True)
class _People:
    """Per account, but `home`: time zones in hours east."""

    activity: Reals
    community: Integers
    zone: Reals
    notified: Flags
    home: Reals  # per community, where most of its members live


def _people(random: Generator, conditions: Conditions, accounts: int, communities: int) -> _People:
    community = random.integers(0, communities, accounts)
    home = random.choice(_ZONES, communities, p=_ZONE_SHARES)
    abroad = random.random(accounts) >= 0.8
    zone = np.where(abroad, random.choice(_ZONES, accounts, p=_ZONE_SHARES), home[community])
    fan = (community < _FANDOMS) & (random.random(accounts) < 0.5)
    return _People(
        activity=np.minimum(random.pareto(1.3, accounts) + 0.3, 150.0),
        community=community,
        zone=zone,
        notified=fan & conditions.push,
        home=home,
    )


@dataclass(frozen=True)
class _Things:
    """Per object; times and delays in seconds."""

    shares: Integers
    born: Reals
    community: Integers  # EVERYBODY: of no community
    delay: Reals  # median delay of a share
    spread: Reals  # of the log of the delay
    echoes: Flags  # attention comes back once
    echo: Reals  # … this long after birth
    idol: Flags
    source: Integers
    reaction: Flags


def _things(
    random: Generator, conditions: Conditions, objects: int, communities: int, days: float
) -> _Things:
    community = np.where(
        random.random(objects) < 0.3, EVERYBODY, random.integers(0, communities, objects)
    )
    of_fandom = (community != EVERYBODY) & (community < _FANDOMS)
    idol = of_fandom & (random.random(objects) < 0.2) & conditions.push
    shares = _pareto_shares(random, objects)
    shares[idol] = np.maximum(shares[idol], random.integers(30, 90, int(idol.sum())))
    source = np.minimum((random.pareto(1.0, objects) * 50).astype(np.int64), 5000)
    return _Things(
        shares=shares,
        born=random.random(objects) * (days - 2) * _DAY,
        community=community,
        delay=_median_delays(random, objects),
        spread=random.uniform(0.9, 1.5, objects),
        echoes=random.random(objects) < 0.2,
        echo=random.uniform(_HOUR, 48 * _HOUR, objects),
        idol=idol,
        source=np.where(idol, _IDOL_SOURCE + community, source),
        reaction=(random.random(objects) < 0.5) | idol,
    )


def _pareto_shares(random: Generator, objects: int) -> Integers:
    shares = np.floor(2 * (1 - random.random(objects)) ** (-1 / 1.15))
    return np.minimum(shares, 2500).astype(np.int64)


def _median_delays(random: Generator, objects: int) -> Reals:
    """Three hours give or take; three minutes for the tenth of the objects that are flashes."""
    slow = random.normal(np.log(3 * _HOUR), 1.2, objects)
    flash = random.normal(np.log(3 * _MINUTE), 0.7, objects)
    return np.exp(np.where(random.random(objects) < 0.1, flash, slow))


def _empty(name: str, people: _People, things: _Things, days: float) -> World:
    """The world before anybody has shared anything."""
    nothing = np.zeros(0, np.int64)
    return World(
        name=name,
        account=nothing,
        object=nothing,
        time=nothing,
        reaction=things.reaction,
        source=things.source,
        born=_stamp(things.born),
        community=people.community,
        label=np.full(len(people.community), ORGANIC),
        days=days,
    )


# ------------------------------------------------------------------ who shares what


def _audience(
    random: Generator, people: _People, things: _Things, homophily: float
) -> tuple[Integers, Integers]:
    """Distinct pairs (account, object), sorted: busy accounts and the own community first."""
    object_ = np.repeat(np.arange(len(things.shares)), things.shares)
    account = _draw(random, people.activity, len(object_))
    community = things.community[object_]
    stays = np.where(things.idol[object_], 0.97, homophily)
    inside = (community != EVERYBODY) & (random.random(len(object_)) < stays)
    account[inside] = _draw_members(random, people, community[inside])
    pairs: Integers = np.unique(account * len(things.shares) + object_)
    return np.divmod(pairs, len(things.shares))


def _draw(random: Generator, weight: Reals, size: int) -> Integers:
    total = np.cumsum(weight)
    found: Integers = np.searchsorted(total, random.random(size) * total[-1])
    return np.minimum(found, len(weight) - 1)


def _draw_members(random: Generator, people: _People, community: Integers) -> Integers:
    """One member of each community, by activity; an empty community is served by a neighbour."""
    order = np.argsort(people.community, kind="stable")
    total = np.concatenate(([0.0], np.cumsum(people.activity[order])))
    first = np.searchsorted(people.community[order], np.arange(len(people.home) + 1))
    low, high = total[first[community]], total[first[community + 1]]
    drawn = low + (high - low) * random.random(len(community))
    place = np.searchsorted(total, drawn, side="right") - 1
    return order[np.clip(place, first[community], first[community + 1] - 1)]


# ------------------------------------------------------------------ when


def _times(
    random: Generator,
    conditions: Conditions,
    people: _People,
    things: _Things,
    account: Integers,
    object_: Integers,
    days: float,
) -> Reals:
    """Seconds since the start, per event."""
    at_once = random.random(len(account)) >= conditions.session_share
    time, answered = _reactions(random, people, things, account, object_)
    at_once |= answered
    if conditions.local:
        time, moved = _local_moments(random, people, things, account, object_, time)
        at_once |= moved
    if conditions.sessions:
        opened, closed = _sessions(random, conditions, people.zone, days)
        later = _next_session(random, account, time, opened, closed)
        time = np.where(at_once, time, later)
    if conditions.schedulers:
        time = _quarter_hours(random, len(people.zone), account, time)
    return time


def _awake(seconds: Reals, zone: Reals) -> Reals:
    """Chance that an account acts at this hour of its day: peaks at lunch and in the evening."""
    return _DAY_CURVE[((seconds / _HOUR + zone) % 24).astype(np.int64) % 24]


def _day_curve() -> Reals:
    hour = np.arange(24)
    evening = np.exp(2 * np.cos(2 * np.pi * (hour - 20.5) / 24)) / 7.4
    lunch = 0.7 * np.exp(2.5 * np.cos(2 * np.pi * (hour - 12.5) / 24)) / 12.2
    activity = 0.03 + evening + lunch
    curve: Reals = activity / activity.max()
    return curve


_DAY_CURVE = _day_curve()


def _reactions(
    random: Generator, people: _People, things: _Things, account: Integers, object_: Integers
) -> tuple[Reals, Flags]:
    """When each account meets its object while awake, and whether a notification told it."""
    time, answered = np.empty(len(account)), np.zeros(len(account), bool)
    left = np.arange(len(account))
    for attempt in range(_TRIES):
        person, thing = account[left], object_[left]
        delay, notified = _delays(random, people, things, person, thing)
        moment = things.born[thing] + delay
        acts = random.random(len(left)) < _awake(moment, people.zone[person])
        acts |= attempt == _TRIES - 1
        time[left[acts]], answered[left[acts]] = moment[acts], notified[acts]
        left = left[~acts]
    return time, answered


def _delays(
    random: Generator, people: _People, things: _Things, person: Integers, thing: Integers
) -> tuple[Reals, Flags]:
    size = len(person)
    delay = np.exp(random.normal(np.log(things.delay[thing]), things.spread[thing]))
    returns = things.echoes[thing] & (random.random(size) < 0.35)
    delay = np.where(returns, things.echo[thing] + random.exponential(300, size), delay)
    notified = things.idol[thing] & people.notified[person]
    return np.where(notified, np.exp(random.normal(np.log(45), 0.8, size)), delay), notified


def _local_moments(
    random: Generator,
    people: _People,
    things: _Things,
    account: Integers,
    object_: Integers,
    time: Reals,
) -> tuple[Reals, Flags]:
    """Twice, influencers of a community bring an object up and their followers share it at once."""
    communities = len(people.home)
    follows = random.random((len(people.zone), _INFLUENCERS)) < 0.5
    spreads = random.random(len(things.born)) < 0.9
    scene, which = np.unique(object_ * communities + people.community[account], return_inverse=True)
    thing, community = np.divmod(scene, communities)
    time, moved = time.copy(), np.zeros(len(time), bool)
    for _ in range(2):
        moment = things.born[thing] + np.exp(random.normal(np.log(2.5 * _HOUR), 1.1, len(scene)))
        happens = (random.random(len(scene)) < 0.7) & spreads[thing]
        happens &= random.random(len(scene)) < _awake(moment, people.home[community])
        influencer = random.integers(0, _INFLUENCERS, len(scene))[which]
        joins = happens[which] & follows[account, influencer]
        joins &= random.random(len(account)) < 0.8
        time[joins] = moment[which[joins]] + random.exponential(60, int(joins.sum()))
        moved |= joins
    return time, moved


# ------------------------------------------------------------------ app sessions


@dataclass(frozen=True)
class _Openings:
    """Moments at which accounts open the app, sorted by account and time."""

    account: Integers
    time: Reals


def _sessions(
    random: Generator, conditions: Conditions, zone: Reals, days: float
) -> tuple[_Openings, Reals]:
    """When each account opens the app, and until when that session lasts, seconds."""
    draw = _habitual_openings if conditions.habits else _random_openings
    opened = draw(random, zone, days)
    return opened, opened.time + 60 + random.exponential(720, len(opened.time))


def _random_openings(random: Generator, zone: Reals, days: float) -> _Openings:
    """Six to twenty-seven tries a day, kept when the account is awake."""
    tries = (days * random.uniform(2, 9, len(zone))).astype(np.int64) * 3
    account = np.repeat(np.arange(len(zone)), tries)
    time = random.random(len(account)) * days * _DAY
    kept = random.random(len(time)) < _awake(time, zone[account])
    return _sorted_openings(account[kept], time[kept], days)


def _habitual_openings(random: Generator, zone: Reals, days: float) -> _Openings:
    """Every day at the same three of the 144 ten-minute slots, give or take two minutes."""
    race = random.exponential(1 / np.repeat(_DAY_CURVE, 6), (len(zone), 144))
    slot = np.argpartition(race, 3, axis=1)[:, :3]  # first three home: drawn by weight
    local = slot * 10 * _MINUTE - zone[:, None] * _HOUR
    day = np.arange(int(days))[:, None] * _DAY
    time = local[:, None, :] + day + random.normal(0, 120, (len(zone), int(days), 3))
    account = np.repeat(np.arange(len(zone)), int(days) * 3)
    return _sorted_openings(account, time.ravel() % (int(days) * _DAY), days)


def _sorted_openings(account: Integers, time: Reals, days: float) -> _Openings:
    line = np.sort(account * (days * _DAY) + time)  # one number line, a stretch per account
    owner = np.minimum((line // (days * _DAY)).astype(np.int64), account.max(initial=0))
    return _Openings(owner, line - owner * (days * _DAY))


def _next_session(
    random: Generator, account: Integers, time: Reals, opened: _Openings, closed: Reals
) -> Reals:
    """The moment itself inside a session, else a moment in the account's next session, if any."""
    if not len(closed):
        return time
    stretch = max(time.max(initial=0.0), closed.max()) + 1
    until = np.maximum.accumulate(opened.account * stretch + closed)
    place = np.searchsorted(until, account * stretch + time)
    exists = place < len(until)
    place = np.minimum(place, len(until) - 1)
    exists &= opened.account[place] == account
    start = opened.time[place]
    length = closed[place] - start
    delayed = start + random.random(len(time)) * length
    return np.where(exists & (time < start), delayed, time)


def _quarter_hours(random: Generator, accounts: int, account: Integers, time: Reals) -> Reals:
    tool = (random.random(accounts) < 0.06)[account]
    fired = np.ceil(time / (15 * _MINUTE)) * 15 * _MINUTE + random.integers(0, 8, len(time))
    return np.where(tool, fired, time)
