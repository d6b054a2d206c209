"""The enforcer of Ozone at a real one."""

from __future__ import annotations

import atproto_contract as contract
import pytest
from network import Login
from people import PASSWORD, join, standing

from unswarm.enforcers import bluesky
from unswarm.enforcers import ozone as enforcer
from unswarm.errors import SettingsError


def team(network, login):
    return enforcer.Ozone(network.pds, network.ozone_did, login.identifier, login.password)


def test_a_moderator_does_all(ozone):
    ann = join(ozone.pds, "ann")
    contract.a_moderator_does_all(team(ozone, ozone.moderator), ann.did)
    assert standing([ann]) == [""]


def test_what_somebody_else_did_is_left_to_them(ozone):
    fay = join(ozone.pds, "fay")
    contract.what_somebody_else_did_is_left_to_them(team(ozone, ozone.moderator), fay.did)
    assert standing([fay]) == ["AccountTakedown"]


def test_who_is_not_there_is_refused(ozone):
    contract.who_is_not_there_is_refused(team(ozone, ozone.moderator))


def test_what_was_taken_back_is_not_told_as_done(ozone):
    gus = join(ozone.pds, "gus")
    contract.what_was_taken_back_is_not_told_as_done(team(ozone, ozone.moderator), gus.did)
    assert standing([gus]) == [""]


def test_a_report_is_sent_once(ozone):
    contract.a_report_is_sent_once(team(ozone, ozone.moderator), join(ozone.pds, "bob").did)


def test_the_role_triage_is_told_what_it_lacks(ozone):
    did = join(ozone.pds, "carla").did
    contract.the_role_triage_is_told_what_it_lacks(team(ozone, ozone.triage), did)


def test_who_is_not_of_the_team_is_told_so(ozone):
    hal = join(ozone.pds, "hal")
    with pytest.raises(SettingsError, match="one of its team"):
        assert team(ozone, Login(hal.did, hal.handle, PASSWORD)).actions


def test_anybody_reports(ozone):
    dan, eve = join(ozone.pds, "dan"), join(ozone.pds, "eve")
    for did in ("", ozone.ozone_did):
        target = bluesky.Bluesky(ozone.pds, did, dan.handle, PASSWORD)
        contract.anybody_reports(target, eve.did)
