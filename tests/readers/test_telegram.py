"""Telegram Desktop's exports, of one chat and of many, whole and torn."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import Rows, read, write

from unswarm.model import SECOND
from unswarm.readers import Source, recognise, telegram

FILES = Path(__file__).parents[1] / "data" / "telegram"
NOON = 1_704_110_400_000  # 2024-01-01 12:00:00 UTC


def posts(found: Rows) -> dict[str, dict[str, Any]]:
    return {post["post"]: post for post in found["post"]}


def accounts(found: Rows) -> dict[str, dict[str, Any]]:
    return {row["account"]: row for row in found["account"]}


def reports(path: Path) -> list[str]:
    told: list[str] = []
    for _ in telegram.read(Source(path, report=told.append)):
        pass
    return [line.partition(": ")[2] for line in told]


@pytest.mark.parametrize("path", sorted(FILES.iterdir()), ids=lambda path: path.name)
def test_every_export_is_recognised(path: Path) -> None:
    assert recognise(Source(path))[0] == "telegram"


def test_a_channel_is_the_author_of_its_messages() -> None:
    found = read(FILES / "channel.json")
    assert {(p["account"], p["place"]) for p in found["post"]} == {("channel1500", None)}
    post = posts(found)["channel1500/3"]
    assert (post["time"], post["precision"]) == (NOON + 120_000, SECOND)
    assert (post["kind"], post["interactions"]) == ("original", 6)
    channel = accounts(found)["channel1500"]
    assert (channel["kind"], channel["name"], channel["created"]) == (
        *("channel", "Harbour Channel", NOON),
    )


def test_a_text_of_parts_and_what_is_marked_in_it() -> None:
    found = read(FILES / "channel.json")
    text = "Boats #Boats by @Bob and Ann at harbour.example/boats or here"
    assert posts(found)["channel1500/3"]["text"] == text
    assert {link["url"] for link in found["link"]} == {
        *("https://harbour.example/boats", "https://quay.example/1", "https://quay.example/2"),
    }
    assert [tag["hashtag"] for tag in found["hashtag"]] == ["boats"]
    assert [mention["target"] for mention in found["mention"]] == ["bob", "user77"]


def test_forwards_name_their_source_and_replies_their_post() -> None:
    found = posts(read(FILES / "channel.json"))
    named, identified = found["channel1500/4"], found["channel1500/5"]
    assert (named["kind"], named["target_account"], named["target_post"]) == (
        *("repost", "River Channel", None),
    )
    assert (identified["kind"], identified["target_account"]) == ("repost", "channel1600")
    reply = found["channel1500/6"]
    assert (reply["kind"], reply["target_post"], reply["client"]) == (
        *("reply", "channel1500/3", "@vote"),
    )


def test_messages_in_a_group_stand_in_it() -> None:
    found = read(FILES / "group.json")
    said = posts(found)
    assert {post["place"] for post in said.values()} == {"channel1700", None}
    assert said["channel1700/6"]["target_post"] == "channel1700/5"
    assert said["channel1700/9"]["place"] is None, "written by the group itself"
    assert said["channel1700/10"]["target_post"] == "channel1500/3", "an answer elsewhere"
    rows = accounts(found)
    assert (rows["user77"]["kind"], rows["user77"]["name"]) == ("person", "Ann")
    assert rows["channel1700"]["kind"] == "group"
    assert rows["channel1500"]["kind"] is None, "a channel or a group: the export does not say"


def test_standing_in_a_topic_is_no_reply() -> None:
    post = posts(read(FILES / "group.json"))["channel1700/7"]
    assert (post["kind"], post["target_post"]) == ("original", None)


def test_a_forward_whose_source_is_gone_is_still_one() -> None:
    post = posts(read(FILES / "group.json"))["channel1700/11"]
    assert (post["kind"], post["target_account"]) == ("repost", None)


def test_who_joined_by_themselves() -> None:
    found = read(FILES / "group.json")
    assert [(r["account"], r["role"], r["target"], r["time"]) for r in found["role"]] == [
        ("user77", "member", "channel1700", NOON),
        ("user78", "member", "channel1700", NOON + 60_000),
    ]


def test_a_new_title() -> None:
    (rename,) = read(FILES / "channel.json")["rename"]
    assert (rename["account"], rename["what"], rename["before"], rename["after"]) == (
        *("channel1500", "name", "Harbour", "Harbour Channel"),
    )


def test_what_is_left_out_is_told() -> None:
    assert reports(FILES / "channel.json") == [
        "1 service messages of type pin_message left out.",
    ]
    assert reports(FILES / "account.json") == ["3 messages of chats with one person left out."]
    assert reports(FILES / "old.json")[0].startswith("2 messages have only the exporter's local")


def test_an_export_of_many_chats() -> None:
    found = read(FILES / "account.json")
    assert set(posts(found)) == {
        *("channel1500/3", "channel1500/4", "channel1700/5", "channel1700/6"),
    }
    assert "quarantine" not in found
    assert set(accounts(found)) == {"channel1500", "channel1700", "user77", "user78"}


def test_a_private_chat_that_somebody_hands_in_is_read(tmp_path: Path) -> None:
    chat = json.loads((FILES / "account.json").read_text(encoding="utf-8"))["chats"]["list"][2]
    found = read(write(tmp_path / "x.json", json.dumps(chat, indent=1)))
    assert [(p["post"], p["account"], p["place"]) for p in found["post"]] == [
        ("user79/2", "user77", "user79"),
        ("user79/3", "user77", "user79"),
    ]


def test_ids_of_old_exports() -> None:
    found = read(FILES / "old.json")
    assert [(p["post"], p["account"], p["place"]) for p in found["post"]] == [
        ("channel1800/1", "user77", "channel1800"),
        ("channel1800/2", "channel1800", None),
    ]
    assert [link["url"] for link in found["link"]] == [
        *("https://quay.example/3", "https://quay.example/4"),
    ]


def test_files_beside_the_export_are_known_by_their_content(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes((FILES / "channel.json").read_bytes())
    photo = tmp_path / "photos" / "photo_1@01-01-2024_12-03-00.jpg"
    photo.parent.mkdir()
    photo.write_bytes(b"picture")
    (tmp_path / "stickers").mkdir()
    (tmp_path / "stickers" / "sticker.webp").write_bytes(b"everybody's")
    found = read(path)
    assert [(m["post"], m["media"]) for m in found["media"]] == [
        ("channel1500/4", hashlib.sha256(b"picture").hexdigest()),
    ]
    photo.unlink()
    assert "media" not in read(path)


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/hostname", "photos", "a\0b"])
def test_files_elsewhere_are_not_touched(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    folder = tmp_path / "export"
    (folder / "photos").mkdir(parents=True)
    assert "media" not in read(write(folder / "x.json", chat_of(photo=name)))


def chat_of(**changes: Any) -> str:
    """A channel of one message with some of it changed."""
    chat = json.loads((FILES / "channel.json").read_text(encoding="utf-8"))
    chat["messages"] = [{**chat["messages"][2], **changes}]
    return json.dumps(chat, indent=1)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"id": None}, "id", "missing"),
        ({"id": 1e20}, "id", "digits are lost"),
        ({"date_unixtime": "soon"}, "date_unixtime", "not a time that can be read"),
        ({"from_id": "nobody"}, "from_id", "not the id of a user or a chat"),
        ({"type": "unsupported"}, "type", "could not export"),
        ({"inline_bot_buttons": 3}, None, "not of the shape"),
    ],
)
def test_bad_messages_are_quarantined(
    tmp_path: Path, changes: dict[str, Any], field: str | None, reason: str
) -> None:
    (rejected,) = read(write(tmp_path / "x.json", chat_of(**changes)))["quarantine"]
    assert (rejected["line"], rejected["field"]) == (6, field)
    assert reason in rejected["reason"]


def test_the_quarantine_holds_no_phone_numbers(tmp_path: Path) -> None:
    text = (FILES / "account.json").read_text(encoding="utf-8").replace('"date_un', '"x')
    text = text.replace('"date"', '"y"').replace('"sessions": {', '"sessions": {oops')
    found = read(write(tmp_path / "x.json", text), "telegram")
    assert len(found["quarantine"]) > 4
    told = " ".join(f"{row['reason']} {row['content']}" for row in found["quarantine"])
    assert "1234567" not in told and "192.0.2" not in told
    (rejected,) = read(FILES / "group.json")["quarantine"]
    assert json.loads(rejected["content"])["id"] == 12


def test_a_chat_that_does_not_say_what_it_is(tmp_path: Path) -> None:
    text = chat_of().replace('"type": "public_channel"', '"kind": "x"')
    found = read(write(tmp_path / "x.json", text), "telegram")
    assert found["quarantine"][0]["reason"].startswith("type and id of the chat do not stand")


def test_an_escape_that_is_no_json_is_read(tmp_path: Path) -> None:
    text = chat_of(text="a\x1bb", text_entities=[]).replace("\\u001b", "\\x1B")
    found = read(write(tmp_path / "x.json", text))
    assert found["post"][0]["text"] == "a\x1bb"


def test_a_message_that_is_no_json_does_not_cost_the_others(tmp_path: Path) -> None:
    text = (FILES / "channel.json").read_text(encoding="utf-8").replace('"Again"', '"Aga"in"')
    found = read(write(tmp_path / "x.json", text))
    assert {p["post"][12:] for p in found["post"]} == {"3", "5", "6", "10"}
    torn = next(q for q in found["quarantine"] if q["reason"].startswith("not JSON"))
    assert torn["content"] == "id 4"
    assert text.splitlines()[torn["line"] - 1].strip() == "{"


WHOLE = (FILES / "account.json").read_text(encoding="utf-8")
IDS = [post["post"] for post in read(FILES / "account.json")["post"]]


@given(st.integers(0, len(WHOLE) - 2))
def test_a_cut_export_gives_what_came_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "x.json"
    path.write_text(WHOLE[:cut], encoding="utf-8")
    found = read(path, "telegram") if WHOLE[:cut].strip() else {"post": [], "quarantine": [{}]}
    ids = [post["post"] for post in found.get("post", [])]
    assert ids == IDS[: len(ids)]
    assert found["quarantine"], "that it is cut is told"


def test_other_objects_are_no_exports(tmp_path: Path) -> None:
    for record in ({"type": "x", "messages": []}, {"messages": []}, {"chats": {"list": []}}, {}):
        path = write(tmp_path / "x.json", json.dumps(record))
        assert not telegram.recognises(Source(path))
