"""Acting: one module per kind of target. Nothing is sent but an approved plan's orders."""

from __future__ import annotations

from typing import Protocol

from unswarm.record.orders import Action, Order, Receipt


class Target(Protocol):
    """A place where orders are carried out.

    Each call may be repeated with the same order: its `key` is the same, so the target acts once.
    """

    def send(self, order: Order) -> Receipt:
        """Carry one order out: done, already, or refused with the target's reason."""

    def undo(self, order: Order) -> Receipt:
        """Take one order back: undone, or refused with the target's reason."""

    def read_back(self, order: Order) -> str:
        """What the target says of the order now; empty: it cannot be asked."""


class Enforcer(Protocol):
    """One module per kind of target."""

    actions: frozenset[Action]
    reversible: frozenset[Action]
    per_minute: int  # orders; 0: as fast as it takes them

    def open_target(self, where: str) -> Target:
        """The target at an address or a path.

        Raises:
            SettingsError: it cannot be one.
        """
