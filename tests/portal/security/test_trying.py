"""Guessing is slow and tells nothing; secrets stand nowhere; without its database the door is shut."""

import logging
import re
from typing import cast

import pytest
from pwdlib import PasswordHash
from sqlmodel import select

from models.access import knocking, passwords
from models.access.keys import AccessEvent, Credential, RecoveryCode, SignIn, TaskLink, Throttle, Token
from models.database import database
from models.findings import Finding
from models.settings import Settings
from models.staff.people import Account, PostRole
from policy.knocking import WRONG_FROM_ADDRESS
from policy.refusals import NotSignedIn
from policy.roles import Role
from portal.demonstration import PASSWORD
from portal.web import server
from tasks import clock
from tests.portal.calling import calling
from tests.portal.conftest import Visit
from tests.portal.security.walking import stored
from tests.portal.test_entry import sign_in
from tests.portal.visiting import forms_of, sentence_of, visiting


class Counting:
    """Computes what the real one does, and counts."""

    def __init__(self) -> None:
        self.hashes: list[str] = []

    def verify(self, password: str, hash: str) -> bool:
        self.hashes.append(hash)
        return passwords.hasher().verify(password, hash)


async def test_the_same_work_is_done_whoever_is_asked_for(town: Settings) -> None:
    db, now = database(town), clock.real()
    async with db.writing() as session:
        (await session.get_one(Account, "yicun")).active = False
        (await session.get_one(Credential, "jiacun")).password_hash = ""
    costs = set()
    for who in ("bingcun", "nobody-at-all", "yicun", "jiacun", "x" * 5000, ""):
        counting = Counting()
        with pytest.raises(NotSignedIn) as refused:
            await passwords.sign_in(db, who, "a-wrong-password", now, by=cast(PasswordHash, counting))
        assert refused.value.zh == "帐号或密码不正确。"
        assert len(counting.hashes) == 1, who
        costs.add(re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", counting.hashes[0]).groups())  # type: ignore[union-attr]
    assert costs == {("65536", "3", "4")}
    await db.close()


async def test_many_tries_from_one_address_wait_whatever_they_say_of_themselves(
    town: Settings, visit: Visit
) -> None:
    async with database(town).writing() as session:
        for _ in range(30):
            await knocking.count(session, "address:127.0.0.1", WRONG_FROM_ADDRESS, clock.real())
            await session.flush()
    stranger = await visit("")
    page = await stranger.get("/sign-in")
    for says in ("203.0.113.7", "127.0.0.2, 10.0.0.1", "::1"):
        stranger.client.headers.update(
            {"X-Forwarded-For": says, "X-Real-IP": says, "Forwarded": f"for={says}"}
        )
        shut = await stranger.send(page, "/sign-in", {"account": f"somebody-{says}", "password": PASSWORD})
        assert shut.status_code == 429, says
    assert not server(town).config.proxy_headers
    trusting = server(town.model_copy(update={"trusted_proxies": "10.0.0.1"})).config
    assert (trusting.proxy_headers, trusting.forwarded_allow_ips) == (True, "10.0.0.1")


SECRET = "Zq7-canary-password-Zq7"


async def test_secrets_stand_in_no_log_no_page_and_no_row(
    town: Settings, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stranger = await visit("")
    await sign_in(stranger, "bingcun", SECRET)
    wrong = await sign_in(stranger, SECRET[:20], SECRET)
    come = await sign_in(stranger, "bingcun", PASSWORD)
    key = come.cookies["rectify"]
    page = await stranger.get("/account/password")
    said = {"old": PASSWORD, "new": SECRET, "again": SECRET + "x"}
    again = await stranger.send(page, "/account/password", said)
    program = await calling(town, "bingcun")
    token = str(program.client.headers["authorization"]).removeprefix("Bearer ")
    await program.get("/findings")
    pages = wrong.text + again.text + (await stranger.get("/account")).text
    logged = "\n".join(x.getMessage() for x in caplog.records if x.name not in {"httpx", "aiosqlite"})
    async with database(town).reading() as session:
        tables = (AccessEvent, Credential, RecoveryCode, SignIn, TaskLink, Throttle, Token)
        rows = [str(row) for table in tables for row in await session.exec(select(table))]
    for secret in (SECRET, PASSWORD, key, token):
        assert secret not in pages
        assert secret not in logged
        assert not [row for row in rows if secret in row]
    await program.client.aclose()


async def test_a_session_planted_before_signing_in_is_worth_nothing(town: Settings, visit: Visit) -> None:
    victim, thief = await visit(""), await visit("")
    planted = "planted-by-somebody-else"
    victim.client.cookies.set("rectify", planted)
    await sign_in(victim, "bingcun", PASSWORD)
    thief.client.cookies.set("rectify", planted)
    assert (await thief.get("/findings")).status_code == 303
    for secret in ("", "x" * 8000, "../../etc/passwd", "' OR 1=1 --", "é"):
        answer = await thief.client.get("/findings", headers=[(b"Cookie", f"rectify={secret}".encode())])
        assert answer.status_code in {303, 400}


async def test_what_a_form_does_not_ask_for_is_not_stored(town: Settings, visit: Visit) -> None:
    village = await visit("bingcun")
    path = "/findings/SJ2026-001/acts/report_progress"
    more = {
        "by": "shuji",
        "stage": "closed",
        "owner_post_id": "1",
        "unit": "甲村党支部",
        "post": "甲村党支部书记",
        "verifier": "丙村党支部书记",
        "deadline": "2027-12-31",
        "role": "administrator",
        "account": "shuji",
        "confidential": "是",
        "link": "1",
    }
    async with database(town).reading() as session:
        before = (await session.get_one(Finding, "SJ2026-001")).model_dump()
    sent = await village.send(await village.get(path), path, {"text": "已催缴", "percent": "90", **more})
    assert sent.status_code in {303, 400}
    async with database(town).reading() as session:
        after = (await session.get_one(Finding, "SJ2026-001")).model_dump()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"version", "percent", "progress", "next_look_on"}, changed
    own = forms_of(await village.get("/account"))["/account/language"]
    forged = own | {
        "name": "shuji",
        "role": "administrator",
        "person_id": "1",
        "active": "1",
        "account": "shuji",
    }
    assert (await village.client.post("/account/language", data=forged)).status_code == 303
    async with database(town).reading() as session:
        roles = list(await session.exec(select(PostRole).where(PostRole.role == Role.ADMINISTRATOR)))
        assert len(roles) == 1


async def test_with_its_database_away_nobody_comes_in(town: Settings, visit: Visit) -> None:
    key = (await visit("zhenggaiban")).client.cookies["rectify"]
    program = await calling(town, "zhenggaiban")
    before = stored(town)
    away = town.model_copy(update={"database_url": f"sqlite:///{town.home}/nowhere/rectify.db"})
    stranger = await visiting(away)
    stranger.client.cookies.set("rectify", key)
    for path in ("/findings", "/admin/accounts", "/findings/SJ2026-001", "/account", "/mine"):
        page = await stranger.get(path)
        assert page.status_code == 503, path
        assert not re.search(r"sqlite|Traceback|nowhere|\.py", page.text), path
    said = {"account": "bingcun", "password": PASSWORD}
    page = await (shut := await visiting(away)).get("/sign-in")
    answer = await shut.send(page, "/sign-in", said)
    assert answer.status_code == 503, sentence_of(answer)
    bearer = {"Authorization": str(program.client.headers["authorization"])}
    assert (await shut.client.get("/api/v1/findings", headers=bearer)).status_code == 503
    assert stored(town) == before
    for visitor in (stranger, shut):
        await visitor.close()
    await program.client.aclose()
    await database(away).close()


@pytest.mark.parametrize("size", [1_000_000])
async def test_a_huge_text_is_refused_in_a_sentence(visit: Visit, size: int) -> None:
    village = await visit("bingcun")
    path = "/findings/SJ2026-001/acts/report_progress"
    page = await village.get(path)
    refused = await village.send(page, path, {"text": "啊" * (size // 3), "percent": "90"})
    assert 400 <= refused.status_code < 500
    for field in ("text", "percent", "nonce", "version", "csrf"):
        answer = await village.send(page, path, {"text": "x", field: "9" * size})
        assert 300 <= answer.status_code < 500, field
    many = {f"field_{at}": "x" for at in range(600)}
    assert (await village.send(page, path, many)).status_code in {303, 400}
