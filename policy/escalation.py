"""The escalation ladder: every letter a finding calls for, past, due and future."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from policy.deadlines import Calendar, Period, add_workdays, due
from policy.roles import Role
from policy.rules import Ladder, Rules, Rung
from policy.stages import LIVE, STEP_OF, WORKING, Stage, Step


class LetterState(StrEnum):
    PLANNED = "planned"
    QUEUED = "queued"
    DRAFTED = "drafted"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Key:
    """What makes a letter the same letter within one finding and cycle.

    `occasion` is 0 on the deadline's ladder, so that a return starts no second one. On a step's own clock it
    is the number of the event that started the clock; no deadline moves that, so `deadline_version` is 0.
    """

    deadline_version: int
    rung: str
    occasion: int = 0


@dataclass(frozen=True)
class Clock:
    """When a step began, and the number of the event that began it."""

    on: date
    event: int


@dataclass(frozen=True)
class Case:
    """A finding as the ladder sees it. `recorded` are the letters already decided in this cycle."""

    number: str
    cycle: int
    round: int
    stage: Stage
    deadline: date | None
    deadline_version: int
    provisional: bool
    begun_on: date
    """The first day this deadline can be reminded of: assigned, reopened, or extended to it."""
    stage_clock: Clock
    """Since when, and by which event, the finding stands at its stage."""
    returned_on: date | None = None
    """The last return for rework in this cycle."""
    behind_on: date | None = None
    """The earliest date of a measure that is not done."""
    extension_clock: Clock | None = None
    """When the extension was asked for that waits for a decision."""
    next_review_on: date | None = None
    second_red: bool = False
    """Whether the unit got another red order within twelve months before this one."""
    recorded: Mapping[Key, LetterState] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """One letter of the plan; `day` is the office day on which it falls due.

    `state` is what was recorded, or else what is to be recorded today, or PLANNED while it is to come.
    """

    ladder: str
    rank: int
    rung: str
    kind: str
    day: date
    to: tuple[Role, ...]
    cc: tuple[Role, ...]
    draft: bool
    key: Key
    state: LetterState = LetterState.PLANNED


def plan(case: Case, rules: Rules, calendar: Calendar, today: date) -> list[Planned]:
    """Every letter past, due and future that the finding calls for as it stands, by date.

    In each ladder the highest sendable letter that is due is QUEUED and the lower ones SKIPPED, so that an
    outage is made up for by one letter and not by three; drafts that are due are DRAFTED.
    """
    letters = [*_on_deadline(case, rules, calendar), *_on_step(case, rules, calendar)]
    decided = [letter for rungs in _by_ladder(letters) for letter in _decided(rungs, case.recorded, today)]
    return sorted(decided, key=lambda letter: (letter.day, letter.ladder, letter.rank))


def due_now(letters: Iterable[Planned], recorded: Mapping[Key, LetterState]) -> list[Planned]:
    """The letters to be recorded today."""
    return [x for x in letters if x.state is not LetterState.PLANNED and x.key not in recorded]


def next_look(letters: Iterable[Planned], recorded: Mapping[Key, LetterState]) -> date | None:
    """The first day on which something not yet recorded falls due."""
    return min((letter.day for letter in letters if letter.key not in recorded), default=None)


def foresight(rules: Rules) -> int:
    """The most days before the end of a step's own clock that one of its letters may fall due."""
    rungs = [rung for clock_of in STEP_CLOCKS.values() for rung in clock_of(rules)[1].rungs]
    days = [rung.days_left or 0 for rung in rungs]
    return max([0, *days, *(-AT_MOST * (rung.workdays_late or 0) for rung in rungs)])


AT_MOST = 10
"""Calendar days for one working day, where a long holiday lies between."""


def _by_ladder(letters: Iterable[Planned]) -> list[list[Planned]]:
    ladders: dict[str, list[Planned]] = {}
    for letter in letters:
        ladders.setdefault(letter.ladder, []).append(letter)
    return [sorted(rungs, key=lambda letter: letter.rank) for rungs in ladders.values()]


def _decided(rungs: list[Planned], recorded: Mapping[Key, LetterState], today: date) -> Iterator[Planned]:
    sendable = [letter for letter in rungs if not letter.draft and letter.day <= today]
    highest = max((letter.rank for letter in sendable), default=-1)
    for letter in rungs:
        state = _state(letter, highest, recorded, today)
        yield letter if letter.state is state else replace(letter, state=state)


def _state(letter: Planned, highest: int, recorded: Mapping[Key, LetterState], today: date) -> LetterState:
    if letter.key in recorded:
        return recorded[letter.key]
    if letter.day > today:
        return LetterState.PLANNED
    if letter.draft:
        return LetterState.DRAFTED
    return LetterState.QUEUED if letter.rank == highest else LetterState.SKIPPED


def rests(stage: Stage) -> bool:
    """Whether the ladder of the deadline rests: nobody in the unit has to act."""
    return STEP_OF[stage] not in {Step.ASSIGN, Step.FOLLOW_UP} or stage in {Stage.DRAFT, Stage.DISPUTED}


