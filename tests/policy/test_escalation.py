"""The ladder: who is told what, on which day, and never twice."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.deadlines import add_workdays
from policy.escalation import Case, Clock, Key, LetterState, Planned, due_now, foresight, next_look, plan
from policy.roles import Role
from policy.rules import Ladder, Rung
from policy.stages import Stage
from tests.policy.cases import CALENDAR, CASE, DEADLINE, RULES, case

QUEUED, SKIPPED, DRAFTED, SENT, PLANNED = (
    LetterState.QUEUED,
    LetterState.SKIPPED,
    LetterState.DRAFTED,
    LetterState.SENT,
    LetterState.PLANNED,
)
Recorded = dict[Key, LetterState]
States = dict[str, LetterState]

GREEN, YELLOW, RED = date(2026, 11, 10), date(2026, 11, 20), date(2026, 12, 1)
SECOND, INTERVIEW, CIRCULAR = date(2026, 12, 7), date(2026, 12, 14), date(2026, 12, 28)


def look(finding: Case, today: date) -> list[Planned]:
    return plan(finding, RULES, CALENDAR, today)


def called_for(finding: Case, today: date) -> States:
    """rung → state of what is to be recorded on a day."""
    return {x.rung: x.state for x in due_now(look(finding, today), finding.recorded)}


def after(finding: Case, today: date) -> Case:
    """The same finding once that day's letters have been recorded."""
    new = {x.key: x.state for x in due_now(look(finding, today), finding.recorded)}
    return replace(finding, recorded={**finding.recorded, **new})


def day(finding: Case, rung: str) -> date:
    return next(x.day for x in look(finding, DEADLINE) if x.rung == rung)


def waiting(stage: Stage, since: date, event: int = 5, **changes: object) -> Case:
    return case(stage=stage, stage_clock=Clock(since, event), **changes)


def test_every_rung_falls_due_on_its_day() -> None:
    assert {x.rung: x.day for x in look(CASE, CASE.begun_on)} == {
        "green_reminder": GREEN,
        "yellow_reminder": YELLOW,
        "red_order": RED,
        "second_order": SECOND,
        "interview": INTERVIEW,
        "circular": CIRCULAR,
    }


def test_the_late_rungs_count_working_days_of_the_announced_calendar() -> None:
    over_the_holidays = case(deadline=date(2026, 9, 23))
    for rung, number in (("second_order", 5), ("interview", 10), ("circular", 20)):
        assert day(over_the_holidays, rung) == add_workdays(date(2026, 9, 23), number, CALENDAR)
    assert day(over_the_holidays, "interview") == date(2026, 10, 14)


@pytest.mark.parametrize(
    ("today", "rung", "state"),
    [
        (GREEN, "green_reminder", QUEUED),
        (YELLOW, "yellow_reminder", QUEUED),
        (RED, "red_order", QUEUED),
        (SECOND, "second_order", DRAFTED),
        (INTERVIEW, "interview", DRAFTED),
        (CIRCULAR, "circular", DRAFTED),
    ],
)
def test_each_rung_is_called_for_on_its_day_and_not_on_the_eve(
    today: date, rung: str, state: LetterState
) -> None:
    eve = after(CASE, today - timedelta(days=1))
    assert rung not in {key.rung for key in eve.recorded}
    assert called_for(eve, today) == {rung: state}


def test_the_due_day_itself_calls_for_nothing() -> None:
    assert called_for(after(CASE, YELLOW), DEADLINE) == {}


@pytest.mark.parametrize(
    ("rung", "to", "cc"),
    [
        ("green_reminder", {Role.OWNER}, set()),
        ("yellow_reminder", {Role.OWNER, Role.RESPONSIBLE_LEADER}, {Role.SUPERVISOR}),
        ("red_order", {Role.UNIT_HEAD, Role.PARTY_HEAD}, {Role.SUPERVISOR, Role.INSPECTION_OFFICE}),
        ("second_order", {Role.PARTY_HEAD}, {Role.LEAD_LEADER}),
        ("interview", {Role.PARTY_HEAD}, {Role.DISCIPLINE}),
    ],
)
def test_each_rung_goes_to_its_roles(rung: str, to: set[Role], cc: set[Role]) -> None:
    (letter,) = [x for x in look(CASE, DEADLINE) if x.rung == rung]
    assert (set(letter.to), set(letter.cc)) == (to, cc)


def test_from_the_second_order_upward_letters_are_only_drafted() -> None:
    drafts = {x.rung for x in look(CASE, DEADLINE) if x.draft}
    assert drafts == {"second_order", "interview", "circular"}


