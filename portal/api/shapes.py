"""What the API answers with, field by field: as `rectify list --json`, `show --json` and their like."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from models.mailing.mail import MailState
from policy.deadlines import DayCount, DeadlineType
from policy.escalation import LetterState
from policy.extensions import Decision
from policy.ledger_rows import Metric
from policy.lights import Light
from policy.refusals import Language
from policy.roles import Role
from policy.scopes import Scope
from policy.stages import Act, Stage, Step
from portal.api.paging import Page


def _veiled(value: object) -> object:
    return None if value == "" else value


Or = BeforeValidator(_veiled)
"""A veiled finding has no text, and no day either."""
Day = Annotated[date | None, Or]
Kind = Annotated[DeadlineType | None, Or]
Count = Annotated[DayCount | None, Or]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ReceiptOut(Shape):
    """The act is stored: as event `seq`, which is the finding's version now."""

    number: str
    seq: int
    act: Act
    stage: Stage
    hash: str


class FindingLine(Shape):
    """A finding in a list. Of a confidential one that is not opened only how it stands is told; the rest is
    empty or null.
    """

    number: str
    title: str
    source: str
    round_name: str
    category: str
    item: str
    severity: str
    unit: str
    owner_post: str
    stage: Stage
    step: Step
    light: Light
    deadline: Day
    original_deadline: Day
    deadline_type: Kind
    provisional: bool
    days_left: int | None = Field(
        description="None once a unit that submitted in time waits past its deadline."
    )
    late: bool | None = Field(description="Overdue, or closed and passed on a submission after the deadline.")
    round: int
    cycle: int
    closed_on: Day
    confidential: bool
    version: int
    extensions: int | None
    percent: int | None


class MeasureOut(Shape):
    cycle: int
    seq: int
    text: str
    due_on: date | None
    done_on: date | None
    tracked: bool


class ProgressOut(Shape):
    cycle: int
    round: int
    at: datetime
    by: str
    percent: int
    text: str
    assisting_unit: str = Field(description="The unit that assists and reported its share, if one did.")


class EvidenceOut(Shape):
    """A file; with an empty `sha256` it is only named in an imported ledger and cannot be fetched.

    Nor can one that was withdrawn, by the event of that number.
    """

    id: int
    cycle: int
    round: int
    name: str
    sha256: str
    size: int
    at: datetime
    by: str
    withdrawn_event: int | None
    assisting_unit: str


class OutcomeOut(Shape):
    cycle: int
    metric: Metric
    amount: str = Field(description="Exact, like “346.00”.")
    unit: str


class RegulationOut(Shape):
    name: str
    document: str
    issued_on: date | None
    revised: bool


class ApprovalOut(Shape):
    by: str
    on: date
    until: date


class ExtensionOut(Shape):
    event: int
    cycle: int
    asked_on: date
    asked_by: str
    reason: str
    percent: int
    deadline: date
    asked_for: date
    is_late: bool
    sustained: bool
    objective: str
    outcome: Decision
    granted_to: date | None
    decided_on: date | None
    approvals: list[ApprovalOut]


class Hand(Shape):
    post: str
    person: str


class HandedOver(Shape):
    """Whose hands work left and whose it came into, and how it stood."""

    from_: Hand = Field(alias="from")
    to: Hand
    stage: Stage
    deadline: date | None
    percent: int
    open_measures: int
    evidence: int


class StoodIn(Shape):
    """In the place of which post, and of whom, an act was done."""

    post: str
    for_: str = Field(alias="for")


class EventOut(Shape):
    seq: int
    at: datetime
    act: Act
    by: str
    from_: Stage | None = Field(alias="from")
    to: Stage
    reason: str
    hash: str
    round: int
    cycle: int
    imported: bool
    recorded_at: datetime
    said: str = Field(description="What was said with the act, as JSON text.")
    stands_in: StoodIn | None
    handed_over: HandedOver | None
    assists: str | None = Field(description="The unit that assists and for whose share it was done.")


class ReachedOut(Shape):
    post: str
    person: str
    stands_in: bool


class AnyLetterOut(Shape):
    """What is known of a letter before and after it is decided."""

    finding: str
    cycle: int
    round: int
    rung: str
    kind: str
    date: date
    to: list[str]
    cc: list[str]
    language: Language
    state: LetterState


