"""A Prefect server that is busy, slow, hears twice or loses answers costs a retry, never a finding."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Thread

import httpx
import pytest

from tests.flows.prefect_house import Child, wait_for
from tests.flows.township import Township, inhabited

pytestmark = pytest.mark.server
DROPPED = {"host", "content-length", "connection", "transfer-encoding", "content-encoding"}
LATE = 1.5  # seconds a slow server takes longer for each call


@dataclass
class Trouble:
    """What is wrong with the server just now, and the calls that met it."""

    kind: str = ""
    met: list[str] = field(default_factory=list)
    turn: Iterator[int] = field(default_factory=count)

    def meets(self, path: str) -> bool:
        """Every call of a slow server, every third of another."""
        is_met = self.kind == "slow" or (bool(self.kind) and next(self.turn) % 3 == 2)
        if is_met:
            self.met.append(path)
        return is_met


@contextmanager
def troubled(prefect: str) -> Iterator[tuple[str, Trouble]]:
    """A server before Prefect's that behaves as `Trouble.kind` says: busy, slow, twice, unheard."""
    trouble, over = Trouble(), Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind = trouble.kind if trouble.meets(self.path) else ""
            if kind == "busy":
                self.reply(503, b'{"exception_message": "Service Unavailable"}', {"Retry-After": "0"})
                return
            if kind == "slow":
                over.wait(LATE)
            got = self.passed_on(body)
            if kind == "twice":
                got = self.passed_on(body)
            if kind == "unheard":  # it was done, but nobody learns it
                self.close_connection = True
                return
            kept = {k: v for k, v in got.headers.items() if k.lower() not in DROPPED}
            self.reply(got.status_code, got.content, kept)

        def passed_on(self, body: bytes) -> httpx.Response:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in DROPPED}
            return httpx.request(self.command, prefect + self.path, content=body, headers=headers, timeout=20)

        def reply(self, code: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", trouble
    finally:
        over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Township]:
    with inhabited(tmp_path_factory.mktemp("troubled")) as place:
        yield place


@pytest.fixture(scope="module")
def trouble(township: Township) -> Iterator[Trouble]:
    with troubled(township.prefect.url.removesuffix("/api")) as (url, trouble):
        worker: Child = township.start("worker", prefect_api_url=f"{url}/api")
        yield trouble
        trouble.kind = ""
        worker.end()


@pytest.mark.parametrize("kind", ["busy", "slow", "twice", "unheard"])
def test_a_life_goes_on(township: Township, trouble: Trouble, kind: str) -> None:
    trouble.kind = kind
    number = township.opened()
    township.stands_at(number, "待认领", 90)
    township.act(number, "accept", "owner")
    township.stands_at(number, "整改中", 90)
    township.act(number, "attach_evidence", "owner", "--evidence", township.file())
    township.act(number, "submit", "owner")
    township.stands_at(number, "待验收", 90)
    assert len(trouble.met) >= 5, "there was trouble indeed"
    trouble.kind = ""
    trouble.met.clear()
    wait_for(lambda: township.run("check").returncode == 0, 90, "rectify check is content")
    runs = [run for run in township.live_runs() if run["parameters"]["number"] == number]
    assert len(runs) == 1, "the finding has one run"
    events = [e["act"] for e in township.ask("show", number)["events"]]
    assert events == ["open", "assign", "accept", "attach_evidence", "submit"]


def test_wakes_that_come_twice_late_and_in_any_order_change_nothing(
    township: Township, trouble: Trouble
) -> None:
    trouble.kind = ""
    number = township.opened()
    township.stands_at(number, "待认领")
    township.act(number, "accept", "owner")
    before = township.stands_at(number, "整改中")
    letters = township.rows("SELECT id, state FROM letter WHERE finding = ?", number)
    with closing(sqlite3.connect(township.home / "rectify.db")) as db, db:
        db.execute(
            "UPDATE wake SET done_at = NULL, next_at = datetime(next_at, '-' || version || ' minutes') "
            "WHERE finding = ?",
            (number,),
        )

    def relayed() -> bool:
        return not township.rows("SELECT id FROM wake WHERE done_at IS NULL")

    wait_for(relayed, 60, "all wakes are relayed again")
    wait_for(lambda: township.run("check").returncode == 0, 60, "rectify check is content")
    assert township.stands_at(number, "整改中")["id"] == before["id"]
    assert township.rows("SELECT id, state FROM letter WHERE finding = ?", number) == letters
    assert township.rows("SELECT max(generation) FROM run WHERE finding = ?", number) == [(1,)]


def test_prefect_set_back_to_yesterday_is_brought_up_to_date(township: Township, trouble: Trouble) -> None:
    trouble.kind = ""
    old = township.opened()
    township.stands_at(old, "待认领")
    files = township.prefect.settings.home / "prefect"
    township.prefect.stop()
    for file in files.glob("prefect.db*"):
        shutil.copy(file, township.home / file.name)
    township.prefect.start()
    township.act(old, "accept", "owner")
    township.stands_at(old, "整改中", 90)
    new = township.opened()
    township.stands_at(new, "待认领")
    township.prefect.stop()
    for file in files.glob("prefect.db*"):
        file.unlink()
    for file in township.home.glob("prefect.db*"):
        shutil.copy(file, files / file.name)
    township.prefect.start()
    township.stands_at(old, "整改中", 90)
    township.stands_at(new, "待认领", 90)
    wait_for(lambda: township.run("check").returncode == 0, 90, "rectify check is content")
