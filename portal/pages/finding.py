"""One finding: its fields as on a closure form, what belongs to it, its history, letters and run."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access import task_links
from models.access.sight import find_seen
from models.evidence import Elsewhere, elsewhere
from models.findings import Finding
from models.overview import veiled
from models.questions import Row
from models.rules.trade import trade
from models.standing import Standing, names, standing
from models.watching.letters import ISSUED
from policy.escalation import LetterState
from policy.ledger_rows import Metric
from policy.sight import WATCHERS
from policy.stages import ORDER, Stage, is_past
from portal.pages.paper import READ, Reader, Reading
from portal.pages.speech import Speech, Words
from tasks import clock
from tasks.evidence import is_picture
from tasks.flow_ui import run_path

router = APIRouter()

FORM: tuple[tuple[str, Words, tuple[tuple[str, Words], ...]], ...] = (
    (
        "problem",
        ("问题情况", "Finding"),
        (
            ("source", ("问题来源", "Source")),
            ("round_name", ("批次", "Inspection round")),
            ("source_doc", ("来源文号", "Document")),
            ("severity", ("严重程度", "Severity")),
            ("involves_money", ("涉及金额", "Involves money")),
            ("category", ("类别（项）", "Category")),
            ("item", ("条目（条）", "Item")),
            ("discovered_on", ("发现日期", "Discovered on")),
            ("condition", ("具体表现", "Condition")),
            ("root_cause", ("原因剖析", "Root cause")),
        ),
    ),
    (
        "duty",
        ("整改责任", "Responsibility"),
        (
            ("unit", ("责任单位", "Responsible unit")),
            ("owner_post", ("责任人", "Action owner")),
            ("lead_leader", ("牵头领导", "Lead leader")),
            ("responsible_leader", ("责任领导", "In-charge leader")),
            ("supervisor", ("督办人", "Supervisor")),
            ("assisting", ("协办单位", "Assisting units")),
        ),
    ),
    (
        "task",
        ("整改任务", "Task"),
        (
            ("deadline_type", ("时限类型", "Kind of deadline")),
            ("day_count", ("计日方式", "Counted in")),
            ("rules_version", ("规则版本", "Version of the rules")),
            ("original_deadline", ("原定完成时限", "Original deadline")),
            ("deadline", ("现行完成时限", "Deadline")),
            ("assigned_on", ("派发日期", "Assigned on")),
            ("accepted_on", ("认领日期", "Accepted on")),
            ("extensions", ("延期次数", "Extensions")),
            ("sustained", ("长期坚持", "Sustained")),
            ("next_review_on", ("下次复核", "Next look-back")),
            ("extension_to", ("申请延期至", "Extension asked for")),
            ("extension_reason", ("延期理由", "Reason for the extension")),
            ("objective", ("整改目标", "Objective")),
        ),
    ),
    (
        "progress",
        ("整改进展", "Progress"),
        (("percent", ("进度", "Progress")), ("progress", ("进展情况", "Status"))),
    ),
    (
        "closing",
        ("验收销号", "Verification and closure"),
        (
            ("submitted_on", ("提交验收", "Submitted on")),
            ("verifier", ("验收人", "Verifier")),
            ("verified_on", ("验收日期", "Verified on")),
            ("verdict", ("验收结论", "Verdict")),
            ("closed_on", ("销号日期", "Closed on")),
            ("first_closed_on", ("首次销号", "First closed on")),
            ("reopened_on", ("重启日期", "Reopened on")),
            ("merged_into", ("并入", "Merged into")),
        ),
    ),
    (
        "result",
        ("整改成效", "Result"),
        (
            ("publicity", ("公开情况", "Publication")),
            ("satisfaction", ("满意度", "Satisfaction")),
            ("result", ("整改成效", "Result")),
            ("remarks", ("备注", "Remarks")),
        ),
    ),
)
WIDE = frozenset(
    {"condition", "root_cause", "objective", "progress", "result", "remarks", "extension_reason"}
)
ONLY_IF_ANY = frozenset(
    {
        *("next_review_on", "extension_to", "extension_reason", "first_closed_on", "reopened_on"),
        *("merged_into", "involves_money"),
    }
)
PROVISIONAL = {"deadline": "provisional", "next_review_on": "review_provisional"}
"""Dates that may still move, and what says so."""
SAID: dict[str, Words] = {
    "text": ("内容", "text"),
    "percent": ("进度", "percent"),
    "deadline": ("时限", "deadline"),
    "review": ("下次复核", "look-back"),
    "unit": ("单位", "unit"),
    "post": ("责任人", "post"),
    "verifier": ("验收人", "verifier"),
    "basis": ("依据", "basis"),
    "into": ("并入", "into"),
    "supplement": ("须补充", "to be supplied"),
    "meeting": ("会议", "meeting"),
    "met_on": ("会议日期", "held on"),
    "result": ("成效", "result"),
    "objective": ("目标", "objective"),
    "measure": ("办结措施", "measure done"),
    "measures": ("措施", "measures"),
    "next_review_on": ("下次复核", "next look-back"),
    "files": ("材料", "files"),
    "withdrawn": ("撤下材料", "withdrawn"),
    "drop_outcomes": ("撤去的成效数据", "figures taken away"),
    "money": ("涉及金额", "involves money"),
    "日期": ("日期", "date"),
}
"""What was said with an act and is shown in the history; a reason has a column of its own."""
UNDONE: Words = ("撤销办结措施", "measure open again")


@dataclass(frozen=True)
class Field:
    label: str
    value: str
    wide: bool
    by_default: bool


@dataclass(frozen=True)
class Seen:
    """One finding as this reader sees it; `standing` is only known of what they may open."""

    row: Row
    finding: Finding
    standing: Standing | None = None
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def by(self, account: str) -> str:
        return self.names.get(account, account)

    @property
    def returned(self) -> Row | None:
        """The last return, while its round is still being worked on or verified."""
        seq = self.standing.returned.seq if self.standing and self.standing.returned else 0
        return next((event for event in self.row["events"] if event["seq"] == seq), None)

    @property
    def supplement(self) -> list[str]:
        """What was asked for with the return, line by line."""
        said = json.loads(self.returned["said"] or "{}") if self.returned else {}
        return [line for line in said.get("supplement", "").splitlines() if line.strip()]

    @property
    def since(self) -> list[Row]:
        """What happened since it was returned."""
        seq = self.returned["seq"] if self.returned else None
        return [event for event in self.row["events"] if seq is not None and event["seq"] > seq]

    def is_new(self, belonging: Row) -> bool:
        """Whether it came after the last return."""
        return bool(self.returned) and belonging["round"] == self.row["round"] > 1


async def look(session: AsyncSession, reader: Reader, number: str) -> Seen:
    """Raises NotFound for what is out of sight, with the nearest number in sight."""
    finding = await find_seen(session, reader.sight, number)
    row = await questions.shown(session, finding, clock.today())
    if not reader.sight.opens(finding):
        return Seen(veiled(row), finding)
    stands = await standing(session, finding, reader.account, clock.today(), await trade(reader.db))
    hashes = [file["sha256"] for file in row["evidence"]]
    accounts = {one["by"] for name in ("events", "evidence", "progress_entries") for one in row[name]}
    links = [json.loads(event["said"] or "{}").get("by_link") for event in row["events"]]
    accounts |= {one["made_by"] for one in links if one}
    return Seen(
        row,
        finding,
        stands,
        await elsewhere(session, reader.sight, number, hashes) if any(hashes) else {},
        await names(session, accounts),
    )


def flagged(seen: Seen, event: Row) -> list[tuple[str, Elsewhere]]:
    """The files that came with an act and lie with other findings, too."""
    said = json.loads(event["said"] or "{}")
    files = [file.rpartition(" ") for file in said.get("files", ())]
    return [(name, seen.elsewhere[sha256]) for name, _, sha256 in files if sha256 in seen.elsewhere]


@router.api_route("/findings/{number:path}", methods=READ)
async def finding(number: str, reader: Reading, done: str = "") -> HTMLResponse:
    """One finding by its number. Raises NotFound with the nearest number."""
    async with reader.db.reading() as session:
        seen = await look(session, reader, number)
    row, speech = seen.row, reader.speech
    mine = receipt(row, reader, done)
    return reader.page(
        "finding.html",
        finding=row,
        seen=seen,
        groups=groups(row, speech) if seen.standing else [],
        steps=steps(row, speech),
        history=[told(event, speech, seen) for event in row["events"]],
        since=[told(event, speech, seen) for event in seen.since],
        receipt=told(mine, speech, seen) if mine else None,
        flagged=flagged(seen, mine) if mine else [],
        run=run_link(reader, row),
        is_picture=is_picture,
        readable=frozenset(LetterState) if reader.has(*WATCHERS) else ISSUED,
        offers_link=may_hand_out(reader, seen.finding),
    )


def may_hand_out(reader: Reader, finding: Finding) -> bool:
    """Whether the reader can hand out a one-time link for it."""
    return reader.config.task_links and task_links.may_make(finding, reader.sight)


def receipt(row: Row, reader: Reader, done: str) -> Row | None:
    """The event that the reader's own form became."""
    return next((x for x in row["events"] if str(x["seq"]) == done and x["by"] == reader.account), None)


