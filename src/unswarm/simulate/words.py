"""Worlds of texts: accounts that copy from public sources and never act in concert.

Most texts are an account's own. The rest is copied for innocent reasons, by few accounts mostly and
by many now and then: headlines of share buttons, sayings, slogans on the day of an event, texts of
a petition. `copy_group` plants what these worlds lack: accounts that copy from a list of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from unswarm.errors import SettingsError, did_you_mean
from unswarm.model import ACCOUNT, DAY, HASHTAG, HOUR, LINK, POST, SECOND
from unswarm.simulate.tables import PLATFORM, account_id
from unswarm.simulate.worlds import ORGANIC, START, Flags, Integers, Reals

ORDINARY = "ordinary"

_COMMUNITIES = 30
_HEAVY = 0.03  # share of the accounts that mostly copy from a source
_WORDS = 4000  # in the vocabulary
_LENGTHS = (5, 21)  # words of a text
_PER_HOUR = 4  # headlines of one outlet
_SAYINGS = 600  # known to everybody; a community knows 60 of its own
_VERSES = (100, 0.02, 3)  # in a book, share of the accounts that are its devotees, books
_SLOGANS = 20  # of a community
_EVENTS = 3  # days on which a community chants
_PETITION = (5, 0.05, 3)  # texts, share of the members that post each, communities
_BLOCK = 1_000_000  # texts a source may have


@dataclass(frozen=True)
class Sources:
    """What innocent accounts copy from in a world.

    Args:
        name: the world's name.
        copied: names of sources, the first one asked first.
        linked: share buttons add the link to the headline.
    """

    name: str
    copied: tuple[str, ...] = ()
    linked: bool = True


WORDS = {
    sources.name: sources
    for sources in (
        Sources("ordinary"),
        Sources("headlines", ("headlines",)),
        Sources("headlines without links", ("headlines",), linked=False),
        Sources("sayings", ("sayings",)),
        Sources("verses", ("verses",)),
        Sources("slogans", ("slogans",)),
        Sources("petition", ("petition",)),
        Sources("everything", ("headlines", "verses", "sayings", "slogans", "petition")),
    )
}

# What an account that mostly copies from a source is called.
HEAVY = MappingProxyType(
    {
        "headlines": "feed",
        "sayings": "quote lover",
        "verses": "devotee",
        "slogans": "fan",
    }
)


@dataclass(frozen=True, eq=False)
class Words:
    """Who wrote what and when. Arrays, never objects.

    Args:
        name: which world it is.
        account, text, time: one entry per post, sorted by time, then account; milliseconds UTC.
        linked, tagged: per post, whether it carries the text's link, its community's hashtag.
        community: per account, its community of taste.
        habit: per account, `ORDINARY` or what it mostly copies (`HEAVY`).
        label: per account, `ORGANIC` or the number of the group it was planted in.
        days: length of the collection.
        seed: of every random choice; it also spells the texts.
    """

    name: str
    account: Integers
    text: Integers
    time: Integers
    linked: Flags
    tagged: Flags
    community: Integers
    habit: NDArray[np.str_]
    label: Integers
    days: float
    seed: int

    def __len__(self) -> int:
        return len(self.account)

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.label)

    @property
    def activity(self) -> Integers:
        """Posts per account."""
        return np.bincount(self.account, minlength=self.accounts)


def words(name: str, seed: int, *, accounts: int = 3000, days: float = 14) -> Words:
    """A seeded world in which nobody copies in concert: the same seed gives the same bytes.

    Args:
        name: one of `WORDS`.
        seed: of every random choice.
        accounts: how many, at least 30.
        days: length of the collection, at least 3.

    Raises:
        SettingsError: the name or a size is outside its range.
    """
    if name not in WORDS:
        raise SettingsError(f"Unknown world '{name}'. Hint: {did_you_mean(name, WORDS)}")
    if accounts < _COMMUNITIES or days < _EVENTS:
        raise SettingsError(f"A world of words needs {_COMMUNITIES} accounts and {_EVENTS} days.")
    random = np.random.default_rng(seed)
    data = _own_words(random, name, accounts, days, seed)
    data = _copied(random, data, "public", _anything, random.beta(0.3, 30, accounts))
    for source in WORDS[name].copied:
        data = _PICKS[source](random, data)
    return data


def copy_group(
    world: Words, accounts: int = 20, texts: int = 40, share: float = 0.5, hours: float = 6
) -> Words:
    """The world with a group that copies from a list of its own beside what its members write.

    Args:
        world: what to plant in; accounts of earlier groups are not taken again.
        accounts: how many members.
        texts: length of the list.
        share: of the list that each member posts.
        hours: within which the members post a text after it is handed out.

    Raises:
        SettingsError: too few ordinary accounts are left.
    """
    free = np.flatnonzero((world.label == ORGANIC) & (world.habit == ORDINARY))
    if accounts > len(free):
        raise SettingsError(f"A group of {accounts} does not fit: {len(free)} accounts are left.")
    number = int(world.label.max()) + 1
    random = np.random.default_rng((world.seed, number))
    members = np.sort(random.choice(free, accounts, replace=False))
    born = random.random(texts) * (world.days * DAY - hours * HOUR)
    row, text = np.nonzero(random.random((accounts, texts)) < share)
    time = START + born[text] + random.random(len(text)) * hours * HOUR
    label = world.label.copy()
    label[members] = number
    grown = _with_posts(world, members[row], _code("lists", number * 1000 + text), time)
    return replace(grown, label=label)


# ------------------------------------------------------------------ what is one's own


def _own_words(random: Generator, name: str, accounts: int, days: float, seed: int) -> Words:
    """Posts at the account's own hours, each text written once."""
    posts = np.clip(random.lognormal(np.log(12), 1.2, accounts), 1, 600).astype(np.int64)
    account = np.repeat(np.arange(accounts), posts)
    hour = random.normal((random.random(accounts) * 24)[account], 4)
    day = random.integers(0, int(days), len(account))
    time = START + ((day * 24 + hour) * HOUR) % (int(days) * DAY)
    nothing = np.zeros(0, np.int64)
    empty = Words(
        name=name,
        account=nothing,
        text=nothing,
        time=nothing,
        linked=nothing.astype(bool),
        tagged=nothing.astype(bool),
        community=np.arange(accounts) % _COMMUNITIES,
        habit=np.full(accounts, ORDINARY, dtype="<U16"),
        label=np.full(accounts, ORGANIC),
        days=days,
        seed=seed,
    )
    return _with_posts(empty, account, _code("own", np.arange(len(account))), time)


