"""Signing in through another house: only what it signed for this attempt, and only as who is linked."""

import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest
from pydantic import ValidationError
from sqlmodel import select

from models.access import houses
from models.access.keys import AccessEvent, Credential, SignIn
from models.database import database
from models.settings import Settings
from tasks import clock
from tests.loopback import answering
from tests.portal.security.oidc_house import CLIENT, SECRET, House
from tests.portal.visiting import Visitor, sentence_of, visiting

NOT_BELIEVED = "统一认证没有确认您的身份，请重新登录，或用本系统的帐号登录。"


class Town(NamedTuple):
    config: Settings
    house: House
    browser: Visitor

    async def left(self, next: str = "") -> dict[str, str]:
        """The browser goes to the house: what it was sent with."""
        gone = await self.browser.get("/oidc/sign-in", **({"next": next} if next else {}))
        assert gone.status_code == 303, sentence_of(gone)
        return self.house.follow(gone.headers["location"])

    async def back(self, **changed: str) -> httpx.Response:
        return await self.browser.get("/oidc/return", **{"code": "the-code", **changed})

    async def linked(self, account: str = "bingcun", sub: str = "u-1") -> None:
        async with database(self.config).writing() as session:
            subject = f"{self.config.oidc_issuer} {sub}"
            await houses.link(session, account, subject, clock.real(), by="zhenggaiban")


