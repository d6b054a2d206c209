"""Calls of Mastodon's API: forms in, JSON out, page after page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from unswarm.enforcers._http import Answer, Client
from unswarm.errors import CaseError, SettingsError
from unswarm.record.orders import REFUSED, Order, Receipt

TOKEN = "UNSWARM_MASTODON_TOKEN"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MOST_PAGES = 500  # of 200 each

Record = Mapping[str, Any]


class Calls:
    """What is said to one server under one token."""

    def __init__(self, client: Client) -> None:
        self._client = client
        parts = urlsplit(client.address)
        self.address, self.host = client.address, parts.netloc.casefold()

    def get(self, path: str, **query: str) -> Answer:
        """What the server answers to a question.

        Raises:
            SettingsError: the token is none of this server.
            CaseError: it does not answer.
        """
        return self._known(self._client.get(path, **query))

    def ask(self, path: str) -> Answer:
        """What it answers at once: nothing was done yet, and somebody waits; raises as `get`."""
        answer = self._known(self._client.once("GET", path))
        if answer.passing:
            raise CaseError(
                f"{self.host} cannot be asked what it can do ({answer.code or 'no'} answer: "
                f"{words(answer)}); nothing was sent. Hint: try again later."
            )
        return answer

    def post(self, path: str, done: Callable[[], bool] | None = None, /, **said: str) -> Answer:
        """What it answers to a form, see `_http.Client.ask`; raises what `get` does."""
        body = urlencode(said).encode()
        return self._known(self._client.ask("POST", path, body, FORM, done))

    def delete(self, path: str) -> Answer:
        """What it answers to the wish that something be gone; raises what `get` does."""
        return self._known(self._client.ask("DELETE", path))

    def pages(self, path: str, **query: str) -> Iterator[Record]:
        """Everything of a list; nothing where it may not be seen."""
        answer = self.get(path, limit="200", **query)
        for _ in range(MOST_PAGES):
            found = answer.json
            if not answer.ok or not isinstance(found, list):
                return
            yield from (each for each in found if isinstance(each, Mapping))
            further = self._next(answer)
            if not further:
                return
            answer = self.get(further)

    def _next(self, answer: Answer) -> str:
        """The path of the next page; only a page of this server is asked for."""
        for address, relation in re.findall(
            r'<([^>]*)>;\s*rel="?(\w+)', answer.headers.get("link", "")
        ):
            parts = urlsplit(address)
            if relation == "next" and parts.netloc.casefold() == self.host:
                return f"{parts.path}?{parts.query}"
        return ""

    def _known(self, answer: Answer) -> Answer:
        if answer.code == HTTPStatus.UNAUTHORIZED:
            raise SettingsError(
                f"{self.host} does not know the token ({words(answer)}). Hint: set {TOKEN} to one "
                "of an application registered there."
            )
        return answer


def words(answer: Answer) -> str:
    """What the server says is wrong."""
    said = answer.json
    error = said.get("error") if isinstance(said, Mapping) else None
    return str(error)[:300] if error else answer.words


def refused(order: Order, answer: Answer, lacks: str = "") -> Receipt:
    """The receipt of an order that the server will not carry out.

    Args:
        order: the order.
        answer: of the server.
        lacks: what it takes to be allowed to.
    """
    hint = f" (it takes {lacks})" if lacks and answer.code == HTTPStatus.FORBIDDEN else ""
    return Receipt(order.key, REFUSED, f"{answer.code} {words(answer)}".strip() + hint)
