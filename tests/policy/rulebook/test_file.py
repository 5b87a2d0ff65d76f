"""What a file of rules says is what holds; senseless rules are refused, all at once, each with its line."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from models.rules.shipped import shipped, shipped_text
from policy.deadlines import DayCount, DeadlineType, Period, due
from policy.escalation import Case, Clock, next_look, plan
from policy.roles import Role
from policy.rulebook.file import BadRules, Fault, read
from policy.rulebook.rungs import FORMS
from policy.rules import LADDERS, Rules
from policy.stages import LIVE, Stage
from tests.policy.cases import CALENDAR, case

TEXT = shipped_text()


def changed(*changes: tuple[str, str]) -> str:
    """The shipped file with some of its text replaced, each found exactly once."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def faults(text: str) -> list[Fault]:
    with pytest.raises(BadRules) as refused:
        read(text, 2)
    return list(refused.value.faults)


def line_of(text: str, what: str) -> int:
    assert text.count(what) == 1, what
    return text[: text.index(what)].count("\n") + 1


def rung(name: str, old: str, new: str) -> str:
    """The shipped file with something replaced in one rung."""
    before, head, rest = TEXT.partition(f'rung = "{name}"\n')
    body, gap, after = rest.partition("\n\n")
    assert old in body, (name, body)
    return before + head + body.replace(old, new) + gap + after


def without(name: str) -> str:
    """The shipped file without one rung."""
    text, found = re.subn(rf'\[\[ladder\.\w+\]\][^\n]*\nrung = "{name}"\n(?:[^\n]+\n)+', "", TEXT)
    assert found == 1
    return text


def test_the_shipped_file_says_what_the_papers_say() -> None:
    rules = shipped()
    assert rules.period("巡察", DeadlineType.TIME_LIMITED) == Period(3, DayCount.MONTHS, roll=True)
    assert rules.period("审计", DeadlineType.TIME_LIMITED) == Period(60, DayCount.WORKING_DAYS)
    assert rules.period("审计", DeadlineType.IMMEDIATE) == Period(10, DayCount.WORKING_DAYS)
    petition = rules.terms("信访", DeadlineType.TIME_LIMITED)
    assert petition.period == Period(60, DayCount.CALENDAR_DAYS, roll=True)
    assert (petition.longest_extension_days, petition.extension_from_nominal) == (30, True)
    assert rules.acceptance == rules.verification == Period(5, DayCount.WORKING_DAYS)
    assert (rules.hours.opens, rules.hours.closes) == (time(8, 30), time(17, 30))
    assert [one.name for one in rules.deadline_ladder.rungs] == list(FORMS["deadline"])
    assert rules.signers("second_order") == {Role.SUPERVISOR}
    assert rules.signers("circular") == {Role.FIRST_RESPONSIBLE, Role.APPROVER, Role.DISCIPLINE}


def test_every_ladder_and_letter_that_is_known_stands_in_the_shipped_file() -> None:
    assert set(LADDERS) == set(FORMS)
    for ladder in shipped().ladders:
        assert [one.name for one in ladder.rungs] == list(FORMS[ladder.name])


def test_a_source_says_only_what_differs() -> None:
    text = TEXT + '[source."巡察".phased]\nnumber = 4\nreview_meeting = true\n'
    terms = read(text, 2).terms("巡察", DeadlineType.PHASED)
    assert terms == replace(
        shipped().terms("巡察", DeadlineType.PHASED),
        period=Period(4, DayCount.MONTHS, roll=True),
        review_meeting=True,
    )


@pytest.mark.parametrize("written", ['"9:00"', '"09:00"', "09:00:00"])
def test_a_time_of_day_may_be_written_either_way(written: str) -> None:
    assert read(changed(('"08:30"', written)), 2).hours.opens == time(9)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert read("\ufeff" + TEXT.replace("\n", "\r\n"), 1) == shipped()


def added(text: str) -> str:
    return TEXT + text


def less(pattern: str, new: str = "") -> str:
    """The shipped file without what the pattern finds, once."""
    text, found = re.subn(pattern, new, TEXT, count=1, flags=re.DOTALL)
    assert found == 1, pattern
    return text


