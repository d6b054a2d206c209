"""HTML of posts and profiles → its text and its links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

_BLOCKS = frozenset(("p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4"))
_LINES = frozenset(("br", "li", "tr", "hr"))
_HIDDEN = frozenset(("script", "style"))
_BOGUS = re.compile(r"<!\[[^>]*>?")  # a comment to browsers, but Python's parser stumbles over it
_BREAKS = re.compile(r"\n{3,}")


@dataclass
class Anchor:
    """A link of a text.

    Args:
        url: where it leads.
        marks: its classes, and what `rel` says it is.
        text: what is written on it.
        quoting: it only leads to the post that is quoted, for programs that show no quotes.
    """

    url: str
    marks: frozenset[str]
    text: str = ""
    quoting: bool = False


@dataclass(frozen=True)
class Markup:
    """A text without its markup, and its links in order."""

    text: str
    anchors: tuple[Anchor, ...]


@lru_cache(maxsize=1 << 12)  # profiles come again with every post
def markup(html: str | None) -> Markup:
    """Read HTML as browsers do, whatever it is; paragraphs are parted by an empty line."""
    parser = _Parser()
    parser.feed(_BOGUS.sub("", html or ""))
    parser.close()
    return Markup(_BREAKS.sub("\n\n", "".join(parser.text)).strip(), tuple(parser.anchors))


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.anchors: list[Anchor] = []
        self._anchor: Anchor | None = None
        self._hidden = 0
        self._quoting: list[str] = []  # elements open since the one that only names a quote

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        marks = _words(said.get("class"), said.get("rel"))
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _LINES:
            self.text.append("\n")
        elif self._quoting or "quote-inline" in marks:
            self._quoting.append(tag)
        if tag == "a":
            self._anchor = Anchor(said.get("href", ""), marks, quoting=bool(self._quoting))
            self.anchors.append(self._anchor)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag in _BLOCKS:
            self.text.append("\n\n")
        if tag == "a":
            self._anchor = None
        if tag in self._quoting:
            while self._quoting.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text.append(data)
        if self._anchor is not None:
            self._anchor.text += data


def _words(*lists: str | None) -> frozenset[str]:
    return frozenset(_each(filter(None, lists)))


def _each(lists: Iterable[str]) -> Iterable[str]:
    return (word for words in lists for word in words.split())
