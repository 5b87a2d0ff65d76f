"""A real Prefect server and a real worker process for tests, and waiting for what they do."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import httpx

from models.settings import Settings
from tasks.prefect_server import (
    api_url,
    auth,
    child_environment,
    client_environment,
    refuse_unsafe,
    server_command,
    server_environment,
)
from tasks.prefect_shared import LOOPBACK

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], seconds: float = 60, what: str = "") -> None:
    """Wait until the condition holds, at most so long."""
    until = monotonic() + seconds
    while not condition():
        assert monotonic() < until, f"not within {seconds} s: {what or condition}"
        sleep(0.05)


async def eventually(condition: Callable[[], Awaitable[object]], seconds: float = 30, what: str = "") -> None:
    """Wait until the condition holds, at most so long."""
    until = monotonic() + seconds
    while not await condition():
        assert monotonic() < until, f"not within {seconds} s: {what or condition}"
        await asyncio.sleep(0.05)


@dataclass
class Child:
    """A process of ours, stopped at the end."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def children(self) -> list[int]:
        """The process ids of its own children."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/children")
        return [int(pid) for one in tasks for pid in one.read_text().split()]

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def end(self, kind: signal.Signals = signal.SIGTERM, seconds: float = 20) -> float:
        """Send the signal and give the seconds it took to end."""
        if self.process is None:
            return 0.0
        began = monotonic()
        self.process.send_signal(kind)
        try:
            self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process = None
        return monotonic() - began

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@dataclass
class PrefectHouse:
    """One Prefect server with a data folder of its own."""

    settings: Settings
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        environment = server_environment(self.settings)
        refuse_unsafe(environment)
        (self.settings.home / "prefect").mkdir(parents=True, exist_ok=True)
        log = self.settings.home / "server.log"
        self.child = Child(server_command(self.settings), child_environment(environment), log)

    @property
    def url(self) -> str:
        return api_url(self.settings)

    @property
    def auth(self) -> str:
        return auth(self.settings)

    @property
    def env(self) -> dict[str, str]:
        """The environment of a process that speaks to this server."""
        port = str(self.settings.flow_ui_port)
        ours = {"RECTIFY_HOME": str(self.settings.home), "RECTIFY_FLOW_UI_PORT": port}
        return child_environment(client_environment(self.settings) | ours)

    def start(self) -> None:
        self.child.start()
        wait_for(lambda: self.answers() or not self.child.alive(), 120, "the Prefect server answers")
        assert self.child.alive(), self.child.said()[-3000:]

    def stop(self) -> None:
        self.child.end(signal.SIGTERM)

    def kill(self) -> None:
        self.child.end(signal.SIGKILL)

    def restart(self) -> None:
        self.kill()
        self.start()

    def forget(self) -> None:
        """Lose Prefect's database; only while stopped."""
        for file in (self.settings.home / "prefect").glob("prefect.db*"):
            file.unlink()

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=1).is_success
        except httpx.HTTPError:
            return False

    def worker(self, deployments: Path, log: Path, **environment: str) -> Child:
        """A worker process for these deployments, not started yet."""
        command = [sys.executable, "-m", "tests.flows.worker_process", str(deployments)]
        return Child(command, self.env | environment, log)
