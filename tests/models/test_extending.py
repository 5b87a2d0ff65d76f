"""Extensions and continuing rectification through the ledger: two approvals, the first deadline for ever."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from models import extending, ledger, questions
from models.database import Database
from models.findings import Extension
from policy.deadlines import DeadlineType
from policy.extensions import Decision
from policy.refusals import NotAllowed
from policy.stages import Act, Stage
from tests.models.township import LIFE, NOW, TODAY, act, brought_to, finding, letters

ASKED: dict[str, Any] = {"reason": "雨季不能施工", "deadline": "2026-12-31"}


async def requests(db: Database, number: str) -> list[Extension]:
    async with db.reading() as session:
        return await extending.of(session, number)


async def asked(db: Database, **said: Any) -> str:
    number = await brought_to(db, Stage.IN_PROGRESS, deadline="2026-11-30")
    await act(db, number, Act.REQUEST_EXTENSION, "owner", **ASKED | said)
    return number


async def test_an_extension_takes_two_people_and_the_earlier_of_their_dates(town: Database) -> None:
    number = await asked(town)
    await act(town, number, Act.APPROVE_EXTENSION, "verifier", deadline="2026-12-20")
    halfway = await finding(town, number)
    assert (halfway.deadline, halfway.extension_to) == (date(2026, 11, 30), date(2026, 12, 20))
    await act(town, number, Act.APPROVE_EXTENSION, "mayor")
    row = await finding(town, number)
    assert (row.deadline, row.original_deadline) == (date(2026, 12, 20), date(2026, 11, 30))
    assert (row.deadline_version, row.extensions, row.extension_to) == (2, 1, None)
    (request,) = await requests(town, number)
    assert (request.outcome, request.granted_to) == (Decision.GRANTED, date(2026, 12, 20))
    assert (request.deadline, request.asked_for) == (date(2026, 11, 30), date(2026, 12, 31))
    states = await letters(town, number)
    assert {"extension_requested", "extension_first_approved", "extension_approved"} <= states.keys()


async def test_nobody_gives_both_approvals(town: Database) -> None:
    number = await asked(town)
    await act(town, number, Act.APPROVE_EXTENSION, "verifier")
    with pytest.raises(NotAllowed, match="还须由他人批准"):
        await act(town, number, Act.APPROVE_EXTENSION, "verifier")
    assert (await finding(town, number)).deadline == date(2026, 11, 30)


async def test_whoever_asked_decides_nothing_though_they_head_the_party_organisation(town: Database) -> None:
    number = await asked(town)
    for what in (Act.APPROVE_EXTENSION, Act.REFUSE_EXTENSION):
        with pytest.raises(NotAllowed, match="请由他人办理"):
            await act(town, number, what, "owner", reason="本人同意")


async def test_one_refusal_is_enough_and_another_request_is_possible(town: Database) -> None:
    number = await asked(town)
    await act(town, number, Act.APPROVE_EXTENSION, "verifier")
    await act(town, number, Act.REFUSE_EXTENSION, "mayor", reason="工期充足")
    assert (await finding(town, number)).extensions == 0
    await act(town, number, Act.REQUEST_EXTENSION, "owner", **ASKED)
    assert [one.outcome for one in await requests(town, number)] == [Decision.REFUSED, Decision.PENDING]


async def test_two_extensions_and_no_more(town: Database) -> None:
    number = await asked(town)
    for until in ("2026-12-31", "2027-01-15"):
        await act(town, number, Act.APPROVE_EXTENSION, "verifier")
        await act(town, number, Act.APPROVE_EXTENSION, "mayor")
        assert (await finding(town, number)).deadline == date.fromisoformat(until)
        if until == "2026-12-31":
            await act(
                town, number, Act.REQUEST_EXTENSION, "owner", reason="仍不能施工", deadline="2027-01-15"
            )
    with pytest.raises(NotAllowed, match="已延期2次"):
        await act(town, number, Act.REQUEST_EXTENSION, "owner", reason="再延", deadline="2027-02-15")
    assert (await finding(town, number)).original_deadline == date(2026, 11, 30)


async def test_a_request_after_the_deadline_is_recorded_as_late_and_stops_no_red_letter(
    town: Database,
) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-20")
    late = NOW + timedelta(days=4)
    await act(town, number, Act.REQUEST_EXTENSION, "owner", now=late, **ASKED)
    (request,) = await requests(town, number)
    assert request.is_late
    assert (await finding(town, number)).next_look_on == date(2026, 11, 21)


async def test_a_pending_request_stops_no_clock(town: Database) -> None:
    number = await asked(town)
    assert (await finding(town, number)).next_look_on == TODAY


async def test_a_request_lapses_when_the_finding_is_closed(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-30")
    await act(town, number, Act.REQUEST_EXTENSION, "owner", **ASKED)
    for what, by, said, _ in LIFE[4:]:
        await act(town, number, what, by, **said)
    row = await finding(town, number)
    assert (row.stage, row.extension_to) == (Stage.CLOSED, None)
    assert [one.outcome for one in await requests(town, number)] == [Decision.LAPSED]


async def test_the_same_approval_sent_twice_counts_once(town: Database) -> None:
    number = await asked(town)
    first = await act(town, number, Act.APPROVE_EXTENSION, "verifier", nonce="one")
    assert await act(town, number, Act.APPROVE_EXTENSION, "verifier", nonce="one") == first
    assert (await finding(town, number)).extensions == 0


CONVERTED: dict[str, Any] = {
    "reason": "需长期坚持",
    "sustained": "是",
    "objective": "按季核对账目",
    "next_review_on": "2027-03-31",
}


async def test_a_finding_is_turned_into_continuing_rectification_and_comes_back_on_its_day(
    town: Database,
) -> None:
    number = await asked(town, **CONVERTED)
    await act(town, number, Act.APPROVE_EXTENSION, "verifier")
    await act(town, number, Act.APPROVE_EXTENSION, "mayor")
    row = await finding(town, number)
    assert (row.deadline_type, row.sustained, row.objective) == (DeadlineType.SUSTAINED, True, "按季核对账目")
    assert (row.deadline, row.next_review_on) == (date(2027, 3, 31), date(2027, 3, 31))
    assert row.original_deadline == date(2026, 11, 30)
    assert "converted" in await letters(town, number)
    async with town.reading() as session:
        stored = (await session.exec(select(Extension))).one()
    assert (stored.sustained, stored.objective) == (True, "按季核对账目")


async def test_what_was_struck_off_and_still_holds_is_looked_at_again_later(town: Database) -> None:
    number = await brought_to(town, Stage.CLOSED, deadline_type="长期坚持")
    first = (await finding(town, number)).next_review_on
    assert first == date(2027, 5, 20)
    when = NOW.replace(year=2027, month=5, day=20)
    await act(town, number, Act.LOOK_BACK, "verifier", now=when, text="抽查两笔，手续齐全")
    row = await finding(town, number)
    assert (row.stage, row.next_review_on) == (Stage.CLOSED, date(2027, 11, 22))  # a Monday
    assert row.review_provisional
    assert row.next_look_on == date(2027, 11, 22)


async def test_a_finding_tells_of_every_request_and_who_agreed(town: Database) -> None:
    number = await asked(town)
    await act(town, number, Act.APPROVE_EXTENSION, "verifier", deadline="2026-12-20")
    await act(town, number, Act.APPROVE_EXTENSION, "mayor")
    async with town.reading() as session:
        (told,) = (await questions.shown(session, await ledger.find(session, number), TODAY))[
            "extension_requests"
        ]
    assert (told["asked_by"], told["asked_on"], told["is_late"]) == ("甲书记", "2026-11-20", False)
    assert (told["deadline"], told["asked_for"], told["granted_to"]) == (
        "2026-11-30",
        "2026-12-31",
        "2026-12-20",
    )
    assert [(one["by"], one["until"]) for one in told["approvals"]] == [
        ("mayor", "2026-12-20"),
        ("verifier", "2026-12-20"),
    ]
