"""Running the application: the address, the guard, and a server that says where it is."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from unswarm.errors import SettingsError
from unswarm.web.app import HOME, make
from unswarm.web.guard import Guard
from unswarm.web.guard.exposure import exposure, is_loopback
from unswarm.web.guard.people import people
from unswarm.web.shelf import Shelf

BACKLOG = 128
EVERYWHERE = frozenset({"0.0.0.0", "::"})


@dataclass(frozen=True)
class Place:
    """Where a server listens.

    Args:
        host, port: its address; port 0: any that is free.
        certificate, key: files of PEM, for TLS.
        proxies: addresses or networks of proxies that speak TLS in front of it.
        names: host names by which it is reached besides its address.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    certificate: Path | None = None
    key: Path | None = None
    proxies: Sequence[str] = ()
    names: Sequence[str] = ()

    @property
    def called(self) -> list[str]:
        """The names it answers to besides this machine's own."""
        own = [] if self.host in EVERYWHERE else [_written(self.host)]
        return [*self.names, *own]

    @property
    def secure(self) -> bool:
        """Whether others reach it, so that nothing may travel in the clear."""
        return bool(self.certificate or self.proxies) or not is_loopback(self.host)


def serve(folder: Path, place: Place, say: Callable[[str], None], *, browse: bool = False) -> None:
    """Serve a folder until it is interrupted.

    Args:
        folder: a case, or a folder that holds cases.
        place: where.
        say: told the address.
        browse: open it in the browser.

    Raises:
        CaseError: there is no such folder.
        SettingsError: the address is not this machine's own and nothing protects it, or is taken.
    """
    home = Shelf(folder).folder / HOME
    exposure(
        place.host,
        people=bool(people(home)),
        tls=place.certificate is not None,
        proxies=place.proxies,
    )
    guard = Guard(home, secure=place.secure, hosts=place.called, proxies=place.proxies)
    app = make(folder, guard)
    listening = _listen(place)
    scheme = "https" if place.certificate else "http"
    address = f"{scheme}://{_written(place.host)}:{listening.getsockname()[1]}"
    say(f"unswarm serves {folder} at {address} (Ctrl-C ends it)")
    if browse:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    config = uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        ssl_certfile=place.certificate,
        ssl_keyfile=place.key,
    )
    _Server(config, app).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Tells the streams that last when it goes: it waits for them to end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.leaving = True
        super().handle_exit(sig, frame)


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(place: Place) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((place.host, place.port))
        listening.listen(BACKLOG)  # whoever reads the address may use it at once
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"{place.host}:{place.port} cannot be used: {error.strerror}. Hint: --port 0 takes any "
            "that is free."
        ) from None
    return listening
