"""Asked for all units at once, the posts with a role are those each unit has when it is asked alone."""

from sqlmodel import select

from models.database import Database
from models.staff import book
from models.staff.holdings import holdings
from models.staff.people import Unit
from policy.roles import Role
from tests.models.statements import counted
from tests.models.township import change


async def test_many_units_have_the_posts_that_each_has_alone_and_cost_no_more(town: Database) -> None:
    for number in range(3, 9):  # villages of an office's own, a grid in a village, a house of its own
        parent = "NULL" if number == 8 else str(number - 2)
        kind = "office" if number % 2 else "grid"
        row = f"({number}00, 'u{number}', '{kind}', {parent})"
        await change(town, f"INSERT INTO unit (id, name, kind, parent_id) VALUES {row}")
        await change(town, f"INSERT INTO post (id, unit_id, name) VALUES ({number}00, {number}00, 'p')")
        for role in ("unit_head", "verifier", "approver"):
            await change(town, f"INSERT INTO post_role (post_id, role) VALUES ({number}00, '{role}')")
    async with town.reading() as session:
        units: list[int | None] = [*await session.exec(select(Unit.id)), None]
        alone = {unit: await book.holding(session, unit, set(Role)) for unit in units}
        with counted(town) as sent:
            told = await holdings(session, {unit: set(Role) for unit in units})
    assert told.keys() == alone.keys()
    for unit, posts in alone.items():
        assert list(told[unit]) == sorted(map(tuple, posts), key=lambda one: (one[1], one[0])), unit
    assert len(sent) < 6
