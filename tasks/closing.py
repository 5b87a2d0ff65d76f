"""Closing many findings on one meeting's word: each by an act of its own, or skipped with the reason."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from models import closing, ledger
from models.access.sight import Sight
from models.database import Database
from models.orders import ActWords, Order
from models.rules.trade import trade
from policy.refusals import NotFound, Refusal
from policy.stages import Act
from tasks import clock
from tasks.jobs import Json, Progress


@dataclass(frozen=True)
class Meeting:
    """What was decided: findings, each with the version that was seen, in whose name, with which words."""

    chosen: Sequence[tuple[str, int]]
    by: str
    words: ActWords
    nonce: str
    """The form's; each closure has one that follows from it, so that sent twice it closes once."""


async def close(db: Database, meeting: Meeting, sight: Sight, told: Progress) -> Json:
    """`done` are numbers, `skipped` says of each other one why."""
    numbers = [number for number, _ in meeting.chosen]
    async with db.reading() as session:
        seen = await closing.in_sight(session, sight, numbers)
    done: list[str] = []
    skipped: list[Json] = []
    for number, version in meeting.chosen:
        try:
            if number not in seen:
                raise NotFound(f"没有编号为“{number}”的问题。", f"There is no finding “{number}”.")
            await _close(db, meeting, number, version)
            done.append(number)
        except Refusal as refusal:
            skipped.append({"number": number, "zh": refusal.zh, "en": refusal.en})
        told(len(done) + len(skipped), len(numbers), {"done": done, "skipped": skipped})
    return {"done": done, "skipped": skipped}


async def _close(db: Database, meeting: Meeting, number: str, version: int) -> None:
    nonce = hashlib.sha256(f"{meeting.nonce}:{number}".encode()).hexdigest()[:32]
    order = Order(number, Act.APPROVE_CLOSURE, meeting.by, meeting.words, nonce=nonce, version=version)
    await ledger.record(db, order, clock.now(), await trade(db))
