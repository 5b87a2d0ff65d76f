"""Tokens on a page and on the command line: shown once, of one's own, and ended."""

import re

import pytest

from models.access import tokens
from models.access.keys import Credential
from models.database import database
from models.settings import Settings
from policy.refusals import BadInput
from policy.scopes import MOST, Scope
from portal.pages.paper import cookie_name
from tests.portal.calling import client, token_of
from tests.portal.conftest import Visit
from tests.portal.visiting import key_for, sentence_of

PAGE = "/account/tokens"
NEW: dict[str, str | list[str]] = {"name": "热线系统", "scopes": ["read", "open"], "days": "30"}


async def test_a_token_is_made_shown_once_used_and_ended(town: Settings, visit: Visit) -> None:
    secretary = await visit("bingcun")
    page = await secretary.get(PAGE)
    shown = await secretary.send(page, PAGE, NEW)
    secret = re.search(r"rectify_[\w-]{43}", shown.text)
    assert secret is not None
    assert secret[0] not in (await secretary.get(PAGE)).text
    program = client(town, Authorization=f"Bearer {secret[0]}")
    me = (await program.get("/api/v1/me")).json()
    assert (me["account"], me["token"]["scopes"]) == ("bingcun", ["open", "read"])
    again = await secretary.send(page, PAGE, NEW)
    assert (again.status_code, "已有名为“热线系统”的令牌" in sentence_of(again)) == (400, True)
    async with database(town).reading() as session:
        (held,) = await tokens.of(session, "bingcun")
    mayor = await visit("xiangzhang")
    stolen = {"number": str(held.id)}
    page = await mayor.get(PAGE)
    csrf = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert csrf is not None
    refused = await mayor.client.post(f"{PAGE}/end", data={"csrf": csrf[1], **stolen})
    assert refused.status_code == 404
    assert "令牌已停用" in (await secretary.done(PAGE, f"{PAGE}/end", {"number": str(held.id)})).text
    assert (await program.get("/api/v1/me")).status_code == 401


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"scopes": []}, "请选择令牌的用途"),
        ({"days": "367"}, "有效期请填1到366天"),
        ({"days": "x"}, "有效期请填天数"),
        ({"name": " "}, "起个名字"),
    ],
)
async def test_what_is_not_right_is_said_and_nothing_typed_is_lost(
    visit: Visit, said: dict[str, str | list[str]], sentence: str
) -> None:
    secretary = await visit("bingcun")
    refused = await secretary.send(await secretary.get(PAGE), PAGE, NEW | said)
    assert refused.status_code == 400
    assert sentence in sentence_of(refused)
    assert "name" in said or 'value="热线系统"' in refused.text


async def test_whoever_still_owes_a_new_password_makes_no_token(town: Settings) -> None:
    key = await key_for(town, "bingcun")
    async with database(town).writing() as session:
        credential = await session.get_one(Credential, "bingcun")
        credential.is_initial = True
        session.add(credential)
    browser = client(town)
    browser.cookies.set(cookie_name(town), key)
    led = await browser.get(PAGE)
    assert (led.status_code, led.headers["location"]) == (303, "/account/password")


async def test_an_account_has_only_so_many(town: Settings) -> None:
    for _ in range(MOST):
        await token_of(town, "bingcun")
    with pytest.raises(BadInput, match="最多"):
        await token_of(town, "bingcun", frozenset({Scope.READ}))
