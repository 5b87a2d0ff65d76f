"""Figures a finding yielded: from their own columns, or by strict patterns from the written result."""

import re
from decimal import Decimal

from policy.ledger_rows import UNIT_OF, Metric, Outcome
from tasks.ledgers.headers import asked, chinese
from tasks.ledgers.lines import Line
from tasks.ledgers.sheets import half_width

FIGURE = r"(\d{1,12}(?:,\d{3})*(?:\.\d{1,6})?)"
WRITTEN: dict[Metric, tuple[str, str]] = {
    Metric.CONTRACTS: ("整改问题合同", rf"整改问题合同{FIGURE}份"),
    Metric.DEBT_RESOLVED: ("化解债务", rf"化解债务{FIGURE}万元"),
    Metric.RECEIVABLES_COLLECTED: ("清收债权", rf"清收债权{FIGURE}万元"),
    Metric.RESOURCE_FEES: ("新增资源收费", rf"新增资源收费{FIGURE}万元"),
    Metric.REGULATIONS: ("出台", rf"出台[^,;。、\d]{{0,20}}?{FIGURE}项"),
}
NOT_YET = r"(?<!计划)(?<!预计)(?<!力争)(?<!尚未)(?<!拟)(?<!未)"
COUNTED = frozenset({"份", "项"})


def read_outcomes(line: Line, measured_in: frozenset[str]) -> tuple[Outcome, ...]:
    """`measured_in`: the units named above the table, for columns whose header names none."""
    found = []
    for metric in Metric:
        unit = UNIT_OF[metric]
        is_column = metric in line.header.fields
        amount = in_column(line, metric, unit, measured_in) if is_column else written(line, metric)
        if amount:
            found.append(Outcome(metric, amount, UNIT_OF[metric]))
    return tuple(found)


def read_involved(line: Line, measured_in: frozenset[str]) -> tuple[bool | None, Decimal | None]:
    """Whether it involves money, None where the file does not say, and how much."""
    text = half_width(line.text("amount_involved"))
    if text in NOTHING or text in INVOLVED or text in NOT_INVOLVED:
        return (None if text in NOTHING else text in INVOLVED), None
    amount = in_column(line, "amount_involved", "万元", measured_in)
    exact = amount.quantize(Decimal("0.01")) if amount else None
    return bool(amount), exact or None


NOTHING = ("", "-", "—", "/")
INVOLVED = ("是", "有", "涉及")
NOT_INVOLVED = ("否", "无", "不涉及", "0")


def in_column(line: Line, field: str, wanted: str, measured_in: frozenset[str]) -> Decimal | None:
    """A figure in the unit `wanted`, said in the cell, the header or above the table; an error otherwise."""
    text = half_width(line.text(field))
    if text in (*NOTHING, "无"):
        return None
    found = re.fullmatch(rf"{FIGURE}(份|个|项|万元|元)?", text, re.ASCII)
    if found is None:
        line.error(
            field,
            "应是不带“约”“余”“若干”的数，不能为负。",
            "A plain figure is wanted, not negative and not approximate.",
        )
        return None
    default = wanted if wanted in COUNTED | measured_in else ""
    unit = found[2] or asked(line.header.text_of(field)) or default
    return in_unit(line, field, Decimal(found[1].replace(",", "")), unit, wanted)


def in_unit(line: Line, field: str, amount: Decimal, unit: str, wanted: str) -> Decimal | None:
    if unit == "元" and wanted == "万元":
        return amount / 10_000
    if unit != wanted and not (unit == "个" and wanted in COUNTED):
        zh = f"没有写明单位，应以“{wanted}”计。" if not unit else f"单位是“{unit}”，应以“{wanted}”计。"
        line.error(field, zh, f"The unit must be {wanted}.")
        return None
    if wanted in COUNTED and amount != int(amount):
        line.error(field, f"“{wanted}”数应是整数。", "A whole number is wanted.")
        return None
    return amount


def written(line: Line, metric: Metric) -> Decimal | None:
    """The sum of what the result says in so many words, reported; a vague figure is reported and left out."""
    text = half_width(line.text("result"))
    keyword, pattern = WRITTEN[metric]
    if keyword not in text:
        return None
    found = re.findall(NOT_YET + pattern, text)
    if not found:
        if metric is not Metric.REGULATIONS:
            zh, en = (
                f"“{keyword}”的数没有看懂，没有计入。",
                f"The figure of {metric} is not clear: not counted.",
            )
            line.warn("result", zh, en)
        return None
    amount = sum((Decimal(figure.replace(",", "")) for figure in found), Decimal())
    unit = UNIT_OF[metric]
    line.derived(
        "outcomes",
        "result",
        f"由文字读出“{chinese(metric)}”{amount}{unit}。",
        f"Read from the text: {metric} {amount} {unit}.",
    )
    return amount
