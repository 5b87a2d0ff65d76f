"""What goes out as a file: the same as on the page, for the same eyes, and it is noted that it went."""

import csv
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import unquote

import httpx
import openpyxl

from models.database import database
from models.importing.desk import Wanted
from models.importing.intake import take_in
from models.rules.trade import trade
from models.settings import Settings
from tasks import clock
from tasks.ledgers.reading import read_ledger
from tests.models.township import asked
from tests.portal.conftest import Visit
from tests.portal.test_ledger import RED, change


def cells(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200, answer.text[:200]
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_the_ledger_goes_out_as_it_is_narrowed(visit: Visit) -> None:
    v = await visit("jiwei")
    head, *rows = cells(await v.get("/findings/export.csv"))
    assert head[:2] == ["问题编号", "问题来源"]
    assert len(rows) == 26
    red = cells(await v.get("/findings/export.csv", light="red"))[1:]
    assert [row[0] for row in red] == [RED]
    answer = await v.get("/findings/export.xlsx", q="厂房")
    assert unquote(answer.headers["content-disposition"]).endswith("''整改台账-2026-11-20.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    assert sheet.max_row == 3
    assert (await v.get("/findings/export.csv", unit="没有这个单位")).status_code == 404
    assert (await v.get("/findings/export.pdf")).status_code == 404


async def test_a_printed_ledger_is_the_ledger_of_the_trade_across_a3_and_can_be_read(visit: Visit) -> None:
    """All other columns are beside the printed ones: they are only for the screen."""
    answer = await (await visit("jiwei")).get("/findings/export.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.content))["整改台账"]
    assert sheet.print_area == f"'整改台账'!$A$1:$P${sheet.max_row}"
    assert sheet.max_column > 35
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$2:$2"
    widths = [sheet.column_dimensions[letter].width for letter in "ABCDEFGHIJKLMNOP"]
    dots = sum(7 * width + 5 for width in widths)
    paper = (420 / 25.4 - sheet.page_margins.left - sheet.page_margins.right) * 96
    assert 11 * paper / dots > 8.5  # points
    for row in sheet.iter_rows(min_row=3, max_col=16):
        assert all(cell.alignment.wrap_text or cell.is_date for cell in row if cell.value is not None)


async def test_what_goes_out_comes_in_again_unchanged(town: Settings, visit: Visit, tmp_path: Path) -> None:
    await change(town, "UPDATE finding SET involves_money = true")
    await change(town, "UPDATE finding SET amount_involved = '12.50' WHERE number = :n", n=RED)
    file = tmp_path / "out.xlsx"
    file.write_bytes((await (await visit("jiwei")).get("/findings/export.xlsx")).content)
    db = database(town)
    read = read_ledger(file, today=clock.today())
    assert read.errors == ()
    taken = await take_in(db, read, Wanted(by="导入", dry_run=True), clock.now(), await trade(db))
    assert (taken.imported, taken.unchanged + taken.updated) == (0, 26)
    assert taken.differences == []


async def test_nothing_out_of_sight_and_nothing_confidential_goes_out(town: Settings, visit: Visit) -> None:
    await change(town, "UPDATE finding SET confidential = 1 WHERE number = :n", n=RED)
    village = cells(await (await visit("jiacun")).get("/findings/export.csv"))
    assert 1 < len(village) < 26
    other = await (await visit("fushuji")).get("/findings/export.csv")
    [row] = [row for row in cells(other) if row[0] == RED]
    assert "涉密，仅显示编号" in row
    assert "厂房" not in ",".join(row)
    assert "厂房" in (await (await visit("jiwei")).get("/findings/export.csv")).text


async def test_letters_and_calls_go_out_for_those_who_watch(visit: Visit) -> None:
    v = await visit("jiwei")
    assert cells(await v.get("/letters/export.csv"))[0][:3] == ["问题编号", "日期", "函件"]
    assert cells(await v.get("/phone-list/export.csv"))[0][-1] == "自"
    village = await visit("bingcun")
    for path in ("/letters/export.csv", "/phone-list/export.csv"):
        assert (await village.get(path)).status_code == 404


async def test_an_export_is_noted_and_not_endless(town: Settings, visit: Visit) -> None:
    v = await visit("bingcun")
    answers = [await v.get("/findings/export.csv", light="red") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    notes = await asked(database(town), "SELECT note FROM access_event WHERE kind = 'export'")
    assert notes == ["整改台账 csv light=red"] * 20
    assert (await (await visit("jiwei")).get("/findings/export.csv")).status_code == 200
