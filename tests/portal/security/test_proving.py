"""The password is asked for again before rights change or the ledger goes out; nothing typed is lost."""

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col

from models.access.keys import SignIn
from models.access.sessions import PROVED_FOR, hashed
from models.database import database
from models.settings import Settings
from portal.demonstration import PASSWORD
from tasks import clock
from tests.portal.conftest import Visit
from tests.portal.security.walking import stored
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
