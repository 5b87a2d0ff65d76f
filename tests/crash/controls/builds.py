"""The broken builds: each swaps a function or two of ours before the real command starts."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ledger
from models.database import Database
from models.findings import Finding
from models.mailing import letters, outbox
from models.mailing.mail import Mail, MailState
from policy.notices import Notice
from tasks import prefect_server


def mark_before_send() -> None:
    """A mail is marked as sent, then sent (and lost when the process dies between)."""
    plain = outbox.begin_data

    async def begin_data(session: AsyncSession, ids: Collection[int], by: str, now: datetime) -> set[int]:
        ours = await plain(session, ids, by, now)
        await outbox.sent(session, dict.fromkeys(ours, "marked first"), now)
        return ours

    _swap(outbox, "begin_data", begin_data)


def send_before_mark() -> None:
    """Nothing is written before a mail is out (and it goes twice when the process dies before the mark)."""

    async def claim(session: AsyncSession, by: str, now: datetime, limit: int) -> list[Mail]:
        queued = select(Mail).where(Mail.state == MailState.QUEUED, col(Mail.next_at) <= now)
        return list(await session.exec(queued.limit(limit)))

    async def begin_data(session: AsyncSession, ids: Collection[int], by: str, now: datetime) -> set[int]:
        return set(ids)

    _swap(outbox, "claim", claim)
    _swap(outbox, "begin_data", begin_data)


def no_watch() -> None:
    """Nobody compares runs with rows."""

    def blind() -> None:
        from tasks import squaring

        async def survey(*_: Any) -> squaring.Survey:
            return squaring.Survey()

        _swap(squaring, "survey", survey)

    _once_prefect_is_set(blind)


def no_unique_keys() -> None:
    """A form is not known again, and the database allows it twice (see `trials.without_keys`)."""

    async def receipt_of(*_: Any) -> None:
        return None

    _swap(ledger, "receipt_of", receipt_of)


def effects_outside() -> None:
    """Letters are written after the act's transaction, in one of their own."""
    plain, late = letters.notify, list[tuple[str, Notice, int, datetime]]()

    async def notify(
        session: AsyncSession, finding: Finding, notice: Notice, event: int, now: datetime
    ) -> None:
        late.append((finding.number, notice, event, now))

    record = ledger.record

    async def and_then(db: Database, *asked: Any) -> ledger.Receipt:
        _swap(letters, "notify", notify)
        receipt = await record(db, *asked)
        _swap(letters, "notify", plain)
        async with db.writing("effects") as session:
            while late:
                number, notice, event, now = late.pop()
                await plain(session, await ledger.find(session, number), notice, event, now)
        return receipt

    _swap(ledger, "record", and_then)


BUILDS: dict[str, Callable[[], None]] = {
    "mark_before_send": mark_before_send,
    "send_before_mark": send_before_mark,
    "no_watch": no_watch,
    "no_unique_keys": no_unique_keys,
    "effects_outside": effects_outside,
}


def _swap(module: Any, name: str, other: object) -> None:
    """Raises AttributeError if the program has no such function any more: the control would prove nothing."""
    getattr(module, name)
    setattr(module, name, other)


def _once_prefect_is_set(swap: Callable[[], None]) -> None:
    """Nothing may import Prefect before its environment is set."""
    plain = prefect_server.apply

    def apply(environment: dict[str, str]) -> None:
        plain(environment)
        swap()

    _swap(prefect_server, "apply", apply)
