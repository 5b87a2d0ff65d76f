"""Whatever people do and however long nothing runs: each letter once, none unrecorded, none after the end."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from models.database import Database
from models.findings import Finding
from models.mailing.mail import Letter
from models.upgrade import upgrade
from policy.refusals import Refusal
from policy.stages import ENDED, Act, Stage, acts_possible
from tests.models.township import FILE, assigned, finding, staff
from tests.models.traveller import Traveller, at

BEGIN = date(2026, 8, 3)
Saying = Callable[[Finding, date], dict[str, Any]]


def nothing(_finding: Finding, _today: date) -> dict[str, Any]:
    return {}


def reason(_finding: Finding, _today: date) -> dict[str, Any]:
    return {"reason": "资料不全，请补充村民代表会议记录", "text": "仍然有效", "basis": "回头看记录"}


def a_plan(one: Finding, today: date) -> dict[str, Any]:
    day = min(today + timedelta(days=12), one.deadline or today)
    return {"measures": f"1.补记会议记录@{day}；2.公示支出"}


def later(one: Finding, today: date) -> dict[str, Any]:
    day = max(one.deadline or today, today) + timedelta(days=25)
    return {"reason": "雨季不能施工", "deadline": day.isoformat()}


def kept_up(one: Finding, today: date) -> dict[str, Any]:
    day = max(one.deadline or today, today) + timedelta(days=60)
    said = {"sustained": "是", "objective": "按季核对", "next_review_on": day.isoformat()}
    return {"reason": "需长期坚持"} | said


SAID: dict[Act, list[tuple[str, Saying]]] = {
    Act.ACCEPT: [("owner", nothing)],
    Act.DISPUTE: [("owner", reason)],
    Act.UPHOLD: [("inspector", reason)],
    Act.FILE_PLAN: [("owner", a_plan)],
    Act.APPROVE_PLAN: [("inspector", nothing)],
    Act.RETURN_PLAN: [("inspector", reason)],
    Act.REPORT_PROGRESS: [("owner", lambda _one, _today: {"text": "已补记", "percent": 60})],
    Act.COMPLETE_MEASURE: [
        ("owner", lambda _one, _today: {"measure": 1}),
        ("owner", lambda _one, _today: {"measure": 2}),
    ],
    Act.ATTACH_EVIDENCE: [("owner", lambda _one, _today: {"files": (FILE,)})],
    Act.SUBMIT: [("owner", nothing)],
    Act.TAKE_BACK: [("owner", nothing)],
    Act.PASS_VERIFICATION: [("verifier", nothing)],
    Act.RETURN_FOR_REWORK: [("verifier", reason), ("mayor", reason)],
    Act.APPROVE_CLOSURE: [("mayor", nothing)],
    Act.DEFER_CLOSURE: [("mayor", reason)],
    Act.REOPEN: [("inspector", reason)],
    Act.LOOK_BACK: [("verifier", reason)],
    Act.REQUEST_EXTENSION: [("owner", later), ("owner", kept_up)],
    Act.APPROVE_EXTENSION: [("verifier", nothing), ("mayor", nothing), ("secretary", nothing)],
    Act.REFUSE_EXTENSION: [("mayor", reason)],
    Act.HAND_OVER: [
        ("inspector", lambda _one, _today: {"post": "甲村党支部书记"}),
        ("inspector", lambda _one, _today: {"post": "乙村党支部书记"}),
    ],
    Act.WITHDRAW: [("inspector", reason)],
}


@dataclass(frozen=True)
class Step:
    """After so many days, of which nothing runs on the last `off`, somebody acts: `way` says whether onwards.

    Else it is any act that is possible, `which` and `how` it is said by number.
    """

    days: int
    off: int
    way: int
    which: int
    how: int


STEP = st.builds(
    Step,
    st.integers(0, 20),
    st.sampled_from([0, 0, 0, 0, 3, 9]),
    st.integers(0, 9),
    st.integers(0, 99),
    st.integers(0, 9),
)
ONWARDS: dict[Stage, tuple[Act, ...]] = {
    Stage.ASSIGNED: (Act.ACCEPT,),
    Stage.DISPUTED: (Act.UPHOLD,),
    Stage.PLANNING: (Act.FILE_PLAN,),
    Stage.PLAN_REVIEW: (Act.APPROVE_PLAN,),
    Stage.IN_PROGRESS: (Act.COMPLETE_MEASURE, Act.COMPLETE_MEASURE, Act.ATTACH_EVIDENCE, Act.SUBMIT),
    Stage.RETURNED: (Act.SUBMIT,),
    Stage.PENDING_VERIFICATION: (Act.PASS_VERIFICATION,),
    Stage.PENDING_CLOSURE: (Act.APPROVE_CLOSURE,),
    Stage.CLOSED: (Act.REOPEN,),
}
"""What leads a finding on from where it stands."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the people in it, to be copied for each life."""
    file = tmp_path_factory.mktemp("template") / "rectify.db"

    async def fill() -> None:
        db = Database(f"sqlite+aiosqlite:///{file}")
        await upgrade(db)
        await staff(db)
        await db.close()

    asyncio.run(fill())
    return file


