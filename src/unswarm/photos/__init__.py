"""What profile photos show: faces made by a machine, photos used again, one by one and in groups.

`look` measures one photo; everything else compares what it measured. `calibration` holds the
reference, `likelihood` what one photo says against it, `groups` what several say together, with a
p-value each. None of it is a verdict: a photo alone says "consistent with", a group says how far
beyond chance, and a generator that puts faces anywhere is not seen by where faces are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from unswarm.photos import mtcnn
from unswarm.photos.decode import Picture, Unreadable, decode, preview
from unswarm.photos.pdq import LOWEST_QUALITY, Hashed, face_pdq, pdq
from unswarm.photos.watermark import watermark

if TYPE_CHECKING:
    from unswarm.photos.trained import Trained

ONE, MANY, NONE, UNREADABLE = "one face", "many faces", "no face", "unreadable"
RESULTS = (ONE, MANY, NONE, UNREADABLE)

Row = dict[str, Any]


def look(content: bytes, models: Sequence[Trained] = ()) -> Row:
    """Measure one photo.

    Args:
        content: the bytes of the file.
        models: trained detectors that score it too.

    Returns:
        A row of `model.PHOTO` without its account and file; `jpeg`, the preview; and `scores`, the
        identity of each model → its score or None. Of an unreadable photo only the reason.

    Raises:
        SettingsError: the extra `photos` is not installed.
    """
    row: Row = {"photo": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    try:
        picture = decode(content)
    except Unreadable as error:
        return row | {"result": UNREADABLE, "reason": error.reason}
    faces = mtcnn.detect(picture.rgb)
    row |= _file(picture) | _faces(picture, faces) | _hashes(picture, faces)
    row["watermark"] = watermark(picture.rgb)
    row["jpeg"] = preview(picture.rgb)
    row["scores"] = _scores(picture, faces, models)
    return row


def _file(picture: Picture) -> Row:
    names = ("form", "width", "height", "frames", "truncated", "camera", "tables", "quality")
    return {name: getattr(picture, name) for name in names}


def _faces(picture: Picture, faces: Sequence[mtcnn.Face]) -> Row:
    found: Row = {"detector": mtcnn.NAME, "faces": len(faces)}
    if not faces:
        return found | {"result": NONE}
    height, width = picture.rgb.shape[:2]
    (left_x, left_y), (right_x, right_y) = (faces[0].eyes / [width, height]).tolist()
    return found | {
        "result": ONE if len(faces) == 1 else MANY,
        "score": faces[0].score,
        "left_x": left_x,
        "left_y": left_y,
        "right_x": right_x,
        "right_y": right_y,
    }


def _hashes(picture: Picture, faces: Sequence[mtcnn.Face]) -> Row:
    whole = _kept(pdq(picture.rgb))
    face = _kept(face_pdq(picture.rgb, faces[0].points)) if faces else None
    return {
        "pdq": whole and whole.plain,
        "pdq_mirrored": whole and whole.mirrored,
        "face_pdq": face and face.plain,
        "face_pdq_mirrored": face and face.mirrored,
    }


def _kept(hashed: Hashed | None) -> Hashed | None:
    """Flat pictures have hashes that match anything flat; theirs are not kept."""
    return hashed if hashed is not None and hashed.quality >= LOWEST_QUALITY else None


def _scores(
    picture: Picture, faces: Sequence[mtcnn.Face], models: Sequence[Trained]
) -> dict[str, float | None]:
    eyes = None
    if faces:
        left, right = faces[0].eyes.tolist()
        eyes = ((left[0], left[1]), (right[0], right[1]))
    return {model.identity: model.score(picture.rgb, eyes) for model in models}