SENSELESS: dict[str, tuple[str, str, str]] = {
    # the text, with #! on the line that is to blame, and words of the reason in both languages
    "a negative number": (changed(("number = 3\n", "number = -3 #!\n")), "1至3660", "1 to 3660"),
    "no days at all": (changed(("number = 3\n", "number = 0 #!\n")), "1至3660", "1 to 3660"),
    "ten years and more": (changed(("number = 3\n", "number = 3661 #!\n")), "1至3660", "1 to 3660"),
    "too many months": (changed(("number = 3\n", "number = 121 #!\n")), "120个月", "120 months"),
    "a number in quotes": (changed(("number = 3\n", 'number = "3" #!\n')), "整数", "whole number"),
    "a fraction": (changed(("number = 3\n", "number = 3.5 #!\n")), "整数", "whole number"),
    "a flag in quotes": (changed(("plan = false", 'plan = "no" #!')), "true", "true or false"),
    "an unknown unit": (
        added('[source."巡察".phased]\nnumber = 5\nunit = "workdays" #!\n'),
        "您是否要写“working_days”",
        "did you mean “working_days”",
    ),
    "an unknown key": (
        changed(("[returns]", "[returns]\nuntil_oder = 2 #!")),
        "您是否要写“until_order”",
        "did you mean “until_order”",
    ),
    "an unknown table": (added("[hour] #!\n"), "您是否要写“hours”", "did you mean “hours”"),
    "an unknown type": (added("[default.urgent] #!\nnumber = 1\n"), "没有“urgent”", "urgent"),
    "an unknown type of a source": (
        added('[source."巡察".time_limit] #!\n'),
        "您是否要写“time_limited”",
        "did you mean “time_limited”",
    ),
    "a source without a name": (added('[source."".phased] #!\n'), "来源名称", "name of a source"),
    "an unknown step": (added("[steps.plan] #!\nnumber = 1\n"), "没有“plan”", "“plan”"),
    "an unknown ladder": (added("[[ladder.dead_line]] #!\n"), "“deadline”", "did you mean “deadline”"),
    "an unknown role": (
        rung("red_order", '"party_head"]', '"party_hed"] #!'),
        "您是否要写“party_head”",
        "did you mean “party_head”",
    ),
    "an unknown letter": (
        changed(('rung = "red_order"', 'rung = "red_oder" #!')),
        "您是否要写“red_order”",
        "did you mean “red_order”",
    ),
    "accountability": (
        added('[[ladder.deadline]]\nrung = "accountability" #!\nworkdays_late = 40\nto = ["discipline"]\n'),
        "问责永远不自动",
        "never proposed automatically",
    ),
    "accountability in Chinese": (
        changed(('rung = "circular"', 'rung = "问责建议" #!')),
        "问责永远不自动",
        "never proposed automatically",
    ),
    "T-10 before T-20": (
        rung("yellow_reminder", "days_left = 10", "days_left = 25 #!"),
        "一级比一级晚",
        "later than the last",
    ),
    "equal days": (
        rung("yellow_reminder", "days_left = 10", "days_left = 20 #!"),
        "一级比一级晚",
        "later than the last",
    ),
    "equal working days": (
        rung("interview", "workdays_late = 10", "workdays_late = 5 #!"),
        "一级比一级晚",
        "later than the last",
    ),
    "a working day that is the day before": (
        rung("second_order", "workdays_late = 5", "workdays_late = 1 #!"),
        "一级比一级晚",
        "later than the last",
    ),
    "the milder after the sterner": (
        changed(
            ('"green_reminder"', '"x"'),
            ('"yellow_reminder"', '"green_reminder" #!'),
            ('"x"', '"yellow_reminder"'),
        ),
        "由轻到重",
        "mildest up",
    ),
    "a letter twice": (
        changed(('rung = "yellow_reminder"', 'rung = "green_reminder" #!')),
        "写了两次",
        "twice",
    ),
    "a red order before it is late": (
        rung("red_order", "days_left = -1", "days_left = 0 #!"),
        "逾期首日",
        "first day late",
    ),
    "a late letter on the last day": (
        rung("closure_overdue", "days_left = -1", "days_left = 0 #!"),
        "逾期首日",
        "first day late",
    ),
    "a reminder after the last day": (
        rung("look_back_due", "days_left = 0", "days_left = -2 #!"),
        "不能晚于",
        "not after it",
    ),
    "a reminder before the step begins": (
        rung("acceptance_reminder", "workdays_after = 3", "days_left = 9 #!"),
        "起算日",
        "begins",
    ),
    "no working days late": (
        rung("second_order", "workdays_late = 5", "workdays_late = 0 #!"),
        "1至3660",
        "1 to 3660",
    ),
    "two dates for one letter": (
        rung("second_order", "workdays_late = 5", "days_left = -5\nworkdays_late = 5 #!"),
        "只写一项",
        "exactly one",
    ),
    "no date for a letter": (
        rung("circular", "workdays_late = 20\n", "").replace('"circular"', '"circular" #!'),
        "只写一项",
        "exactly one",
    ),
    "a deadline's letter from its start": (
        rung("green_reminder", "days_left = 20", "workdays_after = 9 #!"),
        "days_left",
        "days_left",
    ),
    "nobody to write to": (
        rung("dispute_overdue", 'to = ["inspector"]', "to = [] #!"),
        "至少",
        "at least one",
    ),
    "a draft that nobody signs": (
        rung("second_order", 'draft = true\nsigned_by = ["supervisor"]', "draft = true #!"),
        "由谁签发",
        "who signs",
    ),
    "a draft that nobody may sign": (
        rung("second_order", 'signed_by = ["supervisor"]', 'signed_by = ["liaison"] #!'),
        "不能签发",
        "may not sign",
    ),
    "a signature on what goes out by itself": (
        rung("green_reminder", 'to = ["owner"]', 'to = ["owner"]\nsigned_by = ["approver"] #!'),
        "draft = true",
        "draft = true",
    ),
    "an interview by itself": (
        less(
            r'rung = "interview"(\n.*?\n)draft = true\nsigned_by = [^\n]*\n',
            r'rung = "interview" #!\1',
        ),
        "只能拟稿",
        "only be drafted",
    ),
    "a red order as a draft": (
        rung("red_order", "days_left = -1", 'days_left = -1\nsigned_by = ["approver"]\ndraft = true #!'),
        "自动发出",
        "by itself",
    ),
    "hours that end before they begin": (changed(('"17:30"', '"08:00" #!')), "08:00", "08:00"),
    "no time of day": (changed(('"17:30"', '"25:30" #!')), "25:30", "25:30"),
    "an approval by whoever may not": (
        changed(
            (
                '  ["responsible_leader", "lead_leader", "supervisor", ',
                '  ["responsible_leader", "owner", #!\n',
            )
        ),
        "不能审批延期",
        "may not decide",
    ),
    "no approval at all": (
        less(r"approvals = \[\n.*?\n\]", "approvals = [] #!"),
        "一至五级",
        "one to five",
    ),
    "a meeting that nobody names": (
        added('[source."巡察".phased]\nclosure_approval = false\nreview_meeting = true #!\n'),
        "closure_approval",
        "closure_approval",
    ),
    "another unit without its number": (
        added('[source."巡察".phased]\nunit = "calendar_days" #!\n'),
        "number",
        "number",
    ),
    "rungs that are no list": (
        TEXT.replace("[[ladder.closure]]", "[ladder.closure] #!"),
        "[[ladder.closure]]",
        "[[ladder.closure]]",
    ),
    "a table that is none": (changed(("[returns]\n", "[[returns]] #!\n")), "应为一节", "table"),
    "what is no TOML": (changed(("[hours]", "[hours #!")), "TOML", "TOML"),
}