def _with_posts(world: Words, account: Integers, text: Integers, time: Reals) -> Words:
    """The world with more posts, sorted."""
    stamp = (time // SECOND).astype(np.int64) * SECOND
    none = np.zeros(len(account), bool)
    columns = (
        np.r_[world.account, account],
        np.r_[world.text, text],
        np.r_[world.time, stamp],
        np.r_[world.linked, none],
        np.r_[world.tagged, none],
    )
    order = np.lexsort((columns[0], columns[2]))
    names = ("account", "text", "time", "linked", "tagged")
    return replace(world, **{n: c[order] for n, c in zip(names, columns, strict=True)})


_PLACES = ("own", "public", "headlines", "sayings", "verses", "slogans", "petition", "lists")


def _code(source: str, number: Integers) -> Integers:
    """A text's code: no two sources share one."""
    return _PLACES.index(source) * _BLOCK + number


def _source(text: Integers) -> Integers:
    return text // _BLOCK


# ------------------------------------------------------------------ what is copied

Pick = Callable[[Generator, Words, Integers], Integers]


def _copied(random: Generator, world: Words, source: str, pick: Pick, share: Reals) -> Words:
    """Some own posts replaced by texts of a source: `share` of them, per account or post."""
    chance = share[world.account] if len(share) == world.accounts else share
    own = _source(world.text) == _PLACES.index("own")
    rows = np.flatnonzero(own & (random.random(len(world)) < chance))
    text = world.text.copy()
    text[rows] = _code(source, pick(random, world, rows))
    return replace(world, text=text)


def _shares(random: Generator, world: Words, source: str) -> tuple[Words, Reals]:
    """How much each account copies: mostly 0-5 %, and half or more for a few, told in `habit`."""
    share = random.beta(0.5, 25, world.accounts)
    heavy = (random.random(world.accounts) < _HEAVY) & (world.habit == ORDINARY)
    share[heavy] = random.uniform(0.5, 1, int(heavy.sum()))
    return replace(world, habit=np.where(heavy, HEAVY[source], world.habit)), share


def _zipf(random: Generator, ranks: int, size: int) -> Integers:
    """Ranks from 0; the k-th is drawn 1/k as often as the first."""
    total = np.cumsum(1 / np.arange(1, ranks + 1))
    found: Integers = np.searchsorted(total, random.random(size) * total[-1])
    return found


def _taste(random: Generator, world: Words, rows: Integers, homophily: float) -> Integers:
    """Where each post's author looks: 0 where everybody does, else its own community's place."""
    inside = random.random(len(rows)) < homophily
    return np.where(inside, 1 + world.community[world.account[rows]], 0)


def _anything(random: Generator, world: Words, rows: Integers) -> Integers:
    return _zipf(random, 2000, len(rows))


def _headlines(random: Generator, world: Words) -> Words:
    """Headlines hours old, of the big outlet or the community's, posted by share buttons."""
    world, share = _shares(random, world, "headlines")
    shared = _copied(random, world, "headlines", _headline, share)
    linked = _source(shared.text) == _PLACES.index("headlines")
    return replace(shared, linked=linked & WORDS[world.name].linked)


def _headline(random: Generator, world: Words, rows: Integers) -> Integers:
    age = random.exponential(6 * HOUR, len(rows))
    slot = np.maximum((world.time[rows] - START - age) // HOUR, 0).astype(np.int64)
    outlet = _taste(random, world, rows, 0.5)
    hours = int(world.days * 24)
    return (outlet * hours + slot) * _PER_HOUR + _zipf(random, _PER_HOUR, len(rows))


def _sayings(random: Generator, world: Words) -> Words:
    """Quotes from a timeless pool; quote lovers post hardly anything else."""
    world, share = _shares(random, world, "sayings")
    return _copied(random, world, "sayings", _saying, share)


def _saying(random: Generator, world: Words, rows: Integers) -> Integers:
    place = _taste(random, world, rows, 0.5)
    common = _zipf(random, _SAYINGS, len(rows))
    return np.where(place, _SAYINGS + place * 60 + common % 60, common)


def _verses(random: Generator, world: Words) -> Words:
    """Verses of a book that nobody posts but its devotees, who hardly post anything else."""
    _, devotees, books = _VERSES
    free = np.flatnonzero(world.habit == ORDINARY)
    wanted = int(devotees * world.accounts) * books
    chosen = random.choice(free, min(wanted, len(free)), replace=False)
    share, habit = np.zeros(world.accounts), world.habit.copy()
    share[chosen] = random.uniform(0.5, 1, len(chosen))
    habit[chosen] = HEAVY["verses"]
    return _copied(random, replace(world, habit=habit), "verses", _verse, share)


def _verse(random: Generator, world: Words, rows: Integers) -> Integers:
    verses, _, books = _VERSES
    return (world.account[rows] % books) * verses + _zipf(random, verses, len(rows))


def _slogans(random: Generator, world: Words) -> Words:
    """What a community chants on the days of its events, under its hashtag."""
    world, share = _shares(random, world, "slogans")
    festive = random.random((_COMMUNITIES, int(world.days))).argsort(axis=1) < _EVENTS
    day = ((world.time - START) // DAY).astype(np.int64)
    often = np.where(festive[world.community[world.account], day], np.sqrt(share)[world.account], 0)
    chanted = _copied(random, world, "slogans", _slogan, often)
    return replace(chanted, tagged=_source(chanted.text) == _PLACES.index("slogans"))


def _slogan(random: Generator, world: Words, rows: Integers) -> Integers:
    ranks = _zipf(random, _SLOGANS, len(rows))
    return world.community[world.account[rows]] * _SLOGANS + ranks


def _petition(random: Generator, world: Words) -> Words:
    """Texts to click on, each posted once by a few members of some communities on one day."""
    texts, share, communities = _PETITION
    width = max(300 * _COMMUNITIES // world.accounts, 1)
    for number in range(communities):
        members = np.flatnonzero(world.community // width == number)
        row, text = np.nonzero(random.random((len(members), texts)) < share)
        day = random.integers(0, int(world.days))
        time = START + (day + random.random(len(row))) * DAY
        clicked = members[row]
        world = _with_posts(world, clicked, _code("petition", number * texts + text), time)
    return world


_PICKS: Mapping[str, Callable[[Generator, Words], Words]] = MappingProxyType(
    {
        "headlines": _headlines,
        "sayings": _sayings,
        "verses": _verses,
        "slogans": _slogans,
        "petition": _petition,
    }
)


# ------------------------------------------------------------------ tables


def word_events(world: Words) -> Iterator[tuple[str, pa.Table]]:
    """The world as event tables: accounts, posts with texts, links, hashtags."""
    present = pa.array([account_id(number) for number in np.unique(world.account)])
    rows = {"account": present, "platform": pa.repeat(PLATFORM, len(present))}
    yield "account", ACCOUNT.fit(pa.table(rows))
    posts = _posts(world)
    yield "post", POST.fit(posts)
    yield "link", LINK.fit(_links(world, posts))
    yield "hashtag", HASHTAG.fit(_hashtags(world, posts))


def _posts(world: Words) -> pa.Table:
    ids = pa.array([account_id(number) for number in range(world.accounts)])
    return pa.table(
        {
            "post": pa.array([f"{PLATFORM}-p{row:07d}" for row in range(len(world))]),
            "account": ids.take(world.account),
            "platform": pa.repeat(PLATFORM, len(world)),
            "time": pa.array(world.time),
            "precision": pa.repeat(SECOND, len(world)),
            "kind": pa.repeat("original", len(world)),
            "text": _spelled(world),
        }
    )


def _links(world: Words, posts: pa.Table) -> pa.Table:
    rows = posts.filter(pa.array(world.linked))
    domain = f"{PLATFORM}-news.home.arpa"
    urls = [f"https://{domain}/{text:08d}" for text in world.text[world.linked].tolist()]
    rows = rows.append_column("url", pa.array(urls, pa.string()))
    return rows.append_column("domain", pa.repeat(domain, len(urls)))


def _hashtags(world: Words, posts: pa.Table) -> pa.Table:
    rows = posts.filter(pa.array(world.tagged))
    communities = world.community[world.account[world.tagged]].tolist()
    rows = rows.append_column("hashtag", pa.array([f"fans{c}" for c in communities], pa.string()))
    return rows.append_column("position", pa.array(np.zeros(len(communities), np.int64)))


def _spelled(world: Words) -> pa.Array:
    """Every text in made-up words; two texts have no more words in common than chance gives."""
    random = np.random.default_rng((world.seed, len(_PLACES)))
    letters = random.choice(list("bdfgklmnprstvz"), (_WORDS, 4))
    vowels = random.choice(list("aeiou"), (_WORDS, 3))
    shape = np.stack([letters[:, 0], vowels[:, 0], letters[:, 1], vowels[:, 1], letters[:, 2]], 1)
    vocabulary = np.array(["".join(word) for word in shape])
    codes, which = np.unique(world.text, return_inverse=True)
    length = random.integers(*_LENGTHS, len(codes))
    drawn = vocabulary[random.integers(0, _WORDS, (len(codes), _LENGTHS[1] - 1))]
    texts = [" ".join(row[:n]) for row, n in zip(drawn.tolist(), length.tolist(), strict=True)]
    return pa.array(texts).take(which)
