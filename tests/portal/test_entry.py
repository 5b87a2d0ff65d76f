"""Signing in: who comes in, who does not, and what is kept for whoever was signed out."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from models.access import passwords, sessions
from models.access.keys import AccessEvent, SignIn
from models.database import database
from models.settings import Settings
from portal.demonstration import PASSWORD
from portal.pages.paper import cookie_name
from tasks import clock
from tests.portal.conftest import Visit
from tests.portal.visiting import Visitor, form_of, forms_of, sentence_of


async def sign_in(visitor: Visitor, account: str, password: str, next: str = "") -> httpx.Response:
    page = await visitor.get("/sign-in", **({"next": next} if next else {}))
    return await visitor.send(page, "/sign-in", {"account": account, "password": password})


async def test_whoever_is_not_signed_in_is_led_to_it_and_on_to_where_they_wanted(visit: Visit) -> None:
    nobody = await visit("")
    led = await nobody.get("/findings/SJ2026-001")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=/findings/SJ2026-001")
    come = await sign_in(nobody, "bingcun", PASSWORD, "/findings/SJ2026-001")
    assert (come.status_code, come.headers["location"]) == (303, "/findings/SJ2026-001")
    assert "丙村厂房租金两年未收取" in (await nobody.get("/findings/SJ2026-001")).text


async def test_a_wrong_account_and_a_wrong_password_are_refused_in_the_same_words(visit: Visit) -> None:
    nobody = await visit("")
    one = await sign_in(nobody, "bingcun", "not-the-password")
    other = await sign_in(nobody, "nobody-at-all", "not-the-password")
    assert one.status_code == other.status_code == 401
    assert sentence_of(one) == sentence_of(other) == "帐号或密码不正确。"


async def test_after_five_wrong_passwords_the_right_one_has_to_wait(town: Settings, visit: Visit) -> None:
    nobody = await visit("")
    for _ in range(5):
        assert (await sign_in(nobody, "bingcun", "wrong-password")).status_code == 401
    shut = await sign_in(nobody, "bingcun", PASSWORD)
    assert shut.status_code == 429
    assert "分钟后再试" in sentence_of(shut)
    db = database(town)
    later = clock.real() + timedelta(minutes=4)
    assert await passwords.sign_in(db, "bingcun", PASSWORD, later)


async def test_the_key_is_a_new_one_at_each_sign_in(visit: Visit) -> None:
    nobody = await visit("")
    before = (await nobody.get("/sign-in")).cookies["rectify"]
    after = (await sign_in(nobody, "bingcun", PASSWORD)).cookies["rectify"]
    assert before != after
    nobody.client.cookies.clear()
    nobody.client.cookies.set("rectify", before)
    assert (await nobody.get("/findings")).status_code == 303


async def test_a_session_ends_on_the_server(town: Settings, visit: Visit) -> None:
    secretary = await visit("bingcun")
    key = secretary.client.cookies["rectify"]
    page = await secretary.get("/findings")
    await secretary.send(page, "/sign-out")
    secretary.client.cookies.clear()
    secretary.client.cookies.set("rectify", key)
    assert (await secretary.get("/findings")).status_code == 303


@pytest.mark.parametrize(("idle", "comes_in"), [(29, True), (31, False), (13 * 60, False)])
async def test_a_session_that_is_left_alone_is_over(town: Settings, idle: int, comes_in: bool) -> None:
    db = database(town)
    key = await passwords.sign_in(db, "bingcun", PASSWORD, clock.real())
    later = clock.real() + timedelta(minutes=idle)
    assert (await sessions.visitor(db, key, later, clock.today()) is not None) is comes_in
    await db.close()


async def test_an_initial_password_has_to_be_changed_before_anything_else(
    town: Settings, visit: Visit
) -> None:
    async with database(town).writing() as session:
        given = await passwords.give_initial(session, "bingcun", clock.real())
    nobody = await visit("")
    await sign_in(nobody, "bingcun", given)
    led = await nobody.get("/findings")
    assert led.headers["location"] == "/account/password"
    page = await nobody.get("/account/password")
    said = {"old": given, "new": "一句记得住的话12", "again": "一句记得住的话12"}
    weak = await nobody.send(page, "/account/password", said | {"new": "12345678", "again": "12345678"})
    assert "太容易猜到" in sentence_of(weak)
    assert (await nobody.send(page, "/account/password", said)).status_code == 303
    assert (await nobody.get("/findings")).status_code == 200


async def test_a_new_password_ends_all_other_sessions(town: Settings, visit: Visit) -> None:
    phone, desk = await visit("bingcun"), await visit("")
    await sign_in(desk, "bingcun", PASSWORD)
    page = await desk.get("/account/password")
    said = {"old": PASSWORD, "new": "another good one", "again": "another good one"}
    assert (await desk.send(page, "/account/password", said)).status_code == 303
    assert (await desk.get("/findings")).status_code == 200
    assert (await phone.get("/findings")).status_code == 303


async def test_what_was_typed_is_kept_for_whoever_was_signed_out_meanwhile(
    town: Settings, visit: Visit
) -> None:
    secretary = await visit("bingcun")
    page = await secretary.get("/findings")
    key = secretary.client.cookies["rectify"]
    async with database(town).writing() as session:
        await sessions.end(session, sessions.hashed(key), clock.real())
    form = form_of(page, "/sign-out") | {"text": "“已催缴”<两户>", "percent": "60"}
    again = await secretary.client.post("/account/language", data=form)
    assert again.status_code == 401
    assert "您填写的内容还在" in sentence_of(again)
    back = await secretary.send(again, "/sign-in", {"account": "bingcun", "password": PASSWORD})
    assert back.status_code == 200
    kept = forms_of(back)["/account/language"]
    assert (kept["text"], kept["percent"]) == ("“已催缴”<两户>", "60")
    assert kept["csrf"] != form["csrf"]


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nb"],
)
async def test_a_sign_in_leads_to_no_other_site(visit: Visit, elsewhere: str) -> None:
    come = await sign_in(await visit(""), "bingcun", PASSWORD, elsewhere)
    assert come.headers["location"] == "/"


async def test_a_form_without_the_sessions_own_token_does_nothing(visit: Visit) -> None:
    secretary, other = await visit("bingcun"), await visit("jiwei")
    foreign = form_of(await other.get("/findings"), "/sign-out")["csrf"]
    for fields in ({}, {"csrf": "x"}, {"csrf": foreign}):
        refused = await secretary.client.post("/sign-out", data=fields)
        assert refused.status_code == 403
    assert (await secretary.get("/findings")).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil"}]
)
async def test_a_form_from_another_site_does_nothing(visit: Visit, headers: dict[str, str]) -> None:
    secretary = await visit("bingcun")
    form = form_of(await secretary.get("/findings"), "/sign-out")
    assert (await secretary.client.post("/sign-out", data=form, headers=headers)).status_code == 403


async def test_the_cookie_is_for_this_host_over_tls_alone(town: Settings) -> None:
    safe = town.model_copy(update={"base_url": "https://rectify.example"})
    assert cookie_name(safe) == "__Host-rectify"
    assert cookie_name(town) == "rectify"


async def test_who_came_and_who_was_refused_is_noted_without_any_secret(town: Settings, visit: Visit) -> None:
    nobody = await visit("")
    await sign_in(nobody, "bingcun", "a-wrong-password")
    await sign_in(nobody, "bingcun", PASSWORD)
    async with database(town).reading() as session:
        noted = list(await session.exec(select(AccessEvent).order_by("id")))
        keys = list(await session.exec(select(SignIn.key_hash)))
    assert [event.kind for event in noted] == ["sign_in_refused", "sign_in"]
    everything = " ".join(str(event) for event in noted)
    assert "a-wrong-password" not in everything
    assert PASSWORD not in everything
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)
