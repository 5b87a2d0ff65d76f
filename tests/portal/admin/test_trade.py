"""The desk's rules, calendar, mail and health: looked at first, then done, by whoever may."""

from html import unescape

import httpx
import pytest

from models.database import database
from models.rules.shipped import shipped_text
from models.rules.trade import load
from models.settings import Settings
from tasks import jobs
from tests.portal.conftest import Visit
from tests.portal.visiting import Visitor, form_of, sentence_of

PAGES = ("/admin/rules", "/admin/rules/move", "/admin/calendar", "/admin/mail", "/admin/health")
QUICKER = shipped_text().replace('number = 3\nunit = "months"', 'number = 2\nunit = "months"', 1)


async def gone(visitor: Visitor, sent: httpx.Response) -> httpx.Response:
    assert sent.status_code == 303, sentence_of(sent)
    await jobs.finished()
    return await visitor.get(sent.headers["location"])


async def in_force(town: Settings) -> int:
    async with database(town).reading() as session:
        return (await load(session)).rules.version


@pytest.mark.parametrize(
    ("who", "seen"),
    [("zhenggaiban", PAGES), ("jiwei", (*PAGES[:3], PAGES[4])), ("ganshi", ()), ("bingcun", ())],
)
async def test_whoever_has_no_business_at_a_page_does_not_find_it(
    visit: Visit, who: str, seen: tuple[str, ...]
) -> None:
    visitor = await visit(who)
    answers = {path: (await visitor.get(path)).status_code for path in PAGES}
    assert answers == {path: 200 if path in seen else 404 for path in PAGES}


async def test_forms_of_the_desk_do_nothing_for_others(visit: Visit) -> None:
    secretary = await visit("bingcun")
    token = form_of(await secretary.get("/account"), "/account/language")
    for path in (
        "/admin/rules",
        "/admin/rules/preview",
        "/admin/rules/move",
        "/admin/calendar",
        "/admin/calendar/local",
        "/admin/mail/test",
        "/admin/mail/templates",
        "/admin/health/check",
    ):
        assert (await secretary.client.post(path, data=token)).status_code == 404, path


