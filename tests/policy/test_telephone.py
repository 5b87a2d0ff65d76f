"""What did not arrive matters until people went on without it."""

import pytest

from policy.stages import Stage
from policy.telephone import Standing, Undelivered, still_matters

WORKING = Standing(Stage.IN_PROGRESS, cycle=1, deadline_version=2, stage_event=5)
REMINDER = Undelivered(cycle=1, deadline_version=2, rung="red_order", occasion=0, is_signed=False)


def notice(event: int, rung: str = "assignment") -> Undelivered:
    return Undelivered(cycle=1, deadline_version=2, rung=rung, occasion=event, is_signed=False)


def at(stage: Stage, event: int = 5, cycle: int = 1) -> Standing:
    return Standing(stage, cycle, deadline_version=2, stage_event=event)


@pytest.mark.parametrize(
    ("letter", "finding", "matters"),
    [
        (REMINDER, WORKING, True),
        (REMINDER, at(Stage.RETURNED, 9), True),  # the unit's turn again
        (REMINDER, at(Stage.PENDING_VERIFICATION, 8), False),  # the unit has acted
        (Undelivered(1, 2, "interview", 0, is_signed=True), at(Stage.PENDING_VERIFICATION, 8), True),
        (Undelivered(1, 1, "red_order", 0, is_signed=False), WORKING, False),  # the deadline moved
        (REMINDER, at(Stage.IN_PROGRESS, 12, cycle=2), False),  # reopened since
        (REMINDER, at(Stage.CLOSED, 12), False),
        (notice(5), WORKING, True),
        (notice(7, "extension_refused"), WORKING, True),  # since then, at the same stage
        (notice(2), WORKING, False),  # accepted all the same
        (notice(12, "withdrawn"), at(Stage.WITHDRAWN, 12), True),
        (notice(12, "closed"), at(Stage.CLOSED, 12), True),
        (notice(9, "verification_requested"), at(Stage.CLOSED, 12), False),
        (Undelivered(1, 2, "look_back_due", 0, is_signed=False), at(Stage.CLOSED, 12), True),
    ],
)
def test_a_letter_matters_until_people_went_on_without_it(
    letter: Undelivered, finding: Standing, matters: bool
) -> None:
    assert still_matters(letter, finding) is matters