@pytest.mark.parametrize("what", SENSELESS)
def test_senseless_rules_are_refused_with_line_and_reason(what: str) -> None:
    text, zh, en = SENSELESS[what]
    (fault,) = faults(text)
    assert fault.line == line_of(text, "#!")
    assert zh in fault.zh
    assert en in fault.en


MISSING = {
    "a type": (less(r"\[default\.phased\].*?\n\n"), "“分阶段整改”没有规定时限"),
    "a step": (less(r"\[steps\.closure\].*?\n\n"), "每个环节都要有时钟"),
    "the length of a step": (less(r"(?<=\[steps\.closure\] {19}# 销号审批\n)number = 5\n"), "缺少 number"),
    "approvals": (less(r"approvals = \[\n.*?\n\]"), "缺少 approvals"),
    "a red order": (without("red_order"), "缺少红色督办函"),
    "the assignment's letter": (without("draft_overdue"), "没有时钟"),
    "the dispute's letter": (without("dispute_overdue"), "没有时钟"),
    "the plan review's letter": (without("plan_overdue"), "没有时钟"),
    "the verification's letter": (without("verification_overdue"), "没有时钟"),
    "the closure's letter": (without("closure_overdue"), "没有时钟"),
    "the extension's letter": (without("extension_undecided"), "没有时钟"),
}


@pytest.mark.parametrize("what", MISSING)
def test_what_is_missing_is_named(what: str) -> None:
    text, zh = MISSING[what]
    (fault,) = faults(text)
    assert zh in fault.zh


def test_nobody_need_be_told_of_quality_or_progress() -> None:
    assert not read(without("quality_order"), 2).quality_ladder.rungs
    assert not read(without("progress_order"), 2).progress_ladder.rungs


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    text = changed(
        ('"08:30"', '"late"'), ("number = 3\n", "number = -3\n"), ("until_order = 2 ", "until_oder = 2 ")
    ).replace("party_head", "party_hed")
    found = faults(text)
    assert [one.line for one in found] == sorted(one.line for one in found)
    assert {one.key for one in found} == {
        "hours.opens",
        "default.time_limited.number",
        "extension.approvals[1][2]",
        "returns.until_oder",
        "ladder.deadline[3].to[2]",
        "ladder.deadline[4].to[1]",
        "ladder.deadline[5].to[1]",
    }


