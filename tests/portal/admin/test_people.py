"""The desk's people: units, posts, holders, stand-ins, accounts; and who has no business there."""

import csv
import io

import httpx
import pytest
from sqlmodel import select

from models.database import database
from models.settings import Settings
from models.staff import staffing
from models.staff.people import Post
from tasks import clock, jobs
from tests.portal.conftest import Visit
from tests.portal.counting import statements
from tests.portal.visiting import Visitor, form_of, sentence_of

ALL = (
    "/admin/units",
    "/admin/people",
    "/admin/standing-in",
    "/admin/vacancies",
    "/admin/accounts",
    "/admin/account?name=jiwei",
    "/admin/trail",
)


async def post_of(town: Settings, name: str) -> int:
    async with database(town).reading() as session:
        return (await session.exec(select(Post.id).where(Post.name == name))).one() or 0


async def gone(visitor: Visitor, sent: httpx.Response) -> httpx.Response:
    assert sent.status_code == 303, sentence_of(sent)
    await jobs.finished()
    return await visitor.get(sent.headers["location"])


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("zhenggaiban", set(ALL)),
        ("jiwei", {"/admin/vacancies"}),
        ("bingcun", set()),
        ("ganshi", set()),
    ],
)
async def test_whoever_has_no_business_at_a_page_does_not_find_it(
    visit: Visit, who: str, seen: set[str]
) -> None:
    visitor = await visit(who)
    answers = {path: (await visitor.get(path)).status_code for path in ("/admin", *ALL)}
    assert answers.pop("/admin") == (200 if seen else 404)
    assert answers == {path: 200 if path in seen else 404 for path in ALL}
    assert ('href="/admin"' in (await visitor.get("/findings")).text) is bool(seen)


async def test_forms_of_the_desk_do_nothing_for_others(town: Settings, visit: Visit) -> None:
    supervisor = await visit("jiwei")
    token = form_of(await supervisor.get("/account"), "/account/language")
    number = await post_of(town, "丙村党支部书记")
    for path in (
        "/admin/units",
        f"/admin/posts/{number}",
        f"/admin/posts/{number}/hand-over",
        f"/admin/posts/{number}/join",
        "/admin/standing-in/end",
        "/admin/people",
        "/admin/accounts",
        "/admin/account/password",
        "/admin/account/close",
        "/admin/account/codes",
    ):
        sent = await supervisor.client.post(path, data=token | {"name": "zhenggaiban", "account": "jiwei"})
        assert sent.status_code == 404, path


