"""The webhook against a real server on loopback: signed, once on a key, patient."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from unswarm.enforcers import _http, webhook
from unswarm.errors import CaseError, SettingsError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order

ORDER = Order("k1", Action.LABEL, "ann", "twitter", "d-0001", "coordinated")
SECRET = b"a secret"


class Server(ThreadingHTTPServer):
    """Acts once on a key; `answers` are given first, then what is right."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.acts, self.seen = [], {}, []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        moment = self.headers["X-Unswarm-Timestamp"]
        signed = webhook.signature(SECRET, moment, body)
        self.server.seen.append(self.headers["Idempotency-Key"])
        if self.headers["X-Unswarm-Signature"] != signed:
            self.answer(401, "bad signature")
            return
        code, when = self.server.answers.pop(0) if self.server.answers else (200, "after")
        if when == "before":
            self.answer(code, "not now", {"Retry-After": "7"} if code == 429 else {})
            return
        known = self.headers["Idempotency-Key"] in self.server.acts
        self.server.acts[self.headers["Idempotency-Key"]] = json.loads(body)
        if when == "drop":
            self.connection.close()
            return
        self.answer(409 if known else code, "acted")

    def do_GET(self):
        known = self.path.rpartition("/")[2] in self.server.acts
        self.answer(200 if known else 404, "labelled")

    def answer(self, code, text, headers=()):
        self.send_response(code)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def hook(server, waits):
    return webhook.Webhook(f"http://127.0.0.1:{server.server_port}/x", SECRET, waits.append)


def test_an_order_is_signed_and_read_back(server, hook):
    assert hook.send(ORDER).state == DONE
    assert server.acts["k1"]["subject"] == "ann"
    assert hook.read_back(ORDER) == "labelled"


def test_the_same_order_again_was_done_already(server, hook):
    hook.send(ORDER)
    assert hook.send(ORDER).state == ALREADY
    assert len(server.acts) == 1


def test_undoing_has_a_key_of_its_own(server, hook):
    hook.send(ORDER)
    assert hook.undo(ORDER).state == UNDONE
    assert server.acts["k1-undo"]["undo"] is True


def test_a_wrong_secret_is_refused(server):
    hook = webhook.Webhook(f"http://127.0.0.1:{server.server_port}/x", b"another")
    receipt = hook.send(ORDER)
    assert (receipt.state, receipt.detail) == (REFUSED, "401 bad signature")


def test_a_busy_server_is_waited_for_as_long_as_it_says(server, hook, waits):
    server.answers = [(429, "before"), (503, "before")]
    assert hook.send(ORDER).state == DONE
    assert waits == [7.0, 2.0]


def test_an_answer_that_was_lost_does_nothing_twice(server, hook):
    server.answers = [(200, "drop")]
    assert hook.send(ORDER).state == ALREADY
    assert server.seen == ["k1", "k1"]
    assert len(server.acts) == 1


def test_a_server_that_stays_away_is_an_error_that_says_how_to_go_on(server, hook, waits):
    server.answers = [(500, "before")] * _http.TRIES
    with pytest.raises(CaseError, match="`unswarm enforce` goes on"):
        hook.send(ORDER)
    assert waits == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("where", ["http://example.org/x", "ftp://127.0.0.1/x", "example.org"])
def test_only_what_is_encrypted_or_local_is_a_target(where, monkeypatch):
    monkeypatch.setenv(webhook.SECRET, "x")
    with pytest.raises(SettingsError, match="no https address"):
        webhook.open_target(where)


def test_a_webhook_without_a_secret_is_refused(monkeypatch):
    monkeypatch.delenv(webhook.SECRET, raising=False)
    with pytest.raises(SettingsError, match="A webhook is signed"):
        webhook.open_target("https://example.org/x")
