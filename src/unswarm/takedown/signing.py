"""Who stands behind the facts, and what has changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from unswarm.record.people import same
from unswarm.record.publication import Signature
from unswarm.takedown.facts import Facts

UNSIGNED = frozenset({"errata"})
"""What may be added without being signed again: a correction of what was published."""


@dataclass(frozen=True)
class Change:
    """A fact that is not as it was signed; empty: it was, or is, not there."""

    fact: str
    signed: str
    now: str

    def __str__(self) -> str:
        return f"{self.fact}: {self.signed or 'nothing'} was signed, now it is {self.now or 'gone'}"


def flat(facts: Facts) -> dict[str, str]:
    """Every single fact by a name that says where it stands."""
    return {
        name: text
        for field in fields(facts)
        if field.name not in UNSIGNED
        for name, text in _parts(field.name, getattr(facts, field.name))
    }


def _parts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if is_dataclass(value):
        for field in fields(value):
            yield from _parts(f"{name}, {field.name}", getattr(value, field.name))
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            yield from _parts(f"{name} {_title(each) or place + 1}", each)
    else:
        yield name, "" if value is None else str(value)


def _title(value: Any) -> str:
    """What tells a fact from its neighbours better than its place does."""
    for names in (("network", "signal", "first"), ("platform", "kind"), ("month",), ("id",)):
        said = [str(getattr(value, name)) for name in names if hasattr(value, name)]
        if len(said) == len(names):
            return " ".join(said)
    return str(getattr(value, "network", ""))


def digest(facts: Facts) -> str:
    """SHA-256 of all facts, 64 hexadecimal digits."""
    said = json.dumps(flat(facts), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def signed(signatures: tuple[Signature, ...], of: str) -> list[Signature]:
    """The signatures of different people under a digest, oldest first."""
    found: list[Signature] = []
    for each in signatures:
        if each.digest == of and not any(same(each.who, other.who) for other in found):
            found.append(each)
    return found


def changes(then: Mapping[str, str], now: Mapping[str, str]) -> list[Change]:
    """The facts that differ between two states, in the order of today's."""
    names = dict.fromkeys([*now, *then])
    return [
        Change(name, then.get(name, ""), now.get(name, ""))
        for name in names
        if then.get(name) != now.get(name)
    ]
