"""Our reader of worksheets understands every kind of cell as openpyxl does, and keeps to what it may."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from policy.refusals import BadLedger
from tasks.ledgers import child
from tasks.ledgers.sheets import Sheet, tidy
from tasks.ledgers.worksheet import Strings, Worksheet
from tests.tasks.ledgers.handed_in import BOOK, part, with_part
from tests.tasks.ledgers.test_hostile_files import MAIN, STRINGS, STRINGS_KIND, one_sheet, sheet_xml

CELLS = """
<row r="3">
<c r="A3" t="inlineStr"><is><t>纸</t></is></c>
<c r="B3" t="inlineStr"><is><r><t>甲村</t></r>
<r><t xml:space="preserve">党支部</t></r>
<rPh sb="0" eb="1"><t>jia</t></rPh></is></c>
<c r="C3"><v>12</v></c><c r="D3"><v>0.7</v></c><c r="E3"><v>1.5E3</v></c><c r="F3" t="b"><v>1</v></c>
<c r="G3" t="e"><v>#REF!</v></c><c r="H3" t="str"><v>字</v></c>
<c r="I3" t="d"><v>2026-06-30T00:00:00</v></c>
<c r="J3"><f>A1&amp;B1</f><v>7</v></c><c r="K3"><f t="shared" ref="K3:K5" si="0">C3*2</f><v>24</v></c>
<c r="L3"><f t="array" ref="L3">SUM(C3:C4)</f><v>1</v></c><c r="N3"/>
<c r="O3" t="inlineStr"><is><t> </t></is></c>
</row>
<row><c><v>5</v></c><c t="inlineStr"><is><t>无坐标</t></is></c>
<c r="K4"><f t="shared" si="0"/><v>3</v></c></row>
<row r="9"><c r="AB9" t="inlineStr"><is><t>远</t></is></c></row>
"""


def ours(path: Path) -> Sheet:
    sheets = [sheet for sheet, _ in child.sheets_of(path)]
    return sheets[0]


def theirs(path: Path) -> dict[tuple[int, int], object]:
    """What openpyxl reads in full, where that says anything."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = (cell for row in sheet.iter_rows() for cell in row)
    found = {(c.row, c.column): c.value for c in cells if c.value is not None and str(c.value).strip()}
    return {place: v.text if isinstance(v, ArrayFormula) else v for place, v in found.items()}


def said(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return f"{value:g}" if isinstance(value, float) else tidy(str(value))


def compared(path: Path) -> None:
    found = {(r, c): cell.text for r, cells in ours(path).cells.items() for c, cell in cells.items()}
    assert found
    assert found == {place: said(value) for place, value in theirs(path).items()}


def test_every_kind_of_cell_says_what_openpyxl_reads_in_it(tmp_path: Path) -> None:
    path = one_sheet(tmp_path, sheet_xml(CELLS.replace("\n", "").encode()))
    compared(path)
    cells = ours(path).cells
    assert (cells[3][2].text, cells[3][11].text, cells[4][11].text) == ("甲村党支部", "=C3*2", "=C4*2")
    assert cells[3][7].fault
    assert cells[3][9].day == date(2026, 6, 30)


def test_texts_that_cells_share_are_those_of_openpyxl(tmp_path: Path) -> None:
    both = "<r><t>二</t></r><r><t>三</t></r>"
    texts = f'<si><t>一</t></si><si>{both}<rPh sb="0" eb="1"><t>er</t></rPh></si><si/><si><t>四</t></si>'
    cells = "".join(f'<c r="{c}3" t="s"><v>{n}</v></c>' for n, c in enumerate("ABCD"))
    path = one_sheet(tmp_path, sheet_xml(f'<row r="3">{cells}</row>'.encode()))
    kinds = part("[Content_Types].xml", path).replace(b"</Types>", STRINGS_KIND + b"</Types>")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "full.xlsx", "w") as new:
        for entry in old.namelist():
            new.writestr(entry, kinds if entry == "[Content_Types].xml" else old.read(entry))
        new.writestr(STRINGS, b"<sst " + MAIN + b">" + texts.encode() + b"</sst>")
    compared(tmp_path / "full.xlsx")
    assert [cell.text for cell in ours(tmp_path / "full.xlsx").cells[3].values()] == ["一", "二三", "四"]


@pytest.mark.parametrize("base", [BOOK])
def test_the_sample_says_what_openpyxl_reads_in_it(base: Path) -> None:
    compared(base)


def test_dates_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    workbook = part("xl/workbook.xml").replace(b"<workbookPr />", b'<workbookPr date1904="1"/>')
    assert b"date1904" in workbook
    path = with_part(tmp_path, "xl/workbook.xml", workbook)
    assert ours(path).zero == date(1904, 1, 1)
    compared(path)


@pytest.mark.parametrize("reader", [Worksheet, Strings])
def test_no_declaration_is_read(reader: type[Worksheet] | type[Strings]) -> None:
    source = io.BytesIO(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    found = reader()
    with pytest.raises(BadLedger, match="DOCTYPE"):
        list(found.rows(source) if isinstance(found, Worksheet) else found.read(source))
