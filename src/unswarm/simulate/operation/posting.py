"""What the planted accounts post: the same links within a minute, by a scheduler, on many days.

A team pushes articles of the operation's own sites and some that are popular anyway, at quarter
hours; each account into several groups. Twitter follows some minutes later, Instagram with
pictures. Evasion stretches the minute, paraphrases the texts and alters the photos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from unswarm.errors import SettingsError
from unswarm.model import DAY, HOUR, MINUTE, SECOND
from unswarm.simulate.operation.background import CLIENTS, Organic
from unswarm.simulate.operation.cast import SITES, Cast
from unswarm.simulate.operation.crowds import readers
from unswarm.simulate.operation.posts import DAYS, NONE, START, Posts, posts
from unswarm.simulate.operation.words import (
    Texts,
    either,
    is_said,
    numbered,
    paraphrases,
    sentences,
)
from unswarm.simulate.worlds import Flags, Integers

SCHEDULER = "Postern Scheduler"
SHORTENER = "go-lantern.example"

_PER_DAY = 3  # drops of a team
_OWN = 0.75  # of the drops lead to the operation's own sites
_TOGETHER = 0.02  # of the drops are pushed by all teams
_JITTER = 60.0  # seconds within which those who join act, at evasion 1
_PARAPHRASED, _ALTERED, _MOST = 0.2, 0.25, 0.95
_POPULAR = (15, 400)  # sharers of what the operation joins
_ABROAD = 0.2  # of the posts in groups stand in other people's groups
_READERS = 3.0  # innocent people who share an article of the operation's, on average


@dataclass(frozen=True)
class Evasion:
    """How the operation hides that it acts in concert.

    Args:
        level: 0 not at all, 1 as planned, 2 twice as much.
    """

    level: float

    def __post_init__(self) -> None:
        if not 0 <= self.level <= 100:
            raise SettingsError(f"Evasion lies between 0 and 100, not {self.level:g}.")

    @property
    def seconds(self) -> float:
        """Within which the members of a team act; three at least."""
        return max(_JITTER * self.level, 3.0)

    @property
    def paraphrased(self) -> float:
        """Share of the texts that are put in other words."""
        return min(_PARAPHRASED * self.level, _MOST)

    @property
    def altered(self) -> float:
        """Share of the reused photos that are cropped or mirrored."""
        return min(_ALTERED * self.level, _MOST)


@dataclass(frozen=True, eq=False)
class Drops:
    """Moments at which a team pushes a link, one entry each.

    Args:
        team: which; NONE: all of them.
        time: at a quarter hour, milliseconds UTC.
        url: where it leads. short: the address of the shortener for it; None: none is used.
        own: whether that is a site of the operation.
        text: what the posts say.
    """

    team: Integers
    time: Integers
    url: Texts
    short: Texts
    own: Flags
    text: Texts

    def __len__(self) -> int:
        return len(self.team)


def drops(seed: int, teams: int, life: Organic, words: Texts) -> Drops:
    """The schedule of a month."""
    random = np.random.default_rng([seed, 5])
    team = np.repeat(np.arange(teams), DAYS * _PER_DAY)
    day = np.tile(np.repeat(np.arange(DAYS), _PER_DAY), teams)
    slot = random.integers(13 * 4, 24 * 4 - 4, len(team))  # daytime in the United States
    time = START + day * DAY + slot * 15 * MINUTE
    own = random.random(len(team)) < _OWN
    url = either(own, _own_links(random, len(team)), _popular(life, time))
    code = numbered(f"https://{SHORTENER}/", random.permutation(len(team)), 5)
    return Drops(
        team=np.where(random.random(len(team)) < _TOGETHER, NONE, team),
        time=time,
        url=url,
        short=either(own & (random.random(len(team)) < 0.5), code, None),
        own=own,
        text=sentences(random, words, len(team), 9, 15),
    )


def _own_links(random: Generator, number: int) -> Texts:
    site = np.array(SITES, object)[random.integers(0, len(SITES) - 1, number)]
    link: Texts = "https://" + site + numbered("/story/", random.permutation(number), 5)
    return link


def _popular(life: Organic, time: Integers) -> Texts:
    """For each moment, the popular link that appeared last, at least an hour before."""
    popular = (life.world.popularity >= _POPULAR[0]) & (life.world.popularity <= _POPULAR[1])
    known = np.flatnonzero(popular & ~life.world.reaction)
    known = known[np.argsort(life.born[known], kind="stable")]
    at = np.searchsorted(life.born[known], time - HOUR) - 1
    order = np.arange(len(time)) % 20  # not the same one for all teams
    url: Texts = life.url[known[np.clip(at - order, 0, len(known) - 1)]]
    return url


def posting(seed: int, people: Cast, plan: Drops, evasion: Evasion, words: Texts) -> list[Posts]:
    """Everything the operation posts, and the readers it has."""
    random = np.random.default_rng([seed, 6])
    writer = _Writer(random, people, plan, evasion, words)
    return [
        writer.accounts(),
        writer.pages(),
        writer.instagram(),
        writer.twitter(),
        writer.filler(),
        readers(random, people, plan.time[plan.own], plan.url[plan.own], _READERS),
    ]


class _Writer:
    """Plays the schedule, platform by platform."""

    def __init__(
        self, random: Generator, people: Cast, plan: Drops, evasion: Evasion, words: Texts
    ) -> None:
        self.random, self.people, self.plan = random, people, plan
        self.evasion, self.words = evasion, words
        self.zeal = random.beta(6, 3, len(people))  # chance of each account to join in

    def accounts(self) -> Posts:
        """People put the link into one to three groups, one after the other."""
        drop, account = self._joining("sharer", 1.0)
        more, account_too = self._joining("administrator", 0.25)
        drop, account = np.append(drop, more), np.append(account, account_too)
        time, url, text = self._moments(drop), self._addresses(drop, 0.5), self._texts(drop)
        copies = self.random.integers(1, 4, len(drop))
        turn = np.arange(int(copies.sum())) - np.repeat(np.cumsum(copies) - copies, copies)
        wait = turn * self.random.integers(7, 25, len(turn)) * SECOND
        account = np.repeat(account, copies)
        return posts(
            account,
            np.repeat(time, copies) + wait,
            url=np.repeat(url, copies),
            text=np.repeat(text, copies),
            place=self._places(account),
        )

    def pages(self) -> Posts:
        """Pages post it themselves."""
        drop, page = self._joining("page", 1.1)
        time = self._moments(drop)
        return posts(page, time, url=self.plan.url[drop], text=self._texts(drop))

    def instagram(self) -> Posts:
        """The picture of the story with its caption, for half of the drops."""
        drop, account = self._joining("instagram", 1.0)
        shown = drop % 2 == 0
        drop, account = drop[shown], account[shown]
        time = self._moments(drop) + 5 * MINUTE
        return posts(
            account,
            time,
            text=self._texts(drop),
            media=numbered("synthetic-story-", drop),
            hashtag=np.full(len(drop), "lantern", object),
        )

    def twitter(self) -> Posts:
        """Some minutes later: a hub tweets first, the others tweet the link or retweet the hub."""
        drop, account = self._joining("twitter", 1.0)
        lag = (self.random.integers(4, 20, len(self.plan)) * MINUTE)[drop]
        first = np.flatnonzero(np.diff(drop, prepend=-1))
        hub = first[np.cumsum(np.diff(drop, prepend=-1) > 0) - 1]
        time = self._moments(drop) + lag
        time[first] = self.plan.time[drop[first]] + lag[first]
        retweets = self.random.random(len(drop)) < 0.35
        retweets[first] = False
        text = self._texts(drop)
        return posts(
            account,
            time,
            url=either(retweets, None, self._addresses(drop, 0.8)),
            text=either(retweets, text[hub], text),
            client=np.full(len(drop), SCHEDULER, object),
            target=np.where(retweets, hub, NONE),
        )

    def filler(self) -> Posts:
        """Own words now and then, at hours of their own; the silent hardly ever."""
        sharing = np.isin(self.people.part, ("sharer", "twitter"))
        rate = np.where(sharing, 12.0, np.where(self.people.part == "administrator", 6.0, 0.6))
        rate[~self.people.planted | (self.people.kind != "person")] = 0
        rate[self.people.platform == "instagram"] = 0
        account = np.repeat(np.arange(len(self.people)), self.random.poisson(rate))
        time = START + (self.random.random(len(account)) * DAYS * DAY).astype(np.int64)
        on_twitter = self.people.platform[account] == "twitter"
        client = self.random.choice(CLIENTS, len(account)).astype(object)
        return posts(
            account,
            time // SECOND * SECOND,
            text=sentences(self.random, self.words, len(account)),
            client=either(on_twitter, client, None),
        )

    # --- what they have in common

    def _joining(self, part: str, zeal: float) -> tuple[Integers, Integers]:
        """(drop, account) of everybody of a part who joins in, drop by drop."""
        rows = self.people.rows(part=part)
        same = self.plan.team[:, None] == self.people.team[rows]
        same |= self.plan.team[:, None] == NONE
        joins = same & (self.random.random(same.shape) < self.zeal[rows] * zeal)
        drop, at = np.nonzero(joins)
        return drop, rows[at]

    def _moments(self, drop: Integers) -> Integers:
        delay = self.random.random(len(drop)) * self.evasion.seconds
        return self.plan.time[drop] + delay.astype(np.int64) * SECOND

    def _addresses(self, drop: Integers, share: float) -> Texts:
        """The shortener's address in a share of the cases in which there is one."""
        short = (self.random.random(len(drop)) < share) & is_said(self.plan.short[drop])
        return either(short, self.plan.short[drop], self.plan.url[drop])

    def _texts(self, drop: Integers) -> Texts:
        """The text of the drop, a fifth of them without; some put in other words."""
        said = paraphrases(self.random, self.words, self.plan.text[drop], self.evasion.paraphrased)
        said[self.random.random(len(drop)) < 0.2] = None
        return said

    def _places(self, account: Integers) -> Integers:
        """Groups of the account's team, or other people's."""
        planted = self.people.rows(part="group")
        team = self.people.team[account]
        size = np.bincount(self.people.team[planted], minlength=int(team.max(initial=0)) + 1)
        turn = (self.random.random(len(account)) * np.maximum(size[team], 1)).astype(np.int64)
        teams = int(self.people.team[planted].max()) + 1
        own = planted[np.minimum(team + turn * teams, len(planted) - 1)]
        others = np.flatnonzero(self.people.are("facebook", "group") & ~self.people.planted)
        abroad = self.random.random(len(account)) < _ABROAD
        return np.where(abroad, self.random.choice(others, len(account)), own)


def short_links(plan: Drops) -> tuple[Texts, Texts]:
    """Addresses of the shortener and where they lead."""
    used = np.flatnonzero(is_said(plan.short))
    return plan.short[used], plan.url[used]
