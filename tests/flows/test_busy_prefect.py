"""A Prefect server that answers 503 to every third call costs a retry, never a finding."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests.flows.prefect_house import wait_for
from tests.flows.township import Township, inhabited

pytestmark = pytest.mark.server
DROPPED = {"host", "content-length", "connection", "transfer-encoding", "content-encoding"}


@contextmanager
def busy_server(prefect: str) -> Iterator[tuple[str, list[str]]]:
    """A server before Prefect's that refuses every third call as SQLite makes it do; what it refused."""
    refused: list[str] = []
    turn = count()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if next(turn) % 3 == 2:
                refused.append(self.path)
                self.reply(503, b'{"exception_message": "Service Unavailable"}', {"Retry-After": "0"})
                return
            headers = {k: v for k, v in self.headers.items() if k.lower() not in DROPPED}
            got = httpx.request(self.command, prefect + self.path, content=body, headers=headers, timeout=20)
            kept = {k: v for k, v in got.headers.items() if k.lower() not in DROPPED}
            self.reply(got.status_code, got.content, kept)

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
        yield f"http://127.0.0.1:{server.server_port}", refused
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def township(tmp_path: Path) -> Iterator[Township]:
    with inhabited(tmp_path) as place:
        yield place


def test_a_life_goes_on_through_many_503s(township: Township) -> None:
    with busy_server(township.prefect.url.removesuffix("/api")) as (url, refused):
        township.start("worker", prefect_api_url=f"{url}/api")
        number = township.opened()
        first = township.stands_at(number, "待认领", 90)
        township.act(number, "accept", "owner")
        township.stands_at(number, "整改中", 90)
        township.act(number, "attach_evidence", "owner", "--evidence", township.file())
        township.act(number, "submit", "owner")
        seen = township.stands_at(number, "待验收", 90)
        wait_for(lambda: township.run("check").returncode == 0, 60, "rectify check is content")
    assert seen["id"] == first["id"]
    assert len(refused) > 10, "the server was busy indeed"
