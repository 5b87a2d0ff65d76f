"""Who may do what, and that the work, its verification and its closure are three people's."""

from dataclasses import replace
from itertools import product

import pytest

from policy.acts import decide, not_by
from policy.refusals import NotAllowed
from policy.roles import OWNER_ACTS, ROLES_FOR, SEPARATE, Actor, Role, Why, hindrance, stands_in_for
from policy.stages import MOVES, Act, Stage
from tests.policy.cases import (
    APPROVER,
    CALENDAR,
    OWNER,
    OWNER_POST,
    RULES,
    SPOKEN,
    TODAY,
    VERIFIER,
    VERIFIER_POST,
    facts,
    facts_for,
    someone,
)

INSPECTING = {Role.INSPECTOR, Role.INSPECTION_OFFICE}
AGREEING = {
    Role.SUPERVISOR,
    Role.APPROVER,
    Role.RESPONSIBLE_LEADER,
    Role.LEAD_LEADER,
    Role.FIRST_RESPONSIBLE,
    Role.UNIT_HEAD,
    Role.PARTY_HEAD,
    Role.INSPECTION_OFFICE,
}
WANTED: dict[Act, set[Role]] = {
    Act.ASSIGN: INSPECTING,
    Act.UPHOLD: INSPECTING,
    Act.REASSIGN: INSPECTING,
    Act.WITHDRAW: INSPECTING,
    Act.MERGE: INSPECTING,
    Act.APPROVE_PLAN: INSPECTING,
    Act.RETURN_PLAN: INSPECTING,
    Act.PASS_VERIFICATION: {Role.VERIFIER, *INSPECTING},
    Act.RETURN_FOR_REWORK: {Role.VERIFIER, *INSPECTING},
    Act.APPROVE_CLOSURE: {Role.APPROVER},
    Act.DEFER_CLOSURE: {Role.APPROVER},
    Act.WITHDRAW_EVIDENCE: {Role.SUPERVISOR, *INSPECTING},
    Act.REOPEN: {Role.SUPERVISOR, *INSPECTING},
    Act.APPROVE_EXTENSION: AGREEING,
    Act.REFUSE_EXTENSION: AGREEING,
    Act.HAND_OVER: {Role.ADMINISTRATOR, *INSPECTING},
    Act.LOOK_BACK: {Role.VERIFIER, Role.SUPERVISOR, Role.DISCIPLINE, *INSPECTING},
}
"""The matrix as a township's secretary would write it down."""

STAGE_OF = {act: stage for stage, act in reversed(MOVES)}
ROLE_ACTS = sorted(WANTED)


def may(stage: Stage, act: Act, actor: Actor) -> bool:
    try:
        decide(facts_for(stage, act, verified_by=VERIFIER), act, actor, SPOKEN, RULES, CALENDAR, TODAY)
    except NotAllowed:
        return False
    return True


def test_the_matrix_covers_every_act_somebody_can_do() -> None:
    acts = {act for _stage, act in MOVES}
    assert WANTED.keys() | OWNER_ACTS == acts
    assert not WANTED.keys() & OWNER_ACTS
    assert set(ROLES_FOR) == WANTED.keys() | {Act.OPEN}


@pytest.mark.parametrize(("act", "role"), list(product(ROLE_ACTS, Role)))
def test_an_act_is_open_to_its_roles_and_to_no_other(act: Act, role: Role) -> None:
    assert may(STAGE_OF[act], act, someone(role)) is (role in WANTED[act])


@pytest.mark.parametrize("act", sorted(OWNER_ACTS))
def test_no_role_whatever_replaces_the_owner_post(act: Act) -> None:
    assert not may(STAGE_OF[act], act, someone(*Role))
    assert may(STAGE_OF[act], act, someone(posts=frozenset({OWNER_POST})))


def test_a_finding_without_an_owner_is_nobodys() -> None:
    nobody = facts(owner_post=None, verifier_post=None)
    assert hindrance(nobody, Act.SUBMIT, someone(*Role, posts=frozenset())) is Why.NOT_THEIR_POST


def test_the_findings_own_verifier_needs_no_role() -> None:
    named = someone(posts=frozenset({VERIFIER_POST}))
    for act in (Act.PASS_VERIFICATION, Act.RETURN_FOR_REWORK):
        assert may(Stage.PENDING_VERIFICATION, act, named)
    for act in (Act.APPROVE_CLOSURE, Act.RETURN_FOR_REWORK):
        assert not may(Stage.PENDING_CLOSURE, act, named)


def test_the_owner_may_hand_over_their_own_work() -> None:
    assert may(Stage.IN_PROGRESS, Act.HAND_OVER, someone(posts=frozenset({OWNER_POST})))


