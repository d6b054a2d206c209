"""Accounts and domains at a Mastodon server, by its moderation API; or reports to its moderators.

`mastodon:https://SERVER`, with the access token of an application registered there in the
environment variable `UNSWARM_MASTODON_TOKEN`. *Disable account* suspends, *reduce* limits, *report*
reports to the moderators and, where the account lives elsewhere, to its own server; *block domain*
blocks a **server** of that name (`--value silence` or `noop` blocks it more softly; links to a site
are blocked by no Mastodon server); *block e-mail domain* lets nobody sign up with it.

What a server can do is asked: its software (nodeinfo), the scopes of the application, and the
permissions of the role. GoToSocial suspends, blocks domains and takes reports, and cannot take a
suspension back; other software takes reports. Without moderator's rights everybody may report:
the scope write:reports is enough.

An account is its page's address (or `name@server`), and only an account of just this address is
acted on. Each order is looked at before and after: who is suspended already is left alone, and
what was done by a call whose answer was lost is not done again. Nobody gets an e-mail from it. A
report carries its order's key, so that it is not sent twice by whoever may read reports; others
are told when that cannot be known.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cached_property

from unswarm.enforcers._http import Client, checked
from unswarm.enforcers._mastodon.accounts import Accounts
from unswarm.enforcers._mastodon.blocks import LISTS, Blocks
from unswarm.enforcers._mastodon.calls import TOKEN, Calls
from unswarm.enforcers._mastodon.reports import Reports
from unswarm.enforcers._mastodon.servers import MASTODON, Powers, powers
from unswarm.errors import SettingsError
from unswarm.record.orders import REFUSED, Action, Order, Receipt

actions = MASTODON.actions
reversible = MASTODON.reversible
per_minute = 15  # of four calls each: a server takes 300 calls in 5 minutes


def open_target(where: str) -> Mastodon:
    """The server at an address.

    Raises:
        SettingsError: the address is not https (loopback aside), or there is no token.
    """
    address = checked(where, "mastodon")
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise SettingsError(
            f"Which token? Hint: set {TOKEN} to the access token of an application made under "
            f"{address}/settings/applications"
        )
    return Mastodon(address, token)


class Mastodon:
    """A server that speaks Mastodon's API, and what a token may do there."""

    def __init__(
        self, address: str, token: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "unswarm"}
        self._calls = Calls(Client(address, headers, sleep))
        self._accounts = Accounts(self._calls)

    @cached_property
    def _powers(self) -> Powers:
        return powers(self._calls)

    @property
    def actions(self) -> frozenset[Action]:
        return self._powers.actions

    @property
    def reversible(self) -> frozenset[Action]:
        return self._powers.reversible

    @property
    def limits(self) -> str:
        can = ", ".join(sorted(self.actions)) or "nothing"
        said = f"{self._calls.host} runs {self._powers.software}; the token can: {can}."
        lacks = ", ".join(self._powers.lacks)
        return f"{said} Hint: for more it takes {lacks}." if lacks else said

    def send(self, order: Order) -> Receipt:
        part = self._part(order.action)
        return part.send(order) if part else self._cannot(order)

    def undo(self, order: Order) -> Receipt:
        part = self._part(order.action)
        return part.undo(order) if part else self._cannot(order)

    def read_back(self, order: Order) -> str:
        part = self._part(order.action)
        return part.read_back(order) if part else ""

    def expected(self, order: Order, now: str) -> str:
        part = self._part(order.action)
        return part.expected(order, now) if part else ""

    def _part(self, action: Action) -> Accounts | Reports | Blocks | None:
        return self._parts.get(action) if action in self.actions else None

    @cached_property
    def _parts(self) -> dict[Action, Accounts | Reports | Blocks]:
        severities = self._powers.server.severities
        reports = Reports(self._calls, self._accounts, self._powers.reads_reports)
        return {
            Action.DISABLE_ACCOUNT: self._accounts,
            Action.REDUCE: self._accounts,
            Action.REPORT: reports,
            **{action: Blocks(self._calls, action, severities) for action in LISTS},
        }

    def _cannot(self, order: Order) -> Receipt:
        return Receipt(order.key, REFUSED, f"cannot do: {order.action}. {self.limits}")
