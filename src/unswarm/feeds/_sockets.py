"""Web sockets (RFC 6455): messages as they come, with the sender waiting while nobody asks.

The protocol is that of the library websockets, fed by hand with what one read of the socket gives:
a stream of twenty thousand small messages a second leaves no time for a thread to wake for each.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from unswarm.errors import SettingsError
from unswarm.feeds import PATIENCE, DroppedError, ExpiredError

CHUNK = 1 << 18  # bytes read at once
LARGEST = 1 << 26  # bytes of a message
SILENT = 45.0  # seconds after which the other side is asked whether it is there
DEAD = 90.0  # seconds after which it is taken for gone
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def checked(where: str) -> str:
    """An address of a web socket; https and http are understood.

    Raises:
        SettingsError: it is none, or goes through the net in the clear.
    """
    parts = urlsplit(where)
    scheme = {"https": "wss", "http": "ws"}.get(parts.scheme, parts.scheme)
    if scheme not in ("wss", "ws") or not parts.hostname:
        raise SettingsError(f"'{where}' is no address of a stream. Hint: wss://host")
    if scheme == "ws" and parts.hostname not in LOOPBACK:
        hint = where.replace(parts.scheme, {"ws": "wss", "http": "https"}[parts.scheme], 1)
        raise SettingsError(f"'{where}' is not encrypted. Hint: {hint}")
    _library()
    return parts._replace(scheme=scheme).geturl()


def messages(url: str, headers: Mapping[str, str] | None = None) -> Iterator[bytes | None]:
    """Messages of a web socket as bytes; None when nothing came for `PATIENCE` seconds.

    Raises:
        DroppedError: the connection broke, or there is none.
        ExpiredError: the server answers 400 because of the cursor.
        SettingsError: it refuses for another reason that does not pass.
    """
    try:
        with _connected(url) as stream:
            yield from _Conversation(url, stream, headers or {}).messages()
    except OSError as error:
        raise DroppedError(error.strerror or str(error) or type(error).__name__) from None
    except EOFError as error:
        raise DroppedError(str(error)) from None


def _library() -> ModuleType:
    try:
        import websockets.client
    except ImportError:
        hint = "Hint: pip install 'unswarm[live]'"
        raise SettingsError(f"Following a stream needs the live extra. {hint}") from None
    return websockets.client


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    secure = parts.scheme == "wss"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    plain = socket.create_connection((host, port), timeout=DEAD)
    if not secure:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


class _Conversation:
    """One connection, from its first to its last byte."""

    def __init__(self, url: str, stream: socket.socket, headers: Mapping[str, str]) -> None:
        from websockets.client import ClientProtocol
        from websockets.uri import parse_uri

        self._stream = stream
        self._protocol: Any = ClientProtocol(parse_uri(url), max_size=LARGEST)
        self._parts: list[bytes] = []
        self._heard = self._asked = time.monotonic()
        request = self._protocol.connect()
        request.headers["User-Agent"] = "unswarm"
        for name, value in headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()

    def messages(self) -> Iterator[bytes | None]:
        """Messages until the connection ends, which it always does with an error."""
        self._stream.settimeout(PATIENCE)
        said = time.monotonic()
        while True:
            if self._receive():
                for event in self._protocol.events_received():
                    message = self._message(event)
                    if message is not None:
                        yield message
                        said = self._heard
                self._flush()
                self._alive()
            if time.monotonic() - said >= PATIENCE:  # there may be pings, and nothing else
                said = time.monotonic()
                yield None

    def _receive(self) -> bool:
        """Read once; false when nothing came in time."""
        try:
            data = self._stream.recv(CHUNK)
        except TimeoutError:
            self._ask()
            return False
        self._heard = time.monotonic()
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
            self._alive()
            raise EOFError("the other side closed the connection")
        return True

    def _message(self, event: Any) -> bytes | None:
        """The message that a frame ends; None when it ends none."""
        from websockets.frames import Frame, Opcode

        if not isinstance(event, Frame) or event.opcode not in (
            Opcode.TEXT,
            Opcode.BINARY,
            Opcode.CONT,
        ):
            return None
        data = bytes(event.data)
        if event.fin and not self._parts:
            return data
        self._parts.append(data)
        if not event.fin:
            return None
        whole, self._parts = b"".join(self._parts), []
        return whole

    def _alive(self) -> None:
        """Say why, where the connection was refused or closed."""
        refused = self._protocol.handshake_exc
        if refused is not None:
            _refused(refused)
        if self._protocol.close_expected() or self._protocol.parser_exc:
            raise EOFError(str(self._protocol.close_exc))

    def _ask(self) -> None:
        now = time.monotonic()
        if now - self._heard > DEAD:
            raise EOFError(f"nothing came for {DEAD:.0f} s")
        if now - max(self._heard, self._asked) > SILENT and self._protocol.state == 1:
            self._asked = now
            self._protocol.send_ping(b"unswarm")
            self._flush()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._stream.sendall(data)


def _refused(error: Exception) -> None:
    """Tell refusals that pass from those that do not.

    Raises:
        ExpiredError, DroppedError, SettingsError: what it is.
    """
    response = getattr(error, "response", None)
    code = getattr(response, "status_code", 0)
    said = bytes(getattr(response, "body", b"") or b"").decode("utf-8", "replace")[:200]
    if code == 400 and "cursor" in said.lower():
        raise ExpiredError(said)
    if code in (400, 401, 403, 404):
        raise SettingsError(f"The server refuses ({code}): {said or error}. Hint: check address.")
    raise DroppedError(f"{error}")
