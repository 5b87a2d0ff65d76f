"""Lists answer as the rules do: the database's words for lights, ages and lateness are those of policy."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from models.access.sight import EVERYTHING, Sight
from models.database import Database
from models.findings import Finding
from models.listing.conditions import findings_where
from models.listing.pages import page
from models.listing.totals import totals
from models.listing.wanted import Age, Wanted
from policy.lights import HANDED_IN, Light, closed_late, light
from policy.refusals import NotFound
from policy.stages import LIVE, STEP_OF, Stage, Step
from tests.models.township import TODAY, change

Rule = Callable[[Finding], bool]


async def everything(db: Database) -> list[Finding]:
    async with db.reading() as session:
        return list(await session.exec(select(Finding)))


async def found(db: Database, wanted: Wanted, sight: Sight = EVERYTHING) -> set[str]:
    async with db.reading() as session:
        where = await findings_where(session, wanted, sight, TODAY)
        return set(await session.exec(select(Finding.number).where(where)))


def days(finding: Finding) -> int:
    return (TODAY - finding.discovered_on).days


def is_late(finding: Finding) -> bool:
    clock = finding.stage, finding.deadline, finding.submitted_on, TODAY
    return light(*clock) is Light.RED or closed_late(
        finding.deadline, finding.submitted_on, finding.closed_on
    )


async def handed_in(db: Database) -> None:
    """Four that others have: submitted by a deadline that is over, after it, who knows when, and early."""
    waits = sorted(HANDED_IN)
    async with db.writing() as session:
        rows = list(await session.exec(select(Finding).order_by(col(Finding.number))))
        live = [x for x in rows if x.stage in LIVE and x.deadline]
        for nth, (one, (due, sent)) in enumerate(
            zip(live, ((-9, -9), (-9, -8), (-9, None), (9, -1)), strict=False)
        ):
            one.stage, one.deadline = waits[nth % 2], TODAY + timedelta(days=due)
            one.submitted_on = None if sent is None else TODAY + timedelta(days=sent)
            session.add(one)
        closed = [x for x in rows if x.closed_on and x.deadline]
        for one, sent in zip(closed, (0, 1, None), strict=False):
            one.closed_on = (one.deadline or TODAY) + timedelta(days=3)
            one.submitted_on = None if sent is None else (one.deadline or TODAY) + timedelta(days=sent)
            session.add(one)


RULES: list[tuple[Wanted, Rule]] = [
    *(
        (
            Wanted(light=(each,)),
            lambda x, each=each: light(x.stage, x.deadline, x.submitted_on, TODAY) is each,
        )
        for each in Light
    ),
    *((Wanted(step=(each,)), lambda x, each=each: STEP_OF[x.stage] is each) for each in Step),
    (Wanted(stage=(Stage.CLOSED, Stage.RETURNED)), lambda x: x.stage in {Stage.CLOSED, Stage.RETURNED}),
    (Wanted(source="自查"), lambda x: x.source == "自查"),
    (Wanted(age=Age(0, 60)), lambda x: x.stage in LIVE and days(x) <= 60),
    (Wanted(age=Age(61)), lambda x: x.stage in LIVE and days(x) > 60),
    (Wanted(late=True), is_late),
    (Wanted(late=True, light=(Light.CLOSED,)), lambda x: is_late(x) and x.stage is Stage.CLOSED),
    (Wanted(overdue=True), lambda x: is_late(x) and x.stage in LIVE),
    (Wanted(in_time=True), lambda x: x.stage is Stage.CLOSED and not is_late(x)),
    (Wanted(category="-"), lambda x: not x.category),
    (Wanted(unit="-"), lambda x: x.lead_unit_id is None),
    (Wanted(veiled=True), lambda _: False),
    (Wanted(returned=True), lambda x: x.round > 1),
    (Wanted(reopened=True), lambda x: x.cycle > 1),
    (Wanted(extended=True), lambda x: x.extensions > 0),
    (Wanted(provisional=True), lambda x: x.provisional and x.stage in LIVE),
    (
        Wanted(due_from=date(2026, 10, 1), due_to=date(2026, 11, 30)),
        lambda x: x.deadline is not None and date(2026, 10, 1) <= x.deadline <= date(2026, 11, 30),
    ),
    (
        Wanted(closed_from=date(2026, 9, 1)),
        lambda x: x.closed_on is not None and x.closed_on >= date(2026, 9, 1),
    ),
]


@pytest.mark.parametrize("each", range(len(RULES)), ids=lambda n: str(RULES[n][0].query()))
async def test_a_condition_finds_what_the_rule_says(book: Database, each: int) -> None:
    wanted, rule = RULES[each]
    await handed_in(book)
    there = [x for x in await everything(book) if rule(x)]
    assert await found(book, wanted) == {x.number for x in there}
    async with book.reading() as session:
        scope = replace(wanted, stage=(), step=(), light=())
        counts = await totals(session, await findings_where(session, scope, EVERYTHING, TODAY), TODAY)
        for known in (None, counts):
            listed = await page(session, wanted, EVERYTHING, TODAY, size=99, counts=known)
            assert {row["number"] for row in listed.rows} == {x.number for x in there}
    assert counts.of(wanted) == len(there)


async def test_a_unit_brings_those_below_it_and_an_unknown_name_the_nearest(book: Database) -> None:
    assert await found(book, Wanted(unit="XX乡")) == {x.number for x in await everything(book)}
    assert await found(book, Wanted(unit="XX乡", direct=True)) == set()
    for wanted, near in (
        (Wanted(unit="丙村支部"), "丙村党支部"),
        (Wanted(owner="丙村党支部书"), "丙村党支部书记"),
        (Wanted(round="没有这一轮"), "没有这一轮"),
    ):
        with pytest.raises(NotFound, match=near):
            await found(book, wanted)


async def test_a_confidential_finding_is_found_by_no_telling_condition_but_by_how_it_stands(
    book: Database,
) -> None:
    one = next(x for x in await everything(book) if x.stage in LIVE and x.lead_unit_id and x.deadline)
    await change(book, "UPDATE finding SET confidential = :yes WHERE number = :n", yes=True, n=one.number)
    auditor = Sight(units=None, trusted=frozenset())
    assert one.number in await found(book, Wanted(stage=(one.stage,)), auditor)
    assert one.number not in await found(book, Wanted(source=one.source), auditor)
    assert one.number in await found(book, Wanted(veiled=True), auditor)
    assert one.number in await found(book, Wanted(source=one.source), EVERYTHING)
    assert one.number not in await found(book, Wanted(), Sight(units=frozenset({999_999})))
