"""What "the same thing" means: one module per signal.

A signal is a projection of event tables to traces: who touched which object, when, in which post.
Its `example` is its test, its documentation and its demo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from unswarm.engines import Engine
from unswarm.plugins import load

DATE = "CAST(DATE '1970-01-01' + CAST(floor(time / 86400000) AS INTEGER) AS STRING)"
"""SQL: the day of `time` as 2021-09-12 (UTC), in words that every engine understands."""

PUT_OUT = "coalesce(kind, '') <> 'repost'"
"""SQL: the account put the object out in a post of its own; a repost repeats another's objects."""


@dataclass(frozen=True)
class Example:
    """Events, the pairs of accounts that must join on them, and the pairs that must not.

    Args:
        events: table name → rows; keys that are absent are null.
        together: pairs that share an object within the window.
        apart: pairs that must share none.
    """

    events: Mapping[str, Sequence[Mapping[str, Any]]]
    together: Sequence[tuple[str, str]]
    apart: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Signal:
    """A way to see accounts act alike.

    Args:
        traces: SELECT account, object, time, post, reaction, born, source, precision FROM …
            (portable SQL). `reaction`: true when the account answered a post, false when it put
            the object out by itself; null is taken as true, which is the safe guess. `born`: when
            the object appeared, null: when it is first seen. `source`: author or domain the object
            comes from, null: unknown. Rows with a null or empty object are dropped.
        window: the widest time between two traces of one co-action; None: whenever it happened.
        example: see `Example`.
        specificity: one action counts in one signal only, the one with the highest number among
            those in which its object has two accounts.
        decides: true: may carry a finding by itself; false: only leads and support, because
            innocent accounts share such objects at the same time for too many reasons.
        chosen: true: the object is put in the account's own words, so that choosing the same rare
            one is evidence by itself, whenever it happens.
        prepare: makes tables the SELECT reads, e.g. groups near-identical texts into objects.
        needs: the event tables the SELECT reads.
    """

    traces: str
    window: timedelta | None
    example: Example
    specificity: int
    needs: tuple[str, ...]
    decides: bool = True
    chosen: bool = False
    prepare: Callable[[Engine], None] | None = field(default=None, compare=False)


def signals() -> dict[str, Signal]:
    """Every signal by name: the modules of this folder and installed plugins."""
    return {name: module.signal for name, module in load("signals").items()}
