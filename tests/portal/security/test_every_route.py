"""Every route there is: who comes in, what a form needs, which methods count, what every answer carries."""

import httpx
import pytest

from models.settings import Settings
from portal.door import HEADERS
from tests.portal.conftest import Visit
from tests.portal.security.walking import Walked, stored, walked
from tests.portal.visiting import Visitor, visiting

OPEN_TO_ALL = (
    "/sign-in",
    "/static/{name}",
    "/health",
    "/ready",
    "/metrics",
    "/mailbox",
    "/l/",
    "/oidc/",
)
"""What a stranger reaches: the door itself, looks, probes, and the demo's mailbox. Add to it with care."""
MINE = {"Sec-Fetch-Site": "same-origin"}


def is_open(route: Walked) -> bool:
    return any(route.path == one or route.path.startswith(one.rstrip("/") + "/") for one in OPEN_TO_ALL)


@pytest.fixture
def open_town(town: Settings) -> Settings:
    return town.model_copy(update={"task_links": True, "oidc_issuer": "http://127.0.0.1:9"})


async def test_a_stranger_reaches_nothing_but_the_door(open_town: Settings) -> None:
    stranger = await visiting(open_town)
    before = stored(open_town)
    routes = walked(open_town)
    assert len(routes) > 50
    for route in routes:
        for method in sorted(route.methods):
            if is_open(route):
                continue
            answer = await stranger.client.request(method, route.address, headers=MINE)
            asks_to_sign_in = answer.headers.get("location", "").startswith("/sign-in")
            assert answer.status_code == 401 or (answer.status_code == 303 and asks_to_sign_in), (
                f"{method} {route.path} answers a stranger {answer.status_code}"
            )
    assert stored(open_town) == before
    await stranger.close()


FOREIGN: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)


async def test_no_form_is_taken_without_its_own_token(open_town: Settings) -> None:
    office, other = await visiting(open_town, "zhenggaiban"), await visiting(open_town, "jiwei")
    own, foreign = await token_of(office), await token_of(other)
    before, posts = stored(open_town), 0
    for route in walked(open_town):
        if "POST" not in route.methods or route.path.startswith("/api/"):
            continue
        posts += 1
        on = {303} if route.path == "/sign-in" else set()  # who is in already is led on
        for fields in ({}, {"csrf": ""}, {"csrf": foreign}):
            refused = await office.client.post(route.address, data=fields, headers=MINE)
            assert refused.status_code in {403, 404} | on, f"{route.path} took a form without its token"
        for headers in FOREIGN:
            refused = await office.client.post(route.address, data={"csrf": own}, headers=headers)
            assert refused.status_code == 403, f"{route.path} took a form from elsewhere: {headers}"
    assert posts > 20
    assert stored(open_town) == before
    await office.close()
    await other.close()


async def token_of(visitor: Visitor) -> str:
    page = await visitor.get("/findings")
    return page.text.partition('name="csrf" value="')[2].partition('"')[0]


async def test_no_other_method_is_answered_and_head_is_answered_like_get(open_town: Settings) -> None:
    office = await visiting(open_town, "zhenggaiban")
    before = stored(open_town)
    for route in walked(open_town):
        if route.path.startswith(("/api/", "/oidc/")):
            continue
        for method in ("PUT", "DELETE"):
            if method not in route.methods:
                answer = await office.client.request(method, route.address, headers=MINE)
                refused = {403, 405} if route.path.startswith("/flow-ui") else {405}  # to read alone
                assert answer.status_code in refused, f"{method} {route.path}: {answer.status_code}"
        if "GET" in route.methods and not route.path.startswith("/flow-ui"):
            got = await office.client.get(route.address)
            if "HEAD" in route.methods:
                head = await office.client.head(route.address)
                assert (head.status_code, head.content) == (got.status_code, b""), route.path
            assert got.status_code < 500, route.path
            safe(got, route.path)
    assert stored(open_town) == before
    await office.close()


ATTACHED = ("Content-Security-Policy", "Referrer-Policy", "Cache-Control", "Cross-Origin-Resource-Policy")
"""Headers that an answer may set more strictly for itself, or for a file that anybody may have."""


def safe(answer: httpx.Response, where: str) -> None:
    """What every answer carries."""
    for name, value in HEADERS.items():
        if name not in ATTACHED and name != "X-Frame-Options":
            assert answer.headers.get(name) == value, (where, name)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy or policy.startswith("sandbox"), where
    assert "unsafe-eval" not in policy, where
    assert "'unsafe-inline'" not in policy or "sandbox" in policy or "/flow-ui" in where, where
    assert answer.headers["referrer-policy"] in {"same-origin", "no-referrer"}, where
    assert "access-control-allow-origin" not in answer.headers, where
    assert "server" not in answer.headers, where
    for cookie in answer.headers.get_list("set-cookie"):
        said = cookie.lower()
        assert "httponly" in said or "max-age=0" in said, (where, cookie)
        assert "samesite=lax" in said, (where, cookie)
        assert "domain=" not in said, (where, cookie)


async def test_refusals_carry_the_headers_too(open_town: Settings, visit: Visit) -> None:
    office = await visit("zhenggaiban")
    for asked in (
        office.client.build_request("GET", "/nowhere"),
        office.client.build_request("GET", "/findings/ZZ-1"),
        office.client.build_request("GET", "/findings", headers={"Host": "evil.example"}),
        office.client.build_request("OPTIONS", "/findings", headers={"Origin": "https://evil.example"}),
        office.client.build_request("TRACE", "/findings"),
        office.client.build_request("PATCH", "/findings"),
        office.client.build_request("BREW", "/findings"),
        office.client.build_request("POST", "/sign-out", headers={"Origin": "https://evil.example"}),
        office.client.build_request("POST", "/sign-out", content=b"x" * 3_000_000, headers=FORM),
        office.client.build_request("POST", "/sign-out", content=b"--x\r\n\r\n", headers=BROKEN_FORM),
        office.client.build_request("GET", "/%00"),
        office.client.build_request("GET", "/sign-in"),
    ):
        answer = await office.client.send(asked)
        assert 300 <= answer.status_code < 500, (str(asked.url), answer.status_code)
        safe(answer, f"{asked.method} {asked.url}")


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROKEN_FORM = {"Content-Type": "multipart/form-data; boundary=x"}


async def test_over_tls_the_cookie_is_bound_to_this_host(town: Settings) -> None:
    config = town.model_copy(update={"base_url": "https://rectify.example"})
    stranger = await visiting(config)
    page = await stranger.client.get("/sign-in", headers={"Host": "rectify.example"})
    (cookie,) = page.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-rectify=")
    for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert flag in cookie
    assert "domain" not in cookie.lower()
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    await stranger.close()
