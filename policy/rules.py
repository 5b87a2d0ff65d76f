"""The rules of a township as one value: deadlines by source and type, clocks of the steps, the ladder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from policy.deadlines import DeadlineType, Period
from policy.office import OFFICE
from policy.roles import SIGNERS, Role


@dataclass(frozen=True)
class Rung:
    """One letter of a ladder and when it falls due.

    `days_left` counts calendar days before the clock's end (-1 is the first day late), `workdays_late`
    working days after it, `workdays_after` working days after its start. A draft waits for a signature.
    """

    name: str
    kind: str
    to: tuple[Role, ...]
    cc: tuple[Role, ...] = ()
    days_left: int | None = None
    workdays_late: int | None = None
    workdays_after: int | None = None
    draft: bool = False
    signed_by: tuple[Role, ...] = ()
    """Any one of whom signs the draft."""


@dataclass(frozen=True)
class Ladder:
    """Rungs from the mildest up, hung on one clock."""

    name: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class Terms:
    """What holds for findings of one source and deadline type.

    Without a plan work begins on acceptance; without its review, once the plan is filed; without an approval
    a passed verification closes. An extension ends `longest_extension_days` calendar days after the deadline
    at the latest, or after the nominal one, before it was moved off a holiday.
    """

    period: Period
    plan: bool = True
    plan_review: bool = True
    closure_approval: bool = True
    review_meeting: bool = False
    """Whether a closure has to name the meeting that agreed to it."""
    extensions: int = 2
    longest_extension_days: int = 365
    extension_from_nominal: bool = False


@dataclass(frozen=True)
class OfficeHours:
    """When mails go out on a working day, by the office's clock."""

    opens: time = time(8, 30)
    closes: time = time(17, 30)

    def hold(self, moment: datetime) -> bool:
        """Whether the office is open at this time of day; the minute of closing is not in it."""
        return self.opens <= moment.astimezone(OFFICE).time() < self.closes


@dataclass(frozen=True)
class Rules:
    """A finding keeps the `version` it was opened under."""

    version: int
    of_source: Mapping[tuple[str, DeadlineType], Terms]
    """For a source and a type of its own; others are under the terms of their type."""
    of_type: Mapping[DeadlineType, Terms]
    acceptance: Period
    assignment: Period
    review: Period
    verification: Period
    closure: Period
    look_back: Period
    deadline_ladder: Ladder
    quality_ladder: Ladder
    progress_ladder: Ladder
    acceptance_ladder: Ladder
    assignment_ladder: Ladder
    dispute_ladder: Ladder
    plan_ladder: Ladder
    verification_ladder: Ladder
    closure_ladder: Ladder
    look_back_ladder: Ladder
    extension_ladder: Ladder
    approvals: tuple[frozenset[Role], ...]
    """Who grants an extension: so many approvals by different people, each named for one of the places.

    Whoever may give a later approval may give the earlier ones.
    """
    returns_until_order: int = 2
    returns_until_alert: int = 3
    hours: OfficeHours = OfficeHours()

    def terms(self, source: str, kind: DeadlineType) -> Terms:
        return self.of_source.get((source, kind), self.of_type[kind])

    @property
    def ladders(self) -> tuple[Ladder, ...]:
        return tuple(getattr(self, field) for field in LADDERS.values())

    def signers(self, rung: str) -> frozenset[Role]:
        """Who may sign that letter; of one that these rules do not know as a draft, whoever signs any."""
        drafts = (one for ladder in self.ladders for one in ladder.rungs if one.draft)
        return next((frozenset(one.signed_by) for one in drafts if one.name == rung), SIGNERS)

    def period(self, source: str, kind: DeadlineType) -> Period:
        return self.terms(source, kind).period


LADDERS = {
    "deadline": "deadline_ladder",
    "quality": "quality_ladder",
    "progress": "progress_ladder",
    "acceptance": "acceptance_ladder",
    "assignment": "assignment_ladder",
    "dispute": "dispute_ladder",
    "plan_review": "plan_ladder",
    "verification": "verification_ladder",
    "closure": "closure_ladder",
    "look_back": "look_back_ladder",
    "extension": "extension_ladder",
}
"""Each ladder by its name."""