def test_after_an_outage_the_highest_sendable_letter_goes_and_the_lower_are_skipped() -> None:
    assert called_for(CASE, RED + timedelta(days=3)) == {
        "green_reminder": SKIPPED,
        "yellow_reminder": SKIPPED,
        "red_order": QUEUED,
    }


def test_after_a_long_outage_drafts_that_are_due_are_drafted_too() -> None:
    assert called_for(CASE, CIRCULAR) == {
        "green_reminder": SKIPPED,
        "yellow_reminder": SKIPPED,
        "red_order": QUEUED,
        "second_order": DRAFTED,
        "interview": DRAFTED,
        "circular": DRAFTED,
    }


def test_a_server_off_for_three_days_sends_one_letter() -> None:
    before = after(CASE, YELLOW - timedelta(days=1))
    back = called_for(before, YELLOW + timedelta(days=2))
    assert list(back.values()).count(QUEUED) == 1


def test_a_lower_letter_never_follows_a_higher_one() -> None:
    red_is_out = case(recorded={Key(1, "red_order"): SENT})
    assert called_for(red_is_out, RED) == {"green_reminder": SKIPPED, "yellow_reminder": SKIPPED}


def test_a_second_look_on_the_same_day_calls_for_nothing() -> None:
    for today in (GREEN, YELLOW, RED, CIRCULAR):
        assert called_for(after(CASE, today), today) == {}


def test_a_return_starts_no_second_ladder() -> None:
    told = after(CASE, YELLOW)
    returned = replace(
        told, stage=Stage.RETURNED, round=2, stage_clock=Clock(date(2026, 11, 24), 9), begun_on=CASE.begun_on
    )
    assert called_for(returned, date(2026, 11, 24)) == {}
    assert called_for(returned, RED) == {"red_order": QUEUED}


def extended(finding: Case, to: date, on: date) -> Case:
    return replace(finding, deadline=to, deadline_version=finding.deadline_version + 1, begun_on=on)


def test_an_extension_starts_a_new_ladder() -> None:
    longer = extended(after(CASE, YELLOW), date(2026, 12, 31), on=date(2026, 11, 25))
    assert called_for(longer, RED) == {}
    assert called_for(longer, date(2026, 12, 11)) == {"green_reminder": QUEUED}


def test_what_lies_before_a_deadline_was_set_is_not_planned() -> None:
    longer = extended(after(CASE, YELLOW), date(2026, 12, 4), on=date(2026, 11, 25))
    assert [x.rung for x in look(longer, RED)] == ["red_order", "second_order", "interview", "circular"]


def test_a_rung_that_falls_on_the_first_day_is_planned() -> None:
    assert called_for(case(begun_on=YELLOW), YELLOW) == {"yellow_reminder": QUEUED}


RESTING = sorted({Stage.PENDING_VERIFICATION, Stage.PENDING_CLOSURE, Stage.DISPUTED, Stage.DRAFT})


@pytest.mark.parametrize("stage", RESTING)
def test_the_units_ladder_rests_while_it_is_somebody_elses_turn(stage: Stage) -> None:
    assert not {"green_reminder", "yellow_reminder", "red_order"} & called_for(case(stage=stage), RED).keys()


def test_a_submission_stops_the_units_ladder_and_a_return_lets_it_go_on() -> None:
    submitted = replace(after(CASE, YELLOW), stage=Stage.PENDING_VERIFICATION)
    submitted = replace(submitted, stage_clock=Clock(date(2026, 11, 27), 8))
    assert called_for(submitted, RED) == {}
    back = replace(submitted, stage=Stage.RETURNED, round=2, stage_clock=Clock(date(2026, 12, 3), 9))
    assert called_for(back, date(2026, 12, 3)) == {"red_order": QUEUED}


def returned(finding: Case, on: date) -> Case:
    return replace(finding, stage=Stage.RETURNED, round=2, stage_clock=Clock(on, 9), returned_on=on)


def test_what_comes_back_after_its_deadline_is_red_that_day_and_later_rungs_count_from_it() -> None:
    back = returned(after(CASE, YELLOW), date(2026, 12, 8))
    assert day(back, "red_order") == date(2026, 12, 8)
    assert called_for(back, date(2026, 12, 8)) == {"red_order": QUEUED}
    for rung, number in (("second_order", 5), ("interview", 10), ("circular", 20)):
        assert day(back, rung) == add_workdays(date(2026, 12, 8), number, CALENDAR)


