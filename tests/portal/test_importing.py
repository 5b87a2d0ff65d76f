"""Taking in a ledger on a page: looked at first, stored whole, by whoever uploaded it, and found again."""

import os

import httpx
import pytest
from sqlmodel import func, select

from models.database import database
from models.findings import Finding
from models.settings import Settings
from models.staff import book
from models.staff.people import PostRole, Unit
from policy.roles import Role
from policy.stages import Stage
from tasks import jobs
from tasks.jobs import Job, Phase
from tests.portal.conftest import Visit
from tests.portal.lives import opened
from tests.portal.visiting import Visitor, forms_of, sentence_of

HEAD = "问题来源,具体表现,责任单位,责任人,严重程度"
GOOD = "审计,村委会采购办公设备三笔未比价,甲村党支部,甲村党支部书记,一般"
OTHER = "审计,厂房出租合同没有公开招租,乙村党支部,乙村党支部书记,严重"
BAD = "审计,集体林地租金未入账,子虚村党支部,子虚村党支部书记,严重"


def ledger(*lines: str, name: str = "二季度台账.csv") -> list[tuple[str, tuple[str, bytes, str]]]:
    content = "\n".join((HEAD, *lines)).encode()
    return [("file", (name, content, "text/csv"))]


async def count(config: Settings, kind: type[Finding] | type[Unit] = Finding) -> int:
    async with database(config).reading() as session:
        return (await session.exec(select(func.count()).select_from(kind))).one()


async def looked_at(desk: Visitor, *lines: str, **said: str) -> httpx.Response:
    """The page of an upload once it has been looked at."""
    sent = await desk.send(await desk.get("/import"), "/import", said, ledger(*lines))
    assert sent.status_code == 303, sentence_of(sent)
    await jobs.finished()
    return await desk.get(sent.headers["location"])


async def stored(desk: Visitor, page: httpx.Response) -> httpx.Response:
    sent = await desk.send(page, page.url.path, {"do": "store"})
    assert sent.status_code == 303
    await jobs.finished()
    return await desk.get(page.url.path)


async def test_nothing_is_stored_before_the_rows_were_shown_and_then_exactly_these(
    town: Settings, visit: Visit
) -> None:
    desk, before = await visit("ganshi"), await count(town)
    page = await looked_at(desk, GOOD, OTHER)
    assert await count(town) == before
    assert "导入 2 条" in page.text
    assert "村委会采购办公设备三笔未比价" in page.text
    done = await stored(desk, page)
    assert "导入完成：新增2条" in sentence_of(done)
    assert await count(town) == before + 2
    again = await looked_at(desk, GOOD, OTHER)
    assert "没有要导入的" in again.text
    assert "二季度台账.csv" in (await desk.get("/import")).text


async def test_each_error_is_named_with_row_column_value_and_reason_and_all_or_nothing_is_a_choice(
    town: Settings, visit: Visit
) -> None:
    desk, before = await visit("ganshi"), await count(town)
    page = await looked_at(desk, GOOD, BAD)
    for said in ("第3行", "责任单位", "子虚村党支部", "没有名为"):
        assert said in page.text
    assert 'value="store"' not in page.text
    sent = await desk.send(page, page.url.path, {"do": "check", "skip_bad_rows": "yes"})
    assert sent.status_code == 303
    await jobs.finished()
    page = await desk.get(page.url.path)
    assert "导入 1 条" in page.text
    await stored(desk, page)
    assert await count(town) == before + 1


async def test_units_are_made_and_differences_written_only_where_that_was_chosen(
    town: Settings, visit: Visit
) -> None:
    desk, units = await visit("ganshi"), await count(town, Unit)
    await stored(desk, await looked_at(desk, BAD, create_units="yes"))
    assert await count(town, Unit) == units + 1
    await stored(desk, await looked_at(desk, GOOD))
    worse = GOOD.replace("一般", "严重")
    page = await looked_at(desk, worse)
    assert "与已存的不同，不更新" in page.text
    assert "没有要导入的" in page.text
    page = await looked_at(desk, worse, update="yes")
    assert "一般 → 严重" in page.text
    assert "更新1条" in sentence_of(await stored(desk, page))


async def test_a_ledger_closes_nothing_that_is_under_way_and_moves_no_deadline(
    town: Settings, visit: Visit
) -> None:
    number = await opened(town, "jiacun")
    head = "编号,问题来源,具体表现,责任单位,责任人,严重程度,整改状态,销号日期,完成时限"
    row = f"{number},审计,三笔支出没有经过民主议事程序，票据后补。,甲村党支部,甲村党支部书记,严重"
    content = f"{head}\n{row},已销号,2026-11-19,2027-12-31".encode()
    desk = await visit("ganshi")
    files = [("file", ("台账.csv", content, "text/csv"))]
    sent = await desk.send(await desk.get("/import"), "/import", {"update": "yes"}, files)
    await jobs.finished()
    page = await desk.get(sent.headers["location"])
    assert "与已存的不同，不更新" in page.text
    await stored(desk, page)
    async with database(town).reading() as session:
        finding = await session.get_one(Finding, number)
    assert (finding.stage, finding.closed_on, str(finding.deadline)) == (Stage.ASSIGNED, None, "2027-02-03")
    assert finding.severity == "严重"


