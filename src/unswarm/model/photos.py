"""Profile photos: what was measured in them, and what they are compared with."""

from __future__ import annotations

from unswarm.model.tables import BOOLEAN, BYTES, INTEGER, REAL, TEXT, Field, Table

MEASURED = (
    Field("result", TEXT, "one face, many faces, no face or unreadable"),
    Field("reason", TEXT, "why it is unreadable; null for the others"),
    Field("bytes", INTEGER, "size of the file"),
    Field("form", TEXT, "jpeg, png, webp, gif, avif, bmp"),
    Field("width", INTEGER, "of the upright picture, pixels"),
    Field("height", INTEGER, "of the upright picture, pixels"),
    Field("frames", INTEGER, "above 1: animated; the first frame is looked at"),
    Field("truncated", BOOLEAN, "true: the end of the file is missing"),
    Field("camera", BOOLEAN, "true: the file names a camera or a time taken; neither is kept"),
    Field("tables", TEXT, "hash of a JPEG's quantisation tables: which program saved it, and how"),
    Field("quality", INTEGER, "quality these tables stand for, 1 to 100; null: none of libjpeg's"),
    Field("detector", TEXT, "what measured the face; calibrations belong to one detector"),
    Field("faces", INTEGER, "faces found"),
    Field("score", REAL, "how sure the detector is of the surest face, 0 to 1"),
    Field("left_x", REAL, "the eye on the left of the picture, share of the width"),
    Field("left_y", REAL, "the same eye, share of the height"),
    Field("right_x", REAL, "the eye on the right of the picture, share of the width"),
    Field("right_y", REAL, "the same eye, share of the height"),
    Field(
        "watermark", REAL, "how well the corner shows a generator's text; from 0.3 on it is there"
    ),
    Field("pdq", TEXT, "PDQ hash, 64 hexadecimal digits; null where the picture is too flat"),
    Field("pdq_mirrored", TEXT, "PDQ hash of the mirrored picture"),
    Field("face_pdq", TEXT, "PDQ hash of the face, upright and at a fixed size; matches pictures"),
    Field("face_pdq_mirrored", TEXT, "the same of the mirrored picture"),
)

PHOTO = Table(
    "photo",
    "The photo of an account's profile: what was measured in it. The picture is not kept.",
    (
        Field("account", TEXT, "whose it is: an id, or a handle or file name until one is known"),
        Field("photo", TEXT, "SHA-256 of the file"),
        Field("file", TEXT, "the file, below the folder that was read"),
        *MEASURED,
    ),
)

PREVIEW = Table(
    "preview",
    "A photo made small, for composite pictures.",
    (
        Field("photo", TEXT, "SHA-256 of the file"),
        Field("jpeg", BYTES, "at most 128 pixels a side, without metadata"),
    ),
)

KNOWN_PHOTO = Table(
    "known_photo",
    "A picture that somebody knows: a celebrity's, from a photo agency, of a past case.",
    (
        Field("label", TEXT, "what is known of it"),
        Field("pdq", TEXT, "PDQ hash, 64 hexadecimal digits"),
        Field("face_pdq", TEXT, "PDQ hash of the face; null when unknown"),
    ),
)

PHOTO_SCORE = Table(
    "photo_score",
    "What a trained detector that the user brought says of a photo.",
    (
        Field("photo", TEXT, "SHA-256 of the file"),
        Field("model", TEXT, "identity of the detector, see `photo_model`"),
        Field("value", REAL, "its score; higher: more like the pictures it was trained on"),
    ),
)

PHOTO_MODEL = Table(
    "photo_model",
    "A trained detector that the user brought.",
    (
        Field("model", TEXT, "its identity: a hash of its file and of how it is used"),
        Field("name", TEXT, "what its manifest calls it"),
        Field("version", TEXT, "the manifest's version"),
        Field("licence", TEXT, "the manifest's licence"),
        Field("trained_on", TEXT, "the generators it knows, comma separated"),
    ),
)

PHOTO_CALIBRATION = Table(
    "photo_calibration",
    "The reference that photos are compared with, where it is not the shipped one.",
    (
        Field("name", TEXT, "what it is called"),
        Field("detector", TEXT, "the detector its eyes were measured with"),
        Field("content", TEXT, "the calibration, JSON"),
    ),
)

PHOTOS = {
    table.name: table
    for table in (PHOTO, PREVIEW, KNOWN_PHOTO, PHOTO_SCORE, PHOTO_MODEL, PHOTO_CALIBRATION)
}
