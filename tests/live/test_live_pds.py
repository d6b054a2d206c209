"""The firehose and the administrator of a real PDS."""

from __future__ import annotations

from collections import Counter
from math import inf

import atproto_contract as contract
import pyarrow.parquet as pq
import pytest
from people import Person, call, join, post, standing

from unswarm import feeds
from unswarm.case import open_case
from unswarm.enforcers import bluesky
from unswarm.enforcers import pds as administrator
from unswarm.journal import Journal, folder_of
from unswarm.watch import Watch, Wishes


@pytest.fixture(scope="module")
def ann(pds) -> Person:
    return join(pds.pds, "ann")


def watched(pds, folder, seconds=3.0):
    """Follow the firehose for some seconds; table → rows."""
    source = f"firehose:{pds.pds.replace('http', 'ws')}?cursor=0"
    name, where, feed = feeds.opened(source)
    case = open_case(folder)
    wishes = Wishes(every=0.2, look=inf, seconds=seconds)
    taken = case.follow(name, where)
    Watch(case, taken, feed, wishes, lambda line: None).run()
    journal = Journal(folder_of(folder, taken.number))
    return {
        table: [row for path in journal.paths(table) for row in pq.read_table(path).to_pylist()]
        for table in journal.tables
    }


def test_every_post_is_there_once_with_what_it_carries(pds, ann, tmp_path):
    ann.write(*(post(f"number {n}", f"https://site.example/{n}") for n in range(120)))
    first = watched(pds, tmp_path / "c")
    found = Counter(row["text"] for row in first["post"] if row["account"] == ann.did)
    assert found == Counter(f"number {n}" for n in range(120))
    assert {row["domain"] for row in first["link"]} == {"site.example"}
    ann.write(post("one more"))
    again = watched(pds, tmp_path / "c")
    assert len(again["post"]) == len(first["post"]) + 1
    assert "quarantine" not in again


def test_names_deletions_and_takedowns_are_told(pds, ann, tmp_path):
    bob = join(pds.pds, "bob")
    made = call(
        pds.pds,
        "com.atproto.repo.createRecord",
        {"repo": bob.did, "collection": "app.bsky.feed.post", "record": post("oops")},
        bob.token,
    )
    key = made["uri"].rpartition("/")[2]
    said = {"repo": bob.did, "collection": "app.bsky.feed.post", "rkey": key}
    call(pds.pds, "com.atproto.repo.deleteRecord", said, bob.token)
    target = administrator.Pds(pds.pds, pds.admin)
    order = contract.order("seen", contract.Action.DISABLE_ACCOUNT, bob.did)
    assert target.send(order).state == "done"
    tables = watched(pds, tmp_path / "c")
    target.undo(order)
    (deleted,) = [row for row in tables["revision"] if row["account"] == bob.did]
    assert (deleted["post"], deleted["what"]) == (made["uri"], "deleted")
    of_bob = [row for row in tables["account"] if row["account"] == bob.did]
    assert "bob.test" in {row["handle"] for row in of_bob}
    assert "takendown" in {row["status"] for row in of_bob}


def test_the_administrator_takes_down_and_back(pds):
    eve = join(pds.pds, "eve")
    target = administrator.Pds(pds.pds, pds.admin)
    contract.an_administrator_takes_down_and_back(target, eve.did)
    contract.nobody_is_refused(target)
    order = contract.order("login", contract.Action.DISABLE_ACCOUNT, eve.did)
    target.send(order)
    assert standing([eve]) == ["AccountTakedown"]
    target.undo(order)
    assert standing([eve]) == [""]


def test_anybody_reports_where_moderators_can_be_reached(pds, ann):
    """This server names moderators that are not there: the refusal is told, nothing breaks."""
    from unswarm.errors import CaseError

    target = bluesky.Bluesky(pds.pds, "", ann.handle, "one of the test", lambda seconds: None)
    try:
        receipt = target.send(contract.order("r", contract.Action.REPORT, ann.did))
        assert receipt.state in ("done", "refused")
    except CaseError as error:
        assert "goes on from here" in str(error)
