"""Whose turn it is at each stage, and how urgent that is: what “my items” puts on top."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from policy.lights import Light, light
from policy.roles import CLOSERS, INSPECTORS, VERIFIERS, Role
from policy.stages import Act, Stage


@dataclass(frozen=True)
class Turn:
    """The act that is next, and who is expected to do it.

    `posts` are the finding's own posts, the first one named being the one; where none is named, whoever has
    one of the `roles`.
    """

    act: Act
    posts: tuple[Role, ...] = ()
    roles: frozenset[Role] = frozenset()


TURNS: dict[Stage, Turn] = {
    Stage.DRAFT: Turn(Act.ASSIGN, (Role.INSPECTOR,), INSPECTORS),
    Stage.ASSIGNED: Turn(Act.ACCEPT, (Role.OWNER,)),
    Stage.DISPUTED: Turn(Act.UPHOLD, (Role.INSPECTOR,), INSPECTORS),
    Stage.PLANNING: Turn(Act.FILE_PLAN, (Role.OWNER,)),
    Stage.PLAN_REVIEW: Turn(Act.APPROVE_PLAN, (Role.INSPECTOR,), INSPECTORS),
    Stage.IN_PROGRESS: Turn(Act.REPORT_PROGRESS, (Role.OWNER,)),
    Stage.PENDING_VERIFICATION: Turn(
        Act.PASS_VERIFICATION, (Role.VERIFIER, Role.SUPERVISOR, Role.INSPECTOR), VERIFIERS
    ),
    Stage.RETURNED: Turn(Act.SUBMIT, (Role.OWNER,)),
    Stage.PENDING_CLOSURE: Turn(Act.APPROVE_CLOSURE, (), CLOSERS),
}
"""Of every stage that is not the end."""

OWNERS = frozenset(stage for stage, turn in TURNS.items() if turn.posts[:1] == (Role.OWNER,))
"""Stages at which the unit has to do something."""
OTHERS = frozenset(TURNS) - OWNERS


class Urgency(IntEnum):
    """The worst first."""

    OVERDUE = 0
    SOON = 1
    RETURNED = 2
    NEW = 3
    UNDER_WAY = 4


def urgency(stage: Stage, deadline: date | None, today: date) -> Urgency:
    """Of what its owner has to do."""
    colour = light(stage, deadline, None, today)
    if colour is Light.RED:
        return Urgency.OVERDUE
    if colour is Light.YELLOW:
        return Urgency.SOON
    if stage is Stage.RETURNED:
        return Urgency.RETURNED
    return Urgency.NEW if stage is Stage.ASSIGNED else Urgency.UNDER_WAY


def next_act(stage: Stage, percent: int) -> Act:
    """What is done next; work that is all done is submitted."""
    done = stage is Stage.IN_PROGRESS and percent == 100
    return Act.SUBMIT if done else TURNS[stage].act


def mover(stage: Stage) -> Role | None:
    """Who moves a finding on from a stage; at its end nobody has to."""
    turn = TURNS.get(stage)
    return (*turn.posts, Role.APPROVER)[0] if turn else None
