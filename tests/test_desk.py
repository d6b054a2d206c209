"""The desk: who may say what, on what grounds, and that the log alone tells where things stand."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stand_in
from unswarm import Verdict, log, open_case
from unswarm.errors import CaseError, SettingsError
from unswarm.model import EVIDENCE
from unswarm.record import Record, replay
from unswarm.record.attribution import Status
from unswarm.record.decisions import Decision
from unswarm.record.people import Role, same

CIB = {"ground": "spam", "cites": ["coordination", "signal:links"], "who": "Kim Lee"}


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.setattr("unswarm.detection.detect", stand_in.detect)
    (tmp_path / "posts.csv").write_text(stand_in.POSTS)
    (tmp_path / "others.csv").write_text(stand_in.OTHERS)
    case = open_case(tmp_path / "case")
    case.read(tmp_path / "posts.csv", tmp_path / "others.csv")
    case.detect()
    return case


@pytest.fixture
def decided(case):
    case.decide("n1", "inauthentic", "acted together", **CIB)
    return case


def decision(case, number=1):
    return case.desk.record.decisions[f"d-{number:04d}"]


# --- two people


def test_one_person_enforces_nothing(decided):
    assert not decision(decided).enforceable
    for name in ("Kim Lee", " kim  LEE "):
        with pytest.raises(SettingsError, match="different person"):
            decided.desk.approve("d-0001", name)
    decided.desk.approve("d-0001", "Ann Ode")
    assert decision(decided).enforceable
    with pytest.raises(SettingsError, match="already"):
        decided.desk.approve("d-0001", "ann ode")


def test_a_decision_without_ground_is_kept_and_enforces_nothing(case):
    case.decide("n1", "inauthentic", "acted together", "kim")
    case.desk.approve("d-0001", "ann")
    assert not decision(case).enforceable


def test_an_analyst_may_not_approve(decided):
    with pytest.raises(SettingsError, match="takes 'approver'"):
        decided.desk.approve("d-0001", "ann", "analyst")


def test_a_viewer_may_not_decide(case):
    with pytest.raises(SettingsError, match="may not decide"):
        case.decide("n1", "authentic", "a club", "ann", role="viewer")


def test_roles_of_the_case_go_before_what_people_say(decided):
    with (decided.path / "case.toml").open("a") as file:
        file.write('\n[people]\n"Ann Ode" = "analyst"\n"Bo Ek" = "approver"\n')
    desk = open_case(decided.path).desk
    with pytest.raises(SettingsError, match="takes 'approver'"):
        desk.approve("d-0001", "ann ode", "admin")
    with pytest.raises(SettingsError, match="has no role in this case"):
        desk.approve("d-0001", "eve", "admin")
    assert desk.approve("d-0001", "Bo Ek")["role"] == "approver"


# --- behaviour, not content


@pytest.mark.parametrize("cited", ["content", "post:17", "the narrative", "hashtag:maga", "texts"])
def test_content_is_no_evidence(case, cited):
    with pytest.raises(SettingsError, match="what accounts said"):
        case.decide("n1", "inauthentic", "why", "kim", ground="spam", cites=[cited])
    assert case.decisions == []


@pytest.mark.parametrize("ground", ["misinformation", "hate speech", "political opinions"])
def test_content_is_no_ground(case, ground):
    with pytest.raises(SettingsError, match="what accounts said"):
        case.decide("n1", "inauthentic", "why", "kim", ground=ground, cites=["coordination"])


def test_a_reason_that_quotes_a_post_is_refused(case):
    with pytest.raises(SettingsError, match="The reason quotes post"):
        case.decide("n1", "inauthentic", "They say 'Good morning to all of you ANN' a lot", "kim")


def test_evidence_must_be_in_the_case(case):
    with pytest.raises(SettingsError, match="did you mean 'coordination'"):
        case.decide("n1", "inauthentic", "why", "kim", ground="spam", cites=["cordination"])
    with pytest.raises(SettingsError, match="No evidence 'coordination'"):
        case.decide("o1", "inauthentic", "why", "kim", ground="spam", cites=["coordination"])


def test_what_a_ground_takes(case):
    with pytest.raises(SettingsError, match="names the evidence"):
        case.decide("n1", "inauthentic", "why", "kim", ground="spam")
    with pytest.raises(SettingsError, match="breaks no rule"):
        case.decide("n1", "authentic", "why", "kim", ground="spam", cites=["coordination"])
    with pytest.raises(SettingsError, match="did you mean 'spam'"):
        case.decide("n1", "inauthentic", "why", "kim", ground="spem", cites=["coordination"])


@pytest.mark.parametrize("ground", ["cib", "misrepresentation"])
def test_acting_together_does_not_show_that_anybody_hides(case, ground, monkeypatch):
    def decide(*cites):
        case.decide("n1", "inauthentic", "acted as one", "kim", ground=ground, cites=cites)

    with pytest.raises(SettingsError, match="the case holds none on this"):
        decide("coordination")
    sign = {"network": "n1", "measure": "creation", "family": "creation", "inauthentic": True}
    run = case.path / "runs" / case.latest / "evidence.parquet"
    pq.write_table(pa.concat_tables([pq.read_table(run), EVIDENCE.rows([sign])]), run)
    with pytest.raises(SettingsError, match="cite one of: creation"):
        decide("coordination")
    decide("coordination", "creation")


def test_domains_and_members_are_decided_on_by_the_evidence_of_their_network(case):
    case.decide(
        "news.com", "inauthentic", "its traffic", "kim", ground="spam", cites=["signal:links"]
    )
    case.decide("@ANN", "inauthentic", "a member", "kim", ground="spam", cites=["coordination"])
    assert [(d.kind, d.subject) for d in case.desk.record.decisions.values()] == [
        ("domain", "news.com"),
        ("account", "ann"),
    ]


# --- conflicts, staleness


def test_people_who_disagree_are_shown(decided):
    decided.decide("n1", "authentic", "a fan club", "bo")
    decided.decide("n1", "undecided", "not sure", "eve")
    ((one, other),) = decided.desk.record.conflicts()
    assert (one.who, other.who) == ("Kim Lee", "bo")
    assert decided.desk.record.standing("network", "n1").verdict is Verdict.AUTHENTIC
    with pytest.raises(CaseError, match="does not stand any more: d-0002"):
        decided.desk.approve("d-0001", "ann")
    decided.decide("n1", "authentic", "convinced", "kim lee")
    assert decided.desk.record.conflicts() == []


def test_a_decision_on_other_members_is_stale(decided, tmp_path):
    more = tmp_path / "more.csv"
    more.write_text("account,time,text,url\nzoe,2024-03-01 12:00:03,hi there,https://news.com/1\n")
    decided.read(more)
    decided.detect()
    desk = decided.desk
    assert decision(decided).stale(desk.findings.members("n1")) == (["zoe"], [])
    with pytest.raises(CaseError, match="1 accounts joined"):
        desk.approve("d-0001", "ann")


# --- appeals


@pytest.fixture
def appealed(decided):
    decided.desk.approve("d-0001", "ann")
    decided.desk.appeal("bob", "I am a person", "kim")
    return decided


def test_an_appeal_is_answered_by_somebody_else(appealed):
    for name in ("kim lee", "ANN"):
        with pytest.raises(SettingsError, match="answered by somebody else"):
            appealed.desk.answer("a-0001", "reinstated", "a real person", name)
    appealed.desk.answer("a-0001", "reinstated", "a real person", "bo")
    assert appealed.desk.record.reinstated("bob")
    with pytest.raises(CaseError, match="was answered by bo: reinstated"):
        appealed.desk.answer("a-0001", "upheld", "no", "cy")


def test_an_upheld_appeal_changes_nothing(appealed):
    appealed.desk.answer("a-0001", "upheld", "the evidence stands", "bo")
    assert not appealed.desk.record.reinstated("bob")


def test_only_what_was_decided_can_be_appealed(case):
    with pytest.raises(CaseError, match="Nothing was decided against 'ann'"):
        case.desk.appeal("ann", "why me?")


# --- attribution


def attribute(case, **changed):
    said = {
        "confidence": "moderate",
        "by": "Northern Observatory",
        "source": "report of 2024-05-01, p. 3",
        "evidence_for": ["one payer", "one registrant"],
        "evidence_against": ["the payer is an agency"],
        "who": "kim",
    }
    return case.desk.attribute("n1", "Blue Media Ltd", **{**said, **changed})


def test_both_sides_stay_on_record(case):
    attribute(case)
    desk = case.desk
    desk.ask("c-0001", "Blue Media Ltd", "2024-05-02", "kim")
    assert [s.party for s in desk.record.claims["c-0001"].unanswered] == ["Blue Media Ltd"]
    desk.reply("c-0001", "Blue Media Ltd", "We deny it.", contests=True, answered="2024-05-04")
    claim = desk.record.claims["c-0001"]
    (statement,) = claim.statements
    assert (statement.asked, statement.answered) == ("2024-05-02", "2024-05-04")
    assert (claim.status, claim.unanswered) == (Status.CONTESTED, ())
    desk.restate("c-0001", "withdrawn", "the payer was another", "kim")
    claim = desk.record.claims["c-0001"]
    assert [step[1] for step in claim.history] == ["asserted", "contested", "withdrawn"]
    assert claim.statements


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"confidence": "certain"}, "low: plausible"),
        ({"source": " "}, "'source' is empty"),
        ({"evidence_for": []}, "'evidence' is empty"),
    ],
)
def test_a_claim_needs_its_source_and_a_word_of_the_scale(case, changed, said):
    with pytest.raises(SettingsError, match=said):
        attribute(case, **changed)


# --- the log tells everything


def test_a_decision_that_was_tampered_with_closes_the_case(decided):
    path = decided.path / "log.jsonl"
    path.write_text(path.read_text().replace('"inauthentic"', '"authentic"'))
    with pytest.raises(CaseError, match="the log's chain is broken"):
        open_case(decided.path)


def test_replaying_the_log_gives_the_same_record(appealed):
    entries = log.entries(appealed.path / "log.jsonl")
    assert replay(entries) == replay(json.loads(json.dumps(entries)))
    assert replay(entries) == appealed.findings.record
    assert replay([]) == Record()


VERDICTS = st.sampled_from(list(Verdict))
PEOPLE = st.sampled_from(["ann", "bob", "Ann "])


@given(st.lists(st.tuples(VERDICTS, PEOPLE), max_size=12))
def test_the_standing_verdict_is_the_fold_of_all(said):
    record = Record(
        decisions={
            f"d{n}": Decision(f"d{n}", "network", "n", v, "", "r", (), who, "analyst", str(n), "")
            for n, (v, who) in enumerate(said)
        }
    )
    folded = Verdict.UNDECIDED
    for verdict, _ in said:
        folded = folded.combine(verdict)
    standing = record.standing("network", "n")
    assert (standing.verdict if standing else Verdict.UNDECIDED) is folded
    for one, other in record.conflicts():
        assert not same(one.who, other.who)


def test_each_role_may_what_those_below_may():
    assert [role for role in Role if role.may(Role.ANALYST)] == ["analyst", "approver", "admin"]
