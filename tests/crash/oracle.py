"""What must be true: at every moment, and once the faults have stopped and everything has come to rest."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.client.orchestration import PrefectClient
from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.keys import SignIn, Throttle
from models.checks import check
from models.database import Database
from models.findings import Finding
from models.history import Event
from models.hooks.queueing import has_untold
from models.hooks.subscriptions import Delivery, DeliveryState
from models.mailing import outbox
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.running import Wake
from policy.escalation import LetterState
from policy.notices import NOTICES, REVIEW_MOVED, Notice, notices
from policy.stages import ENDED, Act, Moved, Stage
from policy.words import state_name
from tasks import clock
from tasks.prefect_runs import live_runs
from tasks.relay import DEPLOYMENT
from tasks.squaring import survey

AT_REST = frozenset({MailState.SENT, MailState.FAILED, MailState.CANCELLED})
LEFT_ALONE = timedelta(minutes=2)
"""After so long it is noted at the next page that somebody is there."""
CLOSING = frozenset({Act.APPROVE_CLOSURE, Act.WITHDRAW, Act.MERGE})


@dataclass
class Oracle:
    """The database, Prefect, what people were told is stored, and what the mail server took."""

    db: Database
    client: PrefectClient
    home: Path

    async def unrest(self) -> list[str]:
        """What is still under way; empty once everything has come to rest."""
        async with self.db.reading() as session:
            found = [line async for line in _unrest(session)]
            stages = {x.number: x.stage for x in await session.exec(select(Finding))}
        return found or [line async for line in self._restless_runs(stages)]

    async def _restless_runs(self, stages: dict[str, Stage]) -> AsyncIterator[str]:
        runs: dict[str, list[str]] = {}
        async for page in live_runs(self.client, DEPLOYMENT):
            for run in page:
                runs.setdefault(run.number, []).append(run.state_name)
        for number, stage in stages.items():
            wanted = [] if stage in ENDED else [state_name(stage)]
            if (seen := runs.pop(number, [])) != wanted:
                yield f"{number}: {stage.value}, its runs in Prefect are {seen}"
        for number, names in runs.items():
            yield f"runs of nothing: {number} {names}"

    async def settle(self, by: str, now: datetime) -> list[str]:
        """What a supervisor does about mails in doubt: the mail server's own journal decides."""
        arrived = Counter(message_id for message_id, *_ in lines(self.home / "sink.jsonl"))
        done: list[str] = []
        async with self.db.writing("settle") as session:
            for mail in await _in_doubt(session):
                came = arrived[mail.message_id] > 0
                await outbox.settle(session, mail.id or 0, now, arrived=came, by=by)
                done.append(f"mail {mail.id} {'arrived' if came else 'is sent again'}")
        return done

    async def hurry(self, now: datetime) -> None:
        """Let the time pass that a mail waits before it is tried again; sessions age by some minutes,
        and nobody has tried too often.
        """
        async with self.db.writing("hurry") as session:
            for mail in await session.exec(
                select(Mail).where(Mail.state == MailState.QUEUED, col(Mail.next_at) > now)
            ):
                mail.next_at = now
                session.add(mail)
            waiting = update(Delivery).where(col(Delivery.state) == DeliveryState.QUEUED)
            await session.exec(waiting.values(next_at=clock.real()))
            before = clock.real() - LEFT_ALONE
            await session.exec(update(SignIn).where(col(SignIn.seen_at) > before).values(seen_at=before))
            await session.exec(delete(Throttle))

    async def broken(self, now: datetime) -> list[str]:
        """Everything that is not as it must be, once at rest."""
        checked = await check(self.db, self.home, now, now)
        found = [f"{one.name}: {text}" for one in checked for text in one.broken]
        async with self.db.reading() as session:
            events = list(await session.exec(select(Event).order_by(col(Event.finding), col(Event.seq))))
            found += _acked(events, lines(self.home / "acts.jsonl"))
            found += await _mails(session, lines(self.home / "sink.jsonl"))
            found += await _letters(session, events)
            found += await _told(session, events, lines(self.home / "told.jsonl"))
            found += await _nothing_after_closure(session, events)
        seen = await survey(self.db, self.client)
        found += [] if seen.is_clean else [f"runs do not fit the rows: {seen}"]
        return found


async def _unrest(session: AsyncSession) -> AsyncIterator[str]:
    for wake in await session.exec(select(Wake).where(col(Wake.done_at).is_(None))):
        yield f"wake of {wake.finding} version {wake.version}, {wake.attempts} tries: {wake.note}"
    for mail in await session.exec(select(Mail).where(col(Mail.state).not_in(list(AT_REST)))):
        yield f"mail {mail.id} to {mail.recipient} is {mail.state.value}: {mail.note}"
    for one in await session.exec(select(Delivery).where(Delivery.state == DeliveryState.QUEUED)):
        yield f"delivery of {one.finding} event {one.seq}, {one.attempts} tries: {one.note}"
    if await has_untold(session):
        yield "acts of which no webhook is told yet"
    for letter in await session.exec(select(Letter).where(Letter.state == LetterState.QUEUED)):
        yield f"letter {letter.rung} on {letter.finding} is queued: {letter.note}"


