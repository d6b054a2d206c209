"""Each way of following a source, against something that speaks like it."""

from __future__ import annotations

import json
import shutil
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyarrow.parquet as pq
import pytest
from fake_platform import BREAK, NOON, Platform, post, said, tid
from keeping_up import held, written
from streams import stream
from test_crashes import expected, posts, watch
from websockets.sync.server import serve

from unswarm import feeds
from unswarm.case import open_case
from unswarm.errors import SettingsError
from unswarm.journal import Journal, folder_of
from unswarm.plugins import load, names, summary

DATA = Path(__file__).parents[1] / "data"
EVENTS = stream(occasions=4, crowd=400)
ANN = "did:plc:ann"

every_feed = pytest.mark.parametrize("name", names("feeds"))


@every_feed
def test_every_feed_says_what_it_follows(name):
    module = load("feeds")[name]
    assert summary(module).endswith(".")
    assert f"`{name}:" in module.__doc__


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("jetsteam:wss://x.example", "jetstream"),
        ("firehose:ws://bsky.example", "not encrypted"),
        ("mastodon:server", "no address of a stream"),
        ("folder:/nowhere", "make it"),
        ("kafka:host", "HOST:PORT/TOPIC"),
        ("posts.csv", "NAME:WHERE"),
    ],
)
def test_what_cannot_be_followed_is_said_with_a_hint(source, hint):
    with pytest.raises(SettingsError, match=hint):
        feeds.opened(source)


# --- Bluesky


def sorted_rows(folder):
    return {name: rows for name, rows in held(open_case(folder)).items() if rows}


def rich():
    """Events of every kind, with what only some of them have."""
    image = {"$type": "blob", "ref": {"$link": "x"}, "mimeType": "image/png", "size": 1}
    return [
        {"did": ANN, "time_us": NOON * 1000, "kind": "identity", "seq": 1,
         "identity": {"handle": "ann.example"}},
        said(2, ANN, NOON + 1, "app.bsky.actor.profile", "self",
             record={"displayName": "Ann", "description": "bakes"}),
        post(3, ANN, NOON + 2, text="first", langs=["en"]),
        said(4, ANN, NOON + 3, "app.bsky.feed.like", "3kl", record={"subject": image}),
        said(5, ANN, NOON + 4, "app.bsky.graph.follow", "3kf", record={"subject": "did:plc:bob"}),
        said(6, ANN, NOON + 5, "app.bsky.feed.post", f"3k{3:011}", operation="delete"),
        {"did": ANN, "time_us": (NOON + 6) * 1000, "kind": "identity", "seq": 7,
         "identity": {"handle": "ann-bakes.example"}},
        {"did": ANN, "time_us": (NOON + 7) * 1000, "kind": "account", "seq": 8,
         "account": {"active": False, "status": "takendown"}},
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["firehose", "jetstream", "jetstream2"])
def test_all_forms_say_what_a_file_of_it_says(form, tmp_path):
    events = [*rich(), *EVENTS]
    for number, event in enumerate(events, start=1):
        event["seq"] = number
        event["time_us"] = (NOON + number) * 1000
    with Platform(form, events) as platform:
        watch(platform.source, tmp_path / "live", seconds=1)
    case = open_case(tmp_path / "file")
    case.read(written(tmp_path / "all.jsonl", events))
    assert sorted_rows(tmp_path / "live") == sorted_rows(tmp_path / "file")


def test_what_an_account_was_called_is_known_after_a_restart(tmp_path):
    events = rich()
    with Platform("firehose", events[:6]) as platform:
        watch(platform.source, tmp_path / "c", seconds=0.5)
        platform.add(*events[6:])
        watch(platform.source, tmp_path / "c", seconds=1)
    (change,) = [json.loads(row) for row in sorted_rows(tmp_path / "c")["rename"]]
    assert (change["before"], change["after"]) == ("ann.example", "ann-bakes.example")


@pytest.mark.parametrize("form", ["firehose", "jetstream", "jetstream2"])
def test_what_an_account_was_called_is_known_after_a_break(form, tmp_path):
    """Before anything of it was committed."""
    events = rich()
    with Platform(form, [*events[:6], BREAK, *events[6:]]) as platform:
        watch(platform.source, tmp_path / "c", seconds=3, every=30)
    (change,) = [json.loads(row) for row in sorted_rows(tmp_path / "c")["rename"]]
    assert (change["before"], change["after"]) == ("ann.example", "ann-bakes.example")


