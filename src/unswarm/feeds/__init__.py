"""Sources that go on: one module per way of following one.

A feed puts what comes into an intake and yields, again and again, the place up to which it did so:
its cursor. Asked to follow from a cursor, it gives everything after it, each thing once, as far as
its source can. It yields while nothing comes, too, so that what is there can be kept in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from unswarm.plugins import names, placed
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch

PATIENCE = 1.0  # seconds after which a feed yields although nothing came


class DroppedError(Exception):
    """The source does not answer any more, or not yet; it is asked again in a while."""


class ExpiredError(Exception):
    """The source cannot give what lies between the cursor and now any more."""


@dataclass(frozen=True)
class Followed(Source):
    """A source that is no file.

    Args:
        address: how rows and log lines name it.
    """

    address: str = ""

    @property
    def name(self) -> str:
        """How rows and log lines name it."""
        return self.address


class Intake(Protocol):
    """What a feed fills.

    `batch` takes rows one by one; `events` counts what came, wanted or not.
    """

    batch: Batch
    events: int

    def add(self, name: str, rows: pa.Table) -> None:
        """Take a whole table of `model.EVENTS`."""

    def keep(self, what: str, *values: str) -> None:
        """Keep a row of texts that only the feed itself wants to see again."""

    def kept(self, what: str) -> Sequence[tuple[str, ...]]:
        """The rows of texts that were kept, oldest first."""

    def stored(self, name: str, columns: Sequence[str]) -> pa.Table:
        """What the case holds of this source in a table."""

    def say(self, line: str) -> None:
        """Tell whoever watches the watch."""


class Feed(Protocol):
    """A source that is followed."""

    def follow(self, cursor: str, intake: Intake) -> Iterator[str]:
        """Put what comes after a cursor into the intake; yields the cursor after each thing.

        Args:
            cursor: the last place; empty: none, and the feed begins where it sees fit.
            intake: where things go.

        Raises:
            DroppedError: the connection broke, or there is none.
            ExpiredError: what lies after the cursor is gone.
            SettingsError: the source refuses for a reason that does not pass.
        """


def opened(said: str) -> tuple[str, str, Feed]:
    """The name, the address and the feed that `NAME:WHERE`, or a folder, means.

    Raises:
        SettingsError: there is no such feed, or it cannot be one.
    """
    if said.partition(":")[0] not in names("feeds") and Path(said).is_dir():
        said = f"folder:{said}"
    example = "jetstream:wss://…, or a folder."
    name, where, module = placed("feeds", said, "cannot be followed", example)
    return name, where, module.open_feed(where)
