"""What the enforcers of AT Protocol owe, at a made-up server and at a real one alike."""

from __future__ import annotations

from unswarm.enforcers import bluesky, ozone, pds
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order


def order(key: str, action: Action, did: str, value: str = "") -> Order:
    """An order of a decision for spam."""
    return Order(key, action, did, "bluesky", "d-0001", value, "spam")


def a_moderator_does_all(target: ozone.Ozone, did: str) -> None:
    """Label, tag, report, takedown: done once, read back, taken back where that can be."""
    assert target.actions == ozone.actions
    assert (target.reversible, target.limits) == (ozone.reversible, "")
    for number, (action, value, now) in enumerate(
        (
            (Action.LABEL, "coordinated", "active, labelled coordinated"),
            (Action.TAG, "unswarm", "active, tagged unswarm"),
            (Action.DISABLE_ACCOUNT, "", "taken down"),
        )
    ):
        asked = order(f"all-{number}", action, did, value)
        assert target.read_back(asked) == "active"
        assert target.expected(asked, "active") == now
        assert target.send(asked).state == DONE
        assert target.send(asked).state == ALREADY
        assert target.read_back(asked) == now
        assert target.expected(asked, now) == now
        assert target.undo(asked).state == UNDONE
        assert target.undo(asked).state == UNDONE
        assert target.read_back(asked) == "active"


def what_somebody_else_did_is_left_to_them(target: ozone.Ozone, did: str) -> None:
    """It is told to be so already, and an undo does not take it back."""
    for action, value, now in (
        (Action.LABEL, "seen", "active, labelled seen"),
        (Action.TAG, "seen", "active, labelled seen, tagged seen"),
        (Action.DISABLE_ACCOUNT, "", "taken down, labelled seen"),
    ):
        theirs, ours = (order(f"{who}-{action}", action, did, value) for who in ("theirs", "ours"))
        assert target.send(theirs).state == DONE
        assert target.send(ours).state == ALREADY
        assert target.undo(ours).state == REFUSED
        assert target.read_back(ours) == now


def who_is_not_there_is_refused(target: ozone.Ozone) -> None:
    """An Ozone itself would take everybody down who could exist."""
    for did in ("did:plc:nobody", "no DID"):
        for number, action in enumerate((Action.DISABLE_ACCOUNT, Action.LABEL, Action.REPORT)):
            asked = order(f"absent-{number}", action, did, "x")
            assert target.send(asked).state == REFUSED


def what_was_taken_back_is_not_told_as_done(target: ozone.Ozone, did: str) -> None:
    """An Ozone acts once on a key: only another decision does it again."""
    for action, value in ((Action.DISABLE_ACCOUNT, ""), (Action.LABEL, "again")):
        asked = order(f"again-{action}", action, did, value)
        assert (target.send(asked).state, target.undo(asked).state) == (DONE, UNDONE)
        receipt = target.send(asked)
        assert (receipt.state, "decide again" in receipt.detail) == (REFUSED, True)
        assert target.read_back(asked) == "active"


def a_report_is_sent_once(target: ozone.Ozone, did: str) -> None:
    """And cannot be taken back."""
    asked = order("report-1", Action.REPORT, did)
    assert target.send(asked).state == DONE
    assert target.send(asked).state == ALREADY
    assert target.undo(asked).state == REFUSED


def the_role_triage_is_told_what_it_lacks(target: ozone.Ozone, did: str) -> None:
    """It may tag and report, and neither label nor take down."""
    assert target.actions == ozone.TRIAGE
    assert "Triage" in target.limits
    for action, value in ((Action.DISABLE_ACCOUNT, ""), (Action.LABEL, "x")):
        receipt = target.send(order(f"triage-{action}", action, did, value))
        assert receipt.state == REFUSED
        assert "take a moderator" in receipt.detail
    assert target.send(order("triage-tag", Action.TAG, did, "look")).state == DONE


def an_administrator_takes_down_and_back(target: pds.Pds, did: str) -> None:
    """By the order's key: what somebody else took down is left alone."""
    asked = order("pds-1", Action.DISABLE_ACCOUNT, did)
    assert target.read_back(asked) == "active"
    assert target.send(asked).state == DONE
    assert target.send(asked).state == ALREADY
    assert target.read_back(asked) == target.expected(asked, "active") == "taken down"
    other = target.undo(order("pds-2", Action.DISABLE_ACCOUNT, did))
    assert (other.state, "another reason" in other.detail) == (REFUSED, True)
    assert target.undo(asked).state == UNDONE
    assert target.undo(asked).state == UNDONE
    assert target.read_back(asked) == "active"


def nobody_is_refused(target: pds.Pds) -> None:
    """An account that is not there."""
    receipt = target.send(order("pds-3", Action.DISABLE_ACCOUNT, "did:plc:nobody"))
    assert (receipt.state, "not found" in receipt.detail) == (REFUSED, True)


def anybody_reports(target: bluesky.Bluesky, did: str) -> None:
    """And that is all they can do."""
    asked = order("bluesky-1", Action.REPORT, did)
    receipt = target.send(asked)
    assert (receipt.state, receipt.detail.startswith("report ")) == (DONE, True)
    assert target.undo(asked).state == REFUSED
    assert target.read_back(asked) == ""
    assert target.send(order("bluesky-2", Action.LABEL, did, "x")).state == REFUSED
