"""One round of sending: several connections side by side, each mail claimed by one sender."""

import asyncio
import logging
from collections import deque
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from uuid import uuid4

from models.database import Database
from models.faults import reach
from models.mailing import outbox
from models.mailing.mail import Mail
from models.settings import Settings
from tasks.marks import Marks
from tasks.processes import holder, is_dead
from tasks.smtp import MailServer, Outcome, Sent, TryAgain, access

log = logging.getLogger("rectify.post")

AT_A_TIME = 100
"""Mails claimed in one commit."""
FAREWELL = 5.0
"""Seconds for the mails under way when a round is stopped."""
_AT_WORK: set[str] = set()
"""The rounds of this process."""


class _NotOurs(Exception):
    """The mail was taken back or taken over before its bytes went out."""


def is_gone(sender: str) -> bool:
    """Whether the round is known to be over; of another machine nothing is known."""
    process = sender.partition("/")[0]
    return is_dead(process) or (process == holder() and sender not in _AT_WORK)


class Round:
    """Sends what may go now, and begins no more after `within` seconds.

    A mail is claimed, then noted as begun before its last bytes go out, then noted as what it came to.
    However the round ends, what it claimed and did not begin is given back.
    """

    def __init__(self, db: Database, config: Settings, now: datetime, within: float = inf) -> None:
        self.db, self.config, self.now, self.within = db, config, now, within
        self.by = f"{holder()}/{uuid4().hex[:12]}"
        self.began = monotonic()
        self.marks = Marks(db, self.by, self._now, lambda: self.lines)
        self.bag: deque[Mail] = deque()
        self.is_over = False
        self.lines = 0
        self.accepted = 0
        self._turn = asyncio.Lock()

    async def run(self) -> int:
        """Returns how many mails were accepted by the mail server."""
        _AT_WORK.add(self.by)
        try:
            await self._claim()
            self.lines = min(self.config.smtp_connections, len(self.bag))
            await self._send_all([asyncio.create_task(self._line()) for _ in range(self.lines)])
        finally:
            _AT_WORK.discard(self.by)
        return self.accepted

    async def _send_all(self, lines: list[asyncio.Task[None]]) -> None:
        try:
            if lines:
                await asyncio.wait(lines, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self.is_over = True
            await _end(lines)
            await self._give_back()
        for line in lines:
            line.result()

    async def _give_back(self) -> None:
        try:
            await self.marks.stored()
        finally:
            async with self.db.writing("mail_released") as session:
                await outbox.release(session, self.by)

    def _now(self) -> datetime:
        return self.now + timedelta(seconds=monotonic() - self.began)

    async def _claim(self) -> None:
        async with self.db.writing("mail_claimed") as session:
            self.bag.extend(await outbox.claim(session, self.by, self._now(), AT_A_TIME))
        self.is_over = not self.bag

    async def _next(self) -> Mail | None:
        async with self._turn:
            if not self.bag and not self.is_over:
                await self._claim()
            if self.is_over or monotonic() - self.began > self.within:
                return None
            return self.bag.popleft()

    async def _line(self) -> None:
        """One connection and what goes over it. A server that wants fewer is asked for fewer."""
        async with MailServer(access(self.config)) as server:
            closed = await server.open()
            if closed and self.lines > 1:
                self._end_line(closed)
                return
            while mail := await self._next():
                outcome = closed or await self._send(server, mail)
                if outcome:
                    self.marks.end(mail.id or 0, outcome)
                if isinstance(outcome, TryAgain) and outcome.server_down:
                    self._end_line(outcome)
                    return
        self.lines -= 1

    def _end_line(self, why: TryAgain) -> None:
        self.lines -= 1
        self.is_over = self.is_over or not self.lines
        log.warning("%s (connections left: %d)", why.en, self.lines)

    async def _send(self, server: MailServer, mail: Mail) -> Outcome | None:
        """Tell the phase before the bytes go out, send, and record what became of it."""

        async def before_data() -> None:
            if not await self.marks.begin(mail.id or 0):
                raise _NotOurs

        try:
            outcome = await server.send(
                self.config.mail_from, mail.recipient, mail.content, before_data=before_data
            )
        except _NotOurs:
            return None
        reach("mail.answered")
        self.accepted += isinstance(outcome, Sent)
        return outcome


async def _end(lines: list[asyncio.Task[None]]) -> None:
    """Let the mails under way come to an end, and cut short those that do not."""
    late = {line for line in lines if not line.done()}
    if late:
        _, late = await asyncio.wait(late, timeout=FAREWELL)
    for line in late:
        line.cancel()
    if late:
        await asyncio.wait(late)
