"""A reopening changes how it stands from its week on, and nothing that was told before."""

from datetime import date

from sqlmodel import func, select

from models.access.sight import EVERYTHING
from models.database import Database
from models.findings import Finding
from models.listing.conditions import findings_where
from models.listing.wanted import Wanted
from models.watching.reopenings import turned
from models.watching.sums import WEEK
from models.watching.survey import surveyed
from policy.stages import Act
from tests.models.test_indexes import questions, read_whole
from tests.models.township import TODAY, TRADE, act


async def closed_by_week(db: Database) -> dict[date, int]:
    """As the curve has it; each week's list is as long."""
    async with db.reading() as session:
        told = (await surveyed(session, EVERYTHING, TRADE, TODAY)).course
        found = {week.ends: week.closed for week in told if week.closed is not None}
        for ends, size in found.items():
            where = await findings_where(session, Wanted(closed_by=ends), EVERYTHING, TODAY)
            listed = (await session.exec(select(func.count()).select_from(Finding).where(where))).one()
            assert listed == size, ends
    return found


async def test_a_week_that_is_past_keeps_its_number_when_something_is_reopened(book: Database) -> None:
    before = await closed_by_week(book)
    await act(book, "ZC2026-003", Act.REOPEN, "ganshi", reason="回头看发现问题反弹", basis="回头看记录")
    after = await closed_by_week(book)
    this = max(before)
    assert after == before | {this: before[this] - 1}


async def test_what_a_ledger_says_was_reopened_stood_closed_until_then(book: Database) -> None:
    """DC2026-001 was closed on 17 June and reopened on 22 October."""
    june, october = date(2026, 6, 21), date(2026, 10, 25)
    async with book.reading() as session:
        for ends, there in ((june - WEEK, False), (june, True), (october - WEEK, True), (october, False)):
            where = await findings_where(session, Wanted(closed_by=ends), EVERYTHING, TODAY)
            numbers = set(await session.exec(select(Finding.number).where(where)))
            assert ("DC2026-001" in numbers) is there, ends


async def test_only_the_few_that_were_reopened_are_looked_through(book: Database) -> None:
    with questions(book) as asked:
        async with book.reading() as session:
            await turned(session, EVERYTHING)
    [(sql, said)] = [(sql, said) for sql, said in asked.items() if "event" in sql]
    assert "event" not in await read_whole(book, sql, said)
