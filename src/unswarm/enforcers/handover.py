"""A CSV file of orders, for people who act by hand or by their own tools.

Columns: key, action, subject, platform, value, decision, undo. A key that stands in the file is not
written again; undoing adds a line that says so.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

from unswarm.errors import InputError
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, Receipt

COLUMNS = ("key", "action", "subject", "platform", "value", "decision", "undo")

actions = frozenset(Action)
reversible = frozenset(Action)
per_minute = 0


def open_target(where: str) -> HandOver:
    """The file at a path; it is made with the first order."""
    return HandOver(Path(where))


class HandOver:
    """A file that orders are added to, a line each."""

    actions = actions
    reversible = reversible
    limits = ""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, order: Order) -> Receipt:
        if self._state(order) == "ordered":
            return Receipt(order.key, ALREADY, "the file has it")
        self._add(order, undo=False)
        return Receipt(order.key, DONE, f"written to {self._path.name}")

    def undo(self, order: Order) -> Receipt:
        if not self._state(order):
            return Receipt(order.key, REFUSED, "the file does not have it")
        if self._state(order) == "ordered":
            self._add(order, undo=True)
        return Receipt(order.key, UNDONE, f"written to {self._path.name}")

    def read_back(self, order: Order) -> str:
        return self._state(order)

    def expected(self, order: Order, now: str) -> str:
        return "ordered"

    def _state(self, order: Order) -> str:
        """Ordered, taken back, or empty when the file does not speak of it."""
        undone = [row["undo"] for row in self._rows() if row["key"] == order.key]
        if not undone:
            return ""
        return "taken back" if undone[-1] == "yes" else "ordered"

    def _rows(self) -> list[dict[str, str]]:
        """The whole lines of the file; a last line that was cut off never happened."""
        if not self._path.exists():
            return []
        text = self._path.read_text("utf-8")
        whole = text[: text.rfind("\n") + 1].splitlines()
        if whole and whole[0] != ",".join(COLUMNS):
            raise InputError(
                "it is no file of orders.",
                source=self._path,
                line=1,
                hint="name another file, or one that does not exist yet.",
            )
        return list(csv.DictReader(whole))

    def _add(self, order: Order, *, undo: bool) -> None:
        row = {
            "key": order.key,
            "action": str(order.action),
            "subject": order.subject,
            "platform": order.platform,
            "value": order.value,
            "decision": order.decision,
            "undo": "yes" if undo else "",
        }
        with self._path.open("a+", encoding="utf-8", newline="") as file:
            file.seek(0)
            whole = file.read()
            file.truncate(len(whole[: whole.rfind("\n") + 1].encode()))
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            if "\n" not in whole:
                writer.writeheader()
            writer.writerow(row)
            file.flush()
            os.fsync(file.fileno())
