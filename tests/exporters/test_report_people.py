"""The investigator's report says what people decided, and both sides of who is said to run it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from unswarm.exporters._report.people import said
from unswarm.exporters.report import page
from unswarm.findings import Findings
from unswarm.record import replay

WHEN = "2026-03-01T10:00:00+00:00"


def line(act: str, who: str = "kim", **more: Any) -> dict[str, Any]:
    return {"act": act, "who": who, "role": "analyst", "when": WHEN, **more}


def decision(ident: str, verdict: str, who: str = "kim") -> dict[str, Any]:
    said = {"reason": "one hand", "ground": "", "cites": ["coordination"], "members": []}
    return line("decide", who, id=ident, network="n1", verdict=verdict, run="r", **said)


CLAIM = line(
    "attribute",
    id="c-0001",
    network="n1",
    entity="Blue Ltd",
    confidence="low",
    by="a newsroom",
    source="page 3",
    **{"for": ["x"], "against": []},
)


def text(*lines: dict[str, Any]) -> str:
    return "\n".join(said(replay(lines)))


def test_nothing_said_is_nothing_shown(case: Findings) -> None:
    assert said(case.record) == []
    assert "What people decided" not in page(case)


def test_decisions_say_who_and_who_approved() -> None:
    alone = text(decision("d-0001", "inauthentic"))
    assert "inauthentic, says kim on 2026-03-01 (d-0001, approved by nobody)" in alone
    both = text(decision("d-0001", "inauthentic"), line("approve", "ann", of="d-0001"))
    assert "approved by ann" in both


def test_conflicts_and_appeals_are_shown() -> None:
    lines = [decision("d-0001", "inauthentic"), decision("d-0002", "authentic", "ann")]
    lines.append(line("appeal", id="a-0001", account="a1", decision="d-0001", statement="no"))
    assert "kim and ann disagree on n1" in text(*lines)
    assert "Appeals: 1 open." in text(*lines)


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ([], "Nobody was asked."),
        ([line("ask", claim="c-0001", party="Blue Ltd", asked="2026-02-02")], "has not answered"),
        (
            [
                line("reply", claim="c-0001", party="Blue Ltd", text="We deny it.", contests=True)
                | {"answered": "2026-02-04", "source": ""}
            ],
            "“We deny it.”",
        ),
    ],
)
def test_a_claim_stands_with_the_other_side(more: list[dict[str, Any]], shown: str) -> None:
    assert shown in text(CLAIM, *more)


def test_the_page_escapes_what_they_said(case: Findings) -> None:
    hostile = {**CLAIM, "entity": "<script>alert(1)</script>"}
    shown = page(replace(case, record=replay([decision("d-0001", "inauthentic"), hostile])))
    assert "What people decided" in shown
    assert "<script>alert(1)" not in shown
