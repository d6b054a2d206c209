"""What innocent accounts post: the world `everything` on four kinds of accounts.

It has what makes innocent people look alike: app sessions, fans with push notifications, followers
of local influencers who share within a minute of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from unswarm.simulate.operation.cast import Cast
from unswarm.simulate.operation.figures import Figures
from unswarm.simulate.operation.posts import DAYS, NONE, START, Posts, posts
from unswarm.simulate.operation.words import NOUNS, Texts, blank, either, numbered, sentences
from unswarm.simulate.worlds import START as WORLD_START
from unswarm.simulate.worlds import Flags, Integers, World, world

CLIENTS = ("Twitter for Android", "Twitter for iPhone", "Twitter Web App", "TweetDeck")
PLANNER = "Lamplight Planner"  # a scheduler that innocent accounts use, too
FAN = 3  # reposts of an idol from which an account is one of its fans

_CLIENT_SHARES = (0.38, 0.33, 0.24, 0.03)
_SHIFT = START - WORLD_START
_IDOL = 1_000_000  # sources above this are idols
# Shares of a link with its headline, which on Facebook stands in the preview; without a word.
_HEADLINE = {"facebook": 0.12, "twitter": 0.35}
_SILENT = 0.25


@dataclass(frozen=True, eq=False)
class Organic:
    """The world innocent accounts live in; its accounts are the first rows of the cast.

    Args:
        world: who shared what and when, in the world's own time.
        url: per object, the link it is; also of posts, which have none to share.
        headline: per object, what its share button says.
    """

    world: World
    url: Texts
    headline: Texts

    @property
    def born(self) -> Integers:
        """Per object, when it appeared, milliseconds UTC."""
        return self.world.born + _SHIFT

    @property
    def time(self) -> Integers:
        """Per event, when it happened, milliseconds UTC."""
        return self.world.time + _SHIFT


def organic(seed: int, size: Figures, words: Texts) -> Organic:
    """The seeded world of that many innocent accounts."""
    accounts = size.people + size.other_pages + size.tweeters + size.instagrammers
    made = world(
        "everything",
        seed,
        accounts=accounts,
        objects=size.objects,
        days=DAYS,
        communities=size.communities,
    )
    random = np.random.default_rng([seed, 2])
    return Organic(made, _urls(made), sentences(random, words, made.objects, 6, 13))


def _urls(made: World) -> Texts:
    """Articles of sites; a site's first name is its number in the list of nouns."""
    site = made.source % 5_000
    name = NOUNS[site % len(NOUNS)] + "-" + NOUNS[site // len(NOUNS) % len(NOUNS)]
    number = numbered("/", np.arange(made.objects), 6)
    address: Texts = "https://" + name + numbered("-", site, 1) + ".example" + number
    return address


def fans(made: World) -> Flags:
    """Per account of the world, whether it reposts an idol again and again."""
    idols = made.source[made.object] >= _IDOL
    return np.bincount(made.account[idols], minlength=made.accounts) >= FAN


def background(seed: int, people: Cast, life: Organic, words: Texts) -> list[Posts]:
    """The posts of innocent accounts on Facebook, Twitter and Instagram."""
    random = np.random.default_rng([seed, 3])
    platform = people.platform[life.world.account]
    pages = people.kind[life.world.account] == "page"
    reaction = life.world.reaction[life.world.object]
    return [
        _on_facebook(random, people, life, (platform == "facebook") & ~(pages & reaction), words),
        _on_twitter(random, life, platform == "twitter", words),
        _on_instagram(random, life, platform == "instagram", words),
    ]


def _on_facebook(
    random: Generator, people: Cast, life: Organic, there: Flags, words: Texts
) -> Posts:
    """Links and reshares, on the own page or in a group of the same taste."""
    account, thing = life.world.account[there], life.world.object[there]
    reaction = life.world.reaction[thing]
    repeated = either(reaction, numbered("synthetic-post-f-", thing), None)
    return posts(
        account,
        life.time[there],
        url=either(reaction, None, life.url[thing]),
        text=either(reaction, None, _said(random, life, thing, words, "facebook")),
        place=_places(random, people, account),
        target_post=repeated,
    )


def _places(random: Generator, people: Cast, account: Integers) -> Integers:
    """For a third of the posts of people, a group of their community."""
    groups = np.flatnonzero(people.are("facebook", "group") & (people.label == "organic"))
    groups = groups[np.argsort(people.community[groups], kind="stable")]
    first = np.searchsorted(people.community[groups], people.community[account])
    last = np.searchsorted(people.community[groups], people.community[account], side="right")
    inside = (random.random(len(account)) < 0.35) & (last > first)
    inside &= people.kind[account] == "person"
    chosen = first + (random.random(len(account)) ** 2 * (last - first)).astype(np.int64)
    return np.where(inside, groups[np.minimum(chosen, len(groups) - 1)], NONE)


def _on_twitter(random: Generator, life: Organic, there: Flags, words: Texts) -> Posts:
    account, thing = life.world.account[there], life.world.object[there]
    reaction = life.world.reaction[thing]
    authors = numbered("synthetic-author-", life.world.source[thing])
    return posts(
        account,
        life.time[there],
        url=either(reaction, None, life.url[thing]),
        text=either(reaction, life.headline[thing], _said(random, life, thing, words, "twitter")),
        client=clients(random, account),
        target_post=either(reaction, numbered("synthetic-post-t-", thing), None),
        target_account=either(reaction, authors, None),
        target_time=np.where(reaction, life.born[thing], NONE),
    )


def clients(random: Generator, account: Integers) -> Texts:
    """The program of each account; a fiftieth of them use a scheduler."""
    shares = np.append(_CLIENT_SHARES, 1 - sum(_CLIENT_SHARES))
    own = random.choice([*CLIENTS, PLANNER], int(account.max(initial=0)) + 1, p=shares)
    return np.asarray(own.astype(object)[account])


def _on_instagram(random: Generator, life: Organic, there: Flags, words: Texts) -> Posts:
    """Pictures: a fifth are memes that others post, too."""
    account, thing = life.world.account[there], life.world.object[there]
    own = numbered("synthetic-picture-", np.arange(len(account)))
    meme = random.random(len(account)) < 0.2
    return posts(
        account,
        life.time[there],
        text=sentences(random, words, len(account)),
        media=either(meme, numbered("synthetic-meme-", thing), own),
    )


def _said(random: Generator, life: Organic, thing: Integers, words: Texts, platform: str) -> Texts:
    """Beside a link: its headline, own words, or nothing."""
    dice = random.random(len(thing))
    said = blank(len(thing))
    share = _HEADLINE[platform]
    headline, own = dice < share, dice >= share + _SILENT
    said[headline] = life.headline[thing[headline]]
    said[own] = sentences(random, words, int(own.sum()))
    return said
