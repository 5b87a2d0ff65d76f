"""The life of a finding: stages, acts, and the one table of moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from policy.deadlines import DeadlineType


class Stage(StrEnum):
    DRAFT = "draft"
    ASSIGNED = "assigned"
    DISPUTED = "disputed"
    PLANNING = "planning"
    PLAN_REVIEW = "plan_review"
    IN_PROGRESS = "in_progress"
    PENDING_VERIFICATION = "pending_verification"
    RETURNED = "returned"
    PENDING_CLOSURE = "pending_closure"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Step(StrEnum):
    ASSIGN = "assign"
    FOLLOW_UP = "follow-up"
    VERIFY = "verify"
    CLOSE = "close"


class Act(StrEnum):
    OPEN = "open"
    ASSIGN = "assign"
    ACCEPT = "accept"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    REASSIGN = "reassign"
    FILE_PLAN = "file_plan"
    APPROVE_PLAN = "approve_plan"
    RETURN_PLAN = "return_plan"
    REPORT_PROGRESS = "report_progress"
    COMPLETE_MEASURE = "complete_measure"
    ATTACH_EVIDENCE = "attach_evidence"
    WITHDRAW_EVIDENCE = "withdraw_evidence"
    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    PASS_VERIFICATION = "pass_verification"
    RETURN_FOR_REWORK = "return_for_rework"
    APPROVE_CLOSURE = "approve_closure"
    DEFER_CLOSURE = "defer_closure"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    REQUEST_EXTENSION = "request_extension"
    APPROVE_EXTENSION = "approve_extension"
    REFUSE_EXTENSION = "refuse_extension"
    HAND_OVER = "hand_over"
    LOOK_BACK = "look_back"
    AMEND = "amend"
    """A later import of the ledger corrects the row; no button of its own."""
    RECOMPUTE = "recompute"
    """A computed date is counted anew under another calendar or other rules; no button of its own."""


ON_RECORD_ONLY = frozenset({Act.AMEND, Act.RECOMPUTE})
"""Acts that follow from something else and have no button: no stage allows or forbids them."""

ORDER = tuple(Step)

ENDED = frozenset({Stage.CLOSED, Stage.WITHDRAWN, Stage.MERGED})
LIVE = frozenset(Stage) - ENDED
WORKING = frozenset({Stage.IN_PROGRESS, Stage.RETURNED})
WITH_EVIDENCE = ENDED | WORKING | {Stage.PENDING_VERIFICATION, Stage.PENDING_CLOSURE}
"""Stages at which there may be files: one that ought not to be here is taken away at the end, too."""

STEP_OF: dict[Stage, Step] = {
    Stage.DRAFT: Step.ASSIGN,
    Stage.ASSIGNED: Step.ASSIGN,
    Stage.DISPUTED: Step.ASSIGN,
    Stage.PLANNING: Step.FOLLOW_UP,
    Stage.PLAN_REVIEW: Step.FOLLOW_UP,
    Stage.IN_PROGRESS: Step.FOLLOW_UP,
    Stage.RETURNED: Step.FOLLOW_UP,
    Stage.PENDING_VERIFICATION: Step.VERIFY,
    Stage.PENDING_CLOSURE: Step.CLOSE,
    Stage.CLOSED: Step.CLOSE,
    Stage.WITHDRAWN: Step.CLOSE,
    Stage.MERGED: Step.CLOSE,
}

MOVES: dict[tuple[Stage, Act], Stage] = {
    (Stage.DRAFT, Act.ASSIGN): Stage.ASSIGNED,
    (Stage.ASSIGNED, Act.ACCEPT): Stage.PLANNING,  # in progress at once where no plan is asked for
    (Stage.ASSIGNED, Act.DISPUTE): Stage.DISPUTED,
    (Stage.ASSIGNED, Act.REASSIGN): Stage.ASSIGNED,
    (Stage.DISPUTED, Act.UPHOLD): Stage.ASSIGNED,
    (Stage.DISPUTED, Act.REASSIGN): Stage.ASSIGNED,
    (Stage.PLANNING, Act.FILE_PLAN): Stage.PLAN_REVIEW,
    (Stage.PLAN_REVIEW, Act.APPROVE_PLAN): Stage.IN_PROGRESS,
    (Stage.PLAN_REVIEW, Act.RETURN_PLAN): Stage.PLANNING,
    (
        Stage.IN_PROGRESS,
        Act.FILE_PLAN,
    ): Stage.IN_PROGRESS,  # amended after a return, or made after a reopening
    (Stage.IN_PROGRESS, Act.REPORT_PROGRESS): Stage.IN_PROGRESS,
    (Stage.IN_PROGRESS, Act.COMPLETE_MEASURE): Stage.IN_PROGRESS,
    (Stage.IN_PROGRESS, Act.ATTACH_EVIDENCE): Stage.IN_PROGRESS,
    (Stage.IN_PROGRESS, Act.SUBMIT): Stage.PENDING_VERIFICATION,
    (Stage.IN_PROGRESS, Act.REQUEST_EXTENSION): Stage.IN_PROGRESS,
    (Stage.IN_PROGRESS, Act.APPROVE_EXTENSION): Stage.IN_PROGRESS,
    (Stage.IN_PROGRESS, Act.REFUSE_EXTENSION): Stage.IN_PROGRESS,
    (Stage.RETURNED, Act.FILE_PLAN): Stage.RETURNED,
    (Stage.RETURNED, Act.REPORT_PROGRESS): Stage.RETURNED,
    (Stage.RETURNED, Act.COMPLETE_MEASURE): Stage.RETURNED,
    (Stage.RETURNED, Act.ATTACH_EVIDENCE): Stage.RETURNED,
    (Stage.RETURNED, Act.SUBMIT): Stage.PENDING_VERIFICATION,
    (Stage.RETURNED, Act.REQUEST_EXTENSION): Stage.RETURNED,
    (Stage.RETURNED, Act.APPROVE_EXTENSION): Stage.RETURNED,
    (Stage.RETURNED, Act.REFUSE_EXTENSION): Stage.RETURNED,
    (Stage.PENDING_VERIFICATION, Act.PASS_VERIFICATION): Stage.PENDING_CLOSURE,
    (Stage.PENDING_VERIFICATION, Act.RETURN_FOR_REWORK): Stage.RETURNED,  # another round
    (Stage.PENDING_VERIFICATION, Act.TAKE_BACK): Stage.IN_PROGRESS,  # returned again from the second round on
    (Stage.PENDING_VERIFICATION, Act.APPROVE_EXTENSION): Stage.PENDING_VERIFICATION,
    (Stage.PENDING_VERIFICATION, Act.REFUSE_EXTENSION): Stage.PENDING_VERIFICATION,
    (Stage.PENDING_CLOSURE, Act.APPROVE_CLOSURE): Stage.CLOSED,
    (Stage.PENDING_CLOSURE, Act.DEFER_CLOSURE): Stage.PENDING_CLOSURE,
    (Stage.PENDING_CLOSURE, Act.RETURN_FOR_REWORK): Stage.RETURNED,
    (Stage.CLOSED, Act.REOPEN): Stage.IN_PROGRESS,  # another cycle
    (Stage.CLOSED, Act.LOOK_BACK): Stage.CLOSED,  # it still holds
    **{(stage, Act.WITHDRAW_EVIDENCE): stage for stage in Stage if stage in WITH_EVIDENCE},
    **{(stage, Act.WITHDRAW): Stage.WITHDRAWN for stage in Stage if stage in LIVE},
    **{(stage, Act.MERGE): Stage.MERGED for stage in Stage if stage in LIVE},
    **{(stage, Act.HAND_OVER): stage for stage in Stage if stage in LIVE and stage is not Stage.DRAFT},
}


@dataclass(frozen=True)
class Money:
    """What is known of a finding about money, in 万元."""

    involved: Decimal | None = None
    """None where it is not known how much."""
    figures: Mapping[str, Decimal] = field(default_factory=dict)
    """What was collected or put right in this cycle, by metric."""
    vouchers: int = 0
    """Files of this cycle that are more than bare text."""


@dataclass(frozen=True)
class Facts:
    """What the rules need to know of a finding before an act. Posts and persons are ids."""

    number: str
    stage: Stage
    round: int
    cycle: int
    version: int
    deadline_type: DeadlineType
    deadline: date | None
    deadline_version: int
    source: str = ""
    nominal_deadline: date | None = None
    """Where the computed deadline fell before it was moved off a holiday."""
    owner_post: int | None = None
    verifier_post: int | None = None
    assisting_posts: frozenset[int] = frozenset()
    """Of the units that assist: whose holders report their own unit's share."""
    submitted_by: int | None = None
    submitters: frozenset[int] = frozenset()
    """Everybody who submitted in this cycle, in whatever post they were then, or reported for a unit that
    assists."""
    verified_by: int | None = None
    verified_on: date | None = None
    evidence: int = 0
    """Files handed in in this cycle that still stand."""
    named: int = 0
    """Evidence of this cycle that a ledger only named."""
    files: int = 0
    """Files of all cycles that still stand."""
    open_measures: int = 0
    done_measures: int = 0
    money: Money | None = None
    """None for a finding that is not about money."""
    percent: int = 0
    extensions: int = 0
    extension_to: date | None = None
    """The date asked for in an extension that is not yet decided."""
    extension_by: int | None = None
    """Who asked for it."""
    extension_converts: bool = False
    """Whether it asks for the finding to be turned into one of continuing rectification."""
    extension_approvals: tuple[tuple[int, int], ...] = ()
    """Who has agreed to it so far: places among the approvals the rules ask for, with persons."""


