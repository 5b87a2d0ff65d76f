"""Lights come from dates alone."""

from datetime import date, timedelta

import pytest

from policy.lights import Light, days_left, light
from policy.stages import ENDED, LIVE, Stage
from tests.policy.cases import DEADLINE


@pytest.mark.parametrize(
    ("left", "colour"),
    [
        (11, Light.GREEN),
        (10, Light.YELLOW),
        (1, Light.YELLOW),
        (0, Light.YELLOW),
        (-1, Light.RED),
        (-400, Light.RED),
    ],
)
def test_yellow_begins_ten_days_before_and_the_due_day_itself_is_not_late(left: int, colour: Light) -> None:
    today = DEADLINE - timedelta(days=left)
    assert days_left(DEADLINE, today) == left
    assert {light(stage, DEADLINE, today) for stage in LIVE} == {colour}


@pytest.mark.parametrize("stage", sorted(ENDED))
def test_an_ended_finding_has_no_colour_however_late_it_was(stage: Stage) -> None:
    assert light(stage, DEADLINE, date(2030, 1, 1)) is Light.CLOSED


def test_without_a_deadline_there_is_no_light() -> None:
    assert light(Stage.DRAFT, None, DEADLINE) is Light.NONE
    assert days_left(None, DEADLINE) is None
