"""Each list that is a file too: its page's rows for its page's readers, true dates, no formulas."""

import csv
import re
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest

from models.database import database
from models.ledger import record
from models.orders import ActWords, Order, words_of
from models.rules.trade import trade
from models.settings import Settings
from models.staff import staffing
from policy.refusals import Language
from policy.stages import Act
from portal.pages.exports import Field
from portal.pages.lists import LISTS
from portal.pages.speech import Speech
from tasks import clock
from tasks.exports.columns import Kind
from tasks.exports.csvfile import BEGINS_A_FORMULA
from tasks.people_file import read_people
from tests.models.township import asked
from tests.portal.conftest import Visit
from tests.portal.security.test_proving import long_ago
from tests.portal.test_ledger import RED, change
from tests.portal.test_supervision import in_doubt, look_round

OTHER = "XC2026-002"
FORMULA = '=HYPERLINK("http://x")'
TABLE = r"(?<!<tfoot>)<tr(?: class=\"closed\")?>\s*<t[dh][^>]*(?:data-label|scope=\"row\")"
ARTICLE, TASK = "<article>", r"<li class=\"task "
CASES: dict[str, tuple[str, str, str]] = {
    "/letters/to-come": ("jiwei", "bingcun", TABLE),
    "/supervision/late": ("jiwei", "bingcun", TABLE),
    "/supervision/verifiers": ("jiwei", "bingcun", TABLE),
    "/supervision/history": ("jiwei", "bingcun", ""),
    "/supervision/mails": ("jiwei", "bingcun", ARTICLE),
    "/supervision/vacancies": ("jiwei", "bingcun", ARTICLE),
    "/supervision/extensions": ("jiwei", "bingcun", ARTICLE),
    "/supervision/drafts": ("jiwei", "bingcun", ARTICLE),
    "/closure": ("shuji", "jiwei", r'name="pick"'),
    "/admin/units": ("zhenggaiban", "jiwei", r'<li class="deep'),
    "/admin/standing-in": ("zhenggaiban", "jiwei", TABLE),
    "/admin/vacancies": ("zhenggaiban", "bingcun", TABLE),
    "/rounds": ("jiwei", "bingcun", TABLE),
    "/overview/units": ("jiwei", "bingcun", TABLE),
    "/mine": ("jiacun", "", TASK),
    "/admin/people": ("zhenggaiban", "jiwei", ""),
    "/admin/trail": ("zhenggaiban", "jiwei", TABLE),
    "/admin/accounts": ("zhenggaiban", "jiwei", TABLE),
}
"""Who finds the list, who finds nothing there, and what each row of the page begins with, if it shows any."""
QUEUES = {
    f"/supervision/{name}" for name in ("late", "mails", "vacancies", "extensions", "drafts", "history")
}
"""Lists that are a section of one page."""


def test_each_list_is_tried() -> None:
    assert set(CASES) == set(LISTS)


async def asks(town: Settings) -> None:
    said = words_of(ActWords, {"reason": FORMULA, "deadline": "2026-12-25"})
    order = Order(RED, Act.REQUEST_EXTENSION, "bingcun", said)
    await record(database(town), order, clock.now(), await trade(database(town)))


async def unfriendly(town: Settings) -> None:
    """Something in each queue, and names that would be formulas."""
    await asks(town)
    await look_round(town)
    await in_doubt(town, RED)
    pending = "UPDATE finding SET stage = 'pending_closure', verified_on = '2026-11-16' WHERE number = :n"
    await change(town, pending, n="XC2026-001")
    columns = "post_id, person_id, from_day, to_day, by, reason"
    row = "(5, 8, '2026-11-23', '2026-11-27', 'jiwei', :x)"
    await change(town, f"INSERT INTO substitution ({columns}) VALUES {row}", x=FORMULA)
    ended = "UPDATE appointment SET to_day = '2026-11-01' WHERE post_id = (SELECT owner_post_id FROM finding"
    await change(town, f"{ended} WHERE number = :n)", n=RED)
    await change(town, "UPDATE finding SET stage_since = '2026-06-01', title = :x", x=FORMULA)
    for table in ("post", "unit", "person", "inspection_round"):
        await change(town, f"UPDATE {table} SET name = :x || id", x=FORMULA)
    await change(town, "UPDATE mail SET subject = :x", x=FORMULA)
    await change(town, "UPDATE inspection_round SET feedback_on = '2026-06-01'")
    add = "INSERT INTO access_event (at, kind, account, by, address, note) VALUES"
    await change(town, f"{add} ('2026-11-19 01:00:00', 'sign_in', :x, '', '', :x)", x=FORMULA)


