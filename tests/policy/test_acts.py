"""The guard of each act: its bounds, and the sentence that says why not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.acts import Said, decide, outcome_amount
from policy.deadlines import DeadlineType
from policy.merging import takes_in
from policy.refusals import BadInput, NotAllowed, Refusal
from policy.roles import Actor, Role
from policy.stages import WITH_EVIDENCE, WORKING, Act, Facts, Moved, Stage
from tests.policy.cases import (
    CALENDAR,
    DEADLINE,
    RULES,
    TODAY,
    approver,
    facts,
    inspector,
    owner,
    said,
    someone,
    verifier,
)


def do(act: Act, before: Facts, words: Said, actor: Actor = owner, today: date = TODAY) -> Moved:
    return decide(before, act, actor, words, RULES, CALENDAR, today)


def refusal(act: Act, before: Facts, words: Said, actor: Actor = owner, today: date = TODAY) -> Refusal:
    with pytest.raises(Refusal) as refused:
        do(act, before, words, actor, today)
    assert refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")
    return refused.value


REASONED = [
    (Act.DISPUTE, facts(stage=Stage.ASSIGNED), owner),
    (Act.RETURN_PLAN, facts(stage=Stage.PLAN_REVIEW), inspector),
    (Act.RETURN_FOR_REWORK, facts(stage=Stage.PENDING_VERIFICATION), verifier),
    (Act.DEFER_CLOSURE, facts(stage=Stage.PENDING_CLOSURE), approver),
    (Act.REOPEN, facts(stage=Stage.CLOSED), inspector),
    (Act.WITHDRAW, facts(stage=Stage.DRAFT), inspector),
    (Act.MERGE, facts(stage=Stage.DRAFT), inspector),
    (Act.REQUEST_EXTENSION, facts(), owner),
    (Act.REFUSE_EXTENSION, facts(extension_to=date(2026, 12, 20)), approver),
]


@pytest.mark.parametrize(("act", "before", "actor"), REASONED, ids=lambda x: x if isinstance(x, Act) else "")
def test_what_changes_somebody_elses_lot_needs_a_reason(act: Act, before: Facts, actor: Actor) -> None:
    for blank in ("", "   ", "\n\t", "\u3000"):
        refused = refusal(act, before, said(reason=blank), actor)
        assert isinstance(refused, BadInput)
        assert refused.zh.startswith("请填写")
    assert isinstance(refusal(act, before, said(reason="长" * 1001), actor), BadInput)
    do(act, before, said(reason="长" * 1000), actor)


@pytest.mark.parametrize(("length", "enough"), [(9, False), (10, True)])
def test_a_return_needs_a_reason_of_ten_characters(length: int, enough: bool) -> None:
    before, words = facts(stage=Stage.PENDING_VERIFICATION), said(reason="  " + "缺" * length + "  ")
    if enough:
        do(Act.RETURN_FOR_REWORK, before, words, verifier)
    else:
        refused = refusal(Act.RETURN_FOR_REWORK, before, words, verifier)
        assert refused.zh == "请填写退回理由（不少于10个字，现有9个）。"
        assert "at least 10 characters, there are 9" in refused.en


PLANNING = facts(stage=Stage.PLANNING)


def test_a_plan_has_at_least_one_measure() -> None:
    assert refusal(Act.FILE_PLAN, PLANNING, said(measures=())).zh == "方案至少要有一条整改措施。"


@pytest.mark.parametrize("text", ["", "  ", "长" * 1001])
def test_each_measure_says_something_and_not_too_much(text: str) -> None:
    refused = refusal(Act.FILE_PLAN, PLANNING, said(measures=(("逐笔核实票据", None), (text, None))))
    assert "整改措施" in refused.zh


@pytest.mark.parametrize(("days", "allowed"), [(0, True), (1, False)])
def test_no_measure_is_dated_after_the_deadline(days: int, allowed: bool) -> None:
    words = said(measures=(("逐笔核实票据", DEADLINE + timedelta(days)),))
    if allowed:
        assert do(Act.FILE_PLAN, PLANNING, words).stage is Stage.PLAN_REVIEW
    else:
        assert "2026-12-01 晚于完成时限 2026-11-30" in refusal(Act.FILE_PLAN, PLANNING, words).zh


@pytest.mark.parametrize("percent", [-1, 101, 10**9])
def test_progress_is_from_0_to_100(percent: int) -> None:
    assert str(percent) in refusal(Act.REPORT_PROGRESS, facts(), said(percent=percent)).zh


@pytest.mark.parametrize("percent", [0, 100, None])
def test_the_bounds_of_progress_are_within(percent: int | None) -> None:
    do(Act.REPORT_PROGRESS, facts(percent=0), said(percent=percent, reason=""))


def test_progress_falls_only_with_a_reason() -> None:
    halfway = facts(percent=50)
    assert "由50%降为49%" in refusal(Act.REPORT_PROGRESS, halfway, said(percent=49, reason=" ")).zh
    do(Act.REPORT_PROGRESS, halfway, said(percent=49, reason="重新核定"))
    do(Act.REPORT_PROGRESS, halfway, said(percent=50, reason=""))


def test_progress_needs_words() -> None:
    refused = refusal(Act.REPORT_PROGRESS, facts(), said(text="\u3000"))
    assert (refused.zh, refused.en) == ("请填写进展情况。", "A progress text is needed.")


def test_a_measure_is_named_by_its_number_and_evidence_comes_with_a_file() -> None:
    assert refusal(Act.COMPLETE_MEASURE, facts(), said(measure=None)).zh == "请写明完成的是第几条措施。"
    assert "文件" in refusal(Act.ATTACH_EVIDENCE, facts(), said(evidence=0)).zh


def test_nothing_is_submitted_without_evidence_or_with_open_measures() -> None:
    bare = refusal(Act.SUBMIT, facts(evidence=0), said())
    unfinished = refusal(Act.SUBMIT, facts(open_measures=2), said())
    assert isinstance(bare, NotAllowed)
    assert isinstance(unfinished, NotAllowed)
    assert bare.zh == "ZC2026-008 还没有佐证材料，不能提交验收。请先上传佐证。"
    assert unfinished.zh == "ZC2026-008 还有2条措施未完成，不能提交验收。请先逐条办结措施。"


def test_what_a_ledger_only_names_is_no_evidence_yet() -> None:
    named = refusal(Act.SUBMIT, facts(evidence=0, named=2), said())
    assert named.zh == "ZC2026-008 台账中只列了名称的佐证还没有上传，不能提交验收。请先上传佐证。"


def test_what_was_submitted_elsewhere_is_passed_by_saying_what_was_looked_at() -> None:
    imported = facts(stage=Stage.PENDING_VERIFICATION, evidence=0, named=1, submitted_by=None)
    refused = refusal(Act.PASS_VERIFICATION, imported, said(text=" "), verifier)
    assert "核对了哪些原件" in refused.zh
    do(Act.PASS_VERIFICATION, imported, said(text="在村委会看了会议记录原件"), verifier)


@pytest.mark.parametrize(
    ("act", "stage", "actor"),
    [
        (Act.PASS_VERIFICATION, Stage.PENDING_VERIFICATION, verifier),
        (Act.APPROVE_CLOSURE, Stage.PENDING_CLOSURE, approver),
    ],
)
def test_what_stands_on_withdrawn_evidence_goes_back_and_not_on(act: Act, stage: Stage, actor: Actor) -> None:
    bare = facts(stage=stage, evidence=0)
    assert "已全部撤下" in refusal(act, bare, said(), actor).zh
    do(Act.RETURN_FOR_REWORK, bare, said(reason="佐证已撤下，请另行补传材料"), actor)


def test_evidence_is_withdrawn_with_a_reason_by_the_owner_while_they_work_and_by_others_always() -> None:
    for wanted in (said(reason=" "), said(file="")):
        assert isinstance(refusal(Act.WITHDRAW_EVIDENCE, facts(), wanted), BadInput)
    assert isinstance(refusal(Act.WITHDRAW_EVIDENCE, facts(files=0), said()), NotAllowed)
    for stage in WITH_EVIDENCE:
        do(Act.WITHDRAW_EVIDENCE, facts(stage=stage), said(), inspector)
        do(Act.WITHDRAW_EVIDENCE, facts(stage=stage), said(), someone(Role.SUPERVISOR))
        if stage in WORKING:
            do(Act.WITHDRAW_EVIDENCE, facts(stage=stage), said(), owner)
        else:
            refusal(Act.WITHDRAW_EVIDENCE, facts(stage=stage), said(), owner)


@pytest.mark.parametrize(("round_", "cycle", "allowed"), [(1, 1, False), (2, 1, True), (1, 2, True)])
def test_a_plan_under_way_is_amended_after_a_return_or_a_reopening(
    round_: int, cycle: int, allowed: bool
) -> None:
    before = facts(round=round_, cycle=cycle)
    if allowed:
        assert do(Act.FILE_PLAN, before, said()).stage is Stage.IN_PROGRESS
    else:
        assert "退回整改或重启以后" in refusal(Act.FILE_PLAN, before, said()).zh
    assert do(Act.FILE_PLAN, facts(stage=Stage.RETURNED, round=2), said()).stage is Stage.RETURNED


def test_a_reopening_needs_its_basis_beside_its_reason() -> None:
    assert "重启依据" in refusal(Act.REOPEN, facts(stage=Stage.CLOSED), said(basis=" "), inspector).zh


@pytest.mark.parametrize("act", [Act.WITHDRAW, Act.MERGE])
def test_nobody_lets_their_own_work_vanish(act: Act) -> None:
    both = someone(Role.INSPECTOR, person=owner.person)
    assert "他人" in refusal(act, facts(), said(), both).zh


@pytest.mark.parametrize(
    ("stage", "leads_to", "named"),
    [
        (Stage.WITHDRAWN, "B", "已作废"),
        (Stage.MERGED, "C", "请改填 C"),
        (Stage.MERGED, "A", "继续办理 A"),
        (Stage.MERGED, "", "仍在办理"),
    ],
)
def test_nothing_is_merged_into_what_is_not_there(stage: Stage, leads_to: str, named: str) -> None:
    with pytest.raises(NotAllowed, match=named):
        takes_in("A", "B", stage, leads_to)


@pytest.mark.parametrize("into", ["", " ", "ZC2026-008"])
def test_a_finding_is_merged_into_another_one_that_is_named(into: str) -> None:
    assert isinstance(refusal(Act.MERGE, facts(stage=Stage.DRAFT), said(into=into), inspector), BadInput)


@pytest.mark.parametrize(
    ("new", "today", "allowed"),
    [
        (DEADLINE + timedelta(days=1), TODAY, True),
        (DEADLINE, TODAY, False),
        (DEADLINE - timedelta(days=1), TODAY, False),
        (DEADLINE + timedelta(days=365), TODAY, True),
        (DEADLINE + timedelta(days=366), TODAY, False),
        (DEADLINE + timedelta(days=1), DEADLINE, True),
    ],
)
def test_an_extension_is_asked_until_a_later_day_within_a_year(new: date, today: date, allowed: bool) -> None:
    if allowed:
        do(Act.REQUEST_EXTENSION, facts(), said(deadline=new), today=today)
    else:
        refused = refusal(Act.REQUEST_EXTENSION, facts(), said(deadline=new), today=today)
        assert isinstance(refused, BadInput)
        assert str(new) in refused.zh


def test_an_extension_names_its_day() -> None:
    assert refusal(Act.REQUEST_EXTENSION, facts(), said(deadline=None)).zh == "请填写延期至的日期。"
    review = refusal(Act.REQUEST_EXTENSION, facts(), said(sustained=True, next_review_on=None))
    assert review.zh == "转为持续整改的，请填写下次复核日期。"


@pytest.mark.parametrize(
    ("changes", "today", "why"),
    [
        ({"deadline_type": DeadlineType.IMMEDIATE}, TODAY, "立行立改事项不能延期"),
        ({"extension_to": date(2026, 12, 20)}, TODAY, "已有一份延期申请待审批"),
        ({"extensions": 2}, TODAY, "已延期2次"),
    ],
)
def test_some_findings_are_not_extended(changes: dict[str, Any], today: date, why: str) -> None:
    refused = refusal(Act.REQUEST_EXTENSION, facts(**changes), said(), today=today)
    assert isinstance(refused, NotAllowed)
    assert why in refused.zh


def test_a_request_after_the_deadline_is_let_through_to_be_recorded_as_late() -> None:
    do(Act.REQUEST_EXTENSION, facts(), said(), today=DEADLINE + timedelta(days=1))


PETITION = facts(source="信访", nominal_deadline=date(2026, 11, 14), deadline=date(2026, 11, 16))
"""Sixty days ended on a Saturday: thirty more count from there, and not from the Monday after."""


@pytest.mark.parametrize(("new", "allowed"), [(date(2026, 12, 14), True), (date(2026, 12, 15), False)])
def test_an_extension_of_a_petition_counts_from_the_nominal_deadline(new: date, allowed: bool) -> None:
    today = date(2026, 11, 10)
    if allowed:
        do(Act.REQUEST_EXTENSION, PETITION, said(deadline=new), today=today)
    else:
        assert "2026-12-14" in refusal(Act.REQUEST_EXTENSION, PETITION, said(deadline=new), today=today).zh


def test_the_last_day_of_a_petition_is_moved_off_a_holiday_too() -> None:
    before = replace(PETITION, nominal_deadline=date(2026, 9, 3), deadline=date(2026, 9, 3))
    do(Act.REQUEST_EXTENSION, before, said(deadline=date(2026, 10, 8)), today=date(2026, 9, 1))


def test_continuing_rectification_is_asked_for_with_a_goal_and_a_day() -> None:
    words = said(
        sustained=True, objective="建立台账并按季核对", next_review_on=date(2026, 12, 31), deadline=None
    )
    do(Act.REQUEST_EXTENSION, facts(), words)
    assert "目标" in refusal(Act.REQUEST_EXTENSION, facts(), replace(words, objective=" ")).zh
    assert "日期" in refusal(Act.REQUEST_EXTENSION, facts(), replace(words, next_review_on=None)).zh


ASKED = date(2026, 12, 20)
AGREED = facts(extension_to=ASKED, extension_approvals=((0, 55),))
"""One of the two approvals is given."""


@pytest.mark.parametrize(
    ("granted", "allowed"),
    [
        (None, True),
        (ASKED, True),
        (DEADLINE + timedelta(days=1), True),
        (DEADLINE, False),
        (ASKED + timedelta(days=1), False),
    ],
)
def test_an_extension_is_granted_in_full_or_in_part(granted: date | None, allowed: bool) -> None:
    words = said(deadline=granted)
    if allowed:
        do(Act.APPROVE_EXTENSION, AGREED, words, approver)
    else:
        assert str(ASKED) in refusal(Act.APPROVE_EXTENSION, AGREED, words, approver).zh


def test_it_takes_two_approvals_of_two_people() -> None:
    before = facts(extension_to=ASKED)
    supervisor = someone(Role.SUPERVISOR, person=55)
    assert do(Act.APPROVE_EXTENSION, before, said(), supervisor).is_partial
    assert not do(Act.APPROVE_EXTENSION, AGREED, said(), approver).is_partial
    assert "他人" in refusal(Act.APPROVE_EXTENSION, AGREED, said(), supervisor).zh


def test_the_first_approval_may_be_the_units_and_the_other_may_not() -> None:
    head = someone(Role.PARTY_HEAD, person=56)
    do(Act.APPROVE_EXTENSION, facts(extension_to=ASKED), said(), head)
    refused = refusal(Act.APPROVE_EXTENSION, AGREED, said(), head)
    assert "督办人" in refused.zh
    assert "党组织书记" not in refused.zh


def test_the_approvals_may_come_in_either_order() -> None:
    above = facts(extension_to=ASKED, extension_approvals=((1, 55),))
    assert not do(Act.APPROVE_EXTENSION, above, said(), someone(Role.PARTY_HEAD, person=56)).is_partial


def test_nobody_agrees_to_what_they_asked_for_themselves() -> None:
    theirs = facts(extension_to=ASKED, extension_by=77, owner_post=5, submitted_by=None)
    for act in (Act.APPROVE_EXTENSION, Act.REFUSE_EXTENSION):
        assert "他人" in refusal(act, theirs, said(), someone(Role.SUPERVISOR, person=77)).zh


@pytest.mark.parametrize("granted", [None, ASKED, ASKED - timedelta(days=1)])
def test_no_deadline_is_extended_into_the_past(granted: date | None) -> None:
    late = refusal(Act.APPROVE_EXTENSION, AGREED, said(deadline=granted), approver, today=ASKED)
    assert "今天" in late.zh
    do(Act.REFUSE_EXTENSION, AGREED, said(), approver, today=ASKED)


def test_only_what_was_asked_for_is_decided() -> None:
    for act in (Act.APPROVE_EXTENSION, Act.REFUSE_EXTENSION):
        refused = refusal(act, facts(), said(), approver)
        assert isinstance(refused, NotAllowed)
        assert "没有待审批的延期申请" in refused.zh


def test_a_reopened_finding_is_extended_by_the_first_responsible_in_the_end() -> None:
    again = replace(AGREED, cycle=2)
    assert "第一责任人" in refusal(Act.APPROVE_EXTENSION, again, said(deadline=None), approver).zh
    do(Act.APPROVE_EXTENSION, again, said(deadline=None), someone(Role.FIRST_RESPONSIBLE))


def test_a_meeting_is_named_where_the_terms_ask_for_one() -> None:
    met = replace(RULES.of_type[DeadlineType.TIME_LIMITED], review_meeting=True)
    rules = replace(RULES, of_type={**RULES.of_type, DeadlineType.TIME_LIMITED: met})
    before = facts(stage=Stage.PENDING_CLOSURE)
    with pytest.raises(BadInput, match="会议"):
        decide(before, Act.APPROVE_CLOSURE, approver, said(), rules, CALENDAR, TODAY)
    for half in (said(meeting="第12次党委会"), said(met_on=TODAY)):
        with pytest.raises(BadInput, match="会议和日期"):
            decide(before, Act.APPROVE_CLOSURE, approver, half, rules, CALENDAR, TODAY)
    named = said(meeting="第12次党委会", met_on=TODAY)
    decide(before, Act.APPROVE_CLOSURE, approver, named, rules, CALENDAR, TODAY)


def test_the_persons_right_is_judged_before_their_words() -> None:
    assert isinstance(refusal(Act.SUBMIT, facts(evidence=0), said(), verifier), NotAllowed)
    assert "岗位" in refusal(Act.REPORT_PROGRESS, facts(), said(text=""), verifier).zh


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("346万元", Decimal(346), "万元"),
        (" 5.16 万元 ", Decimal("5.16"), "万元"),
        ("１６份", Decimal(16), "份"),
        ("０．５万元", Decimal("0.5"), "万元"),
        ("0份", Decimal(0), "份"),
    ],
)
def test_a_figure_is_an_amount_with_its_unit(text: str, amount: Decimal, unit: str) -> None:
    assert outcome_amount(text) == (amount, unit)


@pytest.mark.parametrize(
    "text",
    [
        "若干",
        "约5万",
        "-5万元",
        "346",
        "万元",
        "",
        "1.234万元",
        "5万元左右的数",
        "1e5万元",
        "1" * 13 + "元",
        "5 ",
    ],
)
def test_what_is_no_figure_is_refused_and_shown_how_to_write_it(text: str) -> None:
    with pytest.raises(BadInput, match="346万元"):
        outcome_amount(text)


@given(st.text(max_size=20))
def test_a_figure_is_never_guessed(text: str) -> None:
    try:
        amount, unit = outcome_amount(text)
    except BadInput:
        return
    assert amount >= 0
    assert unit.isalpha() or unit == "%"
