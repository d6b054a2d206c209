"""Telethon's messages, as lines, as pages, and as 4CAT keeps them."""

import json
from pathlib import Path
from typing import Any

import pytest
from reading import Rows, read, write

from unswarm.model import SECOND
from unswarm.readers import Source, recognise, telethon

FILES = Path(__file__).parents[1] / "data" / "telethon"
DESKTOP = Path(__file__).parents[1] / "data" / "telegram" / "channel.json"
NOON = 1_704_110_400_000  # 2024-01-01 12:00:00 UTC


def posts(found: Rows) -> dict[str, dict[str, Any]]:
    return {post["post"]: post for post in found["post"]}


def accounts(found: Rows) -> dict[str, dict[str, Any]]:
    return {row["account"]: row for row in found["account"]}


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_every_writing_is_recognised(path: Path) -> None:
    assert recognise(Source(path))[0] == "telethon"


def test_a_channel_writes_its_own_posts() -> None:
    post = posts(read(FILES / "messages.jsonl"))["channel1500/3"]
    assert (post["account"], post["place"], post["kind"]) == ("channel1500", None, "original")
    assert (post["time"], post["precision"]) == (NOON, SECOND)
    assert (post["views"], post["interactions"]) == (900, 3 + 2 + 4 + 1)


def test_what_is_marked_in_a_text_is_counted_in_utf_16() -> None:
    found = read(FILES / "messages.jsonl")
    assert found["post"][0]["text"].startswith("🚢 see"), "one character, but two units"
    assert [tag["hashtag"] for tag in found["hashtag"]] == ["boats"]
    assert [mention["target"] for mention in found["mention"]] == ["bob", "user77"]
    assert [link["url"] for link in found["link"]] == [
        *("https://quay.example/1", "https://harbour.example/boats"),
    ]


def test_a_forward_knows_its_post_its_source_and_its_time() -> None:
    found = posts(read(FILES / "messages.jsonl"))
    known, hidden = found["channel1500/4"], found["channel1500/5"]
    assert (known["kind"], known["target_post"], known["target_account"]) == (
        *("repost", "channel1600/55", "channel1600"),
    )
    assert known["target_time"] == NOON - 86_400_000
    assert (hidden["kind"], hidden["target_post"], hidden["target_account"]) == (
        *("repost", None, "Eve"),
    )
    assert hidden["client"] == "user321"


def test_replies_and_topics() -> None:
    found = posts(read(FILES / "messages.jsonl"))
    reply, topic, elsewhere = (found[f"channel1700/{number}"] for number in (7, 8, 9))
    assert (reply["kind"], reply["target_post"]) == ("reply", "channel1700/6")
    assert (topic["kind"], topic["target_post"]) == ("original", None)
    assert elsewhere["target_post"] == "channel1500/3"
    assert {post["place"] for post in (reply, topic, elsewhere)} == {"channel1700"}


def test_media_are_ids_and_stickers_are_none() -> None:
    assert [(m["post"], m["media"]) for m in read(FILES / "messages.jsonl")["media"]] == [
        ("channel1500/4", "5300000000000000001"),
        ("channel1700/8", "5300000000000000003"),
    ]


def test_service_messages_tell_members_titles_and_beginnings() -> None:
    found = read(FILES / "messages.jsonl")
    assert [(role["account"], role["target"]) for role in found["role"]] == [
        *((f"user{number}", "channel1700") for number in (77, 78, 79)),
    ]
    (rename,) = found["rename"]
    assert (rename["before"], rename["after"]) == ("Talk", "Harbour Talk")
    assert accounts(found)["channel1700"]["created"] == NOON - 3_600_000
    told: list[str] = []
    for _ in telethon.read(Source(FILES / "messages.jsonl", report=told.append)):
        pass
    assert [line.partition(": ")[2] for line in told] == [
        "1 service messages of type PinMessage left out.",
    ]


def test_4cat() -> None:
    found = read(FILES / "fourcat.ndjson")
    said = posts(found)
    assert set(said) == {"channel1700/6", "channel1700/7"}, "harbourtalk-6, harbourtalk-7"
    assert said["channel1700/7"]["account"] == "user78", "resolved: the user in place of the id"
    assert said["channel1700/6"]["time"] == NOON + 126_000
    rows = accounts(found)
    chat = rows["channel1700"]
    assert (chat["kind"], chat["handle"], chat["followers"]) == ("group", "harbourtalk", 5)
    assert chat["created"] == NOON - 86_400_000
    assert (rows["user77"]["handle"], rows["user78"]["status"]) == ("ann", "deleted")


