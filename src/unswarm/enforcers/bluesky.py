"""Reports to the moderators of Bluesky, or of a labeler, for people without moderator's rights.

`bluesky:https://PDS` sends to whom the server reports by itself, `bluesky:https://PDS#did:…` to the
labeler of that DID. Name and password of any account are `UNSWARM_BLUESKY_IDENTIFIER` and
`UNSWARM_BLUESKY_PASSWORD` (an app password does). A report cannot be taken back, and nobody can ask
what became of it. It carries its order's key, so that moderators see when one came twice.

Source: the lexicon com.atproto.moderation.createReport.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from unswarm.enforcers._atproto import Person, place, repo, secret, words
from unswarm.record.orders import DONE, REFUSED, Action, Order, Receipt

IDENTIFIER, PASSWORD = "UNSWARM_BLUESKY_IDENTIFIER", "UNSWARM_BLUESKY_PASSWORD"
REPORT = "com.atproto.moderation.createReport"
DEFS = "com.atproto.moderation.defs#"
REASONS = {"spam": DEFS + "reasonSpam", "ban evasion": DEFS + "reasonViolation"}  # of a ground
MISLEADING = DEFS + "reasonMisleading"  # of all others
LONGEST = 2000  # characters of a reason

actions = frozenset({Action.REPORT})
reversible: frozenset[Action] = frozenset()
per_minute = 60


def open_target(where: str) -> Bluesky:
    """The server at an address, and the labeler that its `#did:…` names.

    Raises:
        SettingsError: it is not https (loopback aside), or name or password are missing.
    """
    address, did = place(where, "bluesky")
    identifier = secret(IDENTIFIER, "The name of the account that reports")
    return Bluesky(address, did, identifier, secret(PASSWORD, "Its password"))


class Bluesky:
    """A server that takes reports."""

    actions, reversible = actions, reversible
    limits = "It takes reports only. Hint: --action report."

    def __init__(
        self,
        address: str,
        did: str,
        identifier: str,
        password: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        proxy = f"{did}#atproto_labeler" if did else ""
        self._person = Person(address, identifier, password, proxy, sleep)

    def send(self, order: Order) -> Receipt:
        if order.action not in actions:
            return Receipt(order.key, REFUSED, f"cannot do: {order.action}. {self.limits}")
        what = order.value or "This account acted in concert with others."
        key = f" (decision {order.decision}, order {order.key})"
        said = {
            "reasonType": REASONS.get(order.ground, MISLEADING),
            "reason": what[: LONGEST - len(key)] + key,
            "subject": repo(order.subject),
        }
        answer = self._person.post(REPORT, said)
        if not answer.ok:
            return Receipt(order.key, REFUSED, words(answer))
        number = (answer.json or {}).get("id", "")
        return Receipt(order.key, DONE, f"report {number}; what becomes of it cannot be asked")

    def undo(self, order: Order) -> Receipt:
        return Receipt(order.key, REFUSED, "a report cannot be taken back")

    def read_back(self, order: Order) -> str:
        return ""

    def expected(self, order: Order, now: str) -> str:
        return "reported"
