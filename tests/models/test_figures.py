"""The figures of a small township, and what the database reads to give them."""

from datetime import timedelta

from sqlalchemy import text

from models.database import Database
from models.figures import Figures, figures
from policy.stages import Act, Stage
from tests.models.township import NOW, act, assigned, brought_to, change, opened

LATER = NOW + timedelta(seconds=90)


async def seen(db: Database) -> Figures:
    async with db.reading() as session:
        return await figures(session, LATER, LATER)


async def test_open_findings_are_counted_by_stage_and_ended_ones_not(town: Database) -> None:
    await opened(town)
    for stage in (Stage.IN_PROGRESS, Stage.IN_PROGRESS, Stage.PENDING_CLOSURE, Stage.CLOSED):
        await brought_to(town, stage)
    found = (await seen(town)).findings
    assert {stage: count for stage, count in found.items() if count} == {
        "draft": 1,
        "in_progress": 2,
        "pending_closure": 1,
    }
    assert found["assigned"] == 0
    assert "closed" not in found


async def test_overdue_is_what_is_past_its_deadline_and_open(town: Database) -> None:
    late, due, free = [await brought_to(town, Stage.IN_PROGRESS) for _ in range(3)]
    closed = await brought_to(town, Stage.CLOSED)
    await change(
        town,
        "UPDATE finding SET deadline = '2026-11-19' WHERE number IN (:late, :closed)",
        late=late,
        closed=closed,
    )
    await change(town, "UPDATE finding SET deadline = '2026-11-20' WHERE number = :due", due=due)
    await change(town, "UPDATE finding SET deadline = NULL WHERE number = :free", free=free)
    assert (await seen(town)).overdue == 1


async def test_a_waiting_wake_grows_old_until_it_is_relayed(town: Database) -> None:
    number = await assigned(town)
    await act(town, number, Act.ACCEPT, "owner", now=NOW + timedelta(seconds=30))
    assert ((await seen(town)).wakes, (await seen(town)).wake_age) == (2, 90.0)
    await change(town, "UPDATE wake SET done_at = queued_at WHERE version < 3")
    assert ((await seen(town)).wakes, (await seen(town)).wake_age) == (1, 60.0)
    await change(town, "UPDATE wake SET done_at = queued_at")
    assert ((await seen(town)).wakes, (await seen(town)).wake_age) == (0, 0.0)


async def test_mails_are_counted_until_they_are_sent_and_aged_by_when_they_could_have_gone(
    town: Database,
) -> None:
    await assigned(town)
    columns = "message_id, recipient, person_id, language, subject, content, state, attempts, next_at"
    values = "'a@b', 1, 'zh-CN', '', '', :state, 0, :at, '', '', :at"
    for number, (state, seconds) in enumerate(
        [("queued", 20), ("queued", 600), ("failed", 0), ("sent", 0), ("in_doubt", 0)]
    ):
        await change(
            town,
            f"INSERT INTO mail ({columns}, note, claimed_by, created_at) VALUES ('{number}', {values})",
            state=state,
            at=NOW + timedelta(seconds=seconds),
        )
    found = await seen(town)
    assert found.mails == {"queued": 2, "claimed": 0, "data": 0, "failed": 1, "in_doubt": 1}
    assert found.outbox_age == 70.0


async def test_letters_are_counted_until_they_are_settled(town: Database) -> None:
    await assigned(town)
    assert (await seen(town)).letters["queued"] == 1
    await change(town, "UPDATE letter SET state = 'sent'")
    assert set((await seen(town)).letters.values()) == {0}


async def test_a_heartbeat_is_aged_by_the_machine_s_clock(town: Database) -> None:
    await change(
        town,
        "INSERT INTO heartbeat VALUES ('rounds', :at, :office, 'host:1', 0.1, 3, '')",
        at=NOW,
        office=NOW + timedelta(days=9),
    )
    assert (await seen(town)).heartbeats == {"rounds": 90.0}


async def test_no_figure_reads_what_is_closed_or_sent(sqlite_town: Database) -> None:
    """At five million findings a table must not be read through to be counted."""
    asked: list[str] = []
    async with sqlite_town.reading() as session:
        connection = await session.connection()
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.set_trace_callback(asked.append)
        await figures(session, LATER, LATER)
        await raw.set_trace_callback(None)
        plans = [
            str(step[3])
            for query in asked
            if query.startswith("SELECT")
            for step in await session.exec(text(f"EXPLAIN QUERY PLAN {query}"))  # type: ignore[call-overload]
        ]
    assert len(plans) >= 6
    assert [step for step in plans if step.startswith("SCAN") and "heartbeat" not in step] == []
    assert any("finding USING COVERING INDEX findings_by_stage" in step for step in plans)
