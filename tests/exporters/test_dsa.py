"""Statements of reasons: the store's rules hold, nobody is named, only what stands is stated."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from invented_case import empty
from operation_case import operation, tables

from unswarm.errors import SettingsError
from unswarm.exporters import dsa
from unswarm.findings import Findings
from unswarm.model import Verdict
from unswarm.record import Record
from unswarm.record.appeals import REINSTATED, Appeal
from unswarm.record.decisions import Approval, Decision, Ground
from unswarm.record.orders import DONE, Action, Order, Plan, Receipt, key_of

WHEN, APPROVED = "2026-02-03T10:00:00Z", "2026-02-04T11:00:00Z"
DATE = {"type": "string", "pattern": r"^20\d\d-\d\d-\d\d$"}
STORE = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("decision_ground", "content_type", "category", "content_date", "application_date"),
        *("decision_facts", "source_type", "automated_detection", "automated_decision", "puid"),
        *("incompatible_content_ground", "incompatible_content_explanation"),
    ],
    "anyOf": [{"required": ["decision_account"]}, {"required": ["decision_visibility"]}],
    "if": {"properties": {"content_type": {"contains": {"const": "CONTENT_TYPE_OTHER"}}}},
    "then": {"required": ["content_type_other"]},
    "properties": {
        "puid": {"type": "string", "pattern": "^[a-zA-Z0-9-_]+$", "maxLength": 500},
        "decision_account": {
            "enum": ["DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED"],
        },
        "decision_visibility": {
            "type": "array",
            "items": {
                "enum": [
                    "DECISION_VISIBILITY_CONTENT_LABELLED",
                    "DECISION_VISIBILITY_CONTENT_DEMOTED",
                ]
            },
        },
        "account_type": {"enum": ["ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"]},
        "decision_ground": {"const": "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
        "decision_ground_reference_url": {"type": "string", "format": "uri", "maxLength": 500},
        "incompatible_content_ground": {"type": "string", "maxLength": 500},
        "incompatible_content_explanation": {"type": "string", "maxLength": 2000},
        "incompatible_content_illegal": {"enum": ["Yes", "No"]},
        "content_type": {"type": "array", "minItems": 1, "items": {"const": "CONTENT_TYPE_OTHER"}},
        "content_type_other": {"type": "string", "maxLength": 500},
        "category": {
            "enum": [
                "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
                "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
            ]
        },
        "category_specification": {
            "type": "array",
            "items": {"enum": ["KEYWORD_INAUTHENTIC_ACCOUNTS", "KEYWORD_OTHER"]},
        },
        "category_specification_other": {"type": "string", "maxLength": 500},
        "content_date": DATE,
        "application_date": DATE,
        "decision_facts": {"type": "string", "minLength": 1, "maxLength": 5000},
        "source_type": {"const": "SOURCE_VOLUNTARY"},
        "automated_detection": {"enum": ["Yes", "No"]},
        "automated_decision": {
            "enum": ["AUTOMATED_DECISION_PARTIALLY", "AUTOMATED_DECISION_NOT_AUTOMATED"]
        },
    },
}
"""The rules of the database's store request, as far as statements of this exporter go."""


def decision(
    kind: str = "network",
    subject: str = "n2",
    verdict: Verdict = Verdict.INAUTHENTIC,
    number: int = 1,
    **changed: Any,
) -> Decision:
    said = Decision(
        id=f"d-{number:04}",
        kind=kind,
        subject=subject,
        verdict=verdict,
        ground=Ground.CIB,
        reason="person013 lies, says Ann Analyst",
        cites=("creation", "names", "signal:links", "coordination"),
        who="Ann Analyst",
        role="analyst",
        when=WHEN,
        run="r-1",
        members=("a012", "a013", "a020", "x100") if kind == "network" else (),
        approvals=(Approval(f"d-{number:04}", "Bob Boss", "approver", APPROVED),),
    )
    return replace(said, **changed)


def case(*said: Decision, found: Findings | None = None, **record: Any) -> Findings:
    held = Record(decisions={each.id: each for each in said}, **record)
    return replace(found or operation(), record=held)


def stated(
    findings: Findings, folder: Path, options: dsa.Options | None = None
) -> list[dict[str, Any]]:
    path = folder / "dsa.json"
    dsa.export(findings, path, options or dsa.Options())
    return list(json.loads(path.read_text("utf-8"))["statements"])


def carried_out(said: Decision, account: str, action: Action) -> Plan:
    key = key_of("operation", action, account, said.id)
    receipt = Receipt(key, DONE, when="2026-02-09T08:00:00Z")
    order = Order(key, action, account, "facebook", said.id)
    return Plan("p-0001", "webhook:https://t.example", (order,), "Ann", WHEN, (), {key: receipt})


@pytest.mark.parametrize("ground", list(Ground))
@pytest.mark.parametrize("kind", ["network", "account"])
def test_the_rules_of_the_store_hold(tmp_path: Path, ground: Ground, kind: str) -> None:
    subject = "n2" if kind == "network" else "a013"
    statements = stated(case(decision(kind, subject, ground=ground)), tmp_path)
    for statement in statements:
        jsonschema.validate(statement, STORE, format_checker=jsonschema.FormatChecker())
    assert (
        len({each["puid"] for each in statements}) == len(statements) == (4, 1)[kind != "network"]
    )


