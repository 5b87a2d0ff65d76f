"""One row of a ledger somebody handed in, read but not yet stored, and what is to be said about it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from policy.deadlines import DayCount, DeadlineType
from policy.stages import Stage


class Metric(StrEnum):
    """Outcome figures a township adds up; each has one unit."""

    CONTRACTS = "contracts"
    DEBT_RESOLVED = "debt_resolved"
    RECEIVABLES_COLLECTED = "receivables_collected"
    RESOURCE_FEES = "resource_fees"
    REGULATIONS = "regulations"


UNIT_OF: dict[Metric, str] = {
    Metric.CONTRACTS: "份",
    Metric.DEBT_RESOLVED: "万元",
    Metric.RECEIVABLES_COLLECTED: "万元",
    Metric.RESOURCE_FEES: "万元",
    Metric.REGULATIONS: "项",
}


@dataclass(frozen=True)
class Outcome:
    metric: Metric
    amount: Decimal
    unit: str


@dataclass(frozen=True)
class Remark:
    """An error or a warning about one cell. `row` is the sheet's own row number, from 1."""

    row: int
    column: str
    value: str
    zh: str
    en: str


@dataclass
class LedgerRow:
    """Empty text and None mean that the file does not say. Posts and units are names, not yet looked up.

    It is filled in while its line is read, and not changed afterwards.
    """

    row: int
    number: str = ""
    source: str = ""
    round_name: str = ""
    source_doc: str = ""
    category_no: str = ""
    category: str = ""
    item_no: str = ""
    item: str = ""
    title: str = ""
    condition: str = ""
    root_cause: str = ""
    severity: str = ""
    lead_leader: str = ""
    responsible_leader: str = ""
    lead_unit: str = ""
    owner_post: str = ""
    assisting: tuple[str, ...] = ()
    supervisor: str = ""
    involves_money: bool | None = None
    amount_involved: Decimal | None = None
    objective: str = ""
    measures: tuple[str, ...] = ()
    deadline_type: DeadlineType | None = None
    day_count: DayCount | None = None
    discovered_on: date | None = None
    assigned_on: date | None = None
    accepted_on: date | None = None
    original_deadline: date | None = None
    deadline: date | None = None
    sustained: bool = False
    next_review_on: date | None = None
    extensions: int | None = None
    extension_reason: str = ""
    percent: int | None = None
    stage: Stage | None = None
    progress: str = ""
    evidence: tuple[str, ...] = ()
    submitted_on: date | None = None
    verifier: str = ""
    verified_on: date | None = None
    verdict: str = ""
    returns: int | None = None
    closed_on: date | None = None
    reopens: int | None = None
    first_closed_on: date | None = None
    reopened_on: date | None = None
    result: str = ""
    outcomes: tuple[Outcome, ...] = ()
    publicity: str = ""
    satisfaction: str = ""
    remarks: str = ""
    confidential: bool = False
    defaulted: frozenset[str] = field(default_factory=frozenset)
    """Names of fields that the file did not state and that were derived or set by default."""


@dataclass(frozen=True)
class ReadLedger:
    """What came out of a file: the good rows, and what is to be said about the others."""

    rows: tuple[LedgerRow, ...]
    errors: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    columns: dict[str, str]
    """Field name → the header as it stood in the file."""
    as_of: date | None = None
