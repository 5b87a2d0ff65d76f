"""From the cells of one line to one row of the ledger; what is missing is set by rule and reported."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from policy.deadlines import DeadlineType
from policy.ledger_rows import LedgerRow
from policy.refusals import BadInput
from policy.stages import Stage
from policy.timelimits import TimeLimit, plain, read_day
from tasks.ledgers import progress
from tasks.ledgers.lines import Line, check_cells, split_unit_and_owner
from tasks.ledgers.outcomes import read_involved, read_outcomes
from tasks.ledgers.sheets import EXCEL_ZERO, half_width
from tasks.ledgers.values import (
    files,
    measures,
    names,
    read_count,
    read_date,
    read_limit,
    read_percent,
)
from tasks.ledgers.words import DAY_COUNTS, DEADLINE_TYPES

SUFFIXES = (
    *(
        "党支部委员会",
        "党总支",
        "党支部",
        "村民委员会",
        "村委会",
        "居委会",
        "居民委员会",
        "党委",
        "村委",
        "支部",
    ),
    *("支委会", "经济合作社", "股份经济合作社", "经联社"),
)
TITLE_LENGTH = 30
DATE = r"(\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?)"
FIRST_CLOSED = re.compile(DATE + r"首次销号")
REOPENED = re.compile(DATE + r"[^,;。、\d]{0,8}重启")
CYCLE = re.compile(r"第(\d{1,2})轮")
NEXT_REVIEW = re.compile(r"下次(?:复核|复查|回头看)[::]?(?:日期|时间)?[::]?" + DATE)
RETURNED_TIMES = re.compile(r"退回(\d{1,2})次")
RETURNED = re.compile(r"(?:首次|第一次)提交[^。]{0,60}退回|被退回")
CONFIDENTIAL = re.compile(r"保密|涉密|机密")
WRITTEN = (
    *("discovered_on", "assigned_on", "accepted_on", "original_deadline"),
    *("submitted_on", "verified_on", "closed_on"),
)
"""Dates that stand in a column of their own."""
FACTS = ("discovered_on", "assigned_on", "accepted_on", "submitted_on", "verified_on", "closed_on")
IN_ORDER = (
    *(
        ("discovered_on", "assigned_on"),
        ("assigned_on", "accepted_on"),
        ("discovered_on", "original_deadline"),
    ),
    *(("discovered_on", "deadline"), ("discovered_on", "submitted_on"), ("submitted_on", "verified_on")),
    *(("verified_on", "closed_on"), ("submitted_on", "closed_on"), ("discovered_on", "closed_on")),
    *(("assigned_on", "closed_on"), ("first_closed_on", "reopened_on"), ("closed_on", "next_review_on")),
)
CHINESE = {"first_closed_on": "首次销号日期", "reopened_on": "重启日期", "next_review_on": "下次复核日期"}


@dataclass(frozen=True)
class About:
    """What is true of the whole file."""

    today: date
    source: str = ""
    unit: str = ""
    as_of: date | None = None
    measured_in: frozenset[str] = frozenset()
    zero: date = EXCEL_ZERO


def read_row(line: Line, about: About) -> LedgerRow | None:
    """The row, or None if it has errors, which are then all in the line's notes."""
    check_cells(line)
    split_unit_and_owner(line)
    progress.move_words(line)
    row = plain_fields(line)
    fill_source(row, line, about)
    fill_text(row, line)
    fill_people(row, line, about)
    fill_dates(row, line, about)
    fill_cycles(row, line)
    fill_limit(row, line, about)
    progress.fill_stage(row, line)
    row.outcomes = read_outcomes(line, about.measured_in)
    row.involves_money, row.amount_involved = read_involved(line, about.measured_in)
    fill_discovery(row, line, about)
    fill_secrecy(row, line)
    check_order(row, line, about.today)
    row.defaulted = frozenset(line.defaulted)
    return None if line.bad else row


