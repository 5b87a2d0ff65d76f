"""Findings and what belongs to them: rounds, measures, progress, evidence, outcomes, regulations."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from models.columns import Amount, UtcTime, WordColumn, one_of
from policy.deadlines import DayCount, DeadlineType
from policy.extensions import Decision
from policy.ledger_rows import Metric
from policy.stages import ENDED, Stage

_ENDED = ", ".join(f"'{stage.value}'" for stage in sorted(ENDED))
ENDED_NOW, LIVE_NOW = f"stage || '' IN ({_ENDED})", f"stage NOT IN ({_ENDED})"
"""Word for word as two indexes have it, so that a database knows a question they answer.

Most findings end: the odd wording keeps SQLite from looking them up by their stages, few as these are.
"""

REOPENED_NOW = "cycle > 1"
"""Word for word as an index has it, too."""


class InspectionRound(SQLModel, table=True):
    """A round (批次) of one source: an inspection, an audit, a self-check."""

    __tablename__ = "inspection_round"
    __table_args__ = (UniqueConstraint("source", "name", name="a round's name is its own within a source"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(max_length=40)
    name: str = Field(max_length=200)
    document: str = Field(default="", max_length=200)
    feedback_on: date | None = None


class Finding(SQLModel, table=True):
    """One problem, as it stands. `version` grows by one with each event and guards every change."""

    __tablename__ = "finding"
    __table_args__ = (
        one_of("stage", Stage, "a stage is one of the known"),
        one_of("deadline_type", DeadlineType, "a deadline type is one of the known"),
        one_of("day_count", DayCount, "a day count is one of the known"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="progress is from 0 to 100"),
        CheckConstraint("round >= 1 AND cycle >= 1 AND version >= 1", name="counts begin at one"),
        CheckConstraint("(stage = 'closed') = (closed_on IS NOT NULL)", name="closed has its day"),
        CheckConstraint("trim(number) <> '' AND trim(title) <> ''", name="a finding has number and title"),
        Index(
            "findings_by_stage", "stage", "deadline", "submitted_on", "closed_on"
        ),  # counts, how many are or were late
        Index(
            "findings_by_source", "source", "stage", "deadline", "submitted_on", "confidential"
        ),  # the same within a source
        Index(  # a page of what is not ended, most urgent first
            "findings_by_urgency",
            "deadline",
            "number",
            sqlite_where=text(LIVE_NOW),
            postgresql_where=text(LIVE_NOW),
        ),
        Index(  # the overview: how it stands in each unit
            "findings_by_unit",
            *("lead_unit_id", "source", "stage", "deadline", "submitted_on", "closed_on", "confidential"),
        ),
        Index(  # the overview: how it stands with each item
            "findings_by_item", "category_no", "category", "item_no", "item", "stage", "confidential"
        ),
        Index("findings_by_discovery", "discovered_on", "stage", "confidential"),  # the overview's curve
        Index(  # the overview's curve and map, lists of what was closed between two days
            "findings_by_closing",
            "closed_on",
            "lead_unit_id",
            "confidential",
            sqlite_where=text("closed_on IS NOT NULL"),
            postgresql_where=text("closed_on IS NOT NULL"),
        ),
        Index(
            "findings_by_step", "stage", "stage_since", "rules_version", "lead_unit_id"
        ),  # steps that are late
        Index(  # a page of what is ended, newest first
            "findings_by_end",
            "stage_since",
            "number",
            sqlite_where=text(ENDED_NOW),
            postgresql_where=text(ENDED_NOW),
        ),
        Index(  # the overview's curve: what was closed once and is not any more
            "findings_reopened",
            "number",
            sqlite_where=text(REOPENED_NOW),
            postgresql_where=text(REOPENED_NOW),
        ),
        Index("findings_by_round", "inspection_round_id", "stage"),  # how far a round is
        Index(  # what a unit assists in
            "findings_assisted",
            "stage",
            sqlite_where=text("assisting <> ''"),
            postgresql_where=text("assisting <> ''"),
        ),
    )

    number: str = Field(primary_key=True, max_length=60)
    version: int = 1
    stage: Stage = Field(sa_column=Column(WordColumn(Stage), nullable=False))
    round: int = 1
    cycle: int = 1

    title: str = Field(max_length=300)
    source: str = Field(max_length=40)
    inspection_round_id: int | None = Field(default=None, foreign_key="inspection_round.id")
    category_no: str = Field(default="", max_length=20)
    category: str = Field(default="", max_length=200)
    item_no: str = Field(default="", max_length=20)
    item: str = Field(default="", max_length=300)
    condition: str
    root_cause: str = ""
    severity: str = Field(default="一般", max_length=20)
    confidential: bool = False
    involves_money: bool = False
    """Settled by vouchers and in full only."""
    amount_involved: Decimal | None = Field(default=None, sa_column=Column(Amount, nullable=True))
    """In 万元, where it is known how much."""

    lead_unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)  # a unit's findings
    owner_post_id: int | None = Field(
        default=None, foreign_key="post.id", index=True
    )  # a post's findings, as with the posts below
    lead_leader_post_id: int | None = Field(default=None, foreign_key="post.id", index=True)
    responsible_leader_post_id: int | None = Field(default=None, foreign_key="post.id", index=True)
    supervisor_post_id: int | None = Field(default=None, foreign_key="post.id", index=True)
    verifier_post_id: int | None = Field(default=None, foreign_key="post.id", index=True)
    inspector_post_id: int | None = Field(default=None, foreign_key="post.id", index=True)
    assisting: str = ""
    """Names of assisting units, one a line; often groups (“各村”) that are no unit of their own."""

    objective: str = ""
    deadline_type: DeadlineType = Field(sa_column=Column(WordColumn(DeadlineType), nullable=False))
    sustained: bool = False
    next_review_on: date | None = None
    review_from: date | None = None
    """The day a computed review date is counted from; none for one given by hand."""
    review_provisional: bool = False
    day_count: DayCount = Field(sa_column=Column(WordColumn(DayCount), nullable=False))
    discovered_on: date
    opened_on: date
    assigned_on: date | None = None
    accepted_on: date | None = None
    original_deadline: date | None = None
    deadline: date | None = None
    deadline_version: int = 1
    deadline_set_on: date | None = None
    deadline_by_hand: bool = False
    deadline_from: date | None = None
    """The day a computed deadline is counted from; none for one given by hand."""
    nominal_deadline: date | None = None
    """Where a computed deadline falls before it is moved off a day off."""
    provisional: bool = False
    extensions: int = 0
    extension_reason: str = ""
    extension_to: date | None = None
    """Asked for and not yet decided."""
    extension_asked_on: date | None = None
    extension_event: int | None = None
    """The event that asked for it: the start of the clock for a decision."""

    next_measure_on: date | None = None
    """The earliest date of a measure that is not done."""
    returned_on: date | None = None
    """The last return for rework in this cycle."""
    percent: int = 0
    progress: str = ""
    submitted_on: date | None = None
    submitted_by: int | None = Field(default=None, foreign_key="person.id")
    verified_on: date | None = None
    verified_by: int | None = Field(default=None, foreign_key="person.id")
    verdict: str = ""
    closed_on: date | None = None
    first_closed_on: date | None = None
    reopened_on: date | None = None
    merged_into: str | None = Field(default=None, foreign_key="finding.number")

    result: str = ""
    publicity: str = ""
    satisfaction: str = ""
    remarks: str = ""
    defaulted: str = ""
    """Names of fields that were not stated but set by default or derived, by comma."""

    rules_version: int = 1
    stage_since: date
    stage_event: int = 1
    """The event that brought the finding to its stage: the start of that step's clock."""
    next_look_on: date | None = Field(default=None, index=True)  # the watch: what is due
    created_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))


