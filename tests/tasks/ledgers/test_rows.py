"""Cells to rows: what is understood, what is set by default, what is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from policy.deadlines import DayCount, DeadlineType
from policy.ledger_rows import Metric
from policy.refusals import BadLedger
from policy.stages import Stage
from tests.tasks.ledgers.handed_in import BOOK, PLAIN, Value, only_row, read, write_book, write_csv


def errors(path: Path) -> list[tuple[int, str, str]]:
    return [(e.row, e.column, e.value) for e in read(path).errors]


@pytest.mark.parametrize(
    ("word", "more", "stage"),
    [
        ("待派发", {}, Stage.DRAFT),
        ("待认领", {}, Stage.ASSIGNED),
        ("异议复核", {}, Stage.DISPUTED),
        ("制定方案", {}, Stage.PLANNING),
        ("方案审核", {}, Stage.PLAN_REVIEW),
        ("正在整改", {}, Stage.IN_PROGRESS),
        ("逾期", {}, Stage.IN_PROGRESS),
        ("待验收", {}, Stage.PENDING_VERIFICATION),
        ("已完成", {}, Stage.PENDING_VERIFICATION),
        ("完成/逾期", {}, Stage.PENDING_VERIFICATION),
        ("整改完成", {"验收结论": "通过"}, Stage.PENDING_CLOSURE),
        ("退回整改", {}, Stage.RETURNED),
        ("待销号", {}, Stage.PENDING_CLOSURE),
        ("已销号", {"销号日期": "2026-10-01"}, Stage.CLOSED),
        ("已完成", {"销号日期": "2026-10-01"}, Stage.CLOSED),
        ("作废", {}, Stage.WITHDRAWN),
        ("并案", {}, Stage.MERGED),
        ("", {}, Stage.IN_PROGRESS),
        ("", {"进展情况": ""}, Stage.ASSIGNED),
        ("", {"进展情况": "", "责任人": ""}, Stage.DRAFT),
        ("", {"销号日期": "2026-10-01"}, Stage.CLOSED),
    ],
)
def test_words_of_ledgers_name_stages(
    tmp_path: Path, word: str, more: dict[str, Value], stage: Stage
) -> None:
    assert only_row(write_csv(tmp_path, {"整改状态": word, **more})).stage is stage


def test_done_is_not_closed_and_this_is_said(tmp_path: Path) -> None:
    ledger = read(write_csv(tmp_path, {"整改状态": "已完成"}))
    assert [(w.column, w.value) for w in ledger.warnings] == [("整改状态", "已完成")]
    assert "stage" in ledger.rows[0].defaulted


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"整改状态": "飞了"}, "整改状态"),
        ({"整改状态": "已销号"}, "整改状态"),
        ({"整改状态": "整改中", "销号日期": "2026-10-01"}, "销号日期"),
        ({"是否完成": "差不多"}, "是否完成"),
        ({"具体表现": "  ", "问题标题": ""}, "具体表现"),
        ({"责任单位": "　"}, "责任单位"),
        ({"问题来源": ""}, "问题来源"),
        ({"进度(%)": "101"}, "进度(%)"),
        ({"进度(%)": "70.5"}, "进度(%)"),
        ({"进度(%)": "-5"}, "进度(%)"),
        ({"完成时限": "尽快"}, "完成时限"),
        ({"完成时限": "2026-02-31"}, "完成时限"),
        ({"完成时限": "30个工作日"}, "完成时限"),
        ({"完成时限": "30天", "发现日期": ""}, "完成时限"),
        ({"完成时限": "2026-03-01"}, "完成时限"),
        ({"发现日期": "2026-11-21"}, "发现日期"),
        ({"发现日期": "去年"}, "发现日期"),
        ({"认领日期": "2026-03-01", "派发日期": "2026-03-12"}, "认领日期"),
        ({"整改状态": "已销号", "销号日期": "2026-03-01"}, "销号日期"),
        ({"整改状态": "已销号", "销号日期": "2027-03-01"}, "销号日期"),
        ({"验收日期": "2026-04-01", "提交验收日期": "2026-04-02"}, "验收日期"),
        ({"时限类型": "随便"}, "时限类型"),
        ({"计日方式": "农历"}, "计日方式"),
        ({"退回次数": "若干"}, "退回次数"),
        ({"化解债务(万元)": "约5万"}, "化解债务(万元)"),
        ({"化解债务(万元)": "若干"}, "化解债务(万元)"),
        ({"化解债务(万元)": "-5"}, "化解债务(万元)"),
        ({"化解债务(万元)": "40余"}, "化解债务(万元)"),
        ({"化解债务(万元)": "1e3"}, "化解债务(万元)"),
        ({"化解债务": "5"}, "化解债务"),
        ({"整改问题合同(份)": "1.5"}, "整改问题合同(份)"),
        ({"备注": "长" * 10_001}, "备注"),
    ],
)
def test_a_bad_cell_is_named_by_row_column_and_value(
    tmp_path: Path, cells: dict[str, Value], column: str
) -> None:
    ledger = read(write_csv(tmp_path, {}, cells))
    assert [row.row for row in ledger.rows] == [2]
    assert [(e.row, e.column) for e in ledger.errors] == [(3, column)]
    (error,) = ledger.errors
    assert error.value == str({**PLAIN, **cells}.get(column) or "").strip("　 ")[:60]
    assert error.zh.endswith(("。", "？"))
    assert error.en.endswith((".", "?"))


def test_all_faults_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path, {"责任单位": "", "完成时限": "尽快", "整改状态": "飞了", "发现日期": "2027-01-01"}
    )
    assert {column for _, column, _ in errors(path)} == {"责任单位", "完成时限", "整改状态", "发现日期"}


def test_the_same_number_twice_is_an_error_in_the_second_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path, {"问题编号": "X-1"}, {"问题编号": "Ｘ-1"})
    assert errors(path) == [(3, "问题编号", "Ｘ-1")]


def test_phrases_in_the_deadline_are_understood(tmp_path: Path) -> None:
    row = only_row(write_csv(tmp_path, {"完成时限": "立行立改，长期坚持", "时限类型": ""}))
    assert (row.deadline, row.deadline_type, row.sustained) == (None, DeadlineType.IMMEDIATE, True)
    assert "deadline_type" in row.defaulted


def test_a_number_of_days_counts_from_the_discovery(tmp_path: Path) -> None:
    row = only_row(write_csv(tmp_path, {"完成时限": "30天", "计日方式": "自然日"}))
    assert (row.deadline, row.day_count) == (date(2026, 4, 9), DayCount.CALENDAR_DAYS)


def test_an_understood_phrase_is_reported_with_its_day(tmp_path: Path) -> None:
    ledger = read(write_csv(tmp_path, {"完成时限": "2026年底前"}))
    assert [w.zh for w in ledger.warnings] == ["理解为 2026-12-31。"]


def test_what_the_file_does_not_say_is_set_and_reported(tmp_path: Path) -> None:
    blank = ("问题编号", "严重程度", "问题标题", "时限类型", "发现日期", "整改状态")
    ledger = read(write_csv(tmp_path, dict.fromkeys(blank, "")))
    (row,) = ledger.rows
    assert row.defaulted == {"number", "severity", "title", "deadline_type", "discovered_on", "stage"}
    assert {w.column for w in ledger.warnings} == set(blank)
    assert (row.number, row.severity, row.title) == ("", "一般", "会议记录缺页漏签")


def test_a_long_condition_is_cut_at_a_mark_for_the_title(tmp_path: Path) -> None:
    condition = "抽查一季度凭证四十张，六张以收据代替发票，四张缺经手人签字，另有两张没有日期。"
    row = only_row(write_csv(tmp_path, {"具体表现": condition, "问题标题": ""}))
    assert row.title == "抽查一季度凭证四十张，六张以收据代替发票，四张缺经手人签字"


@pytest.mark.parametrize(
    ("written", "lead", "others"),
    [
        ("丙村、丁村党支部", "丙村党支部", ("丁村党支部",)),
        ("甲村，乙村", "甲村", ("乙村",)),
        ("乡财政所、甲村党支部", "乡财政所", ("甲村党支部",)),
        ("甲村党支部；乙村党支部", "甲村党支部", ("乙村党支部",)),
        ("党 政 办公室", "党政办公室", ()),
    ],
)
def test_the_first_unit_leads(tmp_path: Path, written: str, lead: str, others: tuple[str, ...]) -> None:
    row = only_row(write_csv(tmp_path, {"责任单位": written}))
    assert (row.lead_unit, row.assisting) == (lead, others)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.建账；2.公示；3.收费。", ("建账", "公示", "收费")),
        ("1、建账\n2、公示", ("建账", "公示")),
        ("（1）建账（2）公示", ("建账", "公示")),
        ("①建账②公示", ("建账", "公示")),
        ("一、建账；二、公示", ("建账", "公示")),
        ("1.收回3.5万元；2.公示", ("收回3.5万元", "公示")),
        ("加强管理，定期检查。", ("加强管理，定期检查",)),
        ("2026.6.30前完成", ("2026.6.30前完成",)),
        ("", ()),
    ],
)
def test_measures_are_split_by_their_numbers(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    assert only_row(write_csv(tmp_path, {"整改措施": text})).measures == expected


@pytest.mark.parametrize(
    ("header", "cell", "amount"),
    [
        ("化解债务(万元)", "3.36", Decimal("3.36")),
        ("化解债务（万元）", "３４６", Decimal(346)),
        ("化解债务(万元)", "1,234.5", Decimal("1234.5")),
        ("化解债务", "5万元", Decimal(5)),
        ("化解债务(元)", "36000", Decimal("3.6")),
    ],
)
def test_amounts_are_exact_and_have_a_unit(tmp_path: Path, header: str, cell: str, amount: Decimal) -> None:
    (outcome,) = only_row(write_csv(tmp_path, {header: cell})).outcomes
    assert (outcome.metric, outcome.amount, outcome.unit) == (Metric.DEBT_RESOLVED, amount, "万元")


def test_vague_or_planned_figures_in_words_are_not_counted(tmp_path: Path) -> None:
    ledger = read(write_csv(tmp_path, {"整改成效": "计划化解债务500万元，清收债权约20万元"}))
    assert ledger.rows[0].outcomes == ()
    assert len([w for w in ledger.warnings if w.column == "整改成效"]) == 2


@pytest.mark.parametrize("cells", [{"备注": "涉密，不公开"}, {"问题来源": "信访"}])
def test_secret_matters_are_confidential(tmp_path: Path, cells: dict[str, Value]) -> None:
    ledger = read(write_csv(tmp_path, cells))
    assert ledger.rows[0].confidential
    assert len(ledger.warnings) == 1


def test_real_dates_percents_formulas_and_serials_of_a_workbook(tmp_path: Path) -> None:
    headers: list[Value] = [*PLAIN, "进度(%)", "备注", "销号日期"]
    values: list[Value] = [{**PLAIN, "完成时限": date(2026, 12, 1), "发现日期": 46091}[str(h)] for h in PLAIN]
    path = write_book(tmp_path, [headers, [*values, 0.7, "=1+1", None]], formats={"M2": "0%"})
    ledger = read(path)
    (row,) = ledger.rows
    assert (row.deadline, row.percent, row.remarks) == (date(2026, 12, 1), 70, "=1+1")
    assert row.discovered_on == date(2026, 3, 10)
    assert [(w.column, w.value) for w in ledger.warnings] == [("发现日期", "46091")]


def test_error_values_are_errors(tmp_path: Path) -> None:
    values: list[Value] = [*PLAIN.values(), "#REF!"]
    ledger = read(write_book(tmp_path, [[*PLAIN, "备注"], values]))
    assert [(e.row, e.column, e.value) for e in ledger.errors] == [(2, "备注", "#REF!")]


def test_only_merged_columns_are_filled_down(tmp_path: Path) -> None:
    rows: list[list[Value]] = [["类别", *PLAIN, "整改措施", "督办人"]]
    for number in range(4):
        plain = {**PLAIN, "问题编号": f"A-{number}"}
        first = number == 0
        rows.append(
            ["党建" if first else None, *plain.values(), "措施" if first else None, "张" if first else None]
        )
    ledger = read(write_book(tmp_path, rows, merged=("A2:A3", "O2:O3")))
    assert [row.category for row in ledger.rows] == ["党建"] * 4
    assert [row.measures for row in ledger.rows] == [("措施",), (), (), ()]
    assert [row.supervisor for row in ledger.rows] == ["张", "张", "", ""]


def test_one_finding_over_several_rows_stays_one(tmp_path: Path) -> None:
    rows: list[list[Value]] = [[*PLAIN, "整改措施"], [*PLAIN.values(), "1.建账"]]
    rows += [[*[None] * len(PLAIN), "2.公示"], [*{**PLAIN, "问题编号": "A-2"}.values(), "收费"]]
    ledger = read(write_book(tmp_path, rows, merged=("A2:A3", "C2:C3")))
    assert [row.measures for row in ledger.rows] == [("建账", "公示"), ("收费",)]


def test_totals_signatures_headings_and_second_headers_are_passed_over(tmp_path: Path) -> None:
    finding: list[Value] = list(PLAIN.values())
    rows: list[list[Value]] = [[*PLAIN], ["一、政治建设方面"], finding, [], [*PLAIN], ["合 计", None, "1"]]
    rows += [["填表人：张三", None, "审核人：李四"], ["注：本表一式两份"]]
    ledger = read(write_book(tmp_path, rows, merged=("A2:L2",)))
    assert [row.row for row in ledger.rows] == [3]
    assert ledger.errors == ()
    assert [w.row for w in ledger.warnings] == [2]


def test_a_header_without_findings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLedger, match="没有一行问题"):
        read(write_csv(tmp_path))


def test_the_ledger_is_found_among_several_sheets(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(BOOK)
    book.move_sheet("整改台账", 2)
    book.save(tmp_path / "moved.xlsx")
    assert book.sheetnames[-1] == "整改台账"
    assert len(read(tmp_path / "moved.xlsx").rows) == 26


def test_words_under_a_progress_header_are_progress(tmp_path: Path) -> None:
    row = only_row(write_csv(tmp_path, {"整改进度": "正在收集材料", "进展情况": ""}))
    assert (row.percent, row.progress) == (None, "正在收集材料")


@pytest.mark.parametrize(
    ("header", "value", "read_as"),
    [
        ("涉及金额（万元）", "12.5", (True, Decimal("12.50"))),
        ("涉及金额（元）", "32000", (True, Decimal("3.20"))),
        ("涉及金额", "8万元", (True, Decimal(8))),
        ("是否涉及金额", "是", (True, None)),
        ("涉及金额（万元）", "0", (False, None)),
        ("涉及金额（万元）", "", (None, None)),
    ],
)
def test_a_ledger_says_whether_it_is_about_money(
    tmp_path: Path, header: str, value: str, read_as: tuple[bool | None, Decimal | None]
) -> None:
    row = only_row(write_csv(tmp_path, {header: value}))
    assert (row.involves_money, row.amount_involved) == read_as


def test_an_amount_that_is_no_figure_is_said_where_it_stands(tmp_path: Path) -> None:
    assert errors(write_csv(tmp_path, {"涉及金额（万元）": "约5"}))[0][1] == "涉及金额（万元）"
