"""The one writer: an act is stored whole or not at all, once, by the right person."""

import asyncio
import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlmodel import select

from models import ledger
from models.database import Database
from models.findings import ClosedCycle, Measure
from models.ledger import Receipt, link
from models.mailing.letters import climb
from models.opening import open_finding
from models.orders import ActWords, Attached, OpenWords, Order, words_of
from models.staff import staffing
from policy.chain import GENESIS
from policy.deadlines import DeadlineType
from policy.refusals import BadInput, NotAllowed, NotFound, Overtaken, Refusal
from policy.stages import LIVE, Act, Stage
from tasks.watch import climb_due
from tests.models.statements import counted
from tests.models.township import (
    FILE,
    LIFE,
    NOW,
    PLACED,
    TODAY,
    TRADE,
    act,
    asked,
    assigned,
    brought_to,
    change,
    events,
    finding,
    holders,
    letters,
    opened,
)

ENOUGH = "缺少村民代表会议记录，请补充"


async def employ(db: Database, line: str) -> None:
    assert not (await staffing.take_in(db, holders(line), TODAY)).errors


async def everything(db: Database) -> list[Any]:
    """All that an act may write."""
    tables = ("finding", "event", "letter", "addressee", "wake", "measure", "evidence", "progress_entry")
    counts = [await asked(db, f"SELECT count(*) FROM {table}") for table in tables]
    return [*counts, await asked(db, "SELECT version FROM finding ORDER BY number")]


async def refused(db: Database, number: str, what: Act, by: str, **words: Any) -> Refusal:
    """The refusal of an act, which leaves nothing behind."""
    before = await everything(db)
    with pytest.raises(Refusal) as found:
        await act(db, number, what, by, **words)
    assert await everything(db) == before
    return found.value


async def test_a_finding_lives_from_its_opening_to_its_closure(town: Database) -> None:
    number = await assigned(town)
    for what, by, said, leads_to in LIFE:
        receipt = await act(town, number, what, by, **said)
        assert receipt.stage is leads_to
        assert (await finding(town, number)).stage is leads_to
    row = await finding(town, number)
    assert (row.round, row.cycle, row.version, row.percent) == (1, 1, 12, 100)
    assert row.closed_on == row.submitted_on == row.verified_on == TODAY
    assert row.result == "程序完整"


async def test_owner_verifier_and_closer_of_a_closed_finding_are_three_people(town: Database) -> None:
    number = await brought_to(town, Stage.CLOSED)
    by = {event.act: event.by for event in await events(town, number)}
    assert len({by[Act.SUBMIT], by[Act.PASS_VERIFICATION], by[Act.APPROVE_CLOSURE]}) == 3