def test_a_phone_number_is_infrastructure_and_stands_nowhere_else() -> None:
    found = read(FILES / "fourcat.ndjson")
    (phone,) = found["infrastructure"]
    assert (phone["account"], phone["medium"], phone["value"]) == (
        *("user77", "phone", "000001234567"),
    )
    (rejected,) = found["quarantine"]
    assert "1234567" not in rejected["content"]
    assert json.loads(rejected["content"])["id"] == "harbourtalk-9"


def test_a_torn_line_shows_no_phone_number(tmp_path: Path) -> None:
    lines = (FILES / "fourcat.ndjson").read_text(encoding="utf-8").splitlines()
    sender = '{"_sender": {"phone": "+00 000 1234567"}, "id": "harbourtalk-6", "date": '
    found = read(write(tmp_path / "x.ndjson", lines[1], sender))
    (rejected,) = found["quarantine"]
    assert (rejected["line"], rejected["content"]) == (2, "id harbourtalk-6")


def test_profiles_of_a_page() -> None:
    rows = accounts(read(FILES / "page.json"))
    channel, person, program = rows["channel1500"], rows["user77"], rows["user321"]
    assert (channel["kind"], channel["handle"], channel["status"]) == (
        *("channel", "harbour", "scam"),
    )
    assert channel["created"] is None, "its date is when the collector joined"
    assert (person["kind"], person["name"]) == ("person", "Ann B")
    assert program["kind"] is None


def test_ids_are_those_of_telegram_desktop() -> None:
    mine, theirs = posts(read(FILES / "messages.jsonl")), posts(read(DESKTOP))
    assert "channel1500/3" in mine.keys() & theirs.keys()


def test_bad_messages_are_quarantined_with_line_field_and_reason() -> None:
    found = read(FILES / "messages.jsonl")
    assert [(q["line"], q["field"], q["reason"]) for q in found["quarantine"]] == [
        (13, "date", "no time"),
        (14, "peer_id", "missing"),
        (15, "from_id", "not the id of a user or a chat"),
    ]


def message(**changes: Any) -> str:
    lines = (FILES / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    return json.dumps({**json.loads(lines[5]), **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"from_id": 5}, ("user5", "original", None)),
        ({"peer_id": None, "to_id": {"_": "PeerChannel", "channel_id": 1500}}, None),
        ({"fwd_from": {"channel_id": 9, "channel_post": 8}}, (None, "repost", "channel9/8")),
        ({"reply_to_msg_id": 2}, (None, "reply", "channel1500/2")),
    ],
)
def test_what_older_versions_wrote(
    tmp_path: Path, changes: dict[str, Any], expected: tuple[str | None, str, str | None] | None
) -> None:
    (post,) = read(write(tmp_path / "x.jsonl", message(**changes)))["post"]
    account, kind, target = expected or (None, "original", None)
    assert (post["account"], post["kind"], post["target_post"]) == (
        *(account or "channel1500", kind, target),
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": None}, "id"),
        ({"id": 1e20}, "id"),
        ({"peer_id": {"user_id": 5}, "out": True}, "from_id"),
        ({"action": {"_": "MessageActionChatAddUser", "users": 3}}, None),
    ],
)
def test_messages_of_another_shape(
    tmp_path: Path, changes: dict[str, Any], field: str | None
) -> None:
    found = read(write(tmp_path / "x.jsonl", message(), message(**changes)))
    (rejected,) = found["quarantine"]
    assert (rejected["line"], rejected["field"]) == (2, field)
    assert len(found["post"]) == 1


def test_entities_that_point_beyond_the_text(tmp_path: Path) -> None:
    entity = {"_": "MessageEntityHashtag", "offset": 900, "length": 10**9}
    found = read(write(tmp_path / "x.jsonl", message(entities=[entity, 3])))
    assert "hashtag" not in found


def test_a_cut_file_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(message() + "\n" + message(id=9)[:200], encoding="utf-8")
    found = read(path)
    assert [post["post"] for post in found["post"]] == ["channel1500/3"]
    (rejected,) = found["quarantine"]
    assert (rejected["line"], rejected["content"]) == (2, "id 9")


@pytest.mark.parametrize(
    "record", [{"id": 1, "date": "x", "message": "x"}, {"messages": [{"id": 1}]}, [], 3]
)
def test_other_records_are_not_its_own(tmp_path: Path, record: object) -> None:
    assert not telethon.recognises(Source(write(tmp_path / "x.json", json.dumps(record))))