def plain_fields(line: Line) -> LedgerRow:
    return LedgerRow(
        row=line.row,
        number=half_width(line.text("number")),
        round_name=line.name("round_name"),
        source_doc=line.name("source_doc"),
        category_no=line.name("category_no"),
        category=line.name("category"),
        item_no=line.name("item_no"),
        item=line.name("item"),
        title=line.name("title"),
        condition=line.text("condition"),
        root_cause=line.text("root_cause"),
        severity=line.name("severity"),
        lead_leader=line.name("lead_leader"),
        responsible_leader=line.name("responsible_leader"),
        supervisor=line.name("supervisor"),
        objective=line.text("objective"),
        measures=measures(line.text("measures")),
        extensions=read_count(line, "extensions"),
        extension_reason=line.text("extension_reason"),
        percent=read_percent(line),
        progress=line.text("progress"),
        evidence=files(line.text("evidence")),
        verifier=line.name("verifier"),
        verdict=line.text("verdict"),
        returns=read_count(line, "returns"),
        reopens=read_count(line, "reopens"),
        result=line.text("result"),
        publicity=line.name("publicity"),
        satisfaction=line.name("satisfaction"),
        remarks=line.text("remarks"),
    )


def fill_source(row: LedgerRow, line: Line, about: About) -> None:
    source = line.name("source")
    if not source and about.source:
        source = about.source
        line.default("source", f"按“{source}”读入。", f"taken as {source}.")
    elif not source:
        line.error(
            "source",
            "没有写明问题来源。请填写，或导入时另选问题来源（命令行写 --source）。",
            "The source is empty. Fill it in, or name it with --source.",
        )
    row.source = source


def fill_text(row: LedgerRow, line: Line) -> None:
    """Number, condition, title, severity."""
    if not row.number:
        line.default("number", "入库时自动编号。", "it will be numbered when stored.")
    condition = row.condition or row.title
    if not condition:
        line.error("condition", "没有写明具体问题。", "The condition is empty.")
    elif not row.condition:
        line.default("condition", "按问题标题读入。", "the title is taken.")
    title = row.title
    if not title and condition:
        title = row.item or short(condition)
        line.default(
            "title", "取自条目或具体表现的开头。", "taken from the item or the condition's beginning."
        )
    if not row.severity:
        line.default("severity", "按“一般”读入。", "taken as 一般 (ordinary).")
    row.condition, row.title, row.severity = condition, title, row.severity or "一般"


def short(condition: str) -> str:
    """The beginning, up to a punctuation mark within the first thirty characters."""
    text = condition.replace("\n", " ")
    if len(text) <= TITLE_LENGTH:
        return text.rstrip("。；;，,")
    head = text[:TITLE_LENGTH]
    mark = max(head.rfind(m) for m in "。；;，,、")
    return head[:mark] if mark >= 6 else head


def fill_people(row: LedgerRow, line: Line, about: About) -> None:
    units = spelled_out(names(line.text("lead_unit")))
    if not units and about.unit:
        units = (about.unit,)
        line.default(
            "lead_unit", f"按表头“单位：{about.unit}”读入。", f"taken from above the table: {about.unit}."
        )
    if not units:
        line.error("lead_unit", "没有写明责任单位。", "The lead unit is empty.")
        return
    if len(units) > 1:
        others = "、".join(units[1:])
        zh = f"写了{len(units)}个单位：以“{units[0]}”为牵头，“{others}”为协办。"
        line.warn("lead_unit", zh, f"{units[0]} is taken as lead unit, {others} as assisting.")
    row.lead_unit, row.owner_post = units[0], line.name("owner_post")
    row.assisting = tuple(dict.fromkeys((*units[1:], *names(line.text("assisting")))))


