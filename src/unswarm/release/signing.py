"""The seal of a pack: a digest of each file, and an Ed25519 signature over the list of them."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

from unswarm.errors import SettingsError

MANIFEST, SIGNATURE, PUBLIC_KEY = "MANIFEST.sha256", "SIGNATURE", "PUBLIC_KEY"
CHUNK = 1 << 20


def digest(file: Any) -> str:
    """SHA-256 of an open file, hexadecimal."""
    found = hashlib.sha256()
    while part := file.read(CHUNK):
        found.update(part)
    return found.hexdigest()


def seal(folder: Path, seed: str) -> None:
    """Write the manifest of a folder's files into it, and with a seed the signature, too."""
    key = _private(seed) if seed else None
    if key:
        (folder / PUBLIC_KEY).write_text(key.public_key().public_bytes_raw().hex() + "\n", "utf-8")
    lines = []
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            lines.append(f"{digest(file)}  {path.name}\n")
    manifest = "".join(lines).encode()
    (folder / MANIFEST).write_bytes(manifest)
    if key:
        (folder / SIGNATURE).write_text(key.sign(manifest).hex() + "\n", "utf-8")


def check_seed(seed: str) -> None:
    """Refuse a signing key that is none, before the work starts."""
    if seed:
        _private(seed)


def _private(seed: str) -> Any:
    try:
        raw = bytes.fromhex(seed)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise SettingsError(
            "The signing key is no Ed25519 seed. Hint: 32 bytes, 64 hexadecimal digits."
        )
    return _ed25519().Ed25519PrivateKey.from_private_bytes(raw)


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise SettingsError(
            "Signatures need the cryptography library. Hint: pip install 'unswarm[share]'"
        ) from None
    return ed25519


def verify(path: Path, public_key: str = "") -> list[str]:
    """What is wrong with a pack: files changed, missing or added, a false signature.

    Args:
        path: the pack.
        public_key: the key it ought to be signed with, hexadecimal; empty: the one inside.
    """
    try:
        with zipfile.ZipFile(path) as pack:
            return [*_files(pack), *_signature(pack, public_key.strip().lower())]
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        return [f"{path.name} is no readable pack: {error}"]


def signed_by(path: Path) -> str:
    """Who signed a pack, in a sentence: anybody can make a key, so it is to be compared."""
    with zipfile.ZipFile(path) as pack:
        if PUBLIC_KEY not in pack.namelist():
            return "Nobody signed it."
        public = pack.read(PUBLIC_KEY).decode().strip()
    return f"Signed with the key {public}; ask the sender by another way whether it is theirs."


def _files(pack: zipfile.ZipFile) -> list[str]:
    names = pack.namelist()
    if MANIFEST not in names:
        return [f"{MANIFEST} is missing"]
    pairs = [line.split("  ", 1) for line in pack.read(MANIFEST).decode().splitlines()]
    listed = {pair[-1]: pair[0] for pair in pairs}
    found = [f"{name} is there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    found += [f"{name} is missing" for name in sorted(listed.keys() - set(names))]
    for name in sorted(set(names) - {MANIFEST, SIGNATURE}):
        if name not in listed:
            found.append(f"{name} is not in the manifest")
        else:
            with pack.open(name) as file:
                found += [f"{name} was changed"] if digest(file) != listed[name] else []
    return found


def _signature(pack: zipfile.ZipFile, expected: str) -> list[str]:
    there = {SIGNATURE, PUBLIC_KEY} & set(pack.namelist())
    if not there:
        return ["the pack is not signed"] if expected else []
    if len(there) < 2 or MANIFEST not in pack.namelist():
        return ["the signature is not whole"]
    said = pack.read(PUBLIC_KEY).decode().strip()
    if expected and said != expected:
        return ["the pack is signed with another key"]
    return _checked(said, pack.read(SIGNATURE).decode().strip(), pack.read(MANIFEST))


def _checked(public: str, signature: str, manifest: bytes) -> list[str]:
    from cryptography.exceptions import InvalidSignature

    key = _ed25519().Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    try:
        key.verify(bytes.fromhex(signature), manifest)
    except InvalidSignature:
        return ["the signature is false"]
    return []
