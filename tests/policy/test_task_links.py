"""One-time links: few acts by few people's leave."""

import pytest

from policy import task_links
from policy.refusals import NotAllowed
from policy.roles import Role
from policy.stages import Act, Stage


@pytest.mark.parametrize("act", Act)
def test_by_a_link_one_reports_and_submits_and_nothing_else(act: Act) -> None:
    if act in {Act.REPORT_PROGRESS, Act.COMPLETE_MEASURE, Act.ATTACH_EVIDENCE, Act.SUBMIT}:
        task_links.check_act(act)
        return
    with pytest.raises(NotAllowed, match="一次性链接"):
        task_links.check_act(act)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.INSPECTOR, True),
        (Role.ADMINISTRATOR, True),
        (Role.SUPERVISOR, False),
        (Role.OWNER, False),
        (Role.VERIFIER, False),
    ],
)
def test_inspectors_and_administrators_hand_links_out_but_never_for_what_they_verify(
    role: Role, may: bool
) -> None:
    assert task_links.may_make({role}, {7}, 8) is may
    assert not task_links.may_make({role}, {7}, 7)


def test_a_link_is_open_while_there_is_something_to_report() -> None:
    ours = {stage for stage in Stage if task_links.is_open(stage)}
    assert ours == {Stage.PLANNING, Stage.PLAN_REVIEW, Stage.IN_PROGRESS, Stage.RETURNED}
