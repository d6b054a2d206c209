"""The alerts of a case: `alerts.jsonl`, to which lines are only added.

A line is an alert, or says what came of sending one. A last line without its end was cut off and
never happened.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from unswarm.alerts import Alert, Kind, read
from unswarm.errors import CaseError
from unswarm.log import now
from unswarm.model import Tier

FILE = "alerts.jsonl"
MOST_SAID = 300  # characters of what a receiver said that are kept


@dataclass(frozen=True)
class Delivery:
    """What came of sending an alert.

    Args:
        alert: its id.
        to: where, as `NAME:WHERE`.
        ok: whether it arrived.
        detail: the receiver's words.
        when: UTC, ISO 8601.
    """

    alert: str
    to: str
    ok: bool
    detail: str = ""
    when: str = ""


@dataclass(frozen=True)
class Told:
    """All that was told so far.

    Args:
        alerts: oldest first.
        deliveries: oldest first.
    """

    alerts: tuple[Alert, ...] = ()
    deliveries: tuple[Delivery, ...] = field(default=(), repr=False)

    @property
    def tiers(self) -> dict[str, str]:
        """Network → the highest tier it was told in."""
        found: dict[str, str] = {}
        for each in self.alerts:
            if each.kind is not Kind.RETURN and found.get(each.network) != Tier.CONFIRMED:
                found[each.network] = each.tier
        return found

    @property
    def known(self) -> dict[str, frozenset[str]]:
        """Network → the accounts that were ever told as its own."""
        ever: dict[str, set[str]] = {}
        for each in self.alerts:
            if each.kind is not Kind.RETURN:
                ever.setdefault(each.network, set()).update(each.joined)
        return {name: frozenset(accounts) for name, accounts in ever.items()}

    def came_back(self, past: str, network: str) -> frozenset[str]:
        """Accounts that were told as the return of a network of a past case."""
        return frozenset(
            account
            for each in self.alerts
            if each.kind is Kind.RETURN and (each.past, each.network) == (past, network)
            for account in each.joined
        )

    def waiting(self, to: str) -> list[Alert]:
        """Alerts that have not arrived somewhere yet; those that failed most often last.

        One that a receiver never takes thus holds no other up.
        """
        tries = Counter(each.alert for each in self.deliveries if each.to == to)
        arrived = {each.alert for each in self.deliveries if each.to == to and each.ok}
        left = (each for each in self.alerts if each.id not in arrived)
        return sorted(left, key=lambda each: tries[each.id])

    def patience(self, to: str) -> tuple[int, str]:
        """How often in a row nothing arrived somewhere, and when that was last."""
        failed, last = 0, ""
        for each in self.deliveries:
            if each.to == to:
                failed, last = (0, "") if each.ok else (failed + 1, each.when)
        return failed, last


class Book:
    """The alerts of one case.

    Args:
        case: its folder.
    """

    def __init__(self, case: Path) -> None:
        self.path = case / FILE

    def read(self) -> Told:
        """All that was told so far.

        Raises:
            CaseError: a line is none of these.
        """
        if not self.path.exists():
            return Told()
        return _told(self.path, _whole(self.path.read_bytes()))

    def add(self, alerts: Iterable[Alert]) -> tuple[Alert, ...]:
        """Write alerts down that are not there yet; returns them, numbered.

        Raises:
            CaseError: a line of the book is none of its own.
        """
        with self._held() as (file, whole):
            told = _told(self.path, whole)
            known = {each.key for each in told.alerts}
            new = {each.key: each for each in alerts if each.key not in known}
            first = len(told.alerts) + 1
            added = [replace(each, id=f"al-{n:04d}") for n, each in enumerate(new.values(), first)]
            _write(file, [{"alert": each.as_dict()} for each in added])
        return tuple(added)

    def delivered(self, alert: str, to: str, ok: bool, detail: str = "") -> None:
        """Write down what came of sending an alert."""
        said = {"alert": alert, "to": to, "ok": ok, "detail": detail[:MOST_SAID], "when": now()}
        with self._held() as (file, _):
            _write(file, [{"delivery": said}])

    @contextmanager
    def _held(self) -> Iterator[tuple[BinaryIO, bytes]]:
        """The file, for one process at a time, and its whole lines; what was cut off is removed."""
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            whole = _whole(file.read())
            file.truncate(len(whole))
            yield file, whole


def _whole(text: bytes) -> bytes:
    return text[: text.rfind(b"\n") + 1]


def _write(file: BinaryIO, lines: Iterable[Mapping[str, Any]]) -> None:
    for line in lines:
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _told(path: Path, text: bytes) -> Told:
    alerts: list[Alert] = []
    deliveries: list[Delivery] = []
    for number, line in enumerate(text.split(b"\n")[:-1], start=1):
        try:
            said = json.loads(line)
            if "alert" in said:
                alerts.append(read(said["alert"]))
            else:
                deliveries.append(Delivery(**said["delivery"]))
        except (ValueError, KeyError, TypeError) as error:
            raise CaseError(
                f"{path}, line {number}: no alert: {error!r}. Hint: restore the file from a copy."
            ) from None
    return Told(tuple(alerts), tuple(deliveries))
