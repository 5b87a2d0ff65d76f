"""Time-limit phrases: what they mean, and which are refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.refusals import BadInput
from policy.timelimits import TimeLimit, read_day, understand

END_OF_JUNE = date(2026, 6, 30)


@pytest.mark.parametrize(
    "phrase",
    [
        "2026年6月底前",
        "2026年6月底",
        "2026年6月末",
        "2026年6月",
        "2026.6.30",
        "2026-06-30",
        "2026/6/30",
        "2026年6月30日",
        "2026年6月30日前",
        "2026年6月30日前完成整改",
        "２０２６年６月３０日前",
        " 2026 年 6 月 30 日 ",
        "20260630",
        "2026年上半年",
        "2026年第二季度",
        "2026年二季度末",
        "2026年6月下旬",
        "力争2026年6月底前完成",
    ],
)
def test_one_day_written_in_many_ways(phrase: str) -> None:
    assert understand(phrase) == TimeLimit(day=END_OF_JUNE)


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("立行立改，长期坚持", TimeLimit(immediate=True, sustained=True)),
        ("立行立改", TimeLimit(immediate=True)),
        ("立行立改。", TimeLimit(immediate=True)),
        ("长期坚持", TimeLimit(sustained=True)),
        ("持续整改", TimeLimit(sustained=True)),
        ("2026年底前", TimeLimit(day=date(2026, 12, 31))),
        ("2026年年底", TimeLimit(day=date(2026, 12, 31))),
        ("2026年内", TimeLimit(day=date(2026, 12, 31))),
        ("2025年底前，并长期坚持", TimeLimit(day=date(2025, 12, 31), sustained=True)),
        ("立行立改，2026年6月30日前", TimeLimit(day=END_OF_JUNE, immediate=True)),
        ("2027年2月底前", TimeLimit(day=date(2027, 2, 28))),
        ("2028年2月底前", TimeLimit(day=date(2028, 2, 29))),
        ("2026年6月中旬", TimeLimit(day=date(2026, 6, 20))),
        ("30天", TimeLimit(days=30)),
        ("10日内", TimeLimit(days=10)),
        ("15个自然日", TimeLimit(days=15)),
    ],
)
def test_phrases_mean_what_offices_mean(phrase: str, meaning: TimeLimit) -> None:
    assert understand(phrase) == meaning


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("6月底前", "年份"),
        ("年底前", "年份"),
        ("上半年", "年份"),
        ("尽快", "看懂"),
        ("2026年2月31日", "没有2026年2月31日"),
        ("2026-02-30", "没有2026年2月30日"),
        ("2026年13月底", "13月"),
        ("2026年6月前", "之前还是"),
        ("2026年下半年前", "之前还是"),
        ("30个工作日", "工作日"),
        ("3个月内", "看懂"),
        ("10日", "看懂"),
        ("0天", "看懂"),
        ("30", "看懂"),
        ("1826年6月30日", "1826"),
        ("2026年6月30日前完成清理，2026年底前完成建制", "看懂"),
        ("", "空"),
        ("　", "空"),
        ("，", "空"),
    ],
)
def test_what_is_not_clear_is_refused_and_said_why(phrase: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        understand(phrase)
    assert why in refused.value.zh
    assert refused.value.en


@pytest.mark.parametrize(
    "text", ["2026-06-30 00:00:00", "2026-06-30T08:30", "２０２６．６．３０", "2026年6月30号"]
)
def test_a_plain_day_may_carry_a_time(text: str) -> None:
    assert read_day(text) == END_OF_JUNE


@pytest.mark.parametrize(
    "text", ["2026年6月", "6月30日", "26.6.30", "昨天", "2026.6.1-2026.6.5", "", "2026-6-31"]
)
def test_a_plain_day_must_be_a_whole_day(text: str) -> None:
    with pytest.raises(BadInput):
        read_day(text)


@given(st.text(alphabet="0123456789年月日底前立行改长期坚持天内，。-./ 第季度上下半", max_size=40))
def test_any_phrase_is_understood_or_refused(phrase: str) -> None:
    try:
        limit = understand(phrase)
    except BadInput:
        return
    assert limit.day or limit.immediate or limit.sustained or limit.days
