"""Where the time goes inside a process: calls to Prefect's server and transactions on our database."""

import json
import os
import re
import signal
import sys
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from tests.flows.prefect_house import wait_for

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NAMED = re.compile(r"/(name|work_pools)/[^/]+(/rectify)?")


Seen = dict[str, dict[str, dict[str, float]]]
"""`calls` and `transactions` → name → times, statements, seconds."""


@dataclass
class Spent:
    """How often, how many statements in it, and how many seconds in all."""

    times: int = 0
    statements: int = 0
    seconds: float = 0.0


@dataclass
class Probes:
    """What was seen so far: by path of Prefect's API, and by name of our transaction."""

    calls: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    transactions: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))

    def to_plain(self) -> Seen:
        return {
            "calls": {name: asdict(one) for name, one in self.calls.items()},
            "transactions": {name: asdict(one) for name, one in self.transactions.items()},
        }


def attach() -> Probes:
    """From now on note every call and every transaction of this process."""
    probes = Probes()
    _attach_calls(probes)
    _attach_transactions(probes)
    return probes


def _attach_calls(probes: Probes) -> None:
    send = httpx.AsyncClient.send

    async def timed(self: httpx.AsyncClient, request: httpx.Request, **how: Any) -> httpx.Response:
        began = perf_counter()
        try:
            return await send(self, request, **how)
        finally:
            spent = probes.calls[f"{request.method} {_path(request.url)}"]
            spent.times += 1
            spent.seconds += perf_counter() - began

    httpx.AsyncClient.send = timed  # type: ignore[method-assign]  # a probe


def _path(url: httpx.URL) -> str:
    return NAMED.sub(r"/\1/NAME", ID.sub("ID", url.path.removeprefix("/api")))


UNDER_WAY: ContextVar[str] = ContextVar("under_way", default="reading")


def _attach_transactions(probes: Probes) -> None:
    writing = Database.writing

    @asynccontextmanager
    async def timed(self: Database, name: str = "write") -> AsyncIterator[AsyncSession]:
        began, token = perf_counter(), UNDER_WAY.set(name)
        try:
            async with writing(self, name) as session:
                yield session
        finally:
            spent = probes.transactions[name]
            spent.times += 1
            spent.seconds += perf_counter() - began
            UNDER_WAY.reset(token)

    def counted(*_: object) -> None:
        probes.transactions[UNDER_WAY.get()].statements += 1

    Database.writing = timed  # type: ignore[method-assign]  # a probe
    event.listen(Engine, "before_cursor_execute", counted)


def main(into: Path) -> None:
    """A worker as `rectify worker` starts it, that writes down what it saw so far at each SIGUSR1."""
    probes = attach()

    def tell(*_: object) -> None:
        draft = into.with_suffix(".draft")
        draft.write_text(json.dumps(probes.to_plain()), encoding="utf-8")
        draft.rename(into)

    signal.signal(signal.SIGUSR1, tell)
    from portal.cli.parts import worker

    worker()


def told(pid: int, into: Path) -> Seen:
    """What the probed worker saw so far."""
    into.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR1)
    wait_for(into.exists, 30, "the probed worker tells")
    seen: Seen = json.loads(into.read_text(encoding="utf-8"))
    return seen


def since(before: Seen, after: Seen) -> Seen:
    """What was added in between."""
    return {
        kind: {
            name: {key: value - before[kind].get(name, {}).get(key, 0) for key, value in one.items()}
            for name, one in found.items()
        }
        for kind, found in after.items()
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
