"""What the API answers and takes, as OpenAPI and the page's TypeScript types know it.

Rows of a table are shaped by the declaration of that table in `model`, so that a column exists in
one place only.
"""

from __future__ import annotations

from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, create_model

from unswarm import model
from unswarm.record.considered import Outcome
from unswarm.record.people import Role


class Shape(BaseModel):
    """Base of all shapes: nothing that is not declared is taken or given."""

    model_config = ConfigDict(extra="forbid")


def _type(kind: pa.DataType) -> Any:
    if pa.types.is_integer(kind):
        return int
    if pa.types.is_floating(kind):
        return float
    return bool if pa.types.is_boolean(kind) else str


def row_of(table: model.Table, name: str, /, *left_out: str, **more: Any) -> type[BaseModel]:
    """The shape of a table's rows.

    Args:
        table: the table.
        name: of the shape.
        left_out: columns that are not given.
        more: fields beside the columns, name → (type, default).
    """
    columns: dict[str, Any] = {
        field.name: (_type(field.type) | None, Field(None, description=field.doc))
        for field in table.fields
        if field.name not in left_out and field.type != model.BYTES
    }
    made = create_model(name, __base__=Shape, **{**columns, **more})
    made.__doc__ = table.doc
    return made


# --- rows


Account = row_of(model.ACCOUNT, "Account")
Photo = row_of(model.PHOTO, "Photo")
Change = row_of(model.RENAME, "Change")
Edge = row_of(model.EDGE, "Edge")
Tie = row_of(model.LINKED, "Tie")
Counterpart = row_of(model.COUNTERPART, "Counterpart")
Caveat = row_of(model.CAVEAT, "Caveat")

_STANDING: dict[str, Any] = {
    "named": (int, Field(description="members that may be named")),
    "verdict": (str, Field(description="the standing decision's; empty: none")),
    "decision": (str, Field(description="id of the standing decision; empty: none")),
    "approved": (bool, Field(description="a second person agreed")),
    "stale": (bool, Field(description="its members have changed since")),
}
NetworkRow = row_of(model.NETWORK, "NetworkRow", **_STANDING)
EvidenceRow = row_of(
    model.EVIDENCE,
    "EvidenceRow",
    place=(int, Field(description="tells one row of a network from another")),
    question=(Literal["coordination", "signs", "innocent", "descriptions"], ...),
    title=(str, Field(description="the family in words")),
)
_PROFILE: dict[str, Any] = dict.fromkeys(("handle", "name", "platform", "kind"), (str | None, None))
MemberRow = row_of(
    model.MEMBERSHIP,
    "MemberRow",
    "network",
    **_PROFILE,
    created=(int | None, None),
    followers=(int | None, None),
)
LinkedRow = row_of(
    model.LINKED, "LinkedRow", "network", **{k: _PROFILE[k] for k in ("handle", "name", "platform")}
)
Membership = row_of(
    model.MEMBERSHIP, "Membership", tier=(str | None, None), label=(str | None, None)
)


class Amount(Shape):
    """Accounts of a kind on a platform."""

    platform: str
    kind: str
    accounts: int


Network = create_model(
    "Network",
    __base__=NetworkRow,
    label_says=(str, Field(description="the label in a sentence")),
    strength_says=(str, Field(description="the strength in a sentence")),
    evidence=(list[EvidenceRow], ...),  # type: ignore[valid-type]
    kinds=(list[Amount], Field(description="its members by platform and kind")),
    linked=(int, Field(description="accounts tied to it besides its members")),
    counterparts=(int, Field(description="pairs of look-alikes on other platforms")),
    citable=(list[str], Field(description="what a decision on it may cite")),
    objects_of=(list[str], Field(description="kinds of objects it put out")),
    has_photos=(bool, ...),
    has_ads=(bool, ...),
)
Network.__doc__ = "Everything the run says of one network."


class Networks(Shape):
    """The networks that a filter lets through."""

    rows: list[NetworkRow]  # type: ignore[valid-type]
    signals: list[str] = Field(description="signals that any network of the run shows in")
    labels: list[str]
    in_all: int


class Members(Shape):
    """Some members of a network."""

    rows: list[MemberRow]  # type: ignore[valid-type]
    total: int


class LinkedAccounts(Shape):
    """Some accounts that are tied to a network."""

    rows: list[LinkedRow]  # type: ignore[valid-type]
    total: int


