"""Mastodon: statuses, accounts and streams."""

import json
from collections import Counter
from pathlib import Path

import pytest
from reading import read, write

from shared import needs
from unswarm.model import DAY
from unswarm.readers import Source, mastodon, recognise

FILES = Path(__file__).parents[1] / "data" / "mastodon"
ANN, BOB, EVE = (
    "https://home.example/@ann",
    "https://away.example/@bob",
    "https://home.example/@eve",
)
FIRST = "https://home.example/users/ann/statuses/801"
NOON = 1714564800000


def statuses() -> list[dict]:
    return json.loads((FILES / "statuses.json").read_text("utf-8"))


def by_kind(path: Path) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for row in read(path)["post"]:
        found.setdefault(row["kind"], []).append(row)
    return found


def test_every_way_to_write_statuses_gives_the_same():
    names = ("statuses.json", "lines.jsonl", "stream.txt", "socket.jsonl")
    assert {recognise(Source(FILES / name))[0] for name in names} == {"mastodon"}
    first, *others = (dict(read(FILES / name)) for name in names)
    for other in others:
        other.pop("revision", None)  # only streams tell of them
        assert other == first


def test_posts_are_named_alike_on_every_server():
    (original,) = by_kind(FILES / "statuses.json")["original"]
    assert (original["post"], original["account"]) == (FIRST, ANN)
    assert (original["time"], original["precision"]) == (NOON + 250, 1)
    assert (original["client"], original["language"]) == ("a program", "en")
    assert original["interactions"] == 1 + 2 + 3
    assert original["text"].splitlines()[:3] == ["food", "", "Bread & butter"]


def test_what_a_post_carries():
    tables = read(FILES / "statuses.json")

    def of_first(name: str, column: str) -> list[str]:
        return [row[column] for row in tables[name] if row["post"] == FIRST]

    assert of_first("link", "url") == ["https://harbour.example/bread"]  # no mention, no tag
    assert of_first("hashtag", "hashtag") == ["rivertown", "bread"]  # as in the text
    assert of_first("mention", "target") == [BOB]
    assert of_first("media", "media") == [
        *("https://files.away.example/9.png", "https://home.example/media/8.png")
    ]


def test_a_boost_is_a_repost_with_what_the_boosted_post_carries():
    (boost,) = by_kind(FILES / "statuses.json")["repost"]
    assert boost["post"] == "https://home.example/users/eve/statuses/804/activity"
    assert (boost["account"], boost["time"]) == (EVE, NOON + 180_500)
    assert (boost["target_post"], boost["target_account"]) == (FIRST, ANN)
    assert (boost["target_time"], boost["client"]) == (NOON + 250, None)
    tables = read(FILES / "statuses.json")
    assert boost["post"] in {row["post"] for row in tables["link"]}


def test_a_quote_and_its_link_to_the_quoted_post():
    (quote,) = by_kind(FILES / "statuses.json")["quote"]
    assert (quote["target_post"], quote["target_account"]) == (FIRST, ANN)
    assert quote["target_time"] == NOON + 250
    assert quote["post"] not in {row["post"] for row in read(FILES / "statuses.json")["link"]}


def test_numbers_of_answered_posts_are_looked_up_in_the_file():
    to_eve, to_ann = by_kind(FILES / "statuses.json")["reply"][::1]
    assert (to_ann["target_post"], to_ann["target_account"]) == (FIRST, ANN)
    assert (to_eve["target_post"], to_eve["target_account"]) == ("home.example/statuses/55", None)


def test_quotes_that_only_give_a_number(tmp_path):
    quoting = statuses()[0] | {"quote": {"state": "accepted", "quoted_status_id": "101"}}
    path = write(tmp_path / "q.json", json.dumps([quoting, statuses()[4]]))
    quote = read(path)["post"][0]
    assert (quote["kind"], quote["target_post"]) == ("quote", FIRST)


def test_profiles():
    bob, eve, ann = read(FILES / "statuses.json")["account"]
    assert [row["account"] for row in (ann, bob, eve)] == [ANN, BOB, EVE]
    assert [row["handle"] for row in (ann, bob)] == ["ann@home.example", "bob@away.example"]
    assert (ann["created"], ann["created_precision"]) == (1667692800000, DAY)
    assert (ann["followers"], ann["following"], ann["posts"]) == (10, 20, 30)
    assert (ann["bio"], ann["website"]) == ("bakes & boats", "https://ann.example")
    assert (eve["photo"], eve["kind"], ann["kind"]) == (None, "group", None)
    assert ann["photo"] == "https://files.home.example/avatars/ann.png"
    assert recognise(Source(FILES / "accounts.json"))[0] == "mastodon"
    listed = read(FILES / "accounts.json")["account"]
    assert [row["status"] for row in listed] == [None, None, "limited"]


