"""A finding, people and rules as the policy tests want them, with one thing changed at a time."""

from dataclasses import replace
from datetime import date
from typing import Any

from models.rules.calendars import announced
from models.rules.shipped import shipped
from policy.acts import Said
from policy.deadlines import DeadlineType
from policy.escalation import Case, Clock
from policy.roles import Actor, Role
from policy.stages import Act, Facts, Stage

TODAY = date(2026, 11, 20)
DEADLINE = date(2026, 11, 30)
CALENDAR = announced()
RULES = shipped()

OWNER_POST, VERIFIER_POST, APPROVER_POST, OFFICE_POST = 1, 2, 3, 4
OWNER, VERIFIER, APPROVER, INSPECTOR = 11, 12, 13, 14

FACTS = Facts(
    number="ZC2026-008",
    stage=Stage.IN_PROGRESS,
    round=1,
    cycle=1,
    version=7,
    deadline_type=DeadlineType.TIME_LIMITED,
    deadline=DEADLINE,
    deadline_version=1,
    owner_post=OWNER_POST,
    verifier_post=VERIFIER_POST,
    submitted_by=OWNER,
    evidence=1,
    files=1,
)

owner = Actor("owner", OWNER, frozenset({OWNER_POST}), frozenset({Role.OWNER}))
verifier = Actor("verifier", VERIFIER, frozenset({VERIFIER_POST}), frozenset({Role.VERIFIER}))
approver = Actor("approver", APPROVER, frozenset({APPROVER_POST}), frozenset({Role.APPROVER}))
inspector = Actor("inspector", INSPECTOR, frozenset({OFFICE_POST}), frozenset({Role.INSPECTOR}))
EVERYBODY = (owner, verifier, approver, inspector)

SPOKEN = Said(
    reason="资料缺少村民代表会议记录",
    text="已清理完毕",
    percent=60,
    deadline=date(2026, 12, 20),
    measures=(("逐笔核实票据", None),),
    measure=1,
    evidence=1,
    outcomes=(),
    basis="回头看记录",
    into="ZC2026-001",
    file="1",
)
"""Enough said for any act."""

PENDING_EXTENSION = {Act.APPROVE_EXTENSION, Act.REFUSE_EXTENSION}


def facts(**changes: Any) -> Facts:
    return replace(FACTS, **changes)


def said(**changes: Any) -> Said:
    return replace(SPOKEN, **changes)


def facts_for(stage: Stage, act: Act, **changes: Any) -> Facts:
    """A finding at `stage` for which nothing but the table of moves decides about `act`."""
    asked = date(2026, 12, 20) if act in PENDING_EXTENSION else None
    again = 2 if act is Act.FILE_PLAN else 1
    return facts(**{"stage": stage, "extension_to": asked, "round": again, **changes})


def someone(*roles: Role, person: int = 99, posts: frozenset[int] = frozenset({99})) -> Actor:
    return Actor("someone", person, posts, frozenset(roles))


CASE = Case(
    number="ZC2026-008",
    cycle=1,
    round=1,
    stage=Stage.IN_PROGRESS,
    deadline=DEADLINE,
    deadline_version=1,
    provisional=False,
    begun_on=date(2026, 9, 2),
    stage_clock=Clock(date(2026, 9, 7), 3),
)


def case(**changes: Any) -> Case:
    return replace(CASE, **changes)
