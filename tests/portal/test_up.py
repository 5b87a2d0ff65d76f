"""`rectify up --demo` as a newcomer runs it: one command, three addresses, and nothing left when it ends."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from policy.stages import LIVE
from tests.commands import rectify
from tests.flows.prefect_house import ROOT, Child, free_port, wait_for

server = pytest.mark.server
PARTS = {
    "server": "uvicorn",
    "portal": "portal.cli portal",
    "worker": "portal.cli worker",
    "mailbox": "portal.cli mailbox",
}
"""Each part and how its command line is known."""
STATES = ["SCHEDULED", "PENDING", "RUNNING", "PAUSED"]
GONE_WITHIN = 15.0


@dataclass
class Demo:
    """One `rectify up --demo` on ports of its own."""

    home: Path
    ports: dict[str, int] = field(
        default_factory=lambda: {name: free_port() for name in ("portal", "flow-ui", "mailbox")}
    )

    def __post_init__(self) -> None:
        options = [word for name, port in self.ports.items() for word in (f"--{name}-port", str(port))]
        command = [sys.executable, "-m", "portal.cli", "up", "--demo", "--data", str(self.home), *options]
        self.child = Child(command, environment(), self.home.with_suffix(".log"))

    def start(self) -> None:
        self.child.log.unlink(missing_ok=True)
        self.child.start()

    def is_told(self) -> bool:
        return "Ctrl-C" in self.child.said() or not self.child.alive()

    def ready(self) -> None:
        wait_for(self.is_told, 90, "the addresses are printed")
        assert self.child.alive(), self.child.said()

    def parts(self) -> dict[str, int]:
        """The process of each part by its name."""
        running = {pid: words(pid) for pid in self.child.children()}
        return {part: pid for part, mark in PARTS.items() for pid, said in running.items() if mark in said}

    def address(self, name: str, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def answers(self, name: str, path: str = "/") -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(self.address(name, path), timeout=2).is_success
        return False

    def takes_mail(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.ports["mailbox"]), 1) as line:
            return line.recv(3) == b"220"
        return False

    def live_runs(self) -> dict[str, str]:
        """Prefect's own live runs of findings: run id → its name."""
        user, _, password = (self.home / "prefect-auth").read_text().strip().partition(":")
        body = {"flows": {"name": {"any_": ["rectify"]}}, "flow_runs": {"state": {"type": {"any_": STATES}}}}
        address = self.address("flow-ui", "/api/flow_runs/filter")
        answer = httpx.post(address, json=body, auth=(user, password), timeout=10)
        return {run["id"]: run["name"] for run in answer.raise_for_status().json()}

    def guided(self) -> dict[str, str]:
        """The live runs our rows know of: run id → its finding."""
        return dict(
            self.rows("SELECT flow_run_id, finding FROM run WHERE ended_at IS NULL AND flow_run_id <> ''")
        )

    def mails(self) -> int:
        return len(list((self.home / "mailbox").glob("*.eml")))

    def ask(self, *words: str) -> str:
        """What a command in another window says."""
        ours = {"RECTIFY_HOME": str(self.home), "RECTIFY_AS_OF": "2026-11-20"}
        ours["RECTIFY_FLOW_UI_PORT"] = str(self.ports["flow-ui"])
        done = rectify(*words, environment=environment() | ours)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def health(self) -> dict[str, Any]:
        names = {"portal": "PORTAL_PORT", "flow-ui": "FLOW_UI_PORT"}
        ours = {f"RECTIFY_{name}": str(self.ports[part]) for part, name in names.items()}
        ours["RECTIFY_HOME"] = str(self.home)
        done = rectify("health", "--json", environment=environment() | ours)
        told = json.loads(done.stdout)
        assert done.returncode == (0 if told["ok"] else 1), done.stderr
        return dict(told)

    def listed(self) -> list[dict[str, Any]]:
        return list(json.loads(self.ask("list", "--json")))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.home / 'rectify.db'}?mode=ro", uri=True)) as db:
            return db.execute(query).fetchall()

    def left(self) -> list[str]:
        """Whatever still runs for this data folder, whoever its parent is."""
        mark = str(self.home).encode()
        found = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
        return [words(pid) for pid in found if mark in about(pid) and words(pid) and pid != os.getpid()]

    def frees_its_ports(self) -> bool:
        return all(is_free(port) for port in self.ports.values())


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RECTIFY_"))}