def test_an_enforceable_decision_is_stated_with_its_days_and_its_automation(tmp_path: Path) -> None:
    found = stated(case(decision()), tmp_path)
    assert {each["application_date"] for each in found} == {APPROVED[:10]}
    assert {each["automated_decision"] for each in found} == {"AUTOMATED_DECISION_PARTIALLY"}
    assert "2026-01-01" <= found[0]["content_date"] <= "2026-02-03"
    assert {each["content_type_other"] for each in found} == {"Page", "Account"}
    [own] = stated(case(decision("account", "a013")), tmp_path)
    assert own["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert own["automated_detection"] == "Yes"


def test_what_was_carried_out_is_what_is_stated(tmp_path: Path) -> None:
    said = decision("account", "a013")
    plan = carried_out(said, "a013", Action.REDUCE)
    [found] = stated(case(said, plans={plan.id: plan}), tmp_path)
    assert found["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_DEMOTED"]
    assert "decision_account" not in found
    assert (found["application_date"], found["puid"]) == ("2026-02-09", plan.orders[0].key)


@pytest.mark.parametrize("action", [Action.REPORT, Action.TAG])
def test_what_restricts_nobody_is_not_stated_as_done(tmp_path: Path, action: Action) -> None:
    said = decision("account", "a013")
    plan = carried_out(said, "a013", action)
    assert stated(case(said, plans={plan.id: plan}), tmp_path) == stated(case(said), tmp_path)


@pytest.mark.parametrize(
    "said",
    [
        decision(approvals=()),
        decision(cites=()),
        decision(ground=""),
        decision(verdict=Verdict.AUTHENTIC),
        decision("domain", "the-n2-gazette.example"),
    ],
)
def test_nothing_is_stated_of_what_cannot_be_enforced(tmp_path: Path, said: Decision) -> None:
    assert stated(case(said), tmp_path) == []


def test_without_a_decision_the_list_is_empty(tmp_path: Path) -> None:
    assert stated(operation(), tmp_path) == stated(empty(), tmp_path) == []


def test_another_decision_and_appeals_take_an_account_out(tmp_path: Path) -> None:
    cleared = decision("account", "a013", Verdict.AUTHENTIC, 2, ground="", cites=())
    back = Appeal("a-1", "a020", "d-0001", "No", "Ann", WHEN, REINSTATED, "Yes", "Bob", WHEN)
    asked = Appeal("a-2", "a012", "d-0001", "No", "Ann", WHEN)
    both = {each.id: each for each in (back, asked)}
    assert len(stated(case(decision(), cleared, appeals=both), tmp_path)) == 1


def test_an_open_appeal_against_what_was_carried_out_leaves_it_stated(tmp_path: Path) -> None:
    said = decision("account", "a013")
    plan = carried_out(said, "a013", Action.REMOVE_PAGE)
    asked = Appeal("a-1", "a013", "d-0001", "No", "Ann", WHEN)
    assert stated(case(said, appeals={"a-1": asked}), tmp_path) == []
    assert stated(case(said, appeals={"a-1": asked}, plans={plan.id: plan}), tmp_path)


CLAIM = (
    "9 of 12 accounts, among them @person013, “Fresh News” and Person 20, follow a012; "
    "O'Brien {{ 7*7 }} and PERSON021's friend 1234567890 link https://a.example/person014 and "
    "person015.example; script_kid <b>joined</b> them, 80 % of 25."
)


def spoken(claim: str = CLAIM) -> Findings:
    row = {"network": "n2", "measure": "names", "family": "identity", "inauthentic": True,
           "value": 0.8, "baseline": 0.0, "n": 9, "p": 1e-6, "query": "SELECT 1"}  # fmt: skip
    return case(decision(), found=operation(evidence=[{**row, "claim": claim}]))


def test_nobody_is_named(tmp_path: Path) -> None:
    statements = stated(spoken(), tmp_path)
    said = json.dumps(statements, ensure_ascii=False).casefold()
    whole = tables()["account"]
    for row in whole:
        for value in (row["account"], row.get("handle"), row.get("name")):
            if value:
                assert not re.search(rf"(?<!\w){re.escape(value.casefold())}(?!\w)", said), value
    for person in ("ann", "bob", "a.example", "1234567890", "fresh news"):
        assert person not in said
    assert "80 % of 25" in said


def test_the_facts_rest_on_what_is_cited_only(tmp_path: Path) -> None:
    facts = stated(case(decision(cites=("creation",))), tmp_path)[0]["decision_facts"]
    assert "created on 2 days" in facts
    assert "handles follow one pattern" not in facts
    assert re.search(r"On \d+ of \d+ occasions", " ".join(
        each["decision_facts"] for each in stated(case(decision()), tmp_path)
    ))  # fmt: skip


def test_facts_that_are_too_long_lose_whole_claims(tmp_path: Path) -> None:
    facts = stated(spoken("many words " * 600), tmp_path)[0]["decision_facts"]
    assert len(facts) <= 5_000
    assert "many words" not in facts


def test_a_secret_changes_every_id(tmp_path: Path) -> None:
    plain = {each["puid"] for each in stated(case(decision()), tmp_path)}
    keyed = {each["puid"] for each in stated(case(decision()), tmp_path, dsa.Options(key="s"))}
    assert not plain & keyed


def test_options_say_what_the_case_cannot(tmp_path: Path) -> None:
    said = dsa.Options(restriction="ended", civic=True, terms="https://t.example/terms")
    found = stated(case(decision()), tmp_path, said)[0]
    jsonschema.validate(found, STORE)
    assert found["decision_account"] == "DECISION_ACCOUNT_TERMINATED"
    assert found["category"].endswith("CIVIC_DISCOURSE_OR_ELECTIONS")
    with pytest.raises(SettingsError, match="Hint: suspended or ended"):
        stated(operation(), tmp_path, dsa.Options(restriction="shot"))
