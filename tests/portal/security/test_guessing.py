"""However somebody guesses, no more is looked at than fits; and no guesser keeps the owner out."""

import asyncio
from email import message_from_string
from email.policy import default
from typing import cast

import pytest
from pwdlib import PasswordHash
from sqlmodel import col, select

from models.access import accounts, devices, knocking, passwords, sessions
from models.access.keys import Throttle
from models.access.sessions import hashed
from models.database import database
from models.mailing.mail import Mail
from models.settings import Settings
from models.staff.people import Account
from models.staff.rights import Doer
from policy.knocking import WRONG_ANYWHERE, WRONG_FROM_ADDRESS, network_of
from policy.refusals import NotSignedIn, TooOften
from portal.demonstration import PASSWORD
from tasks import clock
from tests.portal.calling import calling
from tests.portal.conftest import Visit
from tests.portal.security.test_trying import Counting
from tests.portal.test_entry import sign_in
from tests.portal.visiting import Visitor, sentence_of

NEW = "三棵老柳树在水库边"


async def guessed(visitor: Visitor, times: int, account: str = "bingcun") -> list[int]:
    return [(await sign_in(visitor, account, f"wrong-{at}")).status_code for at in range(times)]


async def test_of_many_guesses_at_once_no_more_are_looked_at_than_fit(town: Settings) -> None:
    db, counting = database(town), Counting()

    async def guess(at: int) -> type[Exception]:
        by = cast(PasswordHash, counting)
        with pytest.raises((NotSignedIn, TooOften)) as refused:
            await passwords.sign_in(db, "bingcun", f"wrong-{at}", clock.real(), by=by)
        return refused.type

    ends = await asyncio.gather(*map(guess, range(20)))
    assert (len(counting.hashes), ends.count(TooOften)) == (5, 15)
    await db.close()


async def test_right_passwords_fill_no_bucket(town: Settings, visit: Visit) -> None:
    stranger = await visit("")
    for _ in range(6):
        assert (await sign_in(stranger, "bingcun", PASSWORD)).status_code == 303
        stranger.client.cookies.clear()
    async with database(town).reading() as session:
        await knocking.refuse_if_full(session, "anywhere", WRONG_ANYWHERE, clock.real())
        rows = [await session.get(Throttle, key) for key in ("anywhere", "address:127.0.0.1")]
    assert all(row and row.level < 0.1 for row in rows)


async def test_whoever_guesses_does_not_keep_the_owner_out_of_their_own_phone(
    town: Settings, visit: Visit
) -> None:
    owner, stranger = await visit(""), await visit("")
    await sign_in(owner, "bingcun", PASSWORD)
    page = await owner.get("/findings")
    await owner.send(page, "/sign-out")
    assert await guessed(stranger, 6) == [401] * 5 + [429]
    async with database(town).writing() as session:
        for key, bucket in (("address:127.0.0.1", WRONG_FROM_ADDRESS), ("anywhere", WRONG_ANYWHERE)):
            for _ in range(int(bucket.size)):
                await knocking.count(session, key, bucket, clock.real())
                await session.flush()
    assert (await sign_in(stranger, "bingcun", PASSWORD)).status_code == 429
    assert (await sign_in(owner, "bingcun", PASSWORD)).status_code == 303
    # it is known for this account alone, and has as few guesses as anybody
    owner.client.cookies.delete("rectify")
    assert (await sign_in(owner, "jiacun", PASSWORD)).status_code == 429
    assert await guessed(owner, 6) == [401] * 5 + [429]


async def test_what_a_device_keeps_cannot_be_made_up(town: Settings) -> None:
    now, key = clock.real(), b"key"
    kept = devices.known_from(key, "bingcun", now)
    assert devices.device_of(key, "bingcun", kept, now)
    name, until, seal = kept.split(".")
    later = f"{name}.{int(until) + 1}.{seal}"
    for made_up in ("", "x", "..", "a.1.b", kept[:-1], later, f"{kept}.", "é.1.é"):
        assert not devices.device_of(key, "bingcun", made_up, now), made_up
    assert not devices.device_of(key, "jiacun", kept, now)
    assert not devices.device_of(b"another", "bingcun", kept, now)
    assert not devices.device_of(key, "bingcun", kept, now + devices.KEPT_FOR)
    assert "bingcun" not in kept


