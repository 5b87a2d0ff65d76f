"""Files made to break a reader are refused with one sentence, soon, and without using up the machine."""

import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.refusals import BadLedger
from tests.tasks.ledgers.handed_in import BOOK, PLAIN, Value, part, read, with_part, write_book

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STRINGS_KIND = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """No file may take long, or much memory in this process."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < 25
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def sheet_xml(body: bytes, extra: bytes = b"", dimension: bytes = b"A1") -> bytes:
    return (
        b'<?xml version="1.0"?><worksheet ' + MAIN + b'><dimension ref="' + dimension + b'"/>'
        b"<sheetData>" + body + b"</sheetData>" + extra + b"</worksheet>"
    )


def inline(reference: str, text: str) -> bytes:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def good_rows() -> bytes:
    rows = (list(PLAIN), [str(value) for value in PLAIN.values()])
    cells = (
        b"".join(inline(f"{chr(65 + at)}{row}", text) for at, text in enumerate(texts))
        for row, texts in enumerate(rows, start=1)
    )
    return b"".join(b'<row r="%d">%b</row>' % (row, found) for row, found in enumerate(cells, start=1))


def one_sheet(folder: Path, xml: bytes) -> Path:
    (folder / "base").mkdir()
    return with_part(folder, SHEET, xml, base=write_book(folder / "base", [["空"]]))


def refused(path: Path) -> str:
    with pytest.raises(BadLedger) as refusal:
        read(path)
    assert refusal.value.en
    assert "\n" not in refusal.value.zh
    return refusal.value.zh


def test_the_hand_made_sheet_of_these_tests_reads(tmp_path: Path) -> None:
    assert len(read(one_sheet(tmp_path, sheet_xml(good_rows()))).rows) == 1


def test_workbooks_are_parsed_without_entities() -> None:
    assert openpyxl.DEFUSEDXML is True


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.xlsx", b"this is no workbook", "不是 .xlsx"),
        ("a.xlsx", b"PK\x03\x04 broken", "损坏"),
        ("a.xlsx", b"", "空"),
        ("a.xls", OLE + b"\0" * 600, "另存为 .xlsx"),
        ("a.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("a.pdf", b"%PDF-1.7", "pdf"),
        ("a", b"text", "不能读取"),
        ("a.csv", b"x" * (10 * 2**20 + 1), "10 MB"),
    ],
)
def test_wrong_kinds_of_files_are_named(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert why in refused(path)


def test_a_folder_a_pipe_and_nothing_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "不是文件" in refused(tmp_path)
    assert "不是文件" in refused(tmp_path / "pipe.csv")
    assert "没有这个文件" in refused(tmp_path / "none.xlsx")
    assert "打不开" in refused(Path("bad\0name.xlsx"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.csv"
    path.write_text("x")
    path.chmod(0)
    assert "权限" in refused(path)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.xlsx", BOOK.read_bytes())
    assert "损坏" in refused(path)


def test_a_bomb_of_one_large_part_is_refused(tmp_path: Path) -> None:
    assert "过大" in refused(with_part(tmp_path, STRINGS, b" " * (51 * 2**20)))


def test_a_bomb_of_a_high_ratio_is_refused(tmp_path: Path) -> None:
    assert "过大" in refused(with_part(tmp_path, STRINGS, b" " * (11 * 2**20)))


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}.xml", b"")
    assert "过大" in refused(path)


def test_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = with_part(tmp_path, "extra.xml", b"<a/>")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("extra.xml", b"<b/>")
    assert "损坏" in refused(path)


def test_declared_sizes_that_lie_are_found_out(tmp_path: Path) -> None:
    path = with_part(tmp_path, STRINGS, b" " * (60 * 2**20))
    size = (60 * 2**20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (1_000).to_bytes(4, "little")))
    assert "损坏" in refused(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_in_any_part_is_refused(tmp_path: Path, encoding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'.encode(encoding)
    assert "DOCTYPE" in refused(with_part(tmp_path, STRINGS, bomb))


def test_a_doctype_across_two_chunks_is_refused(tmp_path: Path) -> None:
    padding = b" " * (64 * 1024 - 4)
    assert "DOCTYPE" in refused(with_part(tmp_path, "docProps/note.xml", padding + b"<!DOCTYPE x>"))


def test_a_doctype_in_letters_that_only_the_parser_understands_is_refused(tmp_path: Path) -> None:
    hidden = "<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet>&a;</worksheet>".encode("cp037")
    xml = b'<?xml version="1.0" encoding="cp037"?>' + hidden
    assert refused(one_sheet(tmp_path, xml))


def test_a_dimension_that_lies_does_no_harm(tmp_path: Path) -> None:
    xml = part(SHEET).replace(b'ref="A1:X31"', b'ref="A1:XFD1048576"')
    assert xml != part(SHEET)
    assert len(read(with_part(tmp_path, SHEET, xml)).rows) == 26


def test_a_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    far = b'<row r="1048576">' + inline("XFD1048576", "x") + b"</row>"
    zh = refused(one_sheet(tmp_path, sheet_xml(good_rows() + far, dimension=b"A1:XFD1048576")))
    assert "1048576" in zh


def test_empty_cells_far_away_are_no_obstacle(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert len(read(one_sheet(tmp_path, sheet_xml(good_rows() + far))).rows) == 1


def test_a_merge_over_the_whole_sheet_is_bounded(tmp_path: Path) -> None:
    merges = b'<mergeCells count="1"><mergeCell ref="A3:XFD1048576"/></mergeCells>'
    assert len(read(one_sheet(tmp_path, sheet_xml(good_rows(), merges))).rows) == 1


def test_too_many_merges_are_refused(tmp_path: Path) -> None:
    merges = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(3, 20_100))
    extra = b'<mergeCells count="1">' + merges + b"</mergeCells>"
    assert "过大" in refused(one_sheet(tmp_path, sheet_xml(good_rows(), extra)))


def test_many_references_to_one_long_text_are_refused(tmp_path: Path) -> None:
    text = b"<sst " + MAIN + b"><si><t>" + "长".encode() * 10_000 + b"</t></si></sst>"
    cells = (b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(3, 18_000))
    path = one_sheet(tmp_path, sheet_xml(good_rows() + b"".join(cells)))
    kinds = part("[Content_Types].xml", path).replace(b"</Types>", STRINGS_KIND + b"</Types>")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "full.xlsx", "w") as new:
        for entry in old.namelist():
            new.writestr(entry, kinds if entry == "[Content_Types].xml" else old.read(entry))
        new.writestr(STRINGS, text)
    assert "过大" in refused(tmp_path / "full.xlsx")


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<worksheet",
        b"<a/>",
        b"\xff\xfe",
        sheet_xml(b'<row r="x"/>'),
        sheet_xml(b'<row r="1"><c r="A1"><v>NaN</v></c></row>'),
        sheet_xml(b'<row r="-5"><c r="??"/></row>'),
    ],
)
def test_broken_sheets_are_refused(tmp_path: Path, xml: bytes) -> None:
    assert refused(with_part(tmp_path, SHEET, xml, base=write_book(tmp_path, [["空"]])))


def test_numbers_without_sense_do_not_break_the_reader(tmp_path: Path) -> None:
    odd = (
        b'<row r="3"><c r="A3"><v>1e-320</v></c><c r="B3"><v>1e308</v></c><c r="C3" t="b"><v>1</v></c></row>'
    )
    ledger = read(one_sheet(tmp_path, sheet_xml(good_rows() + odd)))
    assert len(ledger.rows) == 1
    assert {e.row for e in ledger.errors} == {3}


def test_the_child_starts_without_anything_heavy() -> None:
    heavy = {"prefect", "sqlmodel", "sqlalchemy", "pydantic", "jinja2"}
    code = f"import sys, tasks.ledgers.child; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_child_limits_its_memory_and_time() -> None:
    code = (
        "import resource as r; from tasks.ledgers.child import limit; limit();"
        "print(r.getrlimit(r.RLIMIT_AS)[0] >> 20, r.getrlimit(r.RLIMIT_CPU)[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["512", "20"]


def test_three_thousand_rows_are_read_within_the_limits(tmp_path: Path) -> None:
    rows: list[list[Value]] = [[*PLAIN]]
    rows += [[*{**PLAIN, "问题编号": f"A-{n}"}.values()] for n in range(3_000)]
    assert len(read(write_book(tmp_path, rows)).rows) == 3_000


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 18_000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path, at: int, noise: bytes) -> None:
    content = BOOK.read_bytes()
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(content[:at] + noise + content[at + len(noise) :])
    with suppress(BadLedger):
        assert read(path).rows