def test_what_was_red_before_it_came_back_is_not_red_again() -> None:
    late = after(CASE, RED)
    back = returned(late, date(2026, 12, 9))
    assert called_for(back, date(2026, 12, 9)) == {}
    assert called_for(back, date(2026, 12, 16)) == {"second_order": DRAFTED}


def test_what_comes_back_before_its_deadline_keeps_its_days() -> None:
    back = returned(after(CASE, YELLOW), date(2026, 11, 25))
    assert [day(back, rung) for rung in ("red_order", "second_order")] == [RED, SECOND]


def test_taking_a_submission_back_gives_no_days_as_a_present() -> None:
    submitted = replace(after(CASE, YELLOW), stage=Stage.PENDING_VERIFICATION)
    taken_back = replace(submitted, stage=Stage.IN_PROGRESS, stage_clock=Clock(date(2026, 12, 8), 9))
    assert called_for(taken_back, date(2026, 12, 8)) == {"red_order": QUEUED, "second_order": DRAFTED}


def test_what_is_given_to_a_unit_after_its_deadline_is_late_from_that_day() -> None:
    given_late = case(begun_on=date(2026, 12, 8))
    assert day(given_late, "red_order") == date(2026, 12, 8)
    assert day(given_late, "second_order") == add_workdays(date(2026, 12, 8), 5, CALENDAR)


def test_whoever_falls_behind_the_dates_of_the_plan_is_told_once_by_a_yellow_order() -> None:
    behind = case(behind_on=date(2026, 10, 15))
    assert "progress_order" not in called_for(behind, date(2026, 10, 15))
    assert called_for(behind, date(2026, 10, 16)) == {"progress_order": QUEUED}
    told = replace(after(behind, date(2026, 10, 16)), behind_on=date(2026, 11, 2))
    assert called_for(told, date(2026, 11, 3)) == {}
    (letter,) = [x for x in look(behind, RED) if x.rung == "progress_order"]
    assert (letter.to, letter.cc) == ((Role.RESPONSIBLE_LEADER,), (Role.SUPERVISOR,))


def test_a_measure_due_with_the_deadline_itself_is_left_to_the_red_order() -> None:
    assert "progress_order" not in {x.rung for x in look(case(behind_on=DEADLINE), RED)}


def test_an_extension_nobody_decides_on_is_brought_to_the_supervisor() -> None:
    asked = case(extension_clock=Clock(date(2026, 11, 12), 7))
    assert "extension_undecided" not in called_for(asked, date(2026, 11, 18))
    assert called_for(asked, date(2026, 11, 19))["extension_undecided"] is QUEUED


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.WITHDRAWN, Stage.MERGED])
def test_nothing_is_sent_for_what_has_ended(stage: Stage) -> None:
    assert look(case(stage=stage), CIRCULAR) == []


STEP_CLOCKS = [
    (Stage.DRAFT, "draft_overdue", Role.INSPECTOR),
    (Stage.DISPUTED, "dispute_overdue", Role.INSPECTOR),
    (Stage.PENDING_VERIFICATION, "verification_overdue", Role.VERIFIER),
    (Stage.PENDING_CLOSURE, "closure_overdue", Role.APPROVER),
]


@pytest.mark.parametrize(("stage", "rung", "role"), STEP_CLOCKS)
def test_whoever_has_the_turn_has_a_clock_of_five_working_days(stage: Stage, rung: str, role: Role) -> None:
    late = waiting(stage, date(2026, 9, 18))  # five working days later is Thursday, the 24th
    assert called_for(late, date(2026, 9, 24)) == {}
    assert called_for(late, date(2026, 9, 25)) == {rung: QUEUED}
    assert role in look(late, date(2026, 9, 25))[0].to


def test_each_submission_starts_a_clock_of_the_verifiers_own() -> None:
    first = waiting(Stage.PENDING_VERIFICATION, date(2026, 11, 2), event=5)
    told = after(first, date(2026, 11, 20))
    assert called_for(told, date(2026, 11, 20)) == {}
    second = replace(told, round=2, stage_clock=Clock(date(2026, 11, 23), 8))
    assert called_for(second, date(2026, 12, 1)) == {"verification_overdue": QUEUED}


def test_a_verifier_is_told_once_even_if_the_deadline_moves_meanwhile() -> None:
    told = after(waiting(Stage.PENDING_VERIFICATION, date(2026, 11, 2)), date(2026, 11, 20))
    moved = extended(told, date(2026, 12, 31), on=date(2026, 11, 20))
    assert called_for(moved, date(2026, 11, 21)) == {}