def spelled_out(units: tuple[str, ...]) -> tuple[str, ...]:
    """`丙村、丁村党支部` → `丙村党支部`, `丁村党支部`: a suffix shared by all is written once."""
    if len(units) < 2:
        return units
    suffix = next((s for s in SUFFIXES if units[-1].endswith(s) and units[-1] != s), "")
    if not suffix:
        return units
    kind = units[-1].removesuffix(suffix)[-1]
    return tuple(unit + suffix if unit.endswith(kind) else unit for unit in units[:-1]) + units[-1:]


def fill_dates(row: LedgerRow, line: Line, about: About) -> None:
    for field in WRITTEN:
        setattr(row, field, read_date(line, field, about.zero))


def fill_cycles(row: LedgerRow, line: Line) -> None:
    """Returns, reopening and the next review, which ledgers keep in the remarks."""
    text = plain("。".join((row.remarks, row.progress)))
    fill_returns(row, line, text)
    fill_reopening(row, line, text)
    review = written_date(NEXT_REVIEW, text)
    if review is not None:
        line.derived("next_review_on", "remarks", f"读出下次复核日期 {review}。", f"Next review on {review}.")
        row.next_review_on, row.sustained = review, True


def fill_returns(row: LedgerRow, line: Line, text: str) -> None:
    if row.returns is not None:
        return
    times = RETURNED_TIMES.search(text)
    told = RETURNED.search(text) or progress.stage_of(line) is Stage.RETURNED
    count = int(times[1]) if times else int(bool(told))
    if count == 0:
        return
    said_in = "remarks" if "退回" in row.remarks else "progress" if "退回" in row.progress else "stage"
    line.derived("returns", said_in, f"读出退回{count}次。", f"Read as returned {count} time(s).")
    row.returns = count


def fill_reopening(row: LedgerRow, line: Line, text: str) -> None:
    first, again = written_date(FIRST_CLOSED, text), written_date(REOPENED, text)
    if row.reopens == 0 or (first is None and again is None):
        return
    count = row.reopens
    if count is None:
        cycle = CYCLE.search(text)
        count = max(1, int(cycle[1]) - 1) if cycle else 1
        line.derived("reopens", "remarks", f"读出重启{count}次。", f"Read as reopened {count} time(s).")
    if first is not None:
        line.derived("first_closed_on", "remarks", f"读出首次销号日期 {first}。", f"First closed on {first}.")
    if again is not None:
        line.derived("reopened_on", "remarks", f"读出重启日期 {again}。", f"Reopened on {again}.")
    row.reopens, row.first_closed_on, row.reopened_on = count, first, again


def written_date(pattern: re.Pattern[str], text: str) -> date | None:
    found = pattern.search(text)
    try:
        return read_day(found[1]) if found else None
    except BadInput:
        return None


def fill_limit(row: LedgerRow, line: Line, about: About) -> None:
    """Deadline, kind of time limit, day count."""
    limit = read_limit(line, about.zero)
    day = limit.day or counted(row, line, limit)
    kind = read_kind(line) or kind_of(limit, line)
    sustained = row.sustained or limit.sustained or kind is DeadlineType.SUSTAINED
    if not line.text("deadline") and kind in (DeadlineType.TIME_LIMITED, DeadlineType.PHASED):
        line.default(
            "deadline", "时限为空，入库时按来源的规定推算。", "it will be proposed from the source's rule."
        )
    word = half_width(line.text("day_count"))
    count = DAY_COUNTS.get(word)
    if word and count is None:
        line.error("day_count", "只能填：自然日、工作日、月。", "One of 自然日, 工作日, 月 is wanted.")
    row.deadline, row.deadline_type, row.sustained, row.day_count = day, kind, sustained, count


