"""Lights come from dates alone, and the unit's clock stands still while others have its work."""

from datetime import date, timedelta

import pytest

from policy.lights import HANDED_IN, Light, closed_late, days_left, light
from policy.stages import ENDED, LIVE, STEP_OF, Stage, Step
from policy.words import light_in_words
from tests.policy.cases import DEADLINE

DAY = timedelta(days=1)


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
    assert {days_left(stage, DEADLINE, None, today) for stage in LIVE} == {left}
    assert {light(stage, DEADLINE, None, today) for stage in LIVE} == {colour}


@pytest.mark.parametrize("stage", sorted(ENDED))
def test_an_ended_finding_has_no_colour_however_late_it_was(stage: Stage) -> None:
    assert light(stage, DEADLINE, None, date(2030, 1, 1)) is Light.CLOSED


def test_without_a_deadline_there_is_no_light() -> None:
    assert light(Stage.DRAFT, None, None, DEADLINE) is Light.NONE
    assert days_left(Stage.DRAFT, None, None, DEADLINE) is None


def test_others_have_the_work_while_it_is_verified_or_waits_for_its_closure() -> None:
    assert {stage for stage in LIVE if STEP_OF[stage] in {Step.VERIFY, Step.CLOSE}} == HANDED_IN


@pytest.mark.parametrize("stage", sorted(LIVE))
@pytest.mark.parametrize("slow", [1, 60])
def test_a_slow_verifier_makes_no_unit_late_that_submitted_in_time(stage: Stage, slow: int) -> None:
    today, waits = DEADLINE + slow * DAY, stage in HANDED_IN
    assert light(stage, DEADLINE, DEADLINE, today) is (Light.SUBMITTED if waits else Light.RED)
    assert days_left(stage, DEADLINE, DEADLINE, today) == (None if waits else -slow)
    before = DEADLINE - 3 * DAY
    assert light(stage, DEADLINE, before - DAY, before) is Light.YELLOW
    assert days_left(stage, DEADLINE, before - DAY, before) == 3


@pytest.mark.parametrize("stage", sorted(HANDED_IN))
def test_what_was_submitted_late_stays_as_late_as_it_was(stage: Stage) -> None:
    submitted_on = DEADLINE + 2 * DAY
    for slow in (2, 30):
        assert light(stage, DEADLINE, submitted_on, DEADLINE + slow * DAY) is Light.RED
        assert days_left(stage, DEADLINE, submitted_on, DEADLINE + slow * DAY) == -2


@pytest.mark.parametrize(
    ("submitted", "closed", "late"),
    [(-1, 1, False), (0, 30, False), (1, 1, True), (None, 0, False), (None, 1, True), (1, None, False)],
)
def test_late_for_good_is_what_was_submitted_late_not_what_was_closed_late(
    submitted: int | None, closed: int | None, late: bool
) -> None:
    days = [None if shift is None else DEADLINE + shift * DAY for shift in (submitted, closed)]
    assert closed_late(DEADLINE, *days) is late
    assert not closed_late(None, *days)


def test_a_light_says_in_black_and_white_what_it_says_in_colour() -> None:
    resting = light_in_words(Light.SUBMITTED, None, Stage.PENDING_VERIFICATION, is_late=False)
    assert resting == ("已按时提交，待验收", "submitted in time, awaiting verification")
    assert light_in_words(Light.RED, -2, Stage.RETURNED, is_late=True)[0] == "红 已逾期2日"
    assert light_in_words(Light.CLOSED, -9, Stage.CLOSED, is_late=True)[0] == "已结，逾期销号"
    assert light_in_words(Light.CLOSED, -9, Stage.CLOSED, is_late=False)[0] == "已结"
    assert light_in_words(Light.NONE, None, Stage.DRAFT, is_late=False)[0] == "—"
