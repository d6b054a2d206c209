"""Networks that are parts of one → one row: the figures of all, the claim of the weakest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from unswarm.model import DAY

TOP_OBJECTS = 5
STRENGTHS = ("weak", "moderate", "strong")

Row = Mapping[str, Any]


def parts_joined(
    networks: Sequence[Row], memberships: Sequence[Row], occasions: Iterable[Row]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of `model.NETWORK` and of `model.MEMBERSHIP` with each network, and each member, once.

    Args:
        networks, memberships: as they are of each part; parts of one network share its id.
        occasions: rows of `model.OCCASION` of all parts.
    """
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in networks:
        parts[row["network"]].append(row)
    met: dict[str, list[Row]] = defaultdict(list)
    for row in occasions:
        if row["together"] and len(parts[row["network"]]) > 1:
            met[row["network"]].append(row)
    members = _members(memberships)
    return [
        dict(rows[0]) if len(rows) == 1 else _network(rows, members[network], met[network])
        for network, rows in parts.items()
    ], [row for rows in members.values() for row in rows]


def _members(memberships: Sequence[Row]) -> dict[str, list[dict[str, Any]]]:
    """Each account of each network once: by its strongest part, with the signals of all."""
    members: dict[str, list[dict[str, Any]]] = {}
    ordered = sorted(memberships, key=lambda row: (row["network"], row["account"]))
    for (network, _), same in groupby(ordered, key=lambda row: (row["network"], row["account"])):
        rows = sorted(same, key=lambda row: (row["p"] is None, row["p"] or 0.0))
        said = {name for row in rows for name in row["signals"].split()}
        members.setdefault(network, []).append({**rows[0], "signals": " ".join(sorted(said))})
    return members


def _network(parts: Sequence[Row], members: Sequence[Row], met: Sequence[Row]) -> dict[str, Any]:
    together = sum(row["together"] for row in parts)
    expected = _sum(row["expected"] for row in parts)
    objects = {(row["signal"], row["object"]): row["outsiders"] == 0 for row in met}
    return {
        **parts[0],
        "accounts": len(members),
        "probability": float(np.median([row["probability"] for row in members])),
        "signals": _words(row["signals"] for row in parts),
        "first": _extreme(min, (row["first"] for row in parts)),
        "last": _extreme(max, (row["last"] for row in parts)),
        "top_objects": "\n".join(_top(met)),
        "p": _extreme(max, (row["p"] for row in parts)),
        "occasions": sum(row["occasions"] for row in parts),
        "together": together,
        "expected": expected,
        "lift": None if expected is None else together / max(expected, 1e-9),
        "days": len({row["time"] // DAY for row in met}),
        "objects": len(objects),
        "exclusive": sum(objects.values()) / len(objects) if objects else None,
        "stability": _extreme(min, (row["stability"] for row in parts)),
        "strength": min((row["strength"] for row in parts), key=STRENGTHS.index),
        "confirmed_in": _lines(row["confirmed_in"] for row in parts),
        "innocent": _lines(row["innocent"] for row in parts),
    }


def _top(met: Sequence[Row]) -> list[str]:
    """The objects most members touched together."""
    touched = {(row["object"], row["account"]) for row in met}
    count = Counter(thing for thing, _ in touched)
    return sorted(count, key=lambda thing: (-count[thing], thing))[:TOP_OBJECTS]


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _extreme(which: Any, values: Iterable[Any]) -> Any:
    return which((value for value in values if value is not None), default=None)


def _words(texts: Iterable[str]) -> str:
    return " ".join(sorted({word for text in texts for word in text.split()}))


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(line for text in texts for line in text.splitlines()))
