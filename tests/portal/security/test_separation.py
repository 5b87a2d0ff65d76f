"""Nobody checks, closes or decides on their own work, and nobody does others': by whichever door they try."""

import asyncio
import os
import sys
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import ColumnElement, update
from sqlmodel import col, func, select

from models import ledger
from models.access.keys import TaskLink
from models.database import database
from models.findings import Finding
from models.history import Event
from models.orders import ActWords, Order, words_of
from models.rules.trade import trade
from models.settings import Settings, settings
from models.staff.people import Account, Appointment
from policy.refusals import NotAllowed, NotFound
from policy.stages import Act
from portal.cli import main
from tasks import clock
from tests.portal.calling import calling
from tests.portal.conftest import Visit
from tests.portal.lives import act, submitted
from tests.portal.visiting import forms_of

REASON = "退回理由不少于十个字，请补充材料"
SAID: dict[Act, dict[str, Any]] = {
    Act.PASS_VERIFICATION: {"text": "属实"},
    Act.RETURN_FOR_REWORK: {"reason": REASON},
    Act.APPROVE_CLOSURE: {"meeting": "第12次党委会"},
    Act.DEFER_CLOSURE: {"reason": REASON},
    Act.TAKE_BACK: {"reason": REASON},
    Act.WITHDRAW: {"reason": REASON},
}
CHECKER = "fujiwei"
PENDING_VERIFICATION = (
    (Act.PASS_VERIFICATION, "bingcun"),  # who did the work
    (Act.RETURN_FOR_REWORK, "bingcun"),
    (Act.PASS_VERIFICATION, "jiacun"),  # a neighbour
    (Act.PASS_VERIFICATION, "shuji"),  # who closes
    (Act.TAKE_BACK, CHECKER),  # who checks does not do
    (Act.TAKE_BACK, "ganshi"),
    (Act.APPROVE_CLOSURE, "shuji"),  # before its time
)
PENDING_CLOSURE = (
    (Act.APPROVE_CLOSURE, "bingcun"),
    (Act.APPROVE_CLOSURE, CHECKER),  # who verified
    (Act.APPROVE_CLOSURE, "ganshi"),
    (Act.DEFER_CLOSURE, "bingcun"),
    (Act.RETURN_FOR_REWORK, "bingcun"),
)


async def count(config: Settings) -> int:
    async with database(config).reading() as session:
        return (await session.exec(select(func.count()).select_from(Event))).one()


async def version(config: Settings, number: str) -> int:
    async with database(config).reading() as session:
        return (await session.get_one(Finding, number)).version


async def by_form(config: Settings, visit: Visit, number: str, what: Act, who: str) -> None:
    person = await visit(who)
    token = next(iter(forms_of(await person.get("/account")).values()))["csrf"]
    said = {"csrf": token, "version": str(await version(config, number)), **SAID[what]}
    refused = await person.client.post(f"/findings/{number}/acts/{what}", data=said)
    assert refused.status_code in {403, 404}, (what, who, refused.status_code)


async def by_program(config: Settings, number: str, what: Act, who: str) -> None:
    program = await calling(config, who)
    said = {"act": what.value, "version": await version(config, number), **SAID[what]}
    refused = await program.post(f"/findings/{number}/acts", said)
    assert refused.status_code in {403, 404}, (what, who, refused.status_code, refused.text)
    await program.client.aclose()


async def by_command(config: Settings, number: str, what: Act, who: str) -> None:
    pairs = [word for name, value in SAID[what].items() for word in ("--set", f"{name}={value}")]
    words = ["rectify", "act", number, what.value, "--by", who, *pairs]

    def run() -> object:
        with patch.object(sys, "argv", words), pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code

    assert os.environ["RECTIFY_HOME"] == str(config.home)
    assert await asyncio.to_thread(run) == 3, (what, who)
    settings.cache_clear()


async def by_link(config: Settings, number: str, what: Act, who: str) -> None:
    """As if a link of theirs had been stretched to another act."""
    db = database(config)
    async with db.writing() as session:
        finding, now = await session.get_one(Finding, number), clock.real()
        link = TaskLink(
            hash=os.urandom(32).hex(),
            finding=number,
            post_id=finding.owner_post_id or 0,
            version=finding.version,
            account=who,
            pin_hash="x",
            made_by="ganshi",
            made_at=now,
            expires_at=now,
        )
        session.add(link)
        await session.flush()
        of_link = link.id
    order = Order(number, what, who, words_of(ActWords, SAID[what]), link=of_link)
    with pytest.raises((NotAllowed, NotFound)):
        await ledger.record(db, order, clock.now(), await trade(db))


async def tried_by_every_door(
    config: Settings, visit: Visit, number: str, wanted: tuple[tuple[Act, str], ...]
) -> None:
    before = await count(config)
    for what, who in wanted:
        await by_form(config, visit, number, what, who)
        await by_program(config, number, what, who)
        await by_link(config, number, what, who)
    await by_command(config, number, *wanted[0])
    assert await count(config) == before


async def test_duties_are_kept_apart_by_every_door(town: Settings, visit: Visit) -> None:
    number = await submitted(town, "bingcun")
    await tried_by_every_door(town, visit, number, PENDING_VERIFICATION)
    await act(town, number, Act.PASS_VERIFICATION, CHECKER, text="属实")
    await tried_by_every_door(town, visit, number, PENDING_CLOSURE)
    await act(town, number, Act.APPROVE_CLOSURE, "shuji", meeting="第12次党委会")
    assert await version(town, number) > 8


async def test_rights_end_between_the_form_and_its_sending(town: Settings, visit: Visit) -> None:
    number = await submitted(town, "bingcun")
    checker = await visit(CHECKER)
    path = f"/findings/{number}/acts/pass_verification"
    page = await checker.get(path)
    before = await count(town)
    async with database(town).writing() as session:
        await session.exec(update(Appointment).values(to_day=date(2026, 11, 1)).where(of_checker()))
    refused = await checker.send(page, path, SAID[Act.PASS_VERIFICATION])
    assert refused.status_code in {403, 404}
    assert (await checker.get(f"/findings/{number}")).status_code == 404
    assert await count(town) == before


def of_checker() -> ColumnElement[bool]:
    person = select(Account.person_id).where(Account.name == CHECKER).scalar_subquery()
    return col(Appointment.person_id) == person
