"""What a person is offered is what the rules would let them do, in the order of the work."""

from typing import Any

import pytest

from policy.acts import allow
from policy.choices import Choices, choices
from policy.refusals import NotAllowed
from policy.roles import Actor, Role
from policy.saying import Limits, is_vague
from policy.stages import LIVE, Act, Facts, Stage, acts_possible
from policy.turns import mover
from tests.policy.cases import CALENDAR, RULES, TODAY, approver, facts, inspector, owner, someone, verifier


def limits(before: Facts, actor: Actor) -> Limits:
    return Limits(RULES, RULES.terms(before.source, before.deadline_type), CALENDAR, TODAY, actor)


def offered(actor: Actor, *, answered: bool = True, **changes: Any) -> Choices:
    before = facts(**changes)
    return choices(before, limits(before, actor), is_answered=answered)


def acts(of: Choices) -> list[Act]:
    return [one.act for one in of.now]


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize(
    "actor", [owner, inspector, verifier, approver, someone(Role.AUDITOR)], ids=lambda x: x.account
)
def test_what_is_offered_is_what_would_be_let_through(stage: Stage, actor: Actor) -> None:
    before = facts(stage=stage)
    of = choices(before, limits(before, actor))
    for act in Act:
        try:
            allow(before, act, limits(before, actor))
            may = act in acts_possible(stage) and act is not Act.COMPLETE_MEASURE
        except NotAllowed:
            may = False
        assert of.has(act) is may, act


def test_whoever_moves_a_finding_on_is_known_of_each_stage_that_is_not_the_end() -> None:
    assert {stage for stage in Stage if mover(stage)} == LIVE


@pytest.mark.parametrize(
    ("changes", "first"),
    [
        ({"stage": Stage.ASSIGNED}, Act.ACCEPT),
        ({"stage": Stage.PLANNING}, Act.FILE_PLAN),
        ({"percent": 40, "evidence": 1}, Act.REPORT_PROGRESS),
        ({"percent": 100, "evidence": 1, "open_measures": 2}, Act.COMPLETE_MEASURE),
        ({"percent": 100, "evidence": 0, "done_measures": 2}, Act.ATTACH_EVIDENCE),
        ({"percent": 100, "evidence": 1}, Act.SUBMIT),
    ],
)
def test_the_worker_sees_the_next_step_first(changes: dict[str, Any], first: Act) -> None:
    assert acts(offered(owner, **changes))[0] is first


def test_what_came_back_is_answered_before_it_is_submitted_again() -> None:
    back: dict[str, Any] = {"stage": Stage.RETURNED, "round": 2, "percent": 100, "evidence": 1}
    assert acts(offered(owner, answered=False, **back))[0] is Act.REPORT_PROGRESS
    assert acts(offered(owner, answered=True, **back))[0] is Act.SUBMIT


def test_what_cannot_be_submitted_yet_says_what_is_missing() -> None:
    (submit,) = [one for one in offered(owner, evidence=0).now if one.act is Act.SUBMIT]
    assert submit.hitch is not None
    assert "还没有佐证材料" in submit.hitch.zh


def test_others_are_not_told_what_the_worker_lacks() -> None:
    assert acts(offered(verifier, evidence=0)) == []


def test_an_extension_is_decided_only_where_one_was_asked_for() -> None:
    assert acts(offered(approver)) == []
    asked: dict[str, Any] = {"extension_to": TODAY.replace(year=2027), "extension_by": owner.person}
    leader = someone(*(role for one in RULES.approvals for role in one))
    assert {Act.APPROVE_EXTENSION, Act.REFUSE_EXTENSION} <= set(acts(offered(leader, **asked)))


def test_seldom_acts_stand_apart() -> None:
    of = offered(inspector, stage=Stage.ASSIGNED)
    assert acts(of) == []
    assert {one.act for one in of.besides} >= {Act.REASSIGN, Act.WITHDRAW, Act.MERGE}
    assert Act.REASSIGN in acts(offered(inspector, stage=Stage.DISPUTED))


def test_whoever_is_named_to_verify_is_waited_for_and_others_may() -> None:
    waiting: dict[str, Any] = {"stage": Stage.PENDING_VERIFICATION}
    assert acts(offered(verifier, **waiting)) == [Act.PASS_VERIFICATION, Act.RETURN_FOR_REWORK]
    other = offered(inspector, **waiting)
    assert (acts(other), other.has(Act.PASS_VERIFICATION)) == ([], True)
    assert acts(offered(inspector, verifier_post=None, **waiting))[0] is Act.PASS_VERIFICATION


@pytest.mark.parametrize(
    ("measure", "vague"),
    [
        ("加强管理", True),
        ("进一步加强制度建设，切实提高思想认识，完善工作机制", True),
        ("提高认识，落实责任。", True),
        ("12月10日前收回两年租金4.8万元并入账", False),
        ("对11笔白条逐笔核实、退款或补票", False),
    ],
)
def test_a_measure_that_nobody_could_check_is_vague(measure: str, vague: bool) -> None:
    assert is_vague(measure) is vague
