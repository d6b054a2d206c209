"""Words follow evidence: two families for inauthenticity, nothing for leads."""

from typing import Any

import pytest

from unswarm.detection.labels import label


def row(
    family: str, p: float | None = 1e-6, inauthentic: bool = True, claim: str = "…"
) -> dict[str, Any]:
    return {"family": family, "p": p, "inauthentic": inauthentic, "claim": claim}


def innocent(claim: str) -> dict[str, Any]:
    return row("innocent", None, inauthentic=False, claim=claim)


OPEN = innocent("openly organised: 3 of 3 accounts carry the name of their site.")
AUTOMATED = innocent("automated, disclosed: 3 of 3 bios say so.")


@pytest.mark.parametrize(
    ("evidence", "words", "families"),
    [
        ([], "coordinated", ""),
        ([row("creation")], "coordinated", "creation"),
        ([row("creation"), row("creation")], "coordinated", "creation"),
        ([row("photos", p=1e-300)] * 4, "coordinated", "photos"),
        ([row("creation"), row("identity", p=0.02)], "coordinated", "creation"),
        ([row("creation"), row("identity", p=None)], "coordinated", "creation"),
        ([row("creation"), row("traffic", inauthentic=False)], "coordinated", "creation"),
        (
            [row("identity"), row("creation", p=0.01)],
            "coordinated, signs of inauthenticity",
            "creation identity",
        ),
        ([OPEN], "coordinated, openly organised", ""),
        ([AUTOMATED], "coordinated, automated", ""),
        ([AUTOMATED, OPEN], "coordinated, openly organised", ""),
        (
            [OPEN, row("identity"), row("rhythm")],
            "coordinated, signs of inauthenticity",
            "identity rhythm",
        ),
        ([innocent("shared ownership possible: …")], "coordinated", ""),
        ([row("traffic", claim="openly organised: …", inauthentic=False)], "coordinated", ""),
    ],
)
def test_a_finding(evidence: list[dict[str, Any]], words: str, families: str) -> None:
    assert label("confirmed", evidence) == (words, families)


def test_a_lead_is_called_nothing() -> None:
    assert label("lead", [OPEN]) == ("", "")
    assert label("lead", [row("identity"), row("creation")]) == ("", "creation identity")
    assert label("", []) == ("", "")


def test_no_word_accuses_a_person() -> None:
    words = label("confirmed", [row("identity"), row("creation")])[0]
    assert not any(word in words for word in ("bot", "troll", "fake"))
