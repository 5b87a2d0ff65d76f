"""When the clock is not to be trusted: nobody is reminded, and no deadline passed, by a clock that jumped."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policy.office import OFFICE

BACK = timedelta(minutes=2)
"""Behind the latest time already worked at: small corrections are no matter."""
LEAP = timedelta(hours=6)
"""Ahead of what a steady clock counted meanwhile. No letter hangs on less than a day."""
OUTAGE = timedelta(days=45)
"""An outage that long may be a wrong clock, if very many would be told at once."""
MANY, MANY_OF_ALL = 20, 0.2


@dataclass(frozen=True)
class Mark:
    """The latest time the rounds worked at, and how far a steady clock counted since, if known."""

    office_at: datetime
    steady: timedelta | None


def hold(mark: Mark | None, now: datetime, due: int, live: int) -> tuple[str, str] | None:
    """Why nothing may be told by this clock, in Chinese and English; None if it may.

    `due` findings of `live` ones would be looked at by now.
    """
    if mark is None:
        return None
    if now < mark.office_at - BACK:
        return _back(mark, now)
    ahead = now - mark.office_at
    if mark.steady is not None and ahead - mark.steady > LEAP:
        return _ahead(mark, now)
    if mark.steady is None and ahead > OUTAGE and due > max(MANY, MANY_OF_ALL * live):
        return _ahead(mark, now)
    return None


def _back(mark: Mark, now: datetime) -> tuple[str, str]:
    then, shown = _day(mark.office_at), _day(now)
    return (
        f"时钟倒退：现为 {shown}，而此前已办到 {then}。请校正本机时钟，到时自动恢复。",
        f"The clock went back to {shown}; the rounds had come to {then}. They go on when it is set right.",
    )


def _ahead(mark: Mark, now: datetime) -> tuple[str, str]:
    then, shown = _day(mark.office_at), _day(now)
    return (
        f"时钟突然由 {then} 前进到 {shown}，已暂停提醒。时间无误请由督办人执行 rectify clock --confirm。",
        f"The clock leapt from {then} to {shown}: no reminders meanwhile. "
        "If it is right, a supervisor says so by rectify clock --confirm.",
    )


def _day(moment: datetime) -> str:
    return moment.astimezone(OFFICE).strftime("%Y-%m-%d %H:%M")
