"""A public report is signed by two people, and what forbids to publish it is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import stand_in
from unswarm import log, open_case
from unswarm.cli import app
from unswarm.engines.duckdb import DuckDB
from unswarm.errors import CaseError, SettingsError
from unswarm.findings import Findings
from unswarm.model import EVENTS, RUNS
from unswarm.takedown import Facts, changes, digest, flat, obstacles
from unswarm.takedown.facts import Count

TODAY = datetime.now(UTC).date()
NEXT_YEAR = f"{TODAY + timedelta(days=365)}"
RESTS = {"ground": "spam", "cites": ["coordination"]}


@pytest.fixture
def case(tmp_path, monkeypatch):
    return stand_in.detected(tmp_path, monkeypatch)


@pytest.fixture
def decided(case):
    case.decide("n1", "inauthentic", "acted as one", "kim", **RESTS)
    case.desk.approve("d-0001", "ann ode")
    return case


@pytest.fixture
def signed(decided):
    for who in ("kim", "ann ode"):
        decided.desk.sign(who)
    return decided


def facts(case):
    return Facts.of(case.findings)


def counts(case):
    return {(c.platform, c.kind): c.accounts for c in facts(case).counts}


def attributed(case):
    case.desk.attribute(
        "n1", "Blue Ltd", confidence="low", by="a newsroom", source="page 3", evidence_for=["x"]
    )


# --- what is counted


def test_only_what_two_people_decided_is_reported(case):
    assert facts(case).accounts == 0
    case.decide("n1", "inauthentic", "acted as one", "kim", **RESTS)
    assert facts(case).accounts == 0
    case.desk.approve("d-0001", "ann ode")
    assert counts(case) == {("", "person"): 3}


def test_who_was_cleared_or_reinstated_is_not_counted(decided):
    decided.decide("bob", "authentic", "met him", "kim")
    assert facts(decided).accounts == 2
    decided.desk.appeal("eve", "I am a person")
    decided.desk.answer("a-0001", "reinstated", "met her", "zoe")
    assert facts(decided).accounts == 1
    assert facts(decided).appeals == (("reinstated", 1),)


def test_an_account_decided_on_twice_is_counted_once(decided):
    decided.decide("bob", "inauthentic", "a scheduler", "kim", **RESTS)
    decided.desk.approve("d-0002", "ann ode")
    assert facts(decided).accounts == 3


def test_a_domain_is_named_and_not_counted(decided):
    decided.decide("news.com", "inauthentic", "its traffic", "kim", **RESTS)
    decided.desk.approve("d-0002", "ann ode")
    assert facts(decided).domains == ("news.com",)
    assert facts(decided).accounts == 3


def test_orders_are_counted_by_what_came_of_them(decided, tmp_path):
    target = f"handover:{tmp_path / 'orders.csv'}"
    from unswarm import enforcing

    plan = decided.desk.plan(target, enforcing.draft(decided.findings).orders, "kim")["id"]
    assert facts(decided).actions == ()
    decided.desk.approve(plan, "ann ode")
    assert [(a.state, a.orders) for a in facts(decided).actions] == [("not sent", 3)]
    decided.enforce(plan)
    assert [(a.state, a.orders) for a in facts(decided).actions] == [("done", 3)]


def test_opinions_stand_beside_ours(decided, tmp_path):
    path = tmp_path / "said.csv"
    path.write_text("account,label,source\nann,fake,Observatory\nbob,fake,Observatory\n")
    decided.read_opinions(path)
    decided.decide("bob", "authentic", "met him", "kim")
    (view,) = facts(decided).views
    assert (view.label, view.covered, view.others) == ("fake", 1, 1)


# --- what forbids it


def test_nothing_decided_is_nothing_to_publish(case):
    with pytest.raises(CaseError, match="Nothing was decided"):
        case.publish()
    with pytest.raises(CaseError, match="nothing to sign"):
        case.desk.sign("kim")


@pytest.mark.parametrize("people", [[], ["kim"]])
def test_fewer_than_two_signatures_are_refused(decided, people):
    for who in people:
        decided.desk.sign(who)
    with pytest.raises(CaseError, match=f"Two different people sign.*{''.join(people)} did"):
        decided.publish()


def test_one_person_does_not_sign_twice(decided):
    decided.desk.sign("Kim")
    with pytest.raises(SettingsError, match="signed these facts already"):
        decided.desk.sign(" kim ")


def test_a_viewer_does_not_sign(decided):
    with pytest.raises(SettingsError, match="viewer"):
        decided.desk.sign("zoe", "viewer")


def test_two_people_are_enough(signed):
    paths = signed.publish(pdf=False, who="kim")
    assert [path.name for path in paths] == ["public_report.html", "public_report.md"]
    assert "Signed by kim and ann ode" in paths[0].read_text("utf-8")
    assert log.entries(signed.path / "log.jsonl")[-1]["act"] == "publish"


def test_a_number_that_changed_since_is_named(signed):
    signed.decide("bob", "authentic", "met him", "kim")
    with pytest.raises(CaseError, match=r"accounts: 3 was signed, now it is 2"):
        signed.publish(pdf=False)
    assert not (signed.exports / "public_report.html").exists()


def test_what_was_signed_again_may_be_published(signed):
    signed.decide("bob", "authentic", "met him", "kim")
    for who in ("kim", "ann ode"):
        signed.desk.sign(who)
    assert signed.publish(pdf=False)


def test_a_correction_needs_no_new_signature(signed):
    signed.desk.erratum("there were two, not three")
    page, _ = signed.publish(pdf=False)
    assert "there were two, not three" in page.read_text("utf-8")


def test_a_running_embargo_is_kept(decided):
    decided.export("release", name="spring", embargo=NEXT_YEAR)
    decided.desk.share("spring", "an observatory")
    for who in ("kim", "ann ode"):
        decided.desk.sign(who)
    with pytest.raises(CaseError, match=f"embargo until {NEXT_YEAR}"):
        decided.publish(pdf=False)
    found = obstacles(decided.findings, facts(decided), NEXT_YEAR)
    assert found == []


def test_who_is_named_is_asked_first(decided):
    attributed(decided)
    for who in ("kim", "ann ode"):
        decided.desk.sign(who)
    with pytest.raises(CaseError, match="names Blue Ltd, and nobody asked"):
        decided.publish(pdf=False)
    decided.desk.ask("c-0001", "Blue Ltd")
    for who in ("kim", "ann ode"):
        decided.desk.sign(who)
    page, _ = decided.publish(pdf=False)
    assert "Blue Ltd was asked" in page.read_text("utf-8")


def test_an_answer_that_came_in_after_the_signatures_is_printed_first(decided):
    attributed(decided)
    decided.desk.ask("c-0001", "Blue Ltd")
    for who in ("kim", "ann ode"):
        decided.desk.sign(who)
    decided.desk.reply("c-0001", "Blue Ltd", "We deny it.", contests=True)
    with pytest.raises(CaseError, match="Blue Ltd answered"):
        decided.publish(pdf=False)


def test_a_stale_decision_is_refused(signed, monkeypatch):
    findings = signed.findings
    monkeypatch.setattr(type(findings), "members", lambda self, network: ["ann", "bob"])
    assert "is stale" in obstacles(findings, Facts.of(findings), "2030-01-01")[0]


def test_a_conflict_is_refused(signed):
    signed.decide("n1", "not coordinated", "a choir", "zoe")
    signed.decide("n1", "inauthentic", "no choir", "kim", **RESTS)
    signed.desk.approve("d-0003", "ann ode")
    found = obstacles(signed.findings, facts(signed), "2030-01-01")
    assert any("disagree on n1" in each for each in found)


def test_a_tampered_log_opens_no_case(signed):
    path = signed.path / "log.jsonl"
    path.write_text(path.read_text("utf-8").replace("acted as one", "acted as two"), "utf-8")
    with pytest.raises(CaseError, match="log"):
        open_case(signed.path).publish(pdf=False)


# --- digests


def nothing():
    engine = DuckDB()
    for table in (*EVENTS.values(), *RUNS.values()):
        engine.see(table.name, table.schema.empty_table())
    return Facts.of(Findings("nothing", engine, {}))


EMPTY = nothing()


@given(st.integers(0, 9), st.integers(0, 9))
def test_every_count_is_in_the_digest(one, other):
    def with_count(accounts):
        return replace(EMPTY, counts=(Count("facebook", "page", accounts),))

    assert (digest(with_count(one)) == digest(with_count(other))) is (one == other)
    found = changes(flat(with_count(one)), flat(with_count(other)))
    assert [(c.signed, c.now) for c in found] == [(str(one), str(other))] * (one != other)


# --- commands


def run(case, *arguments):
    return CliRunner().invoke(app, [*arguments, "--case", str(case.path)])


def test_the_way_of_a_report(case, tmp_path):
    said = ("--ground", "spam", "--cite", "coordination", "--reason", "one hand", "--who", "kim")
    assert run(case, "decide", "n1", "inauthentic", *said).exit_code == 0
    assert run(case, "approve", "d-0001", "--who", "ann").exit_code == 0
    assert isinstance(run(case, "publish").exception, CaseError)
    for who in ("kim", "ann"):
        assert "facts" in run(case, "sign", "--who", who).stdout
    published = run(case, "publish", "--no-pdf", "--to", str(tmp_path / "out"))
    assert (tmp_path / "out" / "public_report.md").exists()
    assert published.stdout.count("public_report") == 2


def test_several_are_decided_and_approved_at_once(case):
    said = ("--ground", "spam", "--cite", "coordination", "--reason", "one hand", "--who", "kim")
    made = run(case, "decide", "n1,ann", "inauthentic", *said)
    assert "unswarm approve d-0001 d-0002" in made.stdout
    assert run(case, "approve", "d-0001", "d-0002", "--who", "ann").stdout.count("approved") == 2
