"""Blocks of domains: of other servers, or of the e-mail addresses that people sign up with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from unswarm.enforcers._mastodon.calls import Calls, Record, refused
from unswarm.enforcers._mastodon.servers import SEVERITIES, takes
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, Receipt

TAKEN = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT)
HARDEST = SEVERITIES[-1]
LISTS = {
    Action.BLOCK_DOMAIN: "/api/v1/admin/domain_blocks",
    Action.BLOCK_EMAIL_DOMAIN: "/api/v1/admin/email_domain_blocks",
}


class Blocks:
    """One of a server's two lists of blocked domains.

    Args:
        calls: of the server.
        action: which list, see `LISTS`.
        severities: how the server can block a server; of no meaning for e-mail.
    """

    def __init__(self, calls: Calls, action: Action, severities: tuple[str, ...]) -> None:
        self._calls, self._path, self._severities = calls, LISTS[action], severities
        self._has_severity = action is Action.BLOCK_DOMAIN
        self._listed: dict[str, Record] | None = None

    def send(self, order: Order) -> Receipt:
        wanted = self._severity(order)
        if wanted not in self._severities:
            known = ", ".join(self._severities)
            return Receipt(order.key, REFUSED, f"this server cannot block by '{wanted}': {known}")
        if (covering := self._covering(order)) is not None:
            return Receipt(order.key, ALREADY, self._words(covering))
        if (softer := self._list().get(order.subject.casefold())) is not None:
            return Receipt(
                order.key, REFUSED, f"it is {self._words(softer)} before; raise it there by hand"
            )
        answer = self._calls.post(self._path, lambda: self._there(order), **self._form(order))
        if answer.ok:
            self._keep(answer.json)
            return Receipt(order.key, DONE, self.expected(order, ""))
        if answer.code in TAKEN and self._there(order):
            return Receipt(order.key, ALREADY, self.read_back(order))
        return refused(order, answer, takes(order.action))

    def _form(self, order: Order) -> dict[str, str]:
        if not self._has_severity:
            return {"domain": order.subject}
        return {
            "domain": order.subject,
            "severity": self._severity(order),
            "private_comment": f"unswarm {order.decision} {order.key}",
        }

    def undo(self, order: Order) -> Receipt:
        block = self._fresh(self._list().get(order.subject.casefold()))
        if block is None:
            return self._not_own(order)
        if self._has_severity and order.key not in str(block.get("private_comment")):
            return Receipt(order.key, REFUSED, "somebody else has blocked it; lift it by hand")
        answer = self._calls.delete(f"{self._path}/{block['id']}")
        if answer.ok or answer.code == HTTPStatus.NOT_FOUND:
            self._list().pop(order.subject.casefold(), None)
            return Receipt(order.key, UNDONE, "the block is lifted")
        return refused(order, answer, takes(order.action))

    def _not_own(self, order: Order) -> Receipt:
        """The receipt of taking a block back that the domain itself does not have."""
        for block in self._over(order.subject):
            said = f"the block of {block.get('domain')} covers it, and holds for more"
            return Receipt(order.key, REFUSED, said)
        return Receipt(order.key, UNDONE, "it is not blocked")

    def read_back(self, order: Order) -> str:
        for block in self._over(order.subject):
            if (now := self._fresh(block)) is not None:
                return self._words(now)
        return ""

    def expected(self, order: Order, now: str) -> str:
        if not self._has_severity:
            return "blocked"
        at_most = self._severity(order)
        there = now.removeprefix("blocked: ")
        held = there in SEVERITIES and _rank(there) > _rank(at_most)
        return now if held else f"blocked: {at_most}"

    def _severity(self, order: Order) -> str:
        return (order.value or HARDEST) if self._has_severity else HARDEST

    def _words(self, block: Record) -> str:
        return f"blocked: {block.get('severity') or HARDEST}" if self._has_severity else "blocked"

    def _there(self, order: Order) -> bool:
        """Whether a domain is blocked as ordered; the list is read anew."""
        self._listed = None
        return self._covering(order) is not None

    def _covering(self, order: Order) -> Record | None:
        """A block of the domain, or of one that it lies under, that does what is ordered."""
        wanted = _rank(self._severity(order))
        found = (each for each in self._over(order.subject) if _hardness(each) >= wanted)
        return next(found, None)

    def _over(self, domain: str) -> Iterator[Record]:
        """The blocks that a domain is under, its own first."""
        parts = domain.casefold().split(".")
        for start in range(len(parts)):
            block = self._list().get(".".join(parts[start:]))
            if block is not None and block.get("id"):
                yield block

    def _fresh(self, block: Record | None) -> Record | None:
        """A listed block as it is now; None: it is gone."""
        if block is None:
            return None
        answer = self._calls.get(f"{self._path}/{block['id']}")
        if answer.code == HTTPStatus.NOT_FOUND:
            self._list().pop(str(block.get("domain")).casefold(), None)
            return None
        return self._keep(answer.json) if answer.ok else block

    def _keep(self, block: Any) -> Record | None:
        """Note how a block is now: reading a long list again takes many calls."""
        if isinstance(block, Mapping) and block.get("id"):
            self._list()[str(block.get("domain")).casefold()] = block
            return block
        return None

    def _list(self) -> dict[str, Record]:
        """Domain → its block; no server can be asked for one."""
        if self._listed is None:
            self._listed = {
                str(each.get("domain")).casefold(): each for each in self._calls.pages(self._path)
            }
        return self._listed


def _hardness(block: Record) -> int:
    return _rank(str(block.get("severity") or HARDEST))


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0
