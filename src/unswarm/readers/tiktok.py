"""TikTok: videos of the Research API, comments as crawlers write them, lists of the web page.

Videos come as JSON in pages, lists or lines, or as CSV with the same columns. An account is its
id; the Research API gives none, there it is the user name. The music and the effects under a video
are shared objects. A duet quotes the video it answers. The Research API does not say who wrote a
comment: its comments go to the quarantine. Its `region_code`, where an account was registered, is
not where it is operated from, and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch
from unswarm.readers._parts.columns import form, names
from unswarm.readers._parts.json import beginning
from unswarm.readers._parts.plans import Planned, read_planned, records, shown
from unswarm.readers._parts.tiktok import NOBODY, is_anonymous, is_research, plan_of

specificity = 70

_LISTS = ("videos", "comments", "itemList", "item_list", "aweme_list")


def recognises(source: Source) -> bool:
    """Whether its first values are of TikTok, or its columns those of the Research API."""
    found = [item for value in beginning(source) for item in _items(value)]
    if found:
        return any(plan_of(item) or _is_anonymous(item) for item in found)
    return form(source) in ("delimited", "parquet") and is_research(names(source))


def read(source: Source) -> Iterator[tuple[str, pa.Table]]:
    """Videos and comments with what they carry, and their authors' profiles."""
    return read_planned(source, _planned)


def _planned(source: Source, batch: Batch) -> Planned:
    for line, value in records(source, batch):
        for item in _items(value):
            if made := plan_of(item):
                yield line, made, item
            else:
                reason = NOBODY if _is_anonymous(item) else "neither a video nor a comment"
                batch.reject(line, None, reason, shown(item))


def _is_anonymous(item: Any) -> bool:
    return isinstance(item, Mapping) and is_anonymous(item)


def _items(value: Any) -> list[Any]:
    """What a page holds; of anything else, itself."""
    if not isinstance(value, Mapping):
        return [value]
    page = value["data"] if isinstance(value.get("data"), Mapping) else value
    for name in _LISTS:
        if isinstance(page.get(name), list):
            return list(page[name])
    if isinstance(page.get("ItemModule"), Mapping):
        return list(page["ItemModule"].values())
    return _search(value.get("data")) or [value]


def _search(found: Any) -> list[Any]:
    """The videos of a page of search results; what else was found stands between them."""
    results = found if isinstance(found, list) else []
    return [one["item"] for one in results if isinstance(one, Mapping) and "item" in one]
