"""Runs and rows: wakes, generations, steps begun, leases."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from models import guidance, leases, ledger
from models.database import Database
from models.guidance import Look, Superseded
from models.running import Run
from policy.stages import Act, Stage, Step
from tests.models.township import LIFE, NOW, act, asked, assigned, brought_to


async def new_generation(db: Database, number: str, now: datetime = NOW) -> int:
    async with db.writing() as session:
        finding = await ledger.find(session, number)
        before = await guidance.current_run(session, number)
        return (await guidance.new_generation(session, finding, before, now)).generation


async def look(db: Database, number: str, generation: int, run: str = "run-1") -> Look | Superseded:
    async with db.writing() as session:
        return await guidance.look(session, number, generation, run, "host:1", NOW)


async def run_of(db: Database, number: str, generation: int) -> Run:
    async with db.reading() as session:
        run = await session.get(Run, (number, generation))
    assert run is not None
    return run


async def test_a_look_touches_the_lease_and_sees_what_stands(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    seen = await look(town, number, await new_generation(town, number))
    assert isinstance(seen, Look)
    assert (seen.stage, seen.unit, seen.title) == (Stage.IN_PROGRESS, "甲村党支部", "议事记录不全")
    run = await run_of(town, number, 1)
    assert (run.flow_run_id, run.holder, run.touched_at) == ("run-1", "host:1", NOW)
    assert run.version_seen == seen.version
    assert run.ended_at is None


async def test_a_look_says_since_when_it_was_wanted_but_once_for_a_version(town: Database) -> None:
    number = await assigned(town)
    generation = await new_generation(town, number)
    first, again = [await look(town, number, generation) for _ in range(2)]
    assert isinstance(first, Look)
    assert isinstance(again, Look)
    assert (first.woken_at, again.woken_at) == (NOW, None)
    later = NOW + timedelta(minutes=5)
    await act(town, number, Act.ACCEPT, "owner", now=later)
    moved = await look(town, number, generation)
    assert isinstance(moved, Look)
    assert moved.woken_at == later


async def test_an_older_generation_sees_nothing_and_changes_nothing(town: Database) -> None:
    number = await assigned(town)
    first = await new_generation(town, number)
    await look(town, number, first, "run-1")
    second = await new_generation(town, number)
    assert isinstance(await look(town, number, second, "run-2"), Look)
    before = await run_of(town, number, first)
    assert await look(town, number, first, "run-1") == Superseded(None)
    assert await run_of(town, number, first) == before
    assert before.ended_at == NOW


async def test_a_generation_belongs_to_one_run(town: Database) -> None:
    number = await assigned(town)
    generation = await new_generation(town, number)
    await look(town, number, generation, "run-1")
    assert await look(town, number, generation, "another") == Superseded(None)
    assert isinstance(await look(town, number, generation, "run-1"), Look)


async def test_a_run_without_a_row_is_superseded(town: Database) -> None:
    number = await assigned(town)
    assert await look(town, "nowhere", 1) == Superseded(None)
    assert await look(town, number, 7) == Superseded(None)


async def test_the_run_of_a_closed_cycle_ends_and_the_next_cycle_has_its_own(town: Database) -> None:
    number = await brought_to(town, Stage.CLOSED)
    generation = await new_generation(town, number)
    await look(town, number, generation)
    assert (await run_of(town, number, generation)).ended_at == NOW
    await act(town, number, Act.REOPEN, "inspector", reason="问题反弹", basis="回头看记录")
    assert await look(town, number, generation) == Superseded(Stage.CLOSED)
    seen = await look(town, number, await new_generation(town, number), "run-2")
    assert isinstance(seen, Look)
    assert seen.cycle == 2


async def begin(db: Database, number: str, step: Step) -> None:
    async with db.writing() as session:
        await guidance.begin_step(session, await ledger.find(session, number), step, NOW)


async def test_a_step_is_begun_once_however_often_it_is_tried(town: Database) -> None:
    number = await assigned(town)
    for _ in range(3):
        await begin(town, number, Step.ASSIGN)
    assert await asked(town, "SELECT count(*) FROM step_begun") == [1]


async def test_a_step_is_new_until_it_is_begun_and_again_in_another_round(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    generation = await new_generation(town, number)

    async def new() -> set[Step]:
        seen = await look(town, number, generation)
        assert isinstance(seen, Look)
        return {step for step in Step if seen.is_new(step)}

    assert await new() == {Step.ASSIGN, Step.FOLLOW_UP, Step.VERIFY}
    for step in (Step.ASSIGN, Step.FOLLOW_UP, Step.VERIFY):
        await begin(town, number, step)
    assert await new() == set()
    await act(town, number, Act.RETURN_FOR_REWORK, "verifier", reason="缺少村民代表会议记录，请补充")
    assert await new() == {Step.FOLLOW_UP}
    await begin(town, number, Step.FOLLOW_UP)
    await act(town, number, Act.SUBMIT, "owner")
    assert await new() == {Step.VERIFY}


async def requeue(db: Database, number: str) -> bool:
    async with db.writing() as session:
        return await guidance.requeue(session, await ledger.find(session, number), NOW)


async def queued(db: Database, now: datetime = NOW) -> dict[str, list[int]]:
    """What a relay would take now, left where it is."""
    with suppress(Unseen):
        async with db.writing() as session:
            found = await guidance.take_wakes(session, now)
            raise Unseen
    return found


class Unseen(Exception):
    """Ends a transaction without a commit."""


async def relayed(db: Database) -> None:
    """All that is queued, taken to Prefect."""
    ids = [wake for wakes in (await queued(db)).values() for wake in wakes]
    async with db.writing() as session:
        await guidance.wakes_done(session, ids, NOW)


async def test_the_wakes_of_one_finding_become_one_call(town: Database) -> None:
    first, second = await assigned(town), await brought_to(town, Stage.PLAN_REVIEW)
    assert {number: len(ids) for number, ids in (await queued(town)).items()} == {first: 1, second: 3}


async def test_a_wake_is_queued_again_only_if_none_is_waiting(town: Database) -> None:
    number = await assigned(town)
    assert not await requeue(town, number)
    await relayed(town)
    assert await queued(town) == {}
    assert await requeue(town, number)
    assert not await requeue(town, number)
    assert list(await queued(town)) == [number]


async def test_a_wake_that_failed_is_tried_after_growing_pauses(town: Database) -> None:
    number = await assigned(town)
    now, pauses = NOW, []
    for _ in range(8):
        (ids,) = (await queued(town, now)).values()
        async with town.writing() as session:
            await guidance.wakes_failed(session, ids, now, "Prefect 未应答")
        assert await queued(town, now) == {}
        (after,) = set(await asked(town, "SELECT next_at FROM wake"))
        later = datetime.fromisoformat(str(after)).replace(tzinfo=NOW.tzinfo)
        pauses.append((later - now).seconds)
        now = later
    assert pauses == [1, 2, 5, 10, 30, 60, 60, 60]
    assert list(await queued(town, now)) == [number]


async def taken(db: Database, now: datetime) -> dict[str, list[int]]:
    async with db.writing() as session:
        return await guidance.take_wakes(session, now)


async def test_several_relays_share_the_wakes_and_take_up_those_of_a_dead_one(town: Database) -> None:
    numbers = [await assigned(town) for _ in range(20)]
    shares = await asyncio.gather(*(taken(town, NOW) for _ in range(4)))
    assert sorted(number for share in shares for number in share) == sorted(numbers)
    assert await taken(town, NOW + guidance.TAKEN - timedelta(seconds=1)) == {}
    assert sorted(await taken(town, NOW + guidance.TAKEN)) == sorted(numbers)


async def nowhere(db: Database, number: str, now: datetime) -> bool:
    async with db.reading() as session:
        return await guidance.gets_nowhere(session, await ledger.find(session, number), now)


async def test_runs_that_get_nowhere_are_put_in_quarantine_until_somebody_acts(town: Database) -> None:
    number = await assigned(town)
    for tried in range(guidance.TRIES):
        assert not await nowhere(town, number, NOW), tried
        await new_generation(town, number)
    async with town.writing() as session:
        last = await guidance.current_run(session, number)
        assert last is not None
        last.ended_at = NOW
    assert await nowhere(town, number, NOW + timedelta(minutes=59))
    assert not await nowhere(town, number, NOW + guidance.QUARANTINE)
    await act(town, number, Act.ACCEPT, "owner")
    assert not await nowhere(town, number, NOW + timedelta(minutes=59))


async def with_runs(db: Database, limit: int = 100) -> list[tuple[str, int | None, bool]]:
    async with db.reading() as session:
        rows = await guidance.with_runs(session, "", limit)
    return [(finding.number, run.generation if run else None, waiting) for finding, run, waiting in rows]


async def test_the_watch_sees_live_findings_with_their_newest_run(town: Database) -> None:
    number, other = await assigned(town), await assigned(town)
    await new_generation(town, number)
    await new_generation(town, number)
    assert await with_runs(town) == [(number, 2, True), (other, None, True)]
    await relayed(town)
    assert await with_runs(town, limit=1) == [(number, 2, False)]


async def test_the_watch_sees_an_ended_finding_until_its_run_has_ended(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_CLOSURE)
    generation = await new_generation(town, number)
    await look(town, number, generation)
    what, by, said, _ = LIFE[-1]
    await act(town, number, what, by, **said)
    assert [row[:2] for row in await with_runs(town)] == [(number, generation)]
    await look(town, number, generation)
    assert await with_runs(town) == []


async def owned(db: Database, *runs: str) -> set[str]:
    async with db.reading() as session:
        return set(await guidance.owned(session, runs))


async def test_a_run_that_is_over_here_guides_nothing_whatever_prefect_shows(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_CLOSURE)
    first = await new_generation(town, number)
    await look(town, number, first, "run-1")
    second = await new_generation(town, number)
    await look(town, number, second, "run-2")
    assert await owned(town, "run-1", "run-2", "nobodys") == {"run-2"}
    what, by, said, _ = LIFE[-1]
    await act(town, number, what, by, **said)
    await look(town, number, second, "run-2")
    assert await owned(town, "run-1", "run-2") == set(), "closed: it may have failed to tell Prefect so"


async def test_an_ended_finding_that_never_ran_is_nobodys_concern(town: Database) -> None:
    await brought_to(town, Stage.CLOSED)
    assert await with_runs(town) == []


async def take(db: Database, holder: str, now: datetime = NOW) -> bool:
    return await leases.take(db, "watch", holder, 30, now)


async def test_one_of_several_workers_has_the_lease(town: Database) -> None:
    taken = await asyncio.gather(*(take(town, f"worker-{n}") for n in range(5)))
    assert sum(taken) == 1
    assert await asked(town, "SELECT holder FROM lease") == [f"worker-{taken.index(True)}"]


@pytest.mark.parametrize(("seconds", "free"), [(29, False), (31, True)])
async def test_another_takes_over_when_the_holder_falls_silent(
    town: Database, seconds: int, free: bool
) -> None:
    assert await take(town, "one")
    assert await take(town, "other", NOW + timedelta(seconds=seconds)) is free


async def test_the_holder_prolongs_its_lease(town: Database) -> None:
    assert await take(town, "one")
    assert await take(town, "one", NOW + timedelta(seconds=20))
    assert not await take(town, "other", NOW + timedelta(seconds=40))


async def test_a_lease_that_was_given_back_is_free_at_once_but_only_its_holder_can(town: Database) -> None:
    await take(town, "one")
    await leases.release(town, "watch", "other", NOW)
    assert not await take(town, "other", NOW)
    await leases.release(town, "watch", "one", NOW)
    assert await take(town, "other", NOW)
