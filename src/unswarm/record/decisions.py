"""A decision: a person's verdict on a network, an account or a domain, and what it rests on.

What a decision may rest on is behaviour: evidence that a measure found, co-actions that a signal
saw. What accounts said is never a reason, so that nobody is judged by an opinion.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from unswarm.errors import SettingsError, did_you_mean
from unswarm.model import Verdict
from unswarm.record.people import same


class Ground(StrEnum):
    """The rule that was broken. Each is about behaviour; there is none about content."""

    SPAM = "spam"
    MISREPRESENTATION = "misrepresentation"
    CIB = "coordinated inauthentic behaviour"
    BAN_EVASION = "ban evasion"


HIDDEN = frozenset({Ground.CIB, Ground.MISREPRESENTATION})
"""Grounds that say that accounts hide who they are."""

CONTENT = {
    *("content", "text", "texts", "post", "posts", "word", "words", "message", "messages"),
    *("topic", "topics", "narrative", "narratives", "hashtag", "hashtags", "claim", "claims"),
    *("opinion", "opinions", "speech", "language", "religion", "party", "politics", "stance"),
    *("misinformation", "disinformation", "falsehood", "hate", "propaganda", "sentiment"),
}
"""Words by which people name what accounts said."""


@dataclass(frozen=True)
class Approval:
    """A second person's yes to something: a decision, a plan.

    Args:
        of: the id of what is approved.
        who: the person.
        role: the role they acted in.
        when: UTC, ISO 8601.
    """

    of: str
    who: str
    role: str
    when: str


@dataclass(frozen=True)
class Decision:
    """One verdict.

    Args:
        id: `d-0001` …, in the order of the log.
        kind: network, account or domain (an account may be a page, a group, a channel).
        subject: its id.
        verdict: what was decided.
        ground: the rule that was broken; empty where nothing is to be enforced.
        reason: why, in the person's words.
        cites: the evidence it rests on: names of measures, `signal:NAME`, `coordination`.
        who: the person.
        role: the role they acted in.
        when: UTC, ISO 8601.
        run: the run it was made on.
        members: the accounts of the network then; empty for accounts and domains.
        approvals: who approved it since.
    """

    id: str
    kind: str
    subject: str
    verdict: Verdict
    ground: str
    reason: str
    cites: tuple[str, ...]
    who: str
    role: str
    when: str
    run: str
    members: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()

    @property
    def enforceable(self) -> bool:
        """Two people stand behind it, and it names the rule and the evidence."""
        return bool(
            self.verdict is Verdict.INAUTHENTIC and self.ground and self.cites and self.approvals
        )

    def stale(self, members: Collection[str]) -> tuple[list[str], list[str]]:
        """Members that joined and members that left since it was made; both empty: it is fresh."""
        if self.kind != "network":
            return [], []
        then, now = set(self.members), set(members)
        return sorted(now - then), sorted(then - now)

    @classmethod
    def of(cls, entry: Mapping[str, Any], number: int) -> Decision:
        """The decision that a line of the log says."""
        kind = next(kind for kind in ("network", "account", "domain") if kind in entry)
        return cls(
            id=entry.get("id", f"d-{number:04d}"),
            kind=kind,
            subject=entry[kind],
            verdict=Verdict(entry["verdict"]),
            ground=entry.get("ground", ""),
            reason=entry["reason"],
            cites=tuple(entry.get("cites", ())),
            who=entry["who"],
            role=entry.get("role", "analyst"),
            when=entry["when"],
            run=entry.get("run", ""),
            members=tuple(entry.get("members", ())),
        )


def decisions(lines: Iterable[Mapping[str, Any]]) -> dict[str, Decision]:
    """Decision id → the decision with its approvals, as the log tells."""
    found: dict[str, Decision] = {}
    for line in lines:
        if line["act"] == "decide":
            said = Decision.of(line, len(found) + 1)
            found[said.id] = said
        elif line["act"] == "approve" and line["of"] in found:
            found[line["of"]] = _approved(found[line["of"]], line)
    return found


def approval(line: Mapping[str, Any]) -> Approval:
    """The approval that a line of the log says."""
    return Approval(line["of"], line["who"], line["role"], line["when"])


def _approved(said: Decision, line: Mapping[str, Any]) -> Decision:
    if same(said.who, line["who"]):  # nobody is their own second person
        return said
    return replace(said, approvals=(*said.approvals, approval(line)))


def verdict_of(word: str) -> Verdict:
    """The verdict somebody names.

    Raises:
        SettingsError: there is none of that name.
    """
    if word not in set(Verdict):
        raise SettingsError(f"Unknown verdict '{word}'. Hint: {did_you_mean(word, list(Verdict))}")
    return Verdict(word)


def ground_of(word: str) -> Ground | None:
    """The policy ground somebody names; None for none.

    Raises:
        SettingsError: it is none of `Ground`; the message says when it speaks of content.
    """
    if not word:
        return None
    if word in set(Ground):
        return Ground(word)
    if word.upper() in Ground.__members__:
        return Ground[word.upper()]
    if _of_content(word):
        raise _content(f"the ground '{word}'")
    raise SettingsError(f"Unknown ground '{word}'. Hint: {did_you_mean(word, list(Ground))}")


def citations(cites: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """What a decision cites, checked: each is evidence of behaviour that the case holds.

    Args:
        cites: as a person wrote them.
        known: what may be cited: the measures that found something, `signal:NAME`,
            `coordination`.

    Raises:
        SettingsError: one cites content, or evidence that the case does not hold.
    """
    for cited in cites:
        if cited in known:
            continue
        if _of_content(cited):
            raise _content(f"'{cited}'")
        hint = did_you_mean(cited, known) if known else "there is no evidence on it."
        raise SettingsError(f"No evidence '{cited}' on this. Hint: {hint}")
    return tuple(dict.fromkeys(cites))


def _of_content(word: str) -> bool:
    plain = word.casefold().replace(":", " ").replace("-", " ").replace("_", " ").split()
    return not CONTENT.isdisjoint(plain)


def _content(what: str) -> SettingsError:
    return SettingsError(
        f"A decision may not rest on {what}: that is what accounts said. It rests on what they "
        "did, so that nobody is judged by an opinion. Hint: cite a measure or a signal, e.g. "
        "--cite creation or --cite signal:links; `unswarm show NETWORK` lists them."
    )
