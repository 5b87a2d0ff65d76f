"""What one person can do with a finding now, the natural next step first."""

from dataclasses import dataclass

from policy.acts import allow, is_idle
from policy.refusals import NotAllowed
from policy.roles import Actor, hindrance
from policy.saying import Limits
from policy.stages import ON_RECORD_ONLY, WORKING, Act, Facts, Stage, acts_possible


@dataclass(frozen=True)
class Choice:
    """An act that is open to a person; or that would be, and `hitch` says what is missing."""

    act: Act
    hitch: NotAllowed | None = None


@dataclass(frozen=True)
class Choices:
    """`now` is what the finding waits for from this person; `besides` is what they could do as well."""

    now: tuple[Choice, ...] = ()
    besides: tuple[Choice, ...] = ()

    def has(self, act: Act) -> bool:
        """Whether the act is open, with nothing missing."""
        return any(one.act == act and one.hitch is None for one in (*self.now, *self.besides))


REWORKED = WORKING | {Stage.PENDING_VERIFICATION}
"""Stages in which it matters why the finding came back, if it did."""

NATURAL = (
    *(Act.ASSIGN, Act.ACCEPT, Act.DISPUTE, Act.UPHOLD, Act.REASSIGN, Act.FILE_PLAN),
    *(Act.APPROVE_PLAN, Act.RETURN_PLAN, Act.PASS_VERIFICATION, Act.APPROVE_CLOSURE, Act.DEFER_CLOSURE),
    *(Act.RETURN_FOR_REWORK, Act.APPROVE_EXTENSION, Act.REFUSE_EXTENSION),
)
"""In the order in which they come to mind; the worker's own acts depend on how far the work is."""
BESIDES = frozenset(
    {
        *(Act.TAKE_BACK, Act.REQUEST_EXTENSION, Act.HAND_OVER, Act.REOPEN, Act.LOOK_BACK),
        *(Act.WITHDRAW_EVIDENCE, Act.WITHDRAW, Act.MERGE),
    }
)
"""Never what a finding waits for."""
SAID_WHEN_MISSING = frozenset({Act.SUBMIT, Act.PASS_VERIFICATION, Act.REQUEST_EXTENSION})
"""Acts that are shown with what they wait for; others are not shown before they are open."""


def choices(facts: Facts, limits: Limits, *, is_answered: bool = True) -> Choices:
    """`is_answered` says that something was done since the finding was last returned."""
    order = (*_work(facts, is_answered), *NATURAL)
    open_acts = [one for act in acts_possible(facts.stage) if (one := _choice(facts, act, limits))]
    open_acts.sort(key=lambda one: order.index(one.act) if one.act in order else len(order))
    besides = BESIDES | _not_now(facts, limits.actor)
    return Choices(
        now=tuple(one for one in open_acts if one.act not in besides),
        besides=tuple(one for one in open_acts if one.act in besides),
    )


def _not_now(facts: Facts, actor: Actor) -> frozenset[Act]:
    """What this person may do and the finding does not wait for: another is named to verify it, say."""
    away = set() if facts.stage is Stage.DISPUTED else {Act.REASSIGN}
    if not facts.open_measures:
        away |= {Act.COMPLETE_MEASURE}  # all are done: it could only be undone
    if facts.stage is Stage.PENDING_VERIFICATION and facts.verifier_post not in {None, *actor.posts}:
        away |= {Act.PASS_VERIFICATION, Act.RETURN_FOR_REWORK}
    return frozenset(away)


def _choice(facts: Facts, act: Act, limits: Limits) -> Choice | None:
    if act in ON_RECORD_ONLY or is_idle(facts, act):
        return None
    try:
        allow(facts, act, limits)
    except NotAllowed as refusal:
        may = act in SAID_WHEN_MISSING and hindrance(facts, act, limits.actor) is None
        return Choice(act, refusal) if may else None
    return Choice(act)


def _work(facts: Facts, is_answered: bool) -> tuple[Act, ...]:
    """The worker's acts: report, then measures and evidence, and submit once all is there."""
    steps = (
        (Act.REPORT_PROGRESS, facts.percent < 100 or not is_answered),
        (Act.COMPLETE_MEASURE, facts.open_measures > 0),
        (Act.ATTACH_EVIDENCE, not facts.evidence or not is_answered),
        (Act.SUBMIT, True),
    )
    first = tuple(act for act, is_wanted in steps if is_wanted)
    return (*first, *(act for act, is_wanted in steps if not is_wanted))
