"""What every courier owes: it says where it goes, asks nobody when opened, and brings any alert."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType

import pytest

from unswarm.alerts import Alert, Claim, Kind, Shown
from unswarm.couriers import opened
from unswarm.errors import SettingsError
from unswarm.plugins import load, summary

COURIERS = load("couriers")
ODD = "a\r\nBcc: x@x.example \u202e\u2028\x1b[2J \x00 ünï 🐝 <b>" + "x" * 2000
MOMENT = "2026-05-01T12:00:00.000+00:00"
ALERTS = [
    Alert(Kind.NEW, "n-0001", "confirmed", "It.", when=MOMENT, id="al-0001"),
    Alert(
        kind=Kind.GROWTH, network=ODD, tier="lead", sentence=ODD, accounts=2, joined=(ODD,),
        merged=(ODD,), evidence=(Claim(ODD, 0.0), Claim(ODD)),
        posts=(Shown(ODD, ODD, -1, ODD, ODD, 2**40, ODD),), first=-(2**40), last=2**40, formed=0,
        run=ODD, case=ODD, id="al-0002", when=MOMENT, delay=-5,
    ),
    Alert(Kind.RETURN, ODD, "", ODD, past=ODD, id="al-0003", when=MOMENT),
]  # fmt: skip
every_courier = pytest.mark.parametrize("name", COURIERS)


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server that takes everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/alerts"
    server.shutdown()
    server.server_close()


@pytest.fixture
def place(name: str, server: str, tmp_path, monkeypatch) -> str:
    """Where alerts of a courier go; of those not named here, into a folder."""
    monkeypatch.setenv("UNSWARM_WEBHOOK_SECRET", "s")
    return f"{name}:{server if name == 'webhook' else tmp_path / 'out'}"


@every_courier
def test_says_where_alerts_go(name: str) -> None:
    module: ModuleType = COURIERS[name]
    assert summary(module).endswith(".")
    assert f"`{name}:" in str(module.__doc__)


@every_courier
def test_opening_one_asks_nobody(name: str, place: str, monkeypatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("It asks somebody."))
    assert callable(opened(place).bring)


@every_courier
@pytest.mark.parametrize("alert", ALERTS, ids=lambda each: each.id)
def test_brings_whatever_is_told_and_again(place: str, alert: Alert) -> None:
    courier = opened(place)
    assert isinstance(courier.bring(alert), str)
    assert isinstance(courier.bring(alert), str)


@every_courier
def test_no_place_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="Hint"):
        opened(f"{name}:")
