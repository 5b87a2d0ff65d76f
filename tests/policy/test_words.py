"""Every closed set has its words, in both languages and each its own."""

import re
from collections.abc import Mapping
from enum import StrEnum

import pytest

from policy.deadlines import DeadlineType
from policy.escalation import LetterState
from policy.lights import Light
from policy.refusals import Language
from policy.roles import Role
from policy.stages import Act, Stage, Step
from policy.words import (
    ACT_WORDS,
    DEADLINE_TYPE_WORDS,
    LETTER_STATE_WORDS,
    LIGHT_WORDS,
    ROLE_WORDS,
    STAGE_WORDS,
    STEP_WORDS,
    days_in_words,
    in_language,
    state_name,
)

Words = Mapping[str, tuple[str, str]]
TABLES: list[tuple[type[StrEnum], Words]] = [
    (Stage, dict(STAGE_WORDS.items())),
    (Step, dict(STEP_WORDS.items())),
    (Act, dict(ACT_WORDS.items())),
    (Light, dict(LIGHT_WORDS.items())),
    (DeadlineType, dict(DEADLINE_TYPE_WORDS.items())),
    (LetterState, dict(LETTER_STATE_WORDS.items())),
    (Role, dict(ROLE_WORDS.items())),
]
CHINESE = re.compile(r"[\u4e00-\u9fff]|^—$")
ENGLISH = re.compile(r"[A-Za-z –-]+")


@pytest.mark.parametrize(("members", "words"), TABLES, ids=lambda x: getattr(x, "__name__", ""))
def test_every_member_has_its_own_words_in_both_languages(members: type[StrEnum], words: Words) -> None:
    assert words.keys() == set(members)
    for zh, en in words.values():
        assert CHINESE.search(zh)
        assert ENGLISH.fullmatch(en)
    assert len({zh for zh, _ in words.values()}) == len(words)
    assert len({en for _, en in words.values()}) == len(words)


def test_a_reader_gets_their_own_language() -> None:
    assert in_language(STAGE_WORDS[Stage.CLOSED], Language.CHINESE) == "已销号"
    assert in_language(STAGE_WORDS[Stage.CLOSED], Language.ENGLISH) == "closed"


def test_the_flow_ui_shows_both() -> None:
    assert state_name(Stage.PENDING_VERIFICATION) == "待验收 · awaiting verification"


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (10, "剩10日", "10 days left"),
        (1, "剩1日", "1 day left"),
        (0, "今日到期", "due today"),
        (-1, "已逾期1日", "1 day overdue"),
        (-35, "已逾期35日", "35 days overdue"),
    ],
)
def test_days_are_said_in_words(left: int, zh: str, en: str) -> None:
    assert days_in_words(left) == (zh, en)
