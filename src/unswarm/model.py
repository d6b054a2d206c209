"""The nouns: every table and every column, declared once.

Parquet schemas, CSV headers and the data dictionary in `docs/` derive from these declarations.
Times are milliseconds UTC; a `precision` beside a time is the width of its last digit in
milliseconds (1, 1000, 60000, 86400000). Ids are text, never numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

TEXT, INTEGER, REAL, BOOLEAN = pa.string(), pa.int64(), pa.float64(), pa.bool_()
BYTES = pa.binary()


@dataclass(frozen=True)
class Field:
    """One column: its name, its Arrow type and what it means."""

    name: str
    type: pa.DataType
    doc: str


@dataclass(frozen=True)
class Table:
    """One table: its name, what a row is, and its columns in order."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, which is also the Parquet schema."""
        return pa.schema([pa.field(field.name, field.type) for field in self.fields])

    @property
    def columns(self) -> list[str]:
        """The column names in order."""
        return [field.name for field in self.fields]

    def rows(self, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
        """Rows given as mappings → an Arrow table of this shape; a missing key is null."""
        columns = {f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in self.fields}
        return pa.table(columns, schema=self.schema)

    def fit(self, table: pa.Table) -> pa.Table:
        """Cast and order a table's columns to this shape; absent columns become null."""
        columns = [
            table.column(f.name).cast(f.type)
            if f.name in table.column_names
            else pa.nulls(len(table), f.type)
            for f in self.fields
        ]
        return pa.table(columns, schema=self.schema)


class Verdict(StrEnum):
    """What a person decided about a network or an account."""

    INAUTHENTIC = "inauthentic"
    AUTHENTIC = "authentic"  # coordinated, but a fan club, a newsroom, a party
    NOT_COORDINATED = "not coordinated"
    UNDECIDED = "undecided"

    def combine(self, later: Verdict) -> Verdict:
        """The verdict after a second one: an undecided reader changes nothing."""
        return self if later is Verdict.UNDECIDED else later


class Tier(StrEnum):
    """How far a network got. Only `CONFIRMED` is a finding; a lead says why it is none."""

    CONFIRMED = "confirmed"
    LEAD = "lead"


POST_KINDS = ("original", "repost", "reply", "quote", "comment")

_EVENT = (
    Field("account", TEXT, "the account that acted"),
    Field("time", INTEGER, "when, milliseconds UTC"),
    Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
    Field("post", TEXT, "the post it happened in"),
    Field("kind", TEXT, "kind of that post; null when the source does not say"),
)

ACCOUNT = Table(
    "account",
    "A person, page, group, channel or advertiser, as last seen in a source.",
    (
        Field("account", TEXT, "id on the platform; the handle where a source has no id"),
        Field("platform", TEXT, "twitter, facebook, mastodon …; null when unknown"),
        Field("kind", TEXT, "person, page, group, channel, advertiser; null when unknown"),
        Field("handle", TEXT, "the name in the address, without @"),
        Field("name", TEXT, "the displayed name"),
        Field("created", INTEGER, "when the account was created, milliseconds UTC"),
        Field("created_precision", INTEGER, "width of the last digit of `created`, milliseconds"),
        Field("followers", INTEGER, "accounts following it, at `seen`"),
        Field("following", INTEGER, "accounts it follows, at `seen`"),
        Field("posts", INTEGER, "posts the platform counts for it in its whole life, at `seen`"),
        Field("claimed_country", TEXT, "the place the profile states, as written"),
        Field("language", TEXT, "the account's language, as the source writes it"),
        Field("bio", TEXT, "the profile's description"),
        Field("photo", TEXT, "address or hash of the profile photo"),
        Field("seen", INTEGER, "when the profile was recorded, milliseconds UTC"),
    ),
)

POST = Table(
    "post",
    "An original, repost, reply, quote or comment.",
    (
        Field("post", TEXT, "id on the platform; a row id where a source has none"),
        Field("account", TEXT, "its author"),
        Field("platform", TEXT, "twitter, facebook, mastodon …; null when unknown"),
        Field("time", INTEGER, "when it was posted, milliseconds UTC"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
        Field("kind", TEXT, "original, repost, reply, quote, comment; null: source does not say"),
        Field("text", TEXT, "the text as published"),
        Field("language", TEXT, "language code of the text, as the source writes it"),
        Field("target_post", TEXT, "the post it reposts, answers or quotes"),
        Field("target_account", TEXT, "the account it reposts, answers or quotes"),
        Field("target_time", INTEGER, "when the target was posted, milliseconds UTC"),
        Field("client", TEXT, "the program it was posted with"),
    ),
)

LINK = Table(
    "link",
    "A post carried a link.",
    (
        *_EVENT,
        Field("url", TEXT, "the address, cleaned of tracking parameters"),
        Field("domain", TEXT, "the registered domain of the address"),
    ),
)

HASHTAG = Table(
    "hashtag",
    "A post carried a hashtag.",
    (
        *_EVENT,
        Field("hashtag", TEXT, "the tag, case-folded, without #"),
        Field("position", INTEGER, "its place among the hashtags of the post, from 0"),
    ),
)

MENTION = Table(
    "mention",
    "A post named an account.",
    (*_EVENT, Field("target", TEXT, "the account named: id if the source has it, else handle")),
)

MEDIA = Table(
    "media",
    "A post carried an image or a video.",
    (*_EVENT, Field("media", TEXT, "hash of the content, or the source's id of it")),
)

SHARE = Table(
    "share",
    "A post carried an object that the source names itself, whatever it is.",
    (
        *_EVENT,
        Field("object", TEXT, "the source's id of the object"),
        Field("layer", TEXT, "what kind of object the source says it is; null when unknown"),
    ),
)

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

EVENTS = {
    table.name: table for table in (ACCOUNT, POST, LINK, HASHTAG, MENTION, MEDIA, SHARE)
} | PHOTOS

QUARANTINE = Table(
    "quarantine",
    "A row of a source that could not be used, with the reason.",
    (
        Field("source", TEXT, "the file"),
        Field("line", INTEGER, "1-based line or record of the file"),
        Field("field", TEXT, "the column or key at fault; null: the whole row"),
        Field("reason", TEXT, "what is wrong with it"),
        Field("content", TEXT, "the beginning of the row as found"),
    ),
)

TRACE = Table(
    "trace",
    "One account touched one object, for the first time, in one signal.",
    (
        Field("signal", TEXT, "the signal that sees it"),
        Field("account", TEXT, "the account"),
        Field("object", TEXT, "what was touched: a link, a text, a post reposted …"),
        Field("time", INTEGER, "when, milliseconds UTC"),
        Field("post", TEXT, "the post it happened in"),
        Field("reaction", BOOLEAN, "true: an answer to a post; false: put out by itself"),
        Field("born", INTEGER, "when the object appeared, milliseconds UTC"),
        Field("source", TEXT, "where the object comes from: an author, a domain"),
        Field("precision", INTEGER, "width of the last digit of `time`, milliseconds"),
    ),
)

CANDIDATE = Table(
    "candidate",
    "An account in any candidate group, named or not: most are explained, and none is accused.",
    (
        Field("account", TEXT, "the account"),
        Field("probability", REAL, "probability of being part of a coordinated network, 0 to 1"),
    ),
)

EDGE = Table(
    "edge",
    "All co-actions of two accounts of one network in one signal.",
    (
        Field("source", TEXT, "the account whose id sorts first"),
        Field("target", TEXT, "the other account"),
        Field("signal", TEXT, "the signal"),
        Field("objects", INTEGER, "distinct objects both touched within the window"),
        Field("actions", INTEGER, "pairs of traces on those objects within the window"),
        Field("expected", REAL, "occasions expected of two independent accounts (chance null)"),
        Field("p", REAL, "probability of as many occasions under the chance null"),
        Field("q", REAL, "p after Benjamini-Hochberg over all pairs that share an object"),
        Field("network", TEXT, "the network both belong to"),
        Field("min_gap", INTEGER, "smallest time between the two, milliseconds"),
        Field("window", INTEGER, "the window counted with, milliseconds"),
    ),
)

NETWORK = Table(
    "network",
    "A group of accounts that act in concert: a finding, or a lead that says why it is none.",
    (
        Field("network", TEXT, "id, kept across runs while its members largely persist"),
        Field("tier", TEXT, "confirmed or lead"),
        Field("reason", TEXT, "why a lead is no finding; empty for findings"),
        Field("accounts", INTEGER, "number of named members"),
        Field("probability", REAL, "median of the members' probabilities"),
        Field("signals", TEXT, "the signals it shows in, space separated"),
        Field("first", INTEGER, "first joint occasion, milliseconds UTC"),
        Field("last", INTEGER, "last joint occasion, milliseconds UTC"),
        Field("top_objects", TEXT, "the objects most members touched together, one per line"),
        Field("inauthenticity", TEXT, "kinds of evidence of inauthenticity, space separated"),
        Field("label", TEXT, "what may be said of it; empty for leads"),
        Field("p", REAL, "smallest Bonferroni-corrected p that declared it"),
        Field("occasions", INTEGER, "occasions on which members could have acted together"),
        Field("together", INTEGER, "occasions on which they did"),
        Field("expected", REAL, "occasions the innocent explanations account for"),
        Field("lift", REAL, "together / expected"),
        Field("days", INTEGER, "days with a joint occasion"),
        Field("objects", INTEGER, "objects touched together"),
        Field("exclusive", REAL, "share of those objects that no other account touched"),
        Field("stability", REAL, "share of the grid of settings in which it stands; null: not run"),
        Field("strength", TEXT, "strong, moderate or weak, tied to the figures above"),
        Field("confirmed_in", TEXT, "signal, window and half of each confirmation, one per line"),
        Field("innocent", TEXT, "innocent explanations that fit, one per line"),
    ),
)

MEMBERSHIP = Table(
    "membership",
    "An account stands in a network by its own evidence.",
    (
        Field("network", TEXT, "the network"),
        Field("account", TEXT, "the account"),
        Field("probability", REAL, "probability that it belongs to the coordinated core, 0 to 1"),
        Field("signals", TEXT, "the signals it shows in, space separated"),
        Field("p", REAL, "probability of as many joint occasions if it were innocent"),
        Field("occasions", INTEGER, "occasions on which it could have met the others"),
        Field("together", INTEGER, "occasions on which it did, within the window"),
        Field("expected", REAL, "joint occasions its innocent explanations account for"),
        Field("stability", REAL, "share of the grid of settings that name it; null: not run"),
        Field("explanation", TEXT, "one paragraph an investigator can re-count"),
    ),
)

OCCASION = Table(
    "occasion",
    "An object on which a member met, or could have met, the others: the rows behind its p.",
    (
        Field("network", TEXT, "the network"),
        Field("account", TEXT, "the member"),
        Field("signal", TEXT, "the signal"),
        Field("window", INTEGER, "the window counted with, milliseconds"),
        Field("object", TEXT, "the object"),
        Field("time", INTEGER, "when the member touched it, milliseconds UTC"),
        Field("post", TEXT, "the member's post"),
        Field("together", BOOLEAN, "another member within the window"),
        Field("partner", TEXT, "the nearest other member"),
        Field("partner_post", TEXT, "that member's post"),
        Field("gap", INTEGER, "milliseconds between the two posts"),
        Field("outsiders", INTEGER, "accounts outside the network on the same object"),
        Field("explained", REAL, "probability of meeting them if the member were innocent"),
        Field("by", TEXT, "the innocent explanation that says so: burst, reaction or choice"),
        Field("search", TEXT, "what was searched: the signal, or several signals as one"),
        Field("half", INTEGER, "half of the data the group was found on; -1: a list brought"),
    ),
)

EVIDENCE = Table(
    "evidence",
    "One sentence about a network that can be checked.",
    (
        Field("network", TEXT, "the network it speaks of"),
        Field("measure", TEXT, "the measure that made it"),
        Field(
            "family",
            TEXT,
            "coordination, rhythm, traffic, creation, identity, amplification, photos",
        ),
        Field("inauthentic", BOOLEAN, "true: a sign of concealed or machine-made identity"),
        Field("claim", TEXT, "the sentence, with its numbers"),
        Field("value", REAL, "the measured value"),
        Field("baseline", REAL, "the same value among the other accounts in the data"),
        Field("n", INTEGER, "how many accounts or posts the value rests on"),
        Field("p", REAL, "significance after correction over networks; null: a description"),
        Field("query", TEXT, "SQL over the case's tables that lists the rows behind it"),
    ),
)

CAVEAT = Table(
    "caveat",
    "Something this run could not see or left out, said in words.",
    (
        Field("caveat", TEXT, "short name"),
        Field("claim", TEXT, "the sentence"),
        Field("value", REAL, "the number it rests on; null: none"),
    ),
)

RUNS = {
    table.name: table
    for table in (TRACE, CANDIDATE, EDGE, NETWORK, MEMBERSHIP, OCCASION, EVIDENCE, CAVEAT)
}
