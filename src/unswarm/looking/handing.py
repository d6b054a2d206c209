"""What would go out: the facts of the report with what forbids it, and a release before it is
made.
"""

from __future__ import annotations

from typing import Any

from unswarm import release
from unswarm.findings import Findings
from unswarm.release.columns import PROFILE
from unswarm.release.people import key_of
from unswarm.takedown import Facts, changes, digest, flat, obstacles, signed

SAMPLE = 12  # accounts of each kind that a preview shows


def facts(findings: Findings, today: str) -> dict[str, Any]:
    """Every number of the public report by its name, who signed them, and what forbids to publish.

    Args:
        today: ISO 8601; embargoes that end later forbid.
    """
    found = Facts.of(findings)
    mark, said = digest(found), flat(found)
    given = findings.record.signatures
    since = changes(given[-1].facts, said) if given and given[-1].digest != mark else []
    return {
        "digest": mark,
        "facts": [{"fact": name, "says": value} for name, value in said.items()],
        "accounts": found.accounts,
        "signed": [{"who": s.who, "role": s.role, "when": s.when} for s in signed(given, mark)],
        "changes": [{"fact": c.fact, "signed": c.signed, "now": c.now} for c in since],
        "obstacles": obstacles(findings, found, today),
    }


def released(findings: Findings, key: str, threshold: int) -> dict[str, Any]:
    """What a release would name and what it would hash, before it is made.

    Args:
        key: of its pseudonyms, hexadecimal.
        threshold: accounts with fewer followers, or an unknown number, stand under pseudonyms.
    """
    everybody = release.people(findings, key_of(key), threshold)
    hidden = release.protected(everybody)
    shown = [person for person in everybody if not person.hidden]
    return {
        "accounts": len(everybody),
        "hidden": len(hidden),
        "networks": list(findings.accused),
        "columns": [{"column": name, "means": says} for name, says in PROFILE.items()],
        "sample": [
            {
                "account": person.account,
                "handle": person.profile.get("handle"),
                "name": person.profile.get("name"),
                "followers": person.profile.get("followers"),
                "shown": person.shown,
                "hidden": person.hidden,
            }
            for person in [*hidden[:SAMPLE], *shown[:SAMPLE]]
        ],
    }
