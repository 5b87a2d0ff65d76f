"""Rules by version: what they change, for whom, and that acts and letters obey each of their words."""

import asyncio
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from models.database import Database
from models.ledger import find
from models.mailing.letters import climb, sign
from models.rules import ruling
from models.rules.ruling import Ruling
from models.rules.shipped import shipped, shipped_text
from models.rules.trade import load, versions
from models.staff.book import account_named
from models.upgrade import upgrade
from policy.deadlines import add_workdays
from policy.refusals import BadInput, NotAllowed, NotFound, Overtaken
from policy.rulebook.file import BadRules
from policy.rulebook.words import place_words
from policy.stages import Act, Stage
from policy.trade import Trade
from tasks.post import may_write
from tests.models.township import (
    FILE,
    NOW,
    TODAY,
    TRADE,
    act,
    asked,
    assigned,
    finding,
    letters,
    staff,
)

TEXT = shipped_text()
SPAN = "SELECT to_stage FROM event WHERE finding = :number ORDER BY seq"


def edited(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def own(**terms: object) -> str:
    """The shipped file with terms for 自查 findings of limited time."""
    written = "".join(f"{name} = {str(value).lower()}\n" for name, value in terms.items())
    return f'{TEXT}\n[source."自查".time_limited]\n{written}'


async def in_force(db: Database) -> Trade:
    async with db.reading() as session:
        return await load(session)


async def used(db: Database, text: str, by: str = "verifier", reason: str = "") -> Ruling:
    return await ruling.use(db, text, by, reason, NOW)


async def ruled(db: Database, text: str) -> Trade:
    await used(db, text)
    return await in_force(db)


async def previewed(db: Database, text: str) -> Ruling:
    async with db.reading() as session:
        return await ruling.preview(session, text)


async def stages(db: Database, number: str) -> list[str]:
    return await asked(db, SPAN, number=number)


async def to_submission(db: Database, number: str, trade: Trade) -> None:
    for what, by, said in (
        (Act.ACCEPT, "owner", {}),
        (Act.FILE_PLAN, "owner", {"measures": "1.补记会议记录"}),
        (Act.APPROVE_PLAN, "inspector", {}),
        (Act.COMPLETE_MEASURE, "owner", {"measure": 1}),
        (Act.ATTACH_EVIDENCE, "owner", {"files": (FILE,)}),
        (Act.SUBMIT, "owner", {}),
    ):
        words: dict[str, Any] = said
        await act(db, number, what, by, trade=trade, **words)


async def test_a_database_has_the_shipped_rules_from_the_start(db: Database) -> None:
    async with db.reading() as session:
        (only,) = await versions(session)
    assert (only.version, only.text, only.sha256) == (1, TEXT, ruling.digest(TEXT))
    assert (await in_force(db)).rules == shipped()


async def test_new_rules_hold_for_new_findings_and_the_others_keep_theirs(town: Database) -> None:
    before = await assigned(town)
    made = await used(
        town, edited(("number = 3\n", "number = 20\n"), ('unit = "months"', 'unit = "working_days"'))
    )
    trade = await in_force(town)
    assert (made.version, trade.rules.version) == (2, 2)
    assert trade.rules_of(1) == shipped()
    after = await assigned(town, trade=trade)
    old, new = await finding(town, before), await finding(town, after)
    assert (old.rules_version, new.rules_version) == (1, 2)
    assert (old.deadline, new.deadline) == (date(2027, 2, 2), date(2026, 11, 30))
    await act(town, before, Act.ACCEPT, "owner", trade=trade)
    assert (await finding(town, before)).rules_version == 1


async def test_rules_that_another_process_brought_in_are_read_when_they_are_met(town: Database) -> None:
    trade = await ruled(town, own(plan=False))
    number = await assigned(town, trade=trade)
    assert not TRADE.knows(trade.rules.version)
    await act(town, number, Act.ACCEPT, "owner", trade=TRADE)
    assert (await finding(town, number)).stage is Stage.IN_PROGRESS
    assert (await written(town, number, TRADE, date(2027, 2, 3)))["red_order"] == "queued"


async def test_a_preview_says_each_change_in_words_and_changes_nothing(town: Database) -> None:
    await assigned(town)
    made = await previewed(
        town,
        edited(
            ("number = 3\n", "number = 2\n"), ("\ndays_left = 20", "\ndays_left = 25"), ('"08:30"', '"09:00"')
        ),
    )
    assert [(*place_words(x.place), *x.old, *x.new) for x in made.changes] == [
        ("开始发函", "mails go out from", "08:30", "08:30", "09:00", "09:00"),
        (
            *("限期整改·期限", "time-limited, how long"),
            *("3个月（节假日顺延）", "3 months, moved off days off"),
            *("2个月（节假日顺延）", "2 months, moved off days off"),
        ),
        (
            *("整改时限·green_reminder·何时", "deadline, green_reminder, when"),
            *("到期前20日", "20 days before", "到期前25日", "25 days before"),
        ),
    ]
    assert made.staying == {1: 1}
    assert (await in_force(town)).rules.version == 1


async def test_a_source_of_its_own_is_compared_with_what_held_before(town: Database) -> None:
    made = await previewed(town, own(plan_review=False))
    (only,) = made.changes
    assert (place_words(only.place)[0], only.old[0], only.new[0]) == ("自查·限期整改·审核方案", "是", "否")


async def test_what_says_the_same_is_no_new_version(town: Database) -> None:
    for text in (TEXT, f"# 另一条注释\n{TEXT}"):
        with pytest.raises(BadInput, match="第1版内容相同"):
            await used(town, text)


async def test_an_older_text_comes_back_as_a_new_version(town: Database) -> None:
    await used(town, own(plan=False), reason="试行")
    back = await used(town, TEXT, reason="试行结束")
    async with town.reading() as session:
        kept = await versions(session)
    assert back.version == 3
    assert [(x.version, x.by, x.reason) for x in kept[1:]] == [
        (2, "verifier", "试行"),
        (3, "verifier", "试行结束"),
    ]


@pytest.mark.parametrize("account", ["owner", "inspector", "mayor"])
async def test_only_a_supervisor_or_administrator_changes_the_rules(town: Database, account: str) -> None:
    with pytest.raises(NotAllowed, match="由督办人或管理员办理"):
        await used(town, own(plan=False), by=account)
    assert (await in_force(town)).rules.version == 1


async def test_senseless_rules_never_reach_the_database(town: Database) -> None:
    with pytest.raises(BadRules, match="days_left"):
        await used(town, edited(("\ndays_left = 20", "\ndays_left = 5")))
    assert await asked(town, "SELECT count(*) FROM rule_book") == [1]


async def test_of_two_who_change_the_rules_at_the_same_moment_neither_is_lost_unsaid(town: Database) -> None:
    texts = own(plan=False), own(plan_review=False)
    done = await asyncio.gather(*(used(town, text) for text in texts), return_exceptions=True)
    stored = [x for x in done if isinstance(x, Ruling)]
    assert all(isinstance(x, Ruling | Overtaken) for x in done)
    assert await asked(town, "SELECT version FROM rule_book ORDER BY version") == [
        1, *sorted(x.version for x in stored)
    ]  # fmt: skip


async def test_a_version_that_never_was_is_refused_with_the_one_in_force(town: Database) -> None:
    async with town.reading() as session:
        with pytest.raises(NotFound, match="现行的是第1版"):
            await ruling.version_named(session, 7)


async def test_without_an_approval_a_passed_verification_closes(town: Database) -> None:
    text = TEXT.replace("closure_approval = true", "closure_approval = false", 1)  # of immediate work
    trade = await ruled(town, text)
    number = await assigned(town, trade=trade, deadline_type="immediate")
    for what, by, said in (
        (Act.ACCEPT, "owner", {}),
        (Act.ATTACH_EVIDENCE, "owner", {"files": (FILE,)}),
        (Act.SUBMIT, "owner", {}),
        (Act.PASS_VERIFICATION, "verifier", {}),
    ):
        words: dict[str, Any] = said
        await act(town, number, what, by, trade=trade, **words)
    closed = await finding(town, number)
    assert (closed.stage, closed.closed_on, closed.percent) == (Stage.CLOSED, TODAY, 100)
    assert closed.next_look_on is None
    assert {"closed"} == (await letters(town, number)).keys() & {"closed", "closure_requested"}
    assert await asked(town, "SELECT finding FROM closed_cycle") == [number]


async def test_without_a_plan_work_begins_on_acceptance(town: Database) -> None:
    trade = await ruled(town, own(plan=False))
    number = await assigned(town, trade=trade)
    await act(town, number, Act.ACCEPT, "owner", trade=trade)
    assert (await finding(town, number)).stage is Stage.IN_PROGRESS


async def test_without_a_review_a_filed_plan_is_begun_and_nobody_asked_to_review_it(town: Database) -> None:
    trade = await ruled(town, own(plan_review=False))
    number = await assigned(town, trade=trade)
    await act(town, number, Act.ACCEPT, "owner", trade=trade)
    await act(town, number, Act.FILE_PLAN, "owner", trade=trade, measures="1.补记会议记录")
    assert (await finding(town, number)).stage is Stage.IN_PROGRESS
    assert "plan_filed" not in await letters(town, number)


async def test_where_a_meeting_decides_it_has_to_be_named(town: Database) -> None:
    trade = await ruled(town, own(review_meeting=True))
    number = await assigned(town, trade=trade)
    await to_submission(town, number, trade)
    await act(town, number, Act.PASS_VERIFICATION, "verifier", trade=trade)
    with pytest.raises(BadInput, match="集体审议"):
        await act(town, number, Act.APPROVE_CLOSURE, "mayor", trade=trade)
    await act(town, number, Act.APPROVE_CLOSURE, "mayor", trade=trade, meeting="第12次党委会", met_on=TODAY)
    assert (await finding(town, number)).stage is Stage.CLOSED


@pytest.mark.parametrize(
    ("step", "stage", "rung"),
    [
        ("acceptance", Stage.ASSIGNED, "acceptance_overdue"),
        ("review", Stage.PLAN_REVIEW, "plan_overdue"),
        ("verification", Stage.PENDING_VERIFICATION, "verification_overdue"),
        ("closure", Stage.PENDING_CLOSURE, "closure_overdue"),
    ],
)
async def test_each_step_is_late_by_its_own_clock(town: Database, step: str, stage: Stage, rung: str) -> None:
    text = re.sub(rf"(\[steps\.{step}\][^\n]*\n)number = 5\n", r"\1number = 8\n", TEXT)
    trade = await ruled(town, text)
    number = await assigned(town, trade=trade)
    if stage is not Stage.ASSIGNED:
        await act(town, number, Act.ACCEPT, "owner", trade=trade)
    if stage is Stage.PLAN_REVIEW:
        await act(town, number, Act.FILE_PLAN, "owner", trade=trade, measures="1.补记会议记录")
    elif stage in {Stage.PENDING_VERIFICATION, Stage.PENDING_CLOSURE}:
        await rest_of_work(town, number, trade, stage)
    last = add_workdays(TODAY, 8, trade.calendar)
    on_time, late = await written(town, number, trade, last), await written(town, number, trade, after(last))
    assert rung not in on_time
    assert late[rung] == "queued"


async def rest_of_work(db: Database, number: str, trade: Trade, stage: Stage) -> None:
    for what, by, said in (
        (Act.FILE_PLAN, "owner", {"measures": "1.补记会议记录"}),
        (Act.APPROVE_PLAN, "inspector", {}),
        (Act.COMPLETE_MEASURE, "owner", {"measure": 1}),
        (Act.ATTACH_EVIDENCE, "owner", {"files": (FILE,)}),
        (Act.SUBMIT, "owner", {}),
        (Act.PASS_VERIFICATION, "verifier", {}),
    ):
        words: dict[str, Any] = said
        if what is not Act.PASS_VERIFICATION or stage is Stage.PENDING_CLOSURE:
            await act(db, number, what, by, trade=trade, **words)


def after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


async def written(db: Database, number: str, trade: Trade, day: date) -> dict[str, str]:
    """The letters once the watch has been round on that day."""
    async with db.writing("climb") as session:
        await climb(session, await find(session, number), trade, NOW, day)
    return await letters(db, number)


async def test_a_rung_falls_due_on_the_day_the_rules_say_and_goes_to_whom_they_say(town: Database) -> None:
    text = edited(('days_left = 20\nto = ["owner"]', 'days_left = 30\nto = ["liaison"]'))
    trade = await ruled(town, text)
    number = await assigned(town, trade=trade, deadline="2027-01-31")
    await act(town, number, Act.ACCEPT, "owner", trade=trade)
    assert "green_reminder" not in await written(town, number, trade, date(2026, 12, 31))
    assert (await written(town, number, trade, date(2027, 1, 1)))["green_reminder"] == "queued"
    to = (
        "SELECT post.name FROM addressee JOIN letter ON letter.id = letter_id JOIN post ON post.id = post_id "
    )
    assert await asked(town, f"{to} WHERE rung = 'green_reminder'") == ["甲村报账员"]


async def test_a_draft_is_signed_by_those_the_rules_name(town: Database) -> None:
    trade = await ruled(town, edited(('signed_by = ["supervisor"]', 'signed_by = ["approver"]')))
    number = await assigned(town, trade=trade, deadline="2026-11-20")
    await act(town, number, Act.ACCEPT, "owner", trade=trade)
    assert (await written(town, number, trade, date(2026, 11, 27)))["second_order"] == "drafted"
    (letter,) = await asked(town, "SELECT id FROM letter WHERE rung = 'second_order'")
    with pytest.raises(NotAllowed, match="应由其一签发：销号审批人"):
        await signed(town, letter, "verifier", trade)
    await signed(town, letter, "mayor", trade)
    assert (await letters(town, number))["second_order"] == "queued"


async def signed(db: Database, letter: int, by: str, trade: Trade) -> None:
    async with db.writing("sign") as session:
        await sign(session, letter, await account_named(session, by), trade, NOW)


async def test_extensions_are_as_many_and_as_long_as_the_rules_say(town: Database) -> None:
    text = re.sub(
        r"approvals = \[\n.*?\n\]",
        'approvals = [["supervisor"]]',
        own(extensions=1, longest_extension_days=10),
        flags=re.DOTALL,
    )
    trade = await ruled(town, text)
    number = await assigned(town, trade=trade, deadline="2026-12-01")
    await act(town, number, Act.ACCEPT, "owner", trade=trade)
    await act(town, number, Act.FILE_PLAN, "owner", trade=trade, measures="1.补记会议记录")
    await act(town, number, Act.APPROVE_PLAN, "inspector", trade=trade)
    ask: dict[str, Any] = {"reason": "施工受阻", "trade": trade}
    with pytest.raises(BadInput, match="2026-12-11"):
        await act(town, number, Act.REQUEST_EXTENSION, "owner", deadline="2026-12-12", **ask)
    await act(town, number, Act.REQUEST_EXTENSION, "owner", deadline="2026-12-11", **ask)
    await act(town, number, Act.APPROVE_EXTENSION, "verifier", trade=trade)
    assert (await finding(town, number)).deadline == date(2026, 12, 11)
    with pytest.raises(NotAllowed, match="已延期1次"):
        await act(town, number, Act.REQUEST_EXTENSION, "owner", deadline="2026-12-20", **ask)


async def test_the_first_return_calls_for_the_order_and_the_alert_where_the_rules_say_so(
    town: Database,
) -> None:
    trade = await ruled(
        town, edited(("until_order = 2", "until_order = 1"), ("until_alert = 3", "until_alert = 1"))
    )
    number = await assigned(town, trade=trade)
    await to_submission(town, number, trade)
    await act(town, number, Act.RETURN_FOR_REWORK, "verifier", trade=trade, reason="资料缺少村民代表会议记录")
    assert "third_return" in await letters(town, number)
    assert (await written(town, number, trade, TODAY))["quality_order"] == "queued"


async def test_mails_go_out_in_the_hours_of_the_rules_in_force(bare: Database) -> None:
    await upgrade(bare)
    await staff(bare)
    await used(bare, edited(('"08:30"', '"09:00"'), ('"17:30"', '"12:00"')))
    half_past = [datetime(2026, 11, 20, hour - 8, 30, tzinfo=UTC) for hour in (8, 9, 11, 12)]
    assert [await may_write(bare, moment) for moment in half_past] == [False, True, True, False]
