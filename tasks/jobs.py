"""Long work that a page begins: it goes on in this process, and a folder says how far it has come.

The folder is kept for a day. Whoever works holds its lock, which the system lets go with the process: work
that is said to go on and is not locked was cut off.
"""

import asyncio
import fcntl
import json
import logging
import os
import re
import secrets
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from policy.refusals import NotFound, Refusal

LOG = logging.getLogger("rectify.jobs")
KEPT = timedelta(days=1)
NAME = re.compile(r"[A-Za-z0-9_-]{22}")
BROKEN = (
    "程序出错，没有办完。请把编号 {reference} 告诉管理员。",
    "Something went wrong and it was not finished. Tell the administrator the reference {reference}.",
)

Json = dict[str, Any]


class Progress(Protocol):
    """Is told how much is done, of how much, and what came of it so far."""

    def __call__(self, done: int, total: int, so_far: Json | None = None) -> None: ...


class Phase(StrEnum):
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    CUT = "cut"
    """Its process ended before it did; never written, only seen."""


@dataclass(frozen=True)
class State:
    """How far a job is. `facts` were known when it began, `result` is what came of it."""

    kind: str
    account: str
    at: str
    facts: Json
    phase: Phase = Phase.RUNNING
    step: str = ""
    done: int = 0
    total: int = 0
    result: Json = field(default_factory=dict)
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Job:
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    def state(self) -> State:
        """Raises NotFound if it was cleared away meanwhile."""
        state = self._read()
        if state.phase is Phase.RUNNING and not self._is_locked():
            state = self._read()  # it may have ended between the two looks
            return _with(state, phase=Phase.CUT) if state.phase is Phase.RUNNING else state
        return state

    def write(self, state: State) -> None:
        """Whole or not at all: a reader never sees half of it."""
        half = self.folder / f"state.{secrets.token_hex(4)}"
        half.write_text(json.dumps(asdict(state), ensure_ascii=False), "utf-8")
        half.replace(self.folder / "state.json")

    def _read(self) -> State:
        try:
            said = json.loads((self.folder / "state.json").read_text("utf-8"))
        except FileNotFoundError as error:
            raise _gone() from error
        return State(**said | {"phase": Phase(said["phase"])})

    def _is_locked(self) -> bool:
        lock = self.lock()
        if lock is None:
            return True
        os.close(lock)
        return False

    def lock(self) -> int | None:
        """The lock, held until it is closed; None where somebody holds it."""
        opened = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(opened)
            return None
        return opened


def _with(state: State, **changed: Any) -> State:
    return State(**{**vars(state), **changed})


def begin(home: Path, kind: str, account: str, facts: Json, now: datetime) -> Job:
    """A folder for the job, and those of yesterday taken away."""
    clear(home, now)
    job = Job(home / "jobs" / secrets.token_urlsafe(16))
    job.folder.mkdir(parents=True, mode=0o700)
    job.write(State(kind, account, now.isoformat(), facts))
    return job


def find(home: Path, name: str, kind: str, account: str) -> Job:
    """Raises NotFound for a job of somebody else's as for none."""
    job = Job(home / "jobs" / name)
    if not NAME.fullmatch(name) or not job.folder.is_dir():
        raise _gone()
    state = job.state()
    if (state.kind, state.account) != (kind, account):
        raise _gone()
    return job


def _gone() -> NotFound:
    return NotFound("没有这次办理的记录（只保留一天）。", "There is no such record; they are kept for a day.")


def latest(home: Path, kind: str, account: str, most: int = 5) -> list[tuple[Job, State]]:
    """The person's own, the last one first."""
    found = []
    for folder in (home / "jobs").glob("*"):
        try:
            state = Job(folder).state()
        except NotFound:
            continue
        if (state.kind, state.account) == (kind, account):
            found.append((Job(folder), state))
    return sorted(found, key=lambda one: one[1].at, reverse=True)[:most]


def clear(home: Path, now: datetime) -> None:
    """Take away what is older than a day, and what a killed process left without a state."""
    for folder in (home / "jobs").glob("*"):
        try:
            is_old = now - datetime.fromisoformat(Job(folder).state().at) > KEPT
        except (NotFound, ValueError):
            is_old = now.timestamp() - folder.stat().st_mtime > KEPT.total_seconds()
        if is_old:
            shutil.rmtree(folder, ignore_errors=True)


RUNNING: set[asyncio.Task[None]] = set()
"""The work under way in this process; a task that nobody names may be forgotten."""


def start(job: Job, step: str, facts: Json, work: Callable[[Progress], Awaitable[Json]]) -> bool:
    """Begin the work and come back at once. False if it is under way already."""
    lock = job.lock()
    if lock is None:
        return False
    state = _with(
        job.state(), facts=facts, phase=Phase.RUNNING, step=step, done=0, total=0, result={}, zh="", en=""
    )
    job.write(state)
    task = asyncio.get_running_loop().create_task(_work(job, state, work, lock))
    RUNNING.add(task)
    task.add_done_callback(RUNNING.discard)
    return True


async def _work(job: Job, state: State, work: Callable[[Progress], Awaitable[Json]], lock: int) -> None:
    def told(done: int, total: int, so_far: Json | None = None) -> None:
        job.write(_with(state, done=done, total=total, result=so_far or {}))

    try:
        result = await work(told)
        job.write(_with(state, phase=Phase.DONE, result=result))
    except Refusal as refusal:
        job.write(_with(state, phase=Phase.REFUSED, zh=refusal.zh, en=refusal.en))
    except Exception:
        reference = secrets.token_hex(4)
        LOG.exception("%s: %s", reference, state.kind)
        zh, en = (words.format(reference=reference) for words in BROKEN)
        job.write(_with(state, phase=Phase.REFUSED, zh=zh, en=en))
    finally:
        os.close(lock)


async def finished() -> None:
    """Wait for all that is under way here."""
    while RUNNING:
        await asyncio.gather(*RUNNING)
