"""The doors through which acts come: the ledger itself, forms of the portal, calls of the API."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import httpx
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
from policy.refusals import Unavailable
from policy.stages import Act
from tasks import clock
from tests.browsing import AWAY, PATIENCE, Browser, Refused, token_of


class Door(StrEnum):
    LEDGER = ""
    PORTAL = "portal"
    API = "api"


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


@dataclass(frozen=True)
class Call:
    """What a program sends."""

    where: str
    body: dict[str, Any]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


@dataclass
class Api:
    """A program of each person, with their token."""

    db: Database
    client: httpx.AsyncClient
    calls: dict[str, Call] = field(default_factory=dict)
    """By their key: sent again a call is the same one."""

    @classmethod
    def of(cls, db: Database, address: str) -> "Api":
        base = f"{address}/api/v1"
        return cls(db, httpx.AsyncClient(base_url=base, timeout=PATIENCE, trust_env=False))

    async def do(self, asked: dict[str, Any]) -> Receipt:
        by, nonce = asked["by"], asked["nonce"]
        headers = {"Authorization": f"Bearer {token_of(by)}"}
        if nonce not in self.calls:
            self.calls[nonce] = await self.prepared(asked, headers)
        call = self.calls[nonce]
        sent: dict[str, Any] = {"data": call.body, "files": call.files} if call.files else {"json": call.body}
        answer = await self.client.post(call.where, headers=headers | {"Idempotency-Key": nonce}, **sent)
        given = checked(answer)
        receipt = await stored(self.db, by, nonce)
        if given["hash"] != receipt.hash:
            raise Refused("回执不符。", f"another receipt than what is stored: {given}")
        return receipt

    async def prepared(self, asked: dict[str, Any], headers: dict[str, str]) -> Call:
        words = as_data(asked.get("words", {}))
        if asked["act"] == "open":
            return Call("/findings", words)
        where = f"/findings/{asked['number']}"
        version = checked(await self.client.get(where, headers=headers))["version"]
        if "file" in asked:
            file = Path(asked["file"])
            return Call(
                f"{where}/evidence", {"version": str(version)}, {"file": (file.name, file.read_bytes())}
            )
        return Call(f"{where}/acts", words | {"act": asked["act"], "version": version})


def as_data(words: dict[str, Any]) -> dict[str, Any]:
    """Words of an act as the API takes them: a plan is a list, a kind of deadline an identifier."""
    data = dict(words)
    if "measures" in data:
        rows = words_of(ActWords, {"measures": data["measures"]}).measures
        data["measures"] = [{"text": text} for text, _ in rows]
    if "deadline_type" in data:
        data["deadline_type"] = words_of(ActWords, {"deadline_type": data["deadline_type"]}).deadline_type
    return data


def checked(answer: httpx.Response) -> dict[str, Any]:
    """Raises Unavailable, or Refused for any other answer than that it is so."""
    said = f"{answer.status_code}: {answer.text[:500]}"
    if answer.status_code in AWAY:
        raise Unavailable(said, said)
    if not answer.is_success:
        raise Refused(said, said)
    given: dict[str, Any] = answer.json()
    return given


def entrances(db: Database, address: str) -> dict[str, Entrance]:
    return {Door.LEDGER: Straight(db), Door.PORTAL: Portal(db, address), Door.API: Api.of(db, address)}
