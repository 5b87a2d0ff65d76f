"""The two sample files give the same twenty-six findings."""

from collections import Counter
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from policy.ledger_rows import LedgerRow, Metric, ReadLedger
from policy.stages import Stage
from tests.tasks.ledgers.handed_in import BOOK, TABLE, read


@pytest.fixture(scope="module")
def book() -> ReadLedger:
    return read(BOOK)


@pytest.fixture(scope="module")
def table() -> ReadLedger:
    return read(TABLE)


def by_number(ledger: ReadLedger) -> dict[str, LedgerRow]:
    return {row.number: row for row in ledger.rows}


def sums(ledger: ReadLedger) -> dict[Metric, Decimal]:
    total: Counter[Metric] = Counter()
    amounts: dict[Metric, Decimal] = {}
    for outcome in (outcome for row in ledger.rows for outcome in row.outcomes):
        amounts[outcome.metric] = amounts.get(outcome.metric, Decimal()) + outcome.amount
        total[outcome.metric] += 1
    return amounts


def test_each_sample_gives_twenty_six_rows_and_no_error(book: ReadLedger, table: ReadLedger) -> None:
    assert [len(book.rows), len(table.rows)] == [26, 26]
    assert book.errors == table.errors == ()
    assert by_number(book).keys() == by_number(table).keys()


def test_rows_keep_the_sheets_own_row_numbers(book: ReadLedger, table: ReadLedger) -> None:
    assert [row.row for row in book.rows] == list(range(5, 31))
    assert [row.row for row in table.rows] == list(range(2, 28))


def test_the_golden_sums_come_out_of_each_file(book: ReadLedger, table: ReadLedger) -> None:
    golden = {
        Metric.CONTRACTS: Decimal(16),
        Metric.DEBT_RESOLVED: Decimal(566),
        Metric.RECEIVABLES_COLLECTED: Decimal(221),
        Metric.RESOURCE_FEES: Decimal("5.16"),
    }
    assert sums(table) == {**golden, Metric.REGULATIONS: Decimal(3)}
    assert {metric: sums(book)[metric] for metric in golden} == golden


def test_whatever_both_files_say_is_equal(book: ReadLedger, table: ReadLedger) -> None:
    """In the workbook the figures stand in the text, which says nothing of the third regulation."""
    shared = (book.columns.keys() & table.columns.keys()) & {field.name for field in fields(LedgerRow)}
    shared |= {"sustained", "next_review_on", "first_closed_on", "reopened_on", "confidential"}
    assert len(shared) == 27
    for number, row in by_number(book).items():
        other = by_number(table)[number]
        for name in shared:
            assert getattr(row, name) == getattr(other, name), (number, name)
        assert (row.returns or 0, row.reopens or 0) == (other.returns, other.reopens)
        figures = [o for o in other.outcomes if o.metric is not Metric.REGULATIONS]
        assert [o for o in row.outcomes if o.metric is not Metric.REGULATIONS] == figures


def test_stages_are_those_of_the_sample(book: ReadLedger) -> None:
    assert Counter(row.stage for row in book.rows) == {
        Stage.CLOSED: 18,
        Stage.IN_PROGRESS: 5,
        Stage.PENDING_VERIFICATION: 1,
        Stage.RETURNED: 1,
        Stage.ASSIGNED: 1,
    }


def test_merged_cells_are_filled_down(book: ReadLedger) -> None:
    rows = by_number(book)
    assert rows["ZC2026-013"].source == "自查"
    assert rows["ZC2026-003"].category == "思想认识和理论学习方面"
    assert rows["DC2026-002"].source == "督查"
    assert rows["DC2026-002"].progress == ""


def test_numbered_measures_lose_their_numbers(book: ReadLedger) -> None:
    assert by_number(book)["ZC2026-004"].measures == (
        "逐份建档、一合同一方案",
        "协商变更或依法解除",
        "新签合同实行联审",
    )


def test_evidence_keeps_names_with_brackets_whole(table: ReadLedger) -> None:
    assert by_number(table)["ZC2026-004"].evidence[1] == "补充协议（7份）.pdf"


def test_two_units_become_lead_and_assisting(book: ReadLedger, table: ReadLedger) -> None:
    assert by_number(book)["ZC2026-003"].assisting == ("丁村党支部",)
    assert by_number(table)["ZC2026-003"].assisting == ("丁村党支部", "乡党建办公室")
    assert [w.row for w in book.warnings if w.column == "责任单位"] == [7]


def test_the_second_cycle_is_read_out_of_the_remarks(book: ReadLedger) -> None:
    row = by_number(book)["DC2026-001"]
    assert (row.reopens, row.first_closed_on, row.reopened_on) == (1, date(2026, 6, 17), date(2026, 10, 22))
    assert {"reopens", "first_closed_on", "reopened_on"} <= row.defaulted
    assert sum(w.row == 28 for w in book.warnings) == 3


def test_a_return_is_read_out_of_words_or_stage(book: ReadLedger) -> None:
    returned = {number for number, row in by_number(book).items() if row.returns}
    assert returned == {"ZC2026-002", "XC2026-003"}


def test_the_next_review_is_read_out_of_the_remarks(table: ReadLedger) -> None:
    row = by_number(table)["ZC2026-011"]
    assert (row.sustained, row.next_review_on) == (True, date(2027, 3, 15))


def test_petitions_are_confidential(book: ReadLedger) -> None:
    assert [row.number for row in book.rows if row.confidential] == ["XF2026-001"]


def test_a_missing_column_is_reported_once_at_the_header(book: ReadLedger) -> None:
    about = [w for w in book.warnings if w.column == "发现日期"]
    assert [w.row for w in about] == [4]
    assert all("discovered_on" in row.defaulted for row in book.rows)
    assert by_number(book)["DC2026-001"].discovered_on == date(2026, 6, 17)
    assert by_number(book)["SJ2026-002"].discovered_on == date(2026, 11, 20)


def test_the_report_date_stands_above_the_table(book: ReadLedger, table: ReadLedger) -> None:
    assert book.as_of == date(2026, 11, 20)
    assert table.as_of is None


def test_columns_tell_the_headers_as_they_stood(book: ReadLedger, table: ReadLedger) -> None:
    assert book.columns["category"] == "类别（项）"
    assert table.columns["debt_resolved"] == "化解债务(万元)"


def test_a_relative_path_reads_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BOOK.parent)
    assert len(read(Path(BOOK.name)).rows) == 26
