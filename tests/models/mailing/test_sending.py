"""Rounds of sending over several connections, by several senders, past every fault: each mail once."""

import asyncio
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from models.database import Database
from models.mailing import outbox
from models.mailing.mail import Mail, MailState
from models.settings import Settings, SmtpSecurity
from tasks.marks import Marks
from tasks.post import has_work, send_mails, write_mails
from tasks.sending import Round
from tasks.smtp import Sent
from tests.models.mailing.test_letters_and_outbox import QUIET, state
from tests.models.township import NOW, asked, assigned
from tests.smtp_server import LOOPBACK, Reply, Rude, SmtpServer

ELSEWHERE = "elsewhere:1/a"
SOON = 0.3
"""Seconds a test waits for a server that will never answer."""


def through(server: SmtpServer, **more: Any) -> Settings:
    said: dict[str, Any] = {
        "smtp_host": LOOPBACK,
        "smtp_port": server.port,
        "smtp_security": SmtpSecurity.NONE,
    }
    return Settings(_env_file=None, **said | more)


async def heap(db: Database, count: int) -> list[int]:
    """The ids of so many mails, waiting to be sent."""
    person = (await asked(db, "SELECT person_id FROM account WHERE name = 'owner'"))[0]
    mails = [_mail(number, person) for number in range(count)]
    async with db.writing() as session:
        session.add_all(mails)
    return [mail.id or 0 for mail in mails]


def _mail(number: int, person: int) -> Mail:
    message_id = f"<{number}@town.example>"
    return Mail(
        message_id=message_id,
        recipient=f"post{number}@town.example",
        person_id=person,
        language="zh-CN",
        subject="提醒",
        content=f"Message-ID: {message_id}\r\n\r\nletter {number}\r\n".encode(),
        state=MailState.QUEUED,
        next_at=NOW,
        created_at=NOW,
    )


async def states(db: Database) -> Counter[MailState]:
    async with db.reading() as session:
        return Counter(await session.exec(select(col(Mail.state))))


async def mail_of(db: Database, mail_id: int) -> Mail:
    async with db.reading() as session:
        return (await session.exec(select(Mail).where(Mail.id == mail_id))).one()


def arrived(*servers: SmtpServer) -> Counter[str]:
    """How often each Message-ID came in whole."""
    taken = [message for server in servers for message in server.taken]
    return Counter(str(message_from_bytes(x.message)["Message-ID"]) for x in taken)


async def test_a_heap_of_mails_goes_over_several_connections_each_once(town: Database) -> None:
    await heap(town, 30)
    async with SmtpServer() as server:
        assert await send_mails(town, through(server, smtp_connections=4), NOW) == 30
        assert server.connections == 4
    assert set(arrived(server).values()) == {1}
    assert await states(town) == {MailState.SENT: 30}


async def test_a_single_mail_needs_a_single_connection(town: Database) -> None:
    await heap(town, 1)
    async with SmtpServer() as server:
        await send_mails(town, through(server), NOW)
        assert server.connections == 1


async def test_more_than_one_claim_is_sent_in_one_round(town: Database) -> None:
    await heap(town, 130)
    async with SmtpServer() as server:
        assert await send_mails(town, through(server), NOW) == 130
    assert set(arrived(server).values()) == {1}


async def test_a_server_that_wants_one_connection_gets_one_and_no_mail_waits(town: Database) -> None:
    await heap(town, 12)
    too_many = ["421 4.7.0 too many connections"] * 3
    async with SmtpServer({"CONNECT": ["220 welcome", *too_many]}) as server:
        assert await send_mails(town, through(server, smtp_connections=4), NOW) == 12
    assert await asked(town, "SELECT DISTINCT attempts FROM mail") == [1]
    assert set(arrived(server).values()) == {1}


BANNERS: list[Reply] = ["421 4.3.2 too busy", "554 5.0.0 no mail service here", Rude.DROP, Rude.HANG]


@pytest.mark.parametrize("banner", BANNERS)
async def test_a_server_that_serves_nobody_keeps_all_mails_waiting(town: Database, banner: Reply) -> None:
    await heap(town, 12)
    async with SmtpServer({"CONNECT": [banner] * 4}) as server:
        assert await send_mails(town, through(server, smtp_timeout=SOON), NOW) == 0
        assert await states(town) == {MailState.QUEUED: 12}
        assert sorted(await asked(town, "SELECT attempts FROM mail"))[-2:] == [0, 1], "one mail was tried"
        assert await send_mails(town, through(server), NOW + timedelta(minutes=2)) == 12
    assert set(arrived(server).values()) == {1}


async def test_nobody_listening_keeps_all_mails_waiting(town: Database) -> None:
    await heap(town, 3)
    async with SmtpServer() as server:
        gone = through(server)
    assert await send_mails(town, gone, NOW) == 0
    assert await states(town) == {MailState.QUEUED: 3}


