"""A letter is read by those it was written to, once it is issued."""

from sqlmodel import col, select

from models.database import database
from models.findings import Finding
from models.mailing.mail import Letter
from models.settings import Settings
from policy.escalation import LetterState
from tests.portal.conftest import Visit
from tests.portal.lives import opened


async def letter_of(config: Settings, number: str) -> Letter:
    async with database(config).reading() as session:
        return (await session.exec(select(Letter).where(col(Letter.finding) == number))).one()


async def test_whoever_a_letter_was_written_to_reads_it_and_another_village_does_not(
    town: Settings, visit: Visit
) -> None:
    number = await opened(town, "jiacun")
    path = f"/letters/{(await letter_of(town, number)).id}"
    owner = await visit("jiacun")
    assert f'href="{path}"' in (await owner.get(f"/findings/{number}")).text
    page = await owner.get(path)
    assert page.status_code == 200
    assert "村集体资金使用不规范" in page.text
    assert 'href="/supervision' not in page.text
    assert (await (await visit("yicun")).get(path)).status_code == 404


async def test_a_draft_is_not_read_by_whom_it_may_once_go_to(town: Settings, visit: Visit) -> None:
    number = await opened(town, "jiacun")
    letter = await letter_of(town, number)
    async with database(town).writing("test") as session:
        (await session.get_one(Letter, letter.id)).state = LetterState.DRAFTED
    owner, path = await visit("jiacun"), f"/letters/{letter.id}"
    assert f'href="{path}"' not in (await owner.get(f"/findings/{number}")).text
    assert (await owner.get(path)).status_code == 404
    assert (await (await visit("jiwei")).get(path)).status_code == 200


async def test_of_a_confidential_finding_nobody_else_of_the_unit_reads_what_was_written(
    town: Settings, visit: Visit
) -> None:
    number = await opened(town, "yicun", post="乙村党支部书记", confidential="是")
    path = f"/letters/{(await letter_of(town, number)).id}"
    async with database(town).reading() as session:
        assert (await session.get_one(Finding, number)).confidential
    assert (await (await visit("yicun")).get(path)).status_code == 200
    assert (await (await visit("yizhuren")).get(path)).status_code == 404
