"""A report as Markdown (CommonMark with tables); every text of the case is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from unswarm.exporters._public.blocks import Bars, Block, Document, Picture, Quote, Table, Terms

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
LISTED = re.compile(r"^(\d*)([-+.)])(?=\s)")


def markdown(report: Document) -> str:
    """The whole report, with a final newline."""
    parts = [f"# {_text(report.title)}", f"**{_text(report.status)}**", *_blocks(report.lead)]
    for section in report.sections:
        parts += [f"## {_text(section.title)}", *_blocks(section.blocks)]
    parts += ["---", *map(_text, report.colophon)]
    return "\n\n".join(parts) + "\n"


def _blocks(blocks: Iterable[Block]) -> list[str]:
    return [WRITE[block.kind](block) for block in blocks]


def _text(text: str) -> str:
    """One line on which nothing is markup."""
    plain = " ".join(text.split())
    return LISTED.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", plain))


def _table(table: Table) -> str:
    rule = ["---:" if n in table.numbers else "---" for n in range(len(table.header))]
    rows = [[*map(_text, row)] for row in (table.header, *table.rows)]
    return "\n".join(map(_row, [rows[0], rule, *rows[1:]]))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(f"- {_text(item)}" for item in items)


def _terms(terms: Terms) -> str:
    return "\n\n".join(
        f"**{_text(title)}** ({_text(code)})\n\n{_bullets(said)}"
        for title, code, said in terms.items
    )


def _bars(bars: Bars) -> str:
    rows = [(name, f"{number:,}") for name, number in bars.bars]
    return f"{_text(bars.caption)}\n\n{_table(Table(('', ''), rows, frozenset({1})))}"


def _quote(quote: Quote) -> str:
    return f"> {_text(quote.text)}\n>\n> — {_text(quote.by)}"


def _picture(picture: Picture) -> str:
    return f"(In the HTML and PDF: a picture.) {_text(picture.caption)}"


WRITE: dict[str, Callable[[Any], str]] = {
    "paragraph": lambda block: _text(block.text),
    "heading": lambda block: f"### {_text(block.text)}",
    "bullets": lambda block: _bullets(block.items),
    "table": _table,
    "terms": _terms,
    "bars": _bars,
    "quote": _quote,
    "picture": _picture,
}
