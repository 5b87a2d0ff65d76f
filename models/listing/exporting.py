"""A whole ledger, some rows at a time: a file of a hundred thousand rows needs the memory of few."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access.sight import Sight, opened, seen
from models.bulk import plain
from models.database import Database
from models.findings import Finding, Measure, OutcomeFigure
from models.history import Event
from models.overview import veiled
from models.questions import Row
from models.staff.people import Account, Person, Post
from policy.ledger_rows import Metric

AT_A_TIME = 500


async def findings(
    db: Database, where: ColumnElement[bool], sight: Sight, today: date
) -> AsyncIterator[list[Row]]:
    """By number, each once whatever changes meanwhile; veiled where the reader may not open them."""
    last = ""
    while True:
        async with db.reading() as session:
            after = where & (col(Finding.number) > last)
            question = select(Finding.number, opened(sight)).where(after).order_by(col(Finding.number))
            numbers = {
                number: bool(opens) for number, opens in await plain(session, question.limit(AT_A_TIME), {})
            }
            rows = await _whole(session, list(numbers), today)
        if rows:
            yield [row if numbers[row["number"]] else veiled(row) for row in rows]
        if len(numbers) < AT_A_TIME:
            return
        last = list(numbers)[-1]


DETAILS = (
    *("condition", "root_cause", "category_no", "item_no", "objective", "progress", "verdict", "result"),
    *("publicity", "satisfaction", "remarks", "assisting", "extension_reason"),
    *("involves_money", "amount_involved"),
)
DAYS = ("discovered_on", "assigned_on", "submitted_on", "verified_on")
POSTS = ("lead_leader", "responsible_leader", "supervisor", "verifier")


async def _whole(session: AsyncSession, numbers: Sequence[str], today: date) -> list[Row]:
    """As `questions.listed`, with what an exported ledger says besides; days are days, not text."""
    rows = await questions.listed(session, today, numbers=numbers)
    posts = {name: aliased(Post) for name in POSTS}
    question: Any = select(Finding, *(post.name for post in posts.values()))
    for name, post in posts.items():
        question = question.outerjoin(post, col(post.id) == getattr(Finding, f"{name}_post_id"))
    found = await session.exec(question.where(col(Finding.number).in_(numbers)))
    more = {finding.number: _more(finding, names) for finding, *names in found}
    measures, figures = await _measures(session, numbers), await _figures(session, numbers)
    return [
        row
        | more[row["number"]]
        | {"measures": measures.get((row["number"], row["cycle"]), [])}
        | {metric.value: figures.get((row["number"], row["cycle"], metric)) for metric in Metric}
        for row in rows
    ]


def _more(finding: Finding, posts: Sequence[str | None]) -> Row:
    return {name: getattr(finding, name) for name in (*DETAILS, *DAYS)} | {
        name: post or "" for name, post in zip(POSTS, posts, strict=True)
    }


async def _measures(session: AsyncSession, numbers: Sequence[str]) -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = {}
    rows = await session.exec(
        select(Measure.finding, Measure.cycle, Measure.text)
        .where(col(Measure.finding).in_(numbers))
        .order_by(col(Measure.finding), col(Measure.cycle), col(Measure.seq))
    )
    for number, cycle, text in rows:
        found.setdefault((number, cycle), []).append(text)
    return found


async def _figures(session: AsyncSession, numbers: Sequence[str]) -> dict[tuple[str, int, Metric], Any]:
    rows = await session.exec(select(OutcomeFigure).where(col(OutcomeFigure.finding).in_(numbers)))
    return {(row.finding, row.cycle, row.metric): row.amount for row in rows}


async def events(db: Database, sight: Sight) -> AsyncIterator[list[Row]]:
    """What happened to the findings that may be opened, one finding after the other, each in its order."""
    finding, seq = "", 0
    while True:
        async with db.reading() as session:
            found = (
                await session.exec(
                    select(Event, Person.name)
                    .join(Finding, col(Finding.number) == col(Event.finding))
                    .outerjoin(Account, col(Account.name) == col(Event.by))
                    .outerjoin(Person, col(Person.id) == col(Account.person_id))
                    .where(seen(sight), opened(sight))
                    .where(tuple_(col(Event.finding), col(Event.seq)) > (finding, seq))
                    .order_by(col(Event.finding), col(Event.seq))
                    .limit(AT_A_TIME)
                )
            ).all()
        if found:
            yield [event.model_dump() | {"person": person or ""} for event, person in found]
        if len(found) < AT_A_TIME:
            return
        finding, seq = found[-1][0].finding, found[-1][0].seq