def places(fields: tuple[Field, ...], *kinds: Kind) -> list[int]:
    return [place for place, field in enumerate(fields) if field.kind in kinds]


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_goes_out_as_its_page_shows_it(town: Settings, visit: Visit, path: str) -> None:
    await unfriendly(town)
    account, other, begins = CASES[path]
    reader = await visit(account)
    answer = await reader.get(f"{path}/export.csv")
    page = await reader.get("/supervision" if path in QUEUES else path)
    part = page.text.partition(f'id="{path.rpartition("/")[2]}"')[2].partition("</section>")[0]
    shown = len(re.findall(begins, part if path in QUEUES else page.text))
    assert f'href="{path}/export.xlsx' in page.text

    head, *rows = csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert head == [Speech(Language.CHINESE).of(field.words) for field in LISTS[path].fields]
    shown = shown if begins else len(rows)
    assert len(rows) == shown > 0
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(BEGINS_A_FORMULA)] == []
    assert any(cell.startswith(f"'{FORMULA}") for cell in cells)

    book = openpyxl.load_workbook(BytesIO((await reader.get(f"{path}/export.xlsx")).content)).active
    assert book is not None
    written = list(book.iter_rows(min_row=3))
    assert len(written) == shown + (path == "/admin/trail")  # the first file is noted there by now
    assert {cell.data_type for row in written for cell in row} <= {"s", "n", "d"}
    days = places(tuple(LISTS[path].fields), Kind.DAY, Kind.MOMENT)
    told = {row[place].data_type for row in written for place in days if row[place].value is not None}
    assert told == ({"d"} if days else set())

    notes = await asked(database(town), "SELECT note FROM access_event WHERE kind = 'export' ORDER BY id")
    assert notes == [f"{LISTS[path].name[0]} {kind}" for kind in ("csv", "xlsx")]
    if other:
        assert (await (await visit(other)).get(f"{path}/export.csv")).status_code == 404


async def test_a_list_goes_out_narrowed_as_its_page_is(town: Settings, visit: Visit) -> None:
    office = await visit("zhenggaiban")
    await office.get("/admin/accounts/export.csv", search="bingcun")
    log = (await office.get("/admin/trail/export.csv", kind="export")).text
    assert len(log.splitlines()) == 3
    assert "帐号 csv search=bingcun" in log
    assert "安全日志 csv kind=export" in log
    found = (await office.get("/admin/accounts/export.csv", search="bingcun")).text
    assert len(found.splitlines()) == 2
    hashes = await asked(database(town), "SELECT password_hash FROM credential WHERE password_hash <> ''")
    everybody = (await office.get("/admin/accounts/export.csv")).text
    assert hashes
    assert [one for one in hashes if one in everybody] == []
    watcher = await visit("jiwei")
    assert (await watcher.get("/letters/to-come/export.csv", kind="nothing")).status_code == 400
    assert (await watcher.get("/letters/to-come/export.pdf")).status_code == 404


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_the_people_that_go_out_come_in_again_and_nothing_changes(
    town: Settings, visit: Visit, tmp_path: Path, ending: str
) -> None:
    """Vacant posts, people without an account, holders to come and stand-ins among them."""
    await change(town, "UPDATE account SET phone = '+86 138-0000-0001' WHERE name = 'bingcun'")
    await change(town, "INSERT INTO person (id, name) VALUES (900, '演示无帐号')")
    for post, person, begins in ((3, 5, "2026-12-01"), (4, 6, "2000-01-01"), (6, 900, "2026-01-01")):
        row = f"({post}, {person}, '{begins}', 0)"
        await change(town, f"INSERT INTO appointment (post_id, person_id, from_day, cut_short) VALUES {row}")
    ended = "UPDATE appointment SET to_day = '2026-11-01' WHERE post_id = 2 AND to_day IS NULL"
    await change(town, ended)
    for days in ("NULL, NULL", "'2026-11-23', '2026-11-27'"):
        row = f"(5, 8, {days}, '', '')"
        columns = "post_id, person_id, from_day, to_day, by, reason"
        await change(town, f"INSERT INTO substitution ({columns}) VALUES {row}")
    tables = ("unit", "post", "post_role", "person", "account", "appointment", "substitution")
    before = [await asked(database(town), f"SELECT count(*) FROM {table}") for table in tables]
    file = tmp_path / f"people.{ending}"
    file.write_bytes((await (await visit("zhenggaiban")).get(f"/admin/people/export.{ending}")).content)
    holders, errors = read_people(file)
    assert errors == []
    assert len(holders) > 40
    done = await staffing.take_in(database(town), holders, clock.today())
    assert (done.errors, done.added, done.changed, done.leaving) == ([], 0, 0, [])
    assert [await asked(database(town), f"SELECT count(*) FROM {table}") for table in tables] == before


