"""An invented case with photos: drawn pictures, and eyes where the shipped reference has them.

Nothing here is a photo of anybody: the pictures are squares of chance colours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from invented_case import findings
from numpy.typing import NDArray

from unswarm.findings import Findings
from unswarm.photos import MANY, NONE, ONE, UNREADABLE
from unswarm.photos.calibration import Calibration, shipped
from unswarm.photos.decode import preview

Row = dict[str, Any]
Floats = NDArray[np.float64]

SCRIPT = "<script>alert('photo')</script>"
FINDING, LEAD, FEW_HITS, QUIET, SMALL, STUDIO, BARE = (f"n{n}" for n in range(1, 8))
GENERATED = {FINDING: 18, LEAD: 12, FEW_HITS: 5}
CROPPED = {FINDING: 2}
REAL = {FINDING: 10, LEAD: 6, FEW_HITS: 3, QUIET: 20, SMALL: 2}
AGAIN = 6  # members of the lead who show one face: three files of it, twice each
ODD = {QUIET: (MANY, NONE, UNREADABLE), SMALL: (NONE, NONE)}
OTHERS = 30


def photo_case(name: str = f"album {SCRIPT}", *, tier: str = "") -> Findings:
    """A finding and leads with photos.

    Args:
        tier: what all networks are; by default one is a finding.
    """
    tables = _tables()
    if tier:
        tables["network"] = [row | {"tier": tier} for row in tables["network"]]
    return findings(tables, {"counts": {}}, name)


def _tables() -> dict[str, list[Row]]:
    photos = [row for network in _networks() for row in _photos(network)]
    others = [_photo(f"other{n:02}", ONE, eyes) for n, eyes in enumerate(_real(OTHERS, 700))]
    members = [{"network": row.pop("network"), "account": row["account"]} for row in photos]
    members.append({"network": BARE, "account": "secret_bare"})
    return {
        "account": [{"account": row["account"], "handle": row["account"]}
                    for row in (*photos, *others)],
        "network": [_network(name) for name in (*_networks(), BARE)],
        "membership": [_member(place, row) for place, row in enumerate(members)],
        "photo": [*photos, *others],
        "preview": _previews([*photos, *others]),
        "quarantine": [
            {"source": f"/home/somebody/album/secret_{n}.jpg", "content": f"secret_{n}",
             "reason": f"no photo: cut off: {n} of 5,000 bytes"} for n in range(3)
        ],
    }  # fmt: skip


def _networks() -> list[str]:
    return [FINDING, LEAD, FEW_HITS, QUIET, SMALL, STUDIO]


def _network(name: str) -> Row:
    finding = name == FINDING
    return {
        "network": name, "tier": "confirmed" if finding else "lead", "signals": "links",
        "reason": "" if finding else "too few joint occasions", "accounts": 30, "p": 1e-9,
        "occasions": 40, "together": 20, "expected": 1.0, "lift": 20.0, "days": 9, "objects": 9,
        "exclusive": 0.5, "first": 1_767_225_600_000, "last": 1_769_225_600_000,
        "label": "coordinated" if finding else "", "strength": "moderate" if finding else "weak",
    }  # fmt: skip


def _member(place: int, row: Row) -> Row:
    probability = 0.6 if place == 1 else 0.999
    return row | {"probability": probability, "signals": "links", "occasions": 9, "together": 8,
                  "expected": 0.1, "p": 1e-6, "explanation": ""}  # fmt: skip


def aligned_case() -> Findings:
    """One group of real photos that a program aligned as generators' training photos are."""
    photos = [_photo(f"a{place}", ONE, eyes) for place, eyes in enumerate(shipped().aligned[:40])]
    members = [{"network": "studio", "account": row["account"]} for row in photos]
    group = {"network": "studio", "tier": "lead", "reason": "photos alone"}
    tables = {"photo": photos, "membership": members, "network": [group]}
    return findings({**tables, "preview": _previews(photos)}, {})


# --- photos


def _photos(network: str) -> Iterator[Row]:
    """Rows of `model.PHOTO`, with their network."""
    for place, (result, eyes, picture) in enumerate(_looks(network)):
        account = _account(network, place)
        yield _photo(account, result, eyes, picture or account) | {"network": network}


def _account(network: str, place: int) -> str:
    if network == FINDING:
        return SCRIPT if place == 0 else f"member{place:02}"
    return f"secret_{network}_{place:02}"


def _looks(network: str) -> Iterator[tuple[str, Floats | None, str]]:
    calibration = shipped()
    for eyes in _on_template(calibration)[: GENERATED.get(network, 0)]:
        yield ONE, eyes, ""
    for eyes in _on_template(calibration)[50 : 50 + CROPPED.get(network, 0)]:
        yield ONE, (eyes - 0.03) / 0.9, ""
    for eyes in _real(REAL.get(network, 0), 0):
        yield ONE, eyes, ""
    if network == LEAD:
        for n in range(AGAIN):
            yield ONE, _real(1, 600)[0], f"again {n % 3}"
    if network == STUDIO:
        for n in range(15):
            yield ONE, np.array([0.44, 0.25, 0.56, 0.25]) + n % 5 / 2_000, ""
    for result in ODD.get(network, ()):
        yield result, None, ""


def _on_template(calibration: Calibration) -> Floats:
    return calibration.generated[calibration.distance(calibration.generated) < 0.006]


def _real(number: int, start: int) -> Floats:
    """Eyes of so many real photos that are nothing like the template."""
    calibration = shipped()
    far = calibration.real[calibration.likelihood.cropped(calibration.real) < -2]
    return far[start : start + number]


def _photo(account: str, result: str, eyes: Floats | None, picture: str = "") -> Row:
    """A photo; those of one picture but of several files have one PDQ hash."""
    picture = picture or account
    file = {"photo": _hex(f"file {picture}"), "file": f"{account}.jpg", "bytes": 5_000}
    if eyes is None:
        return {"account": account, **file, "result": result, "faces": 2 * (result == MANY),
                "reason": "damaged" if result == UNREADABLE else None}  # fmt: skip
    return {
        "account": account, **file, "result": result, "faces": 1, "score": 0.99,
        "pdq": _hex(picture.split()[0]), "pdq_mirrored": _hex(f"mirrored {picture.split()[0]}"),
        "watermark": 0.5 if account == "member01" else 0.05,
        **dict(zip(("left_x", "left_y", "right_x", "right_y"), eyes.tolist(), strict=True)),
    }  # fmt: skip


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _previews(photos: list[Row]) -> list[Row]:
    digests = sorted({row["photo"] for row in photos if row["result"] != UNREADABLE})
    return [{"photo": digest, "jpeg": squares(int(digest[:8], 16))} for digest in digests]


def squares(seed: int) -> bytes:
    """A picture made of squares of chance colours, as a preview."""
    colours = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
    return preview(np.kron(colours, np.ones((12, 12, 1), np.uint8)))
