"""Whoever holds a step up is counted, by working days, and nobody else is."""

from datetime import date, timedelta

from models.database import Database
from models.mailing.lateness import late_steps
from models.questions import Row
from policy.stages import Act, Stage
from tests.models.township import NOW, TODAY, TRADE, act, assigned, brought_to


async def late(db: Database, day: date) -> list[Row]:
    async with db.reading() as session:
        return await late_steps(session, TRADE, day)


async def test_the_verifiers_working_days_are_counted_against_the_verifier(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    assert await late(town, date(2026, 11, 27)) == []  # the fifth working day, a Friday
    (row,) = await late(town, date(2026, 12, 1))
    assert (row["finding"], row["due"], row["workdays_late"]) == (number, "2026-11-27", 2)
    assert (row["posts"], row["people"]) == (["乡纪委书记"], ["纪委书记"])


async def test_the_latest_stands_first_and_the_work_itself_is_not_among_them(town: Database) -> None:
    await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-23")
    earlier = await assigned(town, NOW - timedelta(days=7))
    later = await assigned(town)
    await act(town, later, Act.DISPUTE, "owner", reason="不属本村")
    rows = await late(town, TODAY + timedelta(days=14))
    assert [(row["finding"], row["stage"]) for row in rows] == [(earlier, "assigned"), (later, "disputed")]
    assert rows[0]["workdays_late"] > rows[1]["workdays_late"]


async def test_a_confidential_finding_is_late_without_its_title(town: Database) -> None:
    await assigned(town, confidential=True)
    (row,) = await late(town, TODAY + timedelta(days=14))
    assert row["title"] == ""