@pytest.mark.parametrize("role", Role)
def test_what_awaits_closure_is_sent_back_by_the_approver_only(role: Role) -> None:
    assert may(Stage.PENDING_CLOSURE, Act.RETURN_FOR_REWORK, someone(role)) is (role is Role.APPROVER)


@pytest.mark.parametrize("act", sorted(SEPARATE))
def test_nobody_decides_on_work_of_a_post_they_hold_today(act: Act) -> None:
    both = someone(*Role, posts=frozenset({OWNER_POST, VERIFIER_POST}))
    assert hindrance(facts_for(STAGE_OF[act], act), act, both) is Why.OWN_WORK


@pytest.mark.parametrize("act", sorted(SEPARATE))
def test_nobody_decides_on_what_they_submitted_even_after_leaving_the_post(act: Act) -> None:
    moved_on = someone(*Role, person=OWNER, posts=frozenset({VERIFIER_POST}))
    assert hindrance(facts_for(STAGE_OF[act], act), act, moved_on) is Why.OWN_WORK


def test_a_stand_in_for_the_owner_cannot_verify_that_day() -> None:
    stand_in = someone(Role.VERIFIER, person=77, posts=frozenset({VERIFIER_POST, OWNER_POST}))
    assert hindrance(facts(stage=Stage.PENDING_VERIFICATION), Act.PASS_VERIFICATION, stand_in) is Why.OWN_WORK


def lent(role: Role, post: int, *own: Role, own_post: int = 99) -> Actor:
    """Somebody who holds a post with roles of its own and stands in for another one."""
    posts = frozenset({own_post, post})
    lent_roles = {role: post} if role not in own else {}
    return Actor("stand-in", 77, posts, frozenset({role, *own}), frozenset({post}), lent_roles)


def test_an_act_for_a_post_stood_in_for_is_done_in_its_place() -> None:
    stand_in = lent(Role.OWNER, OWNER_POST)
    assert stands_in_for(facts(stage=Stage.IN_PROGRESS), Act.SUBMIT, stand_in) == OWNER_POST
    holder = replace(stand_in, lent=frozenset())
    assert stands_in_for(facts(stage=Stage.IN_PROGRESS), Act.SUBMIT, holder) is None


def test_a_verifier_post_that_is_lent_is_stood_in_for_until_the_closure_is_pending() -> None:
    stand_in = lent(Role.VERIFIER, VERIFIER_POST)
    for stage, wanted in ((Stage.PENDING_VERIFICATION, VERIFIER_POST), (Stage.PENDING_CLOSURE, None)):
        assert stands_in_for(facts(stage=stage), Act.RETURN_FOR_REWORK, stand_in) == wanted


def test_a_role_of_ones_own_goes_before_one_that_is_lent() -> None:
    draft = facts(stage=Stage.DRAFT)
    assert stands_in_for(draft, Act.ASSIGN, lent(Role.INSPECTOR, 5)) == 5
    assert stands_in_for(draft, Act.ASSIGN, lent(Role.INSPECTOR, 5, Role.INSPECTION_OFFICE)) is None
    assert stands_in_for(draft, Act.ASSIGN, lent(Role.INSPECTOR, 5, Role.INSPECTOR)) is None


def test_the_verifier_cannot_close_what_they_passed_whatever_posts_they_hold() -> None:
    verified = facts(stage=Stage.PENDING_CLOSURE, verified_by=VERIFIER)
    both = someone(Role.APPROVER, Role.VERIFIER, person=VERIFIER)
    assert hindrance(verified, Act.APPROVE_CLOSURE, both) is Why.VERIFIED_IT
    assert hindrance(verified, Act.APPROVE_CLOSURE, someone(Role.APPROVER, person=APPROVER)) is None


def test_the_verifier_may_still_defer_what_they_passed() -> None:
    verified = facts(stage=Stage.PENDING_CLOSURE, verified_by=VERIFIER)
    assert hindrance(verified, Act.DEFER_CLOSURE, someone(Role.APPROVER, person=VERIFIER)) is None


@pytest.mark.parametrize("why", Why)
def test_each_refusal_of_a_person_is_a_sentence_in_both_languages(why: Why) -> None:
    refused = not_by("ZC2026-008", "ZC2026-008", Act.PASS_VERIFICATION, why)
    assert refused.zh.startswith("ZC2026-008：您不能验收通过。")
    assert refused.zh.endswith("。")
    assert refused.en.startswith("ZC2026-008: you cannot pass verification: ")
    assert refused.en.endswith(".")
