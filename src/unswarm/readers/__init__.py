"""Formats in: one module per format family.

`Source` opens a file, compressed or not; a reader turns it into event tables in bounded batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa


@dataclass(frozen=True)
class Source:
    """One file to read.

    Args:
        path: the file.
        columns: what the person said about its columns: our field → their column (`--map`).
        report: called with a line the person should see, e.g. the guessed roles of the columns.
    """

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)


class Reader(Protocol):
    """One module per format family."""

    def recognises(self, source: Source) -> bool:
        """Whether the content, not the name, is of this format."""

    def read(self, source: Source) -> Iterator[tuple[str, pa.Table]]:
        """("post", rows), ("link", rows), ("quarantine", rows) … in bounded batches."""
