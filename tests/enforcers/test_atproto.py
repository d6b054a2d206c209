"""Ozone, a PDS's administrator and reports, at a made-up server; `tests/live` has the real ones."""

from __future__ import annotations

import atproto_contract as contract
import pytest
from fake_xrpc import OZONE, Server

from unswarm.enforcers import bluesky, ozone, pds
from unswarm.errors import CaseError, SettingsError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action

EVE = "did:plc:eve"
EVENT = "tools.ozone.moderation.emitEvent"
TAKEDOWN = contract.order("k", Action.DISABLE_ACCOUNT, EVE)


@pytest.fixture
def server():
    server = Server()
    yield server
    server.shutdown()


def team(server, name="moderator", waited=None):
    sleep = (waited if waited is not None else []).append
    return ozone.Ozone(server.url, OZONE, f"{name}.test", f"{name}-pass", sleep)


def test_a_moderator_does_all(server):
    contract.a_moderator_does_all(team(server), EVE)


def test_what_somebody_else_did_is_left_to_them(server):
    contract.what_somebody_else_did_is_left_to_them(team(server), EVE)


def test_a_longer_label_of_somebody_else_is_another(server):
    target = team(server)
    ours, theirs = (contract.order(v, Action.LABEL, EVE, v) for v in ("seen", "seen-too"))
    assert (target.send(ours).state, target.send(theirs).state) == (DONE, DONE)
    assert target.undo(ours).state == UNDONE
    assert target.read_back(ours) == "active, labelled seen-too"


def test_who_is_not_there_is_refused(server):
    contract.who_is_not_there_is_refused(team(server))


def test_an_ozone_that_may_look_nobody_up_acts_all_the_same(server):
    server.blind = True
    contract.a_moderator_does_all(team(server), EVE)


def test_what_was_taken_back_is_not_told_as_done(server):
    contract.what_was_taken_back_is_not_told_as_done(team(server), EVE)


def test_what_cannot_be_asked_is_not_told(server):
    target = team(server)
    assert target.actions
    server.answers = [(403, {})] * 2
    assert target.read_back(TAKEDOWN) == ""
    server.answers = [(403, {})] * 2
    assert target.undo(TAKEDOWN).state == REFUSED


def test_a_report_is_sent_once(server):
    contract.a_report_is_sent_once(team(server), EVE)
    assert server.events[0]["event"]["reportType"].endswith("#reasonMisleadingSpam")


def test_a_long_report_keeps_its_key(server):
    said = contract.order("long", Action.REPORT, EVE, "x" * 3000)
    bluesky.Bluesky(server.url, "", "ann.test", "ann-pass").send(said)
    assert server.events[0]["reason"].endswith("order long)")
    assert len(server.events[0]["reason"]) == bluesky.LONGEST


def test_the_role_triage_is_told_what_it_lacks(server):
    contract.the_role_triage_is_told_what_it_lacks(team(server, "triage"), EVE)


def test_an_administrator_takes_down_and_back(server):
    contract.an_administrator_takes_down_and_back(pds.Pds(server.url, "admin-pass"), EVE)
    contract.nobody_is_refused(pds.Pds(server.url, "admin-pass"))


def test_anybody_reports(server):
    contract.anybody_reports(bluesky.Bluesky(server.url, "", "ann.test", "ann-pass"), EVE)
    assert "order bluesky-1" in server.events[0]["reason"]


def test_the_queue_says_where_an_event_comes_from(server):
    team(server).send(TAKEDOWN)
    (event,) = server.events
    assert (event["externalId"], event["createdBy"]) == ("k", "did:plc:moderator")
    assert event["modTool"] == {"name": "unswarm", "meta": {"decision": "d-0001", "order": "k"}}


def test_a_lost_answer_is_asked_for_again_and_acts_once(server):
    waited = []
    target = team(server, waited=waited)
    assert target.actions
    label = contract.order("lost", Action.LABEL, EVE, "x")
    server.drop = EVENT
    assert target.send(label).state == ALREADY
    assert [each["externalId"] for each in server.events] == ["lost"]
    assert waited
    server.drop = EVENT
    assert target.undo(label).state == UNDONE
    assert target.read_back(label) == "active"


def test_who_is_told_to_wait_waits(server):
    waited = []
    target = team(server, waited=waited)
    assert target.actions
    server.answers = [(429, {"Retry-After": "7"}), (503, {})]
    assert target.send(TAKEDOWN).state == DONE
    assert waited[0] == 7


def test_a_server_that_stays_away_is_an_error_that_says_how_to_go_on(server):
    target = team(server)
    assert target.actions
    server.answers = [(503, {})] * 9
    with pytest.raises(CaseError, match="goes on from here"):
        target.send(TAKEDOWN)


def test_an_expired_token_is_renewed(server):
    target = team(server)
    assert target.actions
    target._person._token = "old"
    assert target.send(TAKEDOWN).state == DONE
    assert "com.atproto.server.refreshSession" in server.seen
    target._person._token = target._person._refresh = "old"
    assert target.read_back(TAKEDOWN) == "taken down"
    assert server.seen.count("com.atproto.server.createSession") == 2


def test_wrong_names_and_passwords_are_said(server):
    with pytest.raises(SettingsError, match="does not let eve"):
        assert ozone.Ozone(server.url, OZONE, "eve.test", "x").actions
    with pytest.raises(SettingsError, match="one of its team"):
        assert team(server, "ann").actions
    with pytest.raises(SettingsError, match="administrator's password"):
        pds.Pds(server.url, "wrong").read_back(TAKEDOWN)
    with pytest.raises(SettingsError, match="does not answer"):
        assert ozone.Ozone(server.url, "did:plc:x", "moderator.test", "moderator-pass").actions


def test_the_administrator_does_nothing_else(server):
    label = contract.order("x", Action.LABEL, EVE, "y")
    assert pds.Pds(server.url, "admin-pass").send(label).state == REFUSED


@pytest.mark.parametrize(
    ("module", "where", "hint"),
    [
        (ozone, "https://pds.example", "#did:plc"),
        (ozone, "http://pds.example#did:plc:x", "https"),
        (pds, "https://pds.example", "UNSWARM_PDS_ADMIN_PASSWORD"),
        (bluesky, "https://pds.example", "UNSWARM_BLUESKY_IDENTIFIER"),
    ],
)
def test_what_is_missing_is_said(module, where, hint, monkeypatch):
    for name in ("PDS_ADMIN_PASSWORD", "BLUESKY_IDENTIFIER", "OZONE_IDENTIFIER"):
        monkeypatch.delenv(f"UNSWARM_{name}", raising=False)
    with pytest.raises(SettingsError, match=hint):
        module.open_target(where)
