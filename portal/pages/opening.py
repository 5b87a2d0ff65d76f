"""A new finding 登记新问题: the deadline is proposed with its reason, doubles are warned of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from models import alike, opening, rounds
from models.alike import Alike
from models.orders import OpenWords, words_of
from models.rules.trade import trade
from models.staff import choices
from models.staff.choices import PostChoice, UnitChoice
from policy.deadlines import DayCount, DeadlineType
from policy.proposals import Proposal, check_override, propose
from policy.refusals import BadInput, Refusal
from policy.roles import ROLES_FOR, Role
from policy.stages import Act
from policy.trade import Trade
from portal.answers import status_of
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from portal.pages.speech import Speech
from tasks import clock
from tasks.ledgers.reading import SOURCES

router = APIRouter()

SEVERITIES = ("一般", "较重", "严重")
POSTS: dict[str, frozenset[Role] | None] = {
    "post": None,
    "verifier": frozenset({Role.VERIFIER, Role.INSPECTOR, Role.INSPECTION_OFFICE}),
    "supervisor": frozenset({Role.SUPERVISOR}),
    "responsible_leader": frozenset({Role.RESPONSIBLE_LEADER}),
    "lead_leader": frozenset({Role.LEAD_LEADER, Role.FIRST_RESPONSIBLE}),
}
"""The posts a finding names, and the roles of whoever is offered; None for everybody."""
TYPED = frozenset(OpenWords.model_fields) - {"day_count"}


@dataclass(frozen=True)
class Offered:
    """What the form's lists hold."""

    units: list[UnitChoice]
    posts: list[PostChoice]
    rounds: list[str]
    sources: list[str]

    def posts_for(self, part: str) -> dict[str, list[PostChoice]]:
        """By unit."""
        roles = POSTS[part]
        found: dict[str, list[PostChoice]] = {}
        for post in self.posts:
            if roles is None or post.roles & roles:
                found.setdefault(post.unit, []).append(post)
        return found


@dataclass(frozen=True)
class Checked:
    """What is said about a form before it is stored."""

    proposal: Proposal | None = None
    alike: list[Alike] = field(default_factory=list)


@router.api_route("/findings/new", methods=READ)
async def new_finding(reader: Reading) -> HTMLResponse:
    reader.must_have(*ROLES_FOR[Act.OPEN])
    return await shown(reader, {"source": "", "severity": SEVERITIES[0]})


@router.post("/findings/new")
async def open_finding(form: Form) -> Response:
    """Show the form with its proposal, or store it; what was refused is shown again as it was typed."""
    reader = form.reader
    reader.must_have(*ROLES_FOR[Act.OPEN])
    known = await opening.earlier(reader.db, reader.account, form.nonce)
    if known is not None:  # sent twice
        return reader.turn(f"/findings/{known.number}", said="opened")
    checked = Checked()
    try:
        in_force = await trade(reader.db)
        words = await understood(form)
        checked = await check(reader, words, in_force)
        if checked.proposal:
            check_override(checked.proposal, words.deadline, words.reason)
        if form["do"] == "check":
            await opening.try_out(reader.db, reader.account, words, clock.now(), in_force)
            return await shown(reader, form.said, checked, is_checked=True)
        if not is_looked_over(form, checked):
            return await shown(reader, form.said, checked, status=409)
        receipt = await opening.open_finding(
            reader.db, reader.account, words, clock.now(), in_force, form.nonce
        )
    except Refusal as refusal:
        sentence = refusal.said(reader.speech.language)
        return await shown(reader, form.said, checked, status=status_of(refusal), sentence=sentence)
    return reader.turn(f"/findings/{receipt.number}", said="opened")


async def understood(form: Sent) -> OpenWords:
    """The form in the words of the ledger: posts are chosen by id, and named. Raises BadInput, NotFound."""
    async with form.reader.db.reading() as session:
        names = {str(post.id): post for post in await choices.posts(session, clock.today())}
    said: dict[str, object] = {name: value for name, value in form.said.items() if name in TYPED and value}
    for part in POSTS:
        if form[part]:
            said[part] = names[form[part]].name if form[part] in names else form[part]
    if form["post"] in names and not form["unit"]:
        said["unit"] = names[form["post"]].unit
    return words_of(OpenWords, said)


async def check(reader: Reader, words: OpenWords, in_force: Trade) -> Checked:
    """The deadline by the rules, and findings of the unit that sound the same."""
    async with reader.db.reading() as session:
        unit = await unit_of(session, reader, words)
        near = await alike.alike(session, reader.sight, unit.id, words.condition) if unit else []
        dated = await opening.dated(session, words)
    if not words.source:
        return Checked(None, near)
    kind, today = words.deadline_type or DeadlineType.TIME_LIMITED, clock.today()
    discovered = dated.discovered_on or today
    return Checked(propose(words.source, kind, discovered, today, in_force, unit.id if unit else None), near)


async def unit_of(session: AsyncSession, reader: Reader, words: OpenWords) -> UnitChoice | None:
    """Raises BadInput for a unit that is not the reader's to choose."""
    if not words.unit:
        return None
    found = next((x for x in await choices.units(session, reader.sight) if x.name == words.unit), None)
    if found is None:
        raise BadInput(f"没有名为“{words.unit}”的单位可选。", f"There is no unit “{words.unit}” to choose.")
    return found


def is_looked_over(form: Sent, checked: Checked) -> bool:
    """Whether somebody said of each finding that sounds the same that this is another one."""
    return {one.number for one in checked.alike} <= set(form["not_alike"].split())


async def shown(
    reader: Reader,
    typed: Mapping[str, str],
    checked: Checked | None = None,
    *,
    status: int = 200,
    sentence: str = "",
    is_checked: bool = False,
) -> HTMLResponse:
    found = checked or Checked()
    offered = await offers(reader, typed.get("source", ""))
    return reader.page(
        "opening.html",
        status,
        typed=typed,
        sentence=sentence,
        offered=offered,
        proposal=proposed(found.proposal, reader.speech) if found.proposal else "",
        alike=found.alike,
        is_checked=is_checked,
        severities=SEVERITIES,
        kinds=list(DeadlineType),
        default_kind=DeadlineType.TIME_LIMITED,
    )


async def offers(reader: Reader, source: str) -> Offered:
    rules = (await trade(reader.db)).rules
    async with reader.db.reading() as session:
        named = await rounds.names(session)
        sources = {name for name, _ in rules.of_source} | {of for of, _ in named} | {source}
        others = sorted(sources - set(SOURCES) - {""})
        return Offered(
            await choices.units(session, reader.sight),
            await choices.posts(session, clock.today()),
            sorted({name for _, name in named}),
            [*SOURCES, *others],
        )


def proposed(proposal: Proposal, speech: Speech) -> str:
    """`审计，60个工作日，自2026年7月20日起 → 2026年10月16日（暂定）`."""
    period, start, due = proposal.period, speech.day(proposal.start.isoformat()), proposal.due
    counted = {DayCount.WORKING_DAYS: "个工作日", DayCount.MONTHS: "个月", DayCount.CALENDAR_DAYS: "日"}
    day = speech.day(due.day.isoformat())
    zh = f"{proposal.source}，{period.number}{counted[period.unit]}，自{start}起（当日不计）"
    en = f"{proposal.source}: {period.number} {speech.day_count(period.unit)} after {start}"
    if period.roll:
        zh, en = f"{zh}，遇节假日顺延", f"{en}, moved off a day off"
    mark = speech.say("（暂定）", " (provisional)") if due.provisional else ""
    return f"{speech.say(zh, en)} → {day}{mark}"
