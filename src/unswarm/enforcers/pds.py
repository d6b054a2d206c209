"""Accounts of one's own AT Protocol server (PDS), by its administrator, without an Ozone.

`pds:https://HOST`, with the administrator's password in `UNSWARM_PDS_ADMIN_PASSWORD`. *Disable
account* takes the account down: nobody can sign in, and its posts are gone from the network until
it is taken back. The order's key is kept with the takedown; one that somebody else made is left
alone and never taken back by unswarm.

Source: the lexicon com.atproto.admin.updateSubjectStatus.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from unswarm.enforcers._atproto import FORBIDDEN, JSON, place, repo, secret, words
from unswarm.enforcers._http import Answer, Client
from unswarm.errors import SettingsError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, Receipt

PASSWORD = "UNSWARM_PDS_ADMIN_PASSWORD"
UPDATE, STATUS = "com.atproto.admin.updateSubjectStatus", "com.atproto.admin.getSubjectStatus"

actions = frozenset({Action.DISABLE_ACCOUNT})
reversible = actions
per_minute = 600


def open_target(where: str) -> Pds:
    """The server at an address.

    Raises:
        SettingsError: it is not https (loopback aside), or the password is missing.
    """
    address, _ = place(where, "pds")
    return Pds(address, secret(PASSWORD, "The administrator's password"))


class Pds:
    """A server, and its administrator."""

    actions, reversible, limits = actions, reversible, ""

    def __init__(
        self, address: str, password: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        said = base64.b64encode(f"admin:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {said}", "User-Agent": "unswarm"}
        self._client = Client(address, headers, sleep)

    def send(self, order: Order) -> Receipt:
        if order.action not in actions:
            return Receipt(order.key, REFUSED, f"cannot do: {order.action}")
        answer = self._asked(order)
        if not answer.ok:
            return Receipt(order.key, REFUSED, words(answer))
        if _taken_down(answer).get("applied"):
            return Receipt(order.key, ALREADY, "it is taken down already")
        return self._set(order, {"applied": True, "ref": order.key}, DONE)

    def undo(self, order: Order) -> Receipt:
        answer = self._asked(order)
        found = _taken_down(answer)
        if not answer.ok:
            return Receipt(order.key, REFUSED, words(answer))
        if not found.get("applied"):
            return Receipt(order.key, UNDONE, "it is not taken down")
        if (ref := found.get("ref")) != order.key:
            return Receipt(order.key, REFUSED, f"taken down for another reason: {ref}")
        return self._set(order, {"applied": False}, UNDONE)

    def read_back(self, order: Order) -> str:
        answer = self._asked(order)
        if not answer.ok:
            return ""
        return "taken down" if _taken_down(answer).get("applied") else "active"

    def expected(self, order: Order, now: str) -> str:
        return "taken down"

    def _set(self, order: Order, takedown: Mapping[str, Any], done: str) -> Receipt:
        body = json.dumps({"subject": repo(order.subject), "takedown": takedown}).encode()
        answer = self._client.ask("POST", f"/xrpc/{UPDATE}", body, JSON)
        return Receipt(order.key, done) if answer.ok else Receipt(order.key, REFUSED, words(answer))

    def _asked(self, order: Order) -> Answer:
        answer = self._client.ask("GET", f"/xrpc/{STATUS}?did={quote(order.subject, safe=':')}")
        if answer.code in FORBIDDEN:
            raise SettingsError(
                f"{self._client.address} does not take the administrator's password "
                f"({words(answer)}). Hint: check {PASSWORD}."
            )
        return answer


def _taken_down(answer: Answer) -> Mapping[str, Any]:
    said = answer.json
    found = said.get("takedown") if isinstance(said, Mapping) else None
    return found if isinstance(found, Mapping) else {}