@pytest.mark.parametrize("form", ["firehose", "jetstream", "jetstream2"])
def test_what_a_server_that_was_away_tells_late_was_not_said_at_once(form, tmp_path):
    hour = 3_600_000
    events = [post(n, f"did:plc:a{n}", NOON - (9 - n) * hour) for n in range(1, 9)]
    for event in events:
        event["commit"]["rev"] = tid(event["time_us"] // 1000)
        event["time_us"] = NOON * 1000 + event["seq"]
    with Platform(form, events) as platform:
        watch(platform.source, tmp_path / "c", seconds=1)
    posts = [json.loads(row) for row in sorted_rows(tmp_path / "c")["post"]]
    assert sorted(row["time"] for row in posts) == [NOON - (9 - n) * hour for n in range(1, 9)]


def test_a_picture_has_the_same_name_in_the_firehose_and_in_jetstream(tmp_path):
    import libipld

    cid = b"\x01\x55\x12\x20" + b"7" * 32
    image = {"image": {"$type": "blob", "ref": cid, "mimeType": "image/png", "size": 1}}
    event = post(1, ANN, NOON, embed={"$type": "app.bsky.embed.images", "images": [image]})
    with Platform("firehose", [event]) as platform:
        watch(platform.source, tmp_path / "c", seconds=0.5)
    (media,) = [json.loads(row) for row in sorted_rows(tmp_path / "c")["media"]]
    assert media["media"] == libipld.encode_cid(cid)


# --- a folder


def test_files_put_into_a_folder_are_read_once(tmp_path, monkeypatch):
    monkeypatch.setattr("unswarm.feeds.folder.STILL", 0.2)
    place = tmp_path / "in"
    place.mkdir()
    half = len(EVENTS) // 2
    written(place / "a.jsonl", EVENTS[:half])
    late = threading.Timer(1.0, lambda: written(place / "b.jsonl", EVENTS[half:]))
    late.start()
    watch(str(place), tmp_path / "c", seconds=4)
    assert posts(tmp_path / "c") == expected(EVENTS)
    watch(f"folder:{place}", tmp_path / "c", seconds=1.5)
    assert posts(tmp_path / "c") == expected(EVENTS)


def test_a_file_that_grew_is_read_again_and_counts_once(tmp_path, monkeypatch):
    monkeypatch.setattr("unswarm.feeds.folder.STILL", 0.2)
    place = tmp_path / "in"
    place.mkdir()
    written(place / "a.jsonl", EVENTS[:100])
    grow = threading.Timer(1.0, lambda: written(place / "a.jsonl", EVENTS))
    grow.start()
    watch(str(place), tmp_path / "c", seconds=4)
    assert len(sorted_rows(tmp_path / "c")["post"]) == len(EVENTS)


def test_a_file_that_nobody_can_read_is_told_and_left(tmp_path, monkeypatch):
    monkeypatch.setattr("unswarm.feeds.folder.STILL", 0.0)
    place = tmp_path / "in"
    place.mkdir()
    (place / "odd.bin").write_bytes(bytes(range(256)) * 40)
    written(place / "z.jsonl", EVENTS)
    lines = watch(str(place), tmp_path / "c", seconds=1.5)
    assert sum("odd.bin" in line and "It is left" in line for line in lines) == 1
    assert posts(tmp_path / "c") == expected(EVENTS)


# --- Kafka


@pytest.fixture
def broker():
    """A server that librdkafka makes up, and a producer for it."""
    kafka = pytest.importorskip("confluent_kafka")
    producer = kafka.Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none"})
    found = next(iter(producer.list_topics("posts", timeout=10).brokers.values()))
    return f"{found.host}:{found.port}", producer


def test_a_topic_is_followed_and_gone_on_with(broker, tmp_path):
    servers, producer = broker
    lines = [Platform._jetstream(event) for event in EVENTS]
    for line in lines[:200]:
        producer.produce("posts", line.encode())
    producer.flush(10)
    watch(f"kafka:{servers}/posts", tmp_path / "c", seconds=3)
    assert posts(tmp_path / "c") == expected(EVENTS[:200])
    for line in lines[200:]:
        producer.produce("posts", line.encode())
    producer.flush(10)
    watch(f"kafka:{servers}/posts", tmp_path / "c", seconds=3)
    assert posts(tmp_path / "c") == expected(EVENTS)


def test_servers_that_are_away_are_told_of_once(tmp_path, capfd, monkeypatch):
    pytest.importorskip("confluent_kafka")
    monkeypatch.setattr("unswarm.feeds.kafka.ANSWER", 2.0)
    lines = watch("kafka:127.0.0.1:1/posts", tmp_path / "c", seconds=1)
    assert sum(line.startswith("Kafka: ") for line in lines) <= 2
    assert any("The source is away" in line for line in lines)
    assert "rdkafka" not in capfd.readouterr().err


def test_messages_may_be_files_of_a_format(broker, tmp_path):
    servers, producer = broker
    producer.produce("posts", b"account,time,text\nann,2024-03-01 12:00:00,hi\n")
    producer.produce("posts", b"\x00\x01\x02")
    producer.flush(10)
    lines = watch(f"kafka:{servers}/posts", tmp_path / "c", seconds=3)
    assert len(sorted_rows(tmp_path / "c")["post"]) == 1
    assert any("is left" in line for line in lines)


# --- Mastodon


class Server:
    """A Mastodon server: the stream on one port, its pages through the same one are not asked."""

    def __init__(self, statuses):
        self.statuses = statuses
        self.pages = []
        self.tokens = set()


@pytest.fixture
def statuses():
    return json.loads((DATA / "mastodon" / "statuses.json").read_text())


def test_a_server_is_followed_with_edits_and_deletions(statuses, tmp_path, monkeypatch):
    monkeypatch.setenv("UNSWARM_MASTODON_TOKEN", "secret")
    seen = []

    def stream_of(connection):
        seen.append((connection.request.path, connection.request.headers.get("Authorization")))
        for status in reversed(statuses):
            payload = json.dumps(status)
            connection.send(
                json.dumps({"stream": ["public"], "event": "update", "payload": payload})
            )
        edit = {**statuses[-1], "content": "<p>new words</p>", "edited_at": "2024-05-02T00:00:00Z"}
        connection.send(json.dumps({"event": "status.update", "payload": json.dumps(edit)}))
        connection.send(json.dumps({"event": "delete", "payload": str(statuses[0]["id"])}))
        connection.send("{broken")
        time.sleep(3)

    with serve(stream_of, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        lines = watch(f"mastodon:http://127.0.0.1:{port}", tmp_path / "c", seconds=1.5)
        server.shutdown()
    assert seen[0] == ("/api/v1/streaming?stream=public", "Bearer secret")
    found = sorted_rows(tmp_path / "c")
    shutil.copy(DATA / "mastodon" / "statuses.json", tmp_path / "s.json")
    case = open_case(tmp_path / "file")
    case.read(tmp_path / "s.json")
    here = [row.replace("127.0.0.1/statuses", "home.example/statuses") for row in found["post"]]
    assert here == held(case)["post"]
    revised = {row["what"]: row for row in map(json.loads, found["revision"])}
    assert revised["edited"]["text"].endswith("new words")
    assert revised["deleted"]["post"] == statuses[0]["uri"]
    assert revised["deleted"]["time"] is not None
    assert any("no JSON" in line for line in lines)


def test_what_was_missed_is_fetched_page_by_page(statuses, monkeypatch):
    """After a break the timeline is asked for what came after the cursor, oldest first."""
    from unswarm.feeds import mastodon

    posts_ = [
        {**statuses[-1], "id": str(1000 + n), "uri": f"https://home.example/statuses/{1000 + n}"}
        for n in range(100)
    ]

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = parse_qs(urlsplit(self.path).query)
            after = int(asked["min_id"][0])
            page = [p for p in posts_ if int(p["id"]) > after][: int(asked["limit"][0])]
            body = json.dumps(list(reversed(page))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    feed = mastodon.open_feed(f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(mastodon, "messages", lambda *_: iter([None]))
    taken = Taken()
    cursors = list(feed.follow("1009", taken))
    server.shutdown()
    assert cursors[-1] == "1099"
    assert [int(c) for c in cursors] == sorted(int(c) for c in cursors)
    assert len(taken.posts) == 90


class Taken:
    """An intake that only remembers."""

    def __init__(self):
        from unswarm.feeds import Followed
        from unswarm.readers._parts.batch import Batch

        self.batch, self.events = Batch(Followed(Path("x"), address="x"), repeats=True), 0

    @property
    def posts(self):
        return [
            row for name, rows in self.batch.drain() if name == "post" for row in rows.to_pylist()
        ]

    def keep(self, what, *values):
        pass

    def kept(self, what):
        return []

    def say(self, line):
        pass


def test_numbers_of_posts_are_known_after_a_restart(statuses, tmp_path):
    """A deletion names a number only, and the server said which post that is before."""
    sent = [[("update", json.dumps(statuses[-1]))], [("delete", str(statuses[-1]["id"]))]]

    def stream_of(connection):
        for event, payload in sent.pop(0) if sent else []:
            connection.send(json.dumps({"event": event, "payload": payload}))
        time.sleep(3)

    with serve(stream_of, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        source = f"mastodon:http://127.0.0.1:{server.socket.getsockname()[1]}"
        watch(source, tmp_path / "c", seconds=1)
        journal = Journal(folder_of(tmp_path / "c", 1))
        journal.note(cursor="")  # no pages here
        watch(source, tmp_path / "c", seconds=1.5)
        server.shutdown()
    paths = Journal(folder_of(tmp_path / "c", 1)).paths("revision")
    assert [pq.read_table(path)["post"].to_pylist() for path in paths] == [[statuses[-1]["uri"]]]
