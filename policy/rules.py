"""The rules of a township as one value: deadlines by source and type, clocks of the steps, the ladder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from policy.deadlines import DayCount, DeadlineType, Period
from policy.office import OFFICE
from policy.roles import Role


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
    """Shipped defaults are domain §2.3–2.5; a finding keeps the `version` it was opened under."""

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

    def period(self, source: str, kind: DeadlineType) -> Period:
        return self.terms(source, kind).period


WEEK = Period(5, DayCount.WORKING_DAYS)
TEN_WORKDAYS = Period(10, DayCount.WORKING_DAYS)
THREE_MONTHS = Period(3, DayCount.MONTHS, roll=True)
SIX_MONTHS = Period(6, DayCount.MONTHS, roll=True)

SHIPPED = Rules(
    version=1,
    of_source={
        ("审计", DeadlineType.TIME_LIMITED): Terms(Period(60, DayCount.WORKING_DAYS)),
        ("督查", DeadlineType.TIME_LIMITED): Terms(Period(30, DayCount.CALENDAR_DAYS, roll=True)),
        ("信访", DeadlineType.TIME_LIMITED): Terms(
            Period(60, DayCount.CALENDAR_DAYS, roll=True),
            longest_extension_days=30,
            extension_from_nominal=True,
        ),
    },
    of_type={
        DeadlineType.IMMEDIATE: Terms(TEN_WORKDAYS, plan=False, extensions=0),
        DeadlineType.TIME_LIMITED: Terms(THREE_MONTHS),
        DeadlineType.PHASED: Terms(SIX_MONTHS),
        DeadlineType.SUSTAINED: Terms(SIX_MONTHS),
    },
    acceptance=WEEK,
    assignment=WEEK,
    review=WEEK,
    verification=WEEK,
    closure=WEEK,
    look_back=SIX_MONTHS,
    deadline_ladder=Ladder(
        "deadline",
        (
            Rung("green_reminder", "reminder", to=(Role.OWNER,), days_left=20),
            Rung(
                "yellow_reminder",
                "reminder",
                to=(Role.OWNER, Role.RESPONSIBLE_LEADER),
                cc=(Role.SUPERVISOR,),
                days_left=10,
            ),
            Rung(
                "red_order",
                "supervision_order",
                to=(Role.UNIT_HEAD, Role.PARTY_HEAD),
                cc=(Role.SUPERVISOR, Role.INSPECTION_OFFICE),
                days_left=-1,
            ),
            Rung(
                "second_order",
                "listed",
                to=(Role.PARTY_HEAD,),
                cc=(Role.LEAD_LEADER,),
                workdays_late=5,
                draft=True,
            ),
            Rung(
                "interview",
                "interview",
                to=(Role.PARTY_HEAD,),
                cc=(Role.DISCIPLINE,),
                workdays_late=10,
                draft=True,
            ),
            Rung(
                "circular",
                "circular",
                to=(Role.FIRST_RESPONSIBLE,),
                cc=(Role.DISCIPLINE,),
                workdays_late=20,
                draft=True,
            ),
        ),
    ),
    quality_ladder=Ladder(
        "quality",
        (
            Rung(
                "quality_order",
                "supervision_order",
                to=(Role.RESPONSIBLE_LEADER,),
                cc=(Role.SUPERVISOR,),
                workdays_after=0,
            ),
        ),
    ),
    progress_ladder=Ladder(
        "progress",
        (
            Rung(
                "progress_order",
                "supervision_order",
                to=(Role.RESPONSIBLE_LEADER,),
                cc=(Role.SUPERVISOR,),
                days_left=-1,
            ),
        ),
    ),
    acceptance_ladder=Ladder(
        "acceptance",
        (
            Rung("acceptance_reminder", "reminder", to=(Role.OWNER,), cc=(Role.LIAISON,), workdays_after=3),
            Rung(
                "acceptance_overdue",
                "reminder",
                to=(Role.OWNER, Role.RESPONSIBLE_LEADER),
                cc=(Role.LIAISON, Role.SUPERVISOR),
                days_left=-1,
            ),
        ),
    ),
    assignment_ladder=Ladder(
        "assignment", (Rung("draft_overdue", "reminder", to=(Role.INSPECTOR,), days_left=-1),)
    ),
    dispute_ladder=Ladder(
        "dispute", (Rung("dispute_overdue", "reminder", to=(Role.INSPECTOR,), days_left=-1),)
    ),
    plan_ladder=Ladder(
        "plan_review", (Rung("plan_overdue", "reminder", to=(Role.INSPECTOR,), days_left=-1),)
    ),
    verification_ladder=Ladder(
        "verification",
        (
            Rung(
                "verification_overdue",
                "reminder",
                to=(Role.VERIFIER,),
                cc=(Role.INSPECTION_OFFICE,),
                days_left=-1,
            ),
        ),
    ),
    closure_ladder=Ladder(
        "closure", (Rung("closure_overdue", "reminder", to=(Role.APPROVER,), days_left=-1),)
    ),
    look_back_ladder=Ladder(
        "look_back",
        (
            Rung("look_back_due", "reminder", to=(Role.SUPERVISOR, Role.OWNER), days_left=0),
            Rung("look_back_overdue", "reminder", to=(Role.SUPERVISOR,), workdays_late=5),
        ),
    ),
    extension_ladder=Ladder(
        "extension",
        (
            Rung(
                "extension_undecided",
                "reminder",
                to=(Role.SUPERVISOR,),
                cc=(Role.INSPECTION_OFFICE,),
                workdays_after=5,
            ),
        ),
    ),
    approvals=(
        frozenset(
            {
                Role.UNIT_HEAD,
                Role.PARTY_HEAD,
                Role.INSPECTION_OFFICE,
                Role.RESPONSIBLE_LEADER,
                Role.LEAD_LEADER,
                Role.SUPERVISOR,
                Role.APPROVER,
                Role.FIRST_RESPONSIBLE,
            }
        ),
        frozenset(
            {
                Role.RESPONSIBLE_LEADER,
                Role.LEAD_LEADER,
                Role.SUPERVISOR,
                Role.APPROVER,
                Role.FIRST_RESPONSIBLE,
            }
        ),
    ),
)