@dataclass(frozen=True)
class Moved:
    """Where an act leads. `is_partial` says that others have to agree before it takes effect.

    `converts` says that the finding becomes one of continuing rectification.
    """

    stage: Stage
    round: int
    cycle: int
    is_partial: bool = False
    converts: bool = False


@dataclass(frozen=True)
class Path:
    """Which stages the terms of a finding leave out."""

    plan: bool = True
    plan_review: bool = True
    closure_approval: bool = True


def has_reached(stage: Stage, step: Step) -> bool:
    return ORDER.index(step) <= ORDER.index(STEP_OF[stage])


def is_past(stage: Stage, step: Step) -> bool:
    """Whether nothing is left to do in `step`."""
    return stage in ENDED or ORDER.index(step) < ORDER.index(STEP_OF[stage])


def acts_possible(stage: Stage) -> list[Act]:
    """In the order of `Act`."""
    return [act for act in Act if (stage, act) in MOVES]


def move(facts: Facts, act: Act, path: Path) -> Moved:
    """Where `act` leads. Raises KeyError where the table has no such move."""
    stage = MOVES[facts.stage, act]
    shorter = {
        Act.ACCEPT: None if path.plan else Stage.IN_PROGRESS,
        Act.FILE_PLAN: Stage.IN_PROGRESS if facts.stage is Stage.PLANNING and not path.plan_review else None,
        Act.PASS_VERIFICATION: None if path.closure_approval else Stage.CLOSED,
        Act.TAKE_BACK: Stage.RETURNED if facts.round > 1 else None,
    }
    stage = shorter.get(act) or stage
    if act is Act.REOPEN:
        return Moved(stage, round=1, cycle=facts.cycle + 1)
    another = act is Act.RETURN_FOR_REWORK
    return Moved(stage, round=facts.round + another, cycle=facts.cycle)
