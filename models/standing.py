"""How a finding stands for one person: what they can do now, whose turn it is, what changed meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ledger
from models.effects import counts_from
from models.findings import Finding
from models.history import Event
from models.mailing.lateness import whose
from models.mailing.letters import under
from models.questions import Row
from models.rules.trade import knowing
from models.staff import book
from models.staff.people import Account, Person
from policy import extensions, money
from policy.choices import REWORKED, Choices, choices
from policy.deadlines import DeadlineType, counted_from, due
from policy.extensions import latest_extension
from policy.notices import asked_to_decide
from policy.proposals import Proposal
from policy.roles import Role, assisting_post, only_assists
from policy.saying import Limits
from policy.stages import WORKING, Act, Facts
from policy.trade import Trade
from policy.turns import mover


@dataclass(frozen=True)
class Standing:
    """As it was when the page was asked for; the ledger decides anew."""

    facts: Facts
    limits: Limits
    choices: Choices
    turn: Role | None
    posts: tuple[str, ...] = ()
    """Those whose turn it is."""
    people: tuple[str, ...] = ()
    deciders: frozenset[Role] = frozenset()
    """Who was asked to decide on an extension."""
    returned: Event | None = None
    """Why it came back, while that is still to be answered or verified."""
    assisting_unit: str = ""
    """The unit whose share the person may report, where it only assists."""

    @property
    def unsettled(self) -> tuple[str, str] | None:
        """Where it is about money: what its figures lack before it can be submitted."""
        return money.unsettled(self.facts) if self.facts.stage in WORKING else None

    @property
    def latest_extension(self) -> date:
        return latest_extension(self.facts, self.limits.terms, self.limits.calendar)


async def standing(
    session: AsyncSession, finding: Finding, account: str, today: date, trade: Trade
) -> Standing:
    facts = await ledger.facts_now(session, finding)
    trade = await knowing(session, trade, finding.rules_version)
    rules, calendar = under(trade, finding)
    actor = await book.actor(session, account, finding.lead_unit_id, today)
    terms = rules.terms(finding.source, finding.deadline_type)
    limits = Limits(rules, terms, calendar, today, actor)
    returned = await _returned(session, finding) if finding.stage in REWORKED else None
    answered = returned is None or await _is_answered(session, finding, returned)
    turn = mover(finding.stage)
    found: Row = await whose(session, finding, turn, today) if turn else {"posts": [], "people": []}
    return Standing(
        facts,
        limits,
        choices(facts, limits, is_answered=answered),
        turn,
        tuple(found["posts"]),
        tuple(dict.fromkeys(found["people"])),
        asked_to_decide(extensions.wanted(facts, rules)) if facts.extension_to else frozenset(),
        returned,
        await book.unit_of(session, assisting_post(facts, actor)) if only_assists(facts, actor) else "",
    )


async def _returned(session: AsyncSession, finding: Finding) -> Event | None:
    last = (
        select(Event)
        .where(Event.finding == finding.number, Event.cycle == finding.cycle)
        .where(Event.act == Act.RETURN_FOR_REWORK)
        .order_by(col(Event.seq).desc())
        .limit(1)
    )
    return (await session.exec(last)).first()


ANSWERS = (Act.REPORT_PROGRESS, Act.COMPLETE_MEASURE, Act.ATTACH_EVIDENCE)


async def _is_answered(session: AsyncSession, finding: Finding, returned: Event) -> bool:
    since = select(Event.seq).where(Event.finding == finding.number, col(Event.seq) > returned.seq)
    return (await session.exec(since.where(col(Event.act).in_(ANSWERS)).limit(1))).first() is not None


async def proposals(session: AsyncSession, finding: Finding, limits: Limits) -> dict[DeadlineType, Proposal]:
    """What the rules of the finding propose for each kind of deadline."""
    begun = await counts_from(session, finding.inspection_round_id, finding.discovered_on)
    found: dict[DeadlineType, Proposal] = {}
    for kind in DeadlineType:
        period = limits.rules.period(finding.source, kind)
        start = counted_from(kind, begun, limits.today)
        found[kind] = Proposal(finding.source, start, period, due(start, period, limits.calendar))
    return found


async def since(session: AsyncSession, number: str, version: int) -> list[Event]:
    """What happened after the version somebody saw."""
    found = await session.exec(
        select(Event).where(Event.finding == number, col(Event.seq) > version).order_by(col(Event.seq))
    )
    return list(found)


async def names(session: AsyncSession, accounts: Collection[str]) -> dict[str, str]:
    """Who is behind these accounts; what is none, like an import, is left out."""
    people = select(Account.name, Person.name).join(Person, col(Person.id) == col(Account.person_id))
    return dict((await session.exec(people.where(col(Account.name).in_(sorted(accounts))))).all())
