"""The life of a finding: stages, acts, and the one table of moves between them."""

from enum import StrEnum


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
