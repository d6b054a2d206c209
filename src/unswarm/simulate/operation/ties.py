"""What ties accounts to each other besides posts: roles, devices and addresses, changed names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from unswarm.model import DAY, SECOND
from unswarm.simulate.operation.cast import HOME, Cast
from unswarm.simulate.operation.posts import DAYS, NONE, START, Posts
from unswarm.simulate.operation.words import (
    Texts,
    blank,
    either,
    handles,
    is_said,
    pairs_of_nouns,
)
from unswarm.simulate.worlds import Integers

_COUNTED = 0.25  # of the pages only say how many people run them from where
_ABROAD = (HOME, "United States", "Germany")
_ABROAD_SHARES = (0.85, 0.1, 0.05)
_SHARED_PHONE, _SHARED_DEVICE, _OFFICE = 5, 8, 12  # accounts, accounts, addresses of a team
_CARRIERS = 60  # addresses behind which hundreds of innocent people are


# ------------------------------------------------------------------ who runs what


def roles(seed: int, people: Cast, posted: Posts) -> pa.Table:
    """account, role, target, time, country, people: who runs and who joined what."""
    random = np.random.default_rng([seed, 7])
    country = countries(seed, people)
    runner, run = _administrators(random, people)
    named = np.isin(run, _only_counted(people), invert=True)
    counted = _counted(people, country, runner[~named], run[~named])
    runner, run = runner[named], run[named]
    member, joined = _members(random, people, posted)
    role = either(random.random(len(run)) < 0.85, "administers", "moderates")
    account, target = np.append(runner, member), np.append(run, joined)
    table = pa.table(
        {
            "account": people.account[account],
            "role": np.append(role, np.full(len(member), "member", object)),
            "target": people.account[target],
            "time": iso(_since(random, people, account, target)),
            "country": np.append(country[runner], blank(len(member))),
            "people": pa.nulls(len(account), pa.int64()),
        }
    )
    return pa.concat_tables([table, counted]).sort_by(
        [("target", "ascending"), ("role", "ascending"), ("account", "ascending")]
    )


def countries(seed: int, people: Cast) -> Texts:
    """Where each account really is; of the planted ones mostly Vietnam."""
    random = np.random.default_rng([seed, 8])
    honest = either(~is_said(people.claimed_country), "United States", people.claimed_country)
    there = random.choice(_ABROAD, len(people), p=_ABROAD_SHARES).astype(object)
    return either(people.planted, there, honest)


def _administrators(random: Generator, people: Cast) -> tuple[Integers, Integers]:
    """(account, page or group) of everybody who runs something; each pair once."""
    parts = [
        _of_ordinary(random, people),
        _of_agencies(random, people),
        *(_of_owner(random, people, part, most) for part, most in (("newsroom", 6), ("party", 25))),
        _of_planted(random, people),
    ]
    pairs = np.concatenate([np.column_stack(part) for part in parts])
    pairs = np.unique(pairs, axis=0)
    return pairs[:, 0], pairs[:, 1]


def _of_ordinary(random: Generator, people: Cast) -> tuple[Integers, Integers]:
    """One to three people for each page and group, of the same taste where there are any."""
    run = np.flatnonzero(np.isin(people.kind, ("page", "group")) & (people.label == "organic"))
    pool = np.flatnonzero(people.are("facebook", "person") & (people.part == "ordinary"))
    pool = pool[np.argsort(people.community[pool], kind="stable")]
    run = np.repeat(run, random.integers(1, 4, len(run)))
    first = np.searchsorted(people.community[pool], people.community[run])
    chosen = (first + random.integers(0, 60, len(run))) % len(pool)
    return pool[chosen], run


def _of_agencies(random: Generator, people: Cast) -> tuple[Integers, Integers]:
    """People who run ten to sixty pages that have nothing else in common."""
    pages = np.flatnonzero(people.are("facebook", "page") & (people.label == "organic"))
    agency = people.rows(part="agency")
    size = np.minimum(random.integers(10, 61, len(agency)), max(len(pages) // 6, 1))
    return np.repeat(agency, size), random.choice(pages, int(size.sum()))


def _of_owner(random: Generator, people: Cast, part: str, most: int) -> tuple[Integers, Integers]:
    """The owner's people run all of its pages, a few each."""
    pages = people.rows(part=part)
    pool = np.flatnonzero(people.are("facebook", "person") & (people.part == "ordinary"))
    staff = random.choice(pool, min(most, len(pages)), replace=False)
    run = np.repeat(pages, 3)
    return random.choice(staff, len(run)), run


