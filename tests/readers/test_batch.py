"""Posts one by one → tables."""

from pathlib import Path

import pytest

from unswarm.model import EVENTS, QUARANTINE
from unswarm.readers import Source
from unswarm.readers._parts.batch import Batch, masked
from unswarm.readers._parts.seen import RECENT, Seen

SOURCE = Source(Path("posts.jsonl"))
TABLES = {**EVENTS, QUARANTINE.name: QUARANTINE}


def rows(batch: Batch) -> dict[str, list[dict[str, object]]]:
    found = dict(batch.drain())
    assert all(table.schema == TABLES[name].schema for name, table in found.items())
    return {name: table.to_pylist() for name, table in found.items()}


def post(batch: Batch, post: str, **values: object) -> bool:
    given = {"account": "a", "time": 5, "precision": 1, **values}
    return batch.post(1, post=post, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"ip":"203.0.113.9", broken', '{"ip":"…", broken'),
        ("ip=2001:db8::dead:beef, fe80::1 or ::ffff:192.0.2.1", "ip=…, … or …"),
        ("ann.b+x@mail.example wrote", "… wrote"),
        ("+49 171 5550000 or +1 (555) 000-1111", "… or …"),
        ("2020-01-01T10:00:00+00:00 v1.2.3", "2020-01-01T10:00:00+00:00 v1.2.3"),
        ("@ann@home.example, did:plc:abc 12:30:00", "@ann@home.example, did:plc:abc 12:30:00"),
    ],
)
def test_what_is_set_aside_gives_nobody_away(text: str, expected: str) -> None:
    assert masked(text) == expected
    batch = Batch(SOURCE)
    batch.reject(1, None, "torn", text)
    assert [row["content"] for row in rows(batch)[QUARANTINE.name]] == [expected]


def test_a_post_and_what_it_carries() -> None:
    batch = Batch(SOURCE)
    post(
        batch,
        "p",
        kind="quote",
        text="half a pair \ud83d",
        links=["http://www.a.com/?utm_source=x", "https://a.com", "nothing", "", None],
        hashtags=["#B", "a", ""],
        mentions=["7", None],
        media=["m"],
        shares=[("o", "layer")],
    )
    found = rows(batch)
    assert found["post"][0]["text"] == "half a pair �"
    event = {"account": "a", "time": 5, "precision": 1, "post": "p", "kind": "quote"}
    assert found["link"] == [{**event, "url": "https://a.com", "domain": "a.com"}]
    assert found["hashtag"] == [
        {**event, "hashtag": "b", "position": 0},
        {**event, "hashtag": "a", "position": 1},
    ]
    assert found["mention"] == [{**event, "target": "7"}]
    assert found["media"] == [{**event, "media": "m"}]
    assert found["share"] == [{**event, "object": "o", "layer": "layer"}]
    assert rows(batch) == {}


def test_what_goes_to_the_quarantine() -> None:
    batch = Batch(SOURCE)
    taken = [post(batch, "p"), post(batch, "p"), post(batch, "q", account=None)]
    assert taken == [True, False, False]
    assert not post(batch, "r", time=None)
    batch.reject(9, None, "torn", "x" * 5_000)
    found = rows(batch)
    assert [q["reason"] for q in found["quarantine"]] == [
        *("post id seen before", "no account id", "no time", "torn"),
    ]
    assert found["quarantine"][3] == {
        **{"source": "posts.jsonl", "line": 9, "field": None, "reason": "torn"},
        "content": "x" * 500,
    }
    assert not post(batch, "p")  # still known after a drain


def test_a_profile_is_kept_when_it_changes() -> None:
    batch = Batch(SOURCE)
    batch.account(account="a", followers=1, seen=1)
    batch.account(account=None, followers=1)
    assert [row["seen"] for row in rows(batch)["account"]] == [1]
    batch.account(account="a", followers=1, seen=2)
    assert rows(batch) == {}
    batch.account(account="a", followers=2, seen=3)
    batch.account(account="a", followers=3, seen=4)
    assert [row["followers"] for row in rows(batch)["account"]] == [3]
    with pytest.raises(TypeError, match="folowers"):
        batch.account(account="a", folowers=1)


def test_it_says_when_it_is_full() -> None:
    batch = Batch(SOURCE, size=2)
    post(batch, "p")
    assert not batch.full
    batch.reject(2, None, "torn", "")
    assert batch.full
    rows(batch)
    assert not batch.full


def test_ids_are_remembered_beyond_what_a_set_holds() -> None:
    seen = Seen()
    assert all(seen.add(str(i)) for i in range(RECENT + 10))
    assert "5" in seen
    assert str(RECENT + 5) in seen
    assert "new" not in seen
    assert not seen.add("5")


def test_what_a_profile_leaves_out_stays_as_it_was() -> None:
    batch = Batch(SOURCE)
    batch.account(account="a", handle="ann", followers=5)
    batch.account(account="a", name="Ann", followers=6)
    (row,) = rows(batch)["account"]
    assert (row["handle"], row["name"], row["followers"]) == ("ann", "Ann", 6)
