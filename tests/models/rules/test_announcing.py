"""A year is announced: what was provisional becomes certain, what was computed moves, nothing else does."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlmodel import col, select

from models import checks
from models.bulk import BATCH
from models.database import Database
from models.findings import Finding
from models.ledger import find
from models.mailing import letters
from models.rules import calendars
from models.rules.announcing import Announced, announce, announce_known, catch_up, keep_local
from models.rules.recomputing import What
from models.rules.trade import load
from policy.deadlines import DayCount, Due, Period, due
from policy.escalation import next_look, plan
from policy.refusals import BadInput, NotAllowed
from policy.stages import LIVE, Act, Stage
from policy.years import DayKind, Special, YearNotice
from tasks.year_file import read_year
from tests.models.conftest import House
from tests.models.sample import row as ledger_row
from tests.models.sample import take, with_rows
from tests.models.statements import counted
from tests.models.township import NOW, TODAY, act, asked, assigned, brought_to, change, events, finding
from tests.models.township import letters as letters_of

EXAMPLE = Path(__file__).parents[3] / "docs" / "how-to" / "example-of-a-year.csv"
OFFICE = "inspector"  # holds the inspection office


def example(source: str = "示例文号", **changes: Special | None) -> YearNotice:
    """The example of 2027; `changes` are days like `d0228`, None to take one out."""
    found, _, _ = read_year(EXAMPLE, source)
    assert found is not None
    days = dict(found.days)
    for key, special in changes.items():
        day = date(2027, int(key[1:3]), int(key[3:]))
        if special is None:
            del days[day]
        else:
            days[day] = special
    return YearNotice(2027, source, dict(sorted(days.items())))


async def certain(db: Database, start: str, period: Period) -> Due:
    async with db.reading() as session:
        return due(date.fromisoformat(start), period, (await load(session)).calendar)


HALF_A_YEAR = Period(6, DayCount.MONTHS, roll=True)
FOUR_DAYS = Period(4, DayCount.WORKING_DAYS)


async def test_the_two_provisional_vectors_become_certain(town: Database) -> None:
    """By hand: 29–31 December and 4 January, the first being off; 28 February is a Sunday that is worked."""
    fourth, february = date(2027, 1, 4), date(2027, 2, 28)
    assert await certain(town, "2026-12-28", FOUR_DAYS) == Due(fourth, fourth, provisional=True)
    assert await certain(town, "2026-08-31", HALF_A_YEAR) == Due(february, date(2027, 3, 1), provisional=True)
    await announce(town, example(), OFFICE, NOW)
    assert await certain(town, "2026-12-28", FOUR_DAYS) == Due(fourth, fourth, provisional=False)
    assert await certain(town, "2026-08-31", HALF_A_YEAR) == Due(february, february, provisional=False)


@pytest.mark.parametrize(
    ("start", "period", "result"),
    [
        ("2026-02-10", Period(5, DayCount.WORKING_DAYS), "2026-02-24"),
        ("2026-02-10", Period(10, DayCount.WORKING_DAYS), "2026-03-02"),
        ("2026-04-29", Period(5, DayCount.WORKING_DAYS), "2026-05-09"),
        ("2026-09-18", Period(5, DayCount.WORKING_DAYS), "2026-09-24"),
        ("2026-09-23", Period(10, DayCount.WORKING_DAYS), "2026-10-14"),
        ("2026-07-20", Period(60, DayCount.WORKING_DAYS), "2026-10-16"),
        ("2026-08-05", Period(60, DayCount.CALENDAR_DAYS, roll=True), "2026-10-08"),
        ("2026-09-15", Period(60, DayCount.CALENDAR_DAYS, roll=True), "2026-11-16"),
        ("2026-04-02", Period(1, DayCount.MONTHS, roll=True), "2026-05-06"),
        ("2025-11-30", Period(3, DayCount.MONTHS, roll=True), "2026-02-28"),
        ("2026-01-31", Period(1, DayCount.MONTHS), "2026-02-28"),
        ("2026-12-28", Period(3, DayCount.WORKING_DAYS), "2026-12-31"),
    ],
)
async def test_the_stored_calendar_gives_the_known_vectors(
    town: Database, start: str, period: Period, result: str
) -> None:
    found = await certain(town, start, period)
    assert (found.day, found.provisional) == (date.fromisoformat(result), False)


async def test_the_stored_calendar_is_the_package_s(town: Database) -> None:
    async with town.reading() as session:
        assert (await load(session)).calendar == calendars.announced()


async def test_a_computed_deadline_moves_with_an_event_and_a_letter(town: Database) -> None:
    """Three months after 9 November is 9 February, in the Spring Festival; 15 February is worked again."""
    number = await assigned(town, discovered_on="2026-11-09")
    before = await finding(town, number)
    assert (before.deadline, before.provisional) == (date(2027, 2, 9), True)
    done = await announce(town, example(), OFFICE, NOW)
    (move,) = done.moves
    assert (move.number, move.unit, move.what) == (number, "甲村党支部", What.DEADLINE)
    assert (move.old, move.new, move.nominal) == (date(2027, 2, 9), date(2027, 2, 15), date(2027, 2, 9))
    after = await finding(town, number)
    assert (after.deadline, after.nominal_deadline) == (date(2027, 2, 15), date(2027, 2, 9))
    assert (after.provisional, after.original_deadline) == (False, after.deadline)
    assert (after.version, after.deadline_version) == (before.version + 1, before.deadline_version + 1)
    assert after.deadline_set_on == TODAY
    last = (await events(town, number))[-1]
    assert (last.act, last.by, last.seq) == (Act.RECOMPUTE, OFFICE, after.version)
    assert last.from_stage is last.to_stage is Stage.ASSIGNED
    assert last.reason == "按2027年放假安排（示例文号）重算"
    assert json.loads(last.said) == {
        "year": 2027,
        "source": "示例文号",
        "deadline": {"旧": "2027-02-09", "新": "2027-02-15", "暂定": False},
        "nominal": "2027-02-09",
    }
    told = await asked(
        town,
        "SELECT post.name || ' ' || copy_only FROM addressee JOIN letter ON letter.id = letter_id "
        "JOIN post ON post.id = post_id WHERE rung = 'deadline_moved' ORDER BY copy_only",
    )
    assert [one.split()[0] for one in told] == ["甲村党支部书记", "乡纪委书记"]
    assert (await asked(town, "SELECT count(*) FROM wake WHERE version = :v", v=after.version)) == [1]


async def test_a_move_that_nobody_can_be_told_of_is_shown_as_that(town: Database) -> None:
    number = await assigned(town, discovered_on="2026-11-09")
    await change(town, "UPDATE finding SET owner_post_id = NULL, supervisor_post_id = NULL")
    await announce(town, example(), OFFICE, NOW)
    assert (await letters_of(town, number))["deadline_moved"] == "failed"


async def test_a_date_that_only_becomes_certain_is_no_news_to_act_on(town: Database) -> None:
    number = await assigned(town)  # three months after 2 November: 2 February, a Tuesday
    before = await finding(town, number)
    done = await announce(town, example(), OFFICE, NOW)
    assert [(x.old, x.new, x.is_moved) for x in done.moves] == [(date(2027, 2, 2), date(2027, 2, 2), False)]
    after = await finding(town, number)
    assert (after.provisional, after.deadline) == (False, before.deadline)
    assert (after.version, after.deadline_version) == (before.version + 1, before.deadline_version)
    assert after.deadline_set_on == before.deadline_set_on
    assert "deadline_moved" not in await letters_of(town, number)


async def test_neither_a_date_by_hand_nor_a_closed_finding_moves(town: Database) -> None:
    by_hand = await assigned(town, deadline="2027-02-09")
    closed = await brought_to(town, Stage.CLOSED, discovered_on="2026-11-09")
    was = [await finding(town, number) for number in (by_hand, closed)]
    done = await announce(town, example(), OFFICE, NOW)
    assert done.moves == []
    assert [await finding(town, number) for number in (by_hand, closed)] == was


async def test_a_date_taken_from_a_ledger_counts_as_written_by_hand(book: Database) -> None:
    was = {x.number: x.deadline for x in await all_findings(book)}
    await announce(book, example(), "", NOW)
    assert {x.number: x.deadline for x in await all_findings(book)} == was


async def all_findings(db: Database) -> list[Finding]:
    async with db.reading() as session:
        return list(await session.exec(select(Finding).order_by(col(Finding.number))))


UNDATED = ledger_row(
    "XC2026-001", number="XC-9", deadline=None, original_deadline=None, assigned_on=date(2026, 11, 9)
)


async def test_a_computed_date_that_a_later_ledger_states_is_computed_no_more(book: Database) -> None:
    await take(book, with_rows(replace(UNDATED, condition="值班记录有三处空白。")))
    computed = await finding(book, "XC-9")
    assert (computed.deadline_from, computed.provisional) == (date(2026, 11, 9), True)
    stated = replace(UNDATED, condition="值班记录有三处空白。", deadline=date(2027, 2, 10))
    assert (await take(book, with_rows(stated), update=True)).updated == 1
    by_hand = await finding(book, "XC-9")
    assert (by_hand.deadline_from, by_hand.deadline_by_hand, by_hand.provisional) == (None, True, False)
    assert (await announce(book, example(), "", NOW)).moves == []
    assert (await finding(book, "XC-9")).deadline == date(2027, 2, 10)


async def test_a_date_that_stands_while_its_type_changes_is_computed_no_more(town: Database) -> None:
    number = await assigned(town, discovered_on="2026-11-09")
    await act(
        town,
        number,
        Act.REASSIGN,
        "inspector",
        post="乙村党支部书记",
        deadline_type="phased",
        reason="换人办理",
    )
    kept = await finding(town, number)
    assert (kept.deadline, kept.deadline_by_hand, kept.provisional) == (date(2027, 2, 9), True, False)
    assert (await announce(town, example(), OFFICE, NOW)).moves == []


async def test_a_review_of_what_was_struck_off_is_dated_anew(town: Database) -> None:
    """Closed on 31 August, reviewed after half a year: 28 February, a Sunday that turns out to be worked."""
    august = datetime.fromisoformat("2026-08-31T10:00:00+08:00")
    number = await brought_to(
        town, Stage.CLOSED, august, discovered_on="2026-08-03", deadline_type="sustained"
    )
    before = await finding(town, number)
    assert (before.next_review_on, before.review_provisional) == (date(2027, 3, 1), True)
    await announce(town, example(), OFFICE, NOW)
    after = await finding(town, number)
    assert (after.next_review_on, after.review_provisional) == (date(2027, 2, 28), False)
    assert after.next_look_on == date(2027, 1, 1)  # from the first day that is new
    assert (after.deadline, after.stage) == (before.deadline, Stage.CLOSED)
    assert (await letters_of(town, number))["review_moved"] == "queued"
    assert (await events(town, number))[-1].act is Act.RECOMPUTE


async def test_a_preview_lists_the_same_and_stores_nothing(town: Database) -> None:
    for day in ("2026-11-02", "2026-11-09"):
        await assigned(town, discovered_on=day)
    was = await all_findings(town)
    shown = await announce(town, example(), OFFICE, NOW, dry_run=True)
    assert await all_findings(town) == was
    assert await asked(town, "SELECT max(year) FROM calendar_year") == [2026]
    done = await announce(town, example(), OFFICE, NOW)
    assert shown == done
    assert len(done.moves) == 2


async def test_the_same_notice_again_changes_nothing(town: Database) -> None:
    await assigned(town, discovered_on="2026-11-09")
    assert (await announce(town, example(), OFFICE, NOW)).changed
    was = await all_findings(town)
    again = await announce(town, example(), OFFICE, NOW + timedelta(days=1))
    assert again == Announced(changed=False, moves=[])
    assert await all_findings(town) == was
    assert await asked(town, "SELECT count(*) FROM calendar_day WHERE year = 2027") == [23]


async def test_two_at_once_are_one_after_the_other(town: Database) -> None:
    number = await assigned(town, discovered_on="2026-11-09")
    done = await asyncio.gather(*(announce(town, example(), OFFICE, NOW) for _ in range(2)))
    assert sorted(len(one.moves) for one in done) == [0, 1]
    assert [x.act for x in await events(town, number)].count(Act.RECOMPUTE) == 1


async def test_a_correction_moves_what_was_certain(town: Database) -> None:
    number = await assigned(town, discovered_on="2026-11-09")
    await announce(town, example(), OFFICE, NOW)
    corrected = example("更正", d0215=Special(DayKind.OFF, "春节"))
    done = await announce(town, corrected, OFFICE, NOW)
    assert [(x.old, x.new) for x in done.moves] == [(date(2027, 2, 15), date(2027, 2, 16))]
    row = await finding(town, number)
    assert (row.deadline, row.original_deadline) == (date(2027, 2, 16), date(2027, 2, 16))
    assert await asked(town, "SELECT source FROM calendar_year WHERE year = 2027") == ["更正"]


async def test_a_year_of_the_package_may_be_corrected(town: Database) -> None:
    """Three months after 24 August is Tuesday, 24 November."""
    number = await assigned(town, discovered_on="2026-08-24")
    known = calendars.notice(2026)
    days = {**known.days, date(2026, 11, 24): Special(DayKind.OFF, "更正")}
    done = await announce(town, YearNotice(2026, "", days), OFFICE, NOW)
    assert [(x.number, x.old, x.new) for x in done.moves] == [
        (number, date(2026, 11, 24), date(2026, 11, 25))
    ]
    assert not (await finding(town, number)).provisional


async def test_a_deadline_that_has_passed_either_way_is_not_reminded_of_again(town: Database) -> None:
    """Three months after 10 August: Tuesday, 10 November. The red order went out long ago."""
    number = await assigned(town, discovered_on="2026-08-10", now=NOW - timedelta(days=60))
    async with town.writing() as session:
        row = await find(session, number)
        await letters.climb(session, row, await load(session), NOW, TODAY)
    red = await letters_of(town, number)
    assert red["red_order"] == "queued"
    known = calendars.notice(2026)
    days = {**known.days, date(2026, 11, 10): Special(DayKind.OFF, "更正")}
    await announce(town, YearNotice(2026, "", days), OFFICE, NOW)
    after = await finding(town, number)
    assert (after.deadline, after.deadline_version) == (date(2026, 11, 11), 1)
    async with town.writing() as session:
        row = await find(session, number)
        await letters.climb(session, row, await load(session), NOW, TODAY)
    assert (await letters_of(town, number)) == red | {"deadline_moved": "queued"}


async def test_a_reminder_of_the_old_date_that_has_not_left_is_taken_back(town: Database) -> None:
    number = await assigned(town, discovered_on="2026-11-09")
    later = datetime.fromisoformat("2027-02-01T10:00:00+08:00")
    async with town.writing() as session:
        row = await find(session, number)
        await letters.climb(session, row, await load(session), later, later.date())
    assert (await letters_of(town, number))["yellow_reminder"] == "queued"
    await announce(town, example(), OFFICE, later)
    assert (await letters_of(town, number))["yellow_reminder"] == "cancelled"
    async with town.reading() as session:
        row = await find(session, number)
        held = await load(session)
        case = await letters.case_of(session, row, later.date())
        found = plan(case, *letters.under(held, row), later.date())
    yellow = [x for x in found if x.rung == "yellow_reminder"]
    assert [x.day for x in yellow] == [date(2027, 2, 5)]
    due_next = next_look(found, case.recorded)
    assert due_next is not None
    assert row.next_look_on == later.date() <= due_next


async def test_only_whoever_keeps_calendars_may(town: Database) -> None:
    with pytest.raises(NotAllowed, match="owner"):
        await announce(town, example(), "owner", NOW)
    with pytest.raises(NotAllowed, match="owner"):
        await keep_local(town, "甲村党支部", date(2026, 12, 1), Special(DayKind.OFF), "owner", NOW)
    assert await asked(town, "SELECT max(year) FROM calendar_year") == [2026]


async def test_a_year_that_would_leave_one_out_is_refused(town: Database) -> None:
    with pytest.raises(BadInput, match="下一个应是2027年"):
        await announce(town, YearNotice(2028, "", {}), OFFICE, NOW)


async def test_a_newer_package_is_announced_at_the_start(town: Database) -> None:
    """As if the database had been made by an older one, that did not know 2026."""
    await change(town, "DELETE FROM calendar_day WHERE year = 2026")
    await change(town, "DELETE FROM calendar_year WHERE year = 2026")
    number = await assigned(town, discovered_on="2026-08-24")
    await change(town, "UPDATE finding SET provisional = :yes, deadline = '2026-11-23'", yes=True)
    ((year, done),) = await announce_known(town, NOW)
    assert (year, [(x.number, str(x.new)) for x in done.moves]) == (2026, [(number, "2026-11-24")])
    last = (await events(town, number))[-1]
    assert (last.by, last.reason) == ("系统", "按2026年放假安排（chinesecalendar）重算")
    assert await announce_known(town, NOW) == []
    async with town.reading() as session:
        assert (await load(session)).calendar == calendars.announced()


FAIR = Special(DayKind.OFF, "庙会")


async def test_a_village_s_own_holiday_counts_for_it_and_for_nobody_else(town: Database) -> None:
    ours = await assigned(town, discovered_on="2026-09-01")  # Tuesday, 1 December
    theirs = await assigned(town, discovered_on="2026-09-01", unit="乙村党支部", post="乙村党支部书记")
    fair = date(2026, 12, 1)
    shown = await keep_local(town, "甲村党支部", fair, FAIR, OFFICE, NOW, dry_run=True)
    assert (await finding(town, ours)).deadline == fair
    done = await keep_local(town, "甲村党支部", fair, FAIR, OFFICE, NOW)
    assert shown == done
    assert [(x.number, x.new) for x in done.moves] == [(ours, date(2026, 12, 2))]
    assert (await finding(town, theirs)).deadline == fair
    assert (await events(town, ours))[-1].reason == "甲村党支部2026-12-01放假（庙会）"
    back = await keep_local(town, "甲村党支部", fair, None, OFFICE, NOW)
    assert [(x.number, x.new) for x in back.moves] == [(ours, fair)]


async def test_a_township_s_own_holiday_counts_for_all_below(town: Database) -> None:
    number = await assigned(town, discovered_on="2026-09-01")
    done = await keep_local(town, "和平乡", date(2026, 12, 1), FAIR, OFFICE, NOW)
    assert [x.number for x in done.moves] == [number]


async def test_a_local_holiday_puts_off_the_steps_clocks_too(town: Database) -> None:
    """An acceptance is reminded of after three working days: 23, 24, 25 November, or 26 if one is off."""
    number = await assigned(town)
    assert (await finding(town, number)).next_look_on == date(2026, 11, 25)
    await keep_local(town, "甲村党支部", date(2026, 11, 24), FAIR, OFFICE, NOW)
    assert (await finding(town, number)).next_look_on == date(2026, 11, 24)  # looked at before it is due
    async with town.writing() as session:
        row = await find(session, number)
        held = await load(session)
        assert await letters.climb(session, row, held, NOW + timedelta(days=4), date(2026, 11, 24)) == 0
    assert (await finding(town, number)).next_look_on == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("day", "special", "said"),
    [
        ("2026-11-28", FAIR, "本来就休息"),
        ("2026-11-27", Special(DayKind.WORK), "本来就上班"),
        ("2026-11-27", None, "没有为 2026-11-27 另作安排"),
    ],
)
async def test_a_day_that_is_kept_so_anyway_is_refused(
    town: Database, day: str, special: Special | None, said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        await keep_local(town, "甲村党支部", date.fromisoformat(day), special, OFFICE, NOW)


async def test_a_local_day_said_again_changes_nothing(town: Database) -> None:
    for changed in (True, False):
        done = await keep_local(town, "甲村党支部", date(2026, 12, 1), FAIR, OFFICE, NOW)
        assert done == Announced(changed=changed)


async def test_history_holds_together_after_all_this(town: Database, tmp_path: Path) -> None:
    number = await assigned(town, discovered_on="2026-11-09")
    await announce(town, example(), OFFICE, NOW)
    await keep_local(town, "甲村党支部", date(2027, 2, 15), FAIR, OFFICE, NOW)
    assert (await finding(town, number)).deadline == date(2027, 2, 16)
    found = await checks.check(town, tmp_path, NOW, NOW)
    assert [one.name for one in found if not one.ok] == []


async def test_many_findings_take_no_more_statements_than_few(house: House) -> None:
    sent = [await statements(house, number) for number in (4, 40)]
    assert sent[0] == sent[1]
    assert BATCH > 40


async def statements(house: House, number: int) -> int:
    await house.restore("staffed")
    for at in range(number):
        await assigned(house.db, condition=f"第{at}处排洪沟淤堵。", discovered_on="2026-11-09")
    with counted(house.db) as sent:
        done = await announce(house.db, example(), "", NOW)
    assert len(done.moves) == number
    return len(sent)


DAYS = st.sets(st.integers(0, 364).map(lambda n: date(2027, 1, 1) + timedelta(days=n)), max_size=50)


def thought_of(number: int) -> list[set[date]]:
    """Sets of days in 2027, as hypothesis comes up with them."""
    found: list[set[date]] = []

    @trying(max_examples=number, database=None, suppress_health_check=list(HealthCheck))
    @given(DAYS)
    def note(days: set[date]) -> None:
        found.append(days)

    note()
    return found


async def test_whatever_is_announced_computed_dates_follow_and_others_stand(town: Database) -> None:
    for day in ("2026-10-08", "2026-11-02", "2026-11-09", "2026-11-16"):
        await assigned(town, discovered_on=day)
        await assigned(town, discovered_on=day, source="审计")
        await assigned(town, discovered_on=day, deadline_type="phased")
        await assigned(town, discovered_on=day, deadline="2027-02-09")
    by_hand = {x.number: x.deadline for x in await all_findings(town) if x.deadline_by_hand}
    assert len(by_hand) == 4
    for days in thought_of(25):
        kinds = {d: Special(DayKind.WORK if d.weekday() >= 5 else DayKind.OFF) for d in sorted(days)}
        await announce(town, YearNotice(2027, "", kinds), "", NOW)
        rows = await all_findings(town)
        await all_are_due(town, rows)
        assert {x.number: x.deadline for x in rows if x.deadline_by_hand} == by_hand
        assert await announce(town, YearNotice(2027, "", kinds), "", NOW) == Announced()
        assert await all_findings(town) == rows


async def all_are_due(db: Database, rows: Iterable[Finding]) -> None:
    """Every computed deadline is the one that the rules and the calendar give today."""
    async with db.reading() as session:
        held = await load(session)
    for x in rows:
        if x.deadline_from is not None and x.stage in LIVE:
            found = due(x.deadline_from, held.rules.period(x.source, x.deadline_type), held.calendar)
            stands = (x.deadline, x.nominal_deadline, x.provisional)
            assert stands == (found.day, found.nominal, found.provisional)


async def test_a_date_computed_in_the_moment_of_the_announcement_is_caught_up_with(
    town: Database, tmp_path: Path
) -> None:
    """The act began with the calendar as it was, and was stored behind the announcement."""
    await announce(town, example(), OFFICE, NOW)
    number = await assigned(town, discovered_on="2026-11-09")
    assert (await finding(town, number)).provisional
    (move,) = await catch_up(town, NOW)
    assert (move.number, move.new) == (number, date(2027, 2, 15))
    assert (await events(town, number))[-1].by == "系统"
    assert await catch_up(town, NOW) == []
