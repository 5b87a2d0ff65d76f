"""The telephone list: whom to call, why, since when; and how a line goes from it."""

from datetime import timedelta

import pytest

from models.database import Database
from models.mailing import outbox
from models.questions import Row
from policy.refusals import NotFound
from policy.stages import Act, Stage
from tasks.post import write_mails
from tasks.telephone import calls
from tasks.watch import climb_due
from tests.models.mailing.test_letters_and_outbox import QUIET, STRIPPED, doubtful, employ, one_mail, settled
from tests.models.township import NOW, act, assigned, brought_to, change

PHONE = "UPDATE account SET phone = '138-0000-0001' WHERE name = 'owner'"
SILENT = "UPDATE account SET mailbox = '' WHERE name = 'owner'"


async def listed(db: Database, now: timedelta = timedelta(0), by: str = "") -> list[Row]:
    return await calls(db, NOW + now, by)


def said(rows: list[Row]) -> list[tuple[str, str, list[str], list[str]]]:
    """Person, telephone, and of each letter which it is and why it did not arrive."""
    return [
        (x["person"], x["phone"], [y["rung"] for y in x["letters"]], [y["why"] for y in x["letters"]])
        for x in rows
    ]


async def test_whoever_can_be_written_to_is_not_on_it(town: Database) -> None:
    await assigned(town)
    await write_mails(town, QUIET, NOW)
    assert await listed(town) == []


async def test_whoever_has_no_mailbox_is_called(town: Database) -> None:
    for statement in (PHONE, SILENT):
        await change(town, statement)
    number = await assigned(town)
    [row] = await listed(town, timedelta(days=2))
    assert said([row]) == [("甲书记", "138-0000-0001", ["assignment"], ["no_mailbox"])]
    assert (row["finding"], row["title"], row["unit"]) == (number, "议事记录不全", "甲村党支部")
    assert (row["posts"], row["since"]) == (["甲村党支部书记"], "2026-11-20")


async def test_the_substitute_of_the_day_is_called_and_a_mailbox_ends_it(town: Database) -> None:
    await change(town, SILENT)
    await assigned(town)
    await change(town, "UPDATE account SET mailbox = '', phone = '139' WHERE name = 'other'")
    await employ(town, "甲村党支部,甲村党支部书记,owner,甲书记,owner,,,other:2026-11-20..2026-11-21")
    assert [row["person"] for row in await listed(town)] == ["乙书记"]
    await change(town, "UPDATE account SET mailbox = 'x@village.example' WHERE name = 'other'")
    assert await listed(town) == []
    assert [row["person"] for row in await listed(town, timedelta(days=2))] == ["甲书记"]


async def test_a_vacant_post_stands_there_until_somebody_holds_it(town: Database) -> None:
    await assigned(town)
    await change(town, STRIPPED)
    assert said(await listed(town)) == [("", "", ["assignment"], ["vacant"])]
    await employ(town, "甲村党支部,甲村党支部书记,owner,丙书记,bing,bing@village.example,,")
    assert await listed(town) == []


async def test_a_holder_without_an_account_is_called_by_name(town: Database) -> None:
    await assigned(town)
    await change(town, STRIPPED)
    await employ(town, "甲村党支部,甲村党支部书记,owner,丁书记,,,,")
    assert said(await listed(town)) == [("丁书记", "", ["assignment"], ["no_mailbox"])]


async def test_a_refused_mail_is_called_about_with_what_the_server_said(town: Database) -> None:
    mail = await one_mail(town)
    sql = "UPDATE mail SET state = 'failed', note = '550 5.1.1 no such user' WHERE id = :id"
    await change(town, sql, id=mail.id)
    rows = await listed(town)
    refused = next(row for row in rows if row["person"] == "甲书记")
    assert said([refused]) == [("甲书记", "", ["assignment"], ["refused"])]
    assert refused["letters"][0]["note"] == "550 5.1.1 no such user"
    assert refused["letters"][0]["mail"] == mail.id


async def test_a_mail_in_doubt_stands_there_until_a_person_decided(town: Database) -> None:
    mail = await doubtful(town)
    assert said(await listed(town)) == [("甲书记", "", ["assignment"], ["in_doubt"])]
    assert await settled(town, mail, arrived=True)
    assert await listed(town) == []


async def test_a_mail_under_way_is_not_called_about(town: Database) -> None:
    await one_mail(town)
    assert [row["person"] for row in await listed(town)] == ["甲报账员"]
    async with town.writing() as session:
        assert await outbox.claim(session, "here:1/a", NOW, 10)
    assert [row["person"] for row in await listed(town)] == ["甲报账员"]
    assert (await listed(town))[0]["letters"][0]["copy"]


async def test_one_line_for_each_finding_and_person_the_gravest_first(town: Database) -> None:
    await change(town, SILENT)
    mild = await assigned(town)
    grave = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-22")
    await climb_due(town, NOW + timedelta(days=3))
    rows = await listed(town, timedelta(days=3))
    assert [row["finding"] for row in rows] == [grave, mild]
    assert "red_order" in [x["rung"] for x in rows[0]["letters"]]
    assert rows[0]["days_left"] == -1


async def test_who_acted_all_the_same_need_not_be_called(town: Database) -> None:
    await change(town, SILENT)
    number = await assigned(town)
    await act(town, number, Act.ACCEPT, "owner")
    assert await listed(town) == []


async def test_a_withdrawal_that_nobody_heard_of_is_called_about(town: Database) -> None:
    await change(town, SILENT)
    number = await assigned(town)
    await act(town, number, Act.WITHDRAW, "inspector", reason="登记有误，另行登记")
    assert said(await listed(town)) == [("甲书记", "", ["withdrawn"], ["no_mailbox"])]


async def test_of_a_confidential_finding_the_number_is_listed_without_its_title(town: Database) -> None:
    await change(town, SILENT)
    number = await assigned(town, confidential=True)
    [row] = await listed(town)
    assert (row["finding"], row["title"], row["confidential"]) == (number, "", True)


async def test_a_supervisor_may_ask_for_their_own_findings(town: Database) -> None:
    await change(town, SILENT)
    mine = await assigned(town)
    await assigned(town, supervisor="乡长")
    assert len(await listed(town)) == 2
    assert [row["finding"] for row in await listed(town, by="verifier")] == [mine]
    with pytest.raises(NotFound, match="nobody"):
        await listed(town, by="nobody")


async def test_whoever_handed_work_over_is_called_as_a_person(town: Database) -> None:
    for statement in (PHONE, SILENT):
        await change(town, statement)
    number = await assigned(town)
    await act(town, number, Act.HAND_OVER, "inspector", post="甲村报账员")
    await write_mails(town, QUIET, NOW)
    assert said(await listed(town)) == [("甲书记", "138-0000-0001", ["handed_over_from"], ["no_mailbox"])]