async def test_rules_are_used_once_what_they_change_was_seen(town: Settings, visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    page = await keeper.get("/admin/rules")
    assert "限期整改" in page.text
    blind = await keeper.send(page, "/admin/rules/preview", {"text": QUICKER})
    unseen = await keeper.send(blind, "/admin/rules", {"seen": "x", "reason": "加快"})
    assert unseen.status_code == 409
    assert form_of(unseen, "/admin/rules")["reason"] == "加快"
    assert await in_force(town) == 1
    assert "也没有日期变动" in unseen.text  # the sample ledger states its deadlines itself
    done = await gone(keeper, await keeper.send(unseen, "/admin/rules"))
    assert "规则已启用" in sentence_of(done)
    assert await in_force(town) == 2
    assert "个未办结问题仍按以前的规则办理" in done.text
    assert (await keeper.get("/admin/rules/file", version="2")).text == QUICKER


async def test_a_file_of_rules_with_faults_is_shown_again_with_each_of_them(visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    wrong = shipped_text().replace("number = ", "numbr = ", 1)
    file = [("file", ("规则.toml", wrong.encode(), "text/plain"))]
    refused = await keeper.send(await keeper.get("/admin/rules"), "/admin/rules/preview", files=file)
    assert refused.status_code == 400
    assert "numbr" in refused.text
    assert "numbr = " in unescape(form_of(refused, "/admin/rules/preview")["text"])


async def test_findings_move_to_the_rules_in_force_once_their_dates_were_seen(
    town: Settings, visit: Visit
) -> None:
    keeper = await visit("zhenggaiban")
    seen = await keeper.send(await keeper.get("/admin/rules"), "/admin/rules/preview", {"text": QUICKER})
    await gone(keeper, await keeper.send(seen, "/admin/rules"))
    page = await keeper.get("/admin/rules/move")
    refused = await keeper.send(page, "/admin/rules/move/preview", {"which": "all", "reason": ""})
    assert refused.status_code == 400
    asked = await keeper.send(page, "/admin/rules/move/preview", {"which": "all", "reason": "统一口径"})
    assert "将改按第2版规则" in asked.text
    done = await gone(keeper, await keeper.send(asked, "/admin/rules/move"))
    assert sentence_of(done) == "已改按现行规则办理。"
    assert "仍按以前的规则" not in (await keeper.get("/admin/rules")).text
    assert "第2版" in (await keeper.get("/admin/trail", kind="rules_moved")).text


YEAR = """日期,类型,名称
2027-01-01,放假,元旦
2027-02-05..2027-02-11,放假,春节
2027-05-03,放假,劳动节
2027-10-01..2027-10-07,放假,国庆节
"""


async def test_a_year_is_taken_in_after_a_look_at_what_moves(town: Settings, visit: Visit) -> None:
    keeper, watcher = await visit("zhenggaiban"), await visit("jiwei")
    before = await keeper.get("/admin/calendar", year="2027")
    assert "尚未导入" in before.text
    assert "/admin/calendar/preview" not in (await watcher.get("/admin/calendar")).text
    file = [("file", ("2027.csv", YEAR.encode(), "text/csv"))]
    seen = await keeper.send(before, "/admin/calendar/preview", {"source": "国办发明电"}, file)
    assert "还没有保存" in seen.text
    assert "尚未导入" in (await keeper.get("/admin/calendar", year="2027")).text
    done = await gone(keeper, await keeper.send(seen, "/admin/calendar"))
    assert "有关日期已重算" in sentence_of(done)
    year = await keeper.get("/admin/calendar", year="2027")
    assert "国办发明电" in year.text
    assert "尚未导入" not in year.text
    assert (await watcher.get(str(done.url.path))).status_code == 404
    wrong = [("file", ("2027.csv", YEAR.replace("放假,元旦", "休一下,元旦").encode(), "text/csv"))]
    refused = await keeper.send(before, "/admin/calendar/preview", {"source": "国办发明电"}, wrong)
    assert "应写“放假”或“调休上班”" in refused.text


async def test_a_unit_keeps_a_day_in_its_own_way(visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    said = {"unit": "丙村党支部", "day": "2026-12-09", "kind": "off", "label": "村民节"}
    seen = await keeper.send(await keeper.get("/admin/calendar"), "/admin/calendar/local/preview", said)
    done = await gone(keeper, await keeper.send(seen, "/admin/calendar/local"))
    assert "村民节" in done.text
    idle = said | {"kind": "work"}
    refused = await keeper.send(seen, "/admin/calendar/local/preview", idle | {"day": "2026-12-10"})
    assert refused.status_code == 400
    assert form_of(refused, "/admin/calendar/local/preview")["label"] == "村民节"


async def test_a_test_mail_says_what_the_server_answered(
    town: Settings, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = await visit("zhenggaiban")
    none = await keeper.send(await keeper.get("/admin/mail"), "/admin/mail/test")
    assert "尚未设置邮件服务器" in sentence_of(none)
    keeper.client._transport.app.state.config = town.model_copy(  # type: ignore[attr-defined]  # the portal's own
        update={"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_password": "a-secret", "smtp_user": "u"}
    )
    page = await gone(keeper, await keeper.send(await keeper.get("/admin/mail"), "/admin/mail/test"))
    assert "没有送出" in page.text
    assert "a-secret" not in page.text
    checked = await keeper.send(page, "/admin/mail/templates")
    assert "没有自己的模板" in checked.text


async def test_health_says_what_to_do_and_checks_when_asked(visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    page = await keeper.get("/admin/health")
    assert "rectify worker" in page.text
    assert "还没有核对过" in page.text
    checked = await keeper.send(page, "/admin/health/check")
    assert checked.status_code == 200
    assert "还没有核对过" not in checked.text
    start = await keeper.get("/admin")
    assert "尚未设置邮件服务器" in start.text
    assert "2027年放假安排尚未导入" in start.text
