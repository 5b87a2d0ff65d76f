"""A new finding 登记新问题: what is to be looked over is shown first, and stored when somebody agrees."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from models import alike, opening, rounds
from models.alike import Alike
from models.orders import OpenWords, words_of
from models.rounds import Unknown
from models.rules.trade import trade
from models.staff import choices
from models.staff.choices import PostChoice, UnitChoice
from policy.deadlines import DeadlineType
from policy.opening import NEEDED, check_whole
from policy.proposals import Proposal, propose
from policy.refusals import BadInput, Refusal
from policy.roles import FITTING, ROLES_FOR
from policy.stages import Act
from policy.trade import Trade
from portal.answers import status_of
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from portal.pages.rounds import sources
from portal.pages.speech import Speech
from tasks import clock

router = APIRouter()

SEVERITIES = ("一般", "较重", "严重")
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
        found: dict[str, list[PostChoice]] = {}
        for post in self.posts:
            if post.roles & FITTING[part]:
                found.setdefault(post.unit, []).append(post)
        return found


@dataclass(frozen=True)
class Checked:
    """What is to be looked over before a form is stored."""

    proposal: Proposal | None = None
    alike: list[Alike] = field(default_factory=list)
    new_round: Unknown | None = None
    owner: PostChoice | None = None
    """Who it is assigned to at once."""
    is_elsewhere: bool = False
    """The owner's post is in another unit than the one that is responsible."""

    def asks(self, words: OpenWords) -> bool:
        """Whether there is anything that the person did not say themselves."""
        return bool(self.alike or self.new_round or self.is_elsewhere) or words.deadline is None

    @property
    def mark(self) -> str:
        """Stands for what was shown."""
        owner = self.owner.id if self.owner else None
        parts = (self.proposal, [one.number for one in self.alike], self.new_round, owner, self.is_elsewhere)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@router.api_route("/findings/new", methods=READ)
async def new_finding(reader: Reading) -> HTMLResponse:
    reader.must_have(*ROLES_FOR[Act.OPEN])
    return await shown(reader, {})


@router.post("/findings/new")
async def open_finding(form: Form) -> Response:
    """Show what is to be looked over, then store it; what was refused is shown again as it was typed."""
    reader = form.reader
    reader.must_have(*ROLES_FOR[Act.OPEN])
    known = await opening.earlier(reader.db, reader.account, form.nonce)
    if known is not None:  # sent twice
        return reader.turn(f"/findings/{known.number}", said="opened")
    typed, checked = with_round(form), Checked()
    db, account = reader.db, reader.account
    try:
        in_force, posts = await trade(db), await all_posts(reader)
        words = understood(typed, posts)
        checked = await check(reader, words, posts.get(typed.get("post", "")), in_force)
        check_whole([name for name in NEEDED if name in words.model_fields_set and getattr(words, name)])
        if checked.asks(words) and form["looked_over"] != checked.mark:
            await opening.try_out(db, account, words, clock.now(), in_force)
            return await shown(reader, typed, checked, is_asked=True)
        receipt = await opening.open_finding(db, account, words, clock.now(), in_force, form.nonce)
    except Refusal as refusal:
        sentence = refusal.said(reader.speech.language)
        return await shown(reader, typed, checked, status=status_of(refusal), sentence=sentence)
    return reader.turn(f"/findings/{receipt.number}", said="opened")


def with_round(form: Sent) -> Mapping[str, str]:
    """What was typed, with the round that was meant where a name was not known."""
    if form["round_meant"] and form["round_asked"] == form["round_name"]:
        return {**form.said, "round_name": form["round_meant"]}
    return form.said


async def all_posts(reader: Reader) -> dict[str, PostChoice]:
    """By what a form says for them."""
    async with reader.db.reading() as session:
        return {str(post.id): post for post in await choices.posts(session, clock.today())}


def understood(typed: Mapping[str, str], posts: Mapping[str, PostChoice]) -> OpenWords:
    """The form in the words of the ledger: posts are chosen by id, and named so that none else is meant."""
    said: dict[str, object] = {
        name: value for name, value in typed.items() if name in TYPED and value.strip()
    }
    for part in FITTING.keys() & said.keys():
        if typed[part] not in posts:
            raise BadInput("所选岗位已不存在，请重新选择。", "The post chosen is not there any more.")
        said[part] = posts[typed[part]].written
    if "post" in said and "unit" not in said:
        said["unit"] = posts[typed["post"]].unit
    return words_of(OpenWords, said)


async def check(reader: Reader, words: OpenWords, owner: PostChoice | None, in_force: Trade) -> Checked:
    """The deadline by the rules, findings that sound the same, and what would be made besides."""
    async with reader.db.reading() as session:
        unit = await unit_of(session, reader, words)
        near = await alike.alike(session, reader.sight, unit.id if unit else None, words.condition)
        new_round = await rounds.unknown(session, words.source, words.round_name)
        begun = await opening.begun(session, words, clock.today())
    is_elsewhere = bool(owner and unit and owner.unit_id != unit.id)
    checked = Checked(None, near, new_round, owner, is_elsewhere)
    if not words.source:
        return checked
    kind, today = words.deadline_type or DeadlineType.TIME_LIMITED, clock.today()
    proposal = propose(words.source, kind, begun, today, in_force, unit.id if unit else None)
    return replace(checked, proposal=proposal)


async def unit_of(session: AsyncSession, reader: Reader, words: OpenWords) -> UnitChoice | None:
    """Raises BadInput for a unit that is not the reader's to choose."""
    if not words.unit:
        return None
    found = next((x for x in await choices.units(session, reader.sight) if x.name == words.unit), None)
    if found is None:
        raise BadInput(f"没有名为“{words.unit}”的单位可选。", f"There is no unit “{words.unit}” to choose.")
    return found


async def shown(
    reader: Reader,
    typed: Mapping[str, str],
    checked: Checked | None = None,
    *,
    status: int = 200,
    sentence: str = "",
    is_asked: bool = False,
) -> HTMLResponse:
    found = checked or Checked()
    return reader.page(
        "opening.html",
        status,
        typed=typed,
        sentence=sentence,
        offered=await offers(reader, typed.get("source", "")),
        proposal=proposed(found.proposal, reader.speech) if found.proposal else "",
        checked=found,
        is_asked=is_asked,
        severities=SEVERITIES,
        kinds=list(DeadlineType),
        default_kind=DeadlineType.TIME_LIMITED,
    )


async def offers(reader: Reader, source: str) -> Offered:
    rules = (await trade(reader.db)).rules
    async with reader.db.reading() as session:
        named = await rounds.names(session)
        return Offered(
            await choices.units(session, reader.sight),
            await choices.posts(session, clock.today()),
            sorted({name for _, name in named}),
            sources(rules, named, source),
        )


def proposed(proposal: Proposal, speech: Speech) -> str:
    """`审计，60个工作日，自2026年7月20日起（当日不计） → 2026年10月16日（暂定）`."""
    start, due = speech.day(proposal.start.isoformat()), proposal.due
    period, day = speech.period(proposal.period), speech.day(due.day.isoformat())
    why = speech.say(
        f"{proposal.source}，{period}，自{start}起（当日不计）", f"{proposal.source}: {period} after {start}"
    )
    mark = speech.say("（暂定）", " (provisional)") if due.provisional else ""
    return f"{why} → {day}{mark}"
