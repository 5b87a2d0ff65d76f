"""The flow UI under the portal's sign-in: who sees it, what goes to Prefect, and what comes back."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from sqlmodel import select

from models.access.keys import SignIn
from models.database import database
from models.settings import Settings
from tasks import clock
from tasks.prefect_server import auth
from tests.portal.conftest import Visit
from tests.portal.visiting import sentence_of


class Asked(BaseHTTPRequestHandler):
    """Tells what it was asked, and tries to leave more behind than it may."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        told = {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body}
        answer = json.dumps(told).encode()
        self.send_response(200)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(answer)),
            "Set-Cookie": "prefect=1",
            "Access-Control-Allow-Origin": "*",
            "Content-Security-Policy": "default-src *",
            "Location": "https://example.org/",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def prefect(town: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Something that answers where Prefect would."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        object.__setattr__(town, "flow_ui_port", server.server_port)
        yield town
        server.shutdown()


async def test_prefect_is_asked_with_its_password_and_without_anything_of_the_visitors(
    prefect: Settings, visit: Visit
) -> None:
    watcher = await visit("jiwei")
    headers = {"authorization": "Basic bWU6bWU=", "x-forwarded-for": "10.0.0.1", "accept-encoding": "gzip"}
    for _ in range(2):  # nor does the second call bring back a cookie of the first
        answer = await watcher.client.post(
            "/flow-ui/api/flow_runs/filter?limit=2", json={"limit": 1}, headers=headers
        )
    told = answer.json()
    assert (told["path"], told["body"]) == ("/api/flow_runs/filter?limit=2", '{"limit":1}')
    assert {"cookie", "x-forwarded-for", "origin"}.isdisjoint(told["headers"])
    assert told["headers"]["authorization"] != headers["authorization"]
    assert auth(prefect).partition(":")[2] not in answer.text
    assert {"set-cookie", "location", "access-control-allow-origin"}.isdisjoint(answer.headers)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_its_pages_may_do_what_the_ui_needs_and_call_nobody_but_us(
    prefect: Settings, visit: Visit
) -> None:
    watcher = await visit("jiwei")
    page = await watcher.get("/flow-ui/v2/runs/flow-run/0c9ae7c1")
    assert page.json()["path"] == "/flow-ui/v2/"
    policy = page.headers["content-security-policy"]
    assert "connect-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self' 'unsafe-eval';" in policy
    assert page.headers["cache-control"] == "no-store"
    file = await watcher.get("/flow-ui/v2/assets/index-Dyy5jLiI.js")
    assert file.json()["path"] == "/flow-ui/v2/assets/index-Dyy5jLiI.js"
    assert "immutable" in file.headers["cache-control"]


async def test_the_ui_finds_its_api_behind_the_portal_and_wants_no_password(visit: Visit) -> None:
    watcher = await visit("shuji")
    told = (await watcher.get("/flow-ui/ui-settings")).json()
    assert (told["api_url"], told["auth"], told["v2_base_url"]) == ("/flow-ui/api", None, "/flow-ui/v2")
    assert not (await watcher.get("/flow-ui/api/admin/settings")).json()["server"]["analytics_enabled"]
    for path in ("/flow-ui", "/flow-ui/", "/flow-ui/runs"):
        assert (await watcher.get(path)).headers["location"] == "/flow-ui/v2/"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "flow_runs/1/set_state"),
        ("POST", "deployments/1/create_flow_run"),
        ("DELETE", "flow_runs/1"),
        ("PATCH", "variables/1"),
        ("PUT", "admin/settings"),
        ("GET", "events/out"),
        ("GET", "variables/1"),
        ("POST", "flow_runs/filter/%2e%2e/1/set_state"),
    ],
)
async def test_what_would_change_something_is_refused(
    prefect: Settings, visit: Visit, method: str, path: str
) -> None:
    watcher = await visit("jiwei")
    headers = {"connection": "upgrade", "upgrade": "websocket"}
    answer = await watcher.client.request(method, f"/flow-ui/api/{path}", json={}, headers=headers)
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "流程界面只供查看，不能在此改动运行；请在整改台账中办理。"},
    )


@pytest.mark.parametrize("account", ["bingcun", "ganshi"])
async def test_for_whoever_does_not_watch_there_is_no_flow_ui(visit: Visit, account: str) -> None:
    cadre = await visit(account)
    for path in ("/flow-ui", "/flow-ui/v2/", "/flow-ui/ui-settings", "/flow-ui/api/flow_runs/1"):
        assert (await cadre.get(path)).status_code == 404
    assert (await cadre.client.post("/flow-ui/api/flow_runs/filter", json={})).status_code == 404
    assert "/flow-ui" not in (await cadre.get("/findings/SJ2026-001")).text


async def test_whoever_is_signed_out_is_told_so_in_words_the_ui_understands(visit: Visit) -> None:
    nobody = await visit("")
    answer = await nobody.client.post("/flow-ui/api/flow_runs/filter", json={})
    assert (answer.status_code, answer.json()) == (401, {"detail": "请先登录。"})
    assert (await nobody.get("/flow-ui/v2/runs")).headers["location"].startswith("/sign-in?next=/flow-ui")


async def test_a_page_left_open_does_not_keep_the_session_alive(prefect: Settings, visit: Visit) -> None:
    watcher = await visit("jiwei")
    async with database(prefect).writing() as session:
        for one in await session.exec(select(SignIn)):
            one.seen_at -= timedelta(minutes=29)
            session.add(one)
    assert (await watcher.client.post("/flow-ui/api/flow_runs/filter", json={})).status_code == 200
    async with database(prefect).reading() as session:
        (seen,) = [x.seen_at for x in await session.exec(select(SignIn))]
    assert clock.real() - seen > timedelta(minutes=28)


async def test_while_prefect_is_away_the_page_says_so(town: Settings, visit: Visit) -> None:
    object.__setattr__(town, "flow_ui_port", 9)
    watcher = await visit("jiwei")
    page = await watcher.get("/flow-ui/v2/")
    assert (page.status_code, sentence_of(page)) == (503, "流程服务没有应答，办理不受影响；请稍后再看。")
    assert (await watcher.client.post("/flow-ui/api/flow_runs/filter", json={})).status_code == 503
