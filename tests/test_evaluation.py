"""Evaluation, against figures worked out by hand."""

import math

import numpy as np
import pytest

from unswarm.engines import open_engine
from unswarm.errors import InputError
from unswarm.evaluation import (
    Labels,
    average_precision,
    clopper_pearson,
    evaluate,
    judge_accounts,
    judge_networks,
    precision_at,
    read_labels,
)
from unswarm.findings import Findings
from unswarm.model import ACCOUNT, CANDIDATE, MEMBERSHIP, NETWORK


def labels(positive, negative=(), group=None):
    truth = dict.fromkeys(positive, True) | dict.fromkeys(negative, False)
    return Labels(truth, group or {}, {}, ())


def test_accounts_by_hand():
    known = list("abcdefgh")
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0], bool)
    found = judge_accounts(known, truth, {"a", "b", "e", "stranger"})
    assert (found.named, found.right, found.missed) == (3, 2, 2)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(1 / 2)
    assert found.f1 == pytest.approx(4 / 7)
    assert found.accused == ("e",)
    assert found.accused_rate == pytest.approx(1 / 4)
    low, high = found.precision_interval
    assert 0 <= low <= found.precision <= high <= 1


def test_nobody_named_has_no_precision_and_accuses_nobody():
    found = judge_accounts(["a", "b"], np.array([True, False]), set())
    assert math.isnan(found.precision)
    assert found.recall == 0
    assert found.accused == ()


def test_intervals_are_the_same_for_the_same_seed():
    known, truth = list("abcdef"), np.array([1, 1, 0, 0, 1, 0], bool)
    assert judge_accounts(known, truth, {"a", "c"}, 7) == judge_accounts(
        known, truth, {"a", "c"}, 7
    )


def test_average_precision_by_hand():
    truth = np.array([1, 0, 1, 0], bool)
    assert average_precision(truth, np.array([0.9, 0.8, 0.7, 0.1])) == pytest.approx(
        (1 + 2 / 3) / 2
    )


def test_average_precision_of_ties_is_the_share_of_positives():
    assert average_precision(np.array([1, 0, 0, 0], bool), np.zeros(4)) == pytest.approx(1 / 4)


def test_precision_at_k_shares_ties_out():
    truth = np.array([1, 1, 0, 0], bool)
    assert precision_at(2, truth, np.array([0.9, 0.5, 0.5, 0.5])) == pytest.approx((1 + 1 / 3) / 2)


def test_clopper_pearson_against_published_values():
    assert clopper_pearson(0, 45)[1] == pytest.approx(0.0787, abs=1e-4)
    low, high = clopper_pearson(4, 10)
    assert (low, high) == (pytest.approx(0.1216, abs=1e-4), pytest.approx(0.7376, abs=1e-4))
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_a_group_is_found_from_a_jaccard_of_three_tenths():
    group = dict.fromkeys("abcdefg", "east") | dict.fromkeys("tuvwxyz", "west")
    truth = labels("abcdefgtuvwxyz", "no", group)
    found = judge_networks({"n1": set("abcn?"), "n2": set("tu")}, truth)
    assert found.overlap == {"east": pytest.approx(3 / 8), "west": pytest.approx(2 / 7)}
    assert (found.groups, found.found, found.recall) == (2, 1, 0.5)
    assert found.purity == {"n1": pytest.approx(3 / 4), "n2": 1.0}
    assert found.impure == 0


def test_without_groups_all_positives_are_one_group():
    found = judge_networks({"n1": set("ab")}, labels("abcd"))
    assert found.overlap == {"all": pytest.approx(1 / 2)}


def findings(networks, members, candidates=()):
    engine = open_engine()
    ids = [{"account": a, "handle": a.upper()} for a in "abcdef"]
    engine.see("account", ACCOUNT.rows(ids))
    engine.see("network", NETWORK.rows([{"network": n, "tier": t} for n, t in networks]))
    rows = [{"network": n, "account": a, "probability": p} for n, a, p in members]
    engine.see("membership", MEMBERSHIP.rows(rows))
    engine.see("candidate", CANDIDATE.rows(candidates))
    return Findings("made", engine, {})


def test_evaluate_judges_tiers_apart():
    found = evaluate(
        findings(
            [("n1", "confirmed"), ("n2", "lead")],
            [("n1", "a", 0.99), ("n1", "b", 0.95), ("n2", "b", 0.5), ("n2", "d", 0.4)],
        ),
        labels("abc", "def", None),
    )
    assert (found.labelled, found.positive, found.absent) == (6, 3, 0)
    assert (found.confirmed.right, found.confirmed.named) == (2, 2)
    assert found.leads.accused == ("d",)
    assert found.auprc == pytest.approx((1 + 1 + 3 / 6) / 3)
    assert found.confirmed_networks.recall == 1
    assert found.as_dict()["leads"]["recall"] == 0


def test_candidates_that_are_in_no_network_keep_their_probability():
    found = evaluate(findings([], [], [{"account": "a", "probability": 0.4}]), labels("a", "bcd"))
    assert found.auprc == 1


def test_evaluate_takes_handles_and_counts_the_absent():
    truth = labels(["A", "nobody"], ["B"])
    found = evaluate(findings([], []), truth)
    assert (found.labelled, found.absent) == (2, 1)
    assert found.confirmed.named == 0
    assert found.as_dict()["confirmed"]["precision"] is None


def test_evaluate_without_any_labelled_account_says_nothing_and_does_not_fail():
    assert evaluate(findings([], []), labels(["x"])).labelled == 0


def written(tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_labels_are_guessed_and_shown(tmp_path):
    found = read_labels(
        written(tmp_path, "Account_ID,label,subgroup\n1,coordinated,x\n2,organic_unverified,\n")
    )
    assert found.positive == {"1": True, "2": False}
    assert found.group == {"1": "x"}
    assert found.columns == {"account": "Account_ID", "label": "label", "group": "subgroup"}
    assert found.values == ("coordinated",)


def test_positive_can_be_said(tmp_path):
    found = read_labels(written(tmp_path, "account,class\n1,spam\n2,ham\n"), ["spam"])
    assert found.positive == {"1": True, "2": False}


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        ("", (), "holds no labels"),
        ("who,label\n1,fake\n", (), "no column is the account"),
        ("account,verdict\n1,fake\n", (), "no column is the label"),
        ("account,label\n1,spam\n2,ham\n", (), "--positive"),
        ("account,label\n1,spam\n2,ham\n", ("spm",), "did you mean 'spam'"),
    ],
)
def test_labels_that_cannot_be_used_are_explained(tmp_path, text, asked, said):
    with pytest.raises(InputError, match=said):
        read_labels(written(tmp_path, text), asked)


def test_labels_file_that_is_absent(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
