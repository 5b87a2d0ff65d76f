"""Hand-overs, stand-ins and vacancies by commands."""

from pathlib import Path

import pytest

from tests.portal.test_cli import PEOPLE, Run, apart, home, opened, rectify, refused, rows, template

__all__ = ["home", "rectify", "template"]

JIA, YI = "甲村党支部书记", "乙村党支部书记"
BY = ("--by", "zhenggaiban")


def hand_over(rectify: Run, *words: str) -> list[str]:
    answer = rectify("people", "hand-over", *words, *BY, "--json")
    assert answer.code == 0, answer
    return list(answer.data["findings"])


def test_a_post_changes_hands_and_its_work_is_shown_with_both_names(rectify: Run, home: Path) -> None:
    number = opened(rectify)
    said = rectify("people", "hand-over", JIA, "--to", "yizhuren", "--note", "档案已移交", *BY)
    assert said.code == 0
    assert number in said.out
    shown = rectify("show", number)
    assert "演示甲村书记 → 演示乙村主任；档案已移交" in shown.out
    event = rectify("show", number, "--json").data["events"][-1]
    assert event["act"] == "hand_over"
    assert event["handed_over"]["from"]["person"] == "演示甲村书记"
    refused(rectify("act", number, "accept", "--by", "jiacun"), 3, number)
    assert rectify("act", number, "accept", "--by", "yizhuren").code == 0
    assert rows(home, "SELECT count(*) FROM hand_over WHERE note = '档案已移交'")[0][0] >= 1
    assert "正常 记录链完整" in rectify("check").out


def test_a_day_to_come_is_said_and_handed_over_by_the_watch(rectify: Run, home: Path) -> None:
    number = opened(rectify)
    said = rectify("people", "hand-over", JIA, "--to", "yizhuren", "--on", "2026-11-23", *BY)
    assert "到时自动办理" in said.out
    assert rectify("act", number, "accept", "--by", "jiacun").code == 0
    watched = apart(home, "watch", "--once", RECTIFY_AS_OF="2026-11-23")
    assert watched.code == 0, watched
    acts = [x["act"] for x in rectify("show", number, "--json", as_of="2026-11-23").data["events"]]
    assert acts == ["open", "assign", "accept", "hand_over"]


def test_work_goes_to_another_post_in_part_or_whole(rectify: Run) -> None:
    first, second = opened(rectify), opened(rectify, "title=另一件")
    assert hand_over(rectify, JIA, "--to-post", YI, "--finding", second) == [second]
    assert first in hand_over(rectify, JIA, "--to-post", YI)
    owners = {row["number"]: row["owner_post"] for row in rectify("list", "--json").data}
    assert owners[first] == owners[second] == YI


def test_the_people_file_hands_over_what_it_gives_to_others(rectify: Run, tmp_path: Path) -> None:
    number = opened(rectify)
    swapped = PEOPLE.read_text(encoding="utf-8").splitlines()
    new = tmp_path / "people.csv"
    at = {name: next(i for i, line in enumerate(swapped) if f",{name}," in line) for name in (JIA, YI)}
    jia, yi = (swapped[at[name]].split(",") for name in (JIA, YI))
    jia[5:8], yi[5:8] = yi[5:8], jia[5:8]
    jia[9] = yi[9] = "2026-11-20"
    swapped[at[JIA]], swapped[at[YI]] = ",".join(jia), ",".join(yi)
    new.write_text("\n".join(swapped), encoding="utf-8")
    assert rectify("people", "import", new, "--json").data["handed_over"] >= 1
    assert rectify("people", "import", new, "--json").data["handed_over"] == 0
    assert (
        rectify("show", number, "--json").data["events"][-1]["handed_over"]["to"]["person"] == "演示乙村书记"
    )
    assert rectify("act", number, "accept", "--by", "yicun").code == 0


def test_a_stand_in_is_set_listed_shown_and_ended(rectify: Run) -> None:
    number = opened(rectify)
    days = ("--from", "2026-11-20", "--to", "2026-11-27")
    said = rectify("people", "substitute", JIA, "--stand-in", "yicun", *days, "--reason", "党校", *BY)
    assert said.out == "2026-11-20 至 2026-11-27 由“yicun”代“甲村党支部书记”。\n"
    (one,) = rectify("people", "substitutes", "--json").data
    assert (one["post"], one["from"], one["to"], one["reason"]) == (JIA, "2026-11-20", "2026-11-27", "党校")
    assert rectify("act", number, "accept", "--by", "yicun").code == 0
    assert "代演示甲村书记办理" in rectify("show", number).out
    assert rectify("people", "end-substitute", one["id"], *BY).code == 0
    assert rectify("people", "substitutes", "--json").data == []


def test_a_vacant_post_is_listed_until_somebody_comes(rectify: Run, tmp_path: Path) -> None:
    number = opened(rectify)
    file = tmp_path / "people.csv"
    file.write_text(
        f"unit,post,roles,person,account,from,to\n甲村党支部,{JIA},owner;party_head,演示甲村书记,jiacun,,2026-11-20\n",
        encoding="utf-8",
    )
    assert rectify("people", "import", file).code == 0
    assert JIA not in {x["post"] for x in rectify("people", "vacancies", "--json").data}
    vacant = rectify("people", "vacancies", "--json", as_of="2026-11-23").data
    (one,) = [x for x in vacant if x["post"] == JIA]
    assert (one["since"], one["unit"]) == ("2026-11-21", "甲村党支部")
    assert number in one["findings"]
    assert one["open"] == len(one["findings"])
    assert JIA in rectify("people", "vacancies", as_of="2026-11-23").out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("hand-over", JIA), 2, "--to"),
        (("hand-over", JIA, "--to", "yicun", "--to-post", YI), 2, "二者选一"),
        (("hand-over", JIA, "--to", "yicun", "--finding", "X-1"), 2, "--to-post"),
        (("hand-over", JIA, "--to", "yicun", "--on", "明天"), 2, "--on"),
        (("hand-over", JIA, "--to-post", "无此岗位"), 2, "无此岗位"),
        (("substitute", JIA, "--stand-in", "yicun", "--from", "", "--to", "2026-11-27"), 2, "--from"),
        (
            ("substitute", JIA, "--stand-in", "jiacun", "--from", "2026-11-20", "--to", "2026-11-27"),
            2,
            "自己",
        ),
        (("end-substitute", "77"), 2, "77"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    rectify: Run, words: tuple[str, ...], code: int, says: str
) -> None:
    refused(rectify("people", *words, *BY), code, says)


def test_only_an_administrator_says_who_holds_a_post(rectify: Run) -> None:
    refused(rectify("people", "hand-over", JIA, "--to", "yicun", "--by", "ganshi"), 3, "管理员")
    days = ("--from", "2026-11-20", "--to", "2026-11-27")
    answer = rectify("people", "substitute", JIA, "--stand-in", "yicun", *days, "--by", "ganshi")
    refused(answer, 3, "管理员")
