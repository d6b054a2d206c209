"""The nouns: every table and every column, declared once.

Parquet schemas, CSV headers and the data dictionary in `docs/` derive from these declarations.
Times are milliseconds UTC; a `precision` beside a time is the width of its last digit in
milliseconds (1, 1000, 60000, 86400000). Ids are text, never numbers. Money is whole hundredths of
its currency, so that sums are exact.
"""

from __future__ import annotations

from unswarm.model.operation import (
    AD,
    AUDIENCE_SKETCH,
    FOLLOW,
    INFRASTRUCTURE,
    OPERATION,
    RATE,
    REDIRECT,
    RENAME,
    ROLE,
    SITE,
)
from unswarm.model.photos import (
    KNOWN_PHOTO,
    MEASURED,
    PHOTO,
    PHOTO_CALIBRATION,
    PHOTO_MODEL,
    PHOTO_SCORE,
    PHOTOS,
    PREVIEW,
)
from unswarm.model.posts import (
    ACCOUNT,
    CARRIED,
    HASHTAG,
    LINK,
    MEDIA,
    MENTION,
    POST,
    POST_KINDS,
    SHARE,
)
from unswarm.model.runs import (
    CANDIDATE,
    CAVEAT,
    COUNTERPART,
    EDGE,
    EVIDENCE,
    LINKED,
    MEMBERSHIP,
    NETWORK,
    OCCASION,
    QUARANTINE,
    RUNS,
    TRACE,
)
from unswarm.model.tables import (
    BOOLEAN,
    BYTES,
    DAY,
    HOUR,
    INTEGER,
    MINUTE,
    REAL,
    SECOND,
    TEXT,
    Field,
    Table,
)
from unswarm.model.verdicts import CHOSEN_BY, Tier, Verdict

EVENTS = {ACCOUNT.name: ACCOUNT, POST.name: POST} | CARRIED | OPERATION | PHOTOS
"""Every table that readers may fill."""

__all__ = [
    "ACCOUNT",
    "AD",
    "AUDIENCE_SKETCH",
    "BOOLEAN",
    "BYTES",
    "CANDIDATE",
    "CARRIED",
    "CAVEAT",
    "CHOSEN_BY",
    "COUNTERPART",
    "DAY",
    "EDGE",
    "EVENTS",
    "EVIDENCE",
    "FOLLOW",
    "HASHTAG",
    "HOUR",
    "INFRASTRUCTURE",
    "INTEGER",
    "KNOWN_PHOTO",
    "LINK",
    "LINKED",
    "MEASURED",
    "MEDIA",
    "MEMBERSHIP",
    "MENTION",
    "MINUTE",
    "NETWORK",
    "OCCASION",
    "OPERATION",
    "PHOTO",
    "PHOTOS",
    "PHOTO_CALIBRATION",
    "PHOTO_MODEL",
    "PHOTO_SCORE",
    "POST",
    "POST_KINDS",
    "PREVIEW",
    "QUARANTINE",
    "RATE",
    "REAL",
    "REDIRECT",
    "RENAME",
    "ROLE",
    "RUNS",
    "SECOND",
    "SHARE",
    "SITE",
    "TEXT",
    "TRACE",
    "Field",
    "Table",
    "Tier",
    "Verdict",
]
