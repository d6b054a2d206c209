"""A signed request per order, to a server of one's own.

Each order is a POST of JSON. `X-Unswarm-Signature` is `sha256=` and the HMAC-SHA-256 (RFC 2104),
hexadecimal, of the time in `X-Unswarm-Timestamp`, a full stop, and the body, under the secret in
the environment variable `UNSWARM_WEBHOOK_SECRET`. `Idempotency-Key` is the order's key: the server
acts once on each. It answers 2xx when done, 409 when it was so already, another 4xx when it will
not; 429 and 5xx are tried again. A GET of the address with the key behind it reads the state back.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from unswarm.errors import CaseError, SettingsError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, Receipt

SECRET = "UNSWARM_WEBHOOK_SECRET"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
TRIES = 5
TIMEOUT = 30  # seconds
LONGEST_WAIT = 60.0  # seconds
MOST_SAID = 300  # characters of an answer that are kept

actions = frozenset(Action)
reversible = frozenset(Action)
per_minute = 300


def open_target(where: str) -> Webhook:
    """The server at an address.

    Raises:
        SettingsError: the address is not https (loopback aside), or there is no secret.
    """
    parts = urllib.parse.urlsplit(where)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError(f"'{where}' is no https address. Hint: webhook:https://…")
    secret = os.environ.get(SECRET, "")
    if not secret:
        raise SettingsError(f"A webhook is signed. Hint: set {SECRET} to what the server knows.")
    return Webhook(where.rstrip("/"), secret.encode())


def signature(secret: bytes, moment: str, body: bytes) -> str:
    """What `X-Unswarm-Signature` says of a body sent at a moment."""
    return "sha256=" + hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()


class Webhook:
    """A server that takes signed orders."""

    def __init__(
        self, address: str, secret: bytes, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._address, self._secret, self._sleep = address, secret, sleep

    def send(self, order: Order) -> Receipt:
        return self._post(order, DONE)

    def undo(self, order: Order) -> Receipt:
        return self._post(order, UNDONE)

    def read_back(self, order: Order) -> str:
        code, answer, _ = self._ask(
            urllib.request.Request(f"{self._address}/{order.key}", headers=self._signed(b""))
        )
        return answer if code == HTTPStatus.OK else ""

    def _post(self, order: Order, done: str) -> Receipt:
        said = {**asdict(order), "undo": done == UNDONE}
        body = json.dumps(said, sort_keys=True).encode()
        key = order.key if done == DONE else f"{order.key}-undo"
        headers = {**self._signed(body), "Content-Type": "application/json", "Idempotency-Key": key}
        for attempt in range(TRIES):
            code, answer, wait = self._ask(
                urllib.request.Request(self._address, data=body, headers=headers, method="POST")
            )
            if HTTPStatus.OK <= code < HTTPStatus.MULTIPLE_CHOICES:
                return Receipt(order.key, done, answer)
            if code == HTTPStatus.CONFLICT:
                return Receipt(order.key, ALREADY if done == DONE else done, answer)
            if code and code != HTTPStatus.TOO_MANY_REQUESTS and code < 500:
                return Receipt(order.key, REFUSED, f"{code} {answer}".strip())
            self._sleep(min(wait or 2.0**attempt, LONGEST_WAIT))
        raise CaseError(
            f"{self._address} did not take an order ({code or 'no'} answer: {answer}) in {TRIES} "
            "tries. Hint: what was done is kept; `unswarm enforce` goes on from here."
        )

    def _signed(self, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        return {
            "X-Unswarm-Timestamp": moment,
            "X-Unswarm-Signature": signature(self._secret, moment, body),
        }

    def _ask(self, request: Any) -> tuple[int, str, float]:
        """Status (0: none came), the beginning of the answer, seconds the server asks to wait."""
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return answer.status, _words(answer.read(MOST_SAID)), 0.0
        except urllib.error.HTTPError as error:
            wait = error.headers.get("Retry-After", "")
            return error.code, _words(error.read(MOST_SAID)), float(wait) if wait.isdigit() else 0.0
        except OSError as error:
            return 0, str(error), 0.0


def _words(answer: bytes) -> str:
    return answer.decode("utf-8", "replace").strip()