def _on_deadline(case: Case, rules: Rules, calendar: Calendar) -> Iterator[Planned]:
    """The unit's own ladders; they rest while somebody else has to act (verify, close)."""
    if case.deadline is None or rests(case.stage):
        return
    span = Span(case.begun_on, case.deadline, _late_from(case, case.deadline))
    for letter in _rungs(rules.deadline_ladder, span, calendar, case.deadline_version):
        if letter.day > case.deadline:
            late = max(letter.day, span.late_from, case.deadline + timedelta(days=1))
            yield _hastened(replace(letter, day=late), case, span)
        elif letter.day >= case.begun_on:
            yield letter
    if case.stage in WORKING:
        yield from _for_poor_work(case, rules, calendar)


def _late_from(case: Case, deadline: date) -> date:
    """The day from which the unit is late: its deadline, or when it got the matter (back) after it.

    The days a verifier took, or those before the assignment, are not the unit's.
    """
    return max(deadline, case.begun_on, case.returned_on or deadline)


def _hastened(letter: Planned, case: Case, span: "Span") -> Planned:
    """A second red letter within twelve months brings the interview forward to the day of that letter."""
    if letter.rung != "interview" or not case.second_red:
        return letter
    return replace(letter, day=min(letter.day, max(span.late_from, span.ends + timedelta(days=1))))


def _for_poor_work(case: Case, rules: Rules, calendar: Calendar) -> Iterator[Planned]:
    """Yellow orders: returned too often, once a cycle; behind the plan's own dates, once for a deadline."""
    if case.round > rules.returns_until_order:
        began = case.returned_on or case.stage_clock.on
        yield from _rungs(rules.quality_ladder, Span(began, began), calendar, 0)
    if case.behind_on and case.deadline and case.behind_on < case.deadline:
        since = max(case.behind_on, case.begun_on)
        yield from _rungs(rules.progress_ladder, Span(since, since), calendar, case.deadline_version)


def _on_step(case: Case, rules: Rules, calendar: Calendar) -> Iterator[Planned]:
    """The clock of whoever has to act at this stage: accept, assign, review, verify, close, decide."""
    step = step_clock(case.stage, rules)
    if step is not None:
        period, ladder = step
        since = case.stage_clock
        span = Span(since.on, due(since.on, period, calendar).day)
        yield from _rungs(ladder, span, calendar, 0, since.event)
    if case.extension_clock and case.stage in LIVE:
        asked = case.extension_clock
        yield from _rungs(rules.extension_ladder, Span(asked.on, asked.on), calendar, 0, asked.event)
    yield from _look_back(case, rules, calendar)


def step_clock(stage: Stage, rules: Rules) -> tuple[Period, Ladder] | None:
    """How long the step at this stage may take, and who hears of it; work itself has the deadline instead."""
    return STEP_CLOCKS[stage](rules) if stage in STEP_CLOCKS else None


STEP_CLOCKS: Mapping[Stage, Callable[[Rules], tuple[Period, Ladder]]] = {
    Stage.DRAFT: lambda rules: (rules.assignment, rules.assignment_ladder),
    Stage.ASSIGNED: lambda rules: (rules.acceptance, rules.acceptance_ladder),
    Stage.DISPUTED: lambda rules: (rules.review, rules.dispute_ladder),
    Stage.PLAN_REVIEW: lambda rules: (rules.review, rules.plan_ladder),
    Stage.PENDING_VERIFICATION: lambda rules: (rules.verification, rules.verification_ladder),
    Stage.PENDING_CLOSURE: lambda rules: (rules.closure, rules.closure_ladder),
}
TIMED = tuple(STEP_CLOCKS)
"""The stages at which a step has a clock of its own."""


def _look_back(case: Case, rules: Rules, calendar: Calendar) -> Iterator[Planned]:
    """What is to be kept up comes back on its day; while it is open its deadline says what is late."""
    if case.next_review_on is None or case.stage not in {Stage.CLOSED, *WORKING}:
        return
    span = Span(case.begun_on, case.next_review_on)
    for letter in _rungs(rules.look_back_ladder, span, calendar, case.deadline_version):
        if case.stage is Stage.CLOSED or letter.day <= case.next_review_on:
            yield letter


@dataclass(frozen=True)
class Span:
    """When a clock began and ends; `late_from` is the day after which working days late are counted."""

    starts: date
    ends: date
    late_from: date = date.min

    def __post_init__(self) -> None:
        object.__setattr__(self, "late_from", max(self.ends, self.late_from))


def _rungs(
    ladder: Ladder, span: Span, calendar: Calendar, deadline_version: int, occasion: int = 0
) -> Iterator[Planned]:
    for rank, rung in enumerate(ladder.rungs):
        key = Key(deadline_version, rung.name, occasion)
        day = rung_day(rung, span, calendar)
        yield Planned(ladder.name, rank, rung.name, rung.kind, day, rung.to, rung.cc, rung.draft, key)


def rung_day(rung: Rung, span: Span, calendar: Calendar) -> date:
    """The day a rung falls due on a clock."""
    if rung.days_left is not None:
        return span.ends - timedelta(days=rung.days_left)
    if rung.workdays_after is not None:
        return add_workdays(span.starts, rung.workdays_after, calendar)
    late = rung.workdays_late or 0
    return (
        add_workdays(span.late_from, late, calendar)
        if late >= 0
        else _workdays_before(span.ends, -late, calendar)
    )


def _workdays_before(day: date, number: int, calendar: Calendar) -> date:
    while number > 0:
        day -= timedelta(days=1)
        number -= calendar.is_workday(day)
    return day
