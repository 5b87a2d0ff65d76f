"""Csv files in the encodings and with the separators that offices produce."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy.ledger_rows import ReadLedger
from policy.refusals import BadLedger
from tasks.ledgers.csvfile import read_csv
from tests.tasks.ledgers.handed_in import PLAIN, TABLE, Value, read, write_csv


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "ledger.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = TABLE.read_text("utf-8-sig")
    ledger = read(saved(tmp_path, text.encode(encoding)))
    assert ledger == read(TABLE)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_the_separator_is_found_out(tmp_path: Path, mark: str) -> None:
    lines = [mark.join(PLAIN), mark.join(str(value) for value in PLAIN.values())]
    ledger = read(saved(tmp_path, "\r\n".join(lines).encode()))
    assert ledger.rows[0].condition == PLAIN["具体表现"]


def test_a_cell_of_several_lines_is_one_row(tmp_path: Path) -> None:
    ledger = read(write_csv(tmp_path, {"备注": "第一行\n第二行"}, {"责任单位": ""}))
    assert ledger.rows[0].remarks == "第一行\n第二行"
    assert [e.row for e in ledger.errors] == [3]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "空"),
        (b" \r\n ", "空"),
        (b"a,b\0c,d", "文字表格"),
        (b"\xff\xfe\x00", "文字表格"),
        (b"a,b,c\n1,2,3", "表头"),
        (b"," * 2_000_000, "表头"),
        (b"a," * 1_000_000, "200列"),
        (b'"' + b"x" * 300_000, "引号"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(BadLedger, match=why):
        read(saved(tmp_path, content))


def test_a_million_columns_behind_a_good_header_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path, {})
    with pytest.raises(BadLedger, match="200列"):
        read(saved(tmp_path, path.read_bytes() + b"x," * 1_000_000))


def test_more_rows_than_allowed_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path, {})
    with pytest.raises(BadLedger, match="20000行"):
        read(saved(tmp_path, path.read_bytes() + b"x\n" * 20_001))


def outcome(folder: Path, content: bytes) -> ReadLedger | None:
    try:
        return read(saved(folder, content))
    except BadLedger:
        return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    ledger = outcome(tmp_path, content)
    assert ledger is None or ledger.rows or ledger.errors


CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "2026-06-30",
            "立行立改",
            "1.甲；2.乙",
            "已销号",
            "46091",
            "70%",
            "甲村、乙村党支部",
            "99999",
            "约5万",
        ]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=12, max_size=12), min_size=1, max_size=4))
def test_any_cells_under_a_good_header_are_read_or_listed(tmp_path: Path, rows: list[list[str]]) -> None:
    columns = [*PLAIN]
    cells: list[dict[str, Value]] = [{**dict(zip(columns, row, strict=True))} for row in rows]
    path = write_csv(tmp_path, *cells)
    ledger = outcome(tmp_path, path.read_bytes())
    assert ledger is None or len(ledger.rows) <= len(rows)
    assert ledger is None or all(e.zh and e.en and len(e.value) <= 60 for e in ledger.errors)


def test_trailing_empty_columns_do_not_count() -> None:
    sheet = read_csv("问题编号,具体表现,责任单位\n".encode() + b"1,2,3" + b"," * 5_000)
    assert len(sheet.cells[2]) == 3
