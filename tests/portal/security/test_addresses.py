"""Hosts, ways on, line breaks and mail links: nothing in an address or a name leads people elsewhere."""

import email
import email.policy
import re

import httpx
import pytest
from sqlmodel import col, select

from models.database import database
from models.findings import Finding
from models.mailing.mail import Mail
from models.settings import Settings
from policy.stages import Act
from portal.demonstration import PASSWORD
from tasks import clock, post
from tests.portal.conftest import Visit
from tests.portal.lives import opened
from tests.portal.security.walking import stored
from tests.portal.test_acting import form
from tests.portal.test_entry import sign_in
from tests.portal.visiting import BASE, forms_of, visiting

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example/../..//evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "/a\r\nLocation: https://evil.example",
    "/a%0d%0aSet-Cookie:x=y",
    "http://127.0.0.1:8080@evil.example",
    "//127.0.0.1:8080@evil.example/",
    "evil.example",
    "@evil.example",
    "\u2028//evil.example",
    "/\u0000/evil.example",
)


def stays(answer: httpx.Response, asked: str) -> None:
    """A redirect, if any, leads to a page of ours: a path that no browser takes for a host."""
    there = answer.headers.get("location", "/").removeprefix(BASE)
    assert re.match(r"/(?![/\\\s])", f"{there} ") or there == "/", (asked, there)


async def test_no_way_on_leads_to_another_site(visit: Visit) -> None:
    inside = await visit("bingcun")
    token = forms_of(await inside.get("/account"))["/account/language"]["csrf"]
    stranger = await visit("")
    page = await stranger.get("/sign-in")
    assert page.status_code == 200
    for there in ELSEWHERE:
        stays(await inside.get("/sign-in", next=there), there)
        said = {"csrf": token, "language": "zh-CN", "next": there}
        stays(await inside.client.post("/account/language", data=said), there)
        shown = await stranger.get("/sign-in", next=there)
        if shown.status_code == 200:
            kept = forms_of(shown)["/sign-in"]["next"]
            assert kept == "/" or kept.startswith(("/%", "/a%")), (there, kept)
        else:
            assert shown.status_code == 400, there
    come = await sign_in(stranger, "bingcun", PASSWORD, "//evil.example")
    assert come.headers["location"] == "/"


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example/%2e%2e", "/\\evil.example", "/findings/", "/%2f%2fevil.example"],
)
async def test_a_path_that_looks_like_a_host_leads_nowhere(visit: Visit, path: str) -> None:
    for who in ("", "bingcun"):
        visitor = await visit(who)
        raw = httpx.URL(BASE).copy_with(raw_path=path.encode())
        answer = await visitor.client.send(visitor.client.build_request("GET", raw))
        assert answer.status_code < 500
        there = answer.headers.get("location", "/")
        assert not there.startswith(("//", "/\\")), there
        assert there.startswith(("/", f"{BASE}/")), there
        assert 'href="//' not in answer.text


HOSTS = (
    "evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1@evil.example",
    "evil.example/health?",
    "x/health?",
    "/health",
    "127.0.0.1:8080/sign-in?",
    "",
    " ",
    "[::1",
    "127.0.0.1\tx",
)


async def test_only_our_own_host_is_answered_and_none_is_repeated(town: Settings, visit: Visit) -> None:
    reader = await visit("zhenggaiban")
    for path in ("/findings", "/admin/accounts", "/health", "/api/v1/me"):
        for host in HOSTS:
            answer = await reader.client.get(path, headers={"Host": host})
            assert answer.status_code == 400, (path, host)
            assert "evil" not in answer.text, host
    forwarded = {
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Host": "evil.example",
    }
    for path in ("/", "/findings", "/findings/SJ2026-001", "/sign-in"):
        answer = await reader.client.get(path, headers=forwarded)
        assert "evil" not in answer.text + str(answer.headers), path
    two = [("Host", "127.0.0.1:8080"), ("Host", "evil.example")]
    assert (await reader.client.get("/findings", headers=two)).status_code == 400


async def test_links_are_made_of_the_configured_address_alone(town: Settings) -> None:
    config = town.model_copy(update={"base_url": "https://rectify.example", "task_links": True})
    office = await visiting(config, "ganshi")
    ours = {"Host": "127.0.0.1:8080", "X-Forwarded-Host": "evil.example"}
    page = await office.client.get("/findings/SJ2026-001", headers=ours)
    said = forms_of(page)["/findings/SJ2026-001/task-link"]
    made = await office.client.post("/findings/SJ2026-001/task-link", data=said, headers=ours)
    assert ">https://rectify.example/l/" in made.text
    await office.close()


async def test_a_line_break_in_a_name_makes_no_header(town: Settings, visit: Visit) -> None:
    office = await visit("ganshi")
    said: dict[str, str | list[str]] = {
        "title": "排洪沟\r\nBcc: evil@example.com",
        "source": "审计",
        "condition": "排洪沟被堵塞。\r\n.\r\nRCPT TO:<evil@example.com>",
        "unit": "甲村党支部",
        "discovered_on": "2026-07-20",
        "category": "农田水利",
        "item": "管护不到位",
        "severity": "一般",
    }
    asked = await office.send(await office.get("/findings/new"), "/findings/new", said)
    sent = await office.send(asked, "/findings/new")
    assert sent.status_code == 303
    number = sent.headers["location"].split("?")[0].rsplit("/", 1)[-1]
    async with database(town).reading() as session:
        assert (await session.get_one(Finding, number)).title == "排洪沟 Bcc: evil@example.com"
    village = await visit("bingcun")
    path = form("SJ2026-001", Act.ATTACH_EVIDENCE)
    name = 'a"\r\nSet-Cookie: x=y\r\n\u202egnp.pdf'
    file = ("files", (name, b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", "application/pdf"))
    page = await village.done(path, path, files=[file])
    link = re.search(r'href="(/findings/SJ2026-001/evidence/\d+)"', page.text)
    assert link is not None
    served = await village.get(link[1])
    assert "set-cookie" not in served.headers
    assert served.headers["content-disposition"].startswith("attachment")
    assert "\u202e" not in page.text


async def test_the_links_in_mails_are_plain_and_lead_to_the_finding_after_signing_in(
    town: Settings, visit: Visit
) -> None:
    db, _ = database(town), await opened(town, "jiacun")
    assert await post.write_mails(db, town, clock.now()) > 0
    async with db.reading() as session:
        mails = list(await session.exec(select(Mail).order_by(col(Mail.id))))
    bodies = [text_of(mail.content) for mail in mails]
    links = {link for body in bodies for link in re.findall(r"https?://[^\s\"'<>）)]+", body)}
    assert links
    assert all(re.fullmatch(r"http://127\.0\.0\.1:8080(?:/findings/[^?#]+)?", link) for link in links), links
    before = stored(town)
    link = max(links, key=len).removeprefix(BASE)
    scanner = await visit("")
    for _ in range(3):
        assert (await scanner.get(link)).headers["location"] == f"/sign-in?next={link}"
        await scanner.client.head(link)
    assert stored(town) == before
    come = await sign_in(scanner, "zhenggaiban", PASSWORD, link)
    assert come.headers["location"] == link
    assert (await scanner.get(link)).status_code == 200


def text_of(content: bytes) -> str:
    parts = email.message_from_bytes(content, policy=email.policy.default).walk()
    return " ".join(part.get_content() for part in parts if part.get_content_maintype() == "text")
