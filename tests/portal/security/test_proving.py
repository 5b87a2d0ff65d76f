"""The password is asked for again before rights change or the ledger goes out; nothing typed is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from models.access.keys import SignIn
from models.access.sessions import PROVED_FOR, hashed
from models.database import database
from models.settings import Settings
from portal.demonstration import PASSWORD
from tasks import clock
from tests.portal.conftest import Visit
from tests.portal.security.walking import stored, walked
from tests.portal.visiting import Visitor, form_of, forms_of, sentence_of


async def long_ago(config: Settings, visitor: Visitor) -> str:
    """The visitor's key; their password was given a while ago."""
    key: str = visitor.client.cookies["rectify"]
    async with database(config).writing() as session:
        earlier = clock.real() - PROVED_FOR - timedelta(minutes=1)
        one = col(SignIn.key_hash) == hashed(key)
        await session.exec(update(SignIn).where(one).values(proved_at=earlier, seen_at=clock.real()))
    return key


async def test_rights_change_only_by_a_password_given_lately(town: Settings, visit: Visit) -> None:
    office = await visit("zhenggaiban")
    form = form_of(await office.get("/admin/accounts/new"), "/admin/accounts")
    said = {**form, "account": "xinren", "person": "新来的人", "mailbox": "xinren@xx.example"}
    old = await long_ago(town, office)
    before = stored(town)
    asked = await office.client.post("/admin/accounts", data=said)
    assert asked.status_code == 401
    assert "请再输入一次密码" in sentence_of(asked)
    assert stored(town) == before
    assert (await office.get("/findings")).status_code == 200  # all else goes on

    back = await office.send(asked, "/sign-in", {"password": PASSWORD})
    assert forms_of(back)["/admin/accounts"]["person"] == "新来的人"
    done = await office.send(back, "/admin/accounts")
    assert done.status_code in {200, 303}, sentence_of(done)
    thief = await visit("")
    thief.client.cookies.set("rectify", old)
    assert (await thief.get("/findings")).status_code == 303  # the session before is over


EVERYDAY = """
/sign-in /sign-out /l/{token}
/account/language /account/password /account/sessions /account/code /account/code/recovery
/findings/new /findings/saved /findings/saved/delete /findings/{number:path}/acts/{act}
/rounds /rounds/{number:int} /import /import/{name}
/letters/{letter_id}/sign /letters/{letter_id}/decline
/supervision/mails/{mail_id} /supervision/calls /supervision/clock
/admin/calendar/preview /admin/calendar/local/preview /admin/people/preview
/admin/rules/preview /admin/rules/move/preview
/admin/mail/test /admin/mail/templates /admin/health/check
"""
"""Forms that a session of any age may send: they change nobody's rights, or ask for a password themselves.

A form that is not here is asked to be proven: add it with care.
"""


async def test_every_other_form_is_proven(town: Settings, visit: Visit) -> None:
    office = await visit("zhenggaiban")
    await long_ago(town, office)
    forms = [x for x in walked(town) if "POST" in x.methods and not x.path.startswith(("/api/", "/flow-ui"))]
    assert {x.path for x in forms} >= set(EVERYDAY.split())
    for route in forms:
        answer = await office.client.post(route.address)
        is_asked = answer.status_code == 401 and "请再输入一次密码" in sentence_of(answer)
        assert is_asked is (route.path not in EVERYDAY.split()), route.path


async def test_a_finding_is_struck_off_by_a_password_given_lately(town: Settings, visit: Visit) -> None:
    secretary = await visit("shuji")
    await long_ago(town, secretary)
    for act, proven in (("approve_closure", True), ("defer_closure", False), ("pass_verification", False)):
        answer = await secretary.client.post(f"/findings/SJ2026-001/acts/{act}", data={"text": "同意"})
        assert (answer.status_code == 401) is proven, act


@pytest.mark.parametrize(
    "path",
    ["/phone-list/export.csv", "/letters/export.xlsx", "/admin/accounts/export.csv", "/rounds/export.csv"],
)
async def test_every_list_of_all_goes_out_only_so(town: Settings, visit: Visit, path: str) -> None:
    office = await visit("zhenggaiban")
    assert (await office.get(path)).status_code == 200
    await long_ago(town, office)
    assert (await office.get(path)).status_code == 401
    assert (await office.get("/mine/export.csv")).status_code == 200


async def test_the_whole_ledger_goes_out_only_by_a_password_given_lately(
    town: Settings, visit: Visit
) -> None:
    supervisor, secretary = await visit("jiwei"), await visit("bingcun")
    assert (await supervisor.get("/findings/export.csv")).status_code == 200
    for visitor in (supervisor, secretary):
        await long_ago(town, visitor)
    asked = await supervisor.get("/findings/export.csv", light="red")
    assert (asked.status_code, "请再输入一次密码" in sentence_of(asked)) == (401, True)
    onwards = await supervisor.send(asked, "/sign-in", {"password": PASSWORD})
    assert onwards.headers["location"] == "/findings/export.csv?light=red"
    assert (await supervisor.get(onwards.headers["location"])).status_code == 200
    assert (await secretary.get("/findings/export.csv")).status_code == 200  # their own village's
