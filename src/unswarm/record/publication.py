"""What goes out: releases to researchers, who got them, what they say, sign-offs and errata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Release:
    """A pack of data made for researchers.

    Args:
        id: its name, chosen by the person.
        sha256: of the pack.
        embargo: the day before which its receivers publish nothing; empty: none.
        path: where it was written.
        who: the person.
        when: UTC, ISO 8601.
        recipients: (recipient, who gave it, when), oldest first.
    """

    id: str
    sha256: str
    embargo: str
    path: str
    who: str
    when: str
    recipients: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Opinion:
    """What outside researchers say of one account.

    Args:
        account: the account of this case.
        label: their word.
        note: their reason.
        source: who says so.
        when: UTC, ISO 8601, when it was read.
    """

    account: str
    label: str
    note: str
    source: str
    when: str


@dataclass(frozen=True)
class Signature:
    """A person stands behind a report with these numbers.

    Args:
        digest: SHA-256 of the facts (see `facts`), so that a changed number is seen.
        facts: the numbers themselves, by name.
        who: the person.
        role: the role they acted in.
        when: UTC, ISO 8601.
    """

    digest: str
    facts: dict[str, str]
    who: str
    role: str
    when: str


@dataclass(frozen=True)
class Erratum:
    """Something a published report said wrongly.

    Args:
        text: what was wrong and what is right.
        who: the person.
        when: UTC, ISO 8601.
    """

    text: str
    who: str
    when: str


def releases(lines: Iterable[Mapping[str, Any]]) -> dict[str, Release]:
    """Name → the release and who got it, as the log tells; a name made again is a new release."""
    found: dict[str, Release] = {}
    for line in lines:
        if line["act"] == "release":
            said = ("id", "sha256", "embargo", "path", "who", "when")
            found[line["id"]] = Release(**{name: line[name] for name in said})
        elif line["act"] == "share":
            release = found[line["release"]]
            given = (line["recipient"], line["who"], line["when"])
            found[release.id] = replace(release, recipients=(*release.recipients, given))
    return found


def opinions(lines: Iterable[Mapping[str, Any]]) -> tuple[Opinion, ...]:
    """What researchers said, as the log tells; a source's later word replaces its earlier one."""
    found: dict[tuple[str, str], Opinion] = {}
    for line in lines:
        if line["act"] == "opinions":
            for said in line["opinions"]:
                opinion = Opinion(**said, when=line["when"])
                found[opinion.account, opinion.source] = opinion
    return tuple(found.values())


def signatures(lines: Iterable[Mapping[str, Any]]) -> tuple[Signature, ...]:
    """Every sign-off, as the log tells."""
    said = ("digest", "facts", "who", "role", "when")
    return tuple(
        Signature(**{name: line[name] for name in said}) for line in lines if line["act"] == "sign"
    )


def errata(lines: Iterable[Mapping[str, Any]]) -> tuple[Erratum, ...]:
    """Every erratum, as the log tells."""
    return tuple(
        Erratum(line["text"], line["who"], line["when"])
        for line in lines
        if line["act"] == "erratum"
    )