def test_an_empty_file_lacks_everything() -> None:
    found = {one.key for one in faults("")}
    assert {"default.immediate", "steps.closure", "extension.approvals", "ladder.deadline"} <= found
    assert {one.line for one in faults("")} == {1}


@given(st.text(max_size=60))
def test_no_text_is_read_without_an_answer(text: str) -> None:
    assert faults(text)


VALUED = [
    number for number, line in enumerate(TEXT.splitlines()) if re.match(r"\w+ = [^\[]|to = |cc = ", line)
]
HEADED = [number for number, line in enumerate(TEXT.splitlines()) if line.startswith("[")]
ODD = [
    "0",
    "-1",
    "1.5",
    "true",
    '"x"',
    "[]",
    "[1]",
    '["owner", 2]',
    "{ x = 1 }",
    "08:30:00",
    "[[]]",
    "1979-05-27",
]


@given(st.sampled_from(VALUED), st.sampled_from(ODD))
def test_whatever_stands_behind_a_key_is_read_or_refused(number: int, odd: str) -> None:
    rows = TEXT.splitlines()
    key = rows[number].partition(" = ")[0]
    rows[number] = f"{key} = {odd}"
    with suppress(BadRules):
        assert read("\n".join(rows), 2).version == 2


@given(
    st.sampled_from(HEADED),
    st.sampled_from(["x", "steps", "[ladder.other]", "source", "default", "ladder"]),
)
def test_a_table_that_is_called_otherwise_is_missed(number: int, name: str) -> None:
    rows = TEXT.splitlines()
    rows[number] = f"[{name}]"
    assert faults("\n".join(rows))


@pytest.mark.parametrize("name", ["hours", "default", "source", "steps", "extension", "returns", "ladder"])
@pytest.mark.parametrize("odd", ODD)
def test_a_section_of_another_kind_is_refused(name: str, odd: str) -> None:
    if not odd.startswith("{"):
        (fault,) = [one for one in faults(f"{name} = {odd}") if one.key == name]
        assert fault.line == 1


days = st.integers(1, 40)
units = st.sampled_from(list(DayCount))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """The shipped file with other numbers in it, many of them senseless."""
    text = TEXT
    for step in ("assignment", "acceptance", "review", "verification", "closure", "look_back"):
        new = f'[steps.{step}]\nnumber = {draw(days)}\nunit = "{draw(units)}"\n'
        text = re.sub(rf'\[steps\.{step}\][^\n]*\nnumber = \d+\nunit = "\w+"\n', new, text)
    for kind in DeadlineType:
        new = f'[default.{kind}]\nnumber = {draw(days)}\nunit = "{draw(units)}"\n'
        text = re.sub(rf'\[default\.{kind}\][^\n]*\nnumber = \d+\nunit = "\w+"\n', new, text)
    text = text.replace("workdays_after = 3\n", f"workdays_after = {draw(st.integers(0, 9))}\n")
    text = text.replace("days_left = 0\n", f"days_left = {draw(st.integers(-2, 30))}\n")
    early = sorted(draw(st.sets(st.integers(0, 60), min_size=2, max_size=2)), reverse=True)
    late = sorted(draw(st.sets(st.integers(1, 60), min_size=3, max_size=3)))
    text = text.replace("days_left = 20\n", f"days_left = {early[0]}\n", 1)
    text = re.sub(r"days_left = 10\n", f"days_left = {early[1]}\n", text, count=1)
    for old, new_days in zip((5, 10, 20), late, strict=True):
        text = text.replace(f"workdays_late = {old}\n", f"workdays_late = {new_days}\n", 1)
    return text


def accepted(text: str) -> Rules:
    try:
        return read(text, 2)
    except BadRules:
        assume(False)
        raise


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(
    texts(),
    st.sampled_from(sorted(LIVE)),
    st.sampled_from(list(DeadlineType)),
    st.dates(date(2025, 1, 1), date(2026, 12, 31)),
)
def test_under_any_accepted_rules_no_open_step_is_without_a_clock_and_none_runs_backwards(
    text: str, stage: Stage, kind: DeadlineType, start: date
) -> None:
    rules = accepted(text)
    deadline = due(start, rules.period("巡察", kind), CALENDAR).day
    since = start + timedelta(days=3)
    seen = open_case(stage, start, deadline, since)
    letters = plan(seen, rules, CALENDAR, since)
    assert deadline >= start
    assert next_look(letters, seen.recorded) is not None
    assert all(x.day >= (start if x.ladder == "deadline" else since) for x in letters)
    days_of_ladder = [x.day for x in sorted(letters, key=lambda x: x.rank) if x.ladder == "deadline"]
    assert days_of_ladder == sorted(days_of_ladder)


def open_case(stage: Stage, start: date, deadline: date, since: date) -> Case:
    return case(stage=stage, begun_on=start, deadline=deadline, stage_clock=Clock(since, 4))
