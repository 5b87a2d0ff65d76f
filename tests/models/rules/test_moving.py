"""Findings taken over to the rules in force: which dates move, what is written down, what is left alone."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.checks import check
from models.database import Database
from models.ledger import find
from models.mailing.letters import climb
from models.rules import moving, ruling
from models.rules.moving import Moving, Wanted
from models.rules.shipped import shipped_text
from models.rules.trade import load
from policy.deadlines import DayCount
from policy.refusals import BadInput, NotAllowed, NotFound
from policy.stages import Act, Stage
from policy.trade import Trade
from tests.models.township import (
    NOW,
    TODAY,
    TRADE,
    act,
    asked,
    assigned,
    brought_to,
    events,
    finding,
    letters,
)

MONTHS, TWO = "number = 3\n", "number = 2\n"
OLD, NEW = date(2027, 2, 2), date(2027, 1, 4)
"""Three months and two from 2026-11-02, moved off the weekend."""
WHY = "按县委要求缩短时限"


async def shortened(db: Database) -> Trade:
    """Limited time is two months from now on."""
    await ruling.use(db, shipped_text().replace(MONTHS, TWO, 1), "verifier", "", NOW)
    async with db.reading() as session:
        return await load(session)


async def moved(
    db: Database, *numbers: str, by: str = "verifier", reason: str = WHY, unit: str = ""
) -> Moving:
    return await moving.move(db, Wanted(by, reason, numbers, unit), NOW)


async def previewed(db: Database, *numbers: str) -> Moving:
    return await moving.preview(db, Wanted("verifier", WHY, numbers), NOW)


async def test_a_preview_lists_every_date_that_would_move_and_moves_none(town: Database) -> None:
    computed, by_hand = await assigned(town), await assigned(town, deadline="2026-12-31")
    await shortened(town)
    seen = await previewed(town)
    assert (seen.version, seen.numbers, seen.left) == (2, [computed, by_hand], [])
    assert [(x.number, x.old, x.new) for x in seen.moves] == [(computed, OLD, NEW)]
    kept = await finding(town, computed)
    assert (kept.deadline, kept.rules_version, len(await events(town, computed))) == (OLD, 1, 2)


async def test_before_rules_are_in_force_it_is_known_which_dates_they_would_move(town: Database) -> None:
    computed, _ = await assigned(town), await assigned(town, deadline="2026-12-31")
    text = shipped_text().replace(MONTHS, TWO, 1)
    seen = await moving.if_ruled(town, text)
    assert [(x.number, x.old, x.new) for x in seen] == [(computed, OLD, NEW)]
    assert await moving.if_ruled(town, shipped_text()) == []


async def test_what_is_moved_is_what_was_previewed(town: Database) -> None:
    for _ in range(3):
        await assigned(town)
    await shortened(town)
    seen = await previewed(town)
    done = await moved(town)
    assert (done.numbers, done.moves) == (seen.numbers, seen.moves)
    assert (await previewed(town)).numbers == []


async def test_a_moved_date_is_an_event_with_the_reason_and_a_letter(town: Database) -> None:
    number = await assigned(town)
    await shortened(town)
    await moved(town, number)
    after, event = await finding(town, number), (await events(town, number))[-1]
    assert (after.rules_version, after.deadline, after.original_deadline) == (2, NEW, OLD)
    assert (after.deadline_version, after.deadline_set_on) == (2, TODAY)
    assert (event.act, event.by, event.reason) == (Act.RECOMPUTE, "verifier", WHY)
    said = json.loads(event.said)
    assert said["rules_version"] == {"旧": 1, "新": 2}
    assert (said["deadline"]["旧"], said["deadline"]["新"]) == (str(OLD), str(NEW))
    assert (await letters(town, number))["deadline_moved"] == "queued"
    to = "SELECT copy_only, post.name FROM addressee JOIN letter ON letter.id = letter_id JOIN post ON "
    to += "post.id = post_id WHERE rung = 'deadline_moved' ORDER BY copy_only"
    assert len(await asked(town, to)) == 2


async def test_a_date_counted_in_other_days_says_so(town: Database) -> None:
    number = await assigned(town)
    text = shipped_text().replace('number = 3\nunit = "months"', 'number = 40\nunit = "working_days"', 1)
    await ruling.use(town, text, "verifier", "", NOW)
    await moved(town, number)
    assert (await finding(town, number)).day_count is DayCount.WORKING_DAYS


async def test_without_another_date_there_is_an_event_and_no_letter(town: Database) -> None:
    number = await assigned(town, deadline="2026-12-31")
    await shortened(town)
    await moved(town, number)
    after = await finding(town, number)
    assert (after.rules_version, after.deadline, after.deadline_version) == (2, date(2026, 12, 31), 1)
    assert (await events(town, number))[-1].act is Act.RECOMPUTE
    assert "deadline_moved" not in await letters(town, number)


async def test_reminders_of_the_old_date_are_withdrawn_and_the_new_ones_called_for(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    green = OLD - timedelta(days=20)
    async with town.writing("climb") as session:
        await climb(session, await find(session, number), TRADE, NOW, green)
    assert (await letters(town, number))["green_reminder"] == "queued"
    await shortened(town)
    await moved(town, number)
    assert (await letters(town, number))["green_reminder"] == "cancelled"
    assert (await finding(town, number)).next_look_on == NEW - timedelta(days=20)


async def test_from_then_on_the_new_rules_judge(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    text = shipped_text() + '\n[source."自查".time_limited]\nclosure_approval = false\n'
    await ruling.use(town, text, "verifier", "", NOW)
    await moved(town, number)
    async with town.reading() as session:
        trade = await load(session)
    await act(town, number, Act.PASS_VERIFICATION, "verifier", trade=trade)
    assert (await finding(town, number)).stage is Stage.CLOSED


async def test_what_cannot_go_over_is_left_and_said(town: Database) -> None:
    closed = await brought_to(town, Stage.CLOSED)
    asking = await brought_to(town, Stage.IN_PROGRESS)
    await act(town, asking, Act.REQUEST_EXTENSION, "owner", reason="施工受阻", deadline="2027-03-01")
    await shortened(town)
    await moved(town, plain := await assigned(town))
    done = await moved(town, closed, asking, plain)
    assert done.numbers == []
    assert [(number, zh) for number, (zh, _) in done.left] == [
        (closed, "已销号，不再改动"),
        (asking, "有延期申请待审批，办结后再改"),
        (plain, "已按第2版规则办理"),
    ]
    assert [(await finding(town, x)).rules_version for x in (closed, asking)] == [1, 1]


async def test_a_unit_is_moved_with_all_below_it_and_nobody_else(town: Database) -> None:
    here = await assigned(town)
    there = await assigned(town, unit="乙村党支部", post="乙村党支部书记")
    await shortened(town)
    assert (await moved(town, unit="乙村党支部")).numbers == [there]
    assert (await finding(town, here)).rules_version == 1
    assert (await moved(town, unit="和平乡")).numbers == [here]


@pytest.mark.parametrize("by", ["owner", "inspector", "mayor"])
async def test_only_a_supervisor_or_administrator_moves_findings(town: Database, by: str) -> None:
    number = await assigned(town)
    await shortened(town)
    with pytest.raises(NotAllowed):
        await moved(town, number, by=by)
    assert (await finding(town, number)).rules_version == 1


async def test_a_move_needs_a_reason_and_findings_that_there_are(town: Database) -> None:
    number = await assigned(town)
    await shortened(town)
    with pytest.raises(BadInput, match="理由"):
        await moved(town, number, reason="  ")
    with pytest.raises(NotFound):
        await moved(town, number, "ZC1999-001")
    assert (await finding(town, number)).rules_version == 1


async def test_the_invariants_hold_after_a_move(town: Database, tmp_path: Path) -> None:
    number = await brought_to(town, Stage.PLANNING)
    await shortened(town)
    await moved(town, number)
    found = {one.name: one.broken for one in await check(town, tmp_path, NOW, NOW)}
    for name in ("chains are whole", "rows equal their events", "rules are as written"):
        assert found[name] == []
