"""What the measures said of a network, sorted by the question that it answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unswarm.exporters._report.queries import Row
from unswarm.exporters._report.rows import Rows
from unswarm.exporters._report.words import FAMILIES, cut, figure, prose, sentence, share
from unswarm.model import CHOSEN_BY

INNOCENT, TOGETHER = "innocent", "coordination"
OPERATION = (
    *("traffic", "advertising", "audience"),
    *("administration", "infrastructure", "concealment"),
)
"""Families that tell of the whole operation; traffic alone makes none."""

WORD = re.compile(r"\w[\w.-]*\w")
Item = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """Did they act together? Do they hide who they are? What innocent reasons fit? What else?"""

    coordination: Sequence[Item]
    together: Sequence[Item]  # how they acted together, counted and not tested
    signs: Sequence[Item]
    innocent: Sequence[Item]  # `claim` and `entry`, the id of the rows behind it or ""
    descriptions: Sequence[Item]  # no test was made of them
    operation: Mapping[str, list[Item]]  # of families of `OPERATION`, but for signs


def sort(
    found: Sequence[Row],
    network: Row,
    title: str,
    rows: Rows,
    unnamed: Collection[str],
    *,
    whole: bool = False,
) -> Evidence:
    """The evidence of one network.

    Args:
        found: its rows of `model.EVIDENCE`.
        network: its row of `model.NETWORK`.
        title: the group of its entries.
        rows: takes the queries behind the claims.
        unnamed: handles of its members that the claims may not say.
        whole: whether the report has a block about the whole operation.
    """
    chosen_by = CHOSEN_BY.get(network["signals"], ())  # proves nothing once more
    order = {family: place for place, family in enumerate(FAMILIES)}
    ranked = sorted(found, key=lambda item: order.get(item["family"], len(order)))
    items = [_item(_hiding(item, unnamed), title, rows) for item in ranked]
    excuses = [item for item in items if item["kind"] == INNOCENT]
    signs = [item for item in items if item["inauthentic"] and item["kind"] not in chosen_by]
    rest = [item for item in items if item not in signs and item["kind"] != INNOCENT]
    operation = _operation(rest) if whole else {}
    rest = [item for item in rest if item["kind"] not in operation]
    tested = [item for item in rest if item["p"] is not None and item["kind"] not in chosen_by]
    untested = [item for item in rest if item not in tested]
    return Evidence(
        coordination=tested,
        together=[item for item in untested if item["kind"] == TOGETHER],
        signs=signs,
        innocent=[*_untold(network["innocent"] or "", excuses, rows), *excuses],
        descriptions=[item for item in untested if item["kind"] != TOGETHER],
        operation=operation,
    )


def _operation(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Those of the families of `OPERATION`, by family."""
    kinds = {item["kind"] for item in items}
    named = [name for name in OPERATION if name in kinds]
    return {name: [item for item in items if item["kind"] == name] for name in named}


def _hiding(item: Row, unnamed: Collection[str]) -> Row:
    """The row with its claim naming none of these handles."""
    claim = WORD.sub(lambda found: "…" if found[0] in unnamed else found[0], item["claim"])
    return {**item, "claim": claim}


def _untold(innocent: str, excuses: Sequence[Item], rows: Rows) -> list[Item]:
    """The innocent explanations that no row of evidence says."""
    told = {item["claim"] for item in excuses}
    claims = (rows.names.in_text(prose(line)) for line in innocent.splitlines() if line.strip())
    return [{"claim": claim, "entry": ""} for claim in claims if claim not in told]


def _item(item: Row, title: str, rows: Rows) -> Item:
    """A row of evidence with the entry behind it and the lengths of its bars, 0 to 100."""
    ends = [item["value"], item["baseline"]]
    most = max(abs(end or 0) for end in ends) or 1
    claim = rows.names.in_text(prose(item["claim"]))
    say = share if "%" in claim and all(0 <= (end or 0) <= 1 for end in ends) else figure
    return {
        **item,
        "claim": claim,
        "kind": item["family"],
        "family": FAMILIES.get(item["family"], sentence(item["family"] or "")),
        "entry": rows.ask(title, cut(claim, 100), item["query"]) if item["query"] else "",
        "lengths": [round(100 * abs(end or 0) / most, 1) for end in ends],
        "said": [None if end is None else say(end) for end in ends],
    }
