"""Ways to tell somebody of an alert: one module per way.

An alert may be brought twice, when what came of the first time is not known; its key stays the
same, so that the receiver can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol

from unswarm.alerts import Alert
from unswarm.alerts.book import Book
from unswarm.plugins import placed

MOST = 50  # alerts that are brought to one place at a time
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 1800.0  # seconds after failures, doubled each time


class Courier(Protocol):
    """One place to bring alerts to."""

    def bring(self, alert: Alert) -> str:
        """Bring one alert; returns what the receiver says.

        Raises:
            Exception: it did not arrive; its words say why.
        """


def opened(said: str) -> Courier:
    """The courier that `NAME:WHERE` means.

    Raises:
        SettingsError: there is no such way, or no such place.
    """
    _, where, module = placed("couriers", said, "is no place for alerts", "mail:outbox")
    courier: Courier = module.open_courier(where)
    return courier


def deliver(book: Book, places: Sequence[str]) -> list[str]:
    """Bring what has not arrived yet to some places; returns what went wrong, for people.

    A place where nothing arrives is left alone for a while, longer each time. Whatever a courier
    raises is told and never stops who asks.
    """
    return [line for place in places for line in _brought(book, place)]


def _brought(book: Book, place: str) -> Iterator[str]:
    told = book.read()
    if _rests(*told.patience(place)):
        return
    for alert in told.waiting(place)[:MOST]:
        try:
            said = opened(place).bring(alert)
        except Exception as error:  # couriers are plugins: any of them may raise anything
            why = str(error) or type(error).__name__
            book.delivered(alert.id, place, False, why)
            yield f"{alert.id} did not reach {place.partition(':')[0]}: {why} It is sent again."
            return
        book.delivered(alert.id, place, True, said)


def _rests(failed: int, last: str) -> bool:
    """Whether a place is left alone after so many failures in a row, the latest at a moment."""
    if not failed:
        return False
    pause = min(FIRST_PAUSE * 2.0 ** min(failed - 1, 16), LONGEST_PAUSE)
    return (datetime.now(UTC) - datetime.fromisoformat(last)).total_seconds() < pause
