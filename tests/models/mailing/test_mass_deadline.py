"""A thousand findings that fall due on one day are one mail for each person."""

import re
from collections import Counter
from datetime import UTC, date, datetime

from models.database import Database
from models.findings import Finding
from models.mailing import outbox
from models.mailing.letters import climb
from models.staff import staffing
from policy.stages import Stage
from tasks.post import has_work
from tasks.watch import climb_due
from tests.models.mailing.test_letters_and_outbox import mailed, mails, text
from tests.models.sample import row, take, with_rows
from tests.models.township import TRADE, asked, brought_to, change, holders

FINDINGS, VILLAGES = 1000, 19
DUE = date(2026, 12, 1)
LATE = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
NUMBER = re.compile(r"\bXC2026-\d{4}\b")


async def one_round_for_all_villages(db: Database) -> None:
    """A thousand findings of one inspection round, for 19 villages, each with a secretary of its own."""
    secretaries = (
        f"{at}号村党支部,village,和平乡,{at}号村书记,owner;party_head,书记{at},village{at},village{at}@v.example"
        for at in range(VILLAGES)
    )
    assert not (await staffing.take_in(db, holders("\n".join(secretaries)))).errors
    rows = [
        row(
            "XC2026-001",
            row=at,
            number=f"XC2026-{at:04}",
            title=f"问题{at}",
            condition=f"第{at}个问题的具体表现。",
            lead_unit=f"{at % VILLAGES}号村党支部",
            owner_post=f"{at % VILLAGES}号村书记",
            supervisor="乡纪委书记",
            verifier="乡纪委书记",
            deadline=DUE,
            original_deadline=DUE,
        )
        for at in range(1000, 1000 + FINDINGS)
    ]
    taken = await take(db, with_rows(*rows), create_units=True)
    assert (taken.imported, taken.errors) == (FINDINGS, [])


async def test_a_thousand_findings_due_on_one_day_are_one_mail_for_each_person(town: Database) -> None:
    await one_round_for_all_villages(town)
    await climb_due(town, LATE)
    told = Counter(await mailed(town, LATE))
    assert set(told.values()) == {1}
    owners = {f"village{at}@v.example" for at in range(VILLAGES)}
    assert set(told) == {*owners, "verifier@town.example", "inspector@town.example"}
    said = {mail.recipient: NUMBER.findall(text(mail)) for mail in await mails(town)}
    carried = [number for owner in owners for number in set(said[owner])]
    assert len(carried) == len(set(carried)) == FINDINGS
    assert await asked(town, "SELECT count(*) FROM letter WHERE rung = 'red_order'") == [FINDINGS]
    assert await mailed(town, LATE) == []


async def overdue(db: Database) -> list[str]:
    """Two findings of one owner, late since today, whose assignments went out."""
    numbers = [await brought_to(db, Stage.IN_PROGRESS, deadline="2026-12-01") for _ in range(2)]
    await mailed(db)
    await change(db, "UPDATE mail SET state = 'sent'")
    return numbers


async def climbed(db: Database, number: str) -> None:
    async with db.writing() as session:
        await climb(session, await session.get_one(Finding, number), TRADE, LATE, LATE.date())


async def test_letters_of_a_round_under_way_wait_for_the_rest_of_it(town: Database) -> None:
    """The watch and the post run beside each other: a person gets one mail all the same."""
    first, second = await overdue(town)
    await climbed(town, first)
    assert not await has_work(town, LATE)
    assert await mailed(town, LATE) == []
    await climbed(town, second)
    assert await has_work(town, LATE)
    assert (await mailed(town, LATE)).count("owner@village.example") == 1
    [last] = [mail for mail in (await mails(town))[-5:] if mail.recipient == "owner@village.example"][-1:]
    assert first in text(last)
    assert second in text(last)


async def test_a_finding_that_fails_at_every_look_holds_up_no_mail_for_long(town: Database) -> None:
    first, _ = await overdue(town)
    await climbed(town, first)
    assert await mailed(town, LATE) == []
    later = LATE + outbox.GATHERS
    assert await has_work(town, later)
    assert "owner@village.example" in await mailed(town, later)
