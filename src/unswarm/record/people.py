"""Who may do what: a person acts in a role, and what is enforceable needs two people."""

from __future__ import annotations

import getpass
from enum import StrEnum

from unswarm.errors import SettingsError, did_you_mean


class Role(StrEnum):
    """What a person may do in a case; each role may do what those before it may."""

    VIEWER = "viewer"  # reads
    ANALYST = "analyst"  # decides, claims, plans
    APPROVER = "approver"  # approves what somebody else decided, answers appeals, signs
    ADMIN = "admin"  # the same, and keeps the case

    def may(self, needed: Role) -> bool:
        """Whether this role is enough."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


def person(who: str | None) -> str:
    """The name of whoever acts; None: the name logged in.

    Raises:
        SettingsError: the name is empty.
    """
    name = (getpass.getuser() if who is None else who).strip()
    if not name:
        raise SettingsError("Who does this? Hint: --who NAME")
    return name


def same(one: str, other: str) -> bool:
    """Whether two names are one person's, however they are written."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def role_of(word: str) -> Role:
    """The role somebody names.

    Raises:
        SettingsError: there is no such role.
    """
    if word not in set(Role):
        raise SettingsError(f"Unknown role '{word}'. Hint: {did_you_mean(word, list(Role))}")
    return Role(word)


def needs(role: Role, needed: Role, act: str) -> None:
    """Refuse an act to a role that may not do it.

    Raises:
        SettingsError: the role is not enough; the message names the one that is.
    """
    if not role.may(needed):
        raise SettingsError(
            f"A person in the role '{role}' may not {act}; that takes '{needed}'. "
            f"Hint: ask somebody who may, and give --role {needed}"
        )
