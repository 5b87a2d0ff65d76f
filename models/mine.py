"""What one person has to do now, waits for, and assists in: one question for each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, and_, false, func, literal_column, or_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access.sight import Sight, opened, seen
from models.bulk import plain
from models.findings import Extension, ExtensionApproval, Finding
from models.overview import veiled
from models.questions import Row
from models.staff import book
from models.staff.book import OWN_POSTS
from models.staff.people import Person, Post
from policy import extensions
from policy.rules import Rules
from policy.stages import LIVE, WORKING, Stage
from policy.turns import OTHERS, OWNERS, TURNS

MOST = 100
"""Of each kind on one page: nobody works through more before looking again."""


@dataclass(frozen=True)
class Mine:
    """Findings by what they are to a person. `is_cut` says that there are more of the kind than are shown."""

    to_do: list[Row]
    to_check: list[Row]
    to_decide: list[Row]
    waiting: list[Row]
    assisting: list[Row]
    is_cut: frozenset[str]
    lent: dict[str, str]
    """The posts one stands in for today, each with the name of its holder; empty for a vacant one."""
    to_report: frozenset[str]
    """Of what one's unit assists in: where its share can be reported now."""

    @property
    def is_empty(self) -> bool:
        return not (self.to_do or self.to_check or self.to_decide or self.waiting or self.assisting)


async def mine(session: AsyncSession, sight: Sight, person: int, rules: Rules, today: date) -> Mine:
    """By deadline; what is to be checked by how long it has waited."""
    work = _of(OWNERS, _held(sight, "owner_post_id"))
    waiting = _of(OTHERS, _held(sight, "owner_post_id"))
    found = {
        "to_do": await _numbers(session, work, col(Finding.deadline)),
        "to_check": await _numbers(session, _to_check(sight), col(Finding.stage_since)),
        "to_decide": await _to_decide(session, sight, person, rules),
        "waiting": await _numbers(session, waiting, col(Finding.stage_since)),
        "assisting": await _numbers(session, _assisted(sight.own_units, sight), col(Finding.deadline)),
    }
    rows = await _rows(session, sight, found.values(), today)
    shown = {kind: [rows[number] for number in numbers[:MOST]] for kind, numbers in found.items()}
    is_cut = frozenset(kind for kind, numbers in found.items() if len(numbers) > MOST)
    lent = await _lent(session, sight, person, today)
    to_report = frozenset(row["number"] for row in shown["assisting"] if row["to_report"])
    return Mine(**shown, is_cut=is_cut, lent=lent, to_report=to_report)


async def _lent(session: AsyncSession, sight: Sight, person: int, today: date) -> dict[str, str]:
    held = await book.holders(session, sight.posts, today)
    lent = {post: held.get(post, 0) for post in sight.posts if held.get(post) != person}
    if not lent:
        return {}
    posts = await session.exec(select(Post.id, Post.name).where(col(Post.id).in_(sorted(lent))))
    named = select(Person.id, Person.name).where(col(Person.id).in_(sorted(lent.values())))
    people = dict((await session.exec(named)).all())
    return {name: people.get(lent[post or 0], "") for post, name in posts}


async def _numbers(session: AsyncSession, wanted: ColumnElement[bool], order: Mapped[Any]) -> list[str]:
    asked = select(Finding.number).where(wanted).order_by(order.nulls_last(), col(Finding.number))
    return list(await session.exec(asked.limit(MOST + 1)))


async def _rows(
    session: AsyncSession, sight: Sight, found: Iterable[Sequence[str]], today: date
) -> dict[str, Row]:
    """Lines as in any list, with the day their stage began; what one may not open only as it stands."""
    numbers = sorted({number for some in found for number in some[:MOST]})
    lines = {row["number"]: row for row in await questions.listed(session, today, numbers=numbers)}
    asked = sqlalchemy.select(
        col(Finding.number),
        col(Finding.stage_since),
        opened(sight).label("is_open"),
        _to_report(sight).label("to_report"),
    ).where(col(Finding.number).in_(numbers))
    for number, since, is_open, to_report in await plain(session, asked, {}):
        line = lines[number] if is_open else veiled(lines[number])
        days = {"since": since.isoformat(), "days_since": (today - since).days}
        lines[number] = {**line, **days, "to_report": to_report}
    return lines


def _of(stages: Iterable[Stage], mine: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(col(Finding.stage).in_(sorted(stages)), mine)


def _held(sight: Sight, column: str) -> ColumnElement[bool]:
    post: ColumnElement[int | None] = getattr(Finding, column)
    return post.in_(sorted(sight.posts)) if sight.posts else false()


def _to_check(sight: Sight) -> ColumnElement[bool]:
    """By one's own post where the finding names one, else by one's role; never one's own work."""
    turns = [_of([stage], _has_turn(sight, stage)) for stage in sorted(OTHERS)]
    return and_(_of(OTHERS, or_(*turns)), _is_others(sight))


def _is_others(sight: Sight) -> ColumnElement[bool]:
    own = col(Finding.owner_post_id)
    return or_(own.is_(None), own.not_in(sorted(sight.posts)))


def _has_turn(sight: Sight, stage: Stage) -> ColumnElement[bool]:
    turn = TURNS[stage]
    columns = [getattr(Finding, OWN_POSTS[role]) for role in turn.posts]
    by_role = seen(sight) if turn.roles & sight.roles else false()
    if not columns:
        return by_role
    named = func.coalesce(*columns) if len(columns) > 1 else columns[0]
    by_post = named.in_(sorted(sight.posts)) if sight.posts else false()
    return or_(by_post, and_(named.is_(None), by_role))


def _to_report(sight: Sight) -> ColumnElement[bool]:
    """Where the share of one's own unit can be reported now."""
    under_way = and_(col(Finding.stage).in_(sorted(WORKING)), col(Finding.confidential).is_(False))
    return and_(_assisted(sight.reported_units, sight), under_way)


def _assisted(units: Collection[str], sight: Sight) -> ColumnElement[bool]:
    """Findings that name one of these units of one's own as assisting."""
    lines = literal_column("'\n'").concat(col(Finding.assisting)).concat(literal_column("'\n'"))
    named = [lines.contains(f"\n{unit}\n", autoescape=True) for unit in sorted(units)]
    assisted = col(Finding.assisting) != literal_column("''")
    return and_(assisted, _of(LIVE, or_(false(), *named)), _is_others(sight))


async def _to_decide(session: AsyncSession, sight: Sight, person: int, rules: Rules) -> list[str]:
    """Requests for an extension that still want an approval this person may give."""
    if not any(wanted & sight.roles for wanted in rules.approvals):
        return []
    agreed = and_(
        col(ExtensionApproval.finding) == col(Extension.finding),
        col(ExtensionApproval.event) == col(Extension.event),
    )
    asked = (
        select(Extension.finding, ExtensionApproval.place, ExtensionApproval.person_id)
        .join(Finding, col(Finding.number) == col(Extension.finding))
        .outerjoin(ExtensionApproval, agreed)
        .where(PENDING, col(Extension.asked_by) != person, seen(sight), _is_others(sight))
        .order_by(col(Extension.asked_on), col(Extension.finding))
        .limit(MOST * 2)
    )
    given: dict[str, dict[int | None, int | None]] = {}
    for number, place, by in await session.exec(asked):
        given.setdefault(number, {})[place] = by
    return [
        number
        for number, places in given.items()
        if person not in places.values() and extensions.fits(rules.approvals, places, sight.roles)
    ]


PENDING = col(Extension.outcome) == literal_column("'pending'")
"""In so many words: only so SQLite uses the index of what is pending."""