class Behind(Shape):
    """The rows behind a sentence of evidence."""

    query: str = Field(description="the SQL that lists them")
    rows: list[dict[str, Any]]
    total: int


class Node(Shape):
    """An account of a picture, or a group of accounts."""

    account: str
    handle: str | None
    name: str | None
    platform: str
    kind: str
    probability: float | None
    signals: str | None
    together: int | None
    standing: str
    x: float = Field(description="0 to 1")
    y: float = Field(description="0 to 1")
    group: str = Field(description="the group it is drawn in; empty: none")
    accounts: int


class Drawn(Shape):
    """Which lines of a picture are drawn."""

    signals: list[str] = Field([], max_length=50, description="empty: of all signals")
    q: float = Field(1.0, ge=0, le=1, description="with a q up to this")
    objects: int = Field(1, ge=1, le=1_000_000, description="with at least so many objects")
    since: int | None = Field(None, ge=-(2**53), le=2**53, description="milliseconds UTC")
    until: int | None = Field(None, ge=-(2**53), le=2**53)
    group: str = Field("", max_length=100, description="inside of this group; empty: the whole")


class Lines(Shape):
    """The lines of a picture, column by column; source and target are places in the nodes."""

    source: list[int]
    target: list[int]
    signal: list[str]
    objects: list[int]
    actions: list[int]
    expected: list[float | None]
    p: list[float | None]
    q: list[float | None]
    min_gap: list[int | None]


class Graph(Shape):
    """The picture of a network."""

    nodes: list[Node]
    edges: Lines
    edges_in_all: int
    signals: dict[str, int]
    grouped: bool
    accounts: int


class Week(Shape):
    """Posts by hour of the week, from Monday 00:00 UTC."""

    members: list[int]
    others: list[int]


class Busy(Shape):
    """One account's posts by bar."""

    account: str
    handle: str | None
    posts: int
    bars: list[int]


class Born(Shape):
    """Members created on a day."""

    day: int
    accounts: int


class Sizes(Shape):
    """How many accounts the bars stand for."""

    members: int
    others: int


class Times(Shape):
    """When a network acted; times in milliseconds UTC."""

    first: int
    last: int
    since: int
    until: int
    width: int = Field(description="of a bar")
    precision: int | None
    members: list[int]
    others: list[int]
    joint: list[int]
    sizes: Sizes
    week: Week | None
    accounts: list[Busy]
    born: list[Born]


class Post(Shape):
    """A post, as read."""

    post: str | None
    account: str
    handle: str | None = None
    name: str | None = None
    platform: str | None
    kind: str | None
    text: str | None
    time: int | None
    precision: int | None
    language: str | None
    client: str | None
    target_account: str | None
    target_post: str | None


class Part(Shape):
    """A part of a text beside another one."""

    same: bool = Field(description="the other text has it, too")
    text: str


class Meeting(Shape):
    """A co-action: both posts, the earlier first, and what differs."""

    object: str
    gap: int = Field(description="milliseconds between the two")
    first: Post
    second: Post
    left: list[Part]
    right: list[Part]
    alike: float | None = Field(description="share of the words that agree; null: no texts")


class Pair(Shape):
    """The edges between two accounts."""

    edges: list[Edge]  # type: ignore[valid-type]


class Meetings(Shape):
    """Some co-actions of a pair."""

    rows: list[Meeting]
    total: int


class ObjectRow(Shape):
    """Something that members put out."""

    object: str
    members: int
    posts: int
    all_posts: int = Field(description="of everybody in the data")
    known: str = Field(description="platform or shortener; empty: neither")


class Objects(Shape):
    """Some objects."""

    rows: list[ObjectRow]
    total: int


class Flows(Shape):
    """Where posts lead: a drawing, and the table behind it."""

    nodes: list[dict[str, Any]]
    ribbons: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    high: float
    describes: str
    sites: int
    groups: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    redirects: list[dict[str, Any]]


class Operation(Shape):
    """Money and audience of a network; amounts in hundredths of their currency."""

    spent: list[dict[str, Any]]
    ads: list[dict[str, Any]]
    entities: list[dict[str, Any]]
    reach: list[dict[str, Any]]
    reached: list[dict[str, Any]]


