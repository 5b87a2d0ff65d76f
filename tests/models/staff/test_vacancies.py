"""A post with work and nobody to do it is listed, and its supervisor told once."""

from datetime import timedelta

from models.database import Database
from models.settings import Settings
from models.staff import staffing, vacancies
from models.staff.vacancies import Vacancy
from policy.stages import Act, Stage
from tasks.post import write_mails
from tasks.succession import follow
from tests.models.staff.test_succession import DAY, FILE, POST, reached
from tests.models.township import NOW, TODAY, act, asked, assigned, brought_to, change, holders

ENDS = f"甲村党支部,{POST},owner;party_head,甲书记,owner,,2026-11-21"
COUNT = "SELECT count(*) FROM letter WHERE rung = 'post_vacant'"


async def take(db: Database, text: str) -> None:
    done = await staffing.take_in(db, holders(text, (*FILE, "substitute")), TODAY)
    assert not done.errors, done.errors
    await follow(db, NOW)


async def found(db: Database, days: int) -> list[Vacancy]:
    async with db.reading() as session:
        return await vacancies.vacancies(session, TODAY + days * DAY)


async def test_a_post_is_vacant_from_the_day_after_its_holders_last(town: Database) -> None:
    numbers = (await assigned(town), await brought_to(town, Stage.IN_PROGRESS))
    closed = await brought_to(town, Stage.CLOSED)
    await take(town, ENDS)
    assert await found(town, 1) == []
    (vacancy,) = await found(town, 5)
    assert (vacancy.post, vacancy.unit, vacancy.since) == (POST, "甲村党支部", TODAY + 2 * DAY)
    assert vacancy.numbers == numbers
    assert closed not in vacancy.numbers


async def test_a_post_without_work_is_not_listed(town: Database) -> None:
    await take(town, ENDS)
    assert await found(town, 5) == []


async def test_a_holder_whom_no_letter_reaches_counts_as_none(town: Database) -> None:
    number = await assigned(town)
    await change(town, "UPDATE account SET active = false WHERE name = 'owner'")
    (vacancy,) = await found(town, 0)
    assert (vacancy.since, vacancy.numbers) == (None, (number,))


async def test_whoever_stands_in_for_a_vacant_post_is_named_and_nobody_alarmed(town: Database) -> None:
    await assigned(town)
    await take(town, ENDS + ",other")
    (vacancy,) = await found(town, 5)
    assert vacancy.stands_in == "乙书记"
    assert await follow(town, NOW + 5 * DAY) == 0
    assert await asked(town, COUNT) == [0]


async def test_the_supervisor_is_told_once_of_each_finding_in_one_mail(town: Database) -> None:
    await take(town, "甲村党支部,甲村报账员,liaison,甲报账员,clerk,,")
    for _ in range(3):
        await assigned(town)
    await take(town, ENDS)
    await write_mails(town, Settings(_env_file=None), NOW)
    for days in range(5):
        await follow(town, NOW + days * DAY)
    assert await asked(town, COUNT) == [3]
    await write_mails(town, Settings(_env_file=None), NOW + 4 * DAY)
    assert set(await reached(town, "post_vacant")) == {"verifier@town.example"}
    carried = "SELECT DISTINCT mail_id FROM addressee JOIN letter l ON l.id = letter_id WHERE rung = :rung"
    assert len(await asked(town, carried, rung="post_vacant")) == 1


async def test_a_finding_that_comes_to_a_vacant_post_later_is_told_as_well(town: Database) -> None:
    closed = await brought_to(town, Stage.CLOSED)
    await take(town, ENDS)
    await follow(town, NOW + 3 * DAY)
    assert await asked(town, COUNT) == [0]
    await act(town, closed, Act.REOPEN, "inspector", now=NOW + 4 * DAY, reason="群众反映反弹", basis="信访件")
    await follow(town, NOW + 4 * DAY)
    await follow(town, NOW + 5 * DAY)
    assert await asked(town, COUNT) == [1]


async def test_a_second_vacancy_is_told_anew(town: Database) -> None:
    await assigned(town)
    await take(town, ENDS)
    await follow(town, NOW + 3 * DAY)
    await take(town, f"甲村党支部,{POST},owner,丙书记,bing,2026-11-25,2026-11-26")
    for days in (5, 6, 7, 8):
        await follow(town, NOW + timedelta(days=days))
    assert await asked(town, COUNT) == [2]


async def test_a_post_that_nobody_ever_held_is_listed_and_alarms_nobody(town: Database) -> None:
    number = await assigned(town)
    await change(
        town, "DELETE FROM appointment WHERE post_id = (SELECT id FROM post WHERE name = :post)", post=POST
    )
    await follow(town, NOW)
    assert [(x.since, x.numbers) for x in await found(town, 0)] == [(None, (number,))]
    assert await asked(town, COUNT) == [0]
