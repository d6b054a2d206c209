"""What a watch tells: the network as it forms, as it grows, and when it comes back."""

from __future__ import annotations

import json
import random

import pytest
from fake_platform import NOON, Platform, said
from keeping_up import ByHand
from streams import CROWD, HOUR, SWARM, WORDS, linking, numbered, stream

from unswarm.alerts import Kind
from unswarm.alerts.book import Book
from unswarm.case import open_case
from unswarm.settings import Settings
from unswarm.watch.detecting import Asked, look

OWN = [f"https://campaign{site}.example/{page}" for site in range(4) for page in range(6)]
BYSTANDERS = tuple(f"did:plc:bystander{number:04}" for number in range(3_000))
PROFILE = "app.bsky.actor.profile"
BIO = "Proud friends of the river town harbour, news that others do not dare to tell you"
TITLES = [f"{a} {b} Herald" for a in ("Harbour", "River", "Meadow") for b in ("Dawn", "Noon")]
COMEBACK = tuple(f"did:plc:new{number}" for number in range(4))


def asked(live: ByHand, **more) -> Asked:
    return Asked(live.case.path, Settings(), None, **more)


def told(live: ByHand, **more):
    """What looking once tells that was not told before."""
    before = len(Book(live.case.path).read().alerts)
    looked = look(asked(live, **more))
    assert not looked.fault, looked.fault
    return Book(live.case.path).read().alerts[before:]


def campaign(accounts, start, seed=3, *, crowd=BYSTANDERS):
    """Some accounts link to sites of their own, whenever they like; they look alike."""
    draw = random.Random(seed)
    events = crowded(start, crowd)
    for number, account in enumerate(accounts):
        handle = f"{TITLES[number].replace(' ', '').lower()}{seed}.example"
        events += presented(account, start + number, handle, TITLES[number], BIO)
        events += [
            linking(account, start + draw.randint(0, 40 * HOUR), page, draw)
            for page in draw.sample(OWN, 10)
        ]
    return events


def crowded(start, crowd):
    """What everybody else says of themselves."""
    draw = random.Random(1)
    said_ = []
    for number, account in enumerate([*CROWD, *crowd]):
        name, words = " ".join(draw.sample(WORDS, 2)), " ".join(draw.sample(WORDS, 8))
        said_ += presented(account, start + number, f"{name.replace(' ', '')}.example", name, words)
    return said_


def presented(account, time, handle, name, bio):
    """The events in which an account says its handle, its name and its description."""
    profile = {"displayName": name, "description": bio}
    event = {"did": account, "time_us": time * 1000, "kind": "identity", "seq": 0}
    return [
        said(0, account, time, PROFILE, "self", record=profile),
        {**event, "identity": {"did": account, "handle": handle}},
    ]


@pytest.fixture(scope="module")
def events():
    """A stream in which the swarm also links to sites of its own."""
    return numbered([*stream(occasions=30, crowd=2_500), *campaign(SWARM, NOON, crowd=())])


def test_a_network_is_told_of_as_it_forms_and_as_it_grows(tmp_path, events):
    live = ByHand(tmp_path / "live")
    small = [event for event in events if event["did"] != SWARM[-1]]
    live.take(small[: len(small) // 8])
    assert told(live) == ()
    live.take(small[len(small) // 8 :])
    (new,) = told(live)
    assert (new.kind, set(new.joined)) == (Kind.NEW, set(SWARM[:-1]))
    assert new.posts and new.formed is not None
    assert told(live) == ()
    live.take([event for event in events if event["did"] == SWARM[-1]])
    (grown,) = told(live)
    assert (grown.kind, grown.network, grown.joined) == (Kind.GROWTH, new.network, (SWARM[-1],))
    assert set(SWARM) == set(grown.joined) | set(new.joined)
    assert not {a for alert in (new, grown) for a in alert.joined} & set(CROWD)


def test_a_network_of_a_past_case_that_comes_back_is_told_of(tmp_path, events):
    past = ByHand(tmp_path / "past")
    past.take(events)
    told(past)
    live = ByHand(tmp_path / "live")
    live.take(
        numbered([*stream(occasions=10, seed=9, crowd=2_500), *campaign(COMEBACK, NOON, seed=4)])
    )
    alerts = [a for a in told(live, past=(str(past.case.path),)) if a.kind is Kind.RETURN]
    (back,) = alerts
    assert set(back.joined) <= set(COMEBACK) and back.joined
    assert back.past == "past"
    assert back.evidence
    again = [a for a in told(live, past=(str(past.case.path),)) if a.kind is Kind.RETURN]
    assert again == []


def test_a_banned_network_of_this_case_that_comes_back_is_told_of(tmp_path, events):
    live = ByHand(tmp_path / "live")
    live.take(events)
    (new,) = told(live)
    rests = {"ground": "spam", "cites": ["coordination"]}
    open_case(live.case.path).decide(new.network, "inauthentic", "they act as one", "kim", **rests)
    assert told(live) == ()
    later = NOON + 300 * HOUR
    crowd = stream(occasions=10, seed=9, crowd=2_500, start=later)
    innocent = [event for event in crowd if event["did"] not in SWARM]
    live.take(numbered([*innocent, *campaign(COMEBACK, later, seed=4)]))
    looked = look(Asked(live.case.path, Settings(), later))
    assert not looked.fault
    (back,) = [a for a in Book(live.case.path).read().alerts if a.kind is Kind.RETURN]
    assert set(back.joined) <= set(COMEBACK) and back.joined
    assert back.network == new.network


def test_a_network_has_its_name_again_after_a_lull(tmp_path, events):
    live = ByHand(tmp_path / "live")
    live.take(events)
    (new,) = told(live)
    later = NOON + 2000 * HOUR
    live.take(numbered(stream(occasions=3, seed=5, crowd=900, start=later)))
    assert not look(Asked(live.case.path, Settings(), later)).confirmed
    much_later = NOON + 4000 * HOUR
    live.take(numbered(stream(occasions=30, seed=6, crowd=2_500, start=much_later)))
    assert look(Asked(live.case.path, Settings(), much_later)).confirmed == 1
    assert [row["network"] for row in open_case(live.case.path).findings.networks] == [new.network]


def test_runs_that_nobody_speaks_of_are_forgotten(tmp_path, events):
    live = ByHand(tmp_path / "live")
    for place in range(0, 350, 50):
        live.take(events[place : place + 50])
        look(asked(live))
    assert len(list((tmp_path / "live" / "runs").iterdir())) == 5
    assert open_case(live.case.path).has_run


def test_a_detection_that_fails_is_told_and_not_raised(tmp_path):
    assert "No case" in look(Asked(tmp_path / "none", Settings(), None)).fault


def test_alerts_go_where_they_are_to_go(tmp_path, events):
    live = ByHand(tmp_path / "live")
    live.take(events)
    place = f"mail:{tmp_path / 'out'}"
    assert told(live, tell=(place,))
    assert len(list((tmp_path / "out" / "new").iterdir())) == 1
    lines = (live.case.path / "alerts.jsonl").read_text().splitlines()
    assert json.loads(lines[-1])["delivery"]["ok"] is True


def test_the_command_tells_on_standard_error(tmp_path, events):
    import subprocess
    import sys

    with Platform("firehose", events) as platform:
        command = [sys.executable, "-m", "unswarm", "watch", platform.source]
        command += ["--case", str(tmp_path / "c"), "--for", "3s", "--every", "1s", "--look", "1s"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0
    assert "al-0001 new network: 6 accounts acted in concert" in done.stderr
