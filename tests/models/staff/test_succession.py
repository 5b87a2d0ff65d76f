"""A post changes hands: its work goes along, on the day, once, and history names both."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.database import Database
from models.mailing.mail import Mail
from models.settings import Settings
from models.staff import book, staffing, succession
from models.staff.people import HandOver
from models.staff.staffing import COLUMNS
from models.staff.succession import Change, Changed, Move
from policy.refusals import BadInput, NotAllowed, NotFound
from policy.stages import Act, Stage
from tasks.post import write_mails
from tasks.succession import follow
from tests.models.township import (
    NOW,
    TODAY,
    TRADE,
    act,
    asked,
    assigned,
    brought_to,
    change,
    events,
    finding,
    holders,
    letters,
    opened,
)

QUIET = Settings(_env_file=None)
DAY = timedelta(days=1)
ADMIN = "乡整改办,office,和平乡,管理员,administrator,管理员,admin,admin@town.example"
NEWCOMER = "乡整改办,office,和平乡,干事,,丙书记,bing,bing@village.example"
POST = "甲村党支部书记"
FILE = ("unit", "post", "roles", "person", "account", "from", "to")
HANDS = "SELECT p.name FROM post JOIN person p ON p.id = in_hands_of WHERE post.name = :post"


async def staffed(town: Database) -> None:
    assert not (await staffing.take_in(town, holders(f"{ADMIN}\n{NEWCOMER}"), TODAY)).errors
    await follow(town, NOW)


async def take(db: Database, text: str, columns: tuple[str, ...] = FILE) -> None:
    done = await staffing.take_in(db, holders(text, columns), TODAY)
    assert not done.errors, done.errors


async def changed(db: Database, now: datetime = NOW, **said: Any) -> Changed:
    wanted = {"post": POST, "to": "bing", "by": "admin"} | said
    return await succession.change_hands(db, Change(**wanted), now, TRADE)


async def holder(db: Database, day: date, post: str = POST) -> str | None:
    async with db.reading() as session:
        account = await book.incumbent(session, (await book.post_named(session, post)).id or 0, day)
    return account.name if account else None


async def records(db: Database) -> list[HandOver]:
    async with db.reading() as session:
        return list(await session.exec(select(HandOver).order_by(col(HandOver.finding), col(HandOver.seq))))


async def handed(db: Database, number: str) -> list[dict[str, Any]]:
    """What the history says of each hand-over."""
    said = [json.loads(x.said) for x in await events(db, number) if x.act is Act.HAND_OVER]
    return [x["handed_over"] for x in said]


async def reached(db: Database, rung: str) -> list[str]:
    sql = """SELECT recipient FROM letter JOIN addressee ON letter_id = letter.id
             JOIN mail ON mail.id = mail_id WHERE rung = :rung ORDER BY copy_only, recipient"""
    return await asked(db, sql, rung=rung)


async def test_work_goes_to_the_successor_and_history_names_both(town: Database) -> None:
    await staffed(town)
    number = await brought_to(town, Stage.IN_PROGRESS)
    before = await finding(town, number)
    done = await changed(town, note="档案一柜已移交")
    assert (done.leave, done.comes, done.numbers, done.on) == (("甲书记",), "丙书记", (number,), TODAY)
    (said,) = await handed(town, number)
    assert said["from"] == {"post": POST, "person": "甲书记"}
    assert said["to"] == {"post": POST, "person": "丙书记"}
    last = (await events(town, number))[-1]
    assert (last.by, last.reason) == ("admin", "档案一柜已移交")
    after = await finding(town, number)
    same = ("stage", "round", "cycle", "deadline", "deadline_version", "original_deadline", "stage_since")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]


async def test_the_record_says_how_the_work_stood(town: Database) -> None:
    await staffed(town)
    number = await brought_to(town, Stage.PLAN_REVIEW)
    await act(town, number, Act.APPROVE_PLAN, "inspector")
    await act(town, number, Act.REPORT_PROGRESS, "owner", text="已补记", percent=60)
    await changed(town, note="另有两册在镇档案室")
    (record,) = await records(town)
    row = await finding(town, number)
    assert (record.finding, record.seq, record.cycle) == (number, row.version, 1)
    assert (record.stage, record.percent, record.open_measures) == (Stage.IN_PROGRESS, 60, 2)
    assert (record.evidence, record.deadline, record.by) == (0, row.deadline, "admin")
    assert record.note == "另有两册在镇档案室"
    assert record.from_post_id == record.to_post_id == row.owner_post_id


async def test_a_record_of_a_hand_over_cannot_be_changed(town: Database) -> None:
    await staffed(town)
    await assigned(town)
    await changed(town)
    for sql in ("UPDATE hand_over SET note = 'x'", "DELETE FROM hand_over"):
        with pytest.raises(Exception, match="history is only added to"):
            await change(town, sql)


async def test_whoever_leaves_whoever_comes_and_the_supervisor_are_written_to(town: Database) -> None:
    await staffed(town)
    await assigned(town)
    await changed(town)
    await write_mails(town, QUIET, NOW)
    assert await reached(town, "handed_over") == ["bing@village.example", "verifier@town.example"]
    assert await reached(town, "handed_over_from") == ["owner@village.example"]


@pytest.mark.parametrize("on", [None, TODAY])
async def test_on_the_day_itself_only_the_successor_may_act(town: Database, on: date | None) -> None:
    await staffed(town)
    number = await assigned(town)
    await changed(town, on=on)
    with pytest.raises(NotAllowed):
        await act(town, number, Act.ACCEPT, "owner")
    await act(town, number, Act.ACCEPT, "bing")


async def test_days_change_hands_at_midnight_of_the_office(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    on = TODAY + 2 * DAY
    await changed(town, on=on)
    assert [await holder(town, on + n * DAY) for n in (-1, 0, 1)] == ["owner", "bing", "bing"]
    midnight = datetime.fromisoformat(f"{on}T00:00:00+08:00")
    with pytest.raises(NotAllowed):
        await act(town, number, Act.ACCEPT, "bing", now=midnight - timedelta(seconds=1))
    with pytest.raises(NotAllowed):
        await act(town, number, Act.ACCEPT, "owner", now=midnight)
    await act(town, number, Act.ACCEPT, "bing", now=midnight)


async def test_a_day_to_come_hands_over_on_that_day_once(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    done = await changed(town, on=TODAY + 3 * DAY, note="按换届安排")
    assert done.numbers == ()
    for days, told in ((0, 0), (2, 0), (3, 1), (3, 1), (4, 1)):
        await follow(town, NOW + days * DAY)
        assert len(await handed(town, number)) == told
    last = (await events(town, number))[-1]
    assert (last.by, last.reason) == ("admin", "按换届安排")


async def test_what_the_outgoing_person_could_not_hand_over_in_time_goes_after_an_outage(
    town: Database,
) -> None:
    await staffed(town)
    number = await assigned(town)
    await changed(town, on=TODAY + DAY)
    await follow(town, NOW + 9 * DAY)
    (said,) = await handed(town, number)
    assert (said["from"]["person"], said["to"]["person"]) == ("甲书记", "丙书记")


async def test_a_post_may_change_hands_twice_on_one_day(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    await changed(town)
    await changed(town, to="clerk")
    assert await holder(town, TODAY) == "clerk"
    await changed(town, to="owner")
    assert await holder(town, TODAY) == "owner"
    assert [x["to"]["person"] for x in await handed(town, number)] == ["丙书记", "甲报账员", "甲书记"]
    with pytest.raises(NotAllowed):
        await act(town, number, Act.ACCEPT, "bing")
    await act(town, number, Act.ACCEPT, "owner")
    assert await holder(town, TODAY - DAY) == "owner"


async def test_an_appointment_that_is_planned_may_be_given_to_somebody_else(town: Database) -> None:
    await staffed(town)
    on = TODAY + 3 * DAY
    await changed(town, on=on)
    await changed(town, on=on, to="clerk")
    assert [await holder(town, on + n * DAY) for n in (-1, 0)] == ["owner", "clerk"]


async def test_a_successor_holds_the_post_until_the_next_one_known(town: Database) -> None:
    await staffed(town)
    on = TODAY + 9 * DAY
    await changed(town, on=on)
    done = await changed(town, to="clerk")
    assert done.until == on - DAY
    assert [await holder(town, day) for day in (TODAY, on - DAY, on)] == ["clerk", "clerk", "bing"]


async def test_one_of_two_holders_leaves_by_name(town: Database) -> None:
    await staffed(town)
    await take(town, f"甲村党支部,{POST},owner,甲书记,owner,,\n甲村党支部,{POST},owner,乙书记,other,,")
    number = await assigned(town)
    with pytest.raises(BadInput, match="有2人任职"):
        await changed(town)
    await changed(town, leaves="owner")
    assert [x["from"]["person"] for x in await handed(town, number)] == ["甲书记"]
    with pytest.raises(NotAllowed):
        await act(town, number, Act.ACCEPT, "owner")
    await act(town, number, Act.ACCEPT, "other")


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"by": "owner"}, NotAllowed),
        ({"by": "inspector"}, NotAllowed),
        ({"to": "owner"}, BadInput),
        ({"to": "nobody"}, NotFound),
        ({"post": "甲村党支部书计"}, NotFound),
        ({"unit": "乙村党支部"}, BadInput),
        ({"leaves": "other"}, BadInput),
    ],
)
async def test_a_change_that_cannot_be_changes_nothing(
    town: Database, said: dict[str, Any], refusal: type[Exception]
) -> None:
    await staffed(town)
    number = await assigned(town)
    with pytest.raises(refusal):
        await changed(town, **said)
    assert await holder(town, TODAY) == "owner"
    assert await handed(town, number) == []


async def test_a_closed_account_takes_no_post(town: Database) -> None:
    await staffed(town)
    await change(town, "UPDATE account SET active = false WHERE name = 'bing'")
    with pytest.raises(NotFound):
        await changed(town)


async def test_a_draft_and_what_is_over_are_not_handed_over(town: Database) -> None:
    await staffed(town)
    closed = await brought_to(town, Stage.CLOSED)
    draft = (await opened(town)).number
    await change(
        town, "UPDATE finding SET owner_post_id = (SELECT id FROM post WHERE name = :post)", post=POST
    )
    assert (await changed(town)).numbers == ()
    assert await handed(town, closed) == await handed(town, draft) == []


async def test_a_successor_who_verifies_is_named_with_what_others_have_to_verify(town: Database) -> None:
    await staffed(town)
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    assert (await changed(town, to="verifier")).own_check == (number,)
    with pytest.raises(NotAllowed):
        await act(town, number, Act.PASS_VERIFICATION, "verifier")
    await act(town, number, Act.PASS_VERIFICATION, "inspector")


SECRETARIES = 19
VILLAGES = ("unit", "kind", "parent", "post", "roles", "person", "account", "from")


def village(index: int, person: int, since: str) -> str:
    return f"{index}号村,village,和平乡,{index}号村书记,owner,书记{person},s{person},{since}"


def roster(by: int, since: str) -> str:
    """Every secretary goes `by` villages further."""
    return "\n".join(village(i, (i + by) % SECRETARIES, since) for i in range(SECRETARIES))


async def mails(db: Database) -> list[str]:
    async with db.reading() as session:
        return sorted(mail.recipient for mail in await session.exec(select(Mail)))


@pytest.mark.parametrize("since", ["2026-11-20", ""])
async def test_nineteen_secretaries_are_swapped_in_one_go(town: Database, since: str) -> None:
    await take(town, roster(0, ""), VILLAGES)
    await change(town, "UPDATE account SET mailbox = name || '@v.example' WHERE name LIKE 's%'")
    await follow(town, NOW)
    numbers = [
        await assigned(town, unit=f"{i}号村", post=f"{i}号村书记") for i in range(SECRETARIES) for _ in "ab"
    ]
    await write_mails(town, QUIET, NOW)
    sent, deadlines = await mails(town), [(await finding(town, number)).deadline for number in numbers]
    later = NOW + timedelta(hours=1)
    for _ in range(2):  # the same file again hands nothing over again
        await take(town, roster(1, since), VILLAGES)
        await follow(town, later)
    assert [len(await handed(town, number)) for number in numbers] == [1] * len(numbers)
    assert [(await finding(town, number)).deadline for number in numbers] == deadlines
    await write_mails(town, QUIET, later)
    new = (await mails(town))[:]
    for one in sent:
        new.remove(one)
    assert new == sorted([*(f"s{i}@v.example" for i in range(SECRETARIES)), "verifier@town.example"])
    with pytest.raises(NotAllowed):
        await act(town, numbers[0], Act.ACCEPT, "s0", now=later)
    await act(town, numbers[0], Act.ACCEPT, "s1", now=later)


async def test_a_file_for_a_day_to_come_hands_over_on_that_day(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    await take(town, f"甲村党支部,{POST},owner;party_head,丙书记,bing,2026-11-22,")
    for days, told in ((0, 0), (1, 0), (2, 1), (3, 1)):
        await follow(town, NOW + days * DAY)
        assert len(await handed(town, number)) == told
    assert (await events(town, number))[-1].by == succession.THE_FILE


async def test_a_second_holder_in_the_file_takes_nothing_over(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    await take(
        town, f"甲村党支部,{POST},owner,甲书记,owner,,\n甲村党支部,{POST},owner,丙书记,bing,2026-11-20,"
    )
    await follow(town, NOW)
    assert await handed(town, number) == []


async def test_work_of_a_post_that_was_vacant_for_a_while_comes_from_its_last_holder(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    await take(town, f"甲村党支部,{POST},owner,甲书记,owner,,2026-11-21")
    for days in (1, 2, 3):
        await follow(town, NOW + days * DAY)
    assert await handed(town, number) == []
    await changed(town, NOW + 4 * DAY)
    (said,) = await handed(town, number)
    assert (said["from"]["person"], said["to"]["person"]) == ("甲书记", "丙书记")


IN_THE_WAY = """
    INSERT INTO hand_over (finding, seq, cycle, at, by, to_post_id, to_person_id, note, stage, percent,
                           open_measures, evidence)
    SELECT number, version + 1, 1, '2026-01-01 00:00:00', 'x', owner_post_id, 1, '', 'draft', 0, 0, 0
    FROM finding WHERE number = :number"""


async def test_one_post_that_cannot_be_handed_over_holds_up_no_other(town: Database) -> None:
    await staffed(town)
    bad = await assigned(town)
    good = await assigned(town, unit="乙村党支部", post="乙村党支部书记")
    swap = """\
