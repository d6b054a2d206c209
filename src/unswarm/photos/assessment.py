"""Everything the photos of one group of accounts say, beside those of the other accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from unswarm.photos import ONE, RESULTS
from unswarm.photos.calibration import Calibration
from unswarm.photos.geometry import Floats, rows
from unswarm.photos.groups import LIKELY, Framing, Spread, Template, framing, spread, template
from unswarm.photos.pdq import SAME, SAME_FACE, matches
from unswarm.photos.watermark import FOUND

EYES = ("left_x", "left_y", "right_x", "right_y")
COMMON = 3  # accounts outside the group that use a picture too: it is common, and says nothing

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Assessment:
    """What the photos of one group say.

    Args:
        coverage: result → photos.
        template: whether they are on the template of generated faces.
        framing: the framing most of them share; None without faces.
        spread: how closely those on the template agree; None where they are too few.
        aligned: accounts whose photo is on the template, or likelier so than not, cropped or whole.
        watermarked: accounts whose photo carries a generator's text.
        shared: groups of accounts with one photo of a face, which hardly anybody else uses.
        known: account → the label of a known picture that it uses.
    """

    coverage: Mapping[str, int]
    template: Template
    framing: Framing | None
    spread: Spread | None
    aligned: frozenset[str]
    watermarked: frozenset[str]
    shared: tuple[tuple[str, ...], ...]
    known: Mapping[str, str]

    @property
    def generated(self) -> bool:
        """Whether generated faces are found, and no program that aligned real photos fits better.

        It takes `Template.found`; whether p stands after the other groups of the run is for the
        caller to say.
        """
        return self.template.found and not (self.spread is not None and self.spread.loose)


def assess(
    photos: Sequence[Row],
    calibration: Calibration,
    *,
    shared: Iterable[Collection[str]] = (),
    known: Mapping[str, str] | None = None,
    framed: bool = True,
) -> Assessment:
    """Assess the photos of a group.

    Args:
        photos: rows of `model.PHOTO`, one per account.
        calibration: the reference.
        shared: accounts that use one picture, of the whole case; see `same_photos`.
        known: account → label, of the whole case; see `known_pictures`.
        framed: false: leave out framing and spread, which take long for very many photos.
    """
    eyes = eyes_of(photos)
    results = Counter(row["result"] for row in photos)
    found = template(eyes, calibration)
    members = {row["account"] for row in photos}
    return Assessment(
        coverage={result: results[result] for result in RESULTS},
        template=found,
        framing=framing(eyes, calibration) if framed else None,
        spread=spread(eyes, calibration) if framed else None,
        aligned=frozenset(_aligned(photos, found, calibration)),
        watermarked=frozenset(r["account"] for r in photos if (r["watermark"] or 0) >= FOUND),
        shared=tuple(_own(members, shared)),
        known={account: label for account, label in (known or {}).items() if account in members},
    )


def eyes_of(photos: Iterable[Row]) -> Floats:
    """(n, 4) eyes of the photos with one face, in their order."""
    return rows([[row[name] for name in EYES] for row in photos if row["result"] == ONE])


def in_words(photo: Row, calibration: Calibration) -> str:
    """What one photo shows, in a sentence that is no verdict."""
    if photo["result"] != ONE:
        return f"{photo['result']}: where eyes are says nothing."
    share = calibration.shares(eyes_of([photo]))[0]
    value, low, high = (f"{100 * x:.2g} %" for x in (share.value, share.low, share.high))
    return (
        f"one face: {value} of real profile photos ({low} to {high}) are at least this aligned "
        "with the template of generated faces. One photo is no proof of anything."
    )


def _aligned(photos: Sequence[Row], found: Template, calibration: Calibration) -> list[str]:
    accounts = [row["account"] for row in photos if row["result"] == ONE]
    eyes = eyes_of(photos)
    odds = found.share * np.exp(calibration.likelihood.cropped(eyes))
    likely = odds > LIKELY / (1 - LIKELY) * (1 - found.share)
    on = calibration.hits(eyes) | (likely if found.found else False)
    return [account for account, yes in zip(accounts, on, strict=True) if yes]


def _own(members: Collection[str], shared: Iterable[Collection[str]]) -> Iterable[tuple[str, ...]]:
    """Pictures of several members that fewer than `COMMON` other accounts use."""
    for accounts in shared:
        own = sorted(account for account in accounts if account in members)
        if len(own) > 1 and len(accounts) - len(own) < COMMON:
            yield tuple(own)


# --- pictures used again


def same_photos(photos: Sequence[Row]) -> list[tuple[str, ...]]:
    """Accounts that use one picture of a face: the same file, or nearly the same picture.

    Pictures match by PDQ, plain or mirrored, or by the PDQ of the face in them. Pictures without a
    face are left out: logos and default avatars are shared for many innocent reasons.
    """
    faces = [row for row in photos if row["faces"]]
    pairs = [
        *_equal(row["photo"] for row in faces),
        *_alike(faces, "pdq", SAME),
        *_alike(faces, "face_pdq", SAME_FACE),
    ]
    return [tuple(faces[i]["account"] for i in one) for one in _components(len(faces), pairs)]


def _equal(values: Iterable[str | None]) -> Iterator[tuple[int, int]]:
    """(first place of a value, place of the same value later)."""
    first: dict[str, int] = {}
    for place, value in enumerate(values):
        if value is not None and first.setdefault(value, place) != place:
            yield first[value], place


def _alike(photos: Sequence[Row], name: str, most: int) -> Iterator[tuple[int, int]]:
    """Places of photos whose hashes match, as they are or one of them mirrored.

    Each distinct hash is compared once, so that a picture of very many costs no more than one.
    """
    yield from _equal(row[name] for row in photos)
    distinct = {row[name]: place for place, row in reversed(list(enumerate(photos))) if row[name]}
    hashes = list(distinct)
    mirrored = [photos[distinct[one]][f"{name}_mirrored"] for one in hashes]
    for i, j, _ in [*matches(hashes, most), *matches(hashes, most, mirrored)]:
        yield distinct[hashes[i]], distinct[hashes[j]]


def _components(size: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Connected components with two members or more, by their first member."""
    i, j = np.array(pairs, np.intp).reshape(-1, 2).T
    graph = sparse.coo_array((np.ones(len(i), np.int8), (i, j)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    together: dict[int, list[int]] = {}
    for place, group in enumerate(label.tolist()):
        together.setdefault(group, []).append(place)
    return [members for members in together.values() if len(members) > 1]


def known_pictures(photos: Sequence[Row], known: Sequence[Row]) -> dict[str, str]:
    """Account → the label of the known picture it uses, of those that use one."""
    found: dict[str, tuple[int, str]] = {}
    for name, most in (("pdq", SAME), ("face_pdq", SAME_FACE)):
        theirs = [row for row in known if row[name]]
        for hashes in (name, f"{name}_mirrored"):
            own = [row for row in photos if row[hashes]]
            for i, j, far in matches([r[hashes] for r in own], most, [r[name] for r in theirs]):
                best = found.get(own[i]["account"], (far, theirs[j]["label"]))
                found[own[i]["account"]] = min(best, (far, theirs[j]["label"]))
    return {account: label for account, (_, label) in sorted(found.items())}
