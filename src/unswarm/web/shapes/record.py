"""What people say, and where it stands."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from unswarm.record.considered import Outcome
from unswarm.web.shapes.accounts import Said
from unswarm.web.shapes.tables import Shape


class Decide(Shape):
    """A verdict to be written down."""

    subject: str = Field(min_length=1)
    verdict: Literal["inauthentic", "authentic", "not coordinated", "undecided"]
    reason: str = Field(min_length=1, max_length=10_000)
    ground: str = ""
    cites: list[str] = Field([])


class Approve(Shape):
    """A second person's yes."""

    of: str = Field(min_length=1, description="id of a decision or a plan")


class Consider(Shape):
    """What came of looking into an innocent explanation."""

    network: str
    explanation: str
    outcome: Outcome
    note: str = Field("", max_length=10_000)


class Appeal(Shape):
    """An account contests what was decided on it."""

    account: str = Field(min_length=1)
    statement: str = Field(min_length=1, max_length=100_000)


class Answer(Shape):
    """A reviewer's answer to an appeal."""

    outcome: Literal["upheld", "reinstated"]
    reason: str = Field(min_length=1, max_length=10_000)


class Claim(Shape):
    """Somebody says who runs a network."""

    network: str
    entity: str = Field(min_length=1)
    confidence: Literal["low", "moderate", "high"]
    by: str = Field(min_length=1)
    source: str = Field(min_length=1)
    evidence_for: list[str] = Field(min_length=1)
    evidence_against: list[str] = Field([])


class Ask(Shape):
    """A named party was asked for its side."""

    party: str = Field(min_length=1)
    asked: str | None = Field(None, description="the day, ISO 8601; null: today")


class Reply(Shape):
    """What a named party answered."""

    party: str = Field(min_length=1)
    text: str = Field(min_length=1)
    contests: bool
    answered: str | None = None
    source: str = ""


class Restate(Shape):
    """Where a claim stands from now on."""

    status: Literal["asserted", "contested", "withdrawn"]
    reason: str = Field(min_length=1)


class Erratum(Shape):
    """What a report said wrongly, and what is right."""

    text: str = Field(min_length=1)


class Written(Shape):
    """A line that was added to the log."""

    id: str = Field(description="of what was made; empty: it has none")
    act: str
    who: str
    when: str


class ApprovalRow(Shape):
    """Who agreed."""

    who: str
    role: str
    when: str


class DecisionRow(Shape):
    """A decision, and where it stands."""

    id: str
    kind: str
    subject: str
    verdict: str
    ground: str
    reason: str
    cites: list[str]
    who: str
    role: str
    when: str
    run: str
    members: int
    approvals: list[ApprovalRow]
    standing: bool
    joined: int = Field(description="accounts that joined the network since")
    left: int


class ConflictRow(Shape):
    """Two people who say different things of one subject."""

    subject: str
    one: str
    other: str


class AppealRow(Shape):
    """An appeal and its answer."""

    id: str
    account: str
    decision: str
    statement: str
    who: str
    when: str
    outcome: str
    answer: str
    reviewer: str
    answered: str


class StatementRow(Shape):
    """What a named party was asked and answered."""

    party: str
    asked: str
    answered: str
    text: str
    contests: bool
    source: str
    who: str


class Stand(Shape):
    """Where a claim stood from then on."""

    when: str
    status: str
    who: str
    reason: str


class ClaimRow(Shape):
    """A claim, its history and the other side."""

    id: str
    network: str
    entity: str
    confidence: str
    by: str
    source: str
    evidence_for: list[str]
    evidence_against: list[str]
    who: str
    when: str
    status: str
    history: list[Stand]
    statements: list[StatementRow]


class ConsideredRow(Shape):
    """The latest word on an innocent explanation."""

    network: str
    explanation: str
    outcome: Outcome
    note: str
    who: str
    when: str


class Recipient(Shape):
    """Who got a release."""

    recipient: str
    who: str
    when: str


class ReleaseRow(Shape):
    """A release that was made."""

    id: str
    sha256: str
    embargo: str
    file: str
    who: str
    when: str
    recipients: list[Recipient]


class RecordView(Shape):
    """Everything that people said of a case."""

    decisions: list[DecisionRow]
    conflicts: list[ConflictRow]
    appeals: list[AppealRow]
    claims: list[ClaimRow]
    considered: list[ConsideredRow]
    releases: list[ReleaseRow]
    errata: list[Said]
    explanations: dict[str, str] = Field(description="innocent explanations to look into")
    grounds: list[str]
    confidence: dict[str, str]
