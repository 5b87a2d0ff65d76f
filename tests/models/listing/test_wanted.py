"""The conditions of a list: read from an address, written back to it, refused where they say nothing."""

from datetime import date

import pytest

from models.listing.wanted import NAMES, Age, Wanted, understood
from policy.lights import Light
from policy.refusals import BadInput
from policy.stages import Stage, Step

FULL = Wanted(
    q="会议 记录",
    unit="甲村党支部",
    source="自查",
    category="三资管理",
    item="议事程序",
    severity="一般",
    round="第一轮",
    owner="甲村党支部书记",
    verifier="乡纪委书记",
    stage=(Stage.RETURNED, Stage.CLOSED),
    step=(Step.VERIFY,),
    light=(Light.RED, Light.CLOSED),
    due_from=date(2026, 1, 1),
    due_to=date(2026, 12, 31),
    closed_from=date(2026, 2, 1),
    closed_to=date(2026, 2, 1),
    closed_by=date(2026, 2, 2),
    discovered_from=date(2026, 1, 1),
    discovered_to=date(2026, 3, 1),
    age=Age(31, 60),
    late=True,
    in_time=True,
    overdue=True,
    extended=True,
    returned=True,
    reopened=True,
    provisional=True,
    direct=True,
    veiled=True,
)


def test_an_address_says_each_condition_and_is_read_as_said() -> None:
    query = FULL.query()
    assert {name for name, _ in query} == set(NAMES)
    assert understood(query) == FULL


def test_nothing_asked_for_is_everything() -> None:
    assert understood([]) == understood([("unit", " "), ("lang", "en"), ("said", "x")]) == Wanted()
    assert Wanted().query() == []


def test_an_age_may_have_no_upper_end() -> None:
    assert understood([("age", "91-")]).age == Age(91)
    assert Wanted(age=Age(91)).query() == [("age", "91-")]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("stage", "asleep", "没有名为“asleep”的阶段"),
        ("light", "purple", "没有名为“purple”的亮灯"),
        ("step", "x" * 99, "没有名为“" + "x" * 40 + "…”的环节"),
        ("due_from", "下周", "完成时限“下周”不是日期"),
        ("closed_to", "2026-02-30", "不是日期"),
        ("age", "old", "31-60"),
        ("age", "-5", "31-60"),
        ("late", "yes", "只能是1"),
        ("unit", "甲" * 301, "最多300个字"),
    ],
)
def test_what_says_nothing_is_refused_in_a_sentence(name: str, value: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        understood([(name, value)])


def test_days_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(BadInput, match="请对调"):
        understood([("due_from", "2026-03-01"), ("due_to", "2026-02-01")])