@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(STEP, min_size=20, max_size=30),
    st.sampled_from(["审计", "信访", "自查"]),
    st.sampled_from(["限期整改", "限期整改", "立行立改"]),
)
def test_any_life_tells_what_was_foretold(
    template: Path, tmp_path: Path, life: list[Step], source: str, kind: str
) -> None:
    file = tmp_path / "life.db"
    shutil.copy(template, file)
    asyncio.run(lived(f"sqlite+aiosqlite:///{file}", life, source, kind))
    file.unlink()


async def lived(url: str, life: list[Step], source: str, kind: str) -> None:
    db = Database(url)
    try:
        said: dict[str, Any] = {"source": source, "deadline_type": kind, "discovered_on": BEGIN.isoformat()}
        traveller = Traveller(db, await assigned(db, at(BEGIN), **said), BEGIN)
        await traveller.foresee()
        await traveller.look()
        ends: list[tuple[date, date]] = []
        for step in life:
            await traveller.travel(step.days, [range(step.days - step.off + 1, step.days + 1)])
            for act, how in await chosen(traveller, step):
                await do(traveller, act, how, ends)
        await traveller.travel(40)
        await hold(traveller, ends)
    finally:
        await db.close()


async def chosen(traveller: Traveller, step: Step) -> list[tuple[Act, int]]:
    stage = (await finding(traveller.db, traveller.number)).stage
    possible = [act for act in acts_possible(stage) if act in SAID and act is not Act.WITHDRAW]
    if step.way < 5:
        return [(act, at) for at, act in enumerate(ONWARDS.get(stage, ()))]
    if step.way == 9 and step.which == 0:
        return [(Act.WITHDRAW, 0)]
    return [(possible[step.which % len(possible)], step.how)] if possible else []


async def do(traveller: Traveller, act: Act, how: int, ends: list[tuple[date, date]]) -> None:
    before = await finding(traveller.db, traveller.number)
    by, saying = SAID[act][how % len(SAID[act])]
    try:
        await traveller.act(act, by, **saying(before, traveller.today))
    except Refusal:  # what the rules do not let through changes nothing
        return
    after = await finding(traveller.db, traveller.number)
    if after.stage in ENDED and before.stage not in ENDED:
        ends.append((traveller.today, date.max))
    elif before.stage in ENDED and after.stage not in ENDED:
        ends[-1] = (ends[-1][0], traveller.today)
    if after.deadline:
        assert after.deadline >= max(after.discovered_on, after.deadline_from or after.discovered_on)


async def hold(traveller: Traveller, ends: list[tuple[date, date]]) -> None:
    """No letter twice; and none of the work's own ladders is recorded while the finding is at its end."""
    async with traveller.db.reading() as session:
        letters = list(await session.exec(select(Letter).where(col(Letter.reminder))))
    keys = Counter((x.cycle, x.deadline_version, x.rung, x.occasion) for x in letters)
    assert set(keys.values()) <= {1}
    for letter in letters:
        if not letter.rung.startswith("look_back"):
            recorded = letter.created_at.date()
            assert not [end for end in ends if end[0] < recorded < end[1]], letter.rung