class ClosedCycle(SQLModel, table=True):
    """The dates of a cycle as they stood when it was closed; never changed afterwards."""

    __tablename__ = "closed_cycle"

    finding: str = Field(foreign_key="finding.number", primary_key=True)
    cycle: int = Field(primary_key=True)
    rounds: int
    original_deadline: date | None = None
    deadline: date | None = None
    submitted_on: date | None = None
    verified_on: date | None = None
    closed_on: date


class Measure(SQLModel, table=True):
    """A corrective measure. Those read from a ledger are not `tracked`: it does not say which are done."""

    __tablename__ = "measure"
    __table_args__ = (UniqueConstraint("finding", "cycle", "seq", name="measures are numbered"),)

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number")
    cycle: int = 1
    seq: int
    text: str
    due_on: date | None = None
    done_on: date | None = None
    tracked: bool = True


class ProgressEntry(SQLModel, table=True):
    __tablename__ = "progress_entry"
    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", name="an entry is from 0 to 100"),)

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number", index=True)  # a finding's history
    cycle: int
    round: int
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    by: str = Field(default="", max_length=100)
    percent: int
    text: str
    assisting_unit: str = Field(default="", max_length=200)
    """The unit that assists and reported its share; empty where the responsible unit did."""


class Evidence(SQLModel, table=True):
    """A file, kept under its SHA-256; without one it is only named in an imported ledger."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("finding", "cycle", "name", "sha256", name="the same file once"),
        CheckConstraint("sha256 = '' OR length(sha256) = 64", name="a hash has 64 digits"),
    )

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number")
    cycle: int
    round: int
    name: str = Field(max_length=255)
    sha256: str = Field(
        default="", sa_column=Column(String(64), nullable=False, index=True)
    )  # seen elsewhere
    size: int = 0
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    by: str = Field(default="", max_length=100)
    withdrawn_event: int | None = None
    """The event that withdrew it; from then on it is neither shown nor counted, and its history stays."""
    assisting_unit: str = Field(default="", max_length=200)


class OutcomeFigure(SQLModel, table=True):
    """A figure a finding brought, such as 346 万元 of debt resolved."""

    __tablename__ = "outcome_figure"
    __table_args__ = (
        UniqueConstraint("finding", "cycle", "metric", name="one figure for a metric"),
        one_of("metric", Metric, "a metric is one of the known"),
        CheckConstraint("trim(unit) <> ''", name="a figure has a unit"),
    )

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number")
    cycle: int = 1
    metric: Metric = Field(sa_column=Column(WordColumn(Metric), nullable=False))
    amount: Decimal = Field(sa_column=Column(Amount, nullable=False))
    unit: str = Field(max_length=10)


class Extension(SQLModel, table=True):
    """A request for a later deadline, by the event that made it; it also may ask for continuing work."""

    __tablename__ = "extension"
    __table_args__ = (
        one_of("outcome", Decision, "a request is pending or decided"),
        CheckConstraint("asked_for > deadline", name="an extension is later than the deadline"),
        CheckConstraint(
            "(outcome = 'granted') = (granted_to IS NOT NULL)", name="a granted extension has its date"
        ),
        Index(
            "one_request_at_a_time",
            "finding",
            unique=True,
            sqlite_where=text("outcome = 'pending'"),
            postgresql_where=text("outcome = 'pending'"),
        ),
    )

    finding: str = Field(foreign_key="finding.number", primary_key=True)
    event: int = Field(primary_key=True)
    cycle: int
    asked_on: date
    asked_by: int = Field(foreign_key="person.id")
    reason: str
    percent: int
    deadline: date
    """As it stood when it was asked to be moved."""
    asked_for: date
    is_late: bool = False
    """Asked for only after the deadline."""
    sustained: bool = False
    objective: str = ""
    outcome: Decision = Field(
        default=Decision.PENDING, sa_column=Column(WordColumn(Decision), nullable=False)
    )
    granted_to: date | None = None
    decided_on: date | None = None


class ExtensionApproval(SQLModel, table=True):
    """One of the approvals an extension needs, by its place in the rules; nobody gives two."""

    __tablename__ = "extension_approval"
    __table_args__ = (
        UniqueConstraint("finding", "event", "person_id", name="nobody approves an extension twice"),
        ForeignKeyConstraint(["finding", "event"], ["extension.finding", "extension.event"]),
    )

    finding: str = Field(primary_key=True)
    event: int = Field(primary_key=True)
    """The event of the request."""
    place: int = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    by: str = Field(max_length=100)
    on_day: date
    until: date
    """The date agreed to: the one asked for, or an earlier one."""


class Regulation(SQLModel, table=True):
    """A regulation issued or revised as a result of a finding."""

    __tablename__ = "regulation"

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number", index=True)  # a finding's regulations
    name: str = Field(max_length=300)
    document: str = Field(default="", max_length=100)
    issued_on: date | None = None
    revised: bool = False


class NumberSeries(SQLModel, table=True):
    """The last number given out in a series such as ZC2026-."""

    __tablename__ = "number_series"

    prefix: str = Field(primary_key=True, max_length=40)
    last: int = Field(sa_column=Column(Integer, nullable=False))