@pytest.mark.parametrize(("account", "gets_it"), [("ganshi", False), ("zhenggaiban", True)])
async def test_nobody_but_an_administrator_gives_roles_by_a_ledger_to_a_post_somebody_holds(
    town: Settings, visit: Visit, account: str, gets_it: bool
) -> None:
    desk = await visit(account)
    row = "审计,办公用房超标两间,甲村党支部,甲村党支部书记,一般,乡整改办干事"
    files = [("file", ("台账.csv", f"{HEAD},牵头领导\n{row}".encode(), "text/csv"))]
    sent = await desk.send(await desk.get("/import"), "/import", {"create_units": "yes"}, files)
    await jobs.finished()
    await stored(desk, await desk.get(sent.headers["location"]))
    async with database(town).reading() as session:
        post = await book.post_named(session, "乡整改办干事")
        roles = set(await session.exec(select(PostRole.role).where(PostRole.post_id == post.id)))
    assert (Role.LEAD_LEADER in roles) is gets_it


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("台账.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, "旧式 .xls"),
        ("台账.csv", b"", "空"),
        ("台账.pdf", b"%PDF-1.7", "不能读取"),
        ("台账.csv", "姓名,电话\n张三,1".encode(), "表头"),
    ],
)
async def test_what_is_no_ledger_is_refused_in_one_sentence_and_can_be_tried_again(
    visit: Visit, name: str, content: bytes, sentence: str
) -> None:
    desk = await visit("ganshi")
    files = [("file", (name, content, "text/csv"))]
    sent = await desk.send(await desk.get("/import"), "/import", {}, files)
    await jobs.finished()
    page = await desk.get(sent.headers["location"])
    assert sentence in sentence_of(page)
    assert page.url.path in forms_of(page)


async def test_without_a_file_what_was_chosen_is_kept(visit: Visit) -> None:
    desk = await visit("ganshi")
    refused = await desk.send(await desk.get("/import"), "/import", {"update": "yes", "source": "审计"})
    assert refused.status_code == 400
    assert forms_of(refused)["/import"]["update"] == "yes"
    assert forms_of(refused)["/import"]["source"] == "审计"


async def test_nobody_else_sees_an_upload_and_only_inspectors_may_import(visit: Visit) -> None:
    desk, other, secretary = await visit("ganshi"), await visit("zhenggaiban"), await visit("jiacun")
    page = await looked_at(desk, GOOD)
    assert (await other.get(page.url.path)).status_code == 404
    assert (await secretary.get("/import")).status_code == 404
    form = forms_of(page)[page.url.path]
    foreign = {**form, "csrf": forms_of(await other.get("/import"))["/import"]["csrf"]}
    assert (await other.client.post(page.url.path, data=foreign | {"do": "store"})).status_code == 404
    assert (await other.get("/import/../../etc/passwd")).status_code == 404


async def test_a_file_that_is_not_the_one_looked_at_is_not_stored(town: Settings, visit: Visit) -> None:
    desk, before = await visit("ganshi"), await count(town)
    page = await looked_at(desk, GOOD)
    [kept] = (town.home / "jobs").glob("*/*.csv")
    kept.write_text("\n".join((HEAD, OTHER)), "utf-8")
    done = await stored(desk, page)
    assert "文件与预览时的不同" in sentence_of(done)
    assert await count(town) == before


async def test_an_import_sent_twice_is_stored_once(town: Settings, visit: Visit) -> None:
    desk, before = await visit("ganshi"), await count(town)
    page = await looked_at(desk, GOOD)
    for _ in range(2):
        assert (await desk.send(page, page.url.path, {"do": "store"})).status_code == 303
    await jobs.finished()
    assert (await desk.send(page, page.url.path, {"do": "store"})).status_code == 303
    await jobs.finished()
    assert await count(town) == before + 1
    assert "新增1条" in sentence_of(await desk.get(page.url.path))


async def test_work_under_way_renews_its_page_and_work_cut_off_says_what_to_do(
    town: Settings, visit: Visit
) -> None:
    desk = await visit("ganshi")
    page = await looked_at(desk, GOOD)
    job = Job(town.home / "jobs" / page.url.path.rsplit("/", 1)[-1])
    state = job.state()
    job.write(jobs.State(**{**vars(state), "phase": Phase.RUNNING, "step": "store", "done": 1, "total": 3}))
    lock = job.lock()
    under_way = await desk.get(page.url.path)
    assert 'http-equiv="refresh"' in under_way.text
    assert "已办 1，共 3" in under_way.text
    assert lock is not None
    os.close(lock)  # as when the process is killed
    cut = await desk.get(page.url.path)
    assert "不会只存一半" in sentence_of(cut)
    assert 'http-equiv="refresh"' not in cut.text
    await desk.send(cut, page.url.path, {"do": "check"})
    await jobs.finished()
    assert "导入 1 条" in (await desk.get(page.url.path)).text
