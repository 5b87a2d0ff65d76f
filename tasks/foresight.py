"""What the rounds would do now: the rounds themselves, in a transaction that is never stored."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from models import overview, questions
from models.database import Database
from models.mailing import letters, outbox
from models.mailing.mail import MailState
from models.questions import Row
from models.rules.trade import trade
from models.settings import Settings
from policy.office import office_day
from policy.trade import Trade
from tasks.letters.own import paper
from tasks.letters.paper import Paper
from tasks.post import AT_A_TIME, mail_of, may_write
from tasks.sending import is_gone

log = logging.getLogger("rectify.watch")


@dataclass(frozen=True)
class Foreseen:
    """`letters` the ladder would record, `mails` that would go out, `waiting` letters that reach nobody."""

    letters: list[Row]
    mails: list[Row]
    waiting: list[Row]
    is_open: bool
    """Whether mails go out on this day and at this hour; if not, none is foreseen."""


@dataclass(frozen=True)
class Round:
    """What both rounds go by."""

    config: Settings
    now: datetime
    trade: Trade
    sheets: Paper
    is_open: bool


async def foresee(db: Database, config: Settings, now: datetime, *, climbing: bool) -> Foreseen:
    """What `post` would do now; if `climbing`, once `watch` has recorded what is due."""
    here = Round(config, now, await trade(db), paper(config.home), await may_write(db, now))
    async with db.trial() as session:
        recorded: list[int] = []
        if climbing:
            async for number in _due(session, now):
                recorded += await _climbed(session, number, here)
        return await _posted(session, here, recorded)


async def _due(session: AsyncSession, now: datetime) -> AsyncIterator[str]:
    after = letters.BEGINNING
    while found := await letters.due(session, office_day(now), after, AT_A_TIME):
        for _, number in found:
            yield number
        after = found[-1]


async def _climbed(session: AsyncSession, number: str, here: Round) -> list[int]:
    """The ids of the letters that are new, or called for anew. A finding that fails keeps no other back."""
    before = await letters.marks(session, number)
    try:
        async with session.begin_nested():
            finding = await letters.to_climb(session, number)
            if finding is not None:
                await letters.climb(session, finding, here.trade, here.now, office_day(here.now))
    except Exception as error:
        log.error("%s: the ladder would fail: %r", number, error)
        return []
    return [one for one, mark in (await letters.marks(session, number)).items() if before.get(one) != mark]


async def _posted(session: AsyncSession, here: Round, recorded: list[int]) -> Foreseen:
    gone = {sender for sender in await outbox.senders(session) if is_gone(sender)}
    await outbox.recover(session, here.now, gone)
    mails = await _mails(session, here) if here.is_open else []
    session.expire_all()
    return Foreseen(
        letters=[row | {"id": None} for row in await questions.letters(session, ids=recorded)],
        mails=mails,
        waiting=await questions.letters(session, ids=await outbox.waiting(session)),
        is_open=here.is_open,
    )


async def _mails(session: AsyncSession, here: Round) -> list[Row]:
    new = await _write(session, here)
    session.expire_all()
    queued = await questions.mails(session, states=[MailState.QUEUED])
    today = [x for x in queued if office_day(datetime.fromisoformat(x["next_at"])) <= office_day(here.now)]
    return [_told(row, new) for row in await overview.with_findings(session, today)]


def _told(mail: Row, new: set[str]) -> Row:
    """A mail that does not exist yet has neither a number nor a Message-ID."""
    is_new = mail["message_id"] in new
    return mail | {"new": is_new} | (dict.fromkeys(("id", "message_id")) if is_new else {})


async def _write(session: AsyncSession, here: Round) -> set[str]:
    """As `post.write_mails`, all of it in this transaction. Returns the Message-IDs."""
    ids: set[str] = set()
    done = 1
    while done:
        done = 0
        piles, notes = await outbox.piles(session, here.now)
        await outbox.note(session, notes)
        for first in range(0, len(piles), AT_A_TIME):
            parcels = await outbox.parcels(session, piles[first : first + AT_A_TIME])
            written = [(one, mail_of(one, here.config, here.sheets, here.now)) for one in parcels]
            done += await outbox.put(session, written)
            ids |= {mail.message_id for _, mail in written}
    return ids