async def test_a_unit_and_a_post_are_added_and_filled(town: Settings, visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    page = await keeper.done("/admin/units", "/admin/units", {"name": "庚村党支部", "kind": "village"})
    assert "庚村党支部" in page.text
    here = str(page.url.path)
    added = await keeper.done(
        here, f"{here}/posts", {"name": "庚村党支部书记", "roles": ["owner", "unit_head"]}
    )
    where = str(added.url.path)
    held = await keeper.done(where, f"{where}/hand-over", {"account": "jicun", "on": "2026-11-20"})
    assert "演示己村书记（jicun）" in held.text
    again = await keeper.send(await keeper.get("/admin/units"), "/admin/units", {"name": "庚村党支部"})
    assert again.status_code == 400
    assert "已有名为" in sentence_of(again)
    assert form_of(again, "/admin/units")["name"] == "庚村党支部"


async def test_a_hand_over_takes_the_open_work_along_and_the_one_who_leaves_is_out(
    town: Settings, visit: Visit
) -> None:
    keeper, leaves, comes = await visit("zhenggaiban"), await visit("bingcun"), await visit("wucun")
    assert "SJ2026-001" in (await leaves.get("/mine")).text
    assert "SJ2026-001" not in (await comes.get("/mine")).text
    here = f"/admin/posts/{await post_of(town, '丙村党支部书记')}"
    assert "SJ2026-001" in (await keeper.get(here)).text
    await keeper.done(here, f"{here}/hand-over", {"account": "wucun", "note": "换届"})
    assert "SJ2026-001" not in (await leaves.get("/mine")).text
    assert "SJ2026-001" in (await comes.get("/mine")).text
    assert "演示丙村书记" in (await comes.get("/findings/SJ2026-001")).text


async def test_roles_change_with_the_next_click_and_are_in_the_log(town: Settings, visit: Visit) -> None:
    keeper, supervisor = await visit("zhenggaiban"), await visit("ducha")
    assert (await supervisor.get("/admin/vacancies")).status_code == 200
    here = f"/admin/posts/{await post_of(town, '乡党委督查专员')}"
    await keeper.done(here, here, {"roles": ["verifier"]})
    assert (await supervisor.get("/admin/vacancies")).status_code == 404
    assert "调整岗位职责" in (await keeper.get("/admin/trail", kind="roles_changed")).text


async def test_an_administrator_makes_themselves_no_verifier(town: Settings, visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    here = f"/admin/posts/{await post_of(town, '乡整改办主任')}"
    page = await keeper.get(here)
    roles = ["inspector", "inspection_office", "administrator", "approver"]
    refused = await keeper.send(page, here, {"roles": roles, "name": "乡整改办一把手"})
    assert refused.status_code == 403
    assert "不能给自己增加职责（销号审批人）" in sentence_of(refused)
    assert form_of(refused, here)["name"] == "乡整改办一把手"


async def test_a_stand_in_is_named_by_the_administrator_and_by_the_holder(
    town: Settings, visit: Visit
) -> None:
    keeper, secretary = await visit("zhenggaiban"), await visit("bingcun")
    here = f"/admin/posts/{await post_of(town, '丙村党支部书记')}"
    span = {"first": "2026-11-23", "last": "2026-11-27", "account": "dingcun"}
    await keeper.done(here, f"{here}/substitute", span)
    assert "演示丁村书记" in (await keeper.get("/admin/standing-in")).text
    mine = await secretary.get("/account")
    taken = await secretary.send(mine, "/account/substitute", span | {"reason": "培训"})
    assert taken.status_code == 400
    assert "时间重叠" in sentence_of(taken)
    assert form_of(taken, "/account/substitute")["reason"] == "培训"
    await secretary.done("/account", "/account/substitute/end")
    await secretary.done("/account", "/account/substitute", span)
    assert "我回来了" in (await secretary.get("/account")).text


PEOPLE = """unit,kind,parent,post,roles,person,account,mailbox
丙村党支部,village,XX乡,丙村党支部书记,owner;party_head;unit_head,新任丙村书记,xinbing,xinbing@xx.example
"""


async def test_a_people_file_is_looked_at_before_it_is_stored(town: Settings, visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    page = await keeper.get("/admin/people")
    file = [("file", ("名册.csv", PEOPLE.encode(), "text/csv"))]
    seen = await keeper.send(page, "/admin/people/preview", files=file)
    assert "新增1人次" in seen.text
    assert "演示丙村书记 任至 2026年11月19日" in seen.text
    assert (await keeper.get("/admin/account", name="xinbing")).status_code == 404
    await gone(keeper, await keeper.send(seen, "/admin/people"))
    assert (await keeper.get("/admin/account", name="xinbing")).status_code == 200
    bad = [("file", ("名册.csv", PEOPLE.replace("owner;", "owners;").encode(), "text/csv"))]
    wrong = await keeper.send(page, "/admin/people/preview", files=bad)
    assert "没有这个角色" in wrong.text
    odd = await keeper.send(page, "/admin/people/preview", files=[("file", ("x.exe", b"MZ", "x/x"))])
    assert odd.status_code == 400


async def test_a_people_file_gives_the_one_who_brings_it_nothing(town: Settings, visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    text = PEOPLE.splitlines()[0] + "\n乡纪委,office,XX乡,乡纪委书记,verifier,演示整改办主任,zhenggaiban,\n"
    file = [("file", ("名册.csv", text.encode(), "text/csv"))]
    sent = await keeper.send(await keeper.get("/admin/people"), "/admin/people/preview", files=file)
    assert sent.status_code == 403
    assert "不能给自己增加职责" in sentence_of(sent)


async def test_an_account_is_added_given_a_password_and_closed(town: Settings, visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    new = {"account": "xinren", "person": "新同志", "mailbox": "not a mailbox", "phone": "0571-1"}
    refused = await keeper.send(await keeper.get("/admin/accounts/new"), "/admin/accounts", new)
    assert refused.status_code == 400
    assert form_of(refused, "/admin/accounts")["phone"] == "0571-1"
    page = await gone(keeper, await keeper.send(refused, "/admin/accounts", {"mailbox": "x@xx.example"}))
    given = await keeper.send(page, "/admin/account/password")
    assert "只显示这一次" in given.text
    password = given.text.split('class="secret">')[1].split("<")[0]
    come = await visit("")
    form = form_of(await come.get("/sign-in"), "/sign-in") | {"account": "xinren", "password": password}
    assert (await come.client.post("/sign-in", data=form)).status_code == 303
    assert (await come.get("/account/password")).status_code == 200
    assert password not in (await keeper.get("/admin/account", name="xinren")).text
    await gone(keeper, await keeper.send(page, "/admin/account/close"))
    assert (await come.get("/account/password")).headers["location"].startswith("/sign-in")
    assert "xinren" in (await keeper.get("/admin/accounts", search="新同志")).text


async def test_one_sees_and_ends_ones_own_sessions(town: Settings, visit: Visit) -> None:
    phone, desk, other = await visit("bingcun"), await visit("bingcun"), await visit("dingcun")
    page = await desk.get("/account")
    assert page.text.count("就是这里") == 1
    await gone(desk, await desk.send(page, "/account/sessions", {"which": "others"}))
    assert (await phone.get("/account")).status_code == 303
    assert (await desk.get("/account")).status_code == 200
    assert (await other.get("/account")).status_code == 200


LOCAL = """unit,kind,parent,post,roles,person,account,mailbox
丙村党支部,village,XX乡,丙村管理员,administrator,丙村会计,kuaiji,
乡党委,office,XX乡,兼职检查员,inspector,丙村会计,kuaiji,
"""


async def test_an_administrator_of_a_village_keeps_the_village(town: Settings, visit: Visit) -> None:
    """Also one whom another post of theirs lets see the whole township."""
    db = database(town)
    lines = [staffing.understand(n, line) for n, line in enumerate(csv.DictReader(io.StringIO(LOCAL)), 2)]
    await staffing.take_in(db, [one for one in lines if isinstance(one, staffing.Holder)], clock.today())
    keeper = await visit("kuaiji")
    page = await keeper.get("/admin/units")
    assert ("丙村党支部" in page.text, "甲村党支部" in page.text) == (True, False)
    own, other = await post_of(town, "丙村党支部书记"), await post_of(town, "甲村党支部书记")
    assert (await keeper.get(f"/admin/posts/{own}")).status_code == 200
    assert (await keeper.get(f"/admin/posts/{other}")).status_code == 404
    for path in ("/admin/accounts", "/admin/people", "/admin/trail", "/admin/mail", "/admin/health"):
        assert (await keeper.get(path)).status_code == 404, path
    token = form_of(page, "/admin/units")
    there = f"/admin/posts/{other}"
    assert (await keeper.client.post(there, data=token | {"name": "x"})).status_code == 404
    up = await keeper.client.post("/admin/units", data=token | {"name": "新单位", "parent": ""})
    assert up.status_code == 403


async def test_lists_of_the_desk_ask_no_more_where_there_is_more(town: Settings, visit: Visit) -> None:
    keeper = await visit("zhenggaiban")
    where = ("/admin/units", "/admin/units/1", "/admin/accounts", "/admin/trail", "/admin/standing-in")
    before = {path: len(await statements(keeper, path)) for path in where}
    text = LOCAL.splitlines()[0] + "".join(
        f"\n第{n}村,village,XX乡,第{n}村书记,owner,书记{n},v{n},\nXX乡,,,干事{n},,干事{n},g{n},"
        for n in range(20)
    )
    lines = [staffing.understand(n, line) for n, line in enumerate(csv.DictReader(io.StringIO(text)), 2)]
    holders = [one for one in lines if isinstance(one, staffing.Holder)]
    assert not (await staffing.take_in(database(town), holders, clock.today())).errors
    assert {path: len(await statements(keeper, path)) for path in where} == before
    assert max(before.values()) < 20
