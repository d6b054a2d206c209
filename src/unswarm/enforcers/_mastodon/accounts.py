"""Accounts: who is meant, how they stand, and what moderators do to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from unswarm.enforcers._http import Answer
from unswarm.enforcers._mastodon.calls import Calls, Record, refused, words
from unswarm.enforcers._mastodon.servers import SERVERS, takes
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, Receipt

UNKNOWN = "not known here"
PLATFORMS = frozenset({"", "mastodon", "fediverse", *SERVERS})
ADMIN = "/api/v1/admin/accounts"

_PAGE = re.compile(r"/(?:@|users/|u/)([\w.-]+)/?")
_HANDLE = re.compile(r"@?([\w.-]+)@([\w.-]+(?::\d+)?)")


@dataclass(frozen=True)
class Verb:
    """What is done to an account, and how it is taken back.

    Args:
        do: `type` of the action.
        undo: the call that takes it back.
        flag: what says of an account that it was done.
        word: the same, in a word.
    """

    do: str
    undo: str
    flag: str
    word: str


VERBS = {
    Action.DISABLE_ACCOUNT: Verb("suspend", "unsuspend", "suspended", "suspended"),
    Action.REDUCE: Verb("silence", "unsilence", "silenced", "limited"),
}
STATES = {"suspended": "suspended", "silenced": "limited", "disabled": "disabled"}
"""What an account's record says → our word, the gravest first."""


def state(record: Record) -> str:
    """How an account stands."""
    return next((word for flag, word in STATES.items() if record.get(flag) is True), "active")


class Accounts:
    """The accounts that a server knows."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._found: dict[str, Record] = {}
        self._unsearched = ""  # why the server would not look for an account

    def find(self, order: Order, *, fetch: bool) -> Record | None:
        """The account that an order is on, as the server describes it; None: it knows none.

        An account is the one only if its page or its name is that of the order: a server that
        answers with somebody alike is not believed.

        Args:
            order: the order.
            fetch: true: the server may ask the account's own server for it.
        """
        subject = order.subject
        if order.platform.casefold() not in PLATFORMS:
            return None
        if subject not in self._found:
            found = next((each for each in self._offers(subject, fetch)), None)
            if found is None:
                return None
            self._found[subject] = found
        return self._found[subject]

    def _offers(self, subject: str, fetch: bool) -> Iterator[Record]:
        name = _name(subject)
        if name is None and not _is_address(subject):
            return
        if name:
            user, host = name
            acct = user if host == self._calls.host else f"{user}@{host}"
            yield from self._meant(
                subject, [self._calls.get("/api/v1/accounts/lookup", acct=acct).json]
            )
        if fetch:
            answer = self._calls.get(
                "/api/v2/search", q=subject, type="accounts", resolve="true", limit="5"
            )
            self._unsearched = "" if answer.ok else f" ({answer.code} {words(answer)})"
            offers = answer.json.get("accounts") if isinstance(answer.json, Mapping) else None
            yield from self._meant(subject, offers if isinstance(offers, list) else [])

    def _meant(self, subject: str, offers: list[Any]) -> Iterator[Record]:
        for each in offers:
            if isinstance(each, Mapping) and each.get("id") and self._is(each, subject):
                yield each

    def _is(self, account: Record, subject: str) -> bool:
        if _is_address(subject):
            pages = (str(account.get(field) or "") for field in ("url", "uri"))
            return _plain(subject) in map(_plain, pages)
        name, own = _name(subject), str(account.get("acct") or "").casefold()
        return name is not None and own in (f"{name[0]}@{name[1]}", self._local(name))

    def _local(self, name: tuple[str, str]) -> str:
        """The name of an account of this server, which leaves itself out."""
        return name[0] if name[1] == self._calls.host else f"{name[0]}@{name[1]}"

    def unknown(self, order: Order) -> Receipt:
        """The receipt of an order on an account that the server does not know."""
        said = f"{self._calls.host} knows no account {order.subject}{self._unsearched}"
        if order.platform.casefold() not in PLATFORMS:
            said = f"it is an account of {order.platform}"
        return Receipt(order.key, REFUSED, said)

    def look(self, account: Record) -> Answer:
        """How moderators see an account."""
        return self._calls.get(f"{ADMIN}/{account['id']}")

    # --- orders

    def send(self, order: Order) -> Receipt:
        verb, account = VERBS[order.action], self.find(order, fetch=True)
        if account is None:
            return self.unknown(order)
        seen = self.look(account)
        if not seen.ok:
            return refused(order, seen, takes(order.action))
        if self._reached(verb, seen):
            return Receipt(order.key, ALREADY, state(seen.json))
        answer = self._calls.post(
            f"{ADMIN}/{account['id']}/action",
            lambda: self._reached(verb, self.look(account)),
            type=verb.do,
            send_email_notification="false",
            text=f"Decision {order.decision}: {order.ground or 'inauthentic'}.",
        )
        if answer.ok:
            return Receipt(order.key, DONE, verb.do)
        return refused(order, answer, takes(order.action))

    @staticmethod
    def _reached(verb: Verb, seen: Answer) -> bool:
        """Whether an account is as ordered, or restricted more."""
        record = seen.json if seen.ok and isinstance(seen.json, Mapping) else {}
        return record.get(verb.flag) is True or record.get("suspended") is True

    def undo(self, order: Order) -> Receipt:
        verb, account = VERBS[order.action], self.find(order, fetch=False)
        if account is None:
            return self.unknown(order)
        seen = self.look(account)
        if not seen.ok:
            return refused(order, seen, takes(order.action))
        if not self._holds(verb, seen):
            return Receipt(order.key, UNDONE, f"it is not {verb.word}")
        answer = self._calls.post(f"{ADMIN}/{account['id']}/{verb.undo}")
        if answer.ok or self._lifted(verb, account):
            return Receipt(order.key, UNDONE, verb.undo)
        return refused(order, answer, takes(order.action))

    def _lifted(self, verb: Verb, account: Record) -> bool:
        """Whether it was taken back by a call whose answer was lost: a second one is refused."""
        seen = self.look(account)
        return seen.ok and not self._holds(verb, seen)

    @staticmethod
    def _holds(verb: Verb, seen: Answer) -> bool:
        return isinstance(seen.json, Mapping) and seen.json.get(verb.flag) is True

    def read_back(self, order: Order) -> str:
        account = self.find(order, fetch=False)
        if account is None:
            return UNKNOWN
        seen = self.look(account)
        return state(seen.json) if seen.ok and isinstance(seen.json, Mapping) else ""

    def expected(self, order: Order, now: str) -> str:
        return now if now == "suspended" else VERBS[order.action].word


def is_remote(account: Record) -> bool:
    """Whether an account lives on another server."""
    return "@" in str(account.get("acct") or "")


def _name(subject: str) -> tuple[str, str] | None:
    """(name, server) of an account's page or handle, in small letters; None: it tells neither."""
    if _is_address(subject):
        parts = urlsplit(subject)
        found = _PAGE.fullmatch(parts.path)
        return (found[1].casefold(), parts.netloc.casefold()) if found else None
    found = _HANDLE.fullmatch(subject)
    return (found[1].casefold(), found[2].casefold()) if found else None


def _is_address(subject: str) -> bool:
    try:
        parts = urlsplit(subject)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _plain(address: str) -> tuple[str, str]:
    """An address for comparison: host and path."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.netloc.casefold(), parts.path.rstrip("/").casefold()
