"""Lists come page by page, whole and in one order, forwards and back; their totals are what they hold."""

from datetime import date, timedelta

import pytest

from models.access.sight import EVERYTHING, Sight
from models.database import Database
from models.listing.conditions import findings_where
from models.listing.pages import Page, Place, page, place
from models.listing.totals import Totals, remembered, totals
from models.listing.wanted import Wanted
from policy.lights import Light, light
from policy.refusals import BadInput
from policy.stages import LIVE, STEP_OF, Stage, Step
from tasks import clock
from tests.models.listing.test_conditions import everything, found
from tests.models.statements import counted
from tests.models.township import TODAY, change, opened

EVERY = Wanted()


async def paged(
    db: Database,
    wanted: Wanted = EVERY,
    *,
    size: int = 7,
    after: Place | None = None,
    before: Place | None = None,
    sight: Sight = EVERYTHING,
) -> Page:
    async with db.reading() as session:
        return await page(session, wanted, sight, TODAY, size=size, after=after, before=before)


async def counted_up(db: Database, wanted: Wanted = EVERY) -> Totals:
    async with db.reading() as session:
        return await totals(session, await findings_where(session, wanted, EVERYTHING, TODAY), TODAY)


def numbers(of: Page) -> list[str]:
    return [row["number"] for row in of.rows]


async def test_all_pages_and_stages_of_a_list_share_its_totals(book: Database) -> None:
    moment = clock.real()
    told = [
        Wanted(source="审计"),
        Wanted(source="审计", stage=(Stage.CLOSED,)),
        Wanted(source="审计", light=(Light.RED,)),
    ]
    async with book.reading() as session:
        whole, *parts = [
            await remembered(book, session, wanted, EVERYTHING, TODAY, moment) for wanted in told
        ]
        other = await remembered(book, session, EVERY, EVERYTHING, TODAY, moment)
    assert all(part is whole for part in parts)
    assert whole == await counted_up(book, Wanted(source="审计"))
    assert other == await counted_up(book)


async def test_pages_hold_each_finding_once_most_urgent_first(book: Database) -> None:
    await change(book, "UPDATE finding SET deadline = NULL WHERE number = 'SJ2026-002'")
    seen: list[str] = []
    last: Place | None = None
    pages: list[Page] = []
    while not pages or last:
        pages.append(await paged(book, after=last))
        last = pages[-1].after
        seen += numbers(pages[-1])
    rows = {x.number: x for x in await everything(book)}
    assert [len(each.rows) for each in pages] == [7, 7, 7, 5]
    assert len(set(seen)) == 26
    live = [number for number in seen if rows[number].stage in LIVE]
    assert seen[: len(live)] == live
    assert live[-1] == "SJ2026-002"
    assert live[:-1] == sorted(live[:-1], key=lambda number: (rows[number].deadline, number))
    ended = [(rows[number].stage_since, number) for number in seen[len(live) :]]
    assert ended == sorted(ended, reverse=True)


async def test_many_are_listed_as_few_are(book: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.listing.pages.MANY", 0)
    for wanted in (EVERY, Wanted(source="自查"), Wanted(stage=(Stage.CLOSED,))):
        counts = await counted_up(book)
        few = await paged(book, wanted, size=99)
        async with book.reading() as session:
            many = await page(session, wanted, EVERYTHING, TODAY, size=99, counts=counts)
        assert numbers(many) == numbers(few)


async def test_one_goes_back_the_way_one_came(book: Database) -> None:
    first = await paged(book)
    second = await paged(book, after=first.after)
    third = await paged(book, after=second.after)
    back = await paged(book, before=third.before)
    assert numbers(back) == numbers(second)
    assert numbers(await paged(book, before=back.before)) == numbers(first)
    assert (await paged(book, before=back.before)).before is None
    assert first.before is None
    assert back.after == second.after


async def test_a_place_outlives_the_finding_it_was_written_for(book: Database) -> None:
    first = await paged(book)
    assert first.after is not None
    rest = numbers(await paged(book, after=first.after, size=99))
    await change(
        book, "UPDATE finding SET deadline = '2027-06-30' WHERE number = :number", number=first.after.number
    )
    assert set(numbers(await paged(book, after=first.after, size=99))) >= set(rest)


def test_a_place_is_read_as_it_is_written() -> None:
    for each in (Place(0, date(2026, 10, 16), "a.b-1"), Place(1, None, "x"), Place(2, TODAY, "x")):
        assert place(str(each)) == each
    assert place("") is None


@pytest.mark.parametrize(
    "text", ["x", "0..x", "3.2026-10-16.x", "-1..x", "1.2026-10-16.x", "0.2026-13-01.x", "1.."]
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="第一页"):
        place(text)


async def test_totals_are_what_the_list_holds(book: Database) -> None:
    rows = await everything(book)
    told = await counted_up(book)
    assert told.all() == 26
    for each in Light:
        assert told.by_light(each) == sum(
            light(x.stage, x.deadline, x.submitted_on, TODAY) is each for x in rows
        )
    for stage in Stage:
        assert told.by_stage(stage) == sum(x.stage is stage for x in rows)
    for wanted in (
        Wanted(step=(Step.VERIFY, Step.CLOSE)),
        Wanted(light=(Light.RED, Light.YELLOW), stage=(Stage.IN_PROGRESS,)),
    ):
        assert told.of(wanted) == len(await found(book, wanted))
    assert sum(STEP_OF[x.stage] is Step.CLOSE for x in rows) == told.of(Wanted(step=(Step.CLOSE,)))


async def test_a_page_asks_no_more_of_many_findings_than_of_few(town: Database) -> None:
    asked = []
    for many in (3, 12):
        for _ in range(many):
            await opened(town, deadline=(TODAY + timedelta(days=30)).isoformat(), discovered_on="2026-11-02")
        with counted(town) as sent:
            await paged(town, size=5)
            await counted_up(town)
        asked.append(len(sent))
    assert asked[1] <= asked[0]


async def test_a_confidential_finding_is_veiled_for_whoever_may_not_open_it(book: Database) -> None:
    await change(book, "UPDATE finding SET confidential = :yes WHERE number = 'SJ2026-001'", yes=True)
    for sight, title in ((EVERYTHING, "厂房"), (Sight(units=None, trusted=frozenset()), "")):
        [row] = [
            row for row in (await paged(book, size=50, sight=sight)).rows if row["number"] == "SJ2026-001"
        ]
        assert row["veiled"] is not bool(title)
        assert title in row["title"]
        assert bool(row["unit"]) is bool(title)