def _of_planted(random: Generator, people: Cast) -> tuple[Integers, Integers]:
    """Two to six of the team's accounts, mostly the same ones, run each of its pages and groups."""
    run = np.flatnonzero(people.planted & np.isin(people.kind, ("page", "group")))
    run = np.repeat(run, random.integers(2, 7, len(run)))
    of_team = {team: _runners(people, team) for team in np.unique(people.team[run]).tolist()}
    dice = random.random(len(run)) ** 1.5
    chosen = [
        of_team[team][int(luck * len(of_team[team]))]
        for team, luck in zip(people.team[run].tolist(), dice.tolist(), strict=True)
    ]
    return np.array(chosen), run


def _runners(people: Cast, team: int) -> Integers:
    """The team's accounts that may run something, those who mostly do first."""
    order = ("administrator", "silent", "sharer")
    rows = [people.rows(part=part) for part in order]
    mine = [r[people.team[r] == team] for r in rows]
    return np.concatenate([mine[0], mine[1], mine[2][: max(len(mine[2]) // 4, 1)]])


def _only_counted(people: Cast) -> Integers:
    """Pages of which the platform shows no names: every fourth."""
    pages = np.flatnonzero(people.are("facebook", "page"))
    return pages[:: round(1 / _COUNTED)]


def _counted(people: Cast, country: Texts, runner: Integers, run: Integers) -> pa.Table:
    """How many people run a page from where, as its transparency box says."""
    pairs = sorted(zip(people.account[run], country[runner], strict=True))
    seen: dict[tuple[str, str], int] = {}
    for pair in pairs:
        seen[pair] = seen.get(pair, 0) + 1
    return pa.table(
        {
            "account": pa.nulls(len(seen), pa.string()),
            "role": pa.repeat("administers", len(seen)),
            "target": [target for target, _ in seen],
            "time": pa.nulls(len(seen), pa.string()),
            "country": [where for _, where in seen],
            "people": pa.array(list(seen.values()), pa.int64()),
        }
    )


def _members(random: Generator, people: Cast, posted: Posts) -> tuple[Integers, Integers]:
    """Whoever posts in a group is its member; planted accounts join their team's groups, too."""
    inside = posted.place != NONE
    wrote = np.column_stack((posted.account[inside], posted.place[inside]))
    groups = people.rows(part="group")
    joins = people.team[groups][:, None] == people.team[None, :]
    joins &= np.isin(people.part, ("sharer", "administrator", "silent"))
    joins &= random.random(joins.shape) < 0.5
    group, account = np.nonzero(joins)
    pairs = np.unique(np.vstack((wrote, np.column_stack((account, groups[group])))), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _since(random: Generator, people: Cast, account: Integers, target: Integers) -> Integers:
    """Some time after both exist; of planted accounts within days."""
    both = np.maximum(people.created[account], people.created[target])
    planted = people.planted[account]
    wait = np.where(planted, random.exponential(4, len(both)), random.exponential(300, len(both)))
    time = both + (wait * DAY).astype(np.int64) // SECOND * SECOND
    return np.minimum(time, START + DAYS * DAY - DAY)


# ------------------------------------------------------------------ what machines are told by


def infrastructure(seed: int, people: Cast) -> pa.Table:
    """account, medium, value, time, country: keyed hashes of devices, addresses and phones."""
    random = np.random.default_rng([seed, 9])
    persons = np.flatnonzero(people.kind == "person")
    planted = persons[people.planted[persons]]
    innocent = persons[~people.planted[persons]]
    country = countries(seed, people)
    parts = [
        _own(random, innocent, "device", 2),
        _own(random, innocent, "phone", 1),
        _homes(random, innocent),
        _carriers(random, innocent),
        _in_teams(random, people, planted, "device", _SHARED_DEVICE, 2),
        _in_teams(random, people, planted, "phone", _SHARED_PHONE, 1),
        _offices(random, people, planted),
        _carriers(random, planted),
    ]
    account = np.concatenate([part[0] for part in parts])
    medium = np.concatenate([np.full(len(part[0]), part[1], object) for part in parts])
    value = np.concatenate([part[2] for part in parts])
    time = START + random.integers(0, DAYS * DAY // SECOND, len(account)) * SECOND
    table = pa.table(
        {
            "account": people.account[account],
            "medium": medium,
            "value": hashed(seed, people.platform[account], medium, value),
            "time": iso(time),
            "country": either(medium == "ip", country[account], None),
        }
    )
    return table.sort_by([(name, "ascending") for name in ("account", "medium", "value", "time")])


Part = tuple[Integers, str, Texts]


def _own(random: Generator, who: Integers, medium: str, most: int) -> Part:
    """Things that only one account has."""
    account = np.repeat(who, random.integers(1, most + 1, len(who)))
    return account, medium, _keys("own", np.arange(len(account)))


def _homes(random: Generator, who: Integers) -> Part:
    """Addresses of homes, some of which two or three accounts share."""
    return who, "ip", _keys("home", random.integers(0, len(who), len(who)))


def _carriers(random: Generator, who: Integers) -> Part:
    """Addresses of carriers and offices of strangers, behind which hundreds are."""
    account = np.repeat(who, random.integers(0, 4, len(who)))
    return account, "ip", _keys("carrier", random.integers(0, _CARRIERS, len(account)))


def _in_teams(
    random: Generator, people: Cast, who: Integers, medium: str, share: int, most: int
) -> Part:
    """Things that so many accounts of a team share."""
    account = np.repeat(who, random.integers(1, most + 1, len(who)))
    team = people.team[account]
    things = max(len(who) // (share * (int(team.max(initial=0)) + 1)), 1)
    return account, medium, _keys("team", team * 1_000 + random.integers(0, things, len(account)))


def _offices(random: Generator, people: Cast, who: Integers) -> Part:
    account = np.repeat(who, random.integers(2, 6, len(who)))
    number = people.team[account] * 1_000 + random.integers(0, _OFFICE, len(account))
    return account, "ip", _keys("office", number)


def _keys(kind: str, number: Integers) -> Texts:
    return np.array([f"{kind} {n}" for n in number.tolist()], object)


def hashed(seed: int, *parts: Texts) -> Texts:
    """Keyed hashes that tell nothing but sameness, 32 hexadecimal digits."""
    key = str(seed).encode()
    digests = [
        hashlib.blake2b("|".join(row).encode(), key=key, digest_size=16).hexdigest()
        for row in zip(*parts, strict=True)
    ]
    return np.array(digests, object)


# ------------------------------------------------------------------ changed names


def renames(seed: int, people: Cast) -> pa.Table:
    """account, what, before, after, time: names, handles, countries and owners that changed."""
    random = np.random.default_rng([seed, 10])
    parts = [
        _changed(random, people, np.flatnonzero(people.planted), 0.1, "name", pairs_of_nouns),
        _changed(random, people, people.rows(part="page"), 0.15, "country", _one_country),
        _changed(random, people, np.flatnonzero(~people.planted), 0.02, "name", pairs_of_nouns),
        _changed(random, people, np.flatnonzero(~people.planted), 0.01, "handle", handles),
    ]
    return pa.concat_tables(parts).sort_by([("time", "ascending"), ("account", "ascending")])


def _changed(
    random: Generator,
    people: Cast,
    who: Integers,
    share: float,
    what: str,
    before: Callable[[Generator, int], Texts],
) -> pa.Table:
    some = who[random.random(len(who)) < share]
    column = {"country": people.claimed_country}.get(what, getattr(people, what, None))
    time = START + random.integers(0, DAYS * DAY // SECOND, len(some)) * SECOND
    assert column is not None
    return pa.table(
        {
            "account": pa.array(people.account[some], pa.string()),
            "what": pa.repeat(what, len(some)),
            "before": pa.array(before(random, len(some)), pa.string()),
            "after": pa.array(column[some], pa.string()),
            "time": pa.array(iso(time), pa.string()),
        }
    )


def _one_country(random: Generator, number: int) -> Texts:
    return np.full(number, HOME, object)


def iso(times: Integers) -> Texts:
    """Milliseconds UTC as ISO 8601, to the second."""
    shown = np.datetime_as_string(times.astype("M8[ms]"), unit="s")
    return np.char.add(shown, "Z").astype(object)
