"""Many machines on one: PostgreSQL, Redis, Prefect servers behind a balancer, workers; each may be killed."""

import base64
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.commands import rectify
from tests.flows.prefect_house import Child, free_port, wait_for
from tests.machines.aside import aside
from tests.machines.balancer import Balancer
from tests.models.postgres import CRASH_SAFE, Cluster, installed

START = 300
"""Seconds a server may take to answer, on a machine where others start too."""
PORTALS = 2


@dataclass
class Redis:
    """A Redis that keeps nothing: what it forgets when it dies, nobody may need."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="rectify-redis-")))
    port: int = field(default_factory=free_port)
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        where = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        command = ["redis-server", *where, "--save", "", "--appendonly", "no"]
        self.child = Child(command, dict(os.environ), self.folder / "log")

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.child.start()
        wait_for(self.answers, 20, "Redis answers")

    def kill(self) -> None:
        self.child.end(signal.SIGKILL)

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def answers(self) -> bool:
        asked = subprocess.run(["redis-cli", "-p", str(self.port), "ping"], capture_output=True, text=True)
        return asked.stdout.strip() == "PONG"


@dataclass
class Machine:
    """One of several that run the same command, on ports and in a data folder of its own."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    home: Path
    port: int = 0
    health: str = "/api/health"
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        own = {
            "RECTIFY_HOME": str(self.home),
            "RECTIFY_FLOW_UI_PORT": str(self.port or free_port()),
            "RECTIFY_PORTAL_PORT": str(self.port or free_port()),
            "RECTIFY_WORKER_PORT": str(free_port()),
        }
        command = [sys.executable, "-m", "portal.cli", *self.words]
        self.child = Child(command, {**self.environment, **own}, self.home / "log")

    def start(self) -> None:
        self.child.start()

    def kill(self) -> None:
        self.child.end(signal.SIGKILL)

    def answers(self) -> bool:
        assert self.child.alive(), self.child.said()[-3000:]
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}{self.health}", timeout=2).is_success
        except httpx.HTTPError:
            return False


@dataclass
class House:
    """Everything that runs, by name; `environment` is what each of them is told."""

    folder: Path
    cluster: Cluster
    redis: Redis
    balancer: Balancer
    front: Balancer
    """Before the portals."""
    environment: dict[str, str]
    database_url: str
    prefect_database_url: str
    machines: dict[str, Machine] = field(default_factory=dict)

    def machine(self, name: str, *words: str, port: int = 0, health: str = "/api/health") -> Machine:
        """A machine of that name, not started yet."""
        made = Machine(name, words, self.environment, self.folder / name, port, health)
        self.machines[name] = made
        return made

    def run(self, *words: str) -> str:
        """What a command printed; it has to succeed."""
        own = self.environment | {"RECTIFY_HOME": str(self.folder / "office")}
        done = rectify(*words, environment=own)
        assert done.returncode == 0, f"{words}: {done.stderr}{done.stdout}"
        return done.stdout

    def start_servers(self, names: Sequence[str] = ("server-1", "server-2")) -> None:
        """Both databases migrated, servers behind the balancer, their services apart."""
        self.run("migrate")
        for name, port in zip(names, self.balancer.backends, strict=True):
            self.machine(name, "server", "--no-services", port=port).start()
        self.machine("services", "services").start()
        for name in names:
            wait_for(self.machines[name].answers, START, f"{name} answers")

    def start_workers(self, names: Sequence[str] = ("worker-1", "worker-2")) -> None:
        for name in names:
            self.machine(name, "worker").start()

    def start_portals(self, names: Sequence[str] = ("portal-1", "portal-2")) -> None:
        """They keep evidence and jobs in one folder each, which on many machines are shared ones."""
        for name, port in zip(names, self.front.backends, strict=True):
            portal = self.machine(name, "portal", port=port, health="/health")
            for kept in ("evidence", "jobs"):
                shared = self.folder / "office" / kept
                shared.mkdir(parents=True, exist_ok=True)
                (portal.home / kept).symlink_to(shared)
            portal.start()

    def end(self) -> None:
        for machine in self.machines.values():
            machine.kill()

    def said(self) -> str:
        """The last words of all, for a failure's message."""
        return "\n".join(f"== {one.name}\n{one.child.said()[-1500:]}" for one in self.machines.values())


@contextmanager
def housed(folder: Path, settings: Mapping[str, object], servers: int = 2) -> Iterator[House]:
    """PostgreSQL and Redis running, ports and secrets chosen; the rest is the caller's to start."""
    programs = installed()
    if programs is None or shutil.which("redis-server") is None:
        pytest.skip("NOT TESTED ON MANY MACHINES: apt-get install postgresql redis-server")
    with ExitStack() as ends:
        cluster, redis = Cluster(programs, CRASH_SAFE), Redis()
        ends.callback(cluster.stop)
        cluster.start()
        ends.callback(redis.stop)
        redis.start()
        balancer, front = (
            ends.enter_context(aside(Balancer([free_port() for _ in range(many)])))
            for many in (servers, PORTALS)
        )
        ours, prefects = cluster.create(), cluster.create()
        told: dict[str, object] = {
            "database_url": ours,
            "prefect_database_url": prefects,
            "prefect_api_url": f"http://127.0.0.1:{balancer.port}/api",
            "prefect_auth": f"rectify:{secrets.token_urlsafe(24)}",
            "prefect_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "redis_url": redis.url,
            **settings,
        }
        environment = _clean() | {f"RECTIFY_{name.upper()}": str(value) for name, value in told.items()}
        house = House(folder, cluster, redis, balancer, front, environment, ours, prefects)
        ends.callback(house.end)
        yield house


def _clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RECTIFY_"))}
