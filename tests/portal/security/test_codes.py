"""One-time codes: asked for after the password, good for one sign-in each, and nothing opens without one."""

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlmodel import select

from models.access import codes, passwords
from models.access.keys import AccessEvent, Credential, RecoveryCode
from models.database import database
from models.settings import Settings
from policy.codes import CodesFor
from policy.refusals import NotSignedIn
from portal.demonstration import PASSWORD
from tasks import clock
from tasks.kept import codes_key
from tests.portal.conftest import Visit
from tests.portal.test_entry import sign_in
from tests.portal.visiting import Visitor, forms_of, sentence_of, visiting

KEY = re.compile(r'<code class="key">([^<]+)</code>')


def code_at(secret: str, moment: datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


async def enrolled(person: Visitor) -> tuple[str, list[str]]:
    """Switches codes on as the page says; the secret and the recovery codes."""
    page = await person.get("/account/code")
    secret = KEY.findall(page.text)[0].replace(" ", "")
    for _ in range(2):  # the half minute may end just while it is sent
        earlier = code_at(secret, clock.real() - timedelta(seconds=30))  # leaves the one of now for a sign-in
        done = await person.send(page, "/account/code/on", {"code": earlier})
        if done.status_code == 200:
            break
    assert done.status_code == 200, sentence_of(done)
    return secret, KEY.findall(done.text)


async def test_a_code_is_asked_for_after_the_password_and_counts_once(visit: Visit) -> None:
    secretary, other = await visit("bingcun"), await visit("")
    secret, recovery = await enrolled(secretary)
    assert len(set(recovery)) == 10
    assert (await secretary.get("/findings")).status_code == 200

    await sign_in(other, "bingcun", PASSWORD)
    led = await other.get("/findings", light="red")
    assert led.headers["location"] == "/account/code?next=/findings%3Flight%3Dred"
    for path in ("/account/password", "/account/language", "/letters"):
        assert (await other.get(path)).headers["location"].startswith("/account/code")
    page = await other.get(led.headers["location"])
    assert list(forms_of(page)) == ["/sign-out", "/account/code"]
    before, now = other.client.cookies["rectify"], code_at(secret, clock.real())
    wrong = await other.send(page, "/account/code", {"code": "000000" if now != "000000" else "111111"})
    assert (wrong.status_code, sentence_of(wrong)) == (401, "验证码不正确，或已用过。")
    come = await other.send(wrong, "/account/code", {"code": f"{now[:3]} {now[3:]}"})
    assert (come.status_code, come.headers["location"]) == (303, "/findings?light=red")
    assert other.client.cookies["rectify"] != before
    assert (await other.get("/findings")).status_code == 200
    other.client.cookies.set("rectify", before, domain="127.0.0.1", path="/")

    third = await visit("")
    await sign_in(third, "bingcun", PASSWORD)
    page = await third.get("/account/code")
    assert (await third.send(page, "/account/code", {"code": now})).status_code == 401


async def test_a_recovery_code_counts_once_and_lies_hashed(town: Settings, visit: Visit) -> None:
    secret, recovery = await enrolled(await visit("bingcun"))
    for status in (303, 401):
        phone = await visit("")
        await sign_in(phone, "bingcun", PASSWORD)
        page = await phone.get("/account/code")
        assert (await phone.send(page, "/account/code", {"code": recovery[3].upper()})).status_code == status
    async with database(town).reading() as session:
        stored = list(await session.exec(select(RecoveryCode)))
        credential = await session.get(Credential, "bingcun")
        noted = list(await session.exec(select(AccessEvent)))
    everything = f"{stored} {credential} {noted}"
    assert not any(one in everything or one.replace("-", "") in everything for one in recovery)
    assert secret not in everything
    assert codes_key(town).decode() not in everything


async def test_five_wrong_codes_and_the_right_one_has_to_wait(town: Settings, visit: Visit) -> None:
    secret, recovery = await enrolled(await visit("bingcun"))
    db, key = database(town), codes_key(town)
    thief = await visiting(town, "bingcun")
    page = await thief.get("/account/code")
    for wrong in ("000000", "1", "zzzzz-zzzzz", "", "９９９９９９"):
        assert (await thief.send(page, "/account/code", {"code": wrong})).status_code in {401, 429}
    shut = await thief.send(page, "/account/code", {"code": recovery[0]})
    assert shut.status_code == 429
    await thief.close()
    now = clock.real() + timedelta(seconds=61)
    assert await codes.renew_recovery(db, "bingcun", code_at(secret, now), key, now)


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_code_counts_one_step_to_either_side(town: Settings, steps: int, fits: bool) -> None:
    db, key, now = database(town), codes_key(town), clock.real()
    async with db.writing() as session:
        credential = await session.get(Credential, "bingcun")
        assert credential is not None
        credential.totp_seed = "seed"
    code = code_at(codes.secret_of(key, "bingcun", "seed"), now + timedelta(seconds=30 * steps))
    if fits:
        assert len(await codes.renew_recovery(db, "bingcun", code, key, now)) == 10
    with pytest.raises(NotSignedIn):
        await codes.renew_recovery(db, "bingcun", code, key, now)
    await db.close()


async def test_who_has_to_use_codes_sees_only_where_they_are_switched_on(town: Settings) -> None:
    strict = town.model_copy(update={"codes_for": CodesFor.WATCHERS})
    supervisor, secretary = await visiting(strict, "jiwei"), await visiting(strict, "bingcun")
    assert (await secretary.get("/findings")).status_code == 200
    for path in ("/findings", "/letters", "/account/password"):
        assert (await supervisor.get(path)).headers["location"].startswith("/account/code")
    await enrolled(supervisor)
    assert (await supervisor.get("/findings")).status_code == 200
    page = await supervisor.get("/account/code")
    assert "/account/code/off" not in forms_of(page)
    form = forms_of(page)["/account/code/recovery"]
    kept = await supervisor.client.post("/account/code/off", data=form | {"code": "123456"})
    assert (kept.status_code, sentence_of(kept)) == (403, "您的岗位须使用验证码，不能停用。")
    for visitor in (supervisor, secretary):
        await visitor.close()


async def test_codes_are_switched_off_with_a_code_or_by_the_administrator(
    town: Settings, visit: Visit
) -> None:
    secretary = await visit("bingcun")
    secret, recovery = await enrolled(secretary)
    await secretary.done("/account/code", "/account/code/off", {"code": code_at(secret, clock.real())})
    assert "/account/code/on" in forms_of(await secretary.get("/account/code"))

    again, _ = await enrolled(await visit("yicun"))
    db = database(town)
    async with db.writing() as session:
        await codes.drop(session, "yicun", clock.real(), by="zhenggaiban")
    key = await passwords.sign_in(db, "yicun", PASSWORD, clock.real())
    phone = await visit("")
    phone.client.cookies.set("rectify", key)
    assert (await phone.get("/findings")).status_code == 200
    assert again != secret
    with pytest.raises(NotSignedIn):
        await codes.renew_recovery(db, "bingcun", recovery[0], codes_key(town), clock.real())


async def test_what_was_typed_waits_for_the_code_too(visit: Visit) -> None:
    secret, _ = await enrolled(await visit("bingcun"))
    gone = await visit("")
    again = await gone.client.post("/findings/SJ2026-001/act", data={"text": "“已催缴”<两户>"})
    asked = await gone.send(again, "/sign-in", {"account": "bingcun", "password": PASSWORD})
    back = await gone.send(asked, "/account/code", {"code": code_at(secret, clock.real())})
    assert forms_of(back)["/findings/SJ2026-001/act"]["text"] == "“已催缴”<两户>"
