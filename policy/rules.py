"""The rules of a township as one value: deadlines by source and type, clocks of the steps, the ladder."""

from collections.abc import Mapping
from dataclasses import dataclass

from policy.deadlines import DayCount, DeadlineType, Period
from policy.roles import Role


@dataclass(frozen=True)
class Rung:
    """One letter of a ladder and when it falls due.

    `days_left` counts calendar days before the clock's end (-1 is the first day late); `workdays_late` counts
    working days after it. A draft waits for a named person's signature.
    """

    name: str
    kind: str
    to: tuple[Role, ...]
    cc: tuple[Role, ...] = ()
    days_left: int | None = None
    workdays_late: int | None = None
    draft: bool = False


@dataclass(frozen=True)
class Ladder:
    """Rungs from the mildest up, hung on one clock."""

    name: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class Rules:
    """Shipped defaults are domain §2.3–2.5; a finding keeps the `version` it was opened under."""

    version: int
    periods: Mapping[tuple[str, DeadlineType], Period]
    default_periods: Mapping[DeadlineType, Period]
    acceptance: Period
    assignment: Period
    review: Period
    verification: Period
    closure: Period
    look_back: Period
    deadline_ladder: Ladder
    acceptance_ladder: Ladder
    assignment_ladder: Ladder
    dispute_ladder: Ladder
    plan_ladder: Ladder
    verification_ladder: Ladder
    closure_ladder: Ladder
    look_back_ladder: Ladder
    returns_until_order: int = 2
    most_extensions: int = 2
    longest_extension_days: int = 365

    def period(self, source: str, kind: DeadlineType) -> Period:
        return self.periods.get((source, kind), self.default_periods[kind])

    def needs_plan(self, kind: DeadlineType) -> bool:
        return kind is not DeadlineType.IMMEDIATE


WEEK = Period(5, DayCount.WORKING_DAYS)
TEN_WORKDAYS = Period(10, DayCount.WORKING_DAYS)
THREE_MONTHS = Period(3, DayCount.MONTHS, roll=True)

SHIPPED = Rules(
    version=1,
    periods={
        ("审计", DeadlineType.TIME_LIMITED): Period(60, DayCount.WORKING_DAYS),
        ("督查", DeadlineType.TIME_LIMITED): Period(30, DayCount.CALENDAR_DAYS, roll=True),
        ("信访", DeadlineType.TIME_LIMITED): Period(60, DayCount.CALENDAR_DAYS, roll=True),
    },
    default_periods={
        DeadlineType.IMMEDIATE: TEN_WORKDAYS,
        DeadlineType.TIME_LIMITED: THREE_MONTHS,
        DeadlineType.PHASED: Period(6, DayCount.MONTHS, roll=True),
        DeadlineType.SUSTAINED: Period(6, DayCount.MONTHS, roll=True),
    },
    acceptance=WEEK,
    assignment=WEEK,
    review=WEEK,
    verification=WEEK,
    closure=WEEK,
    look_back=Period(6, DayCount.MONTHS, roll=True),
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
    acceptance_ladder=Ladder(
        "acceptance",
        (
            Rung("acceptance_reminder", "reminder", to=(Role.OWNER,), cc=(Role.LIAISON,), workdays_late=-2),
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
        "look_back", (Rung("look_back_due", "reminder", to=(Role.SUPERVISOR, Role.OWNER), days_left=0),)
    ),
)
