"""What is noted of mails while they are sent: durable before it counts, and many notes in one commit."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import Counter
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.mailing import outbox
from models.mailing.mail import MailState
from policy.refusals import Unavailable
from tasks import measures
from tasks.smtp import InDoubt, Outcome, Refused, Sent, TryAgain

COUNTED: dict[type[Outcome], Counter] = {
    Sent: measures.MAILS_SENT,
    Refused: measures.MAILS_FAILED,
    InDoubt: measures.MAILS_IN_DOUBT,
    TryAgain: measures.MAILS_TRIED_AGAIN,
}
MOMENT = 0.01
"""Seconds for which a commit is put off so that more can share it."""
PATIENCE = (0.1, 0.5, 2.0, 5.0)
"""Seconds between the tries of a commit: an outcome that is not stored is a mail in doubt."""


@dataclass
class _Note:
    """Without an outcome, that the bytes of a mail are about to go out."""

    mail_id: int
    outcome: Outcome | None
    stored: asyncio.Future[bool] = field(default_factory=asyncio.Future)


class Marks:
    """The notes of one sender. Those that come together share a commit.

    `lines` says how many mails may be under way: a commit is put off for a moment until all of them wait for
    it, since it costs more than the moment.
    """

    def __init__(
        self, db: Database, by: str, now: Callable[[], datetime], lines: Callable[[], int] = lambda: 1
    ) -> None:
        self._db, self._by, self._now, self._lines = db, by, now, lines
        self._waiting: list[_Note] = []
        self._all_here = asyncio.Event()
        self._storing: asyncio.Task[None] | None = None
        self._is_closing = False

    async def begin(self, mail_id: int) -> bool:
        """Whether the bytes of this mail may go out now: then it is stored that they do."""
        return await self._note(mail_id, None)

    def end(self, mail_id: int, outcome: Outcome) -> asyncio.Future[bool]:
        """Have stored what became of a mail; whoever waits knows that it is."""
        return self._note(mail_id, outcome)

    async def stored(self) -> None:
        """Until nothing is left to be stored. Raises what kept the last notes from it."""
        self._is_closing = True
        self._all_here.set()
        if self._storing:
            await self._storing

    def _note(self, mail_id: int, outcome: Outcome | None) -> asyncio.Future[bool]:
        note = _Note(mail_id, outcome)
        self._waiting.append(note)
        if self._is_closing or sum(one.outcome is None for one in self._waiting) >= self._lines():
            self._all_here.set()
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store_all())
        return note.stored

    async def _store_all(self) -> None:
        while self._waiting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_here.wait(), MOMENT)
            notes, self._waiting = self._waiting, []
            self._all_here.clear()
            try:
                begun = await self._patiently(notes)
            except BaseException as error:
                _fail([*notes, *self._waiting], error)
                self._waiting = []
                raise
            for note in notes:
                if not note.stored.done():
                    note.stored.set_result(note.mail_id in begun)

    async def _patiently(self, notes: Sequence[_Note]) -> set[int]:
        for pause in PATIENCE:
            try:
                return await self._store(notes)
            except Unavailable:
                await asyncio.sleep(pause)
        return await self._store(notes)

    async def _store(self, notes: Sequence[_Note]) -> set[int]:
        """One commit. Returns the mails whose bytes may go out."""
        begin = [note.mail_id for note in notes if note.outcome is None]
        async with self._db.writing("mail_data" if begin else "mail_recorded") as session:
            await self._record(session, notes)
            begun = await outbox.begin_data(session, begin, self._by, self._now()) if begin else set()
        for note in notes:
            if note.outcome is not None:
                COUNTED[type(note.outcome)].inc()
        return begun

    async def _record(self, session: AsyncSession, notes: Sequence[_Note]) -> None:
        now, replies = self._now(), dict[int, str]()
        for note in notes:
            match note.outcome:
                case Sent(reply):
                    replies[note.mail_id] = reply
                case Refused() as why:
                    await outbox.ended(session, note.mail_id, self._by, MailState.FAILED, why.zh)
                case InDoubt() as why:
                    await outbox.ended(session, note.mail_id, self._by, MailState.IN_DOUBT, why.zh)
                case TryAgain() as why:
                    ours = why.server_down
                    await outbox.again(session, note.mail_id, self._by, now, why.zh, ours=ours)
        if replies:
            await outbox.sent(session, replies, now)


def _fail(notes: Sequence[_Note], error: BaseException) -> None:
    for note in notes:
        if not note.stored.done():
            note.stored.set_exception(error)
            note.stored.exception()  # not everybody asks
