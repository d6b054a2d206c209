"""What every request passes before it is looked at: where it came from, how much, how often.

Pure ASGI, so that bodies are counted as they stream and answers that go on for minutes are let
through.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from http import HTTPStatus
from math import ceil
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unswarm.web.errors import Refused, answer, fault
from unswarm.web.guard.exposure import networks
from unswarm.web.guard.limits import Buckets

OWN = frozenset({"localhost", "127.0.0.1", "[::1]"})
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
UPLOADS = "/api/uploads/"
LARGEST = 1 << 20  # bytes of a body
LARGEST_UPLOAD = 4 << 30
PER_MINUTE = 1_200

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
YEAR = "max-age=31536000"


class Gate:
    """The first thing a request meets.

    Args:
        app: what is behind.
        hosts: names it may be called by besides this machine's own.
        proxies: addresses or networks whose forwarding headers are believed.
        secure: nothing may travel in the clear.
        largest_upload: bytes of a file that is sent.
        buckets: how often an address may ask.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Sequence[str],
        proxies: Sequence[str],
        secure: bool,
        largest_upload: int,
        buckets: Buckets,
    ) -> None:
        self._app = app
        self._hosts = OWN | {host.casefold() for host in hosts}
        self._proxies = networks(proxies)
        self._secure, self._largest_upload = secure, largest_upload
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at a request, and let it through or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        state = scope.setdefault("state", {})
        state["address"], state["scheme"] = self._came_from(scope, headers)
        heads = self._heads(scope, send)
        try:
            self._check(scope, headers)
            await self._app(scope, self._counted(scope, receive), heads)
        except Refused as refused:
            await answer(refused)(scope, receive, heads)
        except Exception as error:  # anything: whoever asks gets a number, and the headers
            await answer(fault(error, scope["method"], scope["path"]))(scope, receive, heads)

    def _came_from(self, scope: Scope, headers: Headers) -> tuple[str, str]:
        """The address and the scheme, as the proxies say where they are believed."""
        address = (scope.get("client") or ("", 0))[0]
        if not self._is_proxy(address):
            return address, scope["scheme"]
        chain = [part.strip() for part in headers.get("x-forwarded-for", "").split(",")]
        outside = [part for part in chain if part and not self._is_proxy(part)]
        scheme = headers.get("x-forwarded-proto", scope["scheme"]).split(",")[-1].strip()
        return (outside[-1] if outside else address), scheme

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._proxies)

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            raise Refused(
                HTTPStatus.MISDIRECTED_REQUEST,
                "host",
                f"This server is not called '{_name(host)}'.",
                "Start it with --name, if it is.",
            )
        if self._secure and scope["state"]["scheme"] != "https":
            raise Refused(
                HTTPStatus.FORBIDDEN, "insecure", "This server answers over TLS only.", "Use https."
            )
        if scope["method"] in CHANGES:
            _same_origin(headers, host)
        if wait := self._buckets.take(scope["state"]["address"]):
            raise too_often(wait)

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        """The body as it streams, until it is too large."""
        largest = self._largest_upload if scope["path"].startswith(UPLOADS) else LARGEST
        said = Headers(scope=scope).get("content-length", "0")
        if said.isdigit() and int(said) > largest:
            raise _too_large(largest)
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > largest:
                raise _too_large(largest)
            return message

        return counted

    def _heads(self, scope: Scope, send: Send) -> Send:
        """The answer with the headers that keep a browser from being used against the case."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if "content-security-policy" not in headers:
                    headers["Content-Security-Policy"] = POLICY
                    headers["X-Frame-Options"] = "DENY"
                if scope["path"].startswith("/api"):
                    headers.setdefault("Cache-Control", "no-store")
                if self._secure:
                    headers["Strict-Transport-Security"] = YEAR
            await send(message)

        return sent


def _name(host: str) -> str:
    """A host without its port."""
    name = host.casefold()
    return name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0]


def _same_origin(headers: Headers, host: str) -> None:
    """Refuse a change that another page asks for."""
    origin = headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).netloc.casefold() != host.casefold()
    if elsewhere or from_elsewhere(headers):
        raise Refused(HTTPStatus.FORBIDDEN, "origin", "The request came from another page.")


def from_elsewhere(headers: Headers) -> bool:
    """Whether the browser says that another site asks."""
    return headers.get("sec-fetch-site") in ("cross-site", "same-site")


def too_often(wait: float) -> Refused:
    """Somebody asks too often."""
    seconds = ceil(wait)
    return Refused(
        HTTPStatus.TOO_MANY_REQUESTS,
        "often",
        "Too many requests.",
        f"Wait {seconds} s.",
        {"Retry-After": str(seconds)},
    )


def _too_large(largest: int) -> Refused:
    return Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "large",
        f"More than {largest:,} bytes were sent.",
        "The command line reads files of any size: unswarm read FILE.",
    )