@pytest.mark.parametrize("name", ["stream.txt", "socket.jsonl"])
def test_deletions_are_noted(name):
    said = []
    tables = list(mastodon.read(Source(FILES / name, report=said.append)))
    assert tables
    assert "1 posts were deleted later; what was published stays." in [
        line.partition(": ")[2] for line in said
    ]
    (deleted,) = [row for row in read(FILES / name)["revision"] if row["what"] == "deleted"]
    assert deleted["post"] in {row["post"] for row in read(FILES / name)["post"]}


def test_an_edited_post_is_read_as_it_came_first():
    tables = read(FILES / "stream.txt")
    assert not tables["quarantine"]
    edited = next(row for row in tables["revision"] if row["what"] == "edited")
    (post,) = [row for row in tables["post"] if row["post"] == edited["post"]]
    assert edited["text"] and edited["account"] == post["account"]


def test_a_log_of_a_stream_without_blank_lines(tmp_path):
    text = (FILES / "stream.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith(":")]
    assert read(write(tmp_path / "log.txt", *lines))["post"] == read(FILES / "stream.txt")["post"]


def test_hostile_rows_go_to_the_quarantine(tmp_path):
    good = statuses()[4]
    odd = {
        **{"uri": "https://home.example/odd", "content": 5, "tags": [1, {"name": 2}, {}]},
        **{"mentions": "x", "media_attachments": {"url": 1}, "card": ["x"], "application": "x"},
        **{"replies_count": 10**40, "language": 7, "reblog": 3, "quote": 4, "spoiler_text": []},
        **{"in_reply_to_id": {"x": 1}, "in_reply_to_account_id": [1]},
        "account": {**good["account"], "created_at": "x", "fields": [3, {"value": 4}], "note": 1},
    }
    lines = [
        json.dumps(good),
        json.dumps(good),  # again
        json.dumps({**good, "uri": None}),
        json.dumps({**good, "uri": "https://home.example/1", "created_at": "soon"}),
        json.dumps({**good, "account": {"acct": "ann"}}),
        json.dumps({"error": "The access token is invalid"}),
        json.dumps({**good, **odd}),
        json.dumps({"statuses": [4, good]}),
        json.dumps({"event": "update", "payload": "{"}),
        '{"id": "1", "uri": "cut',
    ]
    tables = read(write(tmp_path / "odd.jsonl", *lines))
    assert [row["post"] for row in tables["post"]] == [FIRST, "https://home.example/odd"]
    assert [(row["line"], row["field"]) for row in tables["quarantine"]] == [
        *((2, "post"), (3, "uri"), (4, "created_at"), (5, None), (6, "error")),
        *((8, None), (8, "post"), (9, None), (10, None)),
    ]
    last = tables["post"][1]
    assert (last["kind"], last["text"], last["client"]) == ("original", None, None)


def test_a_cut_stream(tmp_path):
    text = (FILES / "stream.txt").read_text("utf-8")
    path = tmp_path / "cut.txt"
    path.write_text(text[: text.index("thanks") + 3], "utf-8")
    tables = read(path)
    assert len(tables["post"]) == 3
    assert [row["reason"] for row in tables["quarantine"]] == ["not JSON, or cut"]


@pytest.mark.parametrize(
    "text",
    [
        ":a,b\n1,2\n",
        "data: hello\n\n",
        json.dumps({"id": "1", "account": {"acct": "a"}, "content": "x"}),
        json.dumps({"id": "1", "username": "a", "acct": "a"}),
        json.dumps(
            {"id": "1", "email": "x", "account": {"acct": "a", "username": "a", "url": "u"}}
        ),
    ],
)
def test_the_formats_of_others_are_not_recognised(tmp_path, text):
    assert not mastodon.recognises(Source(write(tmp_path / "x.txt", text)))


def test_the_real_sample():
    path = needs("native", "mastodon", "mastodonsocial.json")
    assert recognise(Source(path))[0] == "mastodon"
    tables = read(path)
    assert (len(tables["post"]), len(tables["account"])) == (48, 44)
    assert not tables["quarantine"]
    assert Counter(row["kind"] for row in tables["post"]) == {"original": 43, "reply": 5}
    assert {row["created_precision"] for row in tables["account"]} == {DAY}
    clients = Counter(row["client"] for row in tables["post"])
    assert (clients["Mastodon Twitter Crossposter"], clients[None]) == (6, 38)
    assert all("<" not in (row["text"] or "") for row in tables["post"])
