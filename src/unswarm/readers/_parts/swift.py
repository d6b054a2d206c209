"""Posts of a whole block at once, as Arrow arrays; what is unusual goes the slower way.

The result is that of `posts.Posts`, row by row: a block in which anything would be rejected, or
that holds fields this does not know to read faster, is given to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from unswarm.canonical import clean_url, reposted_in
from unswarm.model import EVENTS, LINK, POST, TEXT
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch, array
from unswarm.readers._parts.carried import CARRIED
from unswarm.readers._parts.columns import Cells, gathered
from unswarm.readers._parts.plain import Block
from unswarm.readers._parts.posts import (
    DAY_FIRST,
    PROFILE,
    SAMPLE,
    WIDTHS,
    Posts,
    parse_account,
    said_of_posts,
)
from unswarm.readers._parts.relations import FIELDS, relations
from unswarm.readers._parts.seen import hashes
from unswarm.readers._parts.values import parse_time
from unswarm.readers._parts.vectors import at_least, common_width, distinct, ids, times

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]
Arrays = Mapping[str, pa.Array]

EVENT = 5  # columns that every table of what posts carry begins with
LINKED = {"url", "urls", "domain"}
CARRIES: dict[str, set[str]] = {  # the fields that the rows of a table are found in
    "link": LINKED,
    "hashtag": {"hashtags"},
    "mention": {"mentions"},
    "media": {"media"},
    "share": {"object", "sound", "effects"},
}
IN_TEXT = {  # a source without these fields is searched for them, where its text holds this
    "link": ({"url", "urls"}, r"://|www\."),
    "hashtag": ({"hashtags"}, "[#＃]"),
    "mention": ({"mentions"}, "[@＠]"),
}
REPEATED = "^(?:RT|rt)"

_NONE: Places = np.zeros(0, np.int64)


@dataclass(frozen=True)
class Acts:
    """The rows of a block, all of them usable.

    Args:
        arrays: the fields of the source.
        account, time, precision, post: one entry per row.
        first: for each row the first row of its post.
        new: whether its post comes for the first time, and this is its first row.
    """

    arrays: Arrays
    account: pa.Array
    time: pa.Array
    precision: pa.Array
    post: pa.Array
    first: Places
    new: Flags


class Swift(Posts):
    """What has to be remembered of a source from block to block."""

    def __init__(self, source: Source, batch: Batch, opaque: frozenset[str]) -> None:
        super().__init__(source, batch, opaque, None)

    def block(self, block: Block) -> Iterator[tuple[str, pa.Table]]:
        """The tables of one block."""
        acts = self._acts(block)
        if acts is None:
            yield from self.tables(block.chunk)
            return
        cells = block.columns
        post = self._post(acts, cells)
        if acts.new.any():
            yield "post", post if acts.new.all() else post.filter(pa.array(acts.new))
        event = [post.column(name).combine_chunks() for name in LINK.columns[:EVENT]]
        for name in CARRIED:
            rows, values = self._carried(name, acts, cells)
            if len(rows):
                columns = [*(column.take(pa.array(rows)) for column in event), *values]
                yield name, pa.table(columns, schema=EVENTS[name].schema)
        if acts.arrays.keys() & set(PROFILE):
            self._add_profiles_of(acts, cells)

    # --- who, when, in which post

    def _acts(self, block: Block) -> Acts | None:
        """The rows, if all of them can be used."""
        arrays = block.arrays
        if "clock" in arrays:
            return None
        account = _accounts(arrays["account"])
        moments = None if account is None else self._moments(arrays["time"])
        if moments is None:
            return None
        posts = self._ids(block, account)
        if posts is None:
            return None
        return Acts(arrays, account, *moments, posts[0], posts[1], posts[2])

    def _moments(self, values: pa.Array) -> tuple[pa.Array, pa.Array] | None:
        """(time, precision) of each row; None where one cannot be read."""
        if self.day_first is None:
            found = pc.match_substring_regex(values[:SAMPLE], DAY_FIRST)
            self.day_first = bool(pc.any(found).as_py())
        (time, precision), wrong = times(values, partial(parse_time, day_first=self.day_first))
        if wrong or time.null_count:
            return None
        if self.width is None:
            self.width = common_width(time[:SAMPLE], WIDTHS)
        return time, at_least(precision, time, self.width)

    def _ids(self, block: Block, account: pa.Array) -> tuple[pa.Array, Places, Flags] | None:
        """Post, first row of it, whether that is new; None where a row must be rejected."""
        field = next((f for f in ("post", "permalink") if f in block.arrays), None)
        if field is None:
            return self._by_place(block.numbers)
        (post,), wrong = ids(block.arrays[field])
        if wrong or post.null_count:
            return None
        first = _first_rows(post)
        new = first == np.arange(len(first))
        known = self._known(post, account, first, new, "text" in block.arrays)
        if known is None:
            return None
        new[np.flatnonzero(new)[known]] = False
        return post, first, new

    def _by_place(self, numbers: Places) -> tuple[pa.Array, Places, Flags]:
        """Ids for posts without one: file and line."""
        self.line, self.in_line = int(numbers[-1]), 0
        name = pa.scalar(f"{self.source.path.name}:", TEXT)
        post = pc.binary_join_element_wise(name, pa.array(numbers).cast(TEXT), "")
        return post, np.arange(len(numbers)), np.ones(len(numbers), np.bool_)

    def _known(
        self, post: pa.Array, account: pa.Array, first: Places, heads: Flags, has_text: bool
    ) -> Flags | None:
        """Which posts came before, by the same account and without a text; all are remembered.

        None, and nothing is remembered, where one came before that must not have.
        """
        some = pa.array(heads)
        names = post.filter(some).to_pylist()
        keys = hashes(names)
        known = self.seen.known(keys)
        if has_text:
            if known.any() or not heads.all():
                return None
            self.seen.add_all(keys)
            return known
        authors = account.dictionary_encode().indices.to_numpy()
        pairs = hashes(list(zip(names, account.filter(some).to_pylist(), strict=True)))
        if (authors[first] != authors).any() or not self.seen.known(pairs[known]).all():
            return None
        self.seen.add_all(np.r_[keys[~known], pairs[~known]])
        return known

    # --- the tables

    def _post(self, acts: Acts, cells: Cells) -> pa.Table:
        """A row of `post` for each row."""
        kinds, posts, accounts = self._related(acts, cells)
        said = said_of_posts(cells, self.lenient)
        columns = {
            "post": acts.post,
            "account": acts.account,
            "time": acts.time,
            "precision": acts.precision,
            "kind": kinds,
            "text": acts.arrays.get("text"),
            "target_post": posts,
            "target_account": accounts,
            **{name: values for name, values in said.items() if values is not None},
        }
        rows = len(acts.post)
        arrays = [
            pa.nulls(rows, f.type)
            if (found := columns.get(f.name)) is None
            else array(found, f.type)
            for f in POST.fields
        ]
        return pa.table(arrays, schema=POST.schema)

    def _related(self, acts: Acts, cells: Cells) -> tuple[Any, Any, Any]:
        """Kind, target post and target account of each row; None for a column without any."""
        if acts.arrays.keys() & FIELDS:
            found = relations(cells, self.lenient)
            return found.kinds, found.posts, found.accounts
        if "text" not in acts.arrays:
            return None, None, None
        at = pc.indices_nonzero(pc.match_substring_regex(acts.arrays["text"], REPEATED)).to_pylist()
        handles = {row: reposted_in(cells["text"][row]) for row in at}
        kinds: list[str | None] = [None] * len(acts.post)
        accounts = list(kinds)
        for row, handle in handles.items():
            if handle:
                kinds[row], accounts[row] = "repost", handle
        return kinds, None, accounts

    def _carried(self, name: str, acts: Acts, cells: Cells) -> tuple[Places, list[pa.Array]]:
        """What posts carry of one kind: the row of each, and its own columns."""
        if name == "link" and "url" not in self.opaque and LINKED & acts.arrays.keys() == {"url"}:
            rows, values = _linked(acts.arrays["url"])
        else:
            rows, values = self._found(name, acts, cells)
        return (rows, values) if acts.new.all() else _once(acts.first[rows], values)

    def _found(self, name: str, acts: Acts, cells: Cells) -> tuple[Places, list[pa.Array]]:
        fields, pattern = IN_TEXT.get(name, ((), ""))
        at = None
        if pattern and not acts.arrays.keys() & set(fields):
            if "text" not in acts.arrays:
                return _NONE, []
            at = np.flatnonzero(
                pc.match_substring_regex(acts.arrays["text"], pattern).to_numpy(False)
            )
            cells = {"text": acts.arrays["text"].take(pa.array(at)).to_pylist()}
        elif not acts.arrays.keys() & CARRIES[name]:
            return _NONE, []
        columns = gathered(CARRIED[name](self._with_ids(cells), self.opaque))
        if not columns:
            return _NONE, []
        rows = np.array(columns[0], np.int64)
        fields_of = EVENTS[name].fields[EVENT:]
        values = [array(v, f.type) for v, f in zip(columns[1:], fields_of, strict=True)]
        return rows if at is None else at[rows], values

    def _add_profiles_of(self, acts: Acts, cells: Cells) -> None:
        """The latest profile of each account of a block, the first to post first."""
        order = np.argsort(acts.time.to_numpy(), kind="stable")
        coded = acts.account.dictionary_encode()
        author = coded.indices.to_numpy()[order]
        latest = np.zeros(len(coded.dictionary), np.int64)
        latest[author] = order
        first = np.unique(author, return_index=True)[1]
        for code in author[np.sort(first)].tolist():
            row = int(latest[code])
            self.add_profile(coded.dictionary[code].as_py(), acts.time[row].as_py(), cells, row)


def _accounts(values: pa.Array) -> pa.Array | None:
    """The id of each account; None where one has none."""
    coded = values.dictionary_encode()
    if pc.any(pc.starts_with(coded.dictionary, "{")).as_py():
        (found,), wrong = distinct(coded.dictionary, lambda value: (parse_account(value),), TEXT)
    else:
        (found,), wrong = ids(coded.dictionary)
    account = found.take(coded.indices)
    return None if wrong or account.null_count else account


def _first_rows(values: pa.Array) -> Places:
    """For each row the first row with the same value."""
    coded = values.dictionary_encode().indices.to_numpy()
    first = np.zeros(int(coded.max()) + 1, np.int64)
    first[coded[::-1]] = np.arange(len(coded))[::-1]  # of equal places the last one written stays
    found: Places = first[coded]
    return found


def _linked(urls: pa.Array) -> tuple[Places, list[pa.Array]]:
    """The rows that have a usable address, it and its domain; each distinct one is cleaned once."""
    (url, domain), _ = distinct(urls, lambda value: clean_url(value) if value else None, TEXT, TEXT)
    at = pc.indices_nonzero(pc.is_valid(url))
    return at.to_numpy().astype(np.int64), [url.take(at), domain.take(at)]


def _once(rows: Places, values: list[pa.Array]) -> tuple[Places, list[pa.Array]]:
    """What several rows of one post say of it, once."""
    said = zip(rows.tolist(), *(column.to_pylist() for column in values), strict=True)
    first: dict[Any, int] = {}
    for place, row in enumerate(said):
        first.setdefault(row, place)
    at = pa.array(list(first.values()), pa.int64())
    return rows[at.to_numpy()], [column.take(at) for column in values]
