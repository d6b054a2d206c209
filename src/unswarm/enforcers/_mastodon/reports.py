"""Reports: what anybody may send to the moderators of a server."""

from __future__ import annotations

from functools import cached_property

from unswarm.enforcers._mastodon.accounts import Accounts, is_remote
from unswarm.enforcers._mastodon.calls import Calls, Record, refused
from unswarm.enforcers._mastodon.servers import takes
from unswarm.record.orders import ALREADY, DONE, REFUSED, Order, Receipt

ALL = "/api/v1/admin/reports"
LONGEST = 1000  # characters of a comment
SPAM = "spam"
WORDS = "Part of a group of accounts that act in concert; two people decided on the evidence."


class LostError(Exception):
    """An answer was lost, and whether the call was carried out cannot be looked up."""


class Reports:
    """The reports on accounts.

    Args:
        calls: of the server.
        accounts: of the server.
        readable: whether reports that were sent may be looked up, as far as it is known.
    """

    def __init__(self, calls: Calls, accounts: Accounts, readable: bool) -> None:
        self._calls, self._accounts, self._promised = calls, accounts, readable

    @cached_property
    def _readable(self) -> bool:
        """Whether reports may be looked up: what nothing speaks against is tried."""
        return self._promised and self._calls.get(ALL, limit="1").ok

    def send(self, order: Order) -> Receipt:
        account = self._accounts.find(order, fetch=True)
        if account is None:
            return self._accounts.unknown(order)
        if self._readable and self._sent(order, account):
            return Receipt(order.key, ALREADY, "reported")

        def done() -> bool:
            if not self._readable:
                raise LostError
            return self._sent(order, account)

        try:
            answer = self._calls.post(
                "/api/v1/reports",
                done,
                account_id=str(account["id"]),
                category=SPAM if order.ground == SPAM else "other",
                comment=comment(order),
                forward=str(is_remote(account)).lower(),
            )
        except LostError:
            return Receipt(
                order.key,
                REFUSED,
                "the answer was lost: whether the report arrived cannot be known; reports may be "
                "looked up with the scope admin:read:reports and the permission Manage Reports",
            )
        if answer.ok:
            return Receipt(order.key, DONE, "reported")
        return refused(order, answer, takes(order.action))

    def undo(self, order: Order) -> Receipt:
        return Receipt(order.key, REFUSED, "a report cannot be taken back")

    def read_back(self, order: Order) -> str:
        account = self._accounts.find(order, fetch=False) if self._readable else None
        return "reported" if account is not None and self._sent(order, account) else ""

    def expected(self, order: Order, now: str) -> str:
        return "reported"

    def _sent(self, order: Order, account: Record) -> bool:
        """Whether a report with the order's key is there, answered or not."""
        return any(
            order.key in str(report.get("comment"))
            for resolved in ("false", "true")
            for report in self._calls.pages(
                ALL, target_account_id=str(account["id"]), resolved=resolved
            )
        )


def comment(order: Order) -> str:
    """What a report says, with the order's key in it; no name of the case, which others read."""
    ground = f" Ground: {order.ground}." if order.ground else ""
    end = f"{ground} (unswarm {order.decision} {order.key})"
    return (order.value or WORDS)[: LONGEST - len(end)] + end
