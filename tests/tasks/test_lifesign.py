"""An address elsewhere is called while all goes well, and hears nothing once it does not."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Literal

import pytest
from pydantic import ValidationError

from flows.rounds import jobs, living
from models import heartbeats
from models.database import Database, database
from models.heartbeats import Beat
from models.settings import Settings, settings
from policy.refusals import Unavailable
from tasks import clock, lifesign
from tests.loopback import Call, answering
from tests.models.township import change

SECRET = "9f0c-who-knows-this-may-pretend"
LONG = timedelta(hours=3)


class Listener:
    """Who listens elsewhere, and what they answer."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.heard = asyncio.Event()
        self.status = 200
        self.root = ""

    async def answer(self, call: Call) -> tuple[int, bytes]:
        self.calls.append(call)
        self.heard.set()
        return self.status, b"OK"

    @property
    def address(self) -> str:
        return f"{self.root}/{SECRET}"


@pytest.fixture
async def listener(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listener]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    there = Listener()
    async with answering(there.answer, "Location: /elsewhere") as there.root:
        yield there


async def beat(db: Database, job: str, ago: timedelta = timedelta(0), note: str = "") -> None:
    await heartbeats.beat(db, Beat(job, "host:1", clock.real() - ago, clock.now(), note=note))


async def all_well(db: Database) -> None:
    for job in ("watch", "post", "check"):
        await beat(db, job)


async def given(db: Database, there: Listener) -> bool:
    """Whether a sign was given, a minute later."""
    await change(db, "DELETE FROM lease")
    before = len(there.calls)
    heard = await lifesign.give(db, config(there))
    assert heard == (len(there.calls) > before)
    return heard


def config(there: Listener) -> Settings:
    return Settings(_env_file=None, home=settings().home, heartbeat_url=there.address)


async def test_while_all_goes_well_the_address_is_called(db: Database, listener: Listener) -> None:
    await all_well(db)
    assert await given(db, listener)
    assert [(call.method, call.path) for call in listener.calls] == [("GET", f"/{SECRET}")]


@pytest.mark.parametrize(
    ("job", "ago", "note"),
    [
        ("watch", timedelta(minutes=6), ""),
        ("post", timedelta(minutes=21), ""),
        ("watch", timedelta(0), "数据库暂时不可用"),
        ("post", timedelta(0), "数据库暂时不可用"),
        ("relay", timedelta(0), "Prefect 没有应答，唤醒等待"),
        ("clock", timedelta(0), "时钟突然前进"),
        ("check", timedelta(0), "due letters are recorded=3"),
        ("check all", timedelta(hours=5), "chains are whole=1"),
        ("check", LONG, ""),
    ],
)
async def test_once_something_is_wrong_there_is_silence(
    db: Database, listener: Listener, job: str, ago: timedelta, note: str
) -> None:
    await all_well(db)
    await beat(db, job, ago, note)
    assert not await given(db, listener)
    await beat(db, job)
    assert await given(db, listener)
    assert {call.path for call in listener.calls} == {f"/{SECRET}"}, "no call ever says that it failed"


@pytest.mark.parametrize("job", ["watch", "post", "check"])
async def test_a_round_that_never_was_is_not_well(db: Database, listener: Listener, job: str) -> None:
    await all_well(db)
    await change(db, "DELETE FROM heartbeat WHERE job = :job", job=job)
    assert not await given(db, listener)


async def test_of_all_workers_one_calls_and_once_a_minute(db: Database, listener: Listener) -> None:
    await all_well(db)
    await change(
        db,
        "INSERT INTO lease (job, holder, until) VALUES ('sign of life', 'other:1', :until)",
        until=f"{clock.real() + timedelta(seconds=40):%Y-%m-%d %H:%M:%S.%f}",
    )
    assert not await lifesign.give(db, config(listener))
    await change(db, "DELETE FROM lease")
    assert await lifesign.give(db, config(listener))


async def test_a_worker_calls_beside_its_rounds(db: Database, listener: Listener) -> None:
    await all_well(db)
    stop = asyncio.Event()
    loop = asyncio.create_task(living(config(listener), stop))
    await listener.heard.wait()
    stop.set()
    await loop


class OneTurn(asyncio.Event):
    """Stops a loop after its first turn."""

    turns = 0

    def is_set(self) -> bool:
        self.turns += 1
        return self.turns > 1

    async def wait(self) -> Literal[True]:
        return True


async def test_a_database_that_is_away_ends_no_loop(listener: Listener) -> None:
    away = Settings(
        _env_file=None, heartbeat_url=listener.address, database_url="postgresql://x@127.0.0.1:1/x"
    )
    with pytest.raises(Unavailable):
        await lifesign.give(database(away), away)
    await living(away, OneTurn())
    assert listener.calls == []


def test_without_an_address_nobody_is_called() -> None:
    with_one = Settings(_env_file=None, heartbeat_url="https://hc.example/x")
    assert Settings(_env_file=None).heartbeat_url == ""

    async def count(config: Settings) -> int:
        return len(jobs(config, asyncio.Event()))

    assert asyncio.run(count(with_one)) == asyncio.run(count(Settings(_env_file=None))) + 1


@pytest.mark.parametrize("status", [301, 307, 404, 500])
async def test_no_other_address_is_called_and_a_refusal_is_one_line(
    listener: Listener, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    listener.status = status
    assert not await lifesign.call(listener.address)
    assert len(listener.calls) == 1
    assert lines(caplog) == [f"no sign of life to {listener.root}: it answered {status}"]


async def test_a_place_that_is_not_there_is_one_line_without_the_secret(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert not await lifesign.call(f"http://who:pass@127.0.0.1:1/{SECRET}?{SECRET}")
    [line] = lines(caplog)
    assert line.startswith("no sign of life to http://127.0.0.1:1: ConnectError")


async def test_a_place_that_never_answers_is_not_waited_for(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    held = asyncio.Event()

    async def never(_: Call) -> tuple[int, bytes]:
        await held.wait()
        return 200, b""

    async with answering(never) as root:
        assert not await lifesign.call(f"{root}/{SECRET}", patience=0.1)
        held.set()
    [line] = lines(caplog)
    assert "Timeout" in line


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What is logged; the secret is nowhere in it, at the level of a running process."""
    found = [x.getMessage() for x in caplog.records if x.name == "rectify.lifesign"]
    loud = [x.getMessage() for x in caplog.records if x.levelno >= logging.WARNING]
    assert not any(SECRET in line or "pass" in line for line in (*loud, *found))
    return found


@pytest.mark.parametrize(
    "address",
    ["hc.example/x", "ftp://hc.example/x", "file:///etc/passwd", "https://", "http://h:x/", "javascript:1"],
)
def test_only_an_address_on_the_web_is_taken(address: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, heartbeat_url=address)
    assert address not in str(refused.value)
    assert SECRET not in repr(Settings(_env_file=None, heartbeat_url=f"https://hc.example/{SECRET}"))
