"""Whom a release names, and whom it shows under a pseudonym."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from unswarm.errors import SettingsError
from unswarm.findings import NAMED, Findings

THRESHOLD = 5_000  # followers below which Twitter hashed an account
SHORTEST_KEY = 16  # bytes

NETWORKS = "SELECT network, last FROM network"
STANDING = f"""
SELECT DISTINCT s.network, s.account FROM (
    SELECT m.network, m.account FROM membership AS m WHERE m.probability >= {NAMED}
    UNION ALL
    SELECT k.network, k.account FROM linked AS k WHERE k.named
) AS s ORDER BY s.network, s.account
"""
PROFILES = """
SELECT a.account, a.handle, a.name, a.followers, a.following, a.created, a.claimed_country,
       a.language, a.bio, a.website
FROM account AS a JOIN released AS r ON r.account = a.account ORDER BY a.account
"""


@dataclass(frozen=True)
class Person:
    """One account of a release.

    Args:
        account: its id on the platform.
        shown: the id it has in the release: its own, or a pseudonym.
        hidden: whether it stands under a pseudonym.
        profile: what the case knows of it; None where nothing is known.
    """

    account: str
    shown: str
    hidden: bool
    profile: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """What it is called: its id, its handle and its display name."""
        said = (self.account, self.profile.get("handle"), self.profile.get("name"))
        return [name for name in said if name and name.strip()]


def key_of(text: str) -> bytes:
    """The key of a release, from its hexadecimal form.

    Raises:
        SettingsError: there is none, or it is no key.
    """
    if not text:
        raise SettingsError("A release needs a key. Hint: the case gives it to its own releases.")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < SHORTEST_KEY:
        raise SettingsError(
            f"The key of a release is at least {SHORTEST_KEY} bytes, in hexadecimal digits. "
            "Hint: leave it to the case."
        )
    return key


def pseudonym(key: bytes, value: str) -> str:
    """A keyed hash in place of an id: HMAC-SHA256, base64, 44 characters."""
    digest = hmac.new(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def networks(findings: Findings) -> dict[str, int | None]:
    """The networks of a release, see `Findings.accused` → when they last acted together."""
    last = {row["network"]: row["last"] for row in findings.query(NETWORKS)}
    return {network: last[network] for network in findings.accused}


def named(findings: Findings) -> list[str]:
    """The accounts of the networks, sorted; without those that were cleared or reinstated."""
    known = networks(findings)
    return sorted(
        {
            row["account"]
            for row in findings.query(STANDING)
            if row["network"] in known and findings.record.may_be_named(row["account"])
        }
    )


def people(findings: Findings, key: bytes, threshold: int = THRESHOLD) -> list[Person]:
    """Every account of the release, by the id it is shown under."""
    import pyarrow as pa

    accounts = named(findings)
    findings.engine.see("released", pa.table({"account": pa.array(accounts, pa.string())}))
    profiles = {row["account"]: row for row in findings.query(PROFILES)}
    found = (_person(a, profiles.get(a, {}), key, threshold) for a in accounts)
    return sorted(found, key=lambda person: person.shown)


def _person(account: str, profile: Mapping[str, Any], key: bytes, threshold: int) -> Person:
    followers = profile.get("followers")
    hidden = followers is None or followers < threshold
    return Person(account, pseudonym(key, account) if hidden else account, hidden, profile)


def protected(everybody: Iterable[Person]) -> list[Person]:
    """Those who stand under a pseudonym, by id."""
    return sorted((p for p in everybody if p.hidden), key=lambda person: person.account)


def pseudonyms(findings: Findings, key: str) -> dict[str, str]:
    """Pseudonym, id or handle as a release shows it → the account: the way back from a release.

    Args:
        findings: what the case found.
        key: the release's key, hexadecimal.
    """
    secret = key_of(key)
    everybody = people(findings, secret)
    handles = {p.profile["handle"]: p.account for p in everybody if p.profile.get("handle")}
    ids = {p.account: p.account for p in everybody}
    return handles | ids | {pseudonym(secret, p.account): p.account for p in everybody}