def counted(row: LedgerRow, line: Line, limit: TimeLimit) -> date | None:
    """A number of days, from the day of discovery, which does not count itself."""
    if limit.days is None:
        return None
    if row.discovered_on is None:
        line.error(
            "deadline",
            "时限写的是天数，却没有发现日期可以起算。请写成日期。",
            "The limit is a number of days, but there is no day of discovery to count from. Write a date.",
        )
        return None
    day = row.discovered_on + timedelta(days=limit.days)
    line.derived("deadline", "deadline", f"由发现日期起算为 {day}。", f"Counted from the discovery: {day}.")
    return day


def read_kind(line: Line) -> DeadlineType | None:
    word = half_width(line.text("deadline_type"))
    if not word:
        return None
    kind = DEADLINE_TYPES.get(word)
    if kind is None:
        line.error(
            "deadline_type",
            "只能填：立行立改、限期整改、分阶段整改、长期坚持。",
            "One of 立行立改, 限期整改, 分阶段整改, 长期坚持 is wanted.",
        )
        return DeadlineType.TIME_LIMITED
    return kind


def kind_of(limit: TimeLimit, line: Line) -> DeadlineType:
    kind, zh = DeadlineType.TIME_LIMITED, "限期整改"
    if limit.immediate:
        kind, zh = DeadlineType.IMMEDIATE, "立行立改"
    elif limit.sustained and limit.day is None:
        kind, zh = DeadlineType.SUSTAINED, "长期坚持"
    if "deadline_type" in line.header.fields:
        line.default("deadline_type", f"按“{zh}”读入。", f"taken as {kind}.")
    else:
        general = "由时限的写法判断，否则按“限期整改”。"
        line.default("deadline_type", general, "judged by the time limit's wording, else time_limited.")
    return kind


def fill_discovery(row: LedgerRow, line: Line, about: About) -> None:
    if row.discovered_on is not None or line.text("discovered_on"):
        return
    known = [row.assigned_on, row.accepted_on, row.original_deadline, row.deadline, row.submitted_on]
    known += [row.verified_on, row.closed_on, row.first_closed_on, row.reopened_on, about.as_of, about.today]
    day = min(day for day in known if day is not None)
    line.default("discovered_on", "按本行最早的已知日期读入。", "the row's earliest known date is taken.")
    row.discovered_on = day


def fill_secrecy(row: LedgerRow, line: Line) -> None:
    if "信访" not in row.source and not CONFIDENTIAL.search(row.remarks):
        return
    said_in = "source" if "信访" in row.source else "remarks"
    line.derived("confidential", said_in, "按涉密事项处理：信件里只写编号。", "Treated as confidential.")
    row.confidential = True


def check_order(row: LedgerRow, line: Line, today: date) -> None:
    days = dated(row)
    for field in FACTS:
        if field in days and days[field] > today and field not in line.defaulted:
            line.error(
                field,
                f"日期 {days[field]} 在今天（{today}）之后。",
                f"{days[field]} is in the future; today is {today}.",
            )
    for earlier, later in IN_ORDER:
        if earlier not in days or later not in days or earlier in line.defaulted:
            continue
        if days[later] < days[earlier]:
            a, b = called(line, later), called(line, earlier)
            line.error(
                later,
                f"{a} {days[later]} 早于{b} {days[earlier]}。",
                f"{days[later]} is before {days[earlier]} ({b}).",
                days[later].isoformat(),
            )


def dated(row: LedgerRow) -> dict[str, date]:
    """The dates the row has, by field."""
    every = {
        "discovered_on": row.discovered_on,
        "assigned_on": row.assigned_on,
        "accepted_on": row.accepted_on,
        "original_deadline": row.original_deadline,
        "deadline": row.deadline,
        "submitted_on": row.submitted_on,
        "verified_on": row.verified_on,
        "closed_on": row.closed_on,
        "first_closed_on": row.first_closed_on,
        "reopened_on": row.reopened_on,
        "next_review_on": row.next_review_on,
    }
    return {field: day for field, day in every.items() if day is not None}


def called(line: Line, field: str) -> str:
    return CHINESE.get(field) or line.header.text_of(field)
