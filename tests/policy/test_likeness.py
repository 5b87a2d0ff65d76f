"""What sounds the same, and what does not."""

import pytest

from policy.likeness import ALIKE, likeness


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("三笔支出没有经过民主议事程序，票据后补。", "三笔支出没有经过民主议事程序，票据后补。"),
        ("三笔支出没有经过民主议事程序，票据后补。", "票据后补；三笔支出没有经过民主议事程序"),
        ("三笔支出没有经过民主议事程序，票据后补。", "3笔支出未经民主议事程序，票据事后补开"),
        ("厂房租金两年未收取", "丙村厂房租金2年没有收取，欠租12万元"),
        ("缺少村民代表会议记录", "两项支出直接由支委会决定，缺少村民代表会议记录和公示，群众有意见。"),
    ],
)
def test_the_same_in_other_words_is_alike(one: str, other: str) -> None:
    assert likeness(one, other) >= ALIKE
    assert likeness(one, other) == likeness(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "会议记录有学习内容，但没有跟进落实情况。",
            "两项支出直接由支委会决定，缺少村民代表会议记录和公示。",
        ),
        ("厂房租金两年未收取", "抽查两周，5人次外出未报备，两个站所考勤由一人代打。"),
        ("租金", "厂房租金两年未收取"),
        ("", "厂房租金两年未收取"),
        ("，。", "，。"),
    ],
)
def test_different_problems_are_not(one: str, other: str) -> None:
    assert likeness(one, other) < ALIKE
