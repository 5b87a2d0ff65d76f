"""A finding followed day by day: what was foretold after the last act is held against what is recorded."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from models.database import Database
from models.ledger import find
from models.mailing import outbox
from models.mailing.letters import case_of, under
from models.mailing.mail import Letter, Mail
from models.settings import Settings
from policy.escalation import Key, LetterState, Planned, plan
from policy.office import office_day
from policy.stages import Act
from tasks.post import write_mails
from tasks.watch import climb_due
from tests.models.township import TRADE, act

QUIET = Settings(_env_file=None)


def at(day: date, hour: int = 10) -> datetime:
    """That hour at the office."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)


@dataclass
class Traveller:
    """`today` moves on; `foretold` are the letters to come as they were planned after the last act."""

    db: Database
    number: str
    today: date
    foretold: list[Planned] = field(default_factory=list)
    seen: set[tuple[int | None, datetime]] = field(default_factory=set)
    """Letters that stand, with the moment they were recorded: one that was cancelled may be called for anew,
    in the same moment even."""

    async def foresee(self) -> None:
        async with self.db.reading() as session:
            finding = await find(session, self.number)
            case = await case_of(session, finding, self.today)
            letters = plan(case, *under(TRADE, finding), self.today)
        self.foretold = [letter for letter in letters if letter.key not in case.recorded]

    async def act(self, what: Act, by: str, **said: Any) -> None:
        await act(self.db, self.number, what, by, now=at(self.today, 11), **said)
        await self.foresee()
        await self.look()

    async def look(self) -> None:
        """One round of watch and post; it records what was foretold and nothing else."""
        await climb_due(self.db, at(self.today, 12))
        recorded = {(key_of(row), row.state) for row in await self._new()}
        due = [letter for letter in self.foretold if letter.day <= self.today]
        assert recorded == {(one.key, state) for one, state in decided(due)}, f"on {self.today}"
        self.foretold = [letter for letter in self.foretold if letter.day > self.today]
        if await write_mails(self.db, QUIET, at(self.today, 12)):
            await self._sent()

    async def _sent(self) -> None:
        """The mail server takes everything."""
        async with self.db.writing() as session:
            mails = await outbox.claim(session, "the post", at(self.today, 12), 1000)
            await outbox.sent(session, {mail.id or 0: "250 taken" for mail in mails}, at(self.today, 12))

    async def travel(self, days: int, outages: Iterable[range] = ()) -> None:
        """Look on every day, but on those on which nothing runs."""
        off = {self.today + timedelta(days=n) for outage in outages for n in outage}
        for _ in range(days):
            self.today += timedelta(days=1)
            if self.today not in off:
                await self.look()

    async def _new(self) -> list[Letter]:
        async with self.db.reading() as session:
            found = select(Letter).where(Letter.finding == self.number, col(Letter.reminder))
            rows = [row for row in await session.exec(found) if row.state is not LetterState.CANCELLED]
        new = [row for row in rows if (row.id, row.created_at) not in self.seen]
        self.seen = {(row.id, row.created_at) for row in rows}
        return new

    async def recorded(self) -> dict[str, list[date]]:
        """rung → the days on which it was recorded to be due, in their order."""
        found: dict[str, list[date]] = defaultdict(list)
        ours = select(Letter).where(Letter.finding == self.number).order_by(col(Letter.due_on))
        async with self.db.reading() as session:
            for row in await session.exec(ours):
                found[row.rung].append(row.due_on)
        return found

    async def sent_only_in_office_hours(self) -> bool:
        async with self.db.reading() as session:
            moments = [mail.created_at for mail in await session.exec(select(Mail))]
        return all(TRADE.calendar.is_workday(office_day(moment)) for moment in moments)


def key_of(row: Letter) -> Key:
    return Key(row.deadline_version, row.rung, row.occasion)


def decided(due: Iterable[Planned]) -> list[tuple[Planned, LetterState]]:
    """The rule said a second time: drafts are drafted, and of each ladder the highest letter goes."""
    ladders: dict[str, list[Planned]] = defaultdict(list)
    for letter in due:
        ladders[letter.ladder].append(letter)
    found: list[tuple[Planned, LetterState]] = []
    for rungs in ladders.values():
        highest = max((one.rank for one in rungs if not one.draft), default=-1)
        for one in rungs:
            goes = LetterState.QUEUED if one.rank == highest else LetterState.SKIPPED
            found.append((one, LetterState.DRAFTED if one.draft else goes))
    return found