def test_acceptance_is_asked_for_after_three_working_days_and_again_after_five() -> None:
    assigned = waiting(Stage.ASSIGNED, date(2026, 11, 12), deadline=date(2027, 3, 1))
    assert called_for(assigned, date(2026, 11, 16)) == {}
    assert called_for(assigned, date(2026, 11, 17)) == {"acceptance_reminder": QUEUED}
    reminded = after(assigned, date(2026, 11, 17))
    assert called_for(reminded, date(2026, 11, 19)) == {}
    assert called_for(reminded, date(2026, 11, 20)) == {"acceptance_overdue": QUEUED}


def test_acceptance_and_deadline_are_two_ladders() -> None:
    assigned = waiting(Stage.ASSIGNED, date(2026, 11, 12), begun_on=date(2026, 11, 12))
    assert called_for(assigned, YELLOW) == {
        "acceptance_reminder": SKIPPED,
        "acceptance_overdue": QUEUED,
        "yellow_reminder": QUEUED,
    }


@pytest.mark.parametrize(("round_", "ordered"), [(1, False), (2, False), (3, True), (4, True)])
def test_two_returns_call_for_an_order_for_quality(round_: int, ordered: bool) -> None:
    returned = waiting(Stage.RETURNED, date(2026, 10, 8), round=round_)
    assert ("quality_order" in called_for(returned, date(2026, 10, 8))) is ordered


def test_the_order_for_quality_is_given_once_in_a_cycle() -> None:
    third = waiting(Stage.RETURNED, date(2026, 10, 8), round=3)
    fourth = replace(after(third, date(2026, 10, 8)), round=4, stage_clock=Clock(date(2026, 10, 20), 20))
    assert called_for(fourth, date(2026, 10, 20)) == {}
    longer = extended(fourth, date(2027, 3, 31), on=date(2026, 10, 21))
    assert called_for(longer, date(2026, 10, 21)) == {}


def test_a_second_red_letter_in_a_year_brings_the_interview_forward() -> None:
    again = case(second_red=True)
    assert day(again, "interview") == RED
    assert called_for(after(again, YELLOW), RED) == {"red_order": QUEUED, "interview": DRAFTED}
    assert day(case(), "interview") == INTERVIEW


def test_a_closed_finding_is_looked_back_at_on_its_day() -> None:
    sustained = case(stage=Stage.CLOSED, next_review_on=date(2027, 3, 15))
    assert called_for(sustained, date(2027, 3, 14)) == {}
    assert called_for(sustained, date(2027, 3, 15)) == {"look_back_due": QUEUED}
    assert next_look(look(sustained, DEADLINE), {}) == date(2027, 3, 15)
    reminded = after(sustained, date(2027, 3, 15))
    assert called_for(reminded, date(2027, 3, 21)) == {}
    assert called_for(reminded, date(2027, 3, 22)) == {"look_back_overdue": QUEUED}


def test_continuing_work_comes_back_on_its_day_and_is_late_like_any_other() -> None:
    kept_up = case(next_review_on=DEADLINE)
    assert called_for(after(kept_up, YELLOW), DEADLINE) == {"look_back_due": QUEUED}
    assert called_for(after(kept_up, DEADLINE), RED) == {"red_order": QUEUED}
    assert "look_back_overdue" not in {x.rung for x in look(kept_up, CIRCULAR)}


def test_without_a_deadline_only_the_steps_own_clock_runs() -> None:
    draft = waiting(Stage.DRAFT, date(2026, 11, 2), deadline=None)
    assert [x.rung for x in look(draft, DEADLINE)] == ["draft_overdue"]


def test_the_next_look_is_the_first_day_with_something_new() -> None:
    finding, seen = CASE, []
    while (today := next_look(look(finding, DEADLINE), finding.recorded)) is not None:
        seen.append(today)
        finding = after(finding, today)
    assert seen == [GREEN, YELLOW, RED, SECOND, INTERVIEW, CIRCULAR]


START = date(2026, 9, 1)
stages = st.sampled_from(Stage)
days = st.dates(START, START + timedelta(days=300))
cases = st.builds(
    case,
    stage=stages,
    round=st.integers(1, 4),
    deadline=st.none() | days,
    begun_on=days,
    stage_clock=st.builds(Clock, days, st.integers(1, 30)),
    returned_on=st.none() | days,
    behind_on=st.none() | days,
    extension_clock=st.none() | st.builds(Clock, days, st.integers(1, 30)),
    next_review_on=st.none() | days,
    second_red=st.booleans(),
)


