"""The picture of a network as data: places of its accounts, their pairs, and nobody's name below
the bar."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from unswarm.exporters._report.names import Names
from unswarm.exporters._report.queries import Row
from unswarm.layout import lay_out

GRID = 10_000
BANDS = {"almost certain": 0, "likely": 1, "undetermined": 2}


def picture(
    members: Sequence[Row], edges: Sequence[Row], names: Names, anchors: Mapping[str, str]
) -> dict[str, Any]:
    """Columns of accounts (x and y of 0 to 10,000, size, band, name, anchor) and of pairs."""
    places = {row["account"]: place for place, row in enumerate(members)}
    known = [row for row in edges if row["source"] in places and row["target"] in places]
    ends = np.array([[places[row["source"]], places[row["target"]]] for row in known], np.int64)
    points = np.rint(GRID * lay_out(len(members), ends.reshape(-1, 2))).astype(int)
    signals = sorted({row["signal"] for row in known})
    return {
        "x": points[:, 0].tolist(),
        "y": points[:, 1].tolist(),
        "size": [row["together"] or 0 for row in members],
        "band": [BANDS[row["band"]] for row in members],
        "name": [_name(row, names) for row in members],
        "row": [anchors.get(row["account"], "") for row in members],
        "from": ends.reshape(-1, 2)[:, 0].tolist(),
        "to": ends.reshape(-1, 2)[:, 1].tolist(),
        "objects": [row["objects"] for row in known],
        "signal": [signals.index(row["signal"]) for row in known],
        "signals": signals,
    }


def _name(row: Row, names: Names) -> str:
    return names.of_account(row["account"]) if row["band"] != "undetermined" else ""


def embedded(data: Any) -> Markup:
    """Data as JSON that is safe inside a `<script>` element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)
