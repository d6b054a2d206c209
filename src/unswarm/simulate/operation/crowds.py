"""Hard negatives: innocent accounts that act at the same time, for reasons of their own.

A newsroom and a party whose pages one declared owner runs, openly automated coupon accounts, a
protest, and breaking news. The fans come with the background.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from unswarm.model import DAY, HOUR, MINUTE, SECOND
from unswarm.simulate.operation.background import CLIENTS, Organic
from unswarm.simulate.operation.cast import DEALS, DEALS_SITE, NEWS_SITE, PARTY_SITE, Cast
from unswarm.simulate.operation.figures import Figures
from unswarm.simulate.operation.posts import DAYS, START, Posts, posts
from unswarm.simulate.operation.words import Texts, either, sentences
from unswarm.simulate.worlds import Flags, Integers, Reals

_STORMS, _CALLS, _CALLING = 8, 5, 0.4  # of the protest: half hours, links in each, who joins
_BREAKING, _HEARING = 3, 0.03  # events, share of everybody who shares each
_TAG = "bridgeforall"


@dataclass(frozen=True, eq=False)
class Crowds:
    """What the crowds posted, and who was part of a protest or shared breaking news."""

    posts: list[Posts]
    protest: Integers
    breaking: Integers


def crowds(seed: int, people: Cast, life: Organic, size: Figures, words: Texts) -> Crowds:
    """The hard negatives of a case."""
    random = np.random.default_rng([seed, 4])
    protesters = _protesters(random, people, life, size)
    news = _breaking_news(random, people, words)
    made = [
        *_of_one_owner(random, people, "newsroom", NEWS_SITE, words),
        *_of_one_owner(random, people, "party", PARTY_SITE, words),
        _coupons(random, people, words),
        _protest(random, people, protesters, words),
        news,
    ]
    return Crowds(made, protesters, np.unique(news.account))


# ------------------------------------------------------------------ one owner


def _of_one_owner(
    random: Generator, people: Cast, part: str, site: str, words: Texts
) -> list[Posts]:
    """Articles that the owner's pages post within minutes, and a few readers later."""
    fast = part == "newsroom"
    pages = people.rows(part=part)
    born = _daytimes(random, 8 if fast else 2)
    joins = random.random((len(born), len(pages))) < (0.7 if fast else 0.5)
    article, page = np.nonzero(joins)
    delay = random.exponential(25_000 if fast else 180_000, len(article))
    url, title = _articles(site, len(born)), sentences(random, words, len(born), 6, 13)
    own = posts(pages[page], _stamped(born[article], delay), url=url[article], text=title[article])
    return [own, readers(random, people, born, url, 4.0)]


def readers(random: Generator, people: Cast, born: Integers, url: Texts, mean: float) -> Posts:
    """Innocent people on Facebook and Twitter who come across links later and share them."""
    article = np.repeat(np.arange(len(born)), random.poisson(mean, len(born)))
    known = np.flatnonzero(
        (people.label == "organic") & (people.kind == "person") & (people.platform != "instagram")
    )
    account = random.choice(known, len(article))
    delay = np.exp(random.normal(np.log(2 * HOUR), 1.2, len(article)))
    return posts(
        account,
        _stamped(born[article], delay),
        url=url[article],
        client=_client(random, people, account),
    )


def _client(random: Generator, people: Cast, account: Integers) -> Texts:
    """A program on Twitter, none elsewhere."""
    some = random.choice(CLIENTS, len(account)).astype(object)
    return either(people.platform[account] == "twitter", some, None)


def _articles(site: str, number: int) -> Texts:
    return np.array([f"https://{site}/{k:05d}" for k in range(number)], object)


def _daytimes(random: Generator, per_day: int) -> Integers:
    """Moments of publication in office hours of every day."""
    day = np.repeat(np.arange(DAYS), per_day)
    hour = random.uniform(12, 23, len(day))
    return START + day * DAY + (hour * HOUR).astype(np.int64) // SECOND * SECOND


def _stamped(born: Integers, delay: Reals) -> Integers:
    return born + delay.astype(np.int64) // SECOND * SECOND


# ------------------------------------------------------------------ automated, and said so


def _coupons(random: Generator, people: Cast, words: Texts) -> Posts:
    """A deal every hour, posted by half of the accounts within seconds."""
    bots = people.rows(part="coupon")
    born = START + np.arange(DAYS * 24) * HOUR
    deal, bot = np.nonzero(random.random((len(born), len(bots))) < 0.5)
    title = sentences(random, words, len(born), 6, 10)
    return posts(
        bots[bot],
        born[deal] + random.integers(0, 9, len(deal)) * SECOND,
        url=_articles(DEALS_SITE, len(born))[deal],
        text=title[deal],
        client=np.full(len(deal), f"{DEALS} Bot", object),
    )


# ------------------------------------------------------------------ moved by an event


def _protesters(random: Generator, people: Cast, life: Organic, size: Figures) -> Integers:
    """Active people of a few communities, two thirds on Facebook, one third on Twitter."""
    first = np.arange(life.world.accounts)
    active = (life.world.activity >= 3) & (people.part[first] == "ordinary")
    chosen = []
    for platform, share in (("facebook", 2 / 3), ("twitter", 1 / 3)):
        there = first[active & people.are(platform, "person")[first]]
        nearest = there[np.argsort(people.community[there], kind="stable")]
        chosen.append(nearest[-max(int(size.protest * share), 1) :])
    return np.concatenate(chosen)


def _protest(random: Generator, people: Cast, crowd: Integers, words: Texts) -> Posts:
    """Half hours on two days in which two in five post the calls to it."""
    begin = START + np.repeat([12 * DAY, 19 * DAY], _STORMS // 2)
    begin = begin + (random.uniform(15, 23, _STORMS) * HOUR).astype(np.int64) // SECOND * SECOND
    born = np.repeat(begin, _CALLS)
    call, who = np.nonzero(random.random((len(born), len(crowd))) < _CALLING)
    text = sentences(random, words, len(born), 6, 12)
    account = crowd[who]
    return posts(
        account,
        _stamped(born[call], random.random(len(call)) * 30 * MINUTE),
        url=_articles("bridge-for-all.example", len(born))[call],
        text=text[call] + f" #{_TAG}",
        hashtag=np.full(len(call), _TAG, object),
        client=_client(random, people, account),
    )


def _breaking_news(random: Generator, people: Cast, words: Texts) -> Posts:
    """Three events that everybody hears of and many share within minutes."""
    known = np.flatnonzero(
        (people.label == "organic") & (people.kind == "person") & (people.platform != "instagram")
    )
    born = START + np.array([5, 14, 24]) * DAY + np.array([13, 19, 16]) * HOUR
    event, who = np.nonzero(random.random((_BREAKING, len(known))) < _HEARING)
    delay = np.exp(random.normal(np.log(6 * MINUTE), 0.9, len(event)))
    title = sentences(random, words, _BREAKING, 8, 12)
    account = known[who]
    return posts(
        account,
        _stamped(born[event], delay),
        url=_articles("river-times.example", _BREAKING)[event],
        text=title[event],
        client=_client(random, people, account),
    )


def marks(people: Cast, fan: Flags, made: Crowds) -> Texts:
    """What each account is: its part, or what made an ordinary one act with others."""
    part = people.part.copy()
    ordinary = part == "ordinary"
    for name, rows in (
        ("breaking", made.breaking),
        ("fan", np.flatnonzero(fan)),
        ("protest", made.protest),
    ):
        part[rows[ordinary[rows]]] = name
    return part
