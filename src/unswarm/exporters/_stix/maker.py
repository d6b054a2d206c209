"""Makes objects of STIX 2.1: ids that are the same for the same case, times, markings.

Ids of domain objects are UUIDv5 of the case and the thing, so that a case written again replaces
its objects; ids of observables are those that the standard computes from their fields (STIX 2.1,
section 2.9), so that everybody's are the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

Thing = dict[str, Any]

OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")  # STIX 2.1, section 2.9
CASES = uuid5(NAMESPACE_URL, "unswarm:stix")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TLP_2 = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
MARKINGS = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
"""Level of the traffic light protocol 2.0 → its marking, as OASIS published it."""


def stamp(milliseconds: int) -> str:
    """A time of STIX: UTC, to the millisecond."""
    return (
        f"{(EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec='milliseconds')[:-6]}Z"
    )


def later(when: str) -> str:
    """A time of the log as STIX writes it."""
    return (
        f"{datetime.fromisoformat(when).astimezone(UTC).isoformat(timespec='milliseconds')[:-6]}Z"
    )


@dataclass(frozen=True)
class Maker:
    """What the objects of one bundle share.

    Args:
        space: of the case, for ids.
        created: of the first post.
        modified: when people last said something; at least the last post.
        tlp: level of the marking.
    """

    space: UUID
    created: str
    modified: str
    tlp: str

    def id(self, kind: str, *of: str) -> str:
        """The id of a domain object or relationship."""
        return f"{kind}--{uuid5(self.space, chr(31).join((kind, *of)))}"

    @property
    def identity(self) -> str:
        """The id of whoever made the bundle."""
        return self.id("identity", "maker")

    def thing(self, kind: str, of: tuple[str, ...], **fields: Any) -> Thing:
        """A domain object or a relationship; fields without a value are left out."""
        return {
            "type": kind,
            "spec_version": "2.1",
            "id": self.id(kind, *of),
            "created_by_ref": self.identity,
            "created": self.created,
            "modified": self.modified,
            **{name: value for name, value in fields.items() if value not in (None, "", [], {})},
            "object_marking_refs": [MARKINGS[self.tlp]],
        }

    def link(self, source: str, how: str, target: str, **fields: Any) -> Thing:
        """A relationship between two objects."""
        ends = {"relationship_type": how, "source_ref": source, "target_ref": target}
        return self.thing("relationship", (source, how, target), **ends, **fields)

    def observable(self, kind: str, telling: Mapping[str, str], **fields: Any) -> Thing:
        """An observable; its id comes from the fields that tell it from others."""
        known = {name: value for name, value in sorted(telling.items()) if value}
        said = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
        return {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{uuid5(OBSERVABLES, said)}",
            **known,
            **{name: value for name, value in fields.items() if value not in (None, "")},
            "object_marking_refs": [MARKINGS[self.tlp]],
        }

    def marking(self) -> Thing:
        """The marking's definition, as OASIS published it."""
        said = {"extension_type": "property-extension", "tlp_2_0": self.tlp}
        return {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": MARKINGS[self.tlp],
            "created": "2022-10-01T00:00:00.000Z",
            "name": f"TLP:{self.tlp.upper()}",
            "extensions": {TLP_2: said},
        }
