"""Keyed hashes in place of what would give people away: addresses, phones, devices, cards.

Equal values have equal hashes under one key, so that whoever shares something is still seen, and
nobody without the key can try values out (HMAC-SHA-256, RFC 2104, the first 16 bytes). The key lies
in the case folder and is never exported. Cases that are to be compared need the same key: set
`UNSWARM_KEY` before their first reading.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from unswarm.errors import SettingsError
from unswarm.folder import aside

FILE = "seal.key"
VARIABLE = "UNSWARM_KEY"
SIZE = 16  # bytes of a hash that are kept: two of a billion values meet with p = 1e-21


def key_of(case: Path) -> bytes:
    """The key of a case folder; the first call makes it: `UNSWARM_KEY`, or a random one."""
    file = case / FILE
    if not file.exists():
        said = os.environ.get(VARIABLE, "").strip() or secrets.token_hex(32)
        with aside(file) as partial:
            partial.touch(mode=0o600)
            partial.write_text(said, "utf-8")
    return file.read_text("utf-8").strip().encode()


def agreed_key(case: Path) -> bytes:
    """The key to seal new values with: the case's, and no other one may be asked for.

    Raises:
        SettingsError: `UNSWARM_KEY` is another key than the case's.
    """
    key, said = key_of(case), os.environ.get(VARIABLE)
    if said and said.strip().encode() != key:
        raise SettingsError(
            f"{VARIABLE} is not the key that {case / FILE} holds, so what is read now would be "
            f"compared with nothing. Hint: unset {VARIABLE} to go on with this case, or start "
            "another one with --case."
        )
    return key


def tells(case: Path) -> str:
    """What two cases with one key have in common, and the key cannot be told from; '' without."""
    if not (case / FILE).exists():
        return ""
    return hmac.new(key_of(case), b"unswarm: one key", hashlib.sha256).hexdigest()[: 2 * SIZE]


def derived(case: Path, purpose: str) -> str:
    """A key for one purpose, 64 hexadecimal digits: from it neither the case's key nor another
    purpose's can be told (HMAC-SHA-256, RFC 2104)."""
    said = f"unswarm: {purpose}".encode()
    return hmac.new(key_of(case), said, hashlib.sha256).hexdigest()


def seal(values: pa.ChunkedArray, key: bytes) -> pa.ChunkedArray:
    """Texts → their hashes, 32 hexadecimal digits; null stays null."""
    coded = values.combine_chunks().dictionary_encode()
    hashes = [
        None
        if value is None
        else hmac.new(key, value.encode(), hashlib.sha256).digest()[:SIZE].hex()
        for value in coded.dictionary.to_pylist()
    ]
    return pa.chunked_array([pc.take(pa.array(hashes, pa.string()), coded.indices)], pa.string())


# --- patterns of mail addresses

RUNS = 4  # of letters and digits in a name at a mail domain, with signs between them
LONGEST = 16  # runs without a sign between: names made by machines
SIGNS = ("", ".", "_", "-", "+")
RUN_KINDS = ("a", "0")


def at_mail_domain(case: Path, domain: str) -> list[str]:
    """The hashes that patterns of addresses at a mail domain have in a case.

    A case keeps patterns and no domains, so that a domain is known again by trying the patterns:
    the usual ones are few. There are none of public mail domains, which thus are never found.
    """
    if not (case / FILE).exists():
        return []
    at = pa.chunked_array([[f"{name}@{domain.casefold()}" for name in _names()]])
    return seal(at, key_of(case)).to_pylist()  # type: ignore[no-any-return]


@cache
def _names() -> tuple[str, ...]:
    """The usual shapes of the names in mail addresses: `a` stands for letters, `0` for digits."""
    found = list(RUN_KINDS)
    layer = found
    for _ in range(RUNS - 1):
        layer = [
            name + sign + run
            for name in layer
            for sign in SIGNS
            for run in RUN_KINDS
            if sign or name[-1] != run
        ]
        found += layer
    machines = ((kind * LONGEST)[:length] for kind in ("a0", "0a") for length in range(LONGEST + 1))
    return tuple(dict.fromkeys([*found, *filter(None, machines)]))