class WallPhoto(Shape):
    """One photo of a wall."""

    account: str
    handle: str | None
    photo: str
    result: str | None
    reason: str | None
    form: str | None
    width: int | None
    height: int | None
    camera: bool | None
    faces: int | None
    left_x: float | None
    left_y: float | None
    right_x: float | None
    right_y: float | None
    watermark: float | None
    pdq: str | None
    kept: bool = Field(description="a preview can be shown")


class Wall(Shape):
    """The profile photos of a network."""

    photos: list[WallPhoto]
    total: int
    faces: int
    averaged: int
    composite: str = Field(description="the mean of all, a data address; empty: too few")
    template: list[float]


class Said(Shape):
    """Something that people said of an account."""

    id: str
    act: str
    who: str
    when: str
    says: str


class Dossier(Shape):
    """All that the case holds of an account."""

    profile: Account  # type: ignore[valid-type]
    photo: Photo | None  # type: ignore[valid-type]
    activity: dict[str, Any]
    clients: list[dict[str, Any]]
    links: list[dict[str, Any]]
    changes: list[Change]  # type: ignore[valid-type]
    memberships: list[Membership]  # type: ignore[valid-type]
    ties: list[Tie]  # type: ignore[valid-type]
    signals: list[dict[str, Any]]
    neighbours: list[dict[str, Any]]
    counterparts: list[Counterpart]  # type: ignore[valid-type]
    roles: list[dict[str, Any]]
    said: list[Said]


class OwnPost(Post):
    """A post of a dossier."""

    together: int | None = Field(description="1: met another member's post")
    partner: str | None


class Posts(Shape):
    """Some posts."""

    rows: list[OwnPost]
    total: int


class Hit(Shape):
    """Something that a search found."""

    kind: Literal["network", "account", "domain", "decision", "appeal", "claim", "plan"]
    id: str
    title: str
    about: str


class Hits(Shape):
    """What a search found, the likeliest first."""

    hits: list[Hit]


# --- cases


class CaseGlance(Shape):
    """A case on the shelf."""

    name: str
    run: str = Field(description="id of the latest run; empty: none yet")
    sources: int
    rows: int
    synthetic: bool = Field(description="its data is made up, and says so")
    posts: int
    accounts: int
    confirmed: int
    leads: int
    decided: int
    waiting: int = Field(description="decisions that wait for a second person")
    appeals: int = Field(description="open appeals")
    claims: int
    plans: int
    changed: int = Field(description="milliseconds UTC of the latest line of its log")


class Cases(Shape):
    """The cases on the shelf."""

    cases: list[CaseGlance]
    single: bool = Field(description="one case is served, and no other can be made")


class NewCase(Shape):
    """A case to be made."""

    name: str = Field(min_length=1, max_length=100)


class SourceRow(Shape):
    """A file that the case has taken in."""

    number: int
    name: str
    sha256: str
    size: int
    reader: str
    when: str
    rows: dict[str, int]
    quarantined: int
    comparison: bool


class CaseView(CaseGlance):
    """A case, opened."""

    files: list[SourceRow]
    settings: dict[str, Any]
    caveats: list[Caveat]  # type: ignore[valid-type]
    power: list[str] = Field(description="what would have been found, in sentences")
    targets: list[str] = Field(description="where orders may be carried out")
    people: list[str]


class QuarantinePage(Shape):
    """Rows that could not be used, with the reason of each."""

    rows: list[dict[str, Any]]
    total: int


# --- acts


class Decide(Shape):
    """A verdict to be written down."""

    subject: str = Field(min_length=1)
    verdict: Literal["inauthentic", "authentic", "not coordinated", "undecided"]
    reason: str = Field(min_length=1, max_length=10_000)
    ground: str = ""
    cites: list[str] = []


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
    evidence_against: list[str] = []


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


class LogLines(Shape):
    """Lines of the log, the latest first."""

    lines: list[dict[str, Any]]
    total: int


# --- enforcement


class DraftRequest(Shape):
    """A plan to be drafted or made."""

    target: str = Field("handover", description="handover, or a name under [targets] of the case")
    file: str = Field("orders.csv", description="of handover: a file in the case's exports")
    action: Literal["", "label", "reduce"] = ""
    value: str = ""


