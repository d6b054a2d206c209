"""Posts as arrays, before they become files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from unswarm.model import DAY
from unswarm.simulate.operation.words import Texts, blank, is_said
from unswarm.simulate.worlds import Flags, Integers

START = 1_573_430_400_000  # Monday 2019-11-11, 00:00 UTC, milliseconds
DAYS = 30
END = START + DAYS * DAY
NONE = -1


@dataclass(frozen=True, eq=False)
class Posts:
    """Posts, one entry each; times are milliseconds UTC.

    Args:
        account: row of the cast.
        time: when.
        url, text, media, hashtag, client: what it carries; None: nothing.
        place: row of the group it stands in; NONE: the author's own page.
        target: row among these posts that it repeats; NONE: none of them.
        target_post, target_account, target_time: of a post outside the collection it repeats.
    """

    account: Integers
    time: Integers
    url: Texts
    text: Texts
    media: Texts
    hashtag: Texts
    client: Texts
    place: Integers
    target: Integers
    target_post: Texts
    target_account: Texts
    target_time: Integers

    def __len__(self) -> int:
        return len(self.account)

    @property
    def repeats(self) -> Flags:
        """Whether each repeats another post."""
        repeats: Flags = (self.target != NONE) | is_said(self.target_post)
        return repeats

    def where(self, kept: Flags) -> Posts:
        """Some of the posts; nobody may repeat one that is left out."""
        number = np.cumsum(kept) - 1
        target = np.where(self.target == NONE, NONE, number[self.target])
        chosen = {f.name: getattr(self, f.name)[kept] for f in fields(self)}
        return Posts(**chosen | {"target": target[kept]})


def posts(account: Integers, time: Integers, **given: Any) -> Posts:
    """Posts of which only some columns are given; the others are empty."""
    size = len(account)
    numbers = {f: np.full(size, NONE) for f in ("place", "target", "target_time")}
    texts = ("url", "text", "media", "hashtag", "client", "target_post", "target_account")
    columns = numbers | {name: blank(size) for name in texts} | given
    return Posts(account=account, time=time, **columns)


def joined(parts: Sequence[Posts]) -> Posts:
    """All posts in one, sorted by time, account and place; those after `END` are left out."""
    starts = np.cumsum([0, *map(len, parts)])
    shifted = [
        replace(part, target=np.where(part.target == NONE, NONE, part.target + start))
        for part, start in zip(parts, starts, strict=False)
    ]
    names = [f.name for f in fields(Posts)]
    whole = Posts(**{n: np.concatenate([getattr(part, n) for part in shifted]) for n in names})
    return _in_order(whole.where(_kept(whole)))


def _kept(whole: Posts) -> Flags:
    early = (whole.time >= START) & (whole.time < END)
    kept: Flags = early & ((whole.target == NONE) | early[whole.target])
    return kept


def _in_order(whole: Posts) -> Posts:
    order = np.lexsort((whole.place, whole.account, whole.time))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    target = np.where(whole.target == NONE, NONE, rank[whole.target])
    columns = {f.name: getattr(whole, f.name)[order] for f in fields(Posts)}
    return Posts(**columns | {"target": target[order]})
