"""People who may come in: a name, a role, and a password that nobody can read back.

`people.toml` lies beside the cases and is written by `unswarm people`. Passwords are kept as
argon2id hashes (RFC 9106); an unknown name costs whoever tries it as much time as a wrong password.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from unswarm.errors import SettingsError, did_you_mean
from unswarm.folder import read_toml, write_toml
from unswarm.record.people import Role, role_of, same

FILE = "people.toml"
SHORTEST = 12  # characters of a password
LONGEST = 1_000  # hashing costs time for every letter
_HASHER = PasswordHasher()
_AT_ONCE = threading.Semaphore(2)  # each check takes 64 MiB


@dataclass(frozen=True)
class Person:
    """Somebody who acts."""

    name: str
    role: Role


@dataclass(frozen=True)
class Account:
    """Somebody who may come in; `mark` changes with the role and the password."""

    person: Person
    password: str

    @property
    def mark(self) -> str:
        """What a session was opened with."""
        return f"{self.person.role} {self.password}"


def accounts(home: Path) -> dict[str, Account]:
    """Name → account; none where there is no such file."""
    path = home / FILE
    said = read_toml(path).unwrap() if path.exists() else {}
    return {
        name: Account(Person(name, role_of(about["role"])), about["password"])
        for name, about in said.items()
    }


def people(home: Path) -> list[Person]:
    """Everybody who may come in, by name."""
    return [account.person for _, account in sorted(accounts(home).items())]


def add(home: Path, name: str, role: str, password: str) -> Person:
    """Let somebody in, or change their role and password.

    Raises:
        SettingsError: there is no name or no such role, or the password is too weak or too long.
    """
    person = Person(" ".join(name.split()), role_of(role))
    if not person.name:
        raise SettingsError("Who? Hint: a name.")
    if len(password) > LONGEST:
        raise SettingsError(f"A password has at most {LONGEST:,} characters. Hint: a shorter one.")
    if len(password) < SHORTEST or same(password, person.name):
        raise SettingsError(
            f"A password has at least {SHORTEST} characters and is not the name. Hint: four or "
            "five words that do not belong together."
        )
    known = {n: a for n, a in accounts(home).items() if not same(n, person.name)}
    _write(home, {**known, person.name: Account(person, _HASHER.hash(password))})
    return person


def remove(home: Path, name: str) -> None:
    """Let somebody in no more.

    Raises:
        SettingsError: there is nobody of that name.
    """
    known = accounts(home)
    gone = next((n for n in known if same(n, name)), None)
    if gone is None:
        raise SettingsError(f"There is no '{name}'. Hint: {did_you_mean(name, known)}")
    del known[gone]
    _write(home, known)


def own(folder: Path) -> None:
    """Make a folder that only its owner looks into; one that is there becomes such."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _write(home: Path, known: dict[str, Account]) -> None:
    own(home)
    said = {
        name: {"role": str(account.person.role), "password": account.password}
        for name, account in sorted(known.items())
    }
    write_toml(home / FILE, said)
    (home / FILE).chmod(0o600)


def verified(home: Path, name: str, password: str) -> Account | None:
    """The account that a name and a password open; None: they open none."""
    found = next((a for n, a in accounts(home).items() if same(n, name)), None)
    with _AT_ONCE:
        right = _matches(found.password if found else _nobody(), password[:LONGEST])
    return found if found and right else None


def _matches(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """The hash of no password, to be checked where a name is unknown."""
    return _HASHER.hash("no password at all")
