"""What each account sees: its reach, its own posts, and of confidential findings what it may open."""

import pytest
import pytest_asyncio
from sqlmodel import select

from models.access.sight import Sight, must_see, opened, seen, sight_of
from models.database import Database
from models.findings import Finding
from models.staff import staffing
from models.staff.book import account_named
from policy.refusals import NotFound
from tests.models.township import TODAY, assigned, holders

MORE = """\
县审计局,superior,,审计专员,auditor,审计员,auditor,a@county.example
林业站,office,和平乡,林业站站长,owner,站长,forester,f@town.example
甲村一组,village_group,甲村党支部,组长,owner,组长,group,g@village.example
"""


@pytest_asyncio.fixture(loop_scope="session")
async def peopled(town: Database) -> Database:
    done = await staffing.take_in(town, holders(MORE))
    assert not done.errors
    await assigned(town, number="JIA-1")
    await assigned(town, number="JIA-2", confidential=True)
    await assigned(town, number="YI-1", unit="乙村党支部", post="乙村党支部书记")
    await assigned(town, number="YI-2", unit="乙村党支部", post="乙村党支部书记", assisting="甲村党支部")
    await assigned(town, number="ZU-1", unit="甲村一组", post="组长")
    return town


async def sight(db: Database, account: str) -> Sight:
    async with db.reading() as session:
        person = (await account_named(session, account)).person_id
        return await sight_of(session, person, TODAY)


ALL = {"JIA-1", "JIA-2", "YI-1", "YI-2", "ZU-1"}


@pytest.mark.parametrize(
    ("account", "in_sight", "whole"),
    [
        ("inspector", ALL, ALL),
        ("verifier", ALL, ALL),
        ("auditor", ALL, ALL - {"JIA-2"}),
        ("owner", {"JIA-1", "JIA-2", "ZU-1"}, {"JIA-1", "JIA-2", "ZU-1"}),
        ("clerk", {"JIA-1", "JIA-2", "ZU-1"}, {"JIA-1", "ZU-1"}),
        ("other", {"YI-1", "YI-2"}, {"YI-1", "YI-2"}),
        ("group", {"ZU-1"}, {"ZU-1"}),
        ("forester", set(), set()),
    ],
)
async def test_each_sees_their_reach_and_opens_what_they_may(
    peopled: Database, account: str, in_sight: set[str], whole: set[str]
) -> None:
    eyes = await sight(peopled, account)
    async with peopled.reading() as session:
        listed = set(await session.exec(select(Finding.number).where(seen(eyes))))
        shown = set(await session.exec(select(Finding.number).where(seen(eyes), opened(eyes))))
        rows = list(await session.exec(select(Finding)))
    assert (listed, shown) == (in_sight, whole)
    assert {row.number for row in rows if eyes.opens(row)} >= whole
    assert {row.number for row in rows if eyes.sees(row)} >= in_sight


async def test_an_assisting_unit_opens_the_finding_though_its_list_is_not_longer(peopled: Database) -> None:
    eyes = await sight(peopled, "owner")
    async with peopled.reading() as session:
        finding = await session.get_one(Finding, "YI-2")
        other = await session.get_one(Finding, "YI-1")
    assert must_see(eyes, finding) is finding
    with pytest.raises(NotFound, match="没有编号为"):
        must_see(eyes, other)


async def test_who_holds_no_post_sees_nothing(peopled: Database) -> None:
    async with peopled.reading() as session:
        rows = list(await session.exec(select(Finding).where(seen(Sight()))))
    assert rows == []
