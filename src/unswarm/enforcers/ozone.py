"""Accounts of Bluesky and other AT Protocol services, through an Ozone (moderation service).

`ozone:https://PDS#did:…`: the server on which the moderator has an account, and the DID of the
Ozone. Name and password of the moderator are `UNSWARM_OZONE_IDENTIFIER` and
`UNSWARM_OZONE_PASSWORD` (an app password does). *Disable account* takes the account down, which
works where the Ozone is the one that its server listens to; *label* and *tag* put a word on it, and
*report* puts it into the queue of the moderators. Takedown, label and tag can be taken back.

What one may do is asked: takedowns and labels take a moderator or an administrator, the role
triage tags and reports. Each order carries its key as `externalId`: an Ozone acts once on it.
`modTool` names unswarm, the decision and the order, so that the queue shows where it comes from.
What somebody else did is left to them, also when undoing. Ozones from July 2025 on keep both.

Source: the lexicon tools.ozone.moderation.emitEvent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from unswarm.enforcers._atproto import (
    FORBIDDEN,
    Person,
    error_of,
    place,
    repo,
    secret,
    words,
)
from unswarm.enforcers._http import Answer
from unswarm.errors import SettingsError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, Receipt

IDENTIFIER, PASSWORD = "UNSWARM_OZONE_IDENTIFIER", "UNSWARM_OZONE_PASSWORD"
SERVICE = "atproto_labeler"
EVENT, STATUSES = "tools.ozone.moderation.emitEvent", "tools.ozone.moderation.queryStatuses"
DEFS = "tools.ozone.moderation.defs#"
CONFIG, LABELS = "tools.ozone.server.getConfig", "com.atproto.label.queryLabels"
EVENTS, ACCOUNT = "tools.ozone.moderation.queryEvents", "tools.ozone.moderation.getRepo"
UNKNOWN, DUPLICATE = "RepoNotFound", "DuplicateExternalId"
IS_SO = ("already taken down", "is not taken down")
TRIAGE = frozenset({Action.TAG, Action.REPORT})
ADDED = {Action.LABEL: ("addedLabels", "createLabelVals"), Action.TAG: ("addedTags", "add")}

actions = frozenset({Action.DISABLE_ACCOUNT, Action.LABEL, *TRIAGE})
reversible = actions - {Action.REPORT}
per_minute = 240

Words = Sequence[str]

ROLES = {
    "tools.ozone.team.defs#roleAdmin": actions,
    "tools.ozone.team.defs#roleModerator": actions,
    "tools.ozone.team.defs#roleTriage": TRIAGE,
}
"""Role → what it may do."""

REASONS = {
    "spam": "MisleadingSpam",
    "misrepresentation": "MisleadingOther",
    "coordinated inauthentic behaviour": "MisleadingBot",  # "fake account or bot"
    "ban evasion": "RuleBanEvasion",
}
"""Ground of a decision → why an account is reported."""


def open_target(where: str) -> Ozone:
    """The Ozone behind a server.

    Raises:
        SettingsError: the address is not https (loopback aside), names no DID, or name or password
            are missing.
    """
    address, did = place(where, "ozone")
    if not did.startswith("did:"):
        raise SettingsError(f"Which Ozone? Hint: ozone:{address}#did:plc:…, its DID.")
    identifier = secret(IDENTIFIER, "The moderator's name")
    return Ozone(address, did, identifier, secret(PASSWORD, "The moderator's password"))


class Ozone:
    """A moderation service, and what one of its team may do."""

    def __init__(
        self,
        address: str,
        did: str,
        identifier: str,
        password: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._did, self._identifier = did, identifier
        self._person = Person(address, identifier, password, f"{did}#{SERVICE}", sleep)

    @cached_property
    def _role(self) -> str:
        answer = self._person.get(CONFIG)
        if not answer.ok:
            raise SettingsError(
                f"The Ozone {self._did} does not answer {self._identifier} ({words(answer)}). "
                "Hint: check its DID, and that the account is one of its team."
            )
        return str(((answer.json or {}).get("viewer") or {}).get("role", ""))

    @property
    def actions(self) -> frozenset[Action]:
        return ROLES.get(self._role, frozenset())

    @property
    def reversible(self) -> frozenset[Action]:
        return self.actions & reversible

    @property
    def limits(self) -> str:
        if self.actions == actions:
            return ""
        role = self._role.rpartition("#role")[2] or "no role"
        return f"{self._identifier} has {role} there. Hint: takedowns and labels take a moderator."

    def send(self, order: Order) -> Receipt:
        if self._knows_accounts and self._is_unknown(order.subject):
            return Receipt(order.key, REFUSED, "the Ozone knows no such account")
        if self._holds(order):
            return Receipt(order.key, ALREADY, "it is so already")
        answer = self._emit(order, order.key, _doing(order))
        if error_of(answer) == DUPLICATE and self._holds(order) is False:
            said = "it was done for this decision before, and taken back since. Hint: decide again."
            return Receipt(order.key, REFUSED, said)
        return self._receipt(order, answer, DONE, ALREADY)

    def undo(self, order: Order) -> Receipt:
        event = _undoing(order)
        if event is None:
            return Receipt(order.key, REFUSED, f"cannot take back: {order.action}")
        if self._holds(order) is False:
            return Receipt(order.key, UNDONE, "it is not so any more")
        if not self._is_ours(order):
            said = "the Ozone does not say that this order did it; it is left alone"
            return Receipt(order.key, REFUSED, said)
        answer = self._emit(order, f"{order.key}-undo", event)
        return self._receipt(order, answer, UNDONE, UNDONE)

    def read_back(self, order: Order) -> str:
        status, labels = self._status(order.subject), self._labels(order.subject)
        if status is None:
            return ""
        said = ["taken down" if status.get("takendown") else "active"]
        said += [f"labelled {label}" for label in labels or ()]
        said += [f"tagged {tag}" for tag in status.get("tags") or () if _is_meant(tag, order)]
        return ", ".join(said)

    def expected(self, order: Order, now: str) -> str:
        if order.action is Action.DISABLE_ACCOUNT:
            return now.replace("active", "taken down", 1)
        word = {Action.LABEL: "labelled", Action.TAG: "tagged"}.get(order.action)
        said = f"{word} {order.value}"
        return "" if word is None else now if said in now.split(", ") else f"{now}, {said}"

    def _emit(self, order: Order, key: str, event: Mapping[str, Any]) -> Answer:
        meta = {"decision": order.decision, "order": order.key}
        said = {
            "event": event,
            "subject": repo(order.subject),
            "subjectBlobCids": [],
            "createdBy": self._person.did,
            "externalId": key,
            "modTool": {"name": "unswarm", "meta": meta},
        }
        return self._person.post(EVENT, said)

    def _receipt(self, order: Order, answer: Answer, done: str, before: str) -> Receipt:
        if answer.ok:
            return Receipt(order.key, done, f"event {(answer.json or {}).get('id', '')}".strip())
        said = words(answer)
        if error_of(answer) == DUPLICATE or any(part in said for part in IS_SO):
            return Receipt(order.key, before, said)
        if answer.code in FORBIDDEN:
            said = f"{said}. {self.limits or 'Hint: the role of the account does not allow it.'}"
        return Receipt(order.key, REFUSED, said)

    @cached_property
    def _knows_accounts(self) -> bool:
        """Whether it finds the account that asks: some Ozones may look nobody up."""
        return not self._is_unknown(self._person.did)

    def _is_unknown(self, did: str) -> bool:
        return error_of(self._person.get(ACCOUNT, did=did)) == UNKNOWN

    def _holds(self, order: Order) -> bool | None:
        """Whether what is ordered is so now; None: that cannot be known."""
        if order.action is Action.LABEL:
            labels = self._labels(order.subject)
            return None if labels is None else order.value in labels
        status = self._status(order.subject)
        if status is None or order.action is Action.REPORT:
            return None
        if order.action is Action.TAG:
            return order.value in (status.get("tags") or ())
        return bool(status.get("takendown"))

    def _is_ours(self, order: Order) -> bool:
        """Whether this order was the last to do what it asks for."""
        which = {"types": _doing(order)["$type"]}
        if order.action in ADDED:
            which[ADDED[order.action][0]] = order.value
        answer = self._person.get(EVENTS, subject=order.subject, **which)
        found = (answer.json or {}).get("events") if answer.ok else None
        tools = [e.get("modTool") or {} for e in found or () if _is_about(e["event"], order)]
        return bool(tools) and (tools[0].get("meta") or {}).get("order") == order.key

    def _status(self, did: str) -> Mapping[str, Any] | None:
        """What the queue says of an account; None: it cannot be asked."""
        answer = self._person.get(STATUSES, subject=did)
        if not answer.ok:
            return None
        found = (answer.json or {}).get("subjectStatuses")
        return found[0] if found else {}

    def _labels(self, did: str) -> list[str] | None:
        """The labels that this Ozone has on an account now: the last word on each counts."""
        answer = self._person.get(LABELS, uriPatterns=did, sources=self._did)
        if not answer.ok:
            return None
        last = {label["val"]: label for label in (answer.json or {}).get("labels") or ()}
        return sorted(v for v, label in last.items() if not label.get("neg") and v[:1] != "!")


def _doing(order: Order) -> dict[str, Any]:
    """The event that carries an order out."""
    said = f"unswarm, decision {order.decision}"
    if order.action is Action.DISABLE_ACCOUNT:
        return {"$type": DEFS + "modEventTakedown", "comment": said}
    if order.action is Action.LABEL:
        return _label(said, create=[order.value])
    if order.action is Action.TAG:
        return _tag(said, add=[order.value])
    why = f"tools.ozone.report.defs#reason{REASONS.get(order.ground, 'MisleadingOther')}"
    comment = f"{order.value or 'acted in concert'} ({said})"
    return {"$type": DEFS + "modEventReport", "reportType": why, "comment": comment}


def _undoing(order: Order) -> dict[str, Any] | None:
    """The event that takes it back; None where there is none."""
    said = f"unswarm takes decision {order.decision} back"
    if order.action is Action.DISABLE_ACCOUNT:
        return {"$type": DEFS + "modEventReverseTakedown", "comment": said}
    if order.action is Action.LABEL:
        return _label(said, negate=[order.value])
    return _tag(said, remove=[order.value]) if order.action is Action.TAG else None


def _label(comment: str, *, create: Words = (), negate: Words = ()) -> dict[str, Any]:
    values = {"createLabelVals": [*create], "negateLabelVals": [*negate]}
    return {"$type": DEFS + "modEventLabel", "comment": comment, **values}


def _tag(comment: str, *, add: Words = (), remove: Words = ()) -> dict[str, Any]:
    values = {"add": [*add], "remove": [*remove]}
    return {"$type": DEFS + "modEventTag", "comment": comment, **values}


def _is_meant(tag: str, order: Order) -> bool:
    """An Ozone tags the language of every subject; only the word of the order is of interest."""
    return order.action is Action.TAG and tag == order.value


def _is_about(event: Mapping[str, Any], order: Order) -> bool:
    """An Ozone finds labels by a part of them; only the whole word is meant."""
    return order.action not in ADDED or order.value in event[ADDED[order.action][1]]