async def _in_doubt(session: AsyncSession) -> list[Mail]:
    return list(await session.exec(select(Mail).where(Mail.state == MailState.IN_DOUBT)))


def _acked(events: Iterable[Event], journal: Iterable[Any]) -> list[str]:
    """What people were told is stored is there, once; and nothing else is there twice."""
    stored = Counter((event.by, event.nonce) for event in events if event.nonce)
    hashes = {(event.by, event.nonce): event.hash for event in events if event.nonce}
    found = [f"act {key} is stored {count} times" for key, count in stored.items() if count > 1]
    for entry in journal:
        key = (entry["by"], entry["nonce"])
        if "hash" in entry and hashes.get(key) != entry["hash"]:
            found.append(f"acknowledged and not stored: {entry}")
    return found


async def _mails(session: AsyncSession, journal: Iterable[Any]) -> list[str]:
    """A mail arrives once if it is sent, and never twice."""
    came = Counter(message_id for message_id, *_ in journal)
    found: list[str] = []
    for mail in await session.exec(select(Mail)):
        times = came.pop(mail.message_id, 0)
        if times > 1 or (mail.state is MailState.SENT) != (times == 1):
            found.append(f"mail {mail.id} is {mail.state.value} and arrived {times} times")
    return found + [f"a mail nobody knows arrived: {message_id}" for message_id in came]


async def _letters(session: AsyncSession, events: Iterable[Event]) -> list[str]:
    """Every letter an act calls for is written once, and each addressee has it in a mail that arrived.

    A copy may be refused by the mail server: its mail has failed then, and the letter counts as sent.
    """
    written = Counter((x.finding, x.rung, x.occasion) for x in await session.exec(select(Letter)))
    found: list[str] = []
    for event in events:
        if event.imported:  # it happened before; nobody is told of it now
            continue
        for notice in _called_for(event):
            key = (event.finding, notice.rung, event.seq)
            if written[key] != 1:
                found.append(f"letter {key} is written {written[key]} times")
    rows = await session.exec(
        select(Letter, Mail.state, Addressee.copy_only)
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .outerjoin(Mail, col(Mail.id) == col(Addressee.mail_id))
        .where(Letter.state == LetterState.SENT)
    )
    for letter, state, copy_only in rows:
        if state is not MailState.SENT and not (copy_only and state is MailState.FAILED):
            found.append(f"letter {letter.rung} on {letter.finding} is sent, a mail of it is {state}")
    return found


async def _told(session: AsyncSession, events: Iterable[Event], journal: Iterable[Any]) -> list[str]:
    """Each act is told, and arrives at least once; what comes twice has the same id."""
    came = set(journal)
    deliveries = {(one.finding, one.seq): one for one in await session.exec(select(Delivery))}
    found = [
        f"{event.finding} event {event.seq} was never told"
        for event in events
        if (event.finding, event.seq) not in deliveries and not event.imported
    ]
    for one in deliveries.values():
        if one.state is not DeliveryState.DELIVERED or one.message_id not in came:
            found.append(
                f"delivery of {one.finding} event {one.seq} is {one.state.value}, and did not arrive"
            )
    known = {one.message_id for one in deliveries.values()}
    return found + [f"a message nobody knows arrived: {one}" for one in came - known]


def _called_for(event: Event) -> list[Notice]:
    """A date counted anew is told of if it is another one; whatever else an act calls for, always."""
    if event.act is not Act.RECOMPUTE:
        return notices(event.act, Moved(event.to_stage, event.round, event.cycle))
    said = json.loads(event.said or "{}")
    moved = [what for what in ("deadline", "review") if what in said and said[what]["旧"] != said[what]["新"]]
    return [{"deadline": NOTICES[Act.RECOMPUTE], "review": REVIEW_MOVED}[what] for what in moved]


async def _nothing_after_closure(session: AsyncSession, events: Iterable[Event]) -> list[str]:
    """No reminder is put into a mail once its cycle is over."""
    closed = {(e.finding, e.cycle): e.recorded_at for e in events if e.act in CLOSING}
    rows = await session.exec(
        select(Letter, Mail)
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .join(Mail, col(Mail.id) == col(Addressee.mail_id))
        .where(col(Letter.reminder), Mail.state == MailState.SENT)
    )
    never = datetime.max.replace(tzinfo=UTC)
    return [
        f"reminder {letter.rung} on {letter.finding} after its closure"
        for letter, mail in rows
        if mail.created_at > closed.get((letter.finding, letter.cycle), never)
    ]


def lines(journal: Path) -> list[Any]:
    """A journal of JSON lines; the last may be cut off by a kill."""
    if not journal.exists():
        return []
    whole = journal.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in whole.splitlines()]
