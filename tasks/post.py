"""The post: puts queued letters into mails, and sends by SMTP what lies in the outbox."""

import socket
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from uuid import uuid4

from prefect import task
from prefect.cache_policies import NO_CACHE
from prometheus_client import Counter
from sqlmodel.ext.asyncio.session import AsyncSession

from models import outbox
from models.database import Database, database
from models.faults import reach
from models.findings import Finding
from models.mail import Letter, Mail, MailState
from models.people import Unit
from models.settings import Settings, settings
from models.trade import trade
from policy.lights import days_left
from policy.office import office_day
from policy.refusals import Language
from tasks import clock, measures
from tasks.letters.compose import LetterFacts, MailFacts, compose
from tasks.smtp import InDoubt, MailServer, Outcome, Refused, Sent, TryAgain, access

BATCH = 100


class _NotOurs(Exception):
    """The mail was taken back or taken over before its bytes went out."""


@task(name="write", task_run_name="组信", cache_policy=NO_CACHE, persist_result=False)
async def write() -> int:
    """Put queued letters into mails, one to each person. Returns how many mails."""
    return await write_mails(database(settings()), settings(), clock.now())


@task(name="send", task_run_name="发信", cache_policy=NO_CACHE, persist_result=False)
async def send() -> int:
    """Send every mail that may go now. Returns how many were accepted by the mail server."""
    return await send_mails(database(settings()), settings(), clock.now())


async def write_mails(db: Database, config: Settings, now: datetime) -> int:
    async with db.writing("write_mails") as session:
        await db.alone(session, OUTBOX)
        parcels = await outbox.parcels(session, now, reminders=_may_remind(now))
        for parcel in parcels:
            letters = [await _facts(session, *row, config, now) for row in parcel.letters]
            mail = _mail(parcel, tuple(letters), config, now)
            await outbox.put(session, parcel, mail)
    return len(parcels)


OUTBOX = 7103
"""The advisory lock under which letters are put into mails."""


async def _facts(
    session: AsyncSession,
    letter: Letter,
    finding: Finding,
    copy_only: bool,
    config: Settings,
    now: datetime,
) -> LetterFacts:
    unit = await session.get(Unit, finding.lead_unit_id) if finding.lead_unit_id else None
    return LetterFacts(
        rung=letter.rung,
        number=finding.number,
        title="" if finding.confidential else finding.title,
        unit=unit.name if unit else "",
        deadline=finding.deadline,
        days_left=days_left(finding.deadline, office_day(now)),
        provisional=finding.provisional,
        stage=finding.stage,
        round=finding.round,
        cycle=finding.cycle,
        as_cc=copy_only,
        link=f"{portal_url(config)}/findings/{finding.number}",
    )


def portal_url(config: Settings) -> str:
    return (config.base_url or f"http://{config.portal_host}:{config.portal_port}").rstrip("/")


def _mail(parcel: outbox.Parcel, letters: tuple[LetterFacts, ...], config: Settings, now: datetime) -> Mail:
    account = parcel.account
    domain = config.mail_from.rpartition("@")[2] or socket.getfqdn()
    facts = MailFacts(
        message_id=f"<{uuid4().hex}@{domain}>",
        date=now,
        sender=config.mail_from,
        sender_name="整改跟踪" if account.language is Language.CHINESE else "Rectify",
        recipient=account.mailbox,
        recipient_name=parcel.post.name,
        language=account.language,
        letters=letters,
        portal=portal_url(config),
    )
    content = compose(facts)
    return Mail(
        message_id=facts.message_id,
        recipient=account.mailbox,
        person_id=account.person_id,
        language=account.language.value,
        subject=_subject(content),
        content=content,
        state=MailState.QUEUED,
        next_at=now,
        created_at=now,
    )


def _subject(content: bytes) -> str:
    return str(message_from_bytes(content, policy=default)["Subject"])


async def send_mails(db: Database, config: Settings, now: datetime) -> int:
    """One connection for the round. Nothing is sent while no mail server is set."""
    async with db.writing("recover") as session:
        await outbox.recover(session, now)
    if not config.smtp_host:
        return 0
    accepted = 0
    async with MailServer(access(config)) as server:
        while mails := await _waiting(db, now):
            for mail_id in mails:
                outcome = await _send(db, server, config, mail_id, now)
                accepted += isinstance(outcome, Sent)
                if isinstance(outcome, TryAgain) and outcome.server_down:
                    return accepted
    return accepted


async def _waiting(db: Database, now: datetime) -> list[int]:
    async with db.reading() as session:
        return await outbox.to_send(session, now, BATCH)


async def _send(
    db: Database, server: MailServer, config: Settings, mail_id: int, now: datetime
) -> Outcome | None:
    """Claim, tell the phase before the bytes go out, send, and record what became of it."""
    async with db.writing("mail_claimed") as session:
        mail = await outbox.claim(session, mail_id, now)
    if mail is None:
        return None

    async def before_data() -> None:
        async with db.writing("mail_data") as session:
            if not await outbox.begin_data(session, mail_id):
                raise _NotOurs

    outcome = None
    with suppress(_NotOurs):
        outcome = await server.send(config.mail_from, mail.recipient, mail.content, before_data=before_data)
        reach("mail.answered")
        await _record(db, mail_id, outcome, now)
    return outcome


COUNTED: dict[type[Outcome], Counter] = {
    Sent: measures.MAILS_SENT,
    Refused: measures.MAILS_FAILED,
    InDoubt: measures.MAILS_IN_DOUBT,
    TryAgain: measures.MAILS_TRIED_AGAIN,
}


async def _record(db: Database, mail_id: int, outcome: Outcome, now: datetime) -> None:
    async with db.writing("mail_recorded") as session:
        match outcome:
            case Sent(reply):
                await outbox.sent(session, mail_id, clock.now(), reply)
            case Refused():
                await outbox.ended(session, mail_id, MailState.FAILED, outcome.zh)
            case InDoubt():
                await outbox.ended(session, mail_id, MailState.IN_DOUBT, outcome.zh)
            case TryAgain():
                await outbox.again(session, mail_id, now, outcome.zh)
    COUNTED[type(outcome)].inc()


def _may_remind(now: datetime) -> bool:
    """Reminders go out on working days only, unless it is set otherwise."""
    return settings().mail_on_holidays or trade().calendar.is_workday(office_day(now))


async def has_work(db: Database, now: datetime) -> bool:
    async with db.reading() as session:
        return await outbox.has_work(session, now, reminders=_may_remind(now))
