"""Where a value lies in a record: `user.id`, `tags[].name`, `edges[0].node.text`.

A dot steps into an object, `[0]` takes one item of a list, `[]` all of them. A key that itself
holds dots, as flattened records have, is found under its own name first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

DEPTH = 8  # levels that are listed for hints

_STEP = re.compile(r"(?P<key>[^.\[\]]+)|\[(?P<index>-?\d*)\]")
_WHOLE = re.compile(r"[^.\[\]]+(?:\[-?\d*\])*(?:\.[^.\[\]]+(?:\[-?\d*\])*)*")

Step = str | int | None  # a key, a place in a list, every item
Path = tuple[Step, ...]


@lru_cache(maxsize=4_096)
def parse_path(text: str) -> Path:
    """A path as written → its steps.

    Raises:
        ValueError: it is none.
    """
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"'{text}' is no path")
    return tuple(map(_step, _STEP.finditer(text)))


def _step(found: re.Match[str]) -> Step:
    if found["key"] is not None:
        return found["key"].strip()
    return int(found["index"]) if found["index"] else None


def is_many(path: Path) -> bool:
    """Whether a path leads to several values."""
    return None in path


def find(record: Any, path: Path) -> Any:
    """The value a path leads to, or the list of those that are not null; None where it ends."""
    if is_many(path):
        return [value for value in _walk(record, path) if value is not None]
    return next(_walk(record, path), None)


def _walk(value: Any, path: Path) -> Iterator[Any]:
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if isinstance(value, Mapping) and (at := _head(value, path)):
            yield from _walk(value[at[0]], at[1])
    elif not isinstance(value, list):
        return
    elif step is None:
        for item in value:
            yield from _walk(item, rest)
    elif -len(value) <= step < len(value):
        yield from _walk(value[step], rest)


def _head(record: Mapping[str, Any], path: Path) -> tuple[str, Path] | None:
    """The longest beginning of a path that is a key of the record, and what is left of it."""
    return next((head for head in _heads(path) if head[0] in record), None)


@lru_cache(maxsize=4_096)
def _heads(path: Path) -> tuple[tuple[str, Path], ...]:
    keys: list[str] = []
    for step in path:
        if not isinstance(step, str):
            break
        keys.append(step)
    lengths = range(len(keys), 0, -1)
    return tuple((".".join(keys[:length]), path[length:]) for length in lengths)


def leads(record: Any, path: Path) -> bool:
    """Whether a path leads somewhere; null and an empty list on the way may hide what follows."""
    if not path or record is None:
        return True
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        at = _head(record, path) if isinstance(record, Mapping) else None
        return at is not None and leads(record[at[0]], at[1])
    if not isinstance(record, list):
        return False
    if step is None:
        return not record or any(leads(item, rest) for item in record)
    return not record or (-len(record) <= step < len(record) and leads(record[step], rest))


def paths_in(record: Any, depth: int = DEPTH) -> Iterator[str]:
    """The paths of a record's values, as they are written; of a list, those of its first item."""
    if isinstance(record, Mapping) and depth:
        for key, value in record.items():
            inner = list(paths_in(value, depth - 1))
            yield from (f"{key}{rest if rest[0] == '[' else f'.{rest}'}" for rest in inner if rest)
            if not inner or "" in inner:
                yield str(key)
    elif isinstance(record, list) and record and depth:
        for rest in paths_in(record[0], depth - 1):
            yield f"[].{rest}" if rest and rest[0] != "[" else f"[]{rest}"
    else:
        yield ""