@given(cases, days)
def test_the_plan_is_pure(finding: Case, today: date) -> None:
    copy = replace(finding, recorded=dict(finding.recorded))
    first = look(finding, today)
    assert look(copy, today) == first
    assert finding == copy
    assert first == sorted(first, key=lambda x: x.day)


@given(cases, days)
def test_a_plan_names_each_letter_once_and_decides_only_what_is_due(finding: Case, today: date) -> None:
    letters = look(finding, today)
    assert len({x.key for x in letters}) == len(letters)
    assert all((x.state is PLANNED) is (x.day > today) for x in letters)
    assert next_look(letters, finding.recorded) == min((x.day for x in letters), default=None)


def travel(finding: Case, visits: Iterable[date]) -> tuple[list[tuple[date, Planned]], Case]:
    told: list[tuple[date, Planned]] = []
    for today in visits:
        new = due_now(look(finding, today), finding.recorded)
        told.extend((today, letter) for letter in new)
        finding = after(finding, today)
    return told, finding


@given(cases)
def test_whoever_looks_every_day_tells_each_letter_once_and_on_its_day(finding: Case) -> None:
    told, _ = travel(finding, (START + timedelta(days=n) for n in range(400)))
    assert len({letter.key for _, letter in told}) == len(told)
    late = {x.key for _, x in told if x.state is SKIPPED}
    assert all(on == max(x.day, START) for on, x in told if x.key not in late)


@given(cases, st.lists(st.integers(0, 40), max_size=20))
def test_whoever_skips_days_sends_no_two_letters_of_one_ladder_on_one_day(
    finding: Case, gaps: list[int]
) -> None:
    visits, today = [], START
    for gap in gaps:
        today += timedelta(days=gap)
        visits.append(today)
    told, _ = travel(finding, visits)
    sent = [(on, x.ladder) for on, x in told if x.state is QUEUED]
    assert len(set(sent)) == len(sent)
    assert len({x.key for _, x in told}) == len(told)


@given(cases, st.sets(st.integers(0, 399)))
def test_it_does_not_matter_how_often_one_looked_what_is_decided_in_the_end(
    finding: Case, seen: set[int]
) -> None:
    last = START + timedelta(days=400)
    _, often = travel(finding, [*(START + timedelta(days=n) for n in sorted(seen)), last])
    _, once = travel(finding, [last])
    assert often.recorded.keys() == once.recorded.keys()
    assert drafts(often.recorded) == drafts(once.recorded)


def drafts(recorded: Mapping[Key, LetterState]) -> set[Key]:
    return {key for key, state in recorded.items() if state is DRAFTED}


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["submit", "return", "extend", "wait"]))))
def test_a_whole_life_tells_each_rung_of_a_deadline_once_and_in_order(life: list[tuple[int, str]]) -> None:
    finding, today = CASE, CASE.begun_on
    told: list[Planned] = []
    for number, (gap, what) in enumerate(life, start=10):
        today += timedelta(days=gap)
        new, finding = travel(finding, [today])
        told.extend(letter for _, letter in new)
        finding = lived(finding, what, today, number)
    own = [x for x in told if x.ladder == "deadline"]
    assert len({(x.key.deadline_version, x.rung) for x in own}) == len(own)
    ranks = [(x.key.deadline_version, x.rank) for x in own if x.state is QUEUED]
    assert ranks == sorted(ranks)


def lived(finding: Case, what: str, today: date, event: int) -> Case:
    """The finding after an act, where the act is possible."""
    clock = Clock(today, event)
    if what == "submit" and finding.stage is not Stage.PENDING_VERIFICATION:
        return replace(finding, stage=Stage.PENDING_VERIFICATION, stage_clock=clock)
    if what == "return" and finding.stage is Stage.PENDING_VERIFICATION:
        again = finding.round + 1
        return replace(finding, stage=Stage.RETURNED, round=again, stage_clock=clock, returned_on=today)
    if what == "extend" and finding.deadline and today <= finding.deadline:
        return extended(finding, finding.deadline + timedelta(days=30), on=today)
    return finding


def test_no_shipped_step_is_reminded_of_before_its_end_and_one_that_is_is_foreseen() -> None:
    assert foresight(RULES) == 0
    early = Rung("early", "reminder", to=(Role.VERIFIER,), days_left=2)
    earlier = Rung("earlier", "reminder", to=(Role.VERIFIER,), workdays_late=-1)
    for rung, days in ((early, 2), (earlier, 10)):
        assert foresight(replace(RULES, verification_ladder=Ladder("verification", (rung,)))) == days