def groups(row: Row, speech: Speech) -> list[tuple[str, str, list[Field]]]:
    """Name, heading and fields of each part of the form."""
    return [
        (
            name,
            speech.of(heading),
            [_field(row, key, speech.of(label), speech) for key, label in keys(row, fields)],
        )
        for name, heading, fields in FORM
    ]


def keys(row: Row, fields: tuple[tuple[str, Words], ...]) -> list[tuple[str, Words]]:
    return [field for field in fields if row[field[0]] or field[0] not in ONLY_IF_ANY]


def _field(row: Row, key: str, label: str, speech: Speech) -> Field:
    return Field(label, value(row, key, speech), key in WIDE, key in row["defaulted"])


def value(row: Row, key: str, speech: Speech) -> str:
    """A field as it is printed."""
    found = row[key]
    if row.get(PROVISIONAL.get(key, "")):
        return speech.say(f"{speech.day(found)}（暂定）", f"{speech.day(found)} (provisional)")
    if key.endswith("_on") or key in {"deadline", "original_deadline", "extension_to"}:
        return speech.day(found)
    if key in {"category", "item"}:
        return " ".join(part for part in (row[f"{key}_no"], found) if part) or "—"
    if key == "involves_money":
        return speech.amount(row)
    if key == "deadline_type":
        return speech.deadline_type(found)
    if key == "day_count":
        return speech.day_count(found)
    if isinstance(found, bool):
        return speech.say("是", "yes") if found else speech.say("否", "no")
    if isinstance(found, list):
        return speech.names(found)
    return f"{found}%" if key == "percent" else str(found if found not in ("", None) else "—")