def words(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def about(pid: int) -> bytes:
    """Command line and environment of a process; nothing where it is gone or not ours to read."""
    with suppress(OSError):
        return b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
    return b""


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    found = Demo(tmp_path_factory.mktemp("up") / "demo")
    found.start()
    try:
        found.ready()
        yield found
    finally:
        found.child.end()


@server
def test_the_three_addresses_are_printed_and_answer(demo: Demo) -> None:
    said = demo.child.said()
    for path in ("/", "/flow-ui/", "/mailbox"):
        address = demo.address("portal", path)
        assert address in said
        assert httpx.get(address, follow_redirects=True).is_success
    assert "Prefect" in httpx.get(demo.address("flow-ui", "/flow-ui/v2/")).text
    assert "\x1b" not in said
    assert (demo.home / "prefect-auth").read_text().strip() not in said


@server
def test_the_sample_is_in_with_one_live_run_for_each_open_finding(demo: Demo) -> None:
    listed = demo.listed()
    live = {row["number"] for row in listed if row["stage"] in set(LIVE)}
    assert (len(listed), len(live)) == (26, 8)
    wait_for(
        lambda: len(demo.live_runs()) == 8 == len(demo.guided()), 60, "eight live runs, and we know which"
    )
    runs, guided = demo.live_runs(), demo.guided()
    assert {guided[run] for run in runs} == live
    assert all(name.startswith(guided[run]) for run, name in runs.items())


@server
def test_the_day_s_mails_arrive_and_a_second_watch_sends_none(demo: Demo) -> None:
    waiting = "SELECT count(*) FROM letter WHERE state = 'queued'"
    wait_for(lambda: demo.mails() > 0 and demo.rows(waiting) == [(0,)], 60, "all letters are sent")
    assert demo.rows("SELECT count(*) FROM mail WHERE state = 'sent'") == [(demo.mails(),)]
    arrived = demo.mails()
    assert "新记函件0份" in demo.ask("watch", "--once")
    assert demo.rows(waiting) == [(0,)]
    assert demo.mails() == arrived
    assert "【红色督办】SJ2026-001" in httpx.get(demo.address("portal", "/mailbox")).text


@server
@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_killed_is_started_again(demo: Demo, part: str) -> None:
    wait_for(lambda: set(demo.parts()) == set(PARTS), 60, "every part runs")
    before = demo.parts()
    os.kill(before[part], signal.SIGKILL)
    wait_for(lambda: demo.parts().get(part, before[part]) != before[part], 30, f"{part} is started again")
    others = set(PARTS) - {part}
    assert {name: demo.parts()[name] for name in others} == {name: before[name] for name in others}
    assert f"{part} 已退出（-9）" in demo.child.said()
    if part in {"portal", "server"}:
        path = "/health" if part == "portal" else "/api/health"
        wait_for(lambda: demo.answers("portal" if part == "portal" else "flow-ui", path), 60, part)
    elif part == "mailbox":
        wait_for(demo.takes_mail, 30, part)


@server
def test_every_part_logs_json_and_its_restart_is_logged(demo: Demo) -> None:
    logs = {path.name: path.read_text().splitlines() for path in (demo.home / "logs").iterdir()}
    assert {"up.log", "worker.log", "server.log", "portal.log", "mailbox.log"} <= set(logs)
    lines = [json.loads(line) for said in logs.values() for line in said]
    assert all({"time", "level", "logger", "message", "process", "pid"} <= set(line) for line in lines)
    ended = {line["part"] for line in lines if line["logger"] == "rectify.up"}
    assert ended >= set(PARTS)


@server
def test_health_says_all_is_well(demo: Demo) -> None:
    wait_for(lambda: demo.health()["ok"], 60, "every part is alive and ready")
    assert [part["part"] for part in demo.health()["parts"]] == ["server", "portal", "worker"]


@server
def test_after_all_that_a_finding_goes_on(demo: Demo) -> None:
    wait_for(lambda: demo.answers("flow-ui", "/api/health"), 60, "Prefect answers")
    demo.ask("act", "DC2026-002", "accept", "--by", "jicun")
    state = "SELECT version_seen FROM run WHERE finding = 'DC2026-002' AND ended_at IS NULL"
    version = demo.rows("SELECT version FROM finding WHERE number = 'DC2026-002'")
    wait_for(lambda: demo.rows(state) == version, 90, "the run has followed")
    wait_for(lambda: len(demo.live_runs()) == 8, 60, "eight live runs")


@server
def test_whichever_way_it_ends_nothing_is_left(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "demo")
    for number, kind in enumerate((signal.SIGTERM, signal.SIGINT, signal.SIGKILL)):
        demo.start()
        try:
            demo.ready()
            wait_for(lambda: set(demo.parts()) == set(PARTS), 30, "every part runs")
            assert f"新增{0 if number else 26}条" in demo.child.said()
            code = ended(demo, kind)
            assert code == (0 if kind != signal.SIGKILL else -9)
            wait_for(lambda: not demo.left(), GONE_WITHIN, f"nothing is left after {kind.name}")
            wait_for(demo.frees_its_ports, GONE_WITHIN, "the ports are free")
        finally:
            demo.child.end(signal.SIGKILL)
        assert "Traceback" not in demo.child.said()
    assert len(demo.listed()) == 26


def ended(demo: Demo, kind: signal.Signals) -> int:
    process = demo.child.process
    assert process is not None
    process.send_signal(kind)
    return process.wait(GONE_WITHIN)


@server
def test_stopped_while_it_starts_it_leaves_nothing(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "demo")
    demo.start()
    try:
        wait_for(lambda: "新增26条" in demo.child.said(), 30, "the sample is in")
        assert ended(demo, signal.SIGTERM) == 0
        wait_for(lambda: not demo.left(), GONE_WITHIN, "nothing is left")
    finally:
        demo.child.end(signal.SIGKILL)


def refused(demo: Demo, code: int) -> str:
    """The one sentence with which `up` does not start."""
    done = subprocess.run(
        demo.child.command, env=demo.child.environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (code, ""), done
    assert done.stderr.count("\n") == 1
    assert not demo.home.exists()
    assert demo.left() == []
    return done.stderr


@pytest.mark.parametrize("name", ["portal", "flow-ui", "mailbox"])
def test_a_taken_port_is_said_with_its_option_and_nothing_starts(tmp_path: Path, name: str) -> None:
    demo = Demo(tmp_path / "demo")
    with socket.create_server(("127.0.0.1", demo.ports[name])):
        said = refused(demo, 5)
    assert f"端口{demo.ports[name]}" in said
    assert f"--{name}-port" in said


def test_a_port_given_twice_is_said_and_nothing_starts(tmp_path: Path) -> None:
    port = free_port()
    said = refused(Demo(tmp_path / "demo", {"portal": port, "flow-ui": port, "mailbox": free_port()}), 2)
    assert "--portal-port" in said
    assert "--flow-ui-port" in said