class LetterOut(AnyLetterOut):
    id: int
    deadline_version: int
    note: str
    signed_by: str
    reached: list[ReachedOut]


class MailOut(Shape):
    id: int
    message_id: str
    recipient: str
    subject: str
    language: Language
    state: MailState
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    note: str


class RunOut(Shape):
    id: str
    generation: int
    cycle: int
    version_seen: int
    ended_at: datetime | None


class FindingOut(FindingLine):
    """A finding with all that belongs to it; `mails` for those who watch over the whole."""

    condition: str
    root_cause: str
    category_no: str
    item_no: str
    objective: str
    progress: str
    verdict: str
    result: str
    publicity: str
    satisfaction: str
    remarks: str
    sustained: bool | None
    rules_version: int | None
    review_provisional: bool | None
    extension_reason: str
    merged_into: Annotated[str | None, Or]
    discovered_on: Day
    assigned_on: Day
    accepted_on: Day
    submitted_on: Day
    verified_on: Day
    first_closed_on: Day
    reopened_on: Day
    next_review_on: Day
    extension_to: Day
    lead_leader: str
    responsible_leader: str
    supervisor: str
    verifier: str
    source_doc: str
    involves_money: bool | None
    amount_involved: Annotated[str | None, Or] = Field(description="In 万元, exact, like “12.50”.")
    assisting: list[str]
    defaulted: list[str]
    day_count: Count
    measures: list[MeasureOut]
    progress_entries: list[ProgressOut]
    evidence: list[EvidenceOut]
    outcomes: list[OutcomeOut]
    regulations: list[RegulationOut]
    extension_requests: list[ExtensionOut]
    events: list[EventOut]
    letters: list[LetterOut]
    mails: list[MailOut]
    run: RunOut | None
    acts: list[Act] = Field(description="What its stage allows somebody to do now.")


class ToldOut(Shape):
    post: str
    person: str
    account: str
    copy_: bool = Field(alias="copy")
    why_not: str


class PlannedOut(AnyLetterOut):
    """A letter to come, as everything stands now."""

    draft: bool
    provisional: bool
    people: list[ToldOut]


class UnitOut(Shape):
    name: str
    kind: str
    parent: str


class PostOut(Shape):
    unit: str
    name: str
    roles: list[Role]
    holder: str = Field(description="Who holds it today; empty where it is vacant.")


class RoundOut(Shape):
    source: str
    name: str
    document: str
    feedback_on: date | None
    findings: int = Field(description="How many of its findings the caller sees.")


class FiguresOut(Shape):
    """How findings stand; `open` is the sum of the lights, `closed` of those in time and late."""

    red: int
    yellow: int
    green: int
    submitted: int = Field(description="Open past the deadline, and submitted in time.")
    none: int = Field(description="Open without a deadline.")
    in_time: int
    late: int
    gone: int = Field(description="Withdrawn or merged.")
    open: int
    closed: int
    all: int


class PartOut(Shape):
    name: str
    figures: FiguresOut


class OverviewOut(Shape):
    """The parts by unit and by source, and what is veiled, each sum up to `all`."""

    on: date
    all: FiguresOut
    veiled: FiguresOut = Field(description="Confidential findings that are not opened to the caller.")
    by_unit: list[PartOut]
    by_source: list[PartOut]
    by_stage: dict[Stage, int]
    late_verifications: int


class TokenOut(Shape):
    name: str
    scopes: list[Scope]
    expires_at: datetime


class MeOut(Shape):
    account: str
    person: str
    language: Language
    roles: list[Role]
    posts: list[str]
    token: TokenOut


class FindingPage(Page[FindingLine]):
    """Findings by number."""


class LetterPage(Page[LetterOut]):
    """Letters in the order in which they were decided."""


class PlanPage(Page[PlannedOut]):
    """Letters to come by day. Each call makes the plan anew."""


class UnitPage(Page[UnitOut]):
    """Units by name."""


class PostPage(Page[PostOut]):
    """Posts by unit and name."""


class RoundPage(Page[RoundOut]):
    """Inspection rounds by source and name."""
