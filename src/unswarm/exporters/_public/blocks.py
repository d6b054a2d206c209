"""What a public report is made of, whatever it is written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Bullets:
    """Points, one line each."""

    items: Sequence[str]
    kind: str = "bullets"


@dataclass(frozen=True)
class Table:
    """Rows of texts under a header; columns that hold numbers stand right."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    kind: str = "table"


@dataclass(frozen=True)
class Terms:
    """Things with what there is to say of each; `code` tells them apart elsewhere."""

    items: Sequence[tuple[str, str, Sequence[str]]]
    kind: str = "terms"


@dataclass(frozen=True)
class Quote:
    """Somebody's words, and who said them."""

    text: str
    by: str
    kind: str = "quote"


@dataclass(frozen=True)
class Bars:
    """A number for each of some names, drawn; heights in percent of the largest."""

    bars: Sequence[tuple[str, int]]
    caption: str
    kind: str = "bars"

    @property
    def heights(self) -> list[tuple[str, int, float]]:
        """(name, number, percent of the largest)."""
        most = max((number for _, number in self.bars), default=0) or 1
        return [(name, number, round(100 * number / most, 1)) for name, number in self.bars]


@dataclass(frozen=True)
class Picture:
    """A picture as a `data:` address, with the words that stand in for it."""

    address: str
    caption: str
    kind: str = "picture"


Block = Paragraph | Bullets | Table | Terms | Quote | Bars | Picture


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    anchor: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Args:
        title: in a line.
        status: draft, or who signed.
        final: whether two people signed.
        lead: the first paragraphs.
        sections: what follows.
        colophon: the small print at the end.
    """

    title: str
    status: str
    final: bool
    lead: Sequence[Block]
    sections: Sequence[Section]
    colophon: Sequence[str]
