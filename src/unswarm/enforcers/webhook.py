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
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus

from unswarm.enforcers._http import Client, checked
from unswarm.errors import SettingsError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, Receipt

SECRET = "UNSWARM_WEBHOOK_SECRET"

actions = frozenset(Action)
reversible = frozenset(Action)
per_minute = 300


def open_target(where: str) -> Webhook:
    """The server at an address.

    Raises:
        SettingsError: the address is not https (loopback aside), or there is no secret.
    """
    address = checked(where, "webhook")
    secret = os.environ.get(SECRET, "")
    if not secret:
        raise SettingsError(f"A webhook is signed. Hint: set {SECRET} to what the server knows.")
    return Webhook(address, secret.encode())


def signature(secret: bytes, moment: str, body: bytes) -> str:
    """What `X-Unswarm-Signature` says of a body sent at a moment."""
    return "sha256=" + hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()


class Webhook:
    """A server that takes signed orders."""

    actions = actions
    reversible = reversible
    limits = ""

    def __init__(
        self, address: str, secret: bytes, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client, self._secret = Client(address, sleep=sleep), secret

    def send(self, order: Order) -> Receipt:
        return self._post(order, DONE)

    def undo(self, order: Order) -> Receipt:
        return self._post(order, UNDONE)

    def read_back(self, order: Order) -> str:
        answer = self._client.once("GET", f"/{order.key}", headers=self._signed(b""))
        return answer.words if answer.code == HTTPStatus.OK else ""

    def expected(self, order: Order, now: str) -> str:
        return ""

    def _post(self, order: Order, done: str) -> Receipt:
        said = {**asdict(order), "undo": done == UNDONE}
        body = json.dumps(said, sort_keys=True).encode()
        key = order.key if done == DONE else f"{order.key}-undo"
        headers = {**self._signed(body), "Content-Type": "application/json", "Idempotency-Key": key}
        answer = self._client.ask("POST", "", body, headers)
        if answer.ok:
            return Receipt(order.key, done, answer.words)
        if answer.code == HTTPStatus.CONFLICT:
            return Receipt(order.key, ALREADY if done == DONE else done, answer.words)
        return Receipt(order.key, REFUSED, f"{answer.code} {answer.words}".strip())

    def _signed(self, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        return {
            "X-Unswarm-Timestamp": moment,
            "X-Unswarm-Signature": signature(self._secret, moment, body),
        }
