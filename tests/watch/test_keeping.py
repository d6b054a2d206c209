"""What is kept how long, and what is left of posts that were edited or deleted."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.parquet as pq
from fake_platform import NOON, post, said
from keeping_up import ByHand
from streams import HOUR, SWARM, stream

from unswarm.journal import Journal
from unswarm.model import DAY
from unswarm.watch.keeping import Keeping, Rules, widened

ANN, BOB = "did:plc:ann", "did:plc:bob"
RULES = Rules(span=DAY, retention=2 * DAY, evidence=10 * DAY, grace=DAY)
POST = "app.bsky.feed.post"


def rows(live: ByHand, name: str) -> list[dict]:
    """All rows of a table of the journal."""
    tables = [pq.read_table(path) for path in live.journal.paths(name)]
    return [row for each in tables for row in each.to_pylist()]


def texts(live: ByHand) -> dict[str, str | None]:
    return {row["account"]: row["text"] for row in rows(live, "post")}


def tidy(live: ByHand, members=(), rules=RULES) -> list[str]:
    return Keeping(live.journal, rules).tidy(frozenset(members))


def mentioning(number: int, did: str, time: int) -> dict:
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": BOB}
    facet = {"index": {"byteStart": 0, "byteEnd": 4}, "features": [feature]}
    return post(number, did, time, text=f"@bob {number}", facets=[facet])


def deleted(number: int, did: str, time: int, key: int) -> dict:
    return said(number, did, time, POST, f"3k{key:011}", operation="delete")


def edited(number: int, did: str, time: int, key: int, text: str) -> dict:
    record = {"text": text}
    return said(number, did, time, POST, f"3k{key:011}", operation="update", record=record)


def gone(number: int, did: str, time: int) -> dict:
    account = {"active": False, "status": "deleted", "did": did}
    return {
        **{"did": did, "time_us": time * 1000, "kind": "account", "account": account},
        "seq": number,
    }


def test_a_deleted_post_loses_its_words_after_the_grace_and_not_before(tmp_path):
    live = ByHand(tmp_path)
    live.take([mentioning(1, ANN, NOON), post(2, BOB, NOON, text="stays")])
    live.take([deleted(3, ANN, NOON + HOUR, 1)])
    live.take([post(4, BOB, NOON + 12 * HOUR, text="stays")])
    tidy(live)
    assert texts(live) == {ANN: "@bob 1", BOB: "stays"}
    live.take([post(5, BOB, NOON + 30 * HOUR, text="stays")])
    assert any("cleared" in line for line in tidy(live))
    assert texts(live) == {ANN: None, BOB: "stays"}
    assert not rows(live, "mention")
    (left,) = [row for row in rows(live, "post") if row["account"] == ANN]
    assert (left["time"], left["kind"]) == (NOON, "original")


def test_an_edited_post_gets_its_new_words(tmp_path):
    live = ByHand(tmp_path)
    live.take([post(1, ANN, NOON, text="first")])
    live.take(
        [edited(2, ANN, NOON + HOUR, 1, "second"), edited(3, ANN, NOON + 2 * HOUR, 1, "third")]
    )
    live.take([post(4, BOB, NOON + 40 * HOUR)])
    tidy(live)
    assert texts(live)[ANN] == "third"
    assert not tidy(live)


def test_a_deletion_that_comes_before_the_post_counts(tmp_path):
    live = ByHand(tmp_path)
    live.take([deleted(2, ANN, NOON + HOUR, 1)])
    live.take([post(1, ANN, NOON), post(3, BOB, NOON + 40 * HOUR)])
    tidy(live)
    assert texts(live) == {ANN: None, BOB: "hi"}


def test_of_a_deleted_account_nothing_personal_is_left(tmp_path):
    live = ByHand(tmp_path)
    record = {"displayName": "Ann", "description": "bakes"}
    profile = said(1, ANN, NOON, "app.bsky.actor.profile", "self", record=record)
    live.take([profile, post(2, ANN, NOON), gone(3, ANN, NOON + HOUR)])
    live.take([post(4, BOB, NOON + 40 * HOUR)])
    tidy(live)
    assert texts(live) == {ANN: None, BOB: "hi"}
    (ann,) = [row for row in rows(live, "account") if row["account"] == ANN]
    assert (ann["name"], ann["bio"], ann["status"]) == (None, None, "deleted")


def test_the_words_of_a_network_are_evidence_and_stay(tmp_path):
    live = ByHand(tmp_path)
    live.take([post(1, ANN, NOON), deleted(2, ANN, NOON + HOUR, 1), gone(3, ANN, NOON + HOUR)])
    live.take([post(4, BOB, NOON + 40 * HOUR)])
    tidy(live, members=[ANN])
    assert texts(live)[ANN] == "hi"


def test_what_is_older_than_the_retention_leaves_but_for_networks(tmp_path):
    live = ByHand(tmp_path)
    for day in range(6):
        live.take([post(2 * day + n, did, NOON + day * DAY) for n, did in enumerate((ANN, BOB))])
        tidy(live, members=[ANN])
    days = {
        did: sorted(
            {(row["time"] - NOON) // DAY for row in rows(live, "post") if row["account"] == did}
        )
        for did in (ANN, BOB)
    }
    assert days == {ANN: [0, 1, 2, 3, 4, 5], BOB: [3, 4, 5]}
    live.take([post(99, BOB, NOON + 14 * DAY)])
    tidy(live, members=[ANN])
    assert {row["account"] for row in rows(live, "post")} == {ANN, BOB}
    assert min(row["time"] for row in rows(live, "post")) >= NOON + 3 * DAY
    live.take([post(100, BOB, NOON + 30 * DAY)])
    tidy(live, members=[ANN])
    assert {row["account"] for row in rows(live, "post")} == {BOB}


def test_profiles_of_those_who_still_post_stay(tmp_path):
    live = ByHand(tmp_path)
    profile = said(1, ANN, NOON, "app.bsky.actor.profile", "self", record={"displayName": "Ann"})
    other = said(2, BOB, NOON, "app.bsky.actor.profile", "self", record={"displayName": "Bob"})
    live.take([profile, other])
    live.take([post(3, ANN, NOON + 5 * DAY)])
    tidy(live)
    assert {row["account"] for row in rows(live, "account")} == {ANN}


def test_many_small_files_become_few_and_hold_the_same(tmp_path):
    live = ByHand(tmp_path)
    events = stream(occasions=2, crowd=150)
    for event in events:
        live.take([event])
    before = sorted(row["post"] for row in rows(live, "post"))
    while list(live.journal.to_merge()):
        tidy(live, rules=replace(RULES, retention=99 * DAY, evidence=99 * DAY, grace=99 * DAY))
    assert len(live.journal.paths("post")) < 40
    assert sorted(row["post"] for row in rows(live, "post")) == before
    live.journal.bury(grace=0)
    files = list((live.journal.folder / "post").iterdir())
    assert len(files) == len(live.journal.paths("post"))


def test_detection_after_tidying_is_that_of_what_is_kept(tmp_path):
    """Evidence that stayed beyond the span is not looked at."""
    live = ByHand(tmp_path)
    events = stream(occasions=40, crowd=2_000)
    for place in range(0, len(events), 150):
        live.take(events[place : place + 150])
        tidy(live, members=SWARM)
    keeping = Keeping(live.journal, RULES)
    findings = live.case.look(since=keeping.since())
    (oldest,) = findings.query("SELECT min(time) AS first FROM post")
    assert oldest["first"] >= live.journal.state.clock - RULES.span
    stored = min(row["time"] for row in rows(live, "post"))
    assert stored < live.journal.state.clock - RULES.retention


def test_a_journal_that_is_opened_again_is_the_same(tmp_path):
    live = ByHand(tmp_path)
    live.take([post(1, ANN, NOON)])
    assert Journal(live.journal.folder).state == live.journal.state


def test_what_is_kept_is_at_least_what_is_looked_at():
    rules = widened(Rules(span=9 * DAY, retention=DAY, evidence=DAY))
    assert rules.retention == rules.evidence == 9 * DAY