class OrderRow(Shape):
    """One order, and how far it is."""

    key: str
    action: str
    subject: str
    platform: str
    decision: str
    value: str
    state: str = ""
    detail: str = ""
    read_back: str = ""


class HeldRow(Shape):
    """A subject that nothing is ordered for, and why."""

    subject: str
    decision: str
    reason: str


class UndoRow(Shape):
    """An order that rests on nothing any more."""

    plan: str
    order: OrderRow


class DraftView(Shape):
    """The difference that a plan would make."""

    target: str
    orders: list[OrderRow]
    before: list[OrderRow] = Field(description="carried out already")
    undo: list[UndoRow]
    held: list[HeldRow]
    cannot: str = Field(description="why this target cannot carry it out; empty: it can")


class PlanRow(Shape):
    """A plan, and how far it is."""

    id: str
    target: str
    who: str
    when: str
    approvals: list[ApprovalRow]
    orders: list[OrderRow]
    counts: dict[str, int] = Field(description="state → orders")


class Plans(Shape):
    """Every plan, the latest first."""

    plans: list[PlanRow]


# --- report


class Fact(Shape):
    """One number of the report."""

    fact: str
    says: str


class Signer(Shape):
    """Who stands behind the report as it is now."""

    who: str
    role: str
    when: str


class Difference(Shape):
    """A fact that is not as it was signed."""

    fact: str
    signed: str
    now: str


class FactsView(Shape):
    """The report's numbers, who signed them, and what forbids to publish."""

    digest: str
    facts: list[Fact]
    accounts: int
    signed: list[Signer]
    changes: list[Difference]
    obstacles: list[str]


class ReleasePerson(Shape):
    """An account as a release would show it."""

    account: str
    handle: str | None
    name: str | None
    followers: int | None
    shown: str
    hidden: bool


class Column(Shape):
    """A column of a release."""

    column: str
    means: str


class ReleaseView(Shape):
    """A release before it is made."""

    accounts: int
    hidden: int
    networks: list[str]
    columns: list[Column]
    sample: list[ReleasePerson]


class Share(Shape):
    """Who gets a release."""

    recipient: str = Field(min_length=1, max_length=500)


class ExportRequest(Shape):
    """A file to be written."""

    format: str
    options: dict[str, str] = {}


class ExportFile(Shape):
    """A file in the case's exports."""

    name: str
    size: int
    changed: int


class Exports(Shape):
    """The files in the case's exports."""

    files: list[ExportFile]


class Format(Shape):
    """A format that findings can be written in."""

    name: str
    about: str
    suffix: str
    options: dict[str, Any]


class Formats(Shape):
    """What can be read and written."""

    exporters: list[Format]
    readers: dict[str, str]
    signals: dict[str, str]
    measures: dict[str, str]


# --- jobs and files


class Step(Shape):
    """A step of a job."""

    what: str
    done: int
    total: int = Field(description="0: nobody knows how much there is")
    began: float
    seconds: float


class JobView(Shape):
    """Long work."""

    id: str
    case: str
    title: str
    who: str
    state: Literal["waiting", "running", "done", "failed", "stopped"]
    steps: list[Step]
    message: str
    seconds: float


class JobList(Shape):
    """The jobs of a case, the latest first."""

    jobs: list[JobView]


class Incoming(Shape):
    """A file before it is taken in."""

    upload: str = Field(description="what it is called until it is taken in")
    name: str
    size: int
    reader: str
    columns: list[str]
    roles: dict[str, str]
    fields: list[str]
    tables: dict[str, list[dict[str, Any]]]
    problem: str
    hint: str
    notes: list[str]


class Look(Shape):
    """How to look at a file that was sent."""

    reader: str = ""
    columns: dict[str, str] = {}


class TakeIn(Shape):
    """A file to be taken into the case."""

    upload: str
    reader: str = ""
    columns: dict[str, str] = {}
    comparison: bool = False
    opinions: bool = Field(False, description="it holds what researchers say of accounts")


class Import(Shape):
    """Files to be taken in, and whether to look for networks after."""

    files: list[TakeIn] = Field(min_length=1, max_length=200)
    detect: bool = True


class DetectRequest(Shape):
    """A run to be made."""

    signals: list[str] = []
    windows: list[int] = Field([], description="seconds")
    q: float | None = Field(None, gt=0, lt=1)


class Acting(Shape):
    """Who acts."""

    who: str
    role: Role
