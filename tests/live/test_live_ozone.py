"""The enforcer of Ozone at a real one."""

from __future__ import annotations

import atproto_contract as contract
from people import join, standing

from unswarm.enforcers import bluesky
from unswarm.enforcers import ozone as enforcer


def team(network, login):
    return enforcer.Ozone(network.pds, network.ozone_did, login.identifier, login.password)


def test_a_moderator_does_all(ozone):
    ann = join(ozone.pds, "ann")
    contract.a_moderator_does_all(team(ozone, ozone.moderator), ann.did)
    assert standing([ann]) == [""]


def test_a_report_is_sent_once(ozone):
    contract.a_report_is_sent_once(team(ozone, ozone.moderator), join(ozone.pds, "bob").did)


def test_the_role_triage_is_told_what_it_lacks(ozone):
    did = join(ozone.pds, "carla").did
    contract.the_role_triage_is_told_what_it_lacks(team(ozone, ozone.triage), did)


def test_anybody_reports(ozone):
    dan, eve = join(ozone.pds, "dan"), join(ozone.pds, "eve")
    for did in ("", ozone.ozone_did):
        target = bluesky.Bluesky(ozone.pds, did, dan.handle, "one of the test")
        contract.anybody_reports(target, eve.did)
