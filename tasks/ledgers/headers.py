"""Which column means what: header texts of real ledgers, read by meaning."""

import re
import unicodedata
from dataclasses import dataclass

from tasks.ledgers.sheets import EMPTY, Sheet, half_width

HEADER_DEPTH = 60
LEAST_KNOWN = 3
UNIT_AND_OWNER = "lead_unit/owner_post"

# Field → its Chinese name, then other headers of that meaning. Spaces, brackets and width do not matter.
SYNONYMS: dict[str, str] = {
    "number": "问题编号 编号 问题编码 任务编号 台账编号 整改编号",
    "source": "问题来源 来源 任务来源 反馈来源 检查来源 来源类型",
    "round_name": "批次名称 批次 轮次 来源描述 巡察轮次 来源名称",
    "source_doc": "来源文号 文号 来源文件 文件号",
    "category_no": "项号",
    "category": (
        "类别 问题类别 隐患类别 任务类别 巡视反馈重点方面 巡察反馈重点方面 反馈重点方面 重点方面 "
        "问题类型 隐患类型 反馈类别 问题分类 方面"
    ),
    "item_no": "条号",
    "item": "条目 重点内容 问题条目 共性问题",
    "title": "问题标题 标题 问题名称 问题摘要 任务名称",
    "condition": (
        "具体表现 存在隐患或问题 具体问题 安全隐患 整改隐患内容 任务内容 问题表现 存在问题 "
        "反馈问题 问题描述 存在的问题 问题内容 隐患内容 存在隐患 问题 主要问题 反馈意见 "
        "问题具体表现 隐患描述 发现问题 发现的问题 问题清单 存在的隐患 存在问题或隐患"
    ),
    "root_cause": "原因剖析 原因分析 问题原因 产生原因",
    "severity": "严重程度 隐患等级 问题等级 风险等级",
    "amount_involved": "涉及金额 涉及资金 问题金额 是否涉及金额 涉及资金金额",
    "lead_leader": "牵头领导 牵头县领导 包联领导",
    "responsible_leader": "责任领导 整改责任领导 分管领导 分管责任领导",
    "lead_unit": (
        "责任单位 被检查单位 整改牵头部门 牵头部门 牵头单位 整改责任单位 整改单位 责任部门 "
        "主责单位 受检单位 承办单位 主办单位 隐患单位 整改责任部门 整改牵头单位 被巡察单位 "
        "涉及单位 单位名称 存在问题单位 被查单位"
    ),
    "owner_post": "责任人 整改责任人 负责人 具体责任人 直接责任人 整改负责人 责任岗位",
    UNIT_AND_OWNER: (
        "整改牵头部门/负责人 责任单位/责任人 牵头部门/负责人 责任单位及责任人 责任单位和责任人 "
        "整改责任单位/责任人 责任单位、责任人 整改责任单位及责任人 责任单位/负责人 "
        "责任部门/责任人"
    ),
    "assisting": "协办单位 协办部门 配合单位 协助单位 配合部门 参与单位",
    "supervisor": "督办人 督办领导 督导人 督办责任人 督促人",
    "objective": "整改目标 任务目标 整改要求 目标",
    "measures": "整改措施 整改计划 措施 具体措施 整改举措 整改任务",
    "deadline_type": "时限类型 整改类型 整改时限类型 期限类型 整改方式",
    "day_count": "计日方式 计日 计时方式",
    "discovered_on": "发现日期 检查时间 检查日期 排查日期 发现时间 排查时间 反馈时间 反馈日期",
    "assigned_on": "派发日期 派发时间 交办时间 交办日期 下发时间",
    "accepted_on": "认领日期 认领时间 签收日期 签收时间",
    "original_deadline": "原定完成时限 原定时限 原完成时限 原整改时限",
    "deadline": (
        "完成时限 现行完成时限 整改完成时间 整改时限 计划完成时间 整改期限 完成期限 要求完成时间 "
        "时限 计划完成日期 整改完成时限 限期 完成时间 现行时限 要求完成时限"
    ),
    "extensions": "延期次数",
    "extension_reason": "延期理由 延期说明 延期原因",
    "percent": "进度 整改进度 完成进度 完成率 完成比例",
    "stage": "整改状态 任务状态 状态 当前状态 办理状态",
    "done": "是否完成 完成情况 是否整改完成 是否完成整改 是否整改到位 是否整改",
    "closure": "销号情况 是否销号 销号状态 销号",
    "progress": (
        "整改进展情况 进展情况 整改情况 整改描述 整改完成情况 实际完成情况 工作进展 整改进展 进展 "
        "落实情况 整改落实情况"
    ),
    "evidence": "佐证材料 完成附件文件 附件 证明材料 整改佐证 佐证资料 印证资料",
    "submitted_on": "提交验收日期 整改到位时间 实际完成时间 提交日期 实际完成日期 提交验收时间",
    "verifier": "验收人 复查人 核查人 验收责任人 复核人",
    "verified_on": "验收日期 复查时间 验收时间 复查日期 核查时间",
    "verdict": "验收结论 复查结果 验收结果 核查结果 验收意见 复查意见 复查结论",
    "returns": "退回次数",
    "closed_on": "销号日期 销号时间",
    "reopens": "重启次数",
    "result": "整改成效 成效 整改结果 整改效果",
    "contracts": "整改问题合同 问题合同",
    "debt_resolved": "化解债务",
    "receivables_collected": "清收债权",
    "resource_fees": "新增资源收费 新增资源",
    "regulations": "出台制度 制度机制 出台制度机制",
    "publicity": "公开情况 公开方式 公开",
    "satisfaction": "满意度 满意度测评 群众满意度",
    "remarks": "备注 说明 备注说明",
}
SILENT = frozenset({"序号", "序", "预警", "关注", "更新时间", "项次"})
"""Counted or computed by ourselves: nothing is lost without them."""


