"""The layouts that offices really use (domain brief §3.1)."""

from datetime import date
from pathlib import Path

import pytest

from policy.deadlines import DeadlineType
from policy.refusals import BadLedger
from policy.stages import Stage
from tasks.ledgers.headers import meaning_of
from tests.tasks.ledgers.handed_in import Value, only_row, read, write_book, write_csv


def layout(headers: str, values: list[Value], above: tuple[str, ...] = ()) -> list[list[Value]]:
    titles: list[list[Value]] = [[text] for text in above]
    return [*titles, [*headers.split("｜")], values]


def test_safety_ledger_on_paper(tmp_path: Path) -> None:
    rows = layout(
        "序号｜检查时间｜检查人｜隐患类别｜存在隐患或问题｜整改措施｜整改完成时间｜责任人｜复查时间｜复查人｜复查结果",
        [
            1,
            "2026.5.6",
            "张三",
            "消防",
            "灭火器过期",
            "更换",
            "2026年5月底前",
            "站长",
            date(2026, 5, 28),
            "李四",
            "合格",
        ],
        ("甲村安全隐患整改台账", "单位：甲村村委会"),
    )
    row = only_row(write_book(tmp_path, rows), source="督查")
    assert (row.row, row.lead_unit, row.owner_post, row.verifier) == (4, "甲村村委会", "站长", "李四")
    assert (row.condition, row.category, row.measures) == ("灭火器过期", "消防", ("更换",))
    assert (row.discovered_on, row.deadline) == (date(2026, 5, 6), date(2026, 5, 31))
    assert (row.verified_on, row.verdict, row.stage) == (date(2026, 5, 28), "合格", Stage.PENDING_CLOSURE)


def test_transport_ledger_with_both_dates(tmp_path: Path) -> None:
    rows = layout(
        "检查日期｜被检查单位｜安全隐患｜整改措施｜整改时限｜备注｜责任人｜整改到位时间｜销号时间",
        ["2026-05-06", "甲公司", "路面坑槽", "修补", "立行立改", None, "经理", "2026-05-08", "2026-05-12"],
        ("交通运输领域督查台账",),
    )
    row = only_row(write_book(tmp_path, rows))
    assert (row.source, row.lead_unit, row.deadline_type) == ("督查", "甲公司", DeadlineType.IMMEDIATE)
    assert (row.submitted_on, row.closed_on, row.stage) == (date(2026, 5, 8), date(2026, 5, 12), Stage.CLOSED)
    assert {"source", "stage", "deadline_type", "title", "severity", "number"} <= row.defaulted


def test_inspection_screen_with_three_levels(tmp_path: Path) -> None:
    rows = layout(
        "巡视反馈重点方面｜重点内容｜具体问题｜整改计划｜整改描述｜责任领导｜分管领导｜整改牵头部门/负责人｜整改时限"
        "｜上周进度｜整改进度",
        [
            "党建",
            "组织生活",
            "记录缺页",
            "补齐",
            "已补",
            "书记",
            "副书记",
            "党政办公室/主任",
            "2026年底前",
            "50",
            "60",
        ],
        ("巡视反馈问题整改",),
    )
    ledger = read(write_book(tmp_path, rows))
    (row,) = ledger.rows
    assert (row.category, row.item, row.condition, row.title) == ("党建", "组织生活", "记录缺页", "组织生活")
    assert (row.lead_unit, row.owner_post, row.responsible_leader) == ("党政办公室", "主任", "书记")
    assert (row.percent, row.stage, row.deadline) == (60, Stage.IN_PROGRESS, date(2026, 12, 31))
    assert {w.column for w in ledger.warnings} >= {"上周进度", "分管领导"}


def test_general_task_list(tmp_path: Path) -> None:
    values: list[Value] = [
        1,
        "",
        "督查",
        "防汛督查",
        "安全",
        "清淤",
        "待验收",
        "督查室",
        "水利站",
        "甲村、乙村",
    ]
    values += ["通畅", "2026-12-01", "2026-11-01", "已清", "照片.jpg", "", "", "雨天", "2026-06-01", ""]
    rows = layout(
        "序号｜关注｜任务来源｜来源描述｜任务类别｜任务内容｜任务状态｜提出部门｜牵头部门｜协办部门｜任务目标"
        "｜计划完成时间｜实际完成时间｜实际完成情况｜完成附件文件｜领导批注｜反馈类型｜延期说明｜创建时间｜更新时间",
        values,
    )
    row = only_row(write_book(tmp_path, rows))
    assert (row.source, row.round_name, row.condition, row.lead_unit) == (
        "督查",
        "防汛督查",
        "清淤",
        "水利站",
    )
    assert (row.assisting, row.evidence, row.objective) == (("甲村", "乙村"), ("照片.jpg",), "通畅")
    assert (row.submitted_on, row.stage) == (date(2026, 11, 1), Stage.PENDING_VERIFICATION)
    assert row.extension_reason == "雨天"


