"""Keeps the parts running: starts them, restarts one that dies, and leaves none behind."""

import asyncio
import ctypes
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic

from policy.refusals import BadInput, Unavailable
from portal.rolling import Rolling

log = logging.getLogger("rectify.up")

GRACE = 8.0
"""Seconds a part has to end by itself."""
LONGEST_PAUSE = 30.0
LAST_WORDS = 2.0
"""Seconds in which what a part that has ended still said is read."""
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass
class Part:
    """One process: its name, the words after `rectify`, and the port it needs."""

    name: str
    words: Sequence[str]
    port: int | None = None
    option: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


def refuse_taken(parts: Sequence[Part]) -> None:
    """Raises Unavailable naming a port that somebody else listens on, BadInput for one given twice."""
    given = [part.port for part in parts if part.port is not None]
    for port in given:
        if given.count(port) > 1:
            options = [part.option for part in parts if part.port == port]
            raise BadInput(
                f"端口{port}给了两次（{'、'.join(options)}），请各用一个端口。",
                f"Port {port} is given twice ({', '.join(options)}): each needs its own.",
            )
    for part in parts:
        if part.port is not None and not _is_free(part.port):
            hint = f"，或用 {part.option} 换一个端口" if part.option else ""
            raise Unavailable(
                f"端口{part.port}（{part.name}）已被其他程序占用。请先停掉它{hint}。",
                f"Port {part.port} ({part.name}) is taken by another program. Stop it"
                + (f", or choose another with {part.option}." if part.option else "."),
            )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


async def supervise(
    parts: Sequence[Part], logs: Path, stop: asyncio.Event, tell: Callable[[str, str], None]
) -> None:
    """Run all parts until stopped, then end them all."""
    keepers = [asyncio.create_task(_keep(part, logs, stop, tell)) for part in parts]
    try:
        await stop.wait()
    finally:
        stop.set()
        await asyncio.gather(*keepers)


async def _keep(part: Part, logs: Path, stop: asyncio.Event, tell: Callable[[str, str], None]) -> None:
    pause = 1.0
    while not stop.is_set():
        began = monotonic()
        async with listening(Rolling(logs / f"{part.name}.log")) as says:
            process = await _start(part, says)
            code = await _until(process, stop)
            await _end(process)
        if stop.is_set():
            return
        pause = 1.0 if monotonic() - began > 60 else min(pause * 2, LONGEST_PAUSE)
        fields = {"part": part.name, "code": code, "again_after_seconds": pause}
        log.warning("a part ended and is started again", extra={"fields": fields})
        tell(
            f"{part.name} 已退出（{code}），{pause:.0f}秒后重新启动。",
            f"{part.name} ended ({code}); starting it again in {pause:.0f} s.",
        )
        await _wait(stop, pause)


async def _start(part: Part, says: int) -> asyncio.subprocess.Process:
    """`says` is the file descriptor it writes to; closed here."""
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "portal.cli",
            *part.words,
            env={**os.environ, **part.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=says,
            stderr=says,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
    finally:
        os.close(says)


class Ear(asyncio.Protocol):
    """Puts into its log what a part says, until the part and all its children are gone.

    It goes through us because a file that a process writes to itself cannot be put aside.
    """

    def __init__(self, log: Rolling) -> None:
        self.log = log
        self.deaf = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.log.write(data)

    def connection_lost(self, _error: Exception | None) -> None:
        self.deaf.set()


@asynccontextmanager
async def listening(log: Rolling) -> AsyncIterator[int]:
    """Yields the file descriptor to speak into; the last words are waited for."""
    log.write(b"")  # a part with nothing to say has its file, too
    heard, says = os.pipe()
    pipe, ear = await asyncio.get_running_loop().connect_read_pipe(lambda: Ear(log), os.fdopen(heard, "rb"))
    try:
        yield says
        await _wait(ear.deaf, LAST_WORDS)
    finally:
        pipe.close()


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent is gone, even by kill -9."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(0)


async def _until(process: asyncio.subprocess.Process, stop: asyncio.Event) -> int | None:
    """Until the process ends by itself or is to be stopped."""
    ending = asyncio.create_task(process.wait())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({ending, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not ending.done():
        ending.cancel()
    return process.returncode


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask, then insist; the whole group, so that nothing it started stays."""
    if process.returncode is None:
        _signal(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            _signal(process.pid, signal.SIGKILL)
            await process.wait()
    _signal(process.pid, signal.SIGKILL)


def _signal(group: int, kind: signal.Signals) -> None:
    try:
        os.killpg(group, kind)
    except ProcessLookupError:
        return


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
