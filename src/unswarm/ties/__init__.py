"""What accounts may have in common whenever it happened: one module per kind of tie.

A signal sees accounts act alike at one moment; a tie sees that they have the same thing: an
administrator, a device, a photo. Ties never make a finding. They make leads, they grow a confirmed
network (`unswarm.detection.expand`), and they are evidence of who is behind it. Every tie is judged
by how rare the thing is among accounts outside, so what everybody has ties nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from unswarm.engines import Engine, step
from unswarm.plugins import load


@dataclass(frozen=True)
class Example:
    """Events, the pairs of accounts that they tie, and the pairs that they do not.

    Args:
        events: table name → rows; keys that are absent are null.
        tied: pairs that have an object in common.
        apart: pairs that have none.
    """

    events: Mapping[str, Sequence[Mapping[str, Any]]]
    tied: Sequence[tuple[str, str]]
    apart: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Tie:
    """A kind of thing that accounts may have in common.

    Args:
        rows: SELECT account, object FROM … (portable SQL over `model.EVENTS`): who has what. Rows
            with a null or blank account or object are dropped, repeated ones are one.
        words: what the objects are called in a sentence, plural: `administrators`.
        family: family of the evidence, see `model.EVIDENCE`.
        conceals: true: to have it in common with accounts that do not say so is a sign of
            concealed common operation; false: innocent people share it, too.
        between: true: the objects are accounts, so that an account that is itself an object of
            another one (a page's administrator) is tied to it.
        controls: true: the objects are accounts that run the account, so that it is whose they are.
        common: an object that more accounts outside than this share have is no tie: a carrier's
            address, a public picture. At least `FEWEST_COMMON` accounts must have it to be common.
        bundled: true: a home, an office or a webmaster gives everybody there many of them, so what
            is shared with the same accounts counts once.
        needs: the event tables the SELECT reads.
        example: see `Example`.
        prepare: makes tables the SELECT reads, e.g. groups near-identical photos into objects.
    """

    rows: str
    words: str
    family: str
    conceals: bool
    needs: tuple[str, ...]
    example: Example
    between: bool = False
    controls: bool = False
    common: float = 0.001
    bundled: bool = False
    prepare: Callable[[Engine], None] | None = field(default=None, compare=False)

    @property
    def open(self) -> bool:
        """Whether people who do not know of each other have it in common: a photo, a slogan."""
        return not (self.conceals or self.between)


FEWEST_COMMON = 20


def holders(engine: Engine, tie: Tie) -> pa.Table:
    """Who has what (account, object): accounts of the case, each object once, blanks left out."""
    if not all(len(engine.fetch(f"SELECT 1 FROM {table} LIMIT 1")) for table in tie.needs):
        return pa.table({name: pa.array([], pa.string()) for name in ("account", "object")})
    if tie.prepare:
        tie.prepare(engine)
    return engine.fetch(step("held", rows=tie.rows))


def ties() -> dict[str, Tie]:
    """Every tie by name: the modules of this folder and installed plugins."""
    return {name: module.tie for name, module in load("ties").items()}
