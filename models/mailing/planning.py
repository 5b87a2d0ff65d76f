"""Letters to come: who gets what and when, by the same pure plan that the watch sends from."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ledger, questions
from models.access.sight import EVERYTHING, Sight
from models.findings import Finding
from models.following import cases
from models.mailing import letters
from models.mailing.letters import divided, under
from models.questions import Row
from models.rules.trade import knowing
from models.staff import book
from models.staff.holdings import holdings
from models.staff.people import Account, Person, Post
from policy.escalation import LetterState, Planned, plan
from policy.office import office_day
from policy.refusals import BadInput, Language, NotFound
from policy.roles import Role
from policy.telephone import WhyNot
from policy.trade import Trade

AT_A_TIME = 500


@dataclass(frozen=True)
class Asked:
    """What is asked of the plan; what is left empty does not matter.

    `person` is an account or a name. A `unit`'s letters are those on its findings and those to its posts,
    with the units below it. `on` is one day, whatever `days` says. With `most` no more findings are looked
    at than the first so many letters in `sight` need: there are more if more than that come back.
    """

    days: int = 90
    number: str = ""
    person: str = ""
    post: str = ""
    unit: str = ""
    on: date | None = None
    rung: str = ""
    sight: Sight = EVERYTHING
    most: int = 0


@dataclass(frozen=True)
class ToCome:
    """One letter of the plan and the posts it goes to; `told_on` is the day whose incumbents get it."""

    finding: Finding
    letter: Planned
    to: list[int]
    cc: list[int]
    told_on: date
    provisional: bool

    @property
    def posts(self) -> list[int]:
        return [*self.to, *self.cc]


@dataclass(frozen=True)
class Wanted:
    """Whose letters are asked for, by id; None is everybody's."""

    accounts: frozenset[str] | None
    post: int | None
    units: frozenset[int] | None


async def plans(session: AsyncSession, trade: Trade, now: datetime, asked: Asked) -> list[Row]:
    """Letters to come, and those due that no round has written yet, in the shape of `rectify plan --json`.

    Raises NotFound for an unknown number, person, post or unit, with the nearest name.
    """
    today = office_day(now)
    wanted = await _wanted(session, asked)
    there: list[ToCome] = []
    async for page in _pages(session, asked, today):
        found = await _of(session, [x for x in page if asked.sight.sees(x)], trade, today)
        there += [x for x in found if _is_asked(x.letter, asked, today)]
        if _is_enough(there, asked, page[-1].next_look_on):
            break
    posts = await _posts(session, {post for x in there for post in x.posts})
    there = [x for x in there if _concerns(x, wanted, posts)]
    people = await _people(session, there)
    rows = [_row(x, posts, people[x.told_on]) for x in there]
    rows = [row for row in rows if wanted.accounts is None or wanted.accounts & _written_to(row)]
    return sorted(rows, key=lambda row: (row["date"], row["finding"], row["rung"]))


async def _wanted(session: AsyncSession, asked: Asked) -> Wanted:
    unit = await book.unit_named(session, asked.unit) if asked.unit else None
    post = await book.post_named(session, asked.post, unit.id if unit else None) if asked.post else None
    return Wanted(
        accounts=await _accounts(session, asked.person) if asked.person else None,
        post=post.id if post else None,
        units=frozenset(await questions.below(session, unit.id)) if unit else None,
    )


async def _accounts(session: AsyncSession, name: str) -> frozenset[str]:
    """The account of that name, else those of the people who are called so."""
    account = await session.get(Account, name)
    if account is not None:
        return frozenset({account.name})
    people = await session.exec(
        select(Person.id, Account.name)
        .outerjoin(Account, col(Account.person_id) == col(Person.id))
        .where(Person.name == name)
    )
    found = people.all()
    if not found:
        known = [
            x
            for column in (col(Account.name), col(Person.name))
            for x in await book.near(session, column, name)
        ]
        raise NotFound(*book.unknown("人员或帐号", "person or account", name, known))
    named = frozenset(account for _, account in found if account)
    if not named:
        raise BadInput(
            f"“{name}”没有帐号，函件寄不到本人。", f"“{name}” has no account: no mail reaches them."
        )
    return named


async def _pages(session: AsyncSession, asked: Asked, today: date) -> AsyncIterator[list[Finding]]:
    """The findings that may have a letter to come in that time, some at a time."""
    if asked.number:
        yield [await ledger.find(session, asked.number)]
        return
    after, until = letters.BEGINNING, asked.on or today + timedelta(days=asked.days)
    while due := await letters.due(session, until, after, AT_A_TIME):
        numbers = [number for _, number in due]
        found = await session.exec(select(Finding).where(col(Finding.number).in_(numbers)))
        yield sorted(found, key=lambda one: numbers.index(one.number))
        after = due[-1]


async def _of(session: AsyncSession, findings: Sequence[Finding], trade: Trade, today: date) -> list[ToCome]:
    """Their letters that are not recorded, but those the next round would only note as skipped."""
    trade = await knowing(session, trade, *(finding.rules_version for finding in findings))
    planned = [
        (finding, letter)
        for finding, case in zip(findings, await cases(session, findings, today), strict=True)
        for letter in plan(case, *under(trade, finding), today)
        if letter.key not in case.recorded and letter.state is not LetterState.SKIPPED
    ]
    holding = await _holding(session, planned)
    return [
        _addressed(finding, letter, holding, today, provisional=_may_move(finding, letter, trade))
        for finding, letter in planned
    ]