async def test_the_old_password_is_guessed_no_oftener_than_at_the_door(visit: Visit) -> None:
    thief = await visit("bingcun")
    page = await thief.get("/account/password")
    said = {"new": NEW, "again": NEW}
    wrong = [
        (await thief.send(page, "/account/password", {**said, "old": f"wrong-{at}"})).status_code
        for at in range(6)
    ]
    assert wrong == [400] * 5 + [429]
    shut = await thief.send(page, "/account/password", {**said, "old": PASSWORD})
    assert (shut.status_code, "分钟后再试" in sentence_of(shut)) == (429, True)
    assert (await sign_in(await visit(""), "bingcun", PASSWORD)).status_code == 303  # the door is not shut


async def test_after_a_new_password_a_stolen_session_and_token_are_worth_nothing(
    town: Settings, visit: Visit
) -> None:
    owner, thief = await visit("bingcun"), await visit("")
    program = await calling(town, "bingcun")
    thief.client.cookies.set("rectify", owner.client.cookies["rectify"])
    page = await owner.get("/account/password")
    done = await owner.send(page, "/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert done.status_code == 303
    assert (await owner.get("/findings")).status_code == 200
    assert (await thief.get("/findings")).status_code == 303
    assert (await program.get("/findings")).status_code == 401
    await program.client.aclose()


async def test_tokens_stay_where_their_owner_says_so(town: Settings, visit: Visit) -> None:
    owner, program = await visit("bingcun"), await calling(town, "bingcun")
    page = await owner.get("/account/password")
    said = {"old": PASSWORD, "new": NEW, "again": NEW, "tokens": ""}
    assert (await owner.send(page, "/account/password", said)).status_code == 303
    assert (await program.get("/findings")).status_code == 200
    await program.client.aclose()


async def test_an_account_opened_again_has_no_tokens_of_before(town: Settings) -> None:
    program, by = await calling(town, "bingcun"), Doer("zhenggaiban", clock.today(), clock.real())
    for active in (False, True):
        await accounts.set_active(database(town), "bingcun", by, active=active)
    assert (await program.get("/findings")).status_code == 401
    await program.client.aclose()
    await database(town).close()


async def test_a_session_ended_meanwhile_is_not_revived_by_a_new_password(
    town: Settings, visit: Visit
) -> None:
    owner = await visit("bingcun")
    key = owner.client.cookies["rectify"]
    db = database(town)
    visitor = await sessions.visitor(db, key, clock.real(), clock.today())
    assert visitor is not None
    async with db.writing() as session:
        await sessions.end(session, hashed(key), clock.real())
    with pytest.raises(NotSignedIn):
        await passwords.change(db, visitor, PASSWORD, NEW, clock.real())
    assert await passwords.sign_in(db, "bingcun", PASSWORD, clock.real())  # nothing was changed


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_a_house_with_many_addresses_is_one(address: str, network: str) -> None:
    assert network_of(address) == network


async def mails_to(config: Settings, account: str) -> list[str]:
    async with database(config).reading() as session:
        mailbox = (await session.get_one(Account, account)).mailbox
        found = await session.exec(select(Mail).where(Mail.recipient == mailbox).order_by(col(Mail.id)))
        return [mail.content.decode() for mail in found]


async def test_whose_account_is_tried_or_changed_is_told_once_by_mail(town: Settings, visit: Visit) -> None:
    before = len(await mails_to(town, "bingcun"))
    stranger, office = await visit(""), await visit("zhenggaiban")
    await guessed(stranger, 9)
    await guessed(stranger, 9, "没有这个人")
    page = await office.get("/admin/account", name="bingcun")
    await office.send(page, "/admin/account/password")
    told = [message_from_string(x, policy=default) for x in (await mails_to(town, "bingcun"))[before:]]
    assert [mail["Subject"] for mail in told] == ["有人多次输错您的密码", "您的密码已被重设"]
    assert all("请马上联系整改办" in mail.get_content() for mail in told)
