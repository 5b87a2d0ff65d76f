"""From letters to mails to mailboxes: once, to whoever holds the post that day, and never blindly twice."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from sqlmodel import col, select

from models.database import Database
from models.ledger import find
from models.mailing import outbox
from models.mailing.letters import climb
from models.mailing.mail import Letter, Mail, MailState
from models.settings import Settings, SmtpSecurity
from models.staff import staffing
from policy.stages import Act, Stage
from tasks.post import has_work, send_mails, write_mails
from tasks.watch import climb_due
from tests.models.township import (
    LIFE,
    NOW,
    TODAY,
    TRADE,
    act,
    asked,
    assigned,
    brought_to,
    change,
    finding,
    holders,
    letters,
)
from tests.smtp_server import LOOPBACK, Rude, SmtpServer

QUIET = Settings(_env_file=None)
AWAY = "other:2026-11-23..2026-11-24"
STRIPPED = "DELETE FROM appointment WHERE person_id = (SELECT person_id FROM account WHERE name = 'owner')"
HOLDING = ("unit", "post", "roles", "person", "account", "mailbox", "from", "substitute")


def through(server: SmtpServer) -> Settings:
    return Settings(
        _env_file=None, smtp_host=LOOPBACK, smtp_port=server.port, smtp_security=SmtpSecurity.NONE
    )


async def mails(db: Database) -> list[Mail]:
    async with db.reading() as session:
        return list(await session.exec(select(Mail).order_by(col(Mail.id))))


async def mailed(db: Database, now: datetime = NOW) -> list[str]:
    """Who is written to in one round."""
    before = len(await mails(db))
    await write_mails(db, QUIET, now)
    return sorted(mail.recipient for mail in (await mails(db))[before:])


def text(mail: Mail) -> str:
    body = message_from_bytes(mail.content, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def state(db: Database, rung: str = "assignment") -> str:
    return str((await asked(db, "SELECT state FROM letter WHERE rung = :rung", rung=rung))[0])


async def note(db: Database, rung: str = "assignment") -> str:
    return str((await asked(db, "SELECT note FROM letter WHERE rung = :rung", rung=rung))[0])


async def employ(db: Database, line: str, today: date = TODAY) -> None:
    done = await staffing.take_in(db, holders(line, HOLDING), today)
    assert not done.errors


async def test_letters_to_one_person_on_one_day_are_one_mail(town: Database) -> None:
    numbers = [await assigned(town), await assigned(town)]
    assert await mailed(town) == ["clerk@village.example", "owner@village.example"]
    for mail in await mails(town):
        assert all(number in text(mail) for number in numbers)
    assert await mailed(town) == []


async def test_a_letter_to_two_posts_of_one_person_is_said_once(town: Database) -> None:
    await employ(town, "甲村党支部,甲村村委会主任,unit_head,甲书记,owner,,,")
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-20")
    await mailed(town)
    later = NOW + timedelta(days=3)
    await climb_due(town, later)
    assert (await mailed(town, later)).count("owner@village.example") == 1
    last = [mail for mail in await mails(town) if mail.recipient == "owner@village.example"][-1]
    assert last.subject.count(number) == 1


async def test_a_substitute_for_one_of_two_posts_is_told_for_that_one(town: Database) -> None:
    await employ(town, "甲村党支部,甲村村委会主任,unit_head,甲书记,owner,,,")
    await employ(
        town, "甲村党支部,甲村党支部书记,owner;party_head,甲书记,owner,,,other:2026-11-23..2026-11-24"
    )
    await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-20")
    await mailed(town)
    later = NOW + timedelta(days=3)
    await climb_due(town, later)
    await mailed(town, later)
    sql = """SELECT recipient FROM addressee JOIN mail ON mail.id = mail_id
             JOIN letter ON letter.id = letter_id JOIN post ON post.id = post_id
             WHERE rung = 'red_order' AND post.name = :post"""
    assert await asked(town, sql, post="甲村党支部书记") == ["other@village.example"]
    assert await asked(town, sql, post="甲村村委会主任") == ["owner@village.example"]


async def test_a_letter_to_a_vacant_post_waits_and_goes_out_once_somebody_holds_it(town: Database) -> None:
    await assigned(town)
    await change(town, STRIPPED)
    await mailed(town)
    assert (await state(town), await note(town)) == ("queued", "岗位空缺：甲村党支部书记")
    await mailed(town)
    assert not [mail for mail in await mails(town) if mail.recipient == "owner@village.example"]
    await employ(town, "甲村党支部,甲村党支部书记,owner,丙书记,bing,bing@village.example,,")
    assert await has_work(town, NOW)
    assert await mailed(town) == ["bing@village.example"]
    assert await note(town) == ""


async def test_a_letter_that_waits_keeps_nobody_at_work(town: Database) -> None:
    await change(town, "UPDATE account SET mailbox = '' WHERE name = 'clerk'")
    await assigned(town)
    async with SmtpServer() as server:
        for _ in range(2):
            await write_mails(town, QUIET, NOW)
            await send_mails(town, through(server), NOW)
    assert not await has_work(town, NOW)


async def test_whoever_has_no_mailbox_is_noted(town: Database) -> None:
    await change(town, "UPDATE account SET mailbox = '' WHERE name = 'owner'")
    await assigned(town)
    await mailed(town)
    assert await note(town) == "无邮箱：甲村党支部书记"


async def test_letters_that_wait_hold_up_no_other(town: Database) -> None:
    await change(town, "UPDATE account SET mailbox = '' WHERE name IN ('owner', 'clerk')")
    for _ in range(3):
        await assigned(town)
    await mailed(town)
    await brought_to(town, Stage.PLAN_REVIEW)
    async with town.reading() as session:
        found, _ = await outbox.piles(session, NOW, limit=4)
    assert [pile.account.name for pile in found] == ["inspector"]


async def test_the_letter_goes_to_the_substitute_of_the_day(town: Database) -> None:
    await employ(town, "甲村党支部,甲村党支部书记,owner,甲书记,owner,,,other:2026-11-20..2026-11-20")
    await assigned(town)
    assert await mailed(town) == ["clerk@village.example", "other@village.example"]


EVENING = NOW.replace(hour=9, minute=30)  # half past five at the office
MORNING = NOW.replace(hour=0, minute=30)  # half past eight


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (MORNING - timedelta(minutes=1), False),
        (MORNING, True),
        (EVENING - timedelta(minutes=1), True),
        (EVENING, False),
        (NOW + timedelta(days=1), False),  # a Saturday
        (datetime(2026, 10, 10, 2, 0, tzinfo=UTC), True),  # a Saturday that is worked
        (datetime(2026, 10, 7, 2, 0, tzinfo=UTC), False),  # a Wednesday in the holidays
    ],
)
async def test_mail_goes_out_in_office_hours_of_working_days(
    town: Database, moment: datetime, is_open: bool
) -> None:
    await assigned(town)
    assert bool(await mailed(town, moment)) is is_open


async def test_what_was_written_before_closing_is_not_sent_after_it(town: Database) -> None:
    await assigned(town)
    await mailed(town)
    async with SmtpServer() as server:
        assert await send_mails(town, through(server), EVENING) == 0
        assert not await has_work(town, EVENING)
        assert await has_work(town, MORNING + timedelta(days=3))
        assert await send_mails(town, through(server), MORNING + timedelta(days=3)) == 2


async def test_a_red_letter_keeps_the_day_it_was_recorded_on(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-20")
    await mailed(town)
    saturday, monday = NOW + timedelta(days=1), NOW + timedelta(days=3)
    await climb_due(town, saturday)
    assert await mailed(town, saturday) == []
    assert "owner@village.example" in await mailed(town, monday)
    assert (await mails(town))[-1].subject.startswith("【红色督办】")
    async with town.reading() as session:
        red = (await session.exec(select(Letter).where(Letter.rung == "red_order"))).one()
    assert (red.finding, red.due_on) == (number, date(2026, 11, 21))


async def test_a_confidential_finding_shows_its_number_only(town: Database) -> None:
    number = await assigned(town, confidential=True)
    await mailed(town)
    for mail in await mails(town):
        assert number in mail.subject
        assert "议事记录不全" not in mail.subject + text(mail)


async def test_what_the_server_took_is_sent_and_the_letter_follows(town: Database) -> None:
    await assigned(town)
    await write_mails(town, QUIET, NOW)
    assert await state(town) == "queued"
    async with SmtpServer() as server:
        assert await send_mails(town, through(server), NOW) == 2
        assert await send_mails(town, through(server), NOW) == 0
        assert sorted(x.recipients[0] for x in server.taken) == [
            "clerk@village.example",
            "owner@village.example",
        ]
    assert {mail.state for mail in await mails(town)} == {MailState.SENT}
    assert all(mail.sent_at for mail in await mails(town))
    assert await state(town) == "sent"


async def test_the_bytes_that_arrive_are_the_bytes_that_were_stored(town: Database) -> None:
    await assigned(town)
    await write_mails(town, QUIET, NOW)
    async with SmtpServer() as server:
        await send_mails(town, through(server), NOW)
        stored = {mail.message_id for mail in await mails(town)}
        assert {message_from_bytes(x.message)["Message-ID"] for x in server.taken} == stored


async def test_without_a_mail_server_mails_wait(town: Database) -> None:
    await assigned(town)
    await write_mails(town, QUIET, NOW)
    assert await send_mails(town, QUIET, NOW) == 0
    assert {mail.state for mail in await mails(town)} == {MailState.QUEUED}


async def test_a_letter_is_sent_once_its_copies_are(town: Database) -> None:
    await one_mail(town)
    async with SmtpServer() as server:
        await send_mails(town, through(server), NOW)
        assert (await state(town), await note(town)) == ("queued", "无邮箱：甲村报账员")
        await employ(town, "甲村党支部,甲村报账员,liaison,甲报账员,clerk,clerk@village.example,,")
        assert await mailed(town) == ["clerk@village.example"]
        await send_mails(town, through(server), NOW)
    assert (await state(town), await note(town)) == ("sent", "")


async def test_a_refused_mail_is_final_and_shown(town: Database) -> None:
    await one_mail(town)
    async with SmtpServer({"RCPT": ["550 5.1.1 no such user"]}) as server:
        await send_mails(town, through(server), NOW)
        await send_mails(town, through(server), NOW + timedelta(days=1))
        assert server.taken == []
    (mail,) = await mails(town)
    assert mail.state is MailState.FAILED
    assert mail.note
    assert await state(town) == "failed"


async def one_mail(db: Database) -> Mail:
    """A single mail, written and waiting; the copy has nowhere to go."""
    await change(db, "UPDATE account SET mailbox = '' WHERE name = 'clerk'")
    await assigned(db)
    await write_mails(db, QUIET, NOW)
    (mail,) = await mails(db)
    return mail


async def sole_mail(db: Database) -> Mail:
    """A single mail, written and waiting, of a letter without copies."""
    await change(db, "DELETE FROM post_role WHERE role = 'liaison'")
    return await one_mail(db)


async def test_what_is_put_off_is_tried_again_after_growing_pauses(town: Database) -> None:
    await one_mail(town)
    now, pauses = NOW, []
    async with SmtpServer({"RCPT": ["450 4.2.0 busy"] * 6}) as server:
        for _ in range(5):
            await send_mails(town, through(server), now)
            (mail,) = await mails(town)
            pauses.append((mail.next_at - now) // timedelta(minutes=1))
            now = mail.next_at
    assert pauses == [1, 5, 30, 60, 60]
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 5)


async def test_after_five_days_a_mail_is_given_up(town: Database) -> None:
    await one_mail(town)
    async with SmtpServer({"RCPT": ["450 4.2.0 busy"] * 2}) as server:
        await send_mails(town, through(server), NOW + timedelta(days=4, hours=23))
        assert (await mails(town))[0].state is MailState.QUEUED
        await send_mails(town, through(server), NOW + timedelta(days=5, hours=2))
    (mail,) = await mails(town)
    assert mail.state is MailState.FAILED
    assert mail.note.startswith("五日内未能送达")
    assert await state(town) == "failed"


async def doubtful(db: Database) -> Mail:
    """A mail whose server had all of it and then said nothing."""
    await sole_mail(db)
    async with SmtpServer({".": [Rude.DROP]}) as server:
        await send_mails(db, through(server), NOW)
        assert len(server.taken) == 1
    (mail,) = await mails(db)
    assert mail.state is MailState.IN_DOUBT
    return mail


async def settled(db: Database, mail: Mail, *, arrived: bool) -> bool:
    async with db.writing() as session:
        return await outbox.settle(session, mail.id or 0, NOW, arrived=arrived, by="verifier")


async def test_a_mail_in_doubt_is_never_sent_again_by_itself(town: Database) -> None:
    await doubtful(town)
    assert await state(town) == "in_doubt"
    async with SmtpServer() as server:
        for days in (0, 1, 6):
            await write_mails(town, QUIET, NOW + timedelta(days=days))
            await send_mails(town, through(server), NOW + timedelta(days=days))
        assert server.taken == []


async def test_a_person_may_say_that_it_arrived(town: Database) -> None:
    mail = await doubtful(town)
    assert await settled(town, mail, arrived=True)
    assert await state(town) == "sent"
    assert "verifier" in (await mails(town))[0].note
    assert not await settled(town, mail, arrived=False)


async def test_or_that_it_is_to_be_sent_once_more_under_the_same_id(town: Database) -> None:
    mail = await doubtful(town)
    assert await settled(town, mail, arrived=False)
    async with SmtpServer() as server:
        assert await send_mails(town, through(server), NOW) == 1
        assert message_from_bytes(server.taken[0].message)["Message-ID"] == mail.message_id
    assert await state(town) == "sent"


async def claimed(db: Database, mail: Mail, *, bytes_out: bool, by: str = "elsewhere:1/a") -> None:
    """As far as a sender came before it died."""
    async with db.writing() as session:
        assert mail.id in {taken.id for taken in await outbox.claim(session, by, NOW, 10)}
    async with db.writing() as session:
        assert not bytes_out or await outbox.begin_data(session, [mail.id or 0], by, NOW)


@pytest.mark.parametrize(("bytes_out", "after"), [(False, MailState.QUEUED), (True, MailState.IN_DOUBT)])
async def test_a_dead_senders_mail_is_queued_again_or_in_doubt(
    town: Database, bytes_out: bool, after: MailState
) -> None:
    mail = await one_mail(town)
    await claimed(town, mail, bytes_out=bytes_out)
    async with town.writing() as session:
        assert await outbox.recover(session, NOW + timedelta(minutes=14)) == 0
    assert await has_work(town, NOW + timedelta(minutes=16))
    async with town.writing() as session:
        assert await outbox.recover(session, NOW + timedelta(minutes=16)) == 1
    assert (await mails(town))[0].state is after


async def test_a_claimed_mail_is_one_senders(town: Database) -> None:
    mail = await one_mail(town)
    await claimed(town, mail, bytes_out=False)
    async with town.writing() as session:
        assert await outbox.claim(session, "elsewhere:2/b", NOW, 10) == []
    async with SmtpServer() as server:
        assert await send_mails(town, through(server), NOW) == 0
        assert server.taken == []


async def test_two_writers_at_once_write_one_mail(town: Database) -> None:
    await assigned(town)
    await asyncio.gather(*(write_mails(town, QUIET, NOW) for _ in range(3)))
    assert [mail.recipient for mail in await mails(town)].count("owner@village.example") == 1
    assert len(await mails(town)) == 2


async def test_two_senders_at_once_send_each_mail_once(town: Database) -> None:
    for _ in range(3):
        await one_mail_more(town)
    async with SmtpServer() as server:
        sent = await asyncio.gather(*(send_mails(town, through(server), NOW) for _ in range(2)))
        ids = [message_from_bytes(x.message)["Message-ID"] for x in server.taken]
    assert sum(sent) == len(ids) == len(set(ids)) == 6


async def one_mail_more(db: Database) -> None:
    await assigned(db)
    await write_mails(db, QUIET, NOW)


async def test_two_climbs_at_once_write_each_letter_once(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-30")
    written = await asyncio.gather(*(climb_due(town, NOW) for _ in range(3)))
    assert sum(written) == 1
    assert (await letters(town, number))["yellow_reminder"] == "queued"


async def test_a_moot_letters_mail_is_taken_back_and_its_other_letters_go_anew(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-30")
    await act(town, number, Act.REQUEST_EXTENSION, "owner", reason="雨季", deadline="2026-12-31")
    await climb_due(town, NOW)
    await mailed(town)
    await act(town, number, Act.APPROVE_EXTENSION, "verifier")
    await act(town, number, Act.APPROVE_EXTENSION, "mayor")
    assert (await letters(town, number))["yellow_reminder"] == "cancelled"
    old = [mail for mail in await mails(town) if mail.state is MailState.CANCELLED]
    assert "owner@village.example" in {mail.recipient for mail in old}
    assert "owner@village.example" in await mailed(town)
    assert "距时限10日" not in text((await mails(town))[-1])
    assert {m.state for m in await mails(town) if m not in old} >= {MailState.QUEUED}


async def test_a_mail_on_its_way_is_not_taken_back(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-30")
    await mailed(town)
    async with SmtpServer() as server:
        await send_mails(town, through(server), NOW)
    await climb_due(town, NOW)
    await mailed(town)
    async with town.writing() as session:
        taken = await outbox.claim(session, "elsewhere:1/a", NOW, 10)
        await outbox.begin_data(session, [mail.id or 0 for mail in taken], "elsewhere:1/a", NOW)
    for what, by, said, _ in LIFE[4:]:
        await act(town, number, what, by, **said)
    assert (await letters(town, number))["yellow_reminder"] == "queued"
    assert MailState.CANCELLED not in {mail.state for mail in await mails(town)}


async def reminded(db: Database) -> str:
    """A finding whose yellow reminder waits in a mail to its owner, beside no other letter."""
    number = await brought_to(db, Stage.IN_PROGRESS, deadline="2026-11-30")
    await mailed(db)
    async with SmtpServer() as server:
        await send_mails(db, through(server), NOW)
    await climb_due(db, NOW)
    await mailed(db)
    assert "owner@village.example" in await waiting(db)
    return number


async def waiting(db: Database) -> list[str]:
    """Who is to get a mail yet."""
    return [x.recipient for x in await mails(db) if x.state in {MailState.QUEUED, MailState.CLAIMED}]


async def submitted(db: Database, number: str) -> None:
    for what, by, said, _ in LIFE[4:8]:
        await act(db, number, what, by, **said)


@pytest.mark.parametrize("is_claimed", [False, True])
async def test_a_reminder_that_has_not_left_does_not_go_after_the_submission(
    town: Database, is_claimed: bool
) -> None:
    number = await reminded(town)
    if is_claimed:
        async with town.writing() as session:
            assert await outbox.claim(session, "elsewhere:1/a", NOW, 10)
    await submitted(town, number)
    assert (await letters(town, number))["yellow_reminder"] == "cancelled"
    assert "owner@village.example" not in await waiting(town)
    async with town.writing() as session:
        begun = [x.id or 0 for x in await mails(town)]
        assert await outbox.begin_data(session, begun, "elsewhere:1/a", NOW) == set()
    async with SmtpServer() as server:
        await mailed(town)
        await send_mails(town, through(server), NOW)
        sent_to_owner = [x for x in server.taken if x.recipients == ("owner@village.example",)]
    assert not sent_to_owner


async def test_a_reminder_cancelled_by_a_submission_goes_once_that_is_taken_back(town: Database) -> None:
    number = await reminded(town)
    await submitted(town, number)
    await act(town, number, Act.TAKE_BACK, "owner", reason="漏附照片")
    assert await climb_due(town, NOW) == 1
    assert (await letters(town, number))["yellow_reminder"] == "queued"
    assert "owner@village.example" in await mailed(town)
    async with SmtpServer() as server:
        await send_mails(town, through(server), NOW)
        to_owner = [x for x in server.taken if x.recipients == ("owner@village.example",)]
    assert len(to_owner) == 1
    assert (await letters(town, number))["yellow_reminder"] == "sent"


async def test_the_copies_of_a_moot_letter_stay_here_though_its_owner_has_it(town: Database) -> None:
    number = await reminded(town)
    async with town.writing() as session:
        held = await outbox.claim(session, "elsewhere:1/a", NOW, 10)
    mine = [x.id or 0 for x in held if x.recipient == "owner@village.example"]
    assert len(held) > len(mine) == 1
    async with town.writing() as session:
        await outbox.begin_data(session, mine, "elsewhere:1/a", NOW)
    await submitted(town, number)
    assert MailState.CANCELLED in {x.state for x in await mails(town)}
    async with town.writing() as session:
        await outbox.sent(session, {mine[0]: "250"}, NOW)
    assert (await letters(town, number))["yellow_reminder"] == "sent"
    assert [x.id for x in await mails(town) if x.state in {MailState.QUEUED, MailState.CLAIMED}] == []


SIGNED: dict[str, Any] = {"deadline": "2026-10-16", "discovered_on": "2026-07-20"}


async def test_drafts_are_put_into_no_mail(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, datetime(2026, 8, 3, 2, 0, tzinfo=UTC), **SIGNED)
    await climb_due(town, NOW)
    await mailed(town)
    sql = "SELECT letter.state FROM letter JOIN addressee ON letter_id = letter.id WHERE mail_id IS NOT NULL"
    assert "drafted" not in await asked(town, sql)
    assert (await letters(town, number))["interview"] == "drafted"


async def test_a_second_red_order_in_a_unit_brings_the_interview_forward(town: Database) -> None:
    first = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-20")
    second = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-24")
    monday, wednesday = NOW + timedelta(days=3), NOW + timedelta(days=5)
    await climb_due(town, monday)
    await mailed(town, monday)
    async with SmtpServer() as server:
        await send_mails(town, through(server), monday)
    await climb_due(town, wednesday)
    assert (await letters(town, second))["interview"] == "drafted"
    assert "interview" not in await letters(town, first)


async def test_a_climb_notes_the_next_day_to_look(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-30")
    async with town.writing() as session:
        assert await climb(session, await find(session, number), TRADE, NOW, TODAY) == 1
    assert (await finding(town, number)).next_look_on == date(2026, 12, 1)