async def test_mails_refused_because_of_our_own_address_are_never_given_up(town: Database) -> None:
    await heap(town, 3)
    now = NOW
    async with SmtpServer({"MAIL": ["550 5.7.1 sender rejected"] * 40}) as server:
        for _ in range(10):
            assert await send_mails(town, through(server), now) == 0
            now += timedelta(days=1)
    assert await states(town) == {MailState.QUEUED: 3}
    notes = await asked(town, "SELECT DISTINCT note FROM mail")
    assert all("RECTIFY_MAIL_FROM" in note for note in notes)


HANGS = ("EHLO", "MAIL", "RCPT", "DATA")


@pytest.mark.parametrize("verb", HANGS)
async def test_a_server_that_hangs_is_not_waited_for_and_asked_again_later(town: Database, verb: str) -> None:
    await heap(town, 1)
    async with SmtpServer({verb: [Rude.HANG]}) as server:
        assert await send_mails(town, through(server, smtp_timeout=SOON), NOW) == 0
        assert await states(town) == {MailState.QUEUED: 1}
        assert await send_mails(town, through(server), NOW + timedelta(minutes=2)) == 1
    assert arrived(server) == {"<0@town.example>": 1}


async def test_put_off_and_then_taken_is_sent_once_under_the_same_id(town: Database) -> None:
    await heap(town, 1)
    async with SmtpServer({"RCPT": ["451 4.7.1 greylisted"], ".": ["451 4.3.0 later"]}) as server:
        for minutes in (0, 2, 10):
            await send_mails(town, through(server), NOW + timedelta(minutes=minutes))
    assert arrived(server) == {"<0@town.example>": 2}, "handed over twice, taken the second time"
    assert await states(town) == {MailState.SENT: 1}


async def test_a_server_that_dies_in_the_middle_loses_nothing_and_gets_nothing_twice(town: Database) -> None:
    await heap(town, 40)
    fate: dict[str, Sequence[Reply]] = {
        ".": ["250 ok"] * 9 + [Rude.DROP, Rude.RESET],
        "CONTENT": [""] * 12 + [Rude.RESET],
        "CONNECT": ["220 welcome"] * 4 + [Rude.DROP] * 50,
        "RCPT": ["250 ok"] * 14 + [Rude.DROP] * 50,
    }
    async with SmtpServer(fate) as dying:
        accepted = await send_mails(town, through(dying, smtp_connections=4), NOW)
    first = await states(town)
    assert first[MailState.SENT] == accepted
    assert first[MailState.IN_DOUBT] == 3
    assert first[MailState.SENT] + first[MailState.IN_DOUBT] + first[MailState.QUEUED] == 40
    async with SmtpServer() as healthy:
        await send_mails(town, through(healthy), NOW + timedelta(hours=1))
    assert set(arrived(dying, healthy).values()) == {1}
    assert await states(town) == {MailState.SENT: 37, MailState.IN_DOUBT: 3}


async def test_many_senders_at_one_outbox_send_each_mail_once(town: Database) -> None:
    await heap(town, 120)
    machines = [Database(town.url) for _ in range(4)]
    async with SmtpServer() as server:
        sent = await asyncio.gather(*(send_mails(db, through(server), NOW) for db in machines))
    for machine in machines:
        await machine.close()
    assert sum(sent) == 120
    assert (len(arrived(server)), set(arrived(server).values())) == (120, {1})


