"""The letters an act itself calls for."""

import pytest

from policy.notices import NOTICES, Notice, notices
from policy.roles import Role
from policy.stages import MOVES, Act, Moved, Stage

SILENT = {
    Act.ACCEPT,
    Act.REPORT_PROGRESS,
    Act.COMPLETE_MEASURE,
    Act.ATTACH_EVIDENCE,
    Act.WITHDRAW_EVIDENCE,
    Act.TAKE_BACK,
    Act.LOOK_BACK,
}
"""Acts that ask nothing of anybody."""


def moved(round_: int = 1) -> Moved:
    return Moved(Stage.RETURNED, round_, 1)


def test_every_act_tells_somebody_or_is_known_to_be_silent() -> None:
    assert {act for _stage, act in MOVES} - NOTICES.keys() == SILENT


@pytest.mark.parametrize(
    ("act", "turn"),
    [
        (Act.ASSIGN, Role.OWNER),
        (Act.REASSIGN, Role.OWNER),
        (Act.UPHOLD, Role.OWNER),
        (Act.DISPUTE, Role.INSPECTOR),
        (Act.FILE_PLAN, Role.INSPECTOR),
        (Act.SUBMIT, Role.VERIFIER),
        (Act.RETURN_FOR_REWORK, Role.OWNER),
        (Act.PASS_VERIFICATION, Role.APPROVER),
        (Act.REQUEST_EXTENSION, Role.SUPERVISOR),
        (Act.REFUSE_EXTENSION, Role.OWNER),
        (Act.REOPEN, Role.OWNER),
    ],
)
def test_whoever_has_to_act_next_is_told_at_once(act: Act, turn: Role) -> None:
    (notice,) = notices(act, Moved(Stage.PLAN_REVIEW, 1, 1))
    assert turn in notice.to


@pytest.mark.parametrize("stage", [Stage.IN_PROGRESS, Stage.RETURNED])
def test_a_plan_that_nobody_reviews_calls_for_no_letter(stage: Stage) -> None:
    assert notices(Act.FILE_PLAN, Moved(stage, 2, 1)) == []


@pytest.mark.parametrize("act", sorted(SILENT))
def test_silent_acts_call_for_no_letter(act: Act) -> None:
    assert notices(act, moved()) == []


@pytest.mark.parametrize(("round_", "alerted"), [(2, False), (3, False), (4, True), (5, False)])
def test_the_third_return_alerts_the_supervisor_once(round_: int, alerted: bool) -> None:
    found = notices(Act.RETURN_FOR_REWORK, moved(round_))
    assert found[0].rung == "returned"
    assert found[1:] == [Notice("third_return", to=(Role.SUPERVISOR,))] * alerted


def test_the_first_of_two_approvals_is_told_to_whoever_may_give_the_other() -> None:
    (notice,) = notices(Act.APPROVE_EXTENSION, Moved(Stage.IN_PROGRESS, 1, 1, is_partial=True))
    assert (notice.rung, notice.to) == ("extension_first_approved", (Role.SUPERVISOR,))


def test_a_conversion_is_told_in_words_of_its_own() -> None:
    (notice,) = notices(Act.APPROVE_EXTENSION, Moved(Stage.IN_PROGRESS, 1, 1, converts=True))
    assert (notice.rung, notice.to) == ("converted", (Role.OWNER,))


def test_where_no_approval_is_asked_for_a_passed_verification_tells_of_the_closure() -> None:
    (notice,) = notices(Act.PASS_VERIFICATION, Moved(Stage.CLOSED, 1, 1))
    assert notice == NOTICES[Act.APPROVE_CLOSURE]


def test_the_rules_say_which_return_alerts() -> None:
    assert len(notices(Act.RETURN_FOR_REWORK, moved(2), returns_until_alert=1)) == 2


def test_a_plan_that_nobody_reviews_asks_nobody_to_review_it() -> None:
    assert notices(Act.FILE_PLAN, Moved(Stage.IN_PROGRESS, 1, 1)) == []
    assert [one.rung for one in notices(Act.FILE_PLAN, Moved(Stage.PLAN_REVIEW, 1, 1))] == ["plan_filed"]


def test_a_request_for_an_extension_goes_to_whoever_decides_by_the_rules() -> None:
    asked, partial = moved(), Moved(Stage.IN_PROGRESS, 1, 1, is_partial=True)
    heads = frozenset({Role.UNIT_HEAD, Role.PARTY_HEAD})
    (usual,) = notices(Act.REQUEST_EXTENSION, asked, deciders=heads | {Role.RESPONSIBLE_LEADER})
    assert usual == NOTICES[Act.REQUEST_EXTENSION]
    (other,) = notices(Act.REQUEST_EXTENSION, asked, deciders=heads)
    assert set(other.to) == heads
    (second,) = notices(Act.APPROVE_EXTENSION, partial, deciders=frozenset({Role.APPROVER}))
    assert second.to == (Role.APPROVER,)
