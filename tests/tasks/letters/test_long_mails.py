"""A thousand letters for one person: one mail that can be read, and nothing of it lost."""

import re

import pytest

from policy.refusals import Language
from tasks.letters.cards import IN_FULL
from tasks.letters.compose import compose
from tasks.letters.facts import LetterFacts
from tests.tasks.letters.test_compose import BOTH, body, letter, mail, read

RUNGS = ("assignment", "yellow_reminder", "red_order", "closed")


def heap(count: int) -> list[LetterFacts]:
    return [
        letter(
            rung=RUNGS[at % 4],
            number=f"ZC2026-{at:04}",
            title="" if at % 10 == 9 else f"问题之{at:04}",
            link=f"https://rectify.town.example/findings/ZC2026-{at:04}",
            as_cc=at % 3 == 0,
        )
        for at in range(count)
    ]


@pytest.mark.parametrize("language", BOTH)
def test_a_thousand_letters_are_one_mail_that_names_each_once(language: Language) -> None:
    letters = heap(1000)
    message = read(mail(*letters, language=language))
    text, html = body(message, "plain"), body(message, "html")
    numbers = sorted(one.number for one in letters)
    assert sorted(re.findall(r"^(?:- )?(ZC2026-\d{4})", text, re.M)) == numbers
    assert sorted(re.findall(r">(ZC2026-\d{4})<", html)) == numbers
    for one in letters:
        assert one.title in text
        assert one.title in html
        assert f'href="{one.link}"' in html
    assert len(compose(mail(*letters, language=language))) < 2_000_000


def test_the_gravest_are_shown_in_full_and_the_rest_in_lists() -> None:
    text = body(read(mail(*heap(100))), "plain")
    shown, _, listed = text.partition(f"另有{100 - IN_FULL}件，列表如下：")
    assert shown.count("责任单位：") + shown.count("ZC2026") >= IN_FULL
    assert shown.count("登录系统查看：") == IN_FULL
    assert "责任单位：" not in listed
    assert listed.count("\n- ZC2026-") == 100 - IN_FULL


def test_a_list_says_once_what_is_asked_of_all_its_letters() -> None:
    listed = body(read(mail(*heap(1000))), "plain").partition("列表如下：")[2]
    heads = re.findall(r"^(\S.*)（(\d+)件）$", listed, re.M)
    assert len(heads) == len(set(heads)) == 8
    assert sum(int(count) for _, count in heads) == 1000 - IN_FULL
    assert listed.count("该问题临近整改时限。") == 2
    assert "对主送岗位的要求：该问题临近整改时限。" in listed


def test_what_a_list_says_of_a_finding() -> None:
    late = [letter(rung="red_order", number=f"ZC2026-{at:04}", days_left=-at, title="甲") for at in range(50)]
    text = body(read(mail(*late)), "plain")
    assert "- ZC2026-0003  甲  2026年11月30日  已逾期3日" in text
    secret = body(read(mail(*late, letter(rung="red_order", number="ZC2026-X", title=""))), "plain")
    assert "- ZC2026-X\n" in secret


def test_as_many_as_are_shown_in_full_need_no_list() -> None:
    message = read(mail(*heap(IN_FULL)))
    assert "列表如下" not in body(message, "plain") + body(message, "html")