@pytest.fixture
def dead() -> str:
    """A sender on this machine whose process is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return f"{socket.gethostname()}:{process.pid}/a"


async def hold(db: Database, by: str, *, begun: Sequence[int] = (), now: datetime = NOW) -> None:
    """As far as a sender came before it died: all claimed, and these begun."""
    async with db.writing() as session:
        await outbox.claim(session, by, now, 100)
    async with db.writing() as session:
        assert await outbox.begin_data(session, begun, by, now) == set(begun)


async def test_what_a_dead_sender_held_is_sent_at_once_or_in_doubt_at_once(town: Database, dead: str) -> None:
    first, *_ = await heap(town, 5)
    await hold(town, dead, begun=[first])
    assert await has_work(town, NOW)
    async with SmtpServer() as server:
        assert await send_mails(town, through(server), NOW) == 4
    assert await states(town) == {MailState.SENT: 4, MailState.IN_DOUBT: 1}
    assert "<0@town.example>" not in arrived(server)
    assert (await mail_of(town, first)).note


async def test_what_an_earlier_round_of_this_process_left_is_taken_up_at_once(town: Database) -> None:
    await heap(town, 2)
    async with SmtpServer() as server:
        cut_short = Round(town, through(server), NOW)
        await hold(town, cut_short.by)
        assert await send_mails(town, through(server), NOW) == 2


async def test_a_sender_elsewhere_is_left_its_mails_for_a_quarter_of_an_hour(town: Database) -> None:
    await heap(town, 3)
    await hold(town, ELSEWHERE)
    async with SmtpServer() as server:
        assert not await has_work(town, NOW + timedelta(minutes=14))
        assert await send_mails(town, through(server), NOW + timedelta(minutes=14)) == 0
        assert await send_mails(town, through(server), NOW + timedelta(minutes=16)) == 3


async def test_a_slow_sender_begins_no_mail_that_another_took_over(town: Database) -> None:
    mail, *_ = await heap(town, 1)
    await hold(town, ELSEWHERE)
    later = NOW + timedelta(minutes=16)
    async with town.writing() as session:
        await outbox.recover(session, later)
        await outbox.claim(session, "third:1/c", later, 10)
    async with town.writing() as session:
        assert await outbox.begin_data(session, [mail], ELSEWHERE, later) == set()
        assert await outbox.begin_data(session, [mail], "third:1/c", later) == {mail}


async def test_a_begun_mail_has_its_quarter_of_an_hour_from_its_beginning(town: Database) -> None:
    mail, *_ = await heap(town, 1)
    await hold(town, ELSEWHERE)
    async with town.writing() as session:
        await outbox.begin_data(session, [mail], ELSEWHERE, NOW + timedelta(minutes=14))
    async with town.writing() as session:
        assert await outbox.recover(session, NOW + timedelta(minutes=16)) == 0


async def test_a_late_answer_settles_a_mail_in_doubt(town: Database) -> None:
    mail, *_ = await heap(town, 1)
    await hold(town, ELSEWHERE, begun=[mail])
    async with town.writing() as session:
        await outbox.recover(session, NOW + timedelta(minutes=16))
    assert await states(town) == {MailState.IN_DOUBT: 1}
    async with town.writing() as session:
        await outbox.sent(session, {mail: "250 ok"}, NOW)
    assert await states(town) == {MailState.SENT: 1}


async def test_a_late_failure_changes_no_mail_that_is_another_senders(town: Database) -> None:
    mail, *_ = await heap(town, 1)
    await hold(town, ELSEWHERE)
    async with town.writing() as session:
        await outbox.ended(session, mail, "third:1/c", MailState.FAILED, "550")
        await outbox.again(session, mail, "third:1/c", NOW, "450")
    assert (await mail_of(town, mail)).state is MailState.CLAIMED


async def test_a_stopped_round_ends_what_is_under_way_and_gives_back_the_rest(town: Database) -> None:
    await heap(town, 50)
    async with SmtpServer({"RCPT": ["250 ok"] * 10 + [Rude.HANG] * 40}) as server:
        config = through(server, smtp_connections=2, smtp_timeout=SOON)
        sending = asyncio.create_task(send_mails(town, config, NOW))
        while sum(command.startswith("RCPT") for command in server.commands) < 12:
            await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert await states(town) == {MailState.SENT: 10, MailState.QUEUED: 40}
    assert await asked(town, "SELECT count(*) FROM mail WHERE claimed_by != '' AND state = 'queued'") == [0]


async def test_a_round_that_has_lasted_long_enough_begins_no_more(town: Database) -> None:
    await heap(town, 5)
    async with SmtpServer() as server:
        assert await send_mails(town, through(server), NOW, within=0) == 0
        assert server.taken == []
    assert await states(town) == {MailState.QUEUED: 5}


async def test_notes_that_come_together_share_a_commit(town: Database) -> None:
    mails = await heap(town, 6)
    await hold(town, ELSEWHERE)
    commits: list[object] = []

    def count(connection: object) -> None:
        commits.append(connection)

    event.listen(town.engine.sync_engine, "commit", count)
    try:
        marks = Marks(town, ELSEWHERE, lambda: NOW)
        assert await asyncio.gather(*(marks.begin(mail) for mail in mails)) == [True] * 6
    finally:
        event.remove(town.engine.sync_engine, "commit", count)
    assert len(commits) == 1
    assert await states(town) == {MailState.DATA: 6}


async def test_a_note_answers_only_once_it_is_stored(town: Database) -> None:
    mails = await heap(town, 2)
    await hold(town, ELSEWHERE, begun=mails[:1])
    marks = Marks(town, ELSEWHERE, lambda: NOW)
    told = marks.end(mails[0], Sent("250 ok"))
    assert not told.done()
    await told
    assert (await mail_of(town, mails[0])).state is MailState.SENT
    assert not await marks.begin(mails[0]), "what is sent is not begun again"


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
async def test_two_mails_of_one_letter_ending_at_one_moment_end_the_letter(
    pg_town: Database, order: tuple[str, str]
) -> None:
    await assigned(pg_town)
    await write_mails(pg_town, QUIET, NOW)
    await hold(pg_town, ELSEWHERE)
    async with pg_town.reading() as session:
        mails = list(await session.exec(select(Mail.id).order_by(col(Mail.id))))
    one, other = (mails[("first", "second").index(which)] or 0 for which in order)
    async with pg_town.writing() as session:
        await outbox.sent(session, {one: "250"}, NOW)
        meanwhile = asyncio.create_task(_sent(pg_town, other))
        while not meanwhile.done() and not await _somebody_waits(pg_town):
            await asyncio.sleep(0)
    await meanwhile
    assert await state(pg_town) == "sent"


async def _sent(db: Database, mail_id: int) -> None:
    async with db.writing() as session:
        await outbox.sent(session, {mail_id: "250"}, NOW)


async def _somebody_waits(db: Database) -> bool:
    return bool(await asked(db, "SELECT 1 FROM pg_locks WHERE NOT granted"))