def steps(row: Row, speech: Speech) -> list[tuple[str, str]]:
    """The four steps as (state, words), state being past, now or ahead; none if it ended otherwise."""
    stage = Stage(row["stage"])
    if stage in {Stage.WITHDRAWN, Stage.MERGED}:
        return []
    states = ["past" if is_past(stage, x) else "now" if x == row["step"] else "ahead" for x in ORDER]
    return [(state, speech.step(step)) for state, step in zip(states, ORDER, strict=True)]


def told(event: Row, speech: Speech, seen: Seen) -> Row:
    """An event with what was said in words. Of an imported one only the day is known."""
    said = json.loads(event["said"]) if event["said"] else {}
    labels = SAID | {"measure": UNDONE} if said.get("undone") else SAID
    words = [
        f"{speech.of(label)}{speech.say('：', ': ')}{_said(said[key], speech)}"
        for key, label in labels.items()
        if key in said
    ]
    words = [*by_link(said, speech, seen), *speech.hands(event), *words]
    at = speech.office_day(event["at"]) if event["imported"] else speech.moment(event["at"])
    return event | {"when": at, "words": words, "who": seen.by(event["by"])}


def by_link(said: Mapping[str, Any], speech: Speech, seen: Seen) -> list[str]:
    """That it came by a one-time link, and who had handed that out."""
    if "by_link" not in said:
        return []
    maker = seen.by(said["by_link"]["made_by"])
    return [speech.say(f"经一次性链接（{maker}发放）", f"by a one-time link, handed out by {maker}")]


def _said(value: object, speech: Speech) -> object:
    """A value that was replaced is shown with the one before; of files the name."""
    if isinstance(value, dict) and "旧" in value:
        return f"{value['旧'] or '—'} → {value['新']}"
    if isinstance(value, list):
        return speech.names([_one(part, speech) for part in value])
    return value


def _one(part: object, speech: Speech) -> str:
    """A file is noted with its hash behind its name, a measure with its date, a figure by its metric."""
    if isinstance(part, str) and part in set(Metric):
        return speech.metric({"metric": part})
    if isinstance(part, list):
        return "（".join(str(x) for x in part if x) + ("）" if part[1] else "")
    return re.sub(r" [0-9a-f]{64}$", "", str(part))


def run_link(reader: Reader, row: Row) -> str:
    """The page of its run in the flow UI, for those who may look there."""
    run = row["run"]
    return run_path(run["id"]) if run and run["id"] and reader.has_flow_ui() else ""
