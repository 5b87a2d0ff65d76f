"""The table of moves, covered whole: each move in it is allowed, no other is."""

from itertools import product

import pytest

from policy.acts import decide, is_open
from policy.deadlines import DeadlineType
from policy.refusals import NotAllowed
from policy.roles import OWNER_ACTS, Actor, Role
from policy.saying import Limits
from policy.stages import (
    ENDED,
    LIVE,
    MOVES,
    ORDER,
    STEP_OF,
    Act,
    Path,
    Stage,
    Step,
    acts_possible,
    has_reached,
    is_past,
    move,
)
from policy.turns import mover
from policy.words import ACT_WORDS, ROLE_WORDS, STAGE_WORDS
from tests.policy.cases import (
    CALENDAR,
    EVERYBODY,
    RULES,
    SPOKEN,
    TODAY,
    approver,
    facts,
    facts_for,
    inspector,
    owner,
    someone,
    verifier,
)

CLOSING = {Act.APPROVE_CLOSURE, Act.DEFER_CLOSURE, Act.APPROVE_EXTENSION, Act.REFUSE_EXTENSION}
IMPOSSIBLE = sorted(set(product(Stage, Act)) - MOVES.keys())


def rightful(stage: Stage, act: Act) -> Actor:
    """Whose turn it is, said a second time and independently of the rules."""
    if act in OWNER_ACTS:
        return owner
    if act in CLOSING or (stage, act) == (Stage.PENDING_CLOSURE, Act.RETURN_FOR_REWORK):
        return approver
    return verifier if act in {Act.PASS_VERIFICATION, Act.RETURN_FOR_REWORK} else inspector


@pytest.mark.parametrize(("stage", "act"), MOVES)
def test_every_move_in_the_table_is_allowed_to_whoever_has_the_turn(stage: Stage, act: Act) -> None:
    moved = decide(facts_for(stage, act), act, rightful(stage, act), SPOKEN, RULES, CALENDAR, TODAY)
    assert moved.stage is MOVES[stage, act]


@pytest.mark.parametrize(("stage", "act"), IMPOSSIBLE)
def test_no_other_move_is_allowed_and_the_refusal_names_what_is_for_this_person(
    stage: Stage, act: Act
) -> None:
    before = facts(stage=stage)
    for actor in EVERYBODY:
        with pytest.raises(NotAllowed) as refused:
            decide(before, act, actor, SPOKEN, RULES, CALENDAR, TODAY)
        limits = Limits(RULES, RULES.terms(before.source, before.deadline_type), CALENDAR, TODAY, actor)
        possible = [ACT_WORDS[a] for a in acts_possible(stage) if is_open(before, a, limits)]
        no = f"ZC2026-008 现为“{STAGE_WORDS[stage][0]}”，不能{ACT_WORDS[act][0]}。"
        turn = mover(stage)
        if possible:
            assert refused.value.zh == f"{no}您现在可以：{'、'.join(w[0] for w in possible)}。"
            assert refused.value.en.endswith(f" You can now: {', '.join(w[1] for w in possible)}.")
        else:
            assert refused.value.zh == no + (f"现在由{ROLE_WORDS[turn][0]}办理。" if turn else "")
        assert f"cannot {ACT_WORDS[act][1]}." in refused.value.en


def test_to_whoever_can_do_nothing_the_refusal_says_whose_turn_it_is() -> None:
    with pytest.raises(NotAllowed) as refused:
        decide(facts(), Act.APPROVE_CLOSURE, someone(Role.AUDITOR), SPOKEN, RULES, CALENDAR, TODAY)
    assert refused.value.zh == "ZC2026-008 现为“整改中”，不能同意销号。现在由责任人办理。"


def test_there_is_no_way_back_from_withdrawn_and_merged_and_few_from_closed() -> None:
    assert {stage: acts_possible(stage) for stage in ENDED} == {
        Stage.CLOSED: [Act.WITHDRAW_EVIDENCE, Act.REOPEN, Act.LOOK_BACK],
        Stage.WITHDRAWN: [Act.WITHDRAW_EVIDENCE],
        Stage.MERGED: [Act.WITHDRAW_EVIDENCE],
    }


def test_from_every_live_stage_a_finding_can_be_brought_to_its_end() -> None:
    reach = set(ENDED)
    for _ in Stage:
        reach |= {stage for (stage, _act), to in MOVES.items() if to in reach}
    assert reach >= LIVE


def test_immediate_work_needs_no_plan() -> None:
    accepted = facts(stage=Stage.ASSIGNED, deadline_type=DeadlineType.IMMEDIATE)
    assert decide(accepted, Act.ACCEPT, owner, SPOKEN, RULES, CALENDAR, TODAY).stage is Stage.IN_PROGRESS
    for kind in set(DeadlineType) - {DeadlineType.IMMEDIATE}:
        planned = facts(stage=Stage.ASSIGNED, deadline_type=kind)
        assert decide(planned, Act.ACCEPT, owner, SPOKEN, RULES, CALENDAR, TODAY).stage is Stage.PLANNING


def test_only_a_return_begins_a_round_and_only_a_reopening_a_cycle() -> None:
    for stage, act in MOVES:
        before = facts(stage=stage, round=3, cycle=2)
        after = move(before, act, Path())
        if act is Act.REOPEN:
            assert (after.round, after.cycle) == (1, 3)
        else:
            assert (after.round, after.cycle) == (3 + (act is Act.RETURN_FOR_REWORK), 2), act


@pytest.mark.parametrize(
    ("round_", "stage"), [(1, Stage.IN_PROGRESS), (2, Stage.RETURNED), (5, Stage.RETURNED)]
)
def test_a_submission_taken_back_leads_to_where_it_came_from(round_: int, stage: Stage) -> None:
    after = move(facts(stage=Stage.PENDING_VERIFICATION, round=round_), Act.TAKE_BACK, Path())
    assert (after.stage, after.round) == (stage, round_)


def test_each_stage_belongs_to_one_step_and_the_table_goes_forward_or_back_to_follow_up() -> None:
    assert set(STEP_OF) == set(Stage)
    for (stage, _act), to in MOVES.items():
        ahead = ORDER.index(STEP_OF[to]) >= ORDER.index(STEP_OF[stage])
        assert ahead or STEP_OF[to] is Step.FOLLOW_UP


def test_a_step_is_past_when_its_work_is_done_and_reached_when_it_has_begun() -> None:
    assert is_past(Stage.IN_PROGRESS, Step.ASSIGN)
    assert not is_past(Stage.IN_PROGRESS, Step.FOLLOW_UP)
    assert has_reached(Stage.PENDING_VERIFICATION, Step.VERIFY)
    assert not has_reached(Stage.IN_PROGRESS, Step.VERIFY)
    assert not is_past(Stage.PENDING_CLOSURE, Step.CLOSE)
    assert all(is_past(stage, step) for stage in ENDED for step in Step)


def test_the_terms_may_leave_out_plan_review_and_approval() -> None:
    short = Path(plan=False, plan_review=False, closure_approval=False)
    assert move(facts(stage=Stage.ASSIGNED), Act.ACCEPT, short).stage is Stage.IN_PROGRESS
    assert move(facts(stage=Stage.PLANNING), Act.FILE_PLAN, short).stage is Stage.IN_PROGRESS
    assert move(facts(stage=Stage.PENDING_VERIFICATION), Act.PASS_VERIFICATION, short).stage is Stage.CLOSED
