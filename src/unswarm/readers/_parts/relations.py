"""What kind of post a row is, and which post and account it repeats, quotes or answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unswarm.canonical import reposted_in
from unswarm.readers._parts.columns import Cells
from unswarm.readers._parts.parsed import Lenient
from unswarm.readers._parts.values import parse_bool, parse_id

RELATIONS = ("repost", "quote", "reply")  # a post that is several of them is the first
FIELDS = {
    *("kind", "is_repost", "target_post", "target_account"),
    *(f"{relation}_{what}" for relation in RELATIONS for what in ("post", "account")),
}
"""Columns that say what kind of post a row is, and whom it concerns."""

_KINDS = {
    **dict.fromkeys(("repost", "retweet", "retweeted", "reblog", "share", "forward"), "repost"),
    **dict.fromkeys(("quote", "quoted", "quotetweet", "quoteretweet"), "quote"),
    **dict.fromkeys(("reply", "repliedto", "answer"), "reply"),
    "comment": "comment",
    **dict.fromkeys(("original", "tweet", "post", "status", "link", "photo", "video"), "original"),
    **dict.fromkeys(("album", "reel", "livevideo", "livevideocomplete", "nativevideo"), "original"),
}
_RT = frozenset(("RT", "rt"))


@dataclass(frozen=True)
class Relations:
    """One entry per row: kind of the post, target post, target account; None where unknown."""

    kinds: list[str | None]
    posts: list[str | None]
    accounts: list[str | None]


def relations(cells: Cells, lenient: Lenient) -> Relations:
    """What the columns say; then `RT @x:` at the beginning of a text, which is a repost too.

    A flag that says no repost makes an original of a post that answers nothing, and so do columns
    for the post repeated that are empty. Without any of these the kind stays unknown.
    """
    rows = len(cells["account"])
    found = Relations(
        kinds=[None] * rows,
        posts=lenient.read(cells, "target_post", parse_id) or [None] * rows,
        accounts=lenient.read(cells, "target_account", _handle) or [None] * rows,
    )
    for relation in reversed(RELATIONS):
        _relate(found, relation, cells, lenient)
    _read_texts(found, cells)
    _settle_kinds(found.kinds, cells, lenient)
    return found


def is_kind(word: Any) -> bool:
    """Whether a source's word for the kind of a post is known."""
    return _kind(word) is not None


def _relate(found: Relations, relation: str, cells: Cells, lenient: Lenient) -> None:
    none = [None] * len(found.kinds)
    posts = lenient.read(cells, f"{relation}_post", parse_id)
    accounts = lenient.read(cells, f"{relation}_account", _handle)
    if posts is None and accounts is None:
        return
    for row, (post, account) in enumerate(zip(posts or none, accounts or none, strict=True)):
        if post or account:
            found.kinds[row], found.posts[row], found.accounts[row] = relation, post, account


def _read_texts(found: Relations, cells: Cells) -> None:
    for row, text in enumerate(cells.get("text", ())):
        if text and text[:2] in _RT and (handle := reposted_in(text)):
            found.kinds[row] = "repost"
            found.accounts[row] = found.accounts[row] or handle


def _settle_kinds(kinds: list[str | None], cells: Cells, lenient: Lenient) -> None:
    """Let the source's own words win, then its flag, then what was found."""
    none = [None] * len(kinds)
    stated = lenient.read(cells, "kind", _kind) or none
    flags = lenient.read(cells, "is_repost", parse_bool) or none
    otherwise = "original" if cells.keys() & {"repost_post", "repost_account"} else None
    for row, (word, flag) in enumerate(zip(stated, flags, strict=True)):
        if word or flag:
            kinds[row] = word or "repost"
        elif kinds[row] is None:
            kinds[row] = "original" if flag is False else otherwise


def _kind(word: Any) -> str | None:
    return _KINDS.get("".join(filter(str.isalpha, str(word))).lower())


def _handle(value: Any) -> str | None:
    found = parse_id(value)
    return found[1:].casefold() if found and found.startswith("@") else found
