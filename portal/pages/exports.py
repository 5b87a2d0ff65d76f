"""Every list as a file: the ledger as it is narrowed, the letters, the telephone list."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from models.access import trail
from models.access.knocking import let_through
from models.access.trail import Noted
from models.listing import exporting
from models.listing.conditions import findings_where
from models.listing.saved import written as in_words
from models.listing.wanted import understood
from models.questions import Row
from models.watching import letters as reading
from models.watching.letters import FIRST, Narrowed
from policy.knocking import EXPORTS
from policy.ledger_rows import UNIT_OF, Metric
from policy.refusals import NotFound
from policy.sight import WATCHERS
from portal.pages.letters import known
from portal.pages.paper import Reader, Reading, address_of
from portal.pages.phones import to_call
from portal.pages.speech import METRIC_WORDS, Speech, Words
from tasks import clock
from tasks.exports.columns import Cell, Column, Kind, Sheet
from tasks.exports.files import TYPES, written

router = APIRouter()

Value = Callable[[Row, Speech], Cell]
VEILED = ("涉密，仅显示编号", "confidential: only the number is shown")


@dataclass(frozen=True)
class Field:
    """A column of a list, and what a row has in it."""

    words: Words
    kind: Kind
    value: Value
    width: int = 0


def text(name: str, zh: str, en: str, kind: Kind = Kind.TEXT) -> Field:
    return Field((zh, en), kind, lambda row, _speech: row[name])


def day(name: str, zh: str, en: str) -> Field:
    return Field((zh, en), Kind.DAY, lambda row, _speech: _day(row[name]))


def _day(value: date | str | None) -> date | None:
    """Also of ISO text; what is veiled has none."""
    if not value:
        return None
    return date.fromisoformat(value) if isinstance(value, str) else value


def _involved(row: Row) -> Cell:
    """How much, or that it involves money."""
    amount: Cell = row["amount_involved"]
    return amount if amount is not None else "是" if row["involves_money"] else None


def _lines(name: str) -> Value:
    return lambda row, _speech: "\n".join(row[name] or [])


def _figure(metric: Metric) -> Field:
    zh, en = METRIC_WORDS[metric]
    unit = UNIT_OF[metric]
    return text(metric.value, f"{zh}（{unit}）", f"{en} ({unit})", Kind.AMOUNT)


PRINTED: tuple[Field, ...] = (
    text("number", "问题编号", "Number", Kind.SHORT),
    text("source", "问题来源", "Source", Kind.SHORT),
    text("category", "类别", "Category"),
    text("item", "条目", "Item"),
    Field(("问题标题", "Title"), Kind.TEXT, lambda row, speech: row["title"] or speech.of(VEILED)),
    text("condition", "具体表现", "Condition", Kind.LONG),
    text("objective", "整改目标", "Objective", Kind.LONG),
    Field(("整改措施", "Measures"), Kind.LONG, _lines("measures")),
    text("lead_leader", "牵头领导", "Lead leader"),
    text("unit", "责任单位", "Unit"),
    text("owner_post", "责任人", "Action owner"),
    day("deadline", "完成时限", "Deadline"),
    Field(("整改状态", "Stage"), Kind.SHORT, lambda row, speech: speech.stage(row["stage"])),
    Field(("预警", "Light"), Kind.TEXT, lambda row, speech: speech.light(row)),
    text("progress", "整改进展情况", "Progress", Kind.LONG),
    day("closed_on", "销号日期", "Closed on"),
)
"""What a ledger on paper has, in its usual order."""
WIDTHS = (12, 9, 12, 14, 16, 28, 20, 30, 11, 12, 12, 15, 10, 13, 26, 15)
"""Of these: together they fit across A3 at a size that can be read."""
LEDGER: tuple[Field, ...] = (
    *(replace(field, width=width) for field, width in zip(PRINTED, WIDTHS, strict=True)),
    text("round_name", "批次名称", "Inspection round"),
    text("severity", "严重程度", "Severity", Kind.SHORT),
    Field(("涉及金额（万元）", "Amount involved (10,000 yuan)"), Kind.AMOUNT, lambda row, _: _involved(row)),
    text("responsible_leader", "责任领导", "Leader in charge"),
    text("supervisor", "督办人", "Supervisor"),
    text("verifier", "验收人", "Verifier"),
    text("assisting", "协办单位", "Assisting units"),
    day("discovered_on", "发现日期", "Discovered on"),
    day("assigned_on", "派发日期", "Assigned on"),
    day("original_deadline", "原定完成时限", "Original deadline"),
    text("extensions", "延期次数", "Extensions", Kind.WHOLE),
    text("percent", "进度（%）", "Progress (%)", Kind.WHOLE),
    day("submitted_on", "提交验收日期", "Submitted on"),
    day("verified_on", "验收日期", "Verified on"),
    text("verdict", "验收结论", "Verdict"),
    Field(("退回次数", "Returns"), Kind.WHOLE, lambda row, _speech: row["round"] - 1),
    Field(("重启次数", "Reopened"), Kind.WHOLE, lambda row, _speech: row["cycle"] - 1),
    text("result", "整改成效", "Result", Kind.LONG),
    *(_figure(metric) for metric in Metric),
    text("publicity", "公开情况", "Publicity"),
    text("satisfaction", "满意度", "Satisfaction", Kind.SHORT),
    text("remarks", "备注", "Remarks", Kind.LONG),
)
"""Headed as an import knows them: what goes out comes in again."""


def names(name: str) -> Value:
    return lambda row, _speech: "、".join(row[name])


LETTERS: tuple[Field, ...] = (
    text("finding", "问题编号", "Finding", Kind.SHORT),
    day("date", "日期", "Date"),
    Field(("函件", "Letter"), Kind.TEXT, lambda row, speech: speech.document(row["rung"])),
    Field(("主送", "To"), Kind.LONG, names("to")),
    Field(("抄送", "Copy to"), Kind.LONG, names("cc")),
    Field(("状态", "State"), Kind.SHORT, lambda row, speech: speech.letter_state(row["state"])),
    text("note", "说明", "Note", Kind.LONG),
    text("signed_by", "签发人", "Signed by"),
)
CALLS: tuple[Field, ...] = (
    text("finding", "问题编号", "Finding", Kind.SHORT),
    text("title", "标题", "Title"),
    text("unit", "责任单位", "Unit"),
    Field(("岗位", "Post"), Kind.TEXT, names("posts")),
    text("person", "姓名", "Person", Kind.SHORT),
    text("phone", "电话", "Telephone"),
    Field(
        ("未送达的函件", "Letters that did not arrive"),
        Kind.LONG,
        lambda row, speech: "\n".join(
            f"{speech.document(x['rung'])} {speech.why_not(x['why'])}" for x in row["letters"]
        ),
    ),
    day("since", "自", "Since"),
)


@router.get("/findings/export.{ending}")
async def ledger(reader: Reading, ending: str) -> StreamingResponse:
    """All that the ledger shows under the same conditions, by number."""
    wanted = understood(reader.request.query_params.multi_items())
    today = clock.today()
    async with reader.db.reading() as session:
        where = await findings_where(session, wanted, reader.sight, today)
    rows = exporting.findings(reader.db, where, reader.sight, today)
    return await handed_out(
        reader, ending, ("整改台账", "Ledger"), LEDGER, rows, in_words(wanted), len(PRINTED)
    )


@router.get("/letters/export.{ending}")
async def letters(reader: Reading, ending: str, unit: str = "", kind: str = "") -> StreamingResponse:
    """All letters decided so far under the same conditions, the newest first."""
    reader.must_have(*WATCHERS)
    known(kind)
    wanted = Narrowed(unit, kind)
    async with reader.db.reading() as session:
        await reading.decided(session, reader.sight, wanted, FIRST, 1)  # refuses what is not there
    return await handed_out(reader, ending, ("函件", "Letters"), LETTERS, _letters(reader, wanted))


async def _letters(reader: Reader, wanted: Narrowed) -> AsyncIterator[Sequence[Row]]:
    before, more = FIRST, True
    while more:
        async with reader.db.reading() as session:
            rows, more = await reading.decided(session, reader.sight, wanted, before, exporting.AT_A_TIME)
        yield rows
        before = rows[-1]["id"] if rows else 0


@router.get("/phone-list/export.{ending}")
async def calls(reader: Reading, ending: str) -> StreamingResponse:
    reader.must_have(*WATCHERS)
    return await handed_out(reader, ending, ("电话通知清单", "Telephone list"), CALLS, _calls(reader))


async def _calls(reader: Reader) -> AsyncIterator[Sequence[Row]]:
    yield await to_call(reader)


async def handed_out(
    reader: Reader,
    ending: str,
    name: Words,
    fields: Sequence[Field],
    rows: AsyncIterator[Sequence[Row]],
    asked: str = "",
    printed: int = 0,
) -> StreamingResponse:
    """The list as a file; the trail says that it went out. Raises NotFound for another kind, TooOften."""
    if ending not in TYPES:
        raise NotFound("没有这种格式，可以导出xlsx或csv。", "Lists go out as xlsx or csv.")
    await let_through(reader.db, f"export:{reader.account}", EXPORTS, clock.real())
    await _noted(reader, f"{name[0]} {ending} {asked}".strip())
    speech = reader.speech
    said = speech.say(f"截至 {speech.day(clock.today().isoformat())}", f"as of {clock.today()}")
    columns = [Column(speech.of(field.words), field.kind, field.width) for field in fields]
    sheet = Sheet(speech.of(name), said, columns, printed)
    return StreamingResponse(
        written(ending, sheet, _cells(rows, fields, speech)),
        media_type=TYPES[ending],
        headers={"Content-Disposition": disposition(f"{sheet.title}-{clock.today()}.{ending}")},
    )


async def _noted(reader: Reader, what: str) -> None:
    address = address_of(reader.request)
    async with reader.db.writing("export") as session:
        trail.note(session, clock.real(), Noted.EXPORT, reader.account, address=address, note=what)


async def _cells(
    rows: AsyncIterator[Sequence[Row]], fields: Sequence[Field], speech: Speech
) -> AsyncIterator[Iterable[Sequence[Any]]]:
    async for some in rows:
        yield [[field.value(row, speech) for field in fields] for row in some]


def disposition(name: str) -> str:
    """To be kept under this name, Chinese as it is."""
    return f"attachment; filename*=UTF-8''{quote(name)}"
