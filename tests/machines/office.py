"""The people of many machines: they act as through a portal, again and again until the act is stored."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models import ledger
from models.database import Database
from models.keeping.files import keep
from models.opening import open_finding
from models.orders import ActWords, OpenWords, Order, words_of
from policy.refusals import Unavailable
from policy.stages import Act
from tasks import clock
from tests.flows.prefect_house import eventually
from tests.models.township import OPENING, PLACED, TRADE

T = TypeVar("T")
AT_ONCE = {"deadline_type": "立行立改"}
AGAIN = 0.2
SEEN = """
SELECT finding, max(version_seen), bool_or(ended_at IS NULL) FROM run
WHERE generation = (SELECT max(generation) FROM run newest WHERE newest.finding = run.finding)
GROUP BY finding
"""


@dataclass
class Office:
    """Acts are recorded with a nonce, so that one whose answer was lost is not done twice."""

    db: Database
    home: Path
    seen: dict[str, tuple[int, bool]] = field(default_factory=dict)
    """finding → the version its run has looked at, and whether that run is still live."""
    versions: dict[str, int] = field(default_factory=dict)

    async def open(self) -> str:
        words, nonce = words_of(OpenWords, OPENING | PLACED | AT_ONCE), uuid4().hex
        receipt = await until_stored(
            lambda: open_finding(self.db, "inspector", words, clock.now(), TRADE, nonce)
        )
        self.versions[receipt.number] = receipt.seq
        return receipt.number

    async def act(self, number: str, what: Act, by: str, file: Path | None = None) -> None:
        files = (keep(file, self.home),) if file else ()
        order = Order(number, what, by, ActWords(), files, uuid4().hex)
        receipt = await until_stored(lambda: ledger.record(self.db, order, clock.now(), TRADE))
        self.versions[number] = receipt.seq

    def photograph(self, number: str) -> Path:
        """Evidence of the finding's own."""
        file = self.home / f"{number}.pdf"
        file.write_bytes(f"%PDF-1.4 {number}".encode())
        return file

    async def guided(self, number: str, seconds: float = 600) -> None:
        """Until the finding's run has looked at it as it stands."""

        async def has_looked() -> bool:
            return self.seen.get(number, (0, False))[0] >= self.versions[number]

        await eventually(has_looked, seconds, f"{number}: {self.seen.get(number)}, {self.versions[number]}")

    async def let_go(self, number: str, seconds: float = 600) -> None:
        """Until no run guides the finding any more."""

        async def is_over() -> bool:
            return not self.seen.get(number, (0, True))[1]

        await eventually(is_over, seconds, f"{number}: {self.seen.get(number)}")

    async def look(self, stop: asyncio.Event) -> None:
        """Keep `seen` up to date: one question for all lives."""
        while not stop.is_set():
            self.seen |= {number: (version, live) for number, version, live in await self._runs()}
            await asyncio.sleep(AGAIN)

    async def _runs(self) -> list[tuple[str, int, bool]]:
        async def asked() -> list[tuple[str, int, bool]]:
            async with self.db.engine.connect() as connection:
                return [tuple(row) for row in await connection.execute(text(SEEN))]

        return await until_stored(asked)


async def until_stored(work: Callable[[], Awaitable[T]]) -> T:
    """As a person does who is told that the database does not answer: the same form once more."""
    while True:
        try:
            return await work()
        except (Unavailable, DBAPIError, OSError, httpx.TransportError):
            await asyncio.sleep(AGAIN)
