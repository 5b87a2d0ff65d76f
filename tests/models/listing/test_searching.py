"""Full-text search: any two characters find, in Chinese without breaks; what is typed is never a pattern."""

import pytest

from models.database import Database
from models.listing.grams import all_of, entries, pairs, plain
from models.listing.searching import words_of
from models.listing.wanted import Wanted
from policy.refusals import BadInput
from policy.stages import Act
from tests.models import sample
from tests.models.listing.test_conditions import everything, found
from tests.models.statements import counted
from tests.models.township import act, asked, assigned, opened


def test_text_is_looked_for_as_it_is_meant() -> None:
    assert plain("ＺＣ２０２６-００８：《会议 记录》\n100%") == "zc2026 008 会议 记录 100"
    assert list(pairs("会议记录 a")) == ["会议", "议记", "记录"]
    assert entries("会议") == "4f1ax8bae"
    assert all_of("会议会议") == '"4f1ax8bae" "8baex4f1a"'


async def test_any_two_characters_find_wherever_they_stand(town: Database) -> None:
    title, condition = "补助发放程序不规范", "低保补助由两人决定。"
    one = (await opened(town, title=title, condition=condition, item="2.1议事")).number
    await opened(town, title="议事记录不全", condition="没有会议记录，“程序”从简")
    assert await found(town, Wanted(q="低保")) == {one}
    assert await found(town, Wanted(q="发放程序")) == {one}
    assert await found(town, Wanted(q="程序 补助")) == {one}
    assert await found(town, Wanted(q="2.1议事 人")) == {one}
    assert await found(town, Wanted(q=one.lower())) == {one}
    assert len(await found(town, Wanted(q="程序"))) == 2
    assert await found(town, Wanted(q="程议")) == set()


async def test_pairs_that_stand_apart_are_no_word(town: Database) -> None:
    await opened(town, title="甲乙，乙丙", condition="丙丁")
    assert await found(town, Wanted(q="甲乙丙")) == set()
    assert len(await found(town, Wanted(q="甲乙 丙丁"))) == 1


@pytest.mark.parametrize("typed", ["100%", "%_%会议", "'; DROP TABLE finding; --", '"会议" OR *', "\\会议"])
async def test_what_is_typed_is_text_and_no_pattern(town: Database, typed: str) -> None:
    await opened(town, title="其他", condition="一笔支出")
    assert await found(town, Wanted(q=typed)) == set()


@pytest.mark.parametrize("typed", ["会", "%", "a b c", "，。"])
async def test_too_little_is_refused_with_what_is_possible(town: Database, typed: str) -> None:
    with pytest.raises(BadInput, match="至少输入连在一起的两个字"):
        await found(town, Wanted(q=typed))


async def test_a_unit_s_name_finds_its_findings(book: Database) -> None:
    assert await found(book, Wanted(q="丙村党")) >= await found(book, Wanted(unit="丙村党支部"))


async def test_every_finding_is_found_by_each_of_its_own_words(book: Database) -> None:
    for each in await everything(book):
        for word in words_of(each).split(" "):
            if len(word) > 1:
                assert each.number in await found(book, Wanted(q=word))


async def test_what_an_import_corrects_is_found_anew_and_no_longer_as_before(book: Database) -> None:
    number = "ZC2026-008"
    row = sample.row(number, condition="改称：沟渠倾倒煤矸石")
    assert await found(book, Wanted(q=sample.row(number).condition[:6])) == {number}
    taken = await sample.take(book, sample.with_rows(row), update=True)
    assert taken.updated == 1
    assert await found(book, Wanted(q="倾倒煤矸石")) == {number}
    [words] = await asked(book, "SELECT words FROM finding_text WHERE finding = :n", n=number)
    assert "沟渠倾倒" in words
    assert number not in await found(book, Wanted(q=sample.row(number).condition[-6:]))


async def test_an_act_does_not_touch_the_index(town: Database) -> None:
    number = await assigned(town)
    with counted(town) as sent:
        await act(town, number, Act.ACCEPT, "owner")
    assert sent
    assert not [each for each in sent if "finding_text" in each or "finding_search" in each]