FIVE = (
    "排查日期｜整改隐患内容｜整改措施｜整改时限｜应急措施和预案｜整改责任人｜填表人｜整改资金"
    "｜整改完成情况｜备注"
)


def test_five_fixed_points_with_its_unit_above(tmp_path: Path) -> None:
    values: list[Value] = [
        "2026-5-6",
        "边坡松动",
        "加固",
        "30天",
        "有",
        "村主任",
        "王五",
        "2万元",
        "已加固一半",
        "",
    ]
    ledger = read(write_book(tmp_path, layout(FIVE, values, ("自查隐患五落实台账", "责任单位：乙村村委会"))))
    (row,) = ledger.rows
    assert (row.lead_unit, row.owner_post, row.progress) == ("乙村村委会", "村主任", "已加固一半")
    assert row.deadline == date(2026, 6, 5)
    assert {"整改资金", "填表人", "应急措施和预案"} <= {w.column for w in ledger.warnings}


def test_five_fixed_points_without_any_unit_names_the_column(tmp_path: Path) -> None:
    values: list[Value] = ["2026-5-6", "边坡松动", "加固", "立行立改", "有", "村主任"]
    with pytest.raises(BadLedger, match="责任单位"):
        read(write_book(tmp_path, layout(FIVE, values, ("自查台账",))))


def test_usual_ledger_with_completion_and_closure_columns(tmp_path: Path) -> None:
    headers = (
        "序号｜反馈问题(类别/具体问题)｜整改目标｜整改措施｜牵头领导｜责任单位｜责任人｜完成时限"
        "｜整改进展情况｜是否完成｜销号情况｜备注"
    )
    common: list[Value] = ["目标", "措施", "乡长", "甲村", "村主任", "2026-06-30", "进展"]
    rows: list[list[Value]] = [["市委巡察反馈问题整改台账"], list(headers.split("｜"))]
    rows += [
        [1, "问题一", *common, "是", "已销号（2026年6月26日）", ""],
        [2, "问题二", *common, "是", "未销号", ""],
        [3, "问题三", *common, "否", "", ""],
    ]
    ledger = read(write_book(tmp_path, rows))
    assert ledger.errors == ()
    assert [row.stage for row in ledger.rows] == [Stage.CLOSED, Stage.PENDING_VERIFICATION, Stage.IN_PROGRESS]
    assert ledger.rows[0].closed_on == date(2026, 6, 26)
    assert {row.source for row in ledger.rows} == {"巡察"}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("化解债务（万元）", "debt_resolved"),
        (" 进 度（%）", "percent"),
        ("*责任单位", "lead_unit"),
        ("完成\n时限", "deadline"),
        ("类别（项）", "category"),
        ("deadline", "deadline"),
        ("整改隐患内容", "condition"),
        ("复查人", "verifier"),
        ("验收结论", "verdict"),
        ("验收结论：", "verdict"),
        ("天气", None),
    ],
)
def test_headers_are_read_by_meaning(header: str, field: str | None) -> None:
    assert meaning_of(header) == field


@pytest.mark.parametrize("renamed", ["责任单位", "具体表现"])
def test_a_missing_column_is_named(tmp_path: Path, renamed: str) -> None:
    without = (renamed, "问题标题") if renamed == "具体表现" else (renamed,)
    with pytest.raises(BadLedger, match=renamed):
        read(write_csv(tmp_path, {}, without=without))


def test_a_missing_source_offers_the_option(tmp_path: Path) -> None:
    path = write_csv(tmp_path, {}, without=("问题来源",))
    with pytest.raises(BadLedger, match=r"问题来源.*--source"):
        read(path)
    assert read(path, source="审计").rows[0].source == "审计"


def test_an_unknown_column_is_named_and_passed_over(tmp_path: Path) -> None:
    ledger = read(write_csv(tmp_path, {"天气": "晴"}))
    assert [w.column for w in ledger.warnings] == ["天气"]


def test_the_first_of_two_columns_of_one_meaning_wins(tmp_path: Path) -> None:
    ledger = read(write_csv(tmp_path, {"整改时限": "2026-12-01"}))
    assert ledger.rows[0].deadline == date(2026, 12, 31)
    assert [w.column for w in ledger.warnings] == ["整改时限"]


def test_the_responsible_leader_comes_before_the_one_in_charge(tmp_path: Path) -> None:
    assert only_row(write_csv(tmp_path, {"分管领导": "甲", "责任领导": "乙"})).responsible_leader == "乙"
    assert only_row(write_csv(tmp_path, {"分管领导": "甲"})).responsible_leader == "甲"
