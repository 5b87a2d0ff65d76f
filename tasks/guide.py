"""How a run follows its finding: it looks, takes its name from what it sees, and waits for a person."""

from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import quote

from models import guidance
from models.database import database
from models.faults import reach
from models.findings import Finding
from models.guidance import Look
from models.mailing import letters
from models.mailing.mail import Letter
from models.settings import settings
from policy.deadlines import DeadlineType
from policy.lights import Light, days_left, light
from policy.stages import Stage
from policy.words import DEADLINE_TYPE_WORDS, LIGHT_WORDS, STAGE_WORDS, days_in_words, state_name
from tasks import clock, measures, parking
from tasks.letters.words import kind as letter_kind
from tasks.processes import holder

SHORT = 24
"""Characters of a title that fit into a run's name."""


@dataclass(frozen=True)
class Superseded:
    """Another run guides the finding now, or this one's cycle is over; what the run is to be called."""

    state_name: str


async def begin(number: str, generation: int) -> Look | Superseded:
    """Look at the finding and touch the run's lease. A run that is not the finding's own changes nothing."""
    now = clock.now()
    async with database(settings()).writing("look") as session:
        seen = await guidance.look(session, number, generation, str(parking.run_id()), holder(), now)
        if isinstance(seen, Look):
            return seen
        finding = await session.get(Finding, number)
        if finding is not None:  # somebody wanted it looked at: its own run does
            await guidance.requeue(session, finding, now)
    measures.RUNS_FENCED.inc()
    return Superseded(state_name(seen.stage) if seen.stage else "非现行运行 · not the current run")


async def entitle(seen: Look) -> None:
    """Name and tags as a supervisor looks for them in the flow UI."""
    if seen.confidential:
        await parking.entitle(seen.number, [])
        return
    name = " ".join(filter(None, (seen.number, seen.unit, seen.title[:SHORT])))
    colour = LIGHT_WORDS[(await _card(seen)).light][0]
    await parking.entitle(name, filter(None, (seen.source, seen.unit, seen.severity, colour)))


async def wait(seen: Look, generation: int) -> NoReturn:
    """Park the run under the stage's own name, with the finding's card beside it."""
    reach("park.before")
    card = await _card(seen)
    await parking.write_card(f"finding-{seen.number}-{generation}", card.markdown)
    reach("park.between")
    await parking.park(
        state_name(seen.stage),
        f"{seen.stage}:{seen.cycle}:{seen.round}",
        card.line,
        moved=lambda: _has_moved(seen),
    )


async def _has_moved(seen: Look) -> bool:
    """Asked once the run is parked."""
    reach("park.after")
    measures.parked(seen.woken_at, clock.now())
    async with database(settings()).reading() as session:
        finding = await session.get(Finding, seen.number)
        return finding is None or finding.version != seen.version


@dataclass(frozen=True)
class _Card:
    light: Light
    line: str
    markdown: str


async def _card(seen: Look) -> _Card:
    async with database(settings()).reading() as session:
        finding = await session.get(Finding, seen.number)
        if finding is None:
            raise LookupError(seen.number)
        return drawn(seen, finding, await letters.sent(session, seen.number))


def drawn(seen: Look, finding: Finding, went_out: list[Letter]) -> _Card:
    today = clock.today()
    clock_of = (seen.stage, finding.deadline, finding.submitted_on, today)
    colour, left = light(*clock_of), days_left(*clock_of)
    without = "未定时限" if finding.deadline is None else LIGHT_WORDS[colour][0]
    days = days_in_words(left)[0] if left is not None else without
    mark = "（暂定）" if finding.provisional else ""
    line = f"时限 {finding.deadline}{mark}，{days}" if finding.deadline else days
    if finding.confidential:
        return _Card(colour, "", f"# {seen.number}\n\n涉密事项，详见整改台账。\n\n{_way_back(seen.number)}")
    rows = _rows(seen, finding, colour, line)
    sent = "\n".join(f"- {x.due_on} {letter_kind(x.rung).zh.document}" for x in went_out) or "- 无"
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    head = f"# {seen.number} {_plain(seen.title)}\n\n| 项目 | 内容 |\n|---|---|\n{table}\n"
    return _Card(colour, line, f"{head}\n**已发函件**\n\n{sent}\n\n{_way_back(seen.number)}")


def _way_back(number: str) -> str:
    return f"[在整改台账中打开]({settings().portal_url}/findings/{quote(number)})\n"


def _rows(seen: Look, finding: Finding, colour: Light, line: str) -> list[tuple[str, str]]:
    kind = DEADLINE_TYPE_WORDS[DeadlineType(finding.deadline_type)][0]
    original = (
        f"（原定 {finding.original_deadline}）" if finding.original_deadline != finding.deadline else ""
    )
    return [
        ("责任单位", _plain(seen.unit) or "—"),
        ("问题来源", _plain(seen.source)),
        ("整改状态", STAGE_WORDS[Stage(seen.stage)][0]),
        ("时限类型", kind),
        ("完成时限", line + original),
        ("预警", LIGHT_WORDS[colour][0]),
        ("轮次", f"第{seen.cycle}周期 第{seen.round}轮"),
    ]


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+!|" else sign for sign in text.replace("\n", " "))
