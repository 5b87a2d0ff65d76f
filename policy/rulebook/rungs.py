"""The letters a ladder may be built of: which ladder each stands in, and what its words presuppose."""

from dataclasses import dataclass
from enum import Enum


class Side(Enum):
    """On which side of the clock's end a letter makes sense."""

    EARLY = "not after the last day"
    LATE = "not before the first day late"
    EITHER = "either"


@dataclass(frozen=True)
class Form:
    """`formal` letters are only drafted; a person confirms each."""

    kind: str
    side: Side = Side.EITHER
    formal: bool = False


FORMS: dict[str, dict[str, Form]] = {
    "deadline": {
        "green_reminder": Form("reminder", Side.EARLY),
        "yellow_reminder": Form("reminder", Side.EARLY),
        "red_order": Form("supervision_order", Side.LATE),
        "second_order": Form("listed", Side.LATE, formal=True),
        "interview": Form("interview", Side.LATE, formal=True),
        "circular": Form("circular", Side.LATE, formal=True),
    },
    "quality": {"quality_order": Form("supervision_order")},
    "progress": {"progress_order": Form("supervision_order", Side.LATE)},
    "acceptance": {
        "acceptance_reminder": Form("reminder", Side.EARLY),
        "acceptance_overdue": Form("reminder", Side.LATE),
    },
    "assignment": {"draft_overdue": Form("reminder", Side.LATE)},
    "dispute": {"dispute_overdue": Form("reminder", Side.LATE)},
    "plan_review": {"plan_overdue": Form("reminder", Side.LATE)},
    "verification": {"verification_overdue": Form("reminder", Side.LATE)},
    "closure": {"closure_overdue": Form("reminder", Side.LATE)},
    "look_back": {
        "look_back_due": Form("reminder", Side.EARLY),
        "look_back_overdue": Form("reminder", Side.LATE),
    },
    "extension": {"extension_undecided": Form("reminder")},
}
"""By ladder, from the mildest up: the order in which its rungs have to stand."""

CLOCKS = {
    "acceptance": "acceptance",
    "assignment": "assignment",
    "dispute": "review",
    "plan_review": "review",
    "verification": "verification",
    "closure": "closure",
    "look_back": "look_back",
}
"""The step whose clock a ladder hangs on; the others hang on the deadline, or on the day of one event."""

MAY_BE_EMPTY = frozenset({"quality", "progress"})
"""Without any other ladder somebody's step would be without a clock."""
