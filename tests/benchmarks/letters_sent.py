"""10,000 mails from the outbox to a mail server: ours, and one connection per mail, one at a time.

Both sides send the same rows under the same promise: claimed, begun and sent are each committed, begun before
the last bytes go out and sent after the server's 250. The server is a sink in a process of its own.
"""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from sqlalchemy import insert, text

from models.database import Database
from models.mailing import outbox
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.settings import Settings, SmtpSecurity
from models.upgrade import upgrade
from policy.escalation import LetterState
from policy.refusals import Language
from policy.stages import Stage
from tasks.letters.compose import compose
from tasks.letters.facts import LetterFacts, MailFacts
from tasks.post import send_mails
from tasks.processes import holder
from tasks.smtp import MailServer, Sent, access
from tests.benchmarks.measured import Figure, Measured, median
from tests.benchmarks.smtp_sink import LOOPBACK, Running, running
from tests.models import township

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
COUNT = int(os.environ.get("RECTIFY_BENCH_MAILS", "10000"))
Sending = Callable[[Database, Settings, int], Awaitable[None]]


def measure(quick: bool = False) -> list[Figure]:
    count, part, times = (40, 20, 1) if quick else (COUNT, max(1, COUNT // 5), 3)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(times):
        ours.append(_rate(as_we_do, count, count))
        theirs.append(_rate(one_by_one, count, part))
    return [
        Measured(
            what=f"{count:,} mails through a local mail server",
            ours=median(ours),
            against="one connection per mail, one at a time, the same outbox and the same commits",
            theirs=median(theirs),
            wanted=3,
            unit="mails/s",
            better="more",
            note=f"SQLite; {Settings(_env_file=None).smtp_connections} connections; "
            f"the other side sends {part:,} of them; median of {times}",
        )
    ]


def _rate(sending: Sending, count: int, part: int) -> float:
    """Mails a second, of an outbox of `count`, sending `part` of it."""
    with running() as sink:
        rate = asyncio.run(_timed(sending, sink, count, part))
    if sink.taken != part:
        raise RuntimeError(f"{part} mails were sent and {sink.taken} arrived")
    return rate


async def _timed(sending: Sending, sink: Running, count: int, part: int) -> float:
    config = Settings(
        _env_file=None, smtp_host=LOOPBACK, smtp_port=sink.port, smtp_security=SmtpSecurity.NONE
    )
    with tempfile.TemporaryDirectory(prefix="rectify-letters-") as folder:
        db = Database(f"sqlite+aiosqlite:///{Path(folder) / 'rectify.db'}")
        await _fill(db, count)
        began = perf_counter()
        await sending(db, config, part)
        took = perf_counter() - began
        await _is_as_told(db, part)
        await db.close()
    return part / took


async def as_we_do(db: Database, config: Settings, _part: int) -> None:
    await send_mails(db, config, NOW)


async def one_by_one(db: Database, config: Settings, part: int) -> None:
    by = f"{holder()}/one-by-one"
    for _ in range(part):
        async with db.writing("mail_claimed") as session:
            (mail,) = await outbox.claim(session, by, NOW, 1)
        async with MailServer(access(config)) as server:
            await _send(db, server, config, by, mail)


async def _send(db: Database, server: MailServer, config: Settings, by: str, mail: Mail) -> None:
    async def begun() -> None:
        async with db.writing("mail_data") as session:
            await outbox.begin_data(session, [mail.id or 0], by, NOW)

    outcome = await server.send(config.mail_from, mail.recipient, mail.content, before_data=begun)
    if not isinstance(outcome, Sent):
        raise RuntimeError(f"the sink did not take it: {outcome}")
    async with db.writing("mail_recorded") as session:
        await outbox.sent(session, {mail.id or 0: outcome.reply}, NOW)


async def _is_as_told(db: Database, part: int) -> None:
    """Neither side is quick by leaving something out: mails and letters are stored as sent."""
    for table in ("mail", "letter"):
        found = await township.asked(db, f"SELECT count(*) FROM {table} WHERE state = 'sent'")
        if found != [part]:
            raise RuntimeError(f"{part} were sent, {found} of {table} say so")


async def _fill(db: Database, count: int) -> None:
    """An outbox of so many mails, each with one letter on one finding."""
    await upgrade(db)
    await township.staff(db)
    number = await township.assigned(db)
    person = (await township.asked(db, "SELECT person_id FROM account WHERE name = 'owner'"))[0]
    post = (await township.asked(db, "SELECT post_id FROM appointment WHERE person_id = :p", p=person))[0]
    numbers = range(1000, 1000 + count)
    async with db.writing() as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE letter SET state = 'cancelled'"))
        await connection.execute(insert(Mail), [_mail(i, number, person) for i in numbers])
        await connection.execute(insert(Letter), [_letter(i, number) for i in numbers])
        ties = [{"letter_id": i, "post_id": post, "copy_only": False, "mail_id": i} for i in numbers]
        await connection.execute(insert(Addressee), ties)


def _mail(mail_id: int, number: str, person: int) -> dict[str, object]:
    message_id, recipient = f"<{mail_id}@town.example>", f"post{mail_id}@town.example"
    return {
        "id": mail_id,
        "message_id": message_id,
        "recipient": recipient,
        "person_id": person,
        "language": "zh-CN",
        "subject": f"【交办】{number}",
        "content": CONTENT.replace(b"<0@town.example>", message_id.encode()),
        "state": MailState.QUEUED,
        "attempts": 0,
        "next_at": NOW,
        "claimed_by": "",
        "note": "",
        "created_at": NOW,
    }


def _letter(letter_id: int, number: str) -> dict[str, object]:
    return {
        "id": letter_id,
        "finding": number,
        "cycle": 1,
        "round": 1,
        "deadline_version": 1,
        "rung": "assignment",
        "occasion": letter_id,
        "kind": "notice",
        "due_on": NOW.date(),
        "state": LetterState.QUEUED,
        "reminder": False,
        "note": "",
        "signed_by": "",
        "created_at": NOW,
    }


CONTENT = compose(
    MailFacts(
        message_id="<0@town.example>",
        date=NOW,
        sender="rectify@localhost",
        sender_name="整改跟踪",
        recipient="post@town.example",
        recipient_name="甲村党支部书记",
        language=Language.CHINESE,
        letters=(
            LetterFacts(
                rung="assignment",
                number="ZC2026-008",
                title="道路硬化工程款拨付不及时",
                unit="甲村党支部",
                deadline=NOW.date(),
                deadline_version=1,
                days_left=10,
                provisional=False,
                stage=Stage.ASSIGNED,
                round=1,
                cycle=1,
                as_cc=False,
                link="https://rectify.town.example/findings/ZC2026-008",
            ),
        ),
        portal="https://rectify.town.example/",
    )
)
"""A mail as it is sent; only its Message-ID differs."""
