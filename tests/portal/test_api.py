"""The API: who is let in, what they see and do there, and how they are refused."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from models.access import passwords, tokens
from models.access.keys import Throttle, Token
from models.database import database
from models.findings import Finding
from models.orders import ActWords, OpenWords
from models.settings import Settings, settings
from models.staff.people import Account
from policy.scopes import Scope
from portal.api.asked import ActRequest, OpenRequest
from portal.api.openapi import described
from tasks import clock
from tests.models.statements import counted
from tests.portal.calling import calling, client, token_of, told
from tests.portal.conftest import Visit

OVERDUE, CONFIDENTIAL = "SJ2026-001", "XF2026-001"


def calls() -> list[tuple[str, str]]:
    """Method and address of each call of the API."""
    found = [
        (method.upper(), path.replace("{number}", OVERDUE).replace("{sha256}", "0" * 64))
        for path, methods in described()["paths"].items()
        for method in methods
    ]
    return [*found, ("GET", "/api/v1/openapi.json")]


async def test_no_call_is_answered_without_a_token(town: Settings, visit: Visit) -> None:
    signed_in = await visit("zhenggaiban")
    for method, address in calls():
        for asking in (client(town), client(town, Authorization="Bearer rectify_x"), signed_in.client):
            refused = await asking.request(method, address)
            assert told(refused, 401)["type"].endswith("no-token")
            assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_does_only_what_it_is_for(town: Settings) -> None:
    reader = await calling(town, "zhenggaiban", frozenset({Scope.READ}))
    opener = await calling(town, "zhenggaiban", frozenset({Scope.OPEN}))
    refused = await reader.post("/findings", {"source": "自查", "condition": "灭火器过期"})
    assert told(refused, 403)["scope"] == "open"
    assert 'scope="open"' in refused.headers["www-authenticate"]
    assert (await opener.post("/findings", {"source": "自查", "condition": "灭火器过期"})).status_code == 201
    assert told(await opener.get("/findings"), 403)["scope"] == "read"
    act = {"act": "report_progress", "version": 1}
    assert told(await opener.post(f"/findings/{OVERDUE}/acts", act), 403)["scope"] == "act"


async def test_a_token_is_over_with_its_time_its_account_or_a_new_password(town: Settings) -> None:
    secret, db = await token_of(town, "bingcun"), database(town)
    now, today = clock.real(), clock.today()
    assert await tokens.bearer(db, secret, now, today) is not None
    assert await tokens.bearer(db, secret, now + timedelta(days=31), today) is None
    async with db.writing() as session:
        token = (await session.exec(select(Token).where(Token.account == "bingcun"))).one()
        assert secret not in str(token)
        await passwords.give_initial(session, "bingcun", now)
    assert await tokens.bearer(db, secret, now, today) is None
    secret = await token_of(town, "bingcun")
    async with db.writing() as session:
        account = await session.get_one(Account, "bingcun")
        account.active = False
        session.add(account)
    assert await tokens.bearer(db, secret, now, today) is None


async def test_who_calls_too_often_is_told_when_to_come_back(town: Settings) -> None:
    program = await calling(town, "bingcun")
    await program.read("/me")
    async with database(town).writing() as session:
        used = (await session.exec(select(Throttle).where(col(Throttle.key).startswith("token:")))).one()
        used.level, used.at = 2000.0, clock.real()
        session.add(used)
    refused = await program.get("/me")
    told(refused, 429)
    assert int(refused.headers["retry-after"]) > 60


async def test_a_village_sees_its_own_findings_and_no_other(town: Settings) -> None:
    village, office = await calling(town, "jiacun"), await calling(town, "zhenggaiban")
    own = {row["unit"] for row in (await village.read("/findings"))["items"]}
    assert own == {"甲村党支部"}
    there = told(await village.get(f"/findings/{OVERDUE}"), 404)["detail"]
    nowhere = told(await village.get("/findings/SJ2026-0011"), 404)["detail"]
    assert there.replace(OVERDUE, "") == nowhere.replace("SJ2026-0011", "")
    act = {"act": "report_progress", "version": 3, "text": "已整改", "percent": 50}
    told(await village.post(f"/findings/{OVERDUE}/acts", act), 404)
    mine, everybodys = [
        {row["finding"] for row in (await one.read("/plan", days="90"))["items"]} for one in (village, office)
    ]
    assert mine < everybodys
    assert {row["unit"] for row in (await village.read("/posts"))["items"]} == {"甲村党支部"}
    assert [row["name"] for row in (await village.read("/units"))["items"]] == ["甲村党支部"]


async def test_a_confidential_finding_is_told_only_as_it_stands(town: Settings) -> None:
    async with database(town).reading() as session:
        title = (await session.get_one(Finding, CONFIDENTIAL)).title
    office, chief = await calling(town, "zhenggaiban"), await calling(town, "xiangzhang")
    whole = await office.read(f"/findings/{CONFIDENTIAL}")
    veiled = await chief.read(f"/findings/{CONFIDENTIAL}")
    assert (whole["title"], veiled["title"], veiled["stage"]) == (title, "", whole["stage"])
    listed = {row["number"]: row["title"] for row in (await chief.read("/findings"))["items"]}
    assert listed[CONFIDENTIAL] == ""
    by_source = await chief.read("/findings", source=whole["source"])
    assert CONFIDENTIAL not in {row["number"] for row in by_source["items"]}
    plan = (await chief.read("/plan", days="366"))["items"]
    assert all(not row["people"] for row in plan if row["finding"] == CONFIDENTIAL)


async def test_pages_put_together_are_the_list(town: Settings) -> None:
    program = await calling(town, "zhenggaiban")
    whole = await program.read("/findings", limit="500")
    assert whole["next"] is None
    for path, limit in (("/findings", "7"), ("/units", "5"), ("/posts", "9"), ("/plan", "10")):
        everything = (await program.read(path, limit="500"))["items"]
        found, cursor = [], ""
        while True:
            page = await program.read(path, limit=limit, cursor=cursor)
            found += page["items"]
            if page["next"] is None:
                break
            cursor = page["next"]
        assert found == everything
    red = (await program.read("/findings", light="red"))["items"]
    assert red == [row for row in whole["items"] if row["light"] == "red"]
    some = await program.read("/findings", stage=["assigned", "in_progress"], unit="丙村党支部")
    assert {row["stage"] for row in some["items"]} <= {"assigned", "in_progress"}
    assert OVERDUE in {row["number"] for row in some["items"]}


async def test_the_figures_add_up(town: Settings) -> None:
    office, chief = await calling(town, "zhenggaiban"), await calling(town, "xiangzhang")
    for program in (office, chief):
        found = await program.read("/overview")
        for parts in ("by_unit", "by_source"):
            in_parts = sum(part["figures"]["all"] for part in found[parts])
            assert in_parts + found["veiled"]["all"] == found["all"]["all"]
        assert found["all"]["all"] == len((await program.read("/findings", limit="500"))["items"])
        assert sum(found["by_stage"].values()) == found["all"]["all"]
    told(await (await calling(town, "bingcun")).get("/overview"), 403)


async def test_a_page_asks_as_often_however_much_is_on_it(town: Settings) -> None:
    """But for one question more where a confidential finding is on it."""
    program = await calling(town, "zhenggaiban")
    for path in ("/findings", "/letters", "/units", "/posts"):
        asked = []
        for limit in ("2", "2", "30"):
            with counted(database(town)) as sent:
                await program.read(path, limit=limit)
            asked.append(len(sent))
        assert asked[2] <= asked[1] + 1, path


async def test_every_finding_of_the_sample_fits_its_shape(town: Settings) -> None:
    program = await calling(town, "zhenggaiban")
    for row in (await program.read("/findings", limit="500"))["items"]:
        whole = await program.read(f"/findings/{row['number']}")
        assert {name: whole[name] for name in row} == row


async def test_an_act_is_done_once_for_a_key(town: Settings) -> None:
    program = await calling(town, "bingcun")
    said = {"act": "report_progress", "version": 3, "text": "诉讼材料已递交", "percent": 60}
    path = f"/findings/{OVERDUE}/acts"
    first = await program.post(path, said, "once-and-for-all")
    assert first.status_code == 200, first.text
    again = await program.post(path, said, "once-and-for-all")
    assert again.json() == first.json() == first.json() | {"seq": 4, "act": "report_progress"}
    other = told(await program.post(path, said | {"percent": 70}, "once-and-for-all"), 422)
    assert other["type"].endswith("key-used")
    assert other["errors"][0]["field"] == "Idempotency-Key"
    assert (await program.read(f"/findings/{OVERDUE}"))["version"] == 4


async def test_whoever_is_overtaken_hears_what_happened_meanwhile(town: Settings) -> None:
    one, other = await calling(town, "bingcun"), await calling(town, "bingcun")
    said = {"act": "report_progress", "version": 3, "text": "诉讼材料已递交", "percent": 60}
    await one.post(f"/findings/{OVERDUE}/acts", said, "the-first-of-both")
    late = told(await other.post(f"/findings/{OVERDUE}/acts", said, "the-second-of-both"), 409)
    assert (late["version"], late["stage"]) == (4, "in_progress")
    assert [(x["seq"], x["act"], x["by"]) for x in late["meanwhile"]] == [(4, "report_progress", "bingcun")]


async def test_the_rules_are_those_of_every_door(town: Settings) -> None:
    program = await calling(town, "bingcun")
    path = f"/findings/{OVERDUE}/acts"
    told(await program.post(path, {"act": "pass_verification", "version": 3}), 403)
    less = told(
        await program.post(path, {"act": "report_progress", "version": 3, "text": "x", "percent": 1}), 422
    )
    assert "45%" in less["detail"]
    unknown = {"act": "report_progress", "version": 3, "stage": "closed"}
    assert told(await program.post(path, unknown), 422)["errors"] == [
        {"field": "stage", "reason": "没有这一项"}
    ]
    assert told(await program.post(path, {"act": "open", "version": 3}), 403)


async def test_a_finding_opened_twice_under_one_key_is_one(town: Settings) -> None:
    program = await calling(town, "zhenggaiban")
    said = {
        "source": "自查",
        "condition": "灭火器过期，未更换。",
        "unit": "甲村党支部",
        "post": "甲村党支部书记",
    }
    first, again = [await program.post("/findings", said, "one-finding") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["stage"] == "assigned"
    shown = await program.client.get(first.headers["location"])
    assert shown.json()["condition"] == said["condition"]
    told(await program.post("/findings", said | {"condition": "别的"}, "one-finding"), 422)
    told(await (await calling(town, "bingcun")).post("/findings", said), 403)


PHOTO = b"%PDF-1.4 a page"


async def test_evidence_is_handed_in_once_and_fetched_as_it_was(town: Settings) -> None:
    program, path = await calling(town, "bingcun"), f"/api/v1/findings/{OVERDUE}/evidence"
    sent = {
        "data": {"version": "3", "text": "催告函"},
        "files": [("file", ("催告函.pdf", PHOTO, "text/html"))],
        "headers": {"Idempotency-Key": "evidence-1"},
    }
    first, again = [await program.client.post(path, **sent) for _ in range(2)]  # type: ignore[arg-type]
    assert first.status_code == 200, first.text
    assert again.json() == first.json()
    kept = (await program.read(f"/findings/{OVERDUE}"))["evidence"][-1]
    assert (kept["name"], kept["size"]) == ("催告函.pdf", len(PHOTO))
    fetched = await program.client.get(f"{path}/{kept['sha256']}")
    assert (fetched.content, fetched.headers["content-type"]) == (PHOTO, "application/pdf")
    assert fetched.headers["content-disposition"].startswith("attachment")
    told(await program.client.get(f"{path}/{'0' * 64}"), 404)
    told(await (await calling(town, "jiacun")).client.get(f"{path}/{kept['sha256']}"), 404)


async def test_what_is_no_evidence_is_refused_by_its_field(town: Settings) -> None:
    program, path = await calling(town, "bingcun"), f"/api/v1/findings/{OVERDUE}/evidence"
    program.client.headers["Idempotency-Key"] = "evidence-2"
    page = [("file", ("page.html", b"<html>", "text/html"))]
    told(await program.client.post(path, data={"version": "3"}, files=page), 422)
    pdf = [("file", ("1.pdf", PHOTO, "application/pdf"))]
    for data, files, field in (
        ({"version": "x"}, pdf, "version"),
        ({"version": "3", "percent": "9"}, pdf, "percent"),
        ({"version": "3"}, [("text", (None, b"none", "text/plain"))], "file"),
    ):
        refused = told(await program.client.post(path, data=data, files=files), 422)
        assert refused["errors"][0]["field"] == field
    told(await program.client.post(path, json={"version": 3}), 415)


JSON = {"content-type": "application/json"}
WRONG: tuple[tuple[int, str, str, dict[str, Any]], ...] = (
    (400, "POST", "/findings", {"content": b"{", "headers": JSON}),
    (415, "POST", "/findings", {"content": b"{}"}),
    (422, "POST", "/findings", {"json": {"source": "自查"}}),
    (413, "POST", "/findings", {"json": {"condition": "x" * 3_000_000}}),
    (405, "DELETE", "/findings", {}),
    (404, "GET", "/nothing", {}),
    (422, "GET", "/findings?limit=501", {}),
    (422, "GET", "/findings?cursor=bm8", {}),
    (422, "GET", "/findings?due_from=2026-02-31", {}),
    (405, "TRACE", "/findings", {}),
    (400, "GET", "/findings?q=%00", {}),
    (400, "GET", "/me", {"headers": {"host": "evil.example"}}),
    (403, "POST", "/findings", {"headers": {"origin": "https://evil.example"}}),
)


async def test_whatever_goes_wrong_is_a_problem_in_json(town: Settings) -> None:
    program = await calling(town, "zhenggaiban")
    for status, method, path, sent in WRONG:
        told(await program.client.request(method, f"/api/v1{path}", **sent), status)
    told(await program.client.get("/api"), 404)


async def test_while_the_database_is_away_one_is_told_to_come_again(
    town: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await calling(town, "zhenggaiban")
    monkeypatch.setenv("RECTIFY_FAULTS", "throttle.before_commit=raise:locked")
    settings.cache_clear()
    refused = await program.get("/me")
    told(refused, 503)
    assert refused.headers["retry-after"] == "5"


async def test_problems_are_told_in_the_language_asked_for(town: Settings) -> None:
    program = await calling(town, "zhenggaiban")
    answer = await program.client.get("/api/v1/findings/NO", headers={"Accept-Language": "en"})
    assert told(answer, 404)["detail"].startswith("There is no finding “NO”.")


def test_the_api_takes_all_words_that_acts_and_openings_take() -> None:
    assert set(ActRequest.model_fields) - {"act", "version"} == set(ActWords.model_fields)
    assert set(OpenRequest.model_fields) == set(OpenWords.model_fields)


def test_each_call_is_described_with_its_scope_and_its_problems() -> None:
    for path, operations in described()["paths"].items():
        for call in operations.values():
            assert call["security"] == [{"token": call["security"][0]["token"]}], path
            assert {"401", "403", "404", "422", "429", "500", "503"} <= set(call["responses"])
            assert "application/problem+json" in call["responses"]["422"]["content"]
