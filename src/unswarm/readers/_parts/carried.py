"""What posts carry, from columns: links, hashtags, mentions, media, shared objects.

Each function gives tuples that begin with the row. Columns win over the text: what a source lists
is not looked for in the text again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from unswarm.canonical import clean_url, hashtags_in, mentions_in, urls_in
from unswarm.readers._parts.columns import Cells
from unswarm.readers._parts.values import parse_id, parse_list

Found = Iterator[tuple[Any, ...]]


def links(cells: Cells, opaque: frozenset[str]) -> Found:
    """(row, url, domain) of every link; a domain the source states is believed."""
    stated = cells.get("domain")
    linked = set()
    for row, url, domain in _addresses(cells, opaque):
        linked.add(row)
        yield row, url, (stated and _domain(stated[row])) or domain
    for row, value in enumerate(stated or ()):
        if row not in linked and (site := _domain(value)):
            yield row, None, site


def _addresses(cells: Cells, opaque: frozenset[str]) -> Iterator[tuple[int, str, str | None]]:
    if "url" in opaque:
        yield from ((row, url, None) for row, url in _ids(cells["url"]))
        return
    for row, url in _written(cells):
        if clean := clean_url(url):
            yield row, *clean


def _written(cells: Cells) -> Iterator[tuple[int, str]]:
    """Every address as the source writes it."""
    if not cells.keys() & {"url", "urls"}:
        yield from _in_text(cells, urls_in)
        return
    for row, value in enumerate(cells.get("url") or ()):
        if value:
            yield row, str(value)
    yield from _listed(cells.get("urls") or ())


def _domain(value: Any) -> str | None:
    site = str(parse_id(value) or "").casefold().removeprefix("www.")
    return site or None


def hashtags(cells: Cells, opaque: frozenset[str]) -> Found:
    """(row, hashtag, position) of every hashtag."""
    if "hashtags" not in cells:
        yield from _numbered(_in_text(cells, hashtags_in))
    elif "hashtags" in opaque:
        yield from ((row, tag, 0) for row, tag in _ids(cells["hashtags"]))
    else:
        folded = ((row, tag.lstrip("#＃").casefold()) for row, tag in _listed(cells["hashtags"]))
        yield from _numbered((row, tag) for row, tag in folded if tag)


def _numbered(found: Iterator[tuple[int, str]]) -> Found:
    """(row, item, place of the item among those of its row)."""
    last = position = -1
    for row, item in found:
        position = position + 1 if row == last else 0
        last = row
        yield row, item, position


def mentions(cells: Cells, opaque: frozenset[str]) -> Found:
    """(row, target) of every account named; written handles are folded, ids are left alone."""
    if "mentions" not in cells:
        yield from _in_text(cells, mentions_in)
        return
    for row, target in _listed(cells["mentions"]):
        yield row, target[1:].casefold() if target.startswith("@") else target


def media(cells: Cells, opaque: frozenset[str]) -> Found:
    """(row, media) of every image and video."""
    if "media" in opaque:
        yield from _ids(cells["media"])
    else:
        yield from _listed(cells.get("media") or ())


def shares(cells: Cells, opaque: frozenset[str]) -> Found:
    """(row, object, layer) of every object that the source names itself."""
    layers = cells.get("layer")
    for row, item in _ids(cells.get("object") or ()):
        yield row, item, str(layers[row]) if layers and layers[row] else None
    for row, item in _ids(cells.get("sound") or ()):
        yield row, item, "sound"
    for row, item in _listed(cells.get("effects") or ()):
        yield row, item, "effect"


CARRIED: dict[str, Callable[[Cells, frozenset[str]], Found]] = {
    "link": links,
    "hashtag": hashtags,
    "mention": mentions,
    "media": media,
    "share": shares,
}
"""Event table → what finds its rows."""


def _in_text(cells: Cells, find: Callable[[str], list[str]]) -> Iterator[tuple[int, str]]:
    for row, text in enumerate(cells.get("text") or ()):
        if text:
            items = find(text)
            for item in items if len(items) < 2 else dict.fromkeys(items):
                yield row, item


def _listed(values: Any) -> Iterator[tuple[int, str]]:
    for row, value in enumerate(values):
        if value:
            for item in dict.fromkeys(parse_list(value)):
                yield row, item


def _ids(values: Any) -> Iterator[tuple[int, str]]:
    for row, value in enumerate(values):
        if (item := parse_id(value)) is not None:
            yield row, item
