"""The post: puts queued letters into mails, and sends by SMTP what lies in the outbox."""

import asyncio
import logging
import socket
from datetime import datetime
from math import inf
from uuid import uuid4

from prefect import task
from prefect.cache_policies import NO_CACHE

from models.database import Database, database
from models.mailing import outbox
from models.mailing.mail import Mail, MailState
from models.rules.trade import trade
from models.settings import Settings, settings
from policy.office import office_day
from policy.refusals import Language
from tasks import clock, wording
from tasks.letters.cards import gravest_first, subject
from tasks.letters.compose import compose
from tasks.letters.facts import MailFacts
from tasks.letters.own import paper
from tasks.letters.paper import SHIPPED, BadTemplate, Paper
from tasks.logs import quoting_nobody
from tasks.sending import Round, is_gone

log = logging.getLogger("rectify.post")

AT_A_TIME = 100
"""Mails written in one transaction."""
OVERTAKEN, SOON = 5, 0.2
"""How often in a row, and after how many seconds, mails are worded anew that acts have overtaken."""
A_ROUND = 60.0
"""Seconds after which a round ends, so that others get their turn; the next one goes on."""


@task(name="write", task_run_name="组信", cache_policy=NO_CACHE, persist_result=False)
async def write() -> int:
    """Put queued letters into mails, one to each person. Returns how many mails."""
    with quoting_nobody():
        return await write_mails(database(settings()), settings(), clock.now())


@task(name="send", task_run_name="发信", cache_policy=NO_CACHE, persist_result=False)
async def send() -> int:
    """Send the mails that may go now. Returns how many were accepted by the mail server."""
    with quoting_nobody():
        return await send_mails(database(settings()), settings(), clock.now(), A_ROUND)


async def write_mails(db: Database, config: Settings, now: datetime) -> int:
    """Several mails in one short transaction: what takes long, their wording, is done before it.

    While somebody acts again and again, what was worded may be out of date each time: it is tried again soon.
    """
    written = overtaken = 0
    while piles := await _piles(db, now):
        done = 0
        for first in range(0, len(piles), AT_A_TIME):
            done += await _write(db, piles[first : first + AT_A_TIME], config, now)
        written += done
        if not done:
            overtaken += 1
            if overtaken > OVERTAKEN:
                break
            await asyncio.sleep(SOON)
    return written


async def _piles(db: Database, now: datetime) -> list[outbox.Pile]:
    if not await may_write(db, now):
        return []
    async with db.reading() as session:
        if await outbox.is_gathering(session, now):
            return []
        piles, notes = await outbox.piles(session, now)
    if notes:
        async with db.writing("letters_noted") as session:
            await outbox.note(session, notes)
    return piles


async def _write(db: Database, piles: list[outbox.Pile], config: Settings, now: datetime) -> int:
    async with db.reading() as session:
        parcels = await outbox.parcels(session, piles)
    sheets, written = paper(config.home), []
    for parcel in parcels:
        written.append((parcel, mail_of(parcel, config, sheets, now)))
        await asyncio.sleep(0)  # whoever shares the loop is not held up by all of them
    async with db.writing("write_mails") as session:
        await db.alone(session, OUTBOX)
        return await outbox.put(session, written)


OUTBOX = 7103
"""The advisory lock under which letters are put into mails."""


def mail_of(parcel: outbox.Parcel, config: Settings, sheets: Paper, now: datetime) -> Mail:
    account = parcel.pile.account
    domain = config.mail_from.rpartition("@")[2] or socket.getfqdn()
    facts = MailFacts(
        message_id=f"<{uuid4().hex}@{domain}>",
        date=now,
        sender=config.mail_from,
        sender_name="整改跟踪" if account.language is Language.CHINESE else "Rectify",
        recipient=account.mailbox,
        recipient_name=parcel.pile.post,
        language=account.language,
        letters=tuple(wording.facts(enclosed, config, now) for enclosed in parcel.letters),
        portal=config.portal_url,
    )
    about, content = _worded(facts, sheets)
    return Mail(
        message_id=facts.message_id,
        recipient=account.mailbox,
        person_id=account.person_id,
        language=account.language.value,
        subject=about,
        content=content,
        state=MailState.QUEUED,
        next_at=now,
        created_at=now,
    )


def _worded(facts: MailFacts, sheets: Paper) -> tuple[str, bytes]:
    """Subject and bytes. A template that fails after its trial keeps nobody from their mail."""
    try:
        content = compose(facts, sheets)
    except BadTemplate as bad:
        if sheets is SHIPPED:
            raise
        log.warning(
            "template %s fails in line %s; one mail is written on the shipped ones", bad.name, bad.line
        )
        return _worded(facts, SHIPPED)
    return subject(gravest_first(facts.letters), facts.language, sheets), content


async def send_mails(db: Database, config: Settings, now: datetime, within: float = inf) -> int:
    """Nothing is sent while no mail server is set. No mail is begun after `within` seconds."""
    async with db.writing("recover") as session:
        dead = {sender for sender in await outbox.senders(session) if is_gone(sender)}
        await outbox.recover(session, now, dead)
    if not config.smtp_host or not await may_write(db, now):
        return 0
    return await Round(db, config, now, within).run()


async def may_write(db: Database, now: datetime) -> bool:
    """Mails go out in office hours on working days, unless it is set otherwise."""
    if settings().mail_any_time:
        return True
    held = await trade(db)
    is_open = held.rules.hours.hold(now) or not clock.tells_the_hour()
    return is_open and held.calendar.is_workday(office_day(now))


async def has_work(db: Database, now: datetime) -> bool:
    may_now = await may_write(db, now)
    async with db.reading() as session:
        dead = {sender for sender in await outbox.senders(session) if is_gone(sender)}
        return await outbox.has_work(session, now, may_write=may_now, dead=dead)
