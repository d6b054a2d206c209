"""Followers and members: how many different people, exactly, and who follows what.

People follow in ranges of their numbers. The population of pages is cut into blocks; each block
follows one page or several, so that everybody follows at least one of the operation's pages and the
number of different followers is the number of people. Lists of pages name one in `ONE_IN` of them
(sketches hold everybody), those of groups and of Instagram everybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.random import Generator

from unswarm.simulate.operation.cast import Cast
from unswarm.simulate.operation.figures import BLOCK, ONE_IN, SMALL_BLOCK, Figures
from unswarm.simulate.operation.words import numbered
from unswarm.simulate.worlds import Integers
from unswarm.sketches import Sketcher

_COUNTRIES = ("India", "United States", "Vietnam", "Brazil", "Philippines", "Indonesia", "Mexico")
_SHARES = (0.24, 0.18, 0.14, 0.13, 0.11, 0.1, 0.1)  # most of them outside the United States
_MORE = 0.6  # more things that a block follows besides the first, on average
_LISTED = 300  # innocent pages, groups and Instagram accounts with lists, at most of each
_NEIGHBOURS = 1_000


@dataclass(frozen=True, eq=False)
class Audience:
    """Ranges of people who follow or joined something, one entry each.

    Args:
        target: row of the cast.
        start, stop: numbers of the people, multiples of `ONE_IN`; the last one excluded.
        country: of each `_NEIGHBOURS` people.
    """

    target: Integers
    start: Integers
    stop: Integers
    country: Integers

    def followers(self, size: int) -> Integers:
        """How many people follow each of the first `size` rows of the cast; 0: not stated."""
        people = (self.stop - self.start).astype(np.float64)
        return np.bincount(self.target, people, size).astype(np.int64)

    def distinct(self, targets: Integers) -> int:
        """How many different people follow one or more of these."""
        mine = np.isin(self.target, targets)
        order = np.argsort(self.start[mine], kind="stable")
        start, stop = self.start[mine][order], self.stop[mine][order]
        before = np.append(0, np.maximum.accumulate(stop)[:-1]) if len(stop) else stop
        return int(np.maximum(stop - np.maximum(start, before), 0).sum())


def audience(seed: int, people: Cast, size: Figures) -> Audience:
    """The followers of pages and Instagram accounts and the members of groups."""
    random = np.random.default_rng([seed, 12])
    parts = [
        _in_blocks(random, people.rows(part="page"), size.page_followers, BLOCK),
        _in_blocks(random, people.rows(part="instagram"), size.instagram_followers, SMALL_BLOCK),
        _in_blocks(random, people.rows(part="group"), size.group_members, SMALL_BLOCK),
        *(_of_others(random, people, of, 2 * size.page_followers) for of in _LISTS),
    ]
    target, start, stop = (np.concatenate([part[k] for part in parts]) for k in range(3))
    blocks = int(stop.max()) // _NEIGHBOURS + 1
    return Audience(target, start, stop, random.choice(len(_SHARES), blocks, p=_SHARES))


Ranges = tuple[Integers, Integers, Integers]
_LISTS = (("facebook", "page"), ("facebook", "group"), ("instagram", "person"))


def _in_blocks(random: Generator, targets: Integers, population: int, block: int) -> Ranges:
    """Every block follows one of the targets, and some more; every target has a block."""
    number = population // block
    taste = np.exp(random.normal(0, 1.0, len(targets)))
    first = random.choice(len(targets), number, p=taste / taste.sum())
    first[: len(targets)] = np.arange(len(targets))
    first = random.permutation(first)
    more = np.repeat(np.arange(number), random.poisson(_MORE, number))
    also = random.choice(len(targets), len(more), p=taste / taste.sum())
    pairs = np.unique(np.append(np.arange(number), more) * len(targets) + np.append(first, also))
    at, chosen = np.divmod(pairs, len(targets))
    return targets[chosen], at * block, (at + 1) * block


def _of_others(random: Generator, people: Cast, of: tuple[str, str], population: int) -> Ranges:
    """Some innocent pages, groups or Instagram accounts: a range of people each."""
    some = np.flatnonzero(people.are(*of) & ~people.planted)[-_LISTED:]
    step = _one_in(people, some)
    start = random.integers(0, population // ONE_IN, len(some)) * ONE_IN
    return some, start, start + people.followers[some] // step * step


def _one_in(people: Cast, targets: Integers) -> Integers:
    """One in so many followers of each is in its list."""
    return np.where(people.kind[targets] == "page", ONE_IN, 1)


def with_followers(people: Cast, made: Audience) -> Cast:
    """The cast with the full numbers of followers in the profiles."""
    stated = made.followers(len(people))
    return replace(people, followers=np.where(stated > 0, stated, people.followers))


def sketched(people: Cast, made: Audience) -> pa.Table:
    """`model.AUDIENCE_SKETCH`: everybody who follows a page that has a list.

    Raises:
        SettingsError: the extra `sketches` is not installed.
    """
    sketcher = Sketcher()
    for row in np.flatnonzero(people.kind[made.target] == "page").tolist():
        followers = range(int(made.start[row]), int(made.stop[row]))
        sketcher.take(str(people.account[made.target[row]]), "follow", followers)
    return sketcher.rows()


def listed(people: Cast, made: Audience) -> pa.Table:
    """account, target, country: one in `ONE_IN` of a page's followers, all of the others'."""
    step = _one_in(people, made.target)
    size = (made.stop - made.start) // step
    row = np.repeat(np.arange(len(size)), size)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    person = made.start[row] + turn * step[row]
    order = np.lexsort((made.target[row], person))
    person, row = person[order], row[order]
    names, number = np.unique(person, return_inverse=True)
    return pa.table(
        {
            "account": pa.array(numbered("synthetic-follower-", names, 9)).take(number),
            "target": pa.array(people.account, pa.string()).take(made.target[row]),
            "country": pa.array(_COUNTRIES).take(made.country[person // _NEIGHBOURS]),
        }
    )