甲村党支部,甲村党支部书记,owner;party_head,乙书记,other,2026-11-20,
乙村党支部,乙村党支部书记,owner;party_head,甲书记,owner,2026-11-20,"""
    await take(town, swap)
    await change(town, IN_THE_WAY, number=bad)
    assert await follow(town, NOW) == 1
    assert (len(await handed(town, bad)), len(await handed(town, good))) == (0, 1)


async def test_one_finding_goes_to_another_post(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    before = await finding(town, number)
    receipt = await act(town, number, Act.HAND_OVER, "inspector", post="甲村报账员", reason="分工调整")
    assert receipt.stage is Stage.IN_PROGRESS
    after = await finding(town, number)
    assert (after.deadline, after.round, after.stage_since) == (
        before.deadline,
        before.round,
        before.stage_since,
    )
    (said,) = await handed(town, number)
    assert said["from"] == {"post": POST, "person": "甲书记"}
    assert said["to"] == {"post": "甲村报账员", "person": "甲报账员"}
    with pytest.raises(NotAllowed):
        await act(town, number, Act.REPORT_PROGRESS, "owner", text="已补记")
    await act(town, number, Act.REPORT_PROGRESS, "clerk", text="已补记")
    await write_mails(town, QUIET, NOW)
    assert await reached(town, "handed_over") == ["clerk@village.example", "verifier@town.example"]
    assert await reached(town, "handed_over_from") == ["owner@village.example"]


async def test_letters_not_yet_mailed_follow_the_work(town: Database) -> None:
    number = await assigned(town)
    await act(town, number, Act.HAND_OVER, "inspector", unit="乙村党支部", post="乙村党支部书记")
    await write_mails(town, QUIET, NOW)
    assert await reached(town, "assignment") == ["other@village.example", "clerk@village.example"]
    assert set(await letters(town, number)) == {"assignment", "handed_over", "handed_over_from"}


@pytest.mark.parametrize(
    ("words", "by", "refusal", "says"),
    [
        ({}, "inspector", BadInput, "岗位"),
        ({"post": POST}, "inspector", BadInput, "本来就是"),
        ({"post": "乡纪委书记"}, "inspector", NotAllowed, "同一人"),
        ({"post": "空岗"}, "inspector", NotAllowed, "岗位空缺"),
        ({"post": "乙村党支部书记"}, "owner", NotAllowed, "不在本单位"),
        ({"post": "甲村报账员"}, "clerk", NotAllowed, "不能工作交接"),
    ],
)
async def test_work_does_not_go_where_it_cannot(
    town: Database, words: dict[str, Any], by: str, refusal: type[BadInput | NotAllowed], says: str
) -> None:
    await take(town, "甲村党支部,空岗,,,,,")
    number = await assigned(town)
    with pytest.raises(refusal) as found:
        await act(town, number, Act.HAND_OVER, by, **words)
    assert says in found.value.zh
    assert await handed(town, number) == []


async def test_whoever_has_the_work_may_hand_it_on_within_the_unit(town: Database) -> None:
    number = await assigned(town)
    await act(town, number, Act.HAND_OVER, "owner", post="甲村报账员")
    await act(town, number, Act.ACCEPT, "clerk")


async def test_all_work_of_a_post_goes_to_another(town: Database) -> None:
    numbers = [await assigned(town), await brought_to(town, Stage.IN_PROGRESS)]
    move = Move(POST, "甲村报账员", "inspector", note="撤岗")
    assert await succession.move_work(town, move, NOW, TRADE) == numbers
    assert [len(await handed(town, number)) for number in numbers] == [1, 1]
    with pytest.raises(BadInput, match="没有未办结"):
        await succession.move_work(town, move, NOW, TRADE)


async def test_chosen_work_goes_and_the_rest_stays(town: Database) -> None:
    first, second = [await assigned(town), await assigned(town)]
    await succession.move_work(town, Move(POST, "甲村报账员", "inspector", only=(second,)), NOW, TRADE)
    assert (len(await handed(town, first)), len(await handed(town, second))) == (0, 1)


async def test_all_goes_or_nothing_and_what_cannot_is_listed(town: Database) -> None:
    await staffed(town)
    good = await assigned(town, verifier="巡察办专员")
    bad = await assigned(town)
    with pytest.raises(NotAllowed) as found:
        await succession.move_work(town, Move(POST, "乡纪委书记", "admin"), NOW, TRADE)
    assert bad in found.value.zh
    assert good not in found.value.zh
    assert "同一人" in found.value.zh
    with pytest.raises(NotAllowed, match="ZZ-1"):
        await succession.move_work(town, Move(POST, "甲村报账员", "admin", only=(good, "ZZ-1")), NOW, TRADE)
    assert await handed(town, good) == await handed(town, bad) == []


def test_the_people_file_has_the_columns_it_always_had() -> None:
    assert COLUMNS[-3:] == ("from", "to", "substitute")
