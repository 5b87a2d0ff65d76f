"""Accounts are kept by an administrator: added, changed, closed, and helped back in."""

import pytest

from models.access import accounts, passwords, sessions, trail
from models.access.accounts import Words
from models.access.keys import Credential, RecoveryCode, Way
from models.database import Database
from models.staff import staffing
from models.staff.people import Account
from models.staff.rights import Doer
from policy.refusals import BadInput, Language, NotAllowed, NotFound
from tests.models.staff.test_succession import ADMIN
from tests.models.township import NOW, TODAY, holders

BY = Doer("admin", TODAY, NOW)
ZH = Language.CHINESE


async def staffed(town: Database) -> None:
    assert not (await staffing.take_in(town, holders(ADMIN), TODAY)).errors


async def line(db: Database, name: str) -> accounts.Line:
    async with db.reading() as session:
        return await accounts.find(session, name, TODAY)


async def signed_in(db: Database, name: str) -> str:
    async with db.writing() as session:
        await passwords.give_initial(session, name, NOW)
        credential = await session.get_one(Credential, name)
        return await sessions.begin(session, name, Way.PASSWORD, credential.stamp, NOW)


async def comes_in(db: Database, key: str) -> bool:
    return await sessions.visitor(db, key, NOW, TODAY) is not None


async def test_an_account_is_added_found_and_changed(town: Database) -> None:
    await staffed(town)
    await accounts.add(town, "xin", Words("新人", "xin@x.example", "0571", ZH), BY, same_person=False)
    await accounts.change(town, "xin", Words("新同志", "", "", Language.ENGLISH), BY)
    found = await line(town, "xin")
    assert (found.person, found.account.mailbox, found.account.language) == ("新同志", "", Language.ENGLISH)
    async with town.reading() as session:
        assert [x.account.name for x in await accounts.listed(session, TODAY, "新同")] == ["xin"]
        assert await accounts.listed(session, TODAY, "%") == []
        assert [x.kind for x in await trail.read(session)] == ["account_changed", "account_added"]


async def test_a_list_goes_on_after_its_last_name(town: Database) -> None:
    await staffed(town)
    async with town.reading() as session:
        every = [x.account.name for x in await accounts.listed(session, TODAY)]
        rest = [x.account.name for x in await accounts.listed(session, TODAY, after=every[0], limit=2)]
    assert rest == every[1:3]


async def test_an_account_for_a_person_who_holds_a_post_without_one(town: Database) -> None:
    await staffed(town)
    text = "甲村党支部,village,,甲村会计,owner,甲会计,"
    assert not (await staffing.take_in(town, holders(text), TODAY)).errors
    await accounts.add(town, "kuaiji", Words("甲会计", "", "", ZH), BY, same_person=True)
    assert (await line(town, "kuaiji")).posts == ("甲村会计",)


@pytest.mark.parametrize("name", ["", "admin", "a b", "a/b", "长" * 101])
async def test_a_name_that_cannot_be_is_refused(town: Database, name: str) -> None:
    await staffed(town)
    with pytest.raises(BadInput):
        await accounts.add(town, name, Words("某人", "", "", ZH), BY, same_person=False)


async def test_a_closed_account_is_out_at_once_and_for_good(town: Database) -> None:
    await staffed(town)
    key = await signed_in(town, "owner")
    assert await comes_in(town, key)
    await accounts.set_active(town, "owner", BY, active=False)
    assert not await comes_in(town, key)
    await accounts.set_active(town, "owner", BY, active=True)
    assert not await comes_in(town, key)
    with pytest.raises(BadInput):
        await accounts.set_active(town, "admin", BY, active=False)


async def test_codes_are_switched_off_for_whoever_lost_their_telephone(town: Database) -> None:
    await staffed(town)
    key = await signed_in(town, "owner")
    async with town.writing() as session:
        (await session.get_one(Credential, "owner")).totp_seed = "SECRET"
        session.add(RecoveryCode(account="owner", code_hash="x"))
    await accounts.switch_codes_off(town, "owner", BY)
    assert not (await line(town, "owner")).has_code
    assert not await comes_in(town, key)
    with pytest.raises(BadInput):
        await accounts.switch_codes_off(town, "owner", BY)


async def test_one_ends_ones_own_sessions_and_nobody_elses(town: Database) -> None:
    await staffed(town)
    key, other = await signed_in(town, "owner"), await signed_in(town, "admin")
    async with town.writing() as session:
        assert len(await sessions.going_on(session, "owner", NOW)) == 1
        assert not await sessions.end_own(session, "owner", sessions.hashed(other), NOW)
        assert await sessions.end_own(session, "owner", sessions.hashed(key), NOW)
    assert not await comes_in(town, key)
    assert await comes_in(town, other)


async def test_whoever_is_no_administrator_keeps_no_accounts(town: Database) -> None:
    await staffed(town)
    owner = Doer("owner", TODAY, NOW)
    for refused in (
        accounts.give_password(town, "admin", owner),
        accounts.end_sessions(town, "admin", owner),
        accounts.set_active(town, "admin", owner, active=False),
    ):
        with pytest.raises(NotAllowed):
            await refused
    with pytest.raises(NotFound):
        await line(town, "nobody")
    async with town.reading() as session:
        assert (await session.get_one(Account, "admin")).active
