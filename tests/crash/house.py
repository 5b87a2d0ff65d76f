"""Everything that runs, as processes of its own: to be killed, armed with faults, and started again."""

import json
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO, Any

import httpx

from models.settings import Settings
from tests.commands import rectify
from tests.flows.prefect_house import ROOT, Child, PrefectHouse, free_port, wait_for
from tests.flows.township import PEOPLE

SLOW = 120.0
"""Seconds within which anything must happen, on a machine that others load too."""


class Died(Exception):
    """The process on the other end of the pipe is gone."""


@dataclass
class Talker:
    """A process that answers each line of JSON with one."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._read()

    def ask(self, line: str) -> Any:
        """Raises Died if it does before it has answered."""
        assert self.process is not None
        try:
            stdin = _there(self.process.stdin)
            stdin.write(line.encode() + b"\n")
            stdin.flush()
        except BrokenPipeError as gone:
            raise Died from gone
        return self._read()

    def _read(self) -> Any:
        assert self.process is not None
        stdout = _there(self.process.stdout)
        ready, _, _ = select.select([stdout], [], [], SLOW)
        assert ready, f"{self.command} says nothing for {SLOW} s"
        line = stdout.readline()
        if not line:
            self.process.wait()
            raise Died
        return json.loads(line)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            _there(self.process.stdin).close()
            _there(self.process.stdout).close()
            self.process = None


def _there(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


@dataclass
class House:
    """One data folder with all its processes. `control` names a broken build of worker and driver."""

    home: Path
    databases: tuple[str, str] = ("", "")
    """Ours and Prefect's; SQLite where empty."""
    control: str = ""
    more: dict[str, str] = field(default_factory=dict)
    """Settings, as they stand in the environment."""
    armed: dict[str, list[str]] = field(default_factory=dict)
    TRACED = ("worker", "driver", "sink", "portal")
    EVERY_PART = ("server", "sink", "driver", "worker")
    """Started whenever it is down; the portal is once a schedule needs it."""

    def __post_init__(self) -> None:
        ours, prefects = self.databases
        config = Settings(
            _env_file=None, home=self.home, flow_ui_port=free_port(), prefect_database_url=prefects
        )
        self.prefect = PrefectHouse(config)
        self.sink_port, self.portal_port, self.hook_port = free_port(), free_port(), free_port()
        self.is_served = False
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RECTIFY_"))},
            "RECTIFY_HOME": str(self.home),
            "RECTIFY_DATABASE_URL": ours,
            "RECTIFY_FLOW_UI_PORT": str(config.flow_ui_port),
            "RECTIFY_PORTAL_PORT": str(self.portal_port),
            "RECTIFY_SMTP_HOST": "127.0.0.1",
            "RECTIFY_SMTP_PORT": str(self.sink_port),
            "RECTIFY_SMTP_SECURITY": "none",
            "RECTIFY_SMTP_TIMEOUT": "5",
            "RECTIFY_MAIL_ANY_TIME": "true",
            "RECTIFY_WORKER_PORT": "0",
            "RECTIFY_BACKUP_HOUR": "-1",
            "RECTIFY_RUN_LEASE": "5",
            "RECTIFY_SQUARE_EVERY": "1",
            "RECTIFY_ROUND_EVERY": "0.3",
            "RECTIFY_ROUND_AGAIN": "1",
            **self.more,
        }
        self.habits: dict[str, list[str]] = {}
        self.worker = self._child("worker", "portal.cli", "worker")
        self.second = self._child("second", "portal.cli", "worker")
        self.sink = self._child("sink")
        self.portal = self._child("portal", "portal.cli", "portal")
        self.driver = self._talker("driver", "tests.crash.driver")
        self.inspector = self._talker("inspector", "tests.crash.inspector")

    def _child(self, name: str, *words: str) -> Child:
        return Child([sys.executable, "-m", *words], {}, self.home / f"{name}.log")

    def _talker(self, name: str, module: str) -> Talker:
        return Talker([sys.executable, "-m", module], {}, self.home / f"{name}.log")

    # Starting and killing

    def open(self) -> None:
        """Everything started, the people known, and another system to be told of each act."""
        self.prefect.start()
        people = self.home / "people.csv"
        people.write_text(PEOPLE, encoding="utf-8")
        for words in (
            ("people", "import", str(people)),
            ("webhooks", "add", f"http://127.0.0.1:{self.hook_port}/"),
        ):
            done = self.command(*words)
            assert done.returncode == 0, done.stderr
        self.inspector.environment = self.environment
        self.inspector.start()

    def command(self, *words: str, faults: str = "", **more: str) -> "CompletedProcess[str]":
        """`rectify WORDS`, by the command line, with more settings."""
        told = self._told("command") | ({"RECTIFY_FAULTS": faults} if faults else {}) | more
        return rectify(*words, environment=told)

    def arm(self, faults: Mapping[str, Sequence[str]], habits: Mapping[str, list[str]] | None = None) -> None:
        """Faults of the next starts of each kind of process; what runs unarmed is started anew.

        `habits` are what the mail server answers first, by verb, at each armed start and the one after;
        afterwards it answers as usual.
        """
        for name in self.TRACED:
            if self.trace(name).exists():
                os.truncate(self.trace(name), 0)
        self.armed = {name: [*told] for name, told in faults.items()}
        self.habits = dict(habits or {})
        for name in {*faults, "sink"} if habits else faults:
            self.kill(name)
        self.mend()

    def mend(self, names: Sequence[str] = EVERY_PART) -> list[str]:
        """Start whatever is down, as a supervisor would. Returns what it was."""
        wanted = (*names, "portal") if self.is_served else names
        down = [name for name in wanted if not self._is_up(name)]
        for name in down:
            self._start(name)
        return down

    def _is_up(self, name: str) -> bool:
        return self._part(name).alive()

    def _part(self, name: str) -> Child | Talker:
        if name == "server":
            return self.prefect.child
        found: Child | Talker = getattr(self, name)
        return found

    def _start(self, name: str) -> None:
        if name == "server":
            self.prefect.start()
            return
        part = self._part(name)
        part.environment = self._told(name)
        if name in ("worker", "second", "driver", "portal"):
            part.command = self._built(part.command)
        if name == "sink":
            ports = [str(self.sink_port), str(self.hook_port)]
            words = ["tests.crash.sink", *ports, str(self.home), json.dumps(self.habits)]
            part.command = [sys.executable, "-m", *words]
            if not self.armed.get("sink"):
                self.habits = {}
        try:
            part.start()
        except Died:  # armed so that it dies while it starts
            self._start(name)
        if name == "portal":
            wait_for(lambda: self.is_answered() or not self.portal.alive(), SLOW, "the portal answers")

    def is_answered(self) -> bool:
        """Whether the portal is ready for people."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.portal_port}/health", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def mend_portal(self) -> list[str]:
        """After nobody answered: it is dead or about to be, or was only slow."""
        wait_for(lambda: self.is_answered() or not self.portal.alive(), SLOW, "the portal answers or is gone")
        return self.mend(())

    def _told(self, name: str) -> dict[str, str]:
        """Its environment; a fault is armed for one start only."""
        faults = self.armed.get(name)
        return self.environment | {
            "RECTIFY_FAULTS": faults.pop(0) if faults else "",
            "RECTIFY_FAULTS_TRACE": str(self.trace(name)),
        }

    def _built(self, command: list[str]) -> list[str]:
        if not self.control or "tests.crash.controls" in command:
            return command
        return [*command[:2], "tests.crash.controls", self.control, *command[2:]]

    def start_second(self) -> None:
        """Another worker beside the first: two relays, two rounds, two posts."""
        if not self.second.alive():
            self._start("second")

    def kill(self, name: str) -> None:
        part = self._part(name)
        if isinstance(part, Child):
            part.end(signal.SIGKILL)
        else:
            part.end()

    def close(self) -> None:
        for name in ("worker", "second", "driver", "portal", "sink", "inspector", "server"):
            self.kill(name)

    # Looking

    def trace(self, name: str) -> Path:
        return self.home / f"{name}.trace"

    def reached(self, name: str) -> Counter[str]:
        """How often each point was reached by this kind of process."""
        return Counter(point for point, _ in self._noted(name))

    def struck(self, name: str) -> list[str]:
        """The points at which a fault struck."""
        return [point for point, action in self._noted(name) if action]

    def _noted(self, name: str) -> Iterator[tuple[str, str]]:
        if self.trace(name).exists():
            for line in self.trace(name).read_text().splitlines():
                _pid, point, action = line.split("\t")
                yield point, action

    def unrest(self) -> list[str]:
        return list(self.inspector.ask("unrest")["lines"])

    def broken(self) -> list[str]:
        return list(self.inspector.ask("broken")["lines"])

    # People

    def note(self, form: Mapping[str, Any]) -> None:
        """A line of the people's own journal: first what they want, then what they were told."""
        with (self.home / "acts.jsonl").open("ab") as journal:
            journal.write(json.dumps(form).encode() + b"\n")
            journal.flush()
            os.fsync(journal.fileno())

    def photograph(self, name: str) -> Path:
        path = self.home / f"{name}.pdf"
        path.write_bytes(f"%PDF-1.4 {name}".encode())
        return path

    # What a supervisor may click in the flow UI

    def click(self, number: str, verb: str) -> None:
        """cancel, delete, resume, fail or run again: whatever the finding's run lets be done to it."""
        name, _, password = self.prefect.auth.partition(":")
        with httpx.Client(base_url=self.prefect.url, auth=(name, password), timeout=20) as client:
            for run in _runs(client, number):
                _click(client, run["id"], verb)


def _runs(client: httpx.Client, number: str) -> list[dict[str, Any]]:
    states = ["SCHEDULED", "PENDING", "RUNNING", "PAUSED"]
    asked = {"flows": {"name": {"any_": ["rectify"]}}, "flow_runs": {"state": {"type": {"any_": states}}}}
    found = client.post("/flow_runs/filter", json=asked).raise_for_status().json()
    return [run for run in found if run["parameters"].get("number") == number]


def _click(client: httpx.Client, run_id: str, verb: str) -> None:
    if verb == "delete":
        client.delete(f"/flow_runs/{run_id}")
    elif verb == "resume":
        client.post(f"/flow_runs/{run_id}/resume")
    else:
        kind = {"cancel": "CANCELLED", "fail": "FAILED", "run again": "SCHEDULED"}[verb]
        client.post(f"/flow_runs/{run_id}/set_state", json={"state": {"type": kind}, "force": True})


@contextmanager
def opened(
    home: Path, databases: tuple[str, str] = ("", ""), control: str = "", **more: str
) -> Iterator[House]:
    """A house with everything in it, closed at the end."""
    house = House(home, databases, control, more)
    try:
        house.open()
        yield house
    finally:
        house.close()