@pytest.fixture
async def place(town: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    house = House()
    async with answering(house.answer) as house.root:
        settings = {"oidc_issuer": house.root, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        config = town.model_copy(update=settings)
        browser = await visiting(config)
        yield Town(config, house, browser)
        await browser.close()
        await database(config).close()


async def test_who_is_linked_comes_in_under_a_new_key_and_where_they_wanted(place: Town) -> None:
    await place.linked()
    page = await place.browser.get("/sign-in", next="/findings?light=red")
    assert 'href="/oidc/sign-in?next=/findings%3Flight%3Dred"' in page.text
    before = place.browser.client.cookies["rectify"]
    asked = await place.left("/findings?light=red")
    assert asked["redirect_uri"] == "http://127.0.0.1:8080/oidc/return"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    come = await place.back(state=asked["state"], iss=place.house.root)
    assert (come.status_code, come.headers["location"]) == (303, "/findings?light=red")
    assert place.browser.client.cookies["rectify"] != before
    assert "rectify-oidc" not in place.browser.client.cookies
    assert "演示丙村书记" in (await place.browser.get("/findings")).text
    assert (await place.back(state=asked["state"])).status_code == 401  # what was used up is no way in
    async with database(place.config).reading() as session:
        noted = [(x.kind, x.account) for x in await session.exec(select(AccessEvent))]
    assert ("sign_in", "bingcun") in noted


WRONG: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "x"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "another audience": {"claims": {"aud": "somebody-else"}},
    "two audiences, no azp": {"claims": {"aud": [CLIENT, "somebody-else"]}},
    "another azp": {"claims": {"azp": "somebody-else"}},
    "expired": {"claims": {"exp": int(time.time()) - 3600}},
    "without an end": {"claims": {"exp": None}},
    "issued tomorrow": {"claims": {"iat": int(time.time()) + 86400}},
    "nobody": {"claims": {"sub": None}},
    "an empty subject": {"claims": {"sub": ""}},
    "unsigned": {"signed": "none"},
    "signed with the client's secret": {"signed": "shared"},
    "signed with the public key as a secret": {"signed": "public key as shared"},
    "signed with another key": {"signed": "another key"},
}


async def test_what_the_house_did_not_sign_for_us_and_for_now_is_not_believed(place: Town) -> None:
    await place.linked()
    for how, wrong in WRONG.items():
        place.house.wrong, place.house.tokens_given = wrong, 0
        asked = await place.left()
        refused = await place.back(state=asked["state"])
        assert place.house.tokens_given == 1, how
        assert (refused.status_code, sentence_of(refused)) == (401, NOT_BELIEVED), how
        assert (await place.browser.get("/findings")).status_code == 303, how


async def test_an_answer_to_another_attempt_or_of_another_house_is_not_taken(place: Town) -> None:
    await place.linked()
    thief = await visiting(place.config)
    stolen = place.house.follow((await thief.get("/oidc/sign-in")).headers["location"])["state"]
    for changed in ({"state": stolen}, {"state": ""}, {"state": "é"}, {"code": ""}, {"iss": "https://evil"}):
        asked = await place.left()
        refused = await place.back(**{"state": asked["state"]} | changed)
        assert (refused.status_code, sentence_of(refused)) == (401, NOT_BELIEVED), changed
    assert (await thief.get("/oidc/return", code="the-code", state="")).status_code == 401
    assert place.house.tokens_given == 0
    bare = await visiting(place.config)
    assert (await bare.get("/oidc/return", code="the-code", state=stolen)).status_code == 401
    asked = await place.left()
    wrong_code = await place.back(state=asked["state"], code="another-code")
    assert wrong_code.status_code == 401
    await thief.close()
    await bare.close()


async def test_an_unlinked_identity_is_told_what_to_tell_the_administrator(place: Town) -> None:
    place.house.claims = {"sub": "u-77", "preferred_username": "bingcun", "email": "bingcun@xx.example"}
    asked = await place.left()
    refused = await place.back(state=asked["state"])
    assert refused.status_code == 401
    assert "“u-77”还没有对应本系统的帐号" in sentence_of(refused)


@pytest.mark.parametrize(
    ("claim", "claims", "comes_in"),
    [
        ("preferred_username", {"preferred_username": "bingcun"}, True),
        ("preferred_username", {"preferred_username": "nobody"}, False),
        ("preferred_username", {"preferred_username": ["bingcun"]}, False),
        ("email", {"email": "bingcun@xx.example", "email_verified": True}, True),
        ("email", {"email": "bingcun@xx.example"}, False),
        ("email", {"email": "bingcun@xx.example", "email_verified": "true"}, False),
    ],
)
async def test_a_claim_links_an_account_once_where_the_office_says_so(
    place: Town, claim: str, claims: dict[str, Any], comes_in: bool
) -> None:
    config = place.config.model_copy(update={"oidc_account_claim": claim})
    here = Town(config, place.house, await visiting(config))
    for sub, comes in (("u-5", comes_in), ("u-6", False), ("u-5", comes_in)):
        place.house.claims, place.house.tokens_given = {"sub": sub, **claims}, 0
        asked = await here.left()
        come = await here.back(state=asked["state"])
        assert come.status_code == (303 if comes else 401), sub
    await here.browser.close()


async def test_an_account_that_was_shut_or_unlinked_is_out(place: Town) -> None:
    await place.linked()
    asked = await place.left()
    await place.back(state=asked["state"])
    async with database(place.config).writing() as session:
        await houses.link(session, "bingcun", "", clock.real(), by="zhenggaiban")
    assert (await place.browser.get("/findings")).status_code == 303
    async with database(place.config).reading() as session:
        credential = await session.get(Credential, "bingcun")
        stored = f"{credential} {list(await session.exec(select(SignIn)))}"
    assert SECRET not in stored


async def test_a_house_that_is_away_or_calls_itself_otherwise_is_not_asked(place: Town) -> None:
    place.house.wrong = {"description": {"issuer": "https://evil.example"}}
    away = await place.browser.get("/oidc/sign-in")
    assert (away.status_code, "统一认证现在不能使用" in away.text) == (503, True)
    gone = place.config.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    browser = await visiting(gone)
    assert (await browser.get("/oidc/sign-in")).status_code == 503
    await browser.close()


async def test_without_a_house_there_is_no_such_way(town: Settings) -> None:
    browser = await visiting(town)
    for path in ("/oidc/sign-in", "/oidc/return"):
        assert (await browser.get(path)).status_code == 404
    assert "/oidc/" not in (await browser.get("/sign-in")).text
    await browser.close()


@pytest.mark.parametrize("issuer", ["http://sso.example", "sso.example", "ftp://sso.example"])
def test_the_house_is_asked_over_tls_alone(issuer: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        Settings(_env_file=None, oidc_issuer=issuer)