async def test_folding_the_events_gives_the_row(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    await act(town, number, Act.RETURN_FOR_REWORK, "verifier", reason=ENOUGH)
    await act(town, number, Act.SUBMIT, "owner")
    await act(town, number, Act.PASS_VERIFICATION, "verifier")
    await act(town, number, Act.APPROVE_CLOSURE, "mayor")
    await act(town, number, Act.REOPEN, "inspector", reason="问题反弹", basis="回头看记录")
    row, past = await finding(town, number), await events(town, number)
    assert [event.seq for event in past] == list(range(1, row.version + 1))
    assert all(later.from_stage is earlier.to_stage for earlier, later in pairwise(past))
    last = past[-1]
    assert (last.to_stage, last.round, last.cycle) == (row.stage, row.round, row.cycle)
    assert max(event.round for event in past) == 2
    assert row.cycle == 2


async def test_every_event_is_chained_to_the_one_before(town: Database) -> None:
    past = await events(town, await brought_to(town, Stage.CLOSED))
    assert past[0].previous == GENESIS
    assert all(later.previous == earlier.hash for earlier, later in pairwise(past))
    assert all(event.hash == link(event) for event in past)


async def test_an_event_holds_what_was_said(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    await act(town, number, Act.REPORT_PROGRESS, "owner", text="已清收", percent=80, outcomes="contracts=2份")
    said = json.loads((await events(town, number))[-1].said)
    assert (said["text"], said["percent"]) == ("已清收", 80)
    assert said["outcomes"][0]["metric"] == "contracts"


WRONG = {
    Act.ACCEPT: [(Act.ACCEPT, "other"), (Act.ACCEPT, "inspector"), (Act.REASSIGN, "owner")],
    Act.APPROVE_PLAN: [(Act.APPROVE_PLAN, "owner")],
    Act.PASS_VERIFICATION: [(Act.PASS_VERIFICATION, "owner"), (Act.PASS_VERIFICATION, "mayor")],
    Act.APPROVE_CLOSURE: [
        (Act.APPROVE_CLOSURE, "verifier"),
        (Act.APPROVE_CLOSURE, "owner"),
        (Act.RETURN_FOR_REWORK, "verifier"),
    ],
}
"""What the wrong people try just before the right one acts."""


async def test_the_wrong_people_are_refused_all_along(town: Database) -> None:
    number = await assigned(town)
    for what, by, said, _ in LIFE:
        for tried, wrong in WRONG.get(what, []):
            no = await refused(town, number, tried, wrong, reason=ENOUGH)
            assert isinstance(no, NotAllowed)
            assert no.zh.startswith(f"{number}：您不能")
        await act(town, number, what, by, **said)


async def test_the_wrong_stage_is_refused_and_what_is_possible_is_said(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    no = await refused(town, number, Act.APPROVE_CLOSURE, "mayor")
    assert no.zh == f"{number} 现为“待验收”，不能同意销号。现在由验收人办理。"
    no = await refused(town, number, Act.APPROVE_CLOSURE, "owner")
    assert no.zh.endswith("您现在可以：撤回提交、工作交接。")


async def test_unknown_findings_and_accounts_are_named(town: Database) -> None:
    number = await assigned(town)
    assert isinstance(await refused(town, number, Act.ACCEPT, "nobody"), NotFound)
    no = await refused(town, "ZC2026-01", Act.ACCEPT, "owner")
    assert no.zh == f"没有名为“ZC2026-01”的问题。您是否要填“{number}”？"


async def test_who_left_has_no_account_any_more(town: Database) -> None:
    number = await assigned(town)
    await change(town, "UPDATE account SET active = false WHERE name = 'owner'")
    assert isinstance(await refused(town, number, Act.ACCEPT, "owner"), NotFound)


async def test_an_act_on_an_older_version_is_overtaken_and_names_who_was_faster(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    seen = (await finding(town, number)).version
    await act(town, number, Act.PASS_VERIFICATION, "verifier", version=seen)
    with pytest.raises(Overtaken, match="由“verifier”更新"):
        await act(town, number, Act.RETURN_FOR_REWORK, "inspector", version=seen, reason=ENOUGH)


async def test_a_form_sent_twice_gives_the_same_receipt_and_one_act(town: Database) -> None:
    number = await assigned(town)
    first = await act(town, number, Act.ACCEPT, "owner", nonce="form-1", version=2)
    assert await act(town, number, Act.ACCEPT, "owner", nonce="form-1", version=2) == first
    assert [event.act for event in await events(town, number)] == [Act.OPEN, Act.ASSIGN, Act.ACCEPT]


async def test_a_form_sent_twice_at_once_gives_the_same_receipt_and_one_act(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    sent = [act(town, number, Act.REPORT_PROGRESS, "owner", nonce="form-1", text="已补记") for _ in range(4)]
    receipts = await asyncio.gather(*sent)
    assert len(set(receipts)) == 1
    told = [event for event in await events(town, number) if event.nonce == "form-1"]
    assert len(told) == 1


async def test_a_nonce_is_its_senders_own(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    await act(town, number, Act.REPORT_PROGRESS, "owner", nonce="1", text="已补记")
    receipt = await act(town, number, Act.HAND_OVER, "inspector", nonce="1", post="甲村报账员")
    assert receipt.act is Act.HAND_OVER


async def test_of_two_opposite_verdicts_at_once_one_wins(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    seen = (await finding(town, number)).version
    results = await asyncio.gather(
        act(town, number, Act.PASS_VERIFICATION, "verifier", version=seen),
        act(town, number, Act.RETURN_FOR_REWORK, "inspector", version=seen, reason=ENOUGH),
        return_exceptions=True,
    )
    (winner,) = [x for x in results if isinstance(x, Receipt)]
    (loser,) = [x for x in results if isinstance(x, Overtaken)]
    assert number in loser.zh
    row = await finding(town, number)
    assert (row.stage, row.version) == (winner.stage, seen + 1)


async def test_verdicts_without_a_version_are_judged_one_after_the_other(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    both = [act(town, number, Act.PASS_VERIFICATION, by) for by in ("verifier", "inspector")]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(x, Receipt) for x in results) == [False, True]
    assert all(isinstance(x, Receipt | NotAllowed | Overtaken) for x in results)
    verdicts = [e for e in await events(town, number) if e.act is Act.PASS_VERIFICATION]
    assert len(verdicts) == 1


async def test_a_vacant_post_blocks_the_assignment(town: Database) -> None:
    await change(
        town, "DELETE FROM appointment WHERE person_id = (SELECT person_id FROM account WHERE name = 'owner')"
    )
    with pytest.raises(NotAllowed, match="岗位空缺：“甲村党支部书记”"):
        await assigned(town)
    number = (await opened(town)).number
    assert "岗位空缺" in (await refused(town, number, Act.ASSIGN, "inspector", **PLACED)).zh


async def test_a_verifier_who_is_the_owner_is_refused(town: Database) -> None:
    swapped = "和平乡,township,,乡审计员,verifier,甲书记,owner,owner@village.example"
    await employ(town, swapped)
    number = (await opened(town)).number
    no = await refused(town, number, Act.ASSIGN, "inspector", **PLACED | {"verifier": "乡审计员"})
    assert "与验收人现为同一人" in no.zh


async def test_who_holds_both_posts_by_now_cannot_verify_their_own_work(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    await employ(town, "乡纪委,office,,乡纪委书记,verifier,甲书记,owner")
    no = await refused(town, number, Act.PASS_VERIFICATION, "owner")
    assert "整改人不能办理自己事项" in no.zh


async def test_the_one_who_verified_cannot_close(town: Database) -> None:
    await employ(town, "和平乡,township,,副乡长,approver,纪委书记,verifier,verifier@town.example")
    number = await brought_to(town, Stage.PENDING_CLOSURE)
    assert "验收人不能再批准销号" in (await refused(town, number, Act.APPROVE_CLOSURE, "verifier")).zh


async def test_nothing_is_submitted_without_evidence_and_with_measures_open(town: Database) -> None:
    number = await brought_to(town, Stage.PLAN_REVIEW)
    await act(town, number, Act.APPROVE_PLAN, "inspector")
    assert "还没有佐证材料" in (await refused(town, number, Act.SUBMIT, "owner")).zh
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(FILE,))
    assert "还有2条措施未完成" in (await refused(town, number, Act.SUBMIT, "owner")).zh
    assert "没有第3条措施" in (await refused(town, number, Act.COMPLETE_MEASURE, "owner", measure=3)).zh


async def test_a_measure_noted_as_done_by_mistake_is_open_again(town: Database) -> None:
    number = await brought_to(town, Stage.PLAN_REVIEW)
    await act(town, number, Act.APPROVE_PLAN, "inspector")
    no = await refused(town, number, Act.COMPLETE_MEASURE, "owner", measure=1, undone=True)
    assert no.zh == "第1条措施本来就没有办结。"
    await act(town, number, Act.COMPLETE_MEASURE, "owner", measure=1)
    await act(town, number, Act.COMPLETE_MEASURE, "owner", measure=1, undone=True)
    assert await asked(town, "SELECT done_on FROM measure ORDER BY seq") == [None, None]


async def test_the_same_file_is_evidence_once(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(FILE, FILE))
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(FILE, Attached("照片.jpg", "b" * 64, 5)))
    assert await asked(town, "SELECT name FROM evidence ORDER BY id") == ["会议记录.pdf", "照片.jpg"]


async def test_a_plan_filed_again_replaces_what_is_not_done(town: Database) -> None:
    number = await brought_to(town, Stage.PLAN_REVIEW)
    await act(town, number, Act.RETURN_PLAN, "inspector", reason="措施不具体")
    await act(town, number, Act.FILE_PLAN, "owner", measures="1.逐笔核实；2.张榜公示；3.专题培训@2026-12-01")
    async with town.reading() as session:
        rows = list(await session.exec(select(Measure)))
    stored = sorted((m.seq, m.text, m.due_on) for m in rows)
    assert stored == [(1, "逐笔核实", None), (2, "张榜公示", None), (3, "专题培训", date(2026, 12, 1))]


async def test_letters_and_wake_are_queued_with_the_act(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    assert (await letters(town, number))["verification_requested"] == "queued"
    row = await finding(town, number)
    waiting = "SELECT version FROM wake WHERE finding = :number AND done_at IS NULL ORDER BY version"
    opened_and_assigned_at_once = 2
    wanted = list(range(opened_and_assigned_at_once, row.version + 1))
    assert await asked(town, waiting, number=number) == wanted


async def test_an_act_asks_no_more_however_much_there_is(town: Database) -> None:
    """A count of statements stands for the time, which depends on who else is at work."""

    async def asked_by_a_life() -> list[int]:
        number, counts = await assigned(town, deadline_type="立行立改"), []
        for what, by, said, _ in (LIFE[0], *LIFE[3:5], *LIFE[7:]):
            with counted(town) as sent:
                await act(town, number, what, by, **said)
            counts.append(len(sent))
        return counts

    first = await asked_by_a_life()
    long = await brought_to(town, Stage.IN_PROGRESS)
    for n in range(10):
        await act(town, long, Act.REPORT_PROGRESS, "owner", text=f"第{n}次", percent=60 + n)
        await assigned(town)
    with counted(town) as sent:
        await act(town, long, Act.REPORT_PROGRESS, "owner", text="又一次", percent=80)
    assert await asked_by_a_life() == first
    assert len(sent) == first[1]
    assert max(first) <= 10, "its questions and its rows"


async def test_several_files_are_kept_in_as_few_steps_as_one(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    files = tuple(Attached(f"照片{n}.jpg", f"{n:064}", 9) for n in range(20))
    with counted(town) as one:
        await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=files[:1])
    with counted(town) as many:
        await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(*files, files[3]))
    assert len(many) == len(one)
    assert await asked(town, "SELECT count(*) FROM evidence WHERE name LIKE '照片%'") == [20]


async def test_a_form_sent_again_has_its_receipt_also_when_the_act_is_refused_by_now(town: Database) -> None:
    number = await assigned(town)
    first = await act(town, number, Act.ACCEPT, "owner", nonce="form-1")
    await brought_on(town, number)
    assert await act(town, number, Act.ACCEPT, "owner", nonce="form-1") == first
    assert await act(town, number, Act.FILE_PLAN, "owner", nonce="form-1") == first
    assert await act(town, "nowhere", Act.ACCEPT, "owner", nonce="form-1") == first


async def brought_on(db: Database, number: str) -> None:
    for what, by, said, _ in LIFE[1:4]:
        await act(db, number, what, by, **said)


async def test_the_nearest_number_is_offered_out_of_very_many(town: Database) -> None:
    await opened(town, number="ZC2026-041")
    with counted(town) as sent, pytest.raises(NotFound, match="您是否要填“ZC2026-041”"):
        await act(town, "ZC2026-O41", Act.ACCEPT, "owner")
    looked = [statement for statement in sent if "ORDER BY finding.number" in statement]
    assert len(looked) == 2
    assert all("LIMIT" in statement for statement in looked)


async def test_a_letter_is_addressed_to_the_post_that_has_the_turn(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    sql = """SELECT post.name FROM letter JOIN addressee ON letter_id = letter.id
             JOIN post ON post.id = post_id WHERE rung = :rung AND NOT copy_only"""
    assert await asked(town, sql, rung="verification_requested") == ["乡纪委书记"]
    assert await asked(town, sql, rung="assignment") == ["甲村党支部书记"]
    assert number


@pytest.mark.parametrize(
    ("stage", "what", "by", "words", "rung"),
    [
        (
            Stage.IN_PROGRESS,
            Act.REQUEST_EXTENSION,
            "owner",
            {"reason": "雨季", "deadline": "2027-03-01"},
            "extension_requested",
        ),
        (Stage.IN_PROGRESS, Act.HAND_OVER, "inspector", {"post": "甲村报账员"}, "handed_over"),
        (Stage.PENDING_CLOSURE, Act.DEFER_CLOSURE, "mayor", {"reason": "待上会"}, "closure_deferred"),
    ],
)
async def test_a_notice_bears_the_day_of_its_act(
    town: Database, stage: Stage, what: Act, by: str, words: dict[str, Any], rung: str
) -> None:
    number = await brought_to(town, stage)
    later = NOW + timedelta(days=4)
    await act(town, number, what, by, now=later, **words)
    sql = "SELECT due_on FROM letter WHERE rung = :rung"
    assert str((await asked(town, sql, rung=rung))[0]) == "2026-11-24"


async def test_a_draft_nobody_was_given_is_withdrawn_without_a_letter(town: Database) -> None:
    number = (await opened(town)).number
    await act(town, number, Act.WITHDRAW, "inspector", reason="登记有误")
    assert await letters(town, number) == {}


async def late(db: Database, number: str, deadline: date) -> None:
    """Everything the ladder calls for twenty-two days after the deadline, written."""
    await climb_due(
        db, NOW.replace(year=deadline.year, month=deadline.month, day=deadline.day) + timedelta(days=22)
    )


async def test_closure_cancels_the_reminders_that_have_become_moot(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-01")
    await late(town, number, date(2026, 12, 1))
    assert (await letters(town, number))["red_order"] == "queued"
    for what, by, said, _ in LIFE[4:]:
        await act(town, number, what, by, **said)
    states = await letters(town, number)
    reminders = {"red_order", "second_order", "interview"}
    assert {states[rung] for rung in reminders} == {"cancelled"}
    assert {states[r] for r in states.keys() - reminders - {"green_reminder", "yellow_reminder"}} == {
        "queued"
    }


async def test_an_extension_cancels_the_old_deadlines_reminders_and_numbers_the_new_one(
    town: Database,
) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-11-30")
    await act(town, number, Act.REQUEST_EXTENSION, "owner", reason="雨季", deadline="2026-12-31")
    await climb_due(town, NOW)
    assert (await letters(town, number))["yellow_reminder"] == "queued"
    await act(town, number, Act.APPROVE_EXTENSION, "verifier")
    await act(town, number, Act.APPROVE_EXTENSION, "mayor", deadline="2026-12-20")
    row = await finding(town, number)
    assert (await letters(town, number))["yellow_reminder"] == "cancelled"
    assert (row.deadline, row.original_deadline) == (date(2026, 12, 20), date(2026, 11, 30))
    assert (row.deadline_version, row.extensions, row.extension_to) == (2, 1, None)
    assert row.next_look_on == date(2026, 11, 30)  # T-20 of the new deadline


async def test_a_deadline_for_an_audit_counts_sixty_working_days(town: Database) -> None:
    number = await assigned(town, source="审计", discovered_on="2026-07-20")
    row = await finding(town, number)
    assert (row.deadline, row.provisional, row.number) == (date(2026, 10, 16), False, "SJ2026-001")


async def test_immediate_work_counts_from_its_assignment(town: Database) -> None:
    row = await finding(town, await assigned(town, deadline_type="立行立改"))
    assert row.deadline_type is DeadlineType.IMMEDIATE
    assert row.deadline == date(2026, 12, 4)


async def test_a_computed_deadline_beyond_the_announced_years_is_provisional(town: Database) -> None:
    row = await finding(town, await assigned(town, discovered_on="2026-10-28"))
    assert (row.deadline, row.provisional) == (date(2027, 1, 28), True)


async def test_a_deadline_by_hand_is_kept_as_it_was_written(town: Database) -> None:
    row = await finding(town, await assigned(town, deadline="2026-12-12"))  # a Saturday
    assert (row.deadline, row.original_deadline, row.deadline_by_hand) == (date(2026, 12, 12),) * 2 + (True,)
    with pytest.raises(BadInput, match="早于发现日期"):
        await assigned(town, deadline="2026-11-01")


@pytest.mark.parametrize("name", ["deadline", "discovered_on"])
@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
def test_days_are_of_this_century(name: str, day: str) -> None:
    with pytest.raises(BadInput, match=f"不能是“{day}”。应在2000年至2100年之间。"):
        words_of(OpenWords, {name: day})


async def test_nothing_is_discovered_tomorrow(town: Database) -> None:
    with pytest.raises(BadInput, match="发现日期 2026-11-21 在今天之后"):
        await opened(town, discovered_on="2026-11-21")


async def test_a_reassignment_moves_the_work_and_keeps_the_original_deadline(town: Database) -> None:
    number = await assigned(town)
    before = await finding(town, number)
    anew: dict[str, Any] = {"unit": "乙村党支部", "post": "乙村党支部书记", "deadline": "2027-03-31"}
    assert "另定时限的理由" in (await refused(town, number, Act.REASSIGN, "inspector", **anew)).zh
    await act(town, number, Act.REASSIGN, "inspector", reason="乙村须待年底决算", **anew)
    after = await finding(town, number)
    assert after.owner_post_id != before.owner_post_id
    assert (after.deadline, after.original_deadline) == (date(2027, 3, 31), before.original_deadline)
    assert after.deadline_version == 2
    await refused(town, number, Act.ACCEPT, "owner")
    await act(town, number, Act.ACCEPT, "other")


async def test_a_reopened_finding_begins_a_cycle_of_its_own_and_the_first_stays_as_it_was(
    town: Database,
) -> None:
    number = await brought_to(town, Stage.CLOSED)
    first = await finding(town, number)
    later = NOW + timedelta(days=30)
    await act(town, number, Act.REOPEN, "inspector", now=later, reason="问题反弹", basis="回头看记录")
    row = await finding(town, number)
    assert (row.stage, row.cycle, row.round, row.percent) == (Stage.IN_PROGRESS, 2, 1, 0)
    assert row.deadline is not None
    assert row.deadline > later.date()
    assert row.original_deadline == row.deadline
    assert (row.closed_on, row.submitted_by, row.verified_by, row.first_closed_on) == (
        None,
        None,
        None,
        TODAY,
    )
    async with town.reading() as session:
        frozen = (await session.exec(select(ClosedCycle))).one()
    assert (frozen.cycle, frozen.closed_on, frozen.deadline) == (1, TODAY, first.deadline)
    assert "还没有佐证材料" in (await refused(town, number, Act.SUBMIT, "owner")).zh


async def test_a_second_cycle_is_closed_beside_the_first(town: Database) -> None:
    number = await brought_to(town, Stage.CLOSED)
    await act(town, number, Act.REOPEN, "inspector", reason="问题反弹", basis="回头看记录")
    for what, by, said, _ in (LIFE[4], *LIFE[7:]):
        await act(town, number, what, by, **said)
    assert await asked(town, "SELECT cycle FROM closed_cycle ORDER BY cycle") == [1, 2]


async def test_a_finding_is_merged_into_one_that_exists(town: Database) -> None:
    number, other = await assigned(town), await assigned(town)
    no = await refused(town, number, Act.MERGE, "inspector", reason="同一问题", into="nowhere")
    assert "没有编号为“nowhere”的问题" in no.zh
    await act(town, number, Act.MERGE, "inspector", reason="同一问题", into=other)
    assert (await finding(town, number)).merged_into == other


async def test_nothing_is_merged_into_what_is_gone_and_the_number_to_use_is_named(town: Database) -> None:
    a, b, c = [await assigned(town) for _ in range(3)]
    await act(town, a, Act.MERGE, "inspector", reason="同一问题", into=b)
    assert f"请继续办理 {b}" in (await refused(town, b, Act.MERGE, "inspector", reason="同", into=a)).zh
    assert f"请改填 {b}" in (await refused(town, c, Act.MERGE, "inspector", reason="同", into=a)).zh
    await act(town, b, Act.WITHDRAW, "inspector", reason="登记有误")
    assert f"{b} 已作废" in (await refused(town, c, Act.MERGE, "inspector", reason="同", into=b)).zh


async def test_of_two_mergers_that_cross_one_goes_through(town: Database) -> None:
    for _ in range(3):
        a, b = await assigned(town), await assigned(town)
        crossing = [
            act(town, one, Act.MERGE, "inspector", reason="同一问题", into=other)
            for one, other in ((a, b), (b, a))
        ]
        told = await asyncio.gather(*crossing, return_exceptions=True)
        assert {type(x) for x in told} == {NotAllowed, Receipt}
        assert {(await finding(town, one)).stage for one in (a, b)} == {Stage.MERGED, Stage.ASSIGNED}


@pytest.mark.parametrize("stage", sorted(LIVE - {Stage.DRAFT, Stage.DISPUTED, Stage.RETURNED}))
async def test_what_was_opened_by_mistake_ends_wherever_it_stands(town: Database, stage: Stage) -> None:
    number = await brought_to(town, stage)
    await act(town, number, Act.WITHDRAW, "inspector", reason="与另一问题重复")
    ended = await finding(town, number)
    assert (ended.stage, ended.next_look_on, ended.closed_on) == (Stage.WITHDRAWN, None, None)


async def test_a_wrong_file_is_taken_away_and_its_history_stays(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    (file,) = await asked(town, "SELECT id FROM evidence")
    await refused(town, number, Act.WITHDRAW_EVIDENCE, "owner", file=str(file), reason="含信访人信息")
    assert (
        "没有这份"
        in (await refused(town, number, Act.WITHDRAW_EVIDENCE, "inspector", file="999", reason="错")).zh
    )
    await act(town, number, Act.WITHDRAW_EVIDENCE, "inspector", file=FILE.sha256, reason="含信访人信息")
    last = (await events(town, number))[-1]
    assert (last.reason, json.loads(last.said)["withdrawn"]) == (
        "含信访人信息",
        [f"{FILE.name} {FILE.sha256}"],
    )
    assert await asked(town, "SELECT withdrawn_event FROM evidence") == [last.seq]
    assert (
        "没有可以撤下"
        in (await refused(town, number, Act.WITHDRAW_EVIDENCE, "inspector", file=str(file), reason="错")).zh
    )
    assert "已全部撤下" in (await refused(town, number, Act.PASS_VERIFICATION, "verifier")).zh
    await act(town, number, Act.RETURN_FOR_REWORK, "verifier", reason="佐证已撤下，请另行补传材料")
    order = Order(number, Act.ATTACH_EVIDENCE, "owner", files=(FILE,))
    with pytest.raises(NotAllowed, match="不能再传同一文件"):
        await ledger.record(town, order, NOW, TRADE)
    assert "还没有佐证材料" in (await refused(town, number, Act.SUBMIT, "owner")).zh


async def test_what_a_ledger_names_has_to_be_uploaded_before_it_is_submitted(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    await act(town, number, Act.WITHDRAW_EVIDENCE, "owner", file=FILE.sha256, reason="传错了文件")
    columns = "finding, cycle, round, name, sha256, size, at, by"
    named = f"INSERT INTO evidence ({columns}) VALUES (:n, 1, 1, '票据.pdf', '', 0, :at, '导入')"
    await change(town, named, n=number, at=NOW if town.is_sqlite is False else "2026-11-20 02:00:00")
    assert "只列了名称的佐证还没有上传" in (await refused(town, number, Act.SUBMIT, "owner")).zh


async def test_a_figure_that_was_entered_can_be_taken_away_and_others_stay(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    figures = "debt_resolved=5万元，contracts=2份"
    await act(town, number, Act.REPORT_PROGRESS, "owner", text="已收", outcomes=figures)
    await act(town, number, Act.REPORT_PROGRESS, "owner", text="更正", drop_outcomes="debt_resolved")
    assert await asked(town, "SELECT metric FROM outcome_figure") == ["contracts"]
    await act(town, number, Act.SUBMIT, "owner")
    assert await asked(town, "SELECT metric FROM outcome_figure") == ["contracts"]


@pytest.mark.parametrize("written", ["８０", "80%", " 80 "])
def test_a_percentage_is_read_as_it_is_typed(written: str) -> None:
    assert words_of(ActWords, {"percent": written}).percent == 80


async def test_a_deadline_of_ones_own_needs_its_reason_at_every_door(town: Database) -> None:
    with pytest.raises(BadInput, match="另定时限的理由"):
        await assigned(town, deadline="2026-12-12", reason="")
    number = (await opened(town)).number
    placed: dict[str, Any] = dict(PLACED)
    no = await refused(town, number, Act.ASSIGN, "inspector", **placed, deadline="2026-12-12")
    assert "另定时限的理由" in no.zh
    by_rule = (await finding(town, await assigned(town))).deadline
    await act(town, number, Act.ASSIGN, "inspector", **placed, deadline=by_rule)


async def test_after_a_reopening_a_plan_of_its_own_is_filed_and_worked_off(town: Database) -> None:
    number = await brought_to(town, Stage.CLOSED)
    await act(town, number, Act.REOPEN, "inspector", reason="问题反弹", basis="回头看记录")
    await act(town, number, Act.FILE_PLAN, "owner", measures="1.逐笔退还并公示")
    assert (await finding(town, number)).stage is Stage.IN_PROGRESS
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(FILE,))
    assert "还有1条措施" in (await refused(town, number, Act.SUBMIT, "owner")).zh


async def test_numbers_are_given_out_in_sequence_also_at_once(town: Database) -> None:
    receipts = await asyncio.gather(*(opened(town) for _ in range(8)))
    assert sorted(r.number for r in receipts) == [f"ZC2026-{n:03}" for n in range(1, 9)]
    assert (await opened(town, source="督查")).number == "DC2026-001"


async def test_a_number_somebody_chose_is_not_given_out_again(town: Database) -> None:
    await opened(town, number="ZC2026-041")
    assert (await opened(town)).number == "ZC2026-042"
    with pytest.raises(BadInput, match="已被使用"):
        await opened(town, number="ZC2026-041")


@pytest.mark.parametrize("placed", [{}, PLACED])
async def test_an_opening_sent_twice_at_once_opens_one_finding(
    town: Database, placed: dict[str, str]
) -> None:
    opening = {"title": "卡口无人", "source": "督查", "condition": "夜查两处卡口无人。"}
    words = words_of(OpenWords, opening | placed)
    sent = [ledger_open(town, words) for _ in range(4)]
    assert len(set(await asyncio.gather(*sent))) == 1
    assert await asked(town, "SELECT number FROM finding") == ["DC2026-001"]


async def ledger_open(db: Database, words: OpenWords) -> Receipt:
    return await open_finding(db, "inspector", words, NOW, TRADE, nonce="form-1")


@pytest.mark.parametrize(("condition", "title"), [("路灯不亮，出行不便。", "路灯不亮"), ("，", "，")])
async def test_a_finding_without_a_title_takes_its_first_words(
    town: Database, condition: str, title: str
) -> None:
    receipt = await opened(town, NOW, title="", condition=condition)
    assert (await finding(town, receipt.number)).title == title


@pytest.mark.parametrize("missing", ["source", "condition"])
async def test_a_finding_is_opened_with_all_it_needs(town: Database, missing: str) -> None:
    words: dict[str, Any] = {missing: "  "}
    with pytest.raises(BadInput, match=missing):
        await opened(town, NOW, **words)


async def test_a_post_without_its_unit_is_not_silently_left_out(town: Database) -> None:
    with pytest.raises(BadInput, match="责任单位"):
        await opened(town, post="甲村党支部书记")


@pytest.mark.parametrize("by", ["owner", "mayor", "verifier"])
async def test_only_inspectors_open_findings(town: Database, by: str) -> None:
    words = words_of(OpenWords, {"title": "卡口无人", "source": "督查", "condition": "夜查两处卡口无人。"})
    with pytest.raises(NotAllowed, match="不能登记"):
        await open_finding(town, by, words, NOW, TRADE)


TOO_LONG = {
    "number": 61,
    "source": 41,
    "title": 301,
    "round_name": 201,
    "source_doc": 201,
    "category_no": 21,
    "category": 201,
    "item_no": 21,
    "item": 301,
    "severity": 21,
}


@pytest.mark.parametrize(("name", "length"), list(TOO_LONG.items()))
def test_what_does_not_fit_is_refused_in_a_sentence(name: str, length: int) -> None:
    with pytest.raises(BadInput, match=f"不能是“长+”。最多{length - 1}个字。"):
        words_of(OpenWords, {name: "长" * length})


async def test_what_just_fits_is_stored(town: Database) -> None:
    words: dict[str, Any] = {name: "长" * (length - 1) for name, length in TOO_LONG.items()}
    number = (await opened(town, **words)).number
    assert number == "长" * 60


async def test_a_character_no_database_takes_is_left_out(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    await act(town, number, Act.REPORT_PROGRESS, "owner", text="已补\0记")
    assert (await finding(town, number)).progress == "已补记"
    assert words_of(ActWords, {"measures": ["逐笔\0核实"]}).measures == (("逐笔核实", None),)


@pytest.mark.parametrize(
    "outcome",
    [
        {"metric": "contracts", "amount": "-1", "unit": "份"},
        {"metric": "contracts", "amount": "1", "unit": "万元"},
        {"metric": "debt_resolved", "amount": "1.005", "unit": "万元"},
        {"metric": "debt_resolved", "amount": "1e20", "unit": "万元"},
        {"metric": "debt_resolved", "amount": "NaN", "unit": "万元"},
    ],
)
def test_a_figure_given_as_data_is_checked_like_one_given_as_text(outcome: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        words_of(ActWords, {"outcomes": [outcome]})


async def test_a_look_ahead_and_an_act_at_once_leave_the_right_day(pg_town: Database) -> None:
    number = await brought_to(pg_town, Stage.IN_PROGRESS)
    for what, by, said, _ in LIFE[4:7]:
        await act(pg_town, number, what, by, **said)
    async with pg_town.writing() as session:
        seen = await ledger.find(session, number)
        await act(pg_town, number, Act.SUBMIT, "owner")
        await climb(session, seen, TRADE, NOW, TODAY)
    row = await finding(pg_town, number)
    assert row.next_look_on == date(2026, 11, 28)  # the verifier's day, not the owner's


async def test_who_submitted_an_earlier_round_never_verifies_a_later_one(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    await act(town, number, Act.RETURN_FOR_REWORK, "verifier", reason="公示照片看不清日期，请补充")
    moved = """\
甲村党支部,village,和平乡,甲村党支部书记,owner;party_head,丁书记,newowner,new@village.example,2026-11-21
乡纪委,office,和平乡,乡纪委书记,verifier;supervisor;discipline,甲书记,owner,owner@village.example,2026-11-21
"""
    columns = ("unit", "kind", "parent", "post", "roles", "person", "account", "mailbox", "from")
    assert not (await staffing.take_in(town, holders(moved, columns), TODAY)).errors
    tomorrow = NOW + timedelta(days=1)
    await act(town, number, Act.SUBMIT, "newowner", now=tomorrow)
    with pytest.raises(NotAllowed, match="由他人办理"):
        await act(town, number, Act.PASS_VERIFICATION, "owner", now=tomorrow)
