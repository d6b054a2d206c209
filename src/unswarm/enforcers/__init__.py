"""Acting: one module per kind of target. Nothing is sent but an approved plan's orders."""

from __future__ import annotations

from typing import Protocol

from unswarm.record.orders import Action, Order, Receipt


class Target(Protocol):
    """A place where orders are carried out.

    Each call may be repeated with the same order: its `key` is the same, so the target acts once.
    Opening one sends nothing; it is asked when something of it is wanted.
    """

    @property
    def actions(self) -> frozenset[Action]:
        """What this very target can do, for whoever acts there; it is asked once.

        Raises:
            CaseError: it does not answer.
            SettingsError: it is none, or lets nobody in.
        """

    @property
    def reversible(self) -> frozenset[Action]:
        """What of it this very target can take back; raises what `actions` does."""

    @property
    def limits(self) -> str:
        """Why this target can do less than others of its kind; empty: it can do all they can."""

    def send(self, order: Order) -> Receipt:
        """Carry one order out: done, already, or refused with the target's reason."""

    def undo(self, order: Order) -> Receipt:
        """Take one order back: undone, or refused with the target's reason."""

    def read_back(self, order: Order) -> str:
        """What the target says of the subject now; empty: it cannot be asked, or says nothing."""

    def expected(self, order: Order, now: str) -> str:
        """What it will say of the subject once the order is carried out.

        Args:
            order: the order.
            now: what `read_back` says.

        Returns:
            Its words; empty where they cannot be told.
        """


class Enforcer(Protocol):
    """One module per kind of target."""

    actions: frozenset[Action]  # the most that any such target can do
    reversible: frozenset[Action]
    per_minute: int  # orders; 0: as fast as it takes them

    def open_target(self, where: str) -> Target:
        """The target at an address or a path.

        Raises:
            SettingsError: it cannot be one.
        """