def meanings() -> dict[str, str]:
    table = {}
    for field, texts in SYNONYMS.items():
        for text in (field, *texts.split()):
            table[half_width(text)] = field
    return table


MEANING = meanings()


def chinese(field: str) -> str:
    """The Chinese name of a field."""
    return SYNONYMS[field].split()[0] if field in SYNONYMS else field


@dataclass(frozen=True)
class Header:
    """Where the header stands, what each column means, and how it is written there."""

    top: int
    bottom: int
    fields: dict[str, int]
    texts: dict[int, str]
    unknown: tuple[int, ...]
    repeated: tuple[tuple[int, str], ...]
    """Columns whose field an earlier column already has."""

    def text_of(self, field: str) -> str:
        column = self.fields.get(field)
        if column is None and field in UNIT_AND_OWNER.split("/"):
            column = self.fields.get(UNIT_AND_OWNER)
        return chinese(field) if column is None else self.texts[column]


def meaning_of(text: str) -> str | None:
    """The field that a header text names, or None."""
    whole = re.sub(r"^[*★]+|[*★:]+$|必填", "", half_width(text))
    short = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|%", "", whole)
    return MEANING.get(whole) or MEANING.get(short)


def find_header(sheet: Sheet) -> Header | None:
    """The row, or if that names more the pair of rows, that names most fields; None if there is none."""
    rows = list(sheet.rows())[:HEADER_DEPTH]
    pairs = [(top, bottom) for top in rows for bottom in (top, top + 1) if bottom in sheet.cells]
    found = (header_at(sheet, top, bottom) for top, bottom in pairs)
    best = max(found, key=lambda header: (len(header.fields), header.top - header.bottom), default=None)
    return best if best is not None and len(best.fields) >= LEAST_KNOWN else None


def header_at(sheet: Sheet, top: int, bottom: int) -> Header:
    uppers = spread(sheet, top)
    lowers = labels(sheet, bottom) if bottom != top else {}
    fields: dict[str, int] = {}
    texts: dict[int, str] = {}
    unknown: list[int] = []
    repeated: list[tuple[int, str]] = []
    for column in sorted(uppers.keys() | lowers.keys()):
        upper, lower = uppers.get(column, ""), lowers.get(column, "")
        texts[column] = lower or upper
        field = meaning_of(lower) or meaning_of(upper + lower) if lower else meaning_of(upper)
        if field is None:
            if half_width(texts[column]) not in SILENT:
                unknown.append(column)
        elif field in fields:
            repeated.append((column, field))
        else:
            fields[field] = column
    return prefer_responsible(Header(top, bottom, fields, texts, tuple(unknown), tuple(repeated)))


def prefer_responsible(header: Header) -> Header:
    """责任领导 before 分管领导, in whatever order they stand."""
    column = header.fields.get("responsible_leader")
    better = next(
        (c for c, f in header.repeated if f == "responsible_leader" and "责任" in header.texts[c]), None
    )
    if column is None or better is None or "责任" in header.texts[column]:
        return header
    header.fields["responsible_leader"] = better
    repeated = tuple((column, f) if c == better else (c, f) for c, f in header.repeated)
    return Header(header.top, header.bottom, header.fields, header.texts, header.unknown, repeated)


def labels(sheet: Sheet, row: int) -> dict[int, str]:
    cells = sheet.cells.get(row, {})
    return {column: re.sub(r"\s+", "", cell.text) for column, cell in cells.items() if cell.text}


def spread(sheet: Sheet, row: int) -> dict[int, str]:
    """The labels of a row, each over all columns that its merged cell covers."""
    found = labels(sheet, row)
    for merge in sheet.merges:
        if merge.top == row and merge.left in found:
            for column in range(merge.left, merge.right + 1):
                found[column] = found[merge.left]
    return found


def is_header_again(sheet: Sheet, header: Header, row: int) -> bool:
    """The header printed once more in the middle of the sheet."""
    cells = sheet.cells[row]
    top, bottom = sheet.cells.get(header.top, {}), sheet.cells.get(header.bottom, {})
    same = sum(cell.text in (top.get(c, EMPTY).text, bottom.get(c, EMPTY).text) for c, cell in cells.items())
    return same >= 2 and same * 2 > len(cells)


def score(sheet: Sheet) -> int:
    header = find_header(sheet)
    return len(header.fields) if header else 0


def asked(text: str) -> str:
    """The unit of measure in a header's brackets: `化解债务(万元)` → `万元`."""
    found = re.search(r"\(([^()]*)\)", unicodedata.normalize("NFKC", text))
    return half_width(found[1]) if found else ""