def _may_move(finding: Finding, letter: Planned, trade: Trade) -> bool:
    """Its clock ends on a provisional day, or its own day is in a year that is not announced yet."""
    of_deadline = finding.provisional and letter.key.deadline_version > 0
    return of_deadline or not trade.calendar_of(finding.lead_unit_id).knows(letter.day)


async def _holding(
    session: AsyncSession, planned: Sequence[tuple[Finding, Planned]]
) -> Mapping[int | None, book.Holding]:
    """Who has the roles these letters go to, by unit."""
    roles: dict[int | None, set[Role]] = {}
    for finding, letter in planned:
        sought = book.sought(finding, (*letter.to, *letter.cc))
        roles.setdefault(finding.lead_unit_id, set()).update(sought)
    return await holdings(session, roles)


def _addressed(
    finding: Finding,
    letter: Planned,
    holding: Mapping[int | None, book.Holding],
    today: date,
    *,
    provisional: bool,
) -> ToCome:
    posts = book.closest(finding, {*letter.to, *letter.cc}, holding[finding.lead_unit_id])
    to, cc = divided(finding, letter.to, letter.cc, posts)
    return ToCome(finding, letter, to, cc, max(letter.day, today), provisional)


def _is_asked(letter: Planned, asked: Asked, today: date) -> bool:
    if asked.rung not in ("", letter.rung):
        return False
    return letter.day == asked.on if asked.on else letter.day <= today + timedelta(days=asked.days)


def _is_enough(there: Sequence[ToCome], asked: Asked, looked: date | None) -> bool:
    """Whether nothing still to be looked at could come before the last of them.

    A finding that is looked at later has no letter before that day. Which letters concern a unit, a post or
    a person is known only of all.
    """
    if not asked.most or asked.unit or asked.post or asked.person or looked is None:
        return False
    return sum(x.letter.day < looked for x in there) > asked.most


def _concerns(one: ToCome, wanted: Wanted, posts: Mapping[int, Post]) -> bool:
    if wanted.post is not None and wanted.post not in one.posts:
        return False
    units = {one.finding.lead_unit_id, *(posts[post].unit_id for post in one.posts)}
    return wanted.units is None or not wanted.units.isdisjoint(units)


async def _posts(session: AsyncSession, ids: Collection[int]) -> dict[int, Post]:
    found: dict[int, Post] = {}
    for some in _some(ids):
        rows = await session.exec(select(Post).where(col(Post.id).in_(some)))
        found |= {post.id or 0: post for post in rows}
    return found


def _some(ids: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    return [ordered[first : first + AT_A_TIME] for first in range(0, len(ordered), AT_A_TIME)]


@dataclass(frozen=True)
class Reached:
    """Who is written to at a post."""

    person: str
    account: str
    has_mailbox: bool
    language: Language


async def _people(session: AsyncSession, there: Sequence[ToCome]) -> dict[date, dict[int, Reached]]:
    """By day and post whoever is written to: the substitute named for that day, else the holder."""
    asked: dict[date, set[int]] = {}
    for one in there:
        asked.setdefault(one.told_on, set()).update(one.posts)
    told = {day: await book.incumbents(session, posts, day) for day, posts in asked.items()}
    ids = {account.person_id for accounts in told.values() for account in accounts.values()}
    names = await person_names(session, ids)
    return {
        day: {post: _reached(account, names[account.person_id]) for post, account in accounts.items()}
        for day, accounts in told.items()
    }


async def person_names(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in _some(ids):
        rows = await session.exec(select(Person).where(col(Person.id).in_(some)))
        found |= {person.id or 0: person.name for person in rows}
    return found


def _reached(account: Account, name: str) -> Reached:
    return Reached(name, account.name, bool(account.mailbox), account.language)


def _row(one: ToCome, posts: Mapping[int, Post], people: Mapping[int, Reached]) -> Row:
    first = next((people[post] for post in one.to if post in people), None)
    return {
        "finding": one.finding.number,
        "cycle": one.finding.cycle,
        "round": one.finding.round,
        "rung": one.letter.rung,
        "kind": one.letter.kind,
        "date": one.letter.day.isoformat(),
        "to": [posts[post].name for post in one.to],
        "cc": [posts[post].name for post in one.cc],
        "language": (first.language if first else Language.CHINESE).value,
        "state": LetterState.PLANNED.value,
        "draft": one.letter.draft,
        "provisional": one.provisional,
        "people": [_person(post, posts, people, copy=post in one.cc) for post in one.posts],
    }


def _person(post: int, posts: Mapping[int, Post], people: Mapping[int, Reached], *, copy: bool) -> Row:
    who = people.get(post)
    why = WhyNot.VACANT if who is None else None if who.has_mailbox else WhyNot.NO_MAILBOX
    named = {"person": who.person if who else "", "account": who.account if who else ""}
    return {"post": posts[post].name, **named, "copy": copy, "why_not": why.value if why else ""}


def _written_to(row: Row) -> set[str]:
    return {person["account"] for person in row["people"]}
