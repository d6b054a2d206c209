"""Bounds, Holm and sentences: what the figures of every measure rest on."""

import pytest

from unswarm.measures._evidence import (
    Count,
    Trait,
    against,
    holm,
    most_shared,
    percent,
    quoted,
)

TRAIT = Trait("m", "rhythm", "wave", "seen", "SELECT {network}", inauthentic=True)


def test_a_thin_reference_makes_us_quieter() -> None:
    members = Count(5, 10)
    assert Count(0, 10).upper == pytest.approx(0.2589, abs=1e-4)
    assert Count(0, 1000).upper == pytest.approx(0.0030, abs=1e-4)
    assert (members.tail(Count(0, 10)) or 0) > (members.tail(Count(0, 1000)) or 1)
    assert Count(3, 3).upper == 1.0
    assert members.tail(Count(0, 0)) is None


def test_holm_steps_down_and_leaves_the_unknown() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": None}) == {
        "a": pytest.approx(0.03),
        "b": pytest.approx(0.06),
        "c": pytest.approx(0.06),
        "d": None,
    }
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}


def test_a_trait_is_counted_against_the_others() -> None:
    shown = [("n1", True)] * 8 + [("n1", False)] * 2 + [("", False)] * 500 + [("", True)] * 2
    (row,) = TRAIT.evidence(shown)
    assert row["claim"] == (
        "8 of 10 members seen wave; 2 of 502 other accounts do (at most 1.2 %)."
    )
    assert (row["value"], row["n"], row["query"]) == (0.8, 10, "SELECT 'n1'")
    assert row["baseline"] == pytest.approx(2 / 502)
    assert row["p"] < 1e-10
    assert row["inauthentic"]


def test_what_everybody_does_is_not_worth_a_sentence() -> None:
    assert TRAIT.evidence([("n1", True)] * 8 + [("", True)] * 500) == []


def test_two_members_are_too_few() -> None:
    assert TRAIT.evidence([("n1", True)] * 2 + [("", False)] * 500) == []


def test_without_others_there_is_no_p_and_no_sign() -> None:
    (row,) = TRAIT.evidence([("n1", True)] * 8)
    assert row["claim"] == "8 of 8 members seen wave; no other accounts to compare with."
    assert (row["baseline"], row["p"], row["inauthentic"]) == (None, None, False)


def test_p_is_corrected_over_networks() -> None:
    others = [("", False)] * 100
    alone = TRAIT.evidence([("n1", True)] * 5 + others)[0]["p"]
    many = [(f"n{i}", i == 1) for i in range(1, 11) for _ in range(5)]
    assert TRAIT.evidence(many + others)[0]["p"] == pytest.approx(10 * alone)


def test_the_option_that_others_lack_is_found_and_paid_for() -> None:
    shown = [("n1", {"common", "rare"})] * 5 + [("", {"common"})] * 200
    found = most_shared(shown)["n1"]
    assert found.option == "rare"
    assert found.others == Count(0, 200)
    assert found.p == pytest.approx(2 * (Count(5, 5).tail(Count(0, 200)) or 0))
    assert most_shared([("n1", {"rare"})] * 2) == {}


def test_shares_read_well() -> None:
    shares = [None, 0.0, 0.00001, 0.003, 0.034, 0.5, 1.0]
    assert [percent(s) for s in shares] == [
        *("no", "0 %", "under 0.01 %", "0.30 %", "3.4 %", "50 %", "100 %")
    ]


def test_literals_are_escaped() -> None:
    assert quoted("o'n") == "'o''n'"
    assert against(Count()) == "no other accounts to compare with"
