"""Acts sent twice under one key: whether what is stored under it is what is asked for now."""

import json
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from models.history import Event
from models.ledger import Receipt
from models.orders import ActWords, Attached, OpenWords, Order
from policy.stages import Act


async def is_same_act(session: AsyncSession, receipt: Receipt, order: Order) -> bool:
    """An act moves the version on by one, so the version seen tells the event's number."""
    if (receipt.number, receipt.act) != (order.number, order.act):
        return False
    if order.version is not None and receipt.seq != order.version + 1:
        return False
    event = await session.get(Event, (receipt.number, receipt.seq))
    return event is not None and _says(event, order.words, order.files)


async def is_same_opening(session: AsyncSession, receipt: Receipt, words: OpenWords) -> bool:
    """A finding assigned at once has its words with its first event."""
    event = await session.get(Event, (receipt.number, 1))
    return event is not None and receipt.act in (Act.OPEN, Act.ASSIGN) and _says(event, words)


def _says(event: Event, words: ActWords | OpenWords, files: Sequence[Attached] = ()) -> bool:
    stored = json.loads(event.said) if event.said else {}
    said = {name: value for name, value in stored.items() if name in type(words).model_fields}
    named = [f"{file.name} {file.sha256}" for file in files]
    return said == words.model_dump(mode="json", exclude_defaults=True) and stored.get("files", []) == named
