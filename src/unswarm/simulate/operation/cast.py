"""Who exists: the planted operation, innocent people, pages and groups, and the hard negatives.

Accounts are rows of arrays. Their ids are drawn without order, so that neither ids nor the order
of a file tell who belongs together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.random import Generator

from unswarm.model import DAY, HOUR, SECOND
from unswarm.simulate.operation.figures import Figures
from unswarm.simulate.operation.posts import NONE, START
from unswarm.simulate.operation.words import (
    MARK,
    NOUNS,
    Texts,
    blank,
    either,
    handles,
    nouns,
    numbered,
    pairs_of_nouns,
    sentences,
    titled,
)
from unswarm.simulate.worlds import Flags, Integers

OPERATION = "bl"  # the group of everything planted
BRAND = "Lantern"
SITES = tuple(
    f"{name}.example"
    for name in (
        *("daily-lantern", "lantern-life", "lantern-stories", "bright-lantern", "lantern-now"),
        *("world-of-lanterns", "lantern-kitchen", "lantern-family", "lantern-health"),
        *("true-lantern", "lantern-video", "lantern-pets"),
    )
)
NEWSROOM, NEWS_SITE = "Northgate Newsroom", "northgate-news.example"
PARTY, PARTY_SITE = "Garden Party", "garden-party.example"
DEALS, DEALS_SITE = "Coupon Kettle", "coupon-kettle.example"
HOME, CLAIMED = "Vietnam", "United States"

_FILLER_BIOS = (
    "Hello and welcome to my page my friend",
    "Hi, this is my page, nice to meet all",
    "Welcome to my profile, have a good day all",
    "I love life and love peace",
    "Hello all friend, thank you for visit",
    "Life is beautiful, smile every day",
    "Happy to connect with you here",
    "Be kind, welcome to my wall",
)
_COUNTRIES = ("United States", "India", "United Kingdom", "Brazil", "Vietnam", "Canada", "Germany")
_SHARES = (0.45, 0.14, 0.1, 0.1, 0.05, 0.08, 0.08)
_TOPICS = ("Kitchen", "Garden", "Football", "Music", "History", "Travel", "Pets", "Chess", "News")
_FANDOMS = 12  # communities of the organic world that follow an idol
_LONG_AGO = 11 * 365 * DAY
_SINCE = 14 * 30 * DAY  # before the collection, when the operation began to make accounts


@dataclass(frozen=True, eq=False)
class Cast:
    """Everybody, one entry per account.

    Args:
        account: the id; the rest of the first group is as in `model.ACCOUNT`.
        label: coordinated (planted), open (acts in concert and says so), organic.
        group: the operation or the organisation it belongs to; None: none.
        part: what it is: ordinary, agency, newsroom …; of the operation sharer, administrator …
        team: which team of the operation, else NONE.
        community: of taste, of innocent accounts and groups, else NONE.
        twin: the row of the Facebook account whose name and photo a planted account reuses.
    """

    account: Texts
    platform: Texts
    kind: Texts
    handle: Texts
    name: Texts
    created: Integers
    followers: Integers
    following: Integers
    claimed_country: Texts
    operator_country: Texts
    bio: Texts
    photo: Texts
    website: Texts
    owner: Texts
    status: Texts
    label: Texts
    group: Texts
    part: Texts
    team: Integers
    community: Integers
    twin: Integers

    def __len__(self) -> int:
        return len(self.account)

    @property
    def planted(self) -> Flags:
        """Whether each belongs to the operation."""
        return np.asarray(self.label == "coordinated", bool)

    def are(self, platform: str, kind: str) -> Flags:
        """Whether each is of that platform and kind."""
        return np.asarray((self.platform == platform) & (self.kind == kind), bool)

    def rows(self, *, part: str) -> Integers:
        """The rows of one part."""
        return np.flatnonzero(self.part == part)


def cast(seed: int, size: Figures, community: Integers) -> Cast:
    """Everybody, seeded.

    Args:
        size: how many of each.
        community: of each innocent account on Facebook (people, then pages), Twitter, Instagram,
            in this order: the accounts of the organic world, which are the first rows.
    """
    random = np.random.default_rng([seed, 1])
    made = [*_organic(random, size, community), *_open(random, size), *_planted(random, size)]
    everybody = _with_twins(random, _joined(made))
    return _named(random, everybody)


def _joined(segments: Iterable[dict[str, Any]]) -> Cast:
    whole = list(segments)
    names = [f.name for f in fields(Cast)]
    return Cast(**{name: np.concatenate([one[name] for one in whole]) for name in names})


def _segment(size: int, platform: str, kind: str, **given: Any) -> dict[str, Any]:
    """Accounts with defaults; a single value stands for all of them."""
    names = [f.name for f in fields(Cast)]
    numbers = ("created", "followers", "following", "team", "community", "twin")
    columns: dict[str, Any] = {
        n: np.full(size, NONE) if n in numbers else blank(size) for n in names
    }
    said = {"platform": platform, "kind": kind, "status": "active", "label": "organic", **given}
    for name, value in said.items():
        columns[name] = columns[name].copy()
        columns[name][:] = value
    return columns


# ------------------------------------------------------------------ innocent accounts


def _organic(random: Generator, size: Figures, community: Integers) -> list[dict[str, Any]]:
    ends = np.cumsum([size.people, size.other_pages, size.tweeters, size.instagrammers])
    people, pages, tweeters, pictures = np.split(community, ends[:-1])
    groups = random.integers(0, size.communities, size.other_groups)
    return [
        _people(random, "facebook", people) | {"part": _agencies(size)},
        _pages(random, pages),
        _people(random, "twitter", tweeters),
        _people(random, "instagram", pictures),
        _groups(random, groups),
    ]


def _people(random: Generator, platform: str, community: Integers) -> dict[str, Any]:
    size = len(community)
    country = random.choice(_COUNTRIES, size, p=_SHARES).astype(object)
    return _segment(
        size,
        platform,
        "person",
        part="ordinary",
        community=community,
        created=_long_ago(random, size),
        handle=handles(random, size),
        name=pairs_of_nouns(random, size),
        followers=_crowd(random, size, 180),
        following=_crowd(random, size, 220),
        claimed_country=_some(random, country, 0.7),
        bio=_bios(random, community),
        status=_statuses(random, size, 0.02),
    )


def _bios(random: Generator, community: Integers) -> Texts:
    """Own words, nothing, or in a fandom the idol they are fans of."""
    said = _some(random, sentences(random, NOUNS, len(community), 3, 9), 0.6)
    fans = (community < _FANDOMS) & (random.random(len(community)) < 0.5)
    said[fans] = [f"fan account of idol {number}" for number in community[fans].tolist()]
    return said


def _agencies(size: Figures) -> Texts:
    """The first people run many pages each, openly or for customers."""
    part = np.full(size.people, "ordinary", object)
    part[: size.agencies] = "agency"
    return part


def _pages(random: Generator, community: Integers) -> dict[str, Any]:
    size = len(community)
    claimed = random.choice(_COUNTRIES, size, p=_SHARES).astype(object)
    abroad = random.random(size) < 0.04
    other = random.choice(_COUNTRIES, size).astype(object)
    one = nouns(random, size)
    site = one + "-" + nouns(random, size) + numbered("-", np.arange(size), 1) + ".example"
    return _segment(
        size,
        "facebook",
        "page",
        part="ordinary",
        community=community,
        created=_long_ago(random, size),
        handle=handles(random, size),
        name=titled(one) + " " + random.choice(_TOPICS, size).astype(object),
        followers=_crowd(random, size, 2_500) // 100 * 100 + 100,
        claimed_country=claimed,
        operator_country=either(abroad, other, claimed),
        bio=_some(random, sentences(random, NOUNS, size, 4, 12), 0.8),
        website=_some(random, "https://" + site, 0.6),
        owner=_some(random, titled(one) + " Ltd", 0.3),
    )


def _groups(random: Generator, community: Integers) -> dict[str, Any]:
    size = len(community)
    topic = random.choice(_TOPICS, size).astype(object)
    return _segment(
        size,
        "facebook",
        "group",
        part="ordinary",
        community=community,
        created=_long_ago(random, size),
        handle=handles(random, size),
        name=titled(nouns(random, size)) + " " + topic + " Club",
        followers=_crowd(random, size, 400) // 100 * 100 + 100,
        bio=_some(random, sentences(random, NOUNS, size, 4, 12), 0.7),
    )


# ------------------------------------------------------------------ acting in concert, openly


def _open(random: Generator, size: Figures) -> list[dict[str, Any]]:
    return [
        _one_owner(random, size.newsroom, "newsroom", NEWSROOM, NEWS_SITE),
        _one_owner(random, size.party, "party", PARTY, PARTY_SITE),
        _coupons(random, size.coupon),
    ]


def _one_owner(random: Generator, size: int, part: str, owner: str, site: str) -> dict[str, Any]:
    place = titled(NOUNS[random.permutation(len(NOUNS))[:size]])
    return _segment(
        size,
        "facebook",
        "page",
        part=part,
        label="open",
        group=part,
        created=_long_ago(random, size),
        handle=f"{owner.split()[0].lower()}." + place + MARK,
        name=owner + " " + place,
        followers=_crowd(random, size, 20_000) // 100 * 100 + 100,
        claimed_country=CLAIMED,
        operator_country=CLAIMED,
        bio="Local page of the " + owner + " in " + place + f", run by the {owner}, {site}",
        website=f"https://{site}",
        owner=owner,
    )


def _coupons(random: Generator, size: int) -> dict[str, Any]:
    topic = titled(NOUNS[random.permutation(len(NOUNS))[:size]])
    return _segment(
        size,
        "twitter",
        "person",
        part="coupon",
        label="open",
        group="coupon",
        created=_long_ago(random, size),
        handle="deals." + topic + MARK,
        name=DEALS + " " + topic,
        followers=_crowd(random, size, 3_000),
        bio=f"Automated account: a deal every hour. Bot run by {DEALS}, {DEALS_SITE}",
        website=f"https://{DEALS_SITE}",
        owner=DEALS,
    )


# ------------------------------------------------------------------ the operation


def _planted(random: Generator, size: Figures) -> list[dict[str, Any]]:
    return [
        _profiles(random, size.accounts, "facebook", size) | {"part": _duties(random, size)},
        _their_pages(random, size),
        _their_groups(random, size),
        _profiles(random, size.instagram, "instagram", size),
        _profiles(random, size.twitter, "twitter", size),
    ]


def _profiles(random: Generator, number: int, platform: str, size: Figures) -> dict[str, Any]:
    """Accounts made in batches minutes apart, with handles of one pattern and filler bios."""
    filler = random.choice(_FILLER_BIOS, number).astype(object)
    own = sentences(random, NOUNS, number, 3, 9)
    bio = _some(random, either(random.random(number) < 0.75, filler, own), 0.75)
    one, two = titled(nouns(random, number, 40)), titled(nouns(random, number, 40))
    digits = numbered("", random.integers(1_000, 9_999, number), 4)
    return _segment(
        number,
        platform,
        "person",
        part=platform,
        label="coordinated",
        group=OPERATION,
        team=_teams(number, size.teams),
        created=_batches(random, number),
        handle=np.array([h.lower() for h in one + two], object) + digits + MARK,
        name=one + " " + two,
        followers=_crowd(random, number, 120),
        following=_crowd(random, number, 300),
        claimed_country=_some(random, np.full(number, CLAIMED, object), 0.85),
        bio=bio,
        status=_statuses(random, number, 0.12),
    )


def _duties(random: Generator, size: Figures) -> Texts:
    """Two thirds share, a fifth run pages and groups, the others are silent; alike in each team."""
    duty = np.array(["sharer"] * 14 + ["administrator"] * 4 + ["silent"] * 3, object)
    rank = np.arange(size.accounts) // size.teams
    return duty[(rank * 4) % len(duty)]


def _their_pages(random: Generator, size: Figures) -> dict[str, Any]:
    number = size.pages
    abroad = random.choice((HOME, CLAIMED, "Germany"), number, p=(0.82, 0.13, 0.05)).astype(object)
    abroad[0] = HOME
    one = titled(nouns(random, number))
    site = np.array([f"https://{s}" for s in SITES], object)[np.arange(number) % len(SITES)]
    return _segment(
        number,
        "facebook",
        "page",
        part="page",
        label="coordinated",
        group=OPERATION,
        team=_teams(number, size.teams),
        created=_batches(random, number),
        handle=np.array([f"{BRAND}{o}".lower() for o in one], object)
        + numbered("", np.arange(number), 1)
        + MARK,
        name=one + f" {BRAND} " + random.choice(_TOPICS, number).astype(object),
        claimed_country=CLAIMED,
        operator_country=abroad,
        bio=_some(random, sentences(random, NOUNS, number, 4, 12), 0.8),
        website=_some(random, site, 0.5),
    )


def _their_groups(random: Generator, size: Figures) -> dict[str, Any]:
    """Variants of one theme and one name."""
    number = size.groups
    form = random.choice(("Friends of the {} {}", "{} {} Lovers", "We Love {} {}"), number)
    place = titled(nouns(random, number))
    name = [f.format(p, BRAND) for f, p in zip(form.tolist(), place.tolist(), strict=True)]
    numbers = numbered("", np.arange(number), 1)
    return _segment(
        number,
        "facebook",
        "group",
        part="group",
        label="coordinated",
        group=OPERATION,
        team=_teams(number, size.teams),
        created=_batches(random, number),
        handle=f"{BRAND.lower()}friends" + numbers + MARK,
        name=np.array(name, object) + " " + numbers,
        claimed_country=CLAIMED,
        bio=_some(random, sentences(random, NOUNS, number, 4, 12), 0.5),
    )


def _teams(number: int, teams: int) -> Integers:
    return np.arange(number) % teams


def _batches(random: Generator, number: int) -> Integers:
    """Moments of creation: eight to twenty-five accounts a few minutes apart, then days nothing."""
    sizes = random.integers(8, 26, number)
    batch = np.searchsorted(np.cumsum(sizes), np.arange(number), side="right")
    day = random.integers(0, int(_SINCE * 0.85 / DAY), number)
    hour = random.integers(2 * HOUR // SECOND, 9 * HOUR // SECOND, number)  # office hours there
    begin = START - _SINCE + (day * DAY + hour * SECOND)
    gap = (random.exponential(180, number) + 20).astype(np.int64) * SECOND
    passed = np.cumsum(gap)
    first = np.searchsorted(batch, batch)
    return begin[batch] + passed - passed[first]


# ------------------------------------------------------------------ last touches


def _with_twins(random: Generator, everybody: Cast) -> Cast:
    """Two in five of the planted Twitter and Instagram accounts reuse a Facebook account's name."""
    models = np.flatnonzero(everybody.planted & everybody.are("facebook", "person"))
    other = everybody.planted & ~everybody.are("facebook", "person") & (everybody.kind == "person")
    copies = np.flatnonzero(other & (random.random(len(everybody)) < 0.4))
    twin, name, handle = everybody.twin.copy(), everybody.name.copy(), everybody.handle.copy()
    twin[copies] = random.choice(models, len(copies), replace=len(copies) > len(models))
    name[copies], handle[copies] = name[twin[copies]], handle[twin[copies]]
    return replace(everybody, twin=twin, name=name, handle=handle)


def _named(random: Generator, everybody: Cast) -> Cast:
    """Ids and names of photos, in no order."""
    size = len(everybody)
    number = random.permutation(size) * 7 + random.integers(0, 7, size)
    letter = np.array([platform[0] for platform in everybody.platform], object)
    ids = "synthetic-" + letter + numbered("-", number)
    seen = everybody.kind == "person"
    photo = either(seen, numbered("synthetic-photo-", random.permutation(size)) + ".jpg", None)
    return replace(everybody, account=ids, photo=photo)


def _some(random: Generator, values: Texts, share: float) -> Texts:
    """Values, of which that share is kept."""
    kept = values.copy()
    kept[random.random(len(values)) >= share] = None
    return kept


def _statuses(random: Generator, size: int, gone: float) -> Texts:
    status = np.full(size, "active", object)
    status[random.random(size) < gone] = "suspended"
    return status


def _long_ago(random: Generator, size: int) -> Integers:
    age = (random.random(size) * (_LONG_AGO - 60 * DAY)).astype(np.int64) + 60 * DAY
    return (START - age) // SECOND * SECOND


def _crowd(random: Generator, size: int, median: float) -> Integers:
    return np.exp(random.normal(np.log(median), 1.2, size)).astype(np.int64)
