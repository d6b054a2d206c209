"""What a network leaves behind, small enough to keep: who its accounts were and what they had.

A fingerprint is taken of a confirmed network. It is compared with the accounts of other data, to
tell whether a banned network came back or whether one hand works on another platform. Of devices,
addresses, phones and cards it holds keyed hashes only; they compare where both cases have one key.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unswarm.canonical import clean_url
from unswarm.engines import Engine
from unswarm.errors import InputError
from unswarm.findings import Findings
from unswarm.model import MINUTE
from unswarm.ties import FEWEST_COMMON, Tie, holders, ties

FORM = "unswarm fingerprint 1"
SEALED = "infrastructure"  # the table whose values are keyed hashes


@dataclass(frozen=True)
class Profile:
    """What is known of an account: of a case, or in the fingerprint of a past one.

    Args:
        account: its id.
        platform: null when unknown.
        handle: folded, see `folded`.
        name, bio: folded.
        website: registered domain of the address its profile names.
        pictures: PDQ hashes of its photo, then of the mirrored one, as numbers of 256 bits.
        created: milliseconds UTC; None: unknown, or known to the day only.
    """

    account: str
    platform: str | None = None
    handle: str = ""
    name: str = ""
    bio: str = ""
    website: str = ""
    pictures: tuple[int, ...] = ()
    created: int | None = None

    @property
    def stem(self) -> str:
        """The handle without the digits behind it."""
        return self.handle.rstrip("0123456789")

    @property
    def digits(self) -> int:
        """How many digits end the handle."""
        return len(self.handle) - len(self.stem)


def folded(text: str | None) -> str:
    """Case, blanks and signs make no difference."""
    return re.sub(r"[\W_]+", "", (text or "").casefold())


PEOPLE = """
SELECT a.account, a.platform, a.handle, a.name, a.bio, a.website, a.created, a.created_precision,
       p.pdq, p.pdq_mirrored
FROM account AS a LEFT JOIN photo AS p ON p.account = a.account
ORDER BY a.account
"""


def people(engine: Engine) -> list[Profile]:
    """Every account of a case, as far as its profile and its photo tell."""
    return [_profile(row) for row in engine.fetch(PEOPLE).to_pylist()]


def _profile(row: Mapping[str, Any]) -> Profile:
    site = clean_url(row["website"]) if row["website"] else None
    fine = row["created"] and (row["created_precision"] or MINUTE) <= MINUTE
    hashes = [row["pdq"], row["pdq_mirrored"]]
    return Profile(
        account=row["account"],
        platform=row["platform"],
        handle=folded(row["handle"]),
        name=folded(row["name"]),
        bio=folded(row["bio"]),
        website=site[1] if site else "",
        pictures=tuple(int(bits, 16) for bits in hashes if bits),
        created=row["created"] if fine else None,
    )


@dataclass(frozen=True)
class Fingerprint:
    """One network, as it is remembered.

    Args:
        case: the case it was found in.
        network: its id there.
        accounts: its members and the accounts linked to it.
        owned: tie → the things that were its own: hardly anybody else had them.
        key: tells whether two cases seal with one key; empty: nothing is sealed.
    """

    case: str
    network: str
    accounts: tuple[Profile, ...]
    owned: Mapping[str, frozenset[str]] = field(repr=False)
    key: str = ""

    def comparable(self, key: str) -> Mapping[str, frozenset[str]]:
        """What was its own, without what is sealed with another key than `key`."""
        sealed = {name for name, tie in ties().items() if SEALED in tie.needs}
        one_key = bool(key) and key == self.key
        return {name: own for name, own in self.owned.items() if one_key or name not in sealed}


MEMBERS = """
SELECT network, account FROM membership
UNION
SELECT network, account FROM linked WHERE named
"""

Things = Sequence[Mapping[str, str]]
"""Rows (account, object) of one tie."""


def fingerprints(findings: Findings, networks: Iterable[str]) -> list[Fingerprint]:
    """The fingerprints of some networks of a run: of their members and those linked to them."""
    own: dict[str, set[str]] = {network: set() for network in networks}
    if not own:
        return []
    for row in findings.query(MEMBERS):
        if row["network"] in own:
            own[row["network"]].add(row["account"])
    everybody, engine = people(findings.engine), findings.engine
    held = {name: holders(engine, tie).to_pylist() for name, tie in ties().items()}
    key = str(findings.run.get("seal", ""))
    return [
        Fingerprint(
            findings.name,
            network,
            tuple(person for person in everybody if person.account in accounts),
            _owned(held, accounts),
            key,
        )
        for network, accounts in own.items()
    ]


def _owned(held: Mapping[str, Things], accounts: set[str]) -> dict[str, frozenset[str]]:
    """Tie → what was the accounts' own; ties that nothing was theirs of are left out."""
    known = ties()
    found = {name: _own(things, known[name], accounts) for name, things in held.items()}
    return {name: own for name, own in found.items() if own}


def _own(things: Things, tie: Tie, accounts: set[str]) -> frozenset[str]:
    """Things that more of these accounts have than of all others; a role's holders among them."""
    inside = Counter(row["object"] for row in things if row["account"] in accounts)
    outside = Counter(row["object"] for row in things if row["account"] not in accounts)
    rare = {thing for thing, n in inside.items() if n >= outside[thing] < FEWEST_COMMON}
    return frozenset(rare | (accounts & outside.keys() if tie.between else set()))


# --- files


def dumps(found: Sequence[Fingerprint]) -> str:
    """Fingerprints as JSON, sorted, so that the same ones are the same bytes."""
    return json.dumps({"form": FORM, "networks": [_plain(each) for each in found]}, indent=1)


def _plain(found: Fingerprint) -> dict[str, Any]:
    return {
        "case": found.case,
        "network": found.network,
        "key": found.key,
        "accounts": [_said(person) for person in found.accounts],
        "owned": {name: sorted(own) for name, own in sorted(found.owned.items())},
    }


def _said(person: Profile) -> dict[str, Any]:
    values = {**vars(person), "pictures": [f"{bits:064x}" for bits in person.pictures]}
    return {name: value for name, value in values.items() if value}


def is_fingerprint(path: Path) -> bool:
    """Whether a file is meant to be one of `dumps`: JSON that states a form."""
    try:
        return "form" in json.loads(path.read_text("utf-8"))
    except ValueError:
        return False


def loads(path: Path) -> list[Fingerprint]:
    """The fingerprints of a file that `dumps` wrote.

    Raises:
        InputError: it holds something else.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["form"] != FORM:
            raise InputError(f"its form is '{found['form']}', not '{FORM}'.", source=path)
        return [_read(each) for each in found["networks"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"it is no fingerprint: {error}.",
            source=path,
            hint="write one with `unswarm export fingerprint`.",
        ) from None


def _read(each: Mapping[str, Any]) -> Fingerprint:
    accounts = tuple(
        Profile(**{**said, "pictures": tuple(int(bits, 16) for bits in said.get("pictures", ()))})
        for said in each["accounts"]
    )
    owned = {name: frozenset(own) for name, own in each["owned"].items()}
    return Fingerprint(each["case"], each["network"], accounts, owned, each["key"])
