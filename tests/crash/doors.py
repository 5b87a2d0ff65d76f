"""The doors through which acts come: the ledger itself, and forms of the portal."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sqlmodel import select

from models import ledger
from models.database import Database
from models.history import Event
from models.keeping.files import keep
from models.ledger import Receipt, as_receipt
from models.opening import open_finding
from models.orders import ActWords, OpenWords, Order, words_of
from models.rules.trade import trade
from models.settings import settings
from policy.stages import Act
from tasks import clock
from tests.browsing import Browser, Refused


class Door(StrEnum):
    LEDGER = ""
    PORTAL = "portal"


class Entrance(Protocol):
    async def do(self, asked: dict[str, Any]) -> Receipt:
        """One act, as a form sent in with its nonce. Raises a Refusal, or TransportError where nobody is."""


@dataclass
class Straight:
    """To the ledger, as the command line does."""

    db: Database

    async def do(self, asked: dict[str, Any]) -> Receipt:
        by, nonce, words = asked["by"], asked["nonce"], asked.get("words", {})
        if asked["act"] == "open":
            told = words_of(OpenWords, words)
            return await open_finding(self.db, by, told, clock.now(), await trade(self.db), nonce)
        files = (keep(Path(asked["file"]), settings().home),) if "file" in asked else ()
        order = Order(asked["number"], Act(asked["act"]), by, words_of(ActWords, words), files, nonce)
        return await ledger.record(self.db, order, clock.now(), await trade(self.db))


@dataclass
class Portal:
    """People at browsers. For each finding they sign in anew."""

    db: Database
    address: str
    browsers: dict[tuple[str, str], Browser] = field(default_factory=dict)

    async def do(self, asked: dict[str, Any]) -> Receipt:
        by, nonce = asked["by"], asked["nonce"]
        key = (by, asked["number"])
        browser = self.browsers.setdefault(key, Browser.of(by, self.address))
        said = as_typed(asked.get("words", {}))
        if asked["act"] == "open":
            await browser.open(said, nonce)
        else:
            file = Path(asked["file"]) if "file" in asked else None
            await browser.act(asked["number"], asked["act"], said, nonce, file)
        return await stored(self.db, by, nonce)


def as_typed(words: dict[str, Any]) -> dict[str, str]:
    """Words of an act as the fields of its form: a plan has a row for each measure."""
    typed = {name: str(value) for name, value in words.items() if name != "measures"}
    rows = words_of(ActWords, {"measures": words.get("measures", "")}).measures
    return typed | {f"measure_{place}": text for place, (text, _) in enumerate(rows)}


async def stored(db: Database, by: str, nonce: str) -> Receipt:
    """What was stored under the nonce, now that somebody was told it is. Raises Refused if nothing was."""
    async with db.reading() as session:
        event = (await session.exec(select(Event).where(Event.by == by, Event.nonce == nonce))).first()
    if event is None:
        raise Refused("说已保存，却没有。", f"told that it is stored and it is not: {by} {nonce}")
    return as_receipt(event)


def entrances(db: Database, address: str) -> dict[str, Entrance]:
    return {Door.LEDGER: Straight(db), Door.PORTAL: Portal(db, address)}