async def test_the_history_goes_out_whole_but_for_what_the_reader_may_not_open(
    town: Settings, visit: Visit
) -> None:
    await asks(town)
    db, path = database(town), "/supervision/history/export.csv"
    answer = await (await visit("jiwei")).get(path)
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == (await asked(db, "SELECT count(*) FROM event"))[0]
    [last] = [row for row in rows if row["问题编号"] == RED and row["办理"] == "申请延期"]
    assert (last["姓名"], last["帐号"]) == ("演示丙村书记", "bingcun")
    assert last["时间（北京时间，UTC+8）"] == "2026-11-20 12:00"
    assert (last["原状态"], last["现状态"], last["理由"]) == ("整改中", "整改中", f"'{FORMULA}")
    await change(town, "UPDATE finding SET confidential = 1 WHERE number = :n", n=RED)
    assert RED not in (await (await visit("fushuji")).get(path)).text
    assert RED in (await (await visit("jiwei")).get(path)).text


async def test_all_people_and_the_log_go_out_only_by_a_password_given_lately(
    town: Settings, visit: Visit
) -> None:
    office = await visit("zhenggaiban")
    await long_ago(town, office)
    closed = [
        (f"/{x}", 401) for x in ("supervision/history", "admin/people", "admin/accounts", "admin/trail")
    ]
    for path, status in (*closed, ("/mine", 200)):
        assert (await office.get(f"{path}/export.csv")).status_code == status


async def test_a_confidential_finding_is_a_number_alone_in_these_lists_too(
    town: Settings, visit: Visit
) -> None:
    await asks(town)
    await look_round(town)
    await in_doubt(town, RED)
    await change(town, "UPDATE finding SET confidential = 1")
    late = "UPDATE finding SET stage = 'pending_closure', stage_since = '2026-06-01' WHERE number = :n"
    await change(town, late, n=RED)
    await change(town, late.replace("pending_closure", "pending_verification"), n=OTHER)
    deputy, trusted = await visit("fushuji"), await visit("jiwei")
    for path, number in (
        ("/letters/to-come", "XC2026-003"),
        ("/supervision/late", RED),
        ("/supervision/extensions", RED),
        ("/supervision/verifiers", OTHER),
        ("/supervision/mails", RED),
    ):
        for reader, is_named in ((deputy, False), (trusted, True)):
            rows = (await reader.get(f"{path}/export.csv")).text.splitlines()
            about = [row for row in rows if number in row]
            assert about, path
            told = [row for row in about if re.search("村|厂房|书记|主任|bingcun|【红色督办】", row)]
            assert bool(told) == is_named, (path, about)
