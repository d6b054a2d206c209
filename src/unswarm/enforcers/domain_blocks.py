"""A CSV file of blocked servers in Mastodon's form, which administrators import and exchange.

`domain_blocks:blocks.csv`; Mastodon takes it under Moderation → Federation → Import. Columns:
#domain, #severity, #reject_media, #reject_reports, #public_comment, #obfuscate. *Block domain*
suspends, or what `--value` says: silence, noop; the ground of the decision is the public comment.
Rows of others in the file stay as they are. Undoing removes the row; what was imported before is
then lifted by hand.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from unswarm.errors import InputError
from unswarm.folder import aside
from unswarm.record.orders import ALREADY, DONE, REFUSED, UNDONE, Action, Order, Receipt

COLUMNS = (
    *("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"),
)
SEVERITIES = ("noop", "silence", "suspend")  # the softest first

actions = frozenset({Action.BLOCK_DOMAIN})
reversible = actions
per_minute = 0

Row = dict[str, str]


def open_target(where: str) -> DomainBlocks:
    """The file at a path; it is made with the first order."""
    return DomainBlocks(Path(where))


class DomainBlocks:
    """A file of blocked servers, a line each."""

    actions = actions
    reversible = reversible
    limits = ""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, order: Order) -> Receipt:
        columns, rows = self._read()
        severity = order.value or SEVERITIES[-1]
        if severity not in SEVERITIES:
            said = f"'{severity}' is no way to block: {', '.join(SEVERITIES)}"
            return Receipt(order.key, REFUSED, said)
        known = _of(rows, order)
        if known and _rank(known["#severity"]) >= _rank(severity):
            return Receipt(order.key, ALREADY, f"the file says {known['#severity']}")
        if known:
            said = f"the file has it with {known['#severity']}; raise it by hand"
            return Receipt(order.key, REFUSED, said)
        new = {
            "#domain": order.subject,
            "#severity": severity,
            "#reject_media": "False",
            "#reject_reports": "False",
            "#public_comment": order.ground,
            "#obfuscate": "False",
        }
        self._write(columns, [*rows, new])
        return Receipt(order.key, DONE, f"written to {self._path.name}")

    def undo(self, order: Order) -> Receipt:
        columns, rows = self._read()
        if _of(rows, order):
            self._write(columns, [row for row in rows if not _is(row, order)])
            return Receipt(order.key, UNDONE, f"removed from {self._path.name}")
        return Receipt(order.key, UNDONE, "the file does not have it")

    def read_back(self, order: Order) -> str:
        known = _of(self._read()[1], order)
        return f"blocked: {known['#severity']}" if known else ""

    def expected(self, order: Order, now: str) -> str:
        return now or f"blocked: {order.value or SEVERITIES[-1]}"

    def _read(self) -> tuple[list[str], list[Row]]:
        """The columns of the file, and its rows."""
        if not self._path.exists():
            return list(COLUMNS), []
        reader = csv.DictReader(io.StringIO(self._path.read_text("utf-8-sig"), newline=""))
        columns = list(reader.fieldnames or ())
        if not {"#domain", "#severity"} <= set(columns):
            raise InputError(
                "it is no file of blocked domains.",
                source=self._path,
                line=1,
                hint="name another file, or one that does not exist yet.",
            )
        return columns, list(reader)

    def _write(self, columns: list[str], rows: list[Row]) -> None:
        with aside(self._path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)


def _is(row: Row, order: Order) -> bool:
    return (row["#domain"] or "").casefold() == order.subject.casefold()


def _of(rows: list[Row], order: Order) -> Row | None:
    return next((row for row in rows if _is(row, order)), None)


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0
