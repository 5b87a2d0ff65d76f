"""Taking in a ledger: the township's own sample, in both its forms, again, changed and at once."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlmodel import col, select

from models import questions
from models.database import Database
from models.findings import ClosedCycle, Finding
from models.history import Event
from models.ledger import link
from policy.chain import GENESIS
from policy.ledger_rows import Metric, Outcome, ReadLedger, Remark
from policy.stages import Act, Stage
from tasks.watch import climb_due
from tests.models import sample
from tests.models.sample import csv, row, take, with_rows, xlsx
from tests.models.township import NOW, TODAY, act, asked, events, finding, letters

STAGES = {
    Stage.CLOSED: 18,
    Stage.IN_PROGRESS: 5,
    Stage.PENDING_VERIFICATION: 1,
    Stage.RETURNED: 1,
    Stage.ASSIGNED: 1,
}
SUMS = {
    "contracts": Decimal(16),
    "debt_resolved": Decimal(566),
    "receivables_collected": Decimal(221),
    "resource_fees": Decimal("5.16"),
}
READERS = pytest.mark.parametrize("read", [csv, xlsx])
Reader = Callable[[], ReadLedger]


async def sums(db: Database) -> dict[str, Decimal]:
    metrics = await asked(db, "SELECT DISTINCT metric FROM outcome_figure")
    sql = "SELECT amount FROM outcome_figure WHERE metric = :metric"
    amounts = {m: await asked(db, sql, metric=m) for m in metrics if m != Metric.REGULATIONS}
    return {metric: sum(map(Decimal, found), Decimal()) for metric, found in amounts.items()}


async def findings(db: Database) -> list[Finding]:
    async with db.reading() as session:
        return list(await session.exec(select(Finding).order_by(col(Finding.number))))


async def counted(db: Database) -> list[int]:
    tables = ("finding", "event", "measure", "evidence", "outcome_figure", "unit", "post", "closed_cycle")
    return [(await asked(db, f"SELECT count(*) FROM {table}"))[0] for table in tables]


@READERS
async def test_the_sample_gives_26_findings_at_their_own_stages(db: Database, read: Reader) -> None:
    taken = await take(db, read(), create_units=True)
    assert (taken.imported, taken.updated, taken.unchanged, taken.errors) == (26, 0, 0, [])
    assert Counter(x.stage for x in await findings(db)) == STAGES


@READERS
async def test_a_second_import_of_the_same_file_changes_nothing(db: Database, read: Reader) -> None:
    await take(db, read(), create_units=True)
    before = await counted(db)
    again = await take(db, read())
    assert (again.imported, again.updated, again.unchanged, again.differences) == (0, 0, 26, [])
    assert await counted(db) == before


@pytest.mark.parametrize(("first", "second"), [(csv, xlsx), (xlsx, csv)])
async def test_both_forms_of_the_sample_make_one_ledger(db: Database, first: Reader, second: Reader) -> None:
    await take(db, first(), create_units=True)
    other = await take(db, second(), create_units=True)
    assert (other.imported, other.errors) == (0, [])
    assert other.updated + other.unchanged == 26
    assert Counter(x.stage for x in await findings(db)) == STAGES
    assert await sums(db) == SUMS
    again = await take(db, second(), create_units=True)
    assert (again.imported, again.updated) == (0, 0)


async def test_the_figures_add_up_to_what_the_township_reports(book: Database) -> None:
    assert await sums(book) == SUMS


async def test_the_self_check_is_4_categories_and_13_items_all_closed(book: Database) -> None:
    own = [x for x in await findings(book) if x.source == "自查"]
    assert len({x.category for x in own}) == 4
    assert len({(x.category, x.item) for x in own}) == 13
    assert {x.stage for x in own} == {Stage.CLOSED}


@pytest.mark.parametrize(
    ("number", "round_", "cycle"),
    [
        ("ZC2026-001", 1, 1),
        ("ZC2026-002", 2, 1),
        ("XC2026-003", 2, 1),
        ("DC2026-001", 1, 2),
    ],
)
async def test_returns_and_reopenings_are_rounds_and_cycles(
    book: Database, number: str, round_: int, cycle: int
) -> None:
    found = await finding(book, number)
    assert (found.round, found.cycle) == (round_, cycle)


async def test_the_lights_are_those_of_the_sample(book: Database) -> None:
    async with book.reading() as session:
        rows = await questions.listed(session, TODAY)
    assert Counter(x["light"] for x in rows) == {"closed": 18, "yellow": 5, "green": 2, "red": 1}
    (late,) = [x for x in rows if x["light"] == "red"]
    assert (late["number"], late["days_left"]) == ("SJ2026-001", -35)


async def test_closed_findings_have_no_wake_and_live_ones_have_one(book: Database) -> None:
    waiting = await asked(book, "SELECT finding FROM wake WHERE done_at IS NULL ORDER BY finding")
    assert waiting == [x.number for x in await findings(book) if x.stage is not Stage.CLOSED]


async def test_an_imported_history_is_chained_and_folds_to_the_row(book: Database) -> None:
    for found in await findings(book):
        past = await events(book, found.number)
        assert past[0].previous == GENESIS
        assert all(event.hash == link(event) for event in past)
        assert all(b.previous == a.hash and b.from_stage is a.to_stage for a, b in pairwise(past))
        assert all(a.at <= b.at for a, b in pairwise(past))
        last = past[-1]
        state = (last.seq, last.to_stage, last.round, last.cycle)
        assert state == (found.version, found.stage, found.round, found.cycle)


async def test_an_imported_history_knows_that_it_was_imported(book: Database) -> None:
    past = await events(book, "ZC2026-002")
    assert all(event.imported and event.recorded_at == NOW for event in past)
    acts = [event.act for event in past]
    assert acts[-1] is Act.APPROVE_CLOSURE
    assert acts.count(Act.RETURN_FOR_REWORK) == 1


async def test_a_closed_cycle_is_frozen_on_import(book: Database) -> None:
    async with book.reading() as session:
        frozen = list(await session.exec(select(ClosedCycle)))
    assert len(frozen) == 18
    assert {x.closed_on for x in frozen if x.finding == "ZC2026-008"} == {date(2026, 8, 6)}


async def test_what_the_ledger_dates_by_hand_is_not_provisional(book: Database) -> None:
    assert not any(x.provisional for x in await findings(book))
    assert (await finding(book, "SJ2026-001")).deadline == date(2026, 10, 16)
    assert (await finding(book, "ZC2026-011")).next_review_on == date(2027, 3, 15)


CHANGED = row("XC2026-001", title="另一个标题", progress="已公示")


async def test_a_cell_that_differs_is_listed_and_left_alone(book: Database) -> None:
    before = await finding(book, "XC2026-001")
    taken = await take(book, with_rows(CHANGED))
    assert (taken.updated, taken.unchanged) == (0, 1)
    assert {(x.number, x.column, x.old, x.new) for x in taken.differences} == {
        ("XC2026-001", "问题标题", before.title, "另一个标题"),
        ("XC2026-001", "整改进展情况", before.progress, "已公示"),
    }
    assert (await finding(book, "XC2026-001")).version == before.version


async def test_a_cell_that_differs_is_written_when_asked_for_and_leaves_an_event(book: Database) -> None:
    before = await finding(book, "XC2026-001")
    taken = await take(book, with_rows(CHANGED), update=True)
    assert (taken.updated, taken.differences) == (1, [])
    after = await finding(book, "XC2026-001")
    assert (after.title, after.progress, after.version) == ("另一个标题", "已公示", before.version + 1)
    last = (await events(book, "XC2026-001"))[-1]
    assert (last.act, last.by, last.to_stage) == (Act.AMEND, "inspector", Stage.IN_PROGRESS)
    assert before.title in last.said
    assert last.hash == link(last)
    assert (await take(book, with_rows(CHANGED), update=True)).unchanged == 1


STRUCK = row(
    "XC2026-001",
    stage=Stage.CLOSED,
    percent=100,
    submitted_on=date(2026, 11, 16),
    verifier="县级市委巡察办督导员",
    verified_on=date(2026, 11, 17),
    verdict="通过",
    closed_on=date(2026, 11, 18),
)


async def test_a_stage_that_went_on_in_the_ledger_is_a_difference_first(book: Database) -> None:
    taken = await take(book, with_rows(STRUCK))
    assert "整改状态" in {x.column for x in taken.differences}
    found = await finding(book, "XC2026-001")
    assert (found.stage, found.closed_on, found.verified_on, found.verdict) == (
        Stage.IN_PROGRESS,
        None,
        None,
        "",
    )


async def test_a_stage_that_went_on_is_taken_over_when_asked_for(book: Database) -> None:
    taken = await take(book, with_rows(STRUCK), update=True)
    assert (taken.updated, taken.errors) == (1, [])
    found = await finding(book, "XC2026-001")
    assert (found.stage, found.closed_on) == (Stage.CLOSED, date(2026, 11, 18))
    sql = "SELECT closed_on FROM closed_cycle WHERE finding = 'XC2026-001'"
    assert [str(day) for day in await asked(book, sql)] == ["2026-11-18"]
    assert found.next_look_on is None


async def test_a_ledger_may_take_a_closure_back_when_asked_for(book: Database) -> None:
    again = row("ZC2026-008", stage=Stage.IN_PROGRESS, closed_on=None, verified_on=None, verdict="")
    assert (await take(book, with_rows(again), update=True)).updated == 1
    found = await finding(book, "ZC2026-008")
    assert (found.stage, found.closed_on) == (Stage.IN_PROGRESS, None)


async def test_what_was_not_known_is_filled_in_without_being_asked_for(book: Database) -> None:
    known = row("XC2026-001", satisfaction="满意12 基本满意3", publicity="村务公开栏")
    taken = await take(book, with_rows(known))
    assert (taken.updated, taken.differences) == (1, [])
    assert (await finding(book, "XC2026-001")).satisfaction == "满意12 基本满意3"


async def test_a_figure_that_changed_replaces_the_old_one_when_asked_for(book: Database) -> None:
    more = row("XC2026-001", outcomes=(Outcome(Metric.CONTRACTS, Decimal(3), "份"),))
    assert (await take(book, with_rows(more))).updated == 1
    most = replace(more, outcomes=(Outcome(Metric.CONTRACTS, Decimal(4), "份"),))
    assert (await take(book, with_rows(most), update=True)).updated == 1
    assert (await sums(book))["contracts"] == 20


async def test_a_dry_run_tells_all_and_stores_nothing(db: Database) -> None:
    taken = await take(db, csv(), create_units=True, dry_run=True)
    assert taken.imported == 26
    assert taken.warnings
    assert await counted(db) == [0] * 8


BAD = Remark(9, "完成时限", "尽快", "不是能看懂的时限", "is not a clear time limit")


async def test_one_bad_row_keeps_all_out(db: Database) -> None:
    taken = await take(db, replace(csv(), errors=(BAD,)), create_units=True)
    assert (taken.imported, taken.errors) == (0, [BAD])
    assert await counted(db) == [0] * 8


async def test_bad_rows_are_left_out_when_asked_for(db: Database) -> None:
    taken = await take(db, replace(csv(), errors=(BAD,)), create_units=True, skip_bad_rows=True)
    assert (taken.imported, taken.errors) == (26, [BAD])
    assert len(await findings(db)) == 26


async def test_an_unknown_unit_offers_the_nearest_name(book: Database) -> None:
    wrong = row("XC2026-001", row=17, number="XC2026-099", lead_unit="甲村支部", condition="另一件事")
    (error,) = (await take(book, with_rows(wrong))).errors
    assert (error.row, error.column, error.value) == (17, "责任单位", "甲村支部")
    assert error.zh == "没有名为“甲村支部”的单位。您是否要填“甲村党支部”？"
    assert "Did you mean “甲村党支部”?" in error.en


async def test_units_and_posts_that_are_made_are_listed(db: Database) -> None:
    taken = await take(db, with_rows(row("XC2026-001")), create_units=True)
    made = {x.zh for x in taken.warnings if x.zh.startswith("新建")}
    assert "新建单位“甲村党支部”" in made
    assert "新建岗位“甲村党支部书记”（甲村党支部）" in made
    assert len(made) == sum(await asked(db, "SELECT count(*) FROM unit UNION ALL SELECT count(*) FROM post"))


async def test_with_the_samples_people_no_owner_post_is_vacant(book: Database) -> None:
    sql = """SELECT number FROM finding WHERE owner_post_id NOT IN (SELECT post_id FROM appointment)
             OR owner_post_id IS NULL"""
    assert await asked(book, sql) == []


POSTS = ("owner", "supervisor", "verifier", "responsible_leader", "lead_leader")


async def test_people_taken_in_after_a_ledger_hold_the_posts_it_made(db: Database) -> None:
    await take(db, csv(), create_units=True)
    await sample.staff(db)
    assert await asked(db, "SELECT name FROM post GROUP BY name HAVING count(*) > 1") == []
    for name in POSTS:
        vacant = f"SELECT number FROM finding WHERE {name}_post_id NOT IN (SELECT post_id FROM appointment)"
        assert await asked(db, vacant) == []


UNNUMBERED = row("XC2026-001", number="", condition="值班记录有三处空白。")


async def test_rows_without_a_number_are_numbered_and_known_again(book: Database) -> None:
    taken = await take(book, with_rows(UNNUMBERED))
    assert taken.imported == 1
    assert [x.zh for x in taken.warnings] == ["未填编号，编为 XC2026-004"]
    again = await take(book, with_rows(replace(UNNUMBERED, condition="值班记录有三处空白")))
    assert (again.imported, again.unchanged + again.updated + len(again.differences)) == (0, 2)
    assert len(await findings(book)) == 27


async def test_the_same_row_twice_in_one_file_is_an_error(book: Database) -> None:
    twice = with_rows(UNNUMBERED, replace(UNNUMBERED, row=UNNUMBERED.row + 1))
    (error,) = (await take(book, twice)).errors
    assert error.zh == f"与第{UNNUMBERED.row}行重复"


async def test_two_imports_at_once_make_one_set(db: Database) -> None:
    taken = await asyncio.gather(*(take(db, csv(), create_units=True) for _ in range(2)))
    assert sorted((x.imported, x.unchanged) for x in taken) == [(0, 26), (26, 0)]
    assert len(await findings(db)) == 26
    assert await sums(db) == SUMS


async def test_an_act_and_an_import_at_once_leave_a_whole_chain(book: Database) -> None:
    results = await asyncio.gather(
        take(book, with_rows(CHANGED), update=True),
        act(book, "XC2026-001", Act.REPORT_PROGRESS, "jiacun", text="已公示", percent=95),
        return_exceptions=True,
    )
    past = await events(book, "XC2026-001")
    found = await finding(book, "XC2026-001")
    assert [event.seq for event in past] == list(range(1, found.version + 1))
    assert not isinstance(results[0], BaseException)


LADDER = {
    "SJ2026-001": {
        "green_reminder": "skipped",
        "yellow_reminder": "skipped",
        "red_order": "queued",
        "second_order": "drafted",
        "interview": "drafted",
        "circular": "drafted",
    },
    "XC2026-001": {"green_reminder": "skipped", "yellow_reminder": "queued"},
    "XC2026-003": {"green_reminder": "skipped", "yellow_reminder": "queued"},
    "DC2026-001": {"green_reminder": "skipped", "yellow_reminder": "queued"},
    "DC2026-002": {
        "yellow_reminder": "queued",
        "acceptance_reminder": "skipped",
        "acceptance_overdue": "queued",
    },
}
"""What the ladder calls for on 2026-11-20; the others are closed, or not yet within twenty days."""


async def test_on_the_samples_day_the_ladder_calls_for_these_letters_and_no_more(book: Database) -> None:
    assert await climb_due(book, NOW) == 15
    told = {x.number: await letters(book, x.number) for x in await findings(book)}
    assert {number: found for number, found in told.items() if found} == LADDER


async def test_whichever_ledger_came_first_the_same_letters_are_called_for(db: Database) -> None:
    await sample.staff(db)
    await take(db, xlsx(), create_units=True)
    await take(db, csv(), create_units=True)
    await climb_due(db, NOW)
    told = {x.number: await letters(db, x.number) for x in await findings(db)}
    assert {number: found for number, found in told.items() if found} == LADDER


async def test_a_second_climb_writes_nothing(book: Database) -> None:
    await climb_due(book, NOW)
    assert await climb_due(book, NOW) == 0


async def test_a_ledger_that_does_not_say_since_when_calls_for_nothing_of_the_past(db: Database) -> None:
    await take(db, xlsx(), create_units=True)
    await climb_due(db, NOW)
    late = {rung: s for rung, s in LADDER["SJ2026-001"].items() if s != "skipped"}
    assert await letters(db, "SJ2026-001") == late
    assert await letters(db, "DC2026-002") == {}


async def test_the_red_order_goes_to_the_units_head_and_the_supervisor_reads_it_too(book: Database) -> None:
    await climb_due(book, NOW)
    async with book.reading() as session:
        (order,) = [x for x in await questions.letters(session) if x["rung"] == "red_order"]
    assert order["to"] == ["丙村党支部书记"]
    assert "乡审计监督专员" in order["cc"]


def test_the_sample_is_what_it_is_said_to_be() -> None:
    assert len(csv().rows) == len(xlsx().rows) == 26
    assert sample.DEMO.is_dir()


async def test_an_amendment_is_the_only_event_of_its_kind(book: Database) -> None:
    async with book.reading() as session:
        amended = await session.exec(select(Event).where(col(Event.act) == Act.AMEND))
        assert list(amended) == []
