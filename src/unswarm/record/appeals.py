"""An appeal: an account contests what was decided on it, and a reviewer answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

OPEN, UPHELD, REINSTATED = "open", "upheld", "reinstated"


@dataclass(frozen=True)
class Appeal:
    """One appeal.

    Args:
        id: `a-0001` …
        account: who contests, or for whom it is contested.
        decision: the decision contested, `d-…`.
        statement: what they say.
        who: the person who wrote it down.
        when: UTC, ISO 8601.
        outcome: open, upheld (the decision stands) or reinstated.
        answer: the reviewer's reason; empty while open.
        reviewer: who answered: not the one who decided.
        answered: UTC, ISO 8601; empty while open.
    """

    id: str
    account: str
    decision: str
    statement: str
    who: str
    when: str
    outcome: str = OPEN
    answer: str = ""
    reviewer: str = ""
    answered: str = ""


def appeals(lines: Iterable[Mapping[str, Any]]) -> dict[str, Appeal]:
    """Appeal id → the appeal and its answer, as the log tells."""
    found: dict[str, Appeal] = {}
    for line in lines:
        if line["act"] == "appeal":
            said = ("id", "account", "decision", "statement", "who", "when")
            found[line["id"]] = Appeal(**{name: line[name] for name in said})
        elif line["act"] == "answer":
            found[line["appeal"]] = replace(
                found[line["appeal"]],
                outcome=line["outcome"],
                answer=line["reason"],
                reviewer=line["who"],
                answered=line["when"],
            )
    return found
