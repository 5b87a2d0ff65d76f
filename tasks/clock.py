"""The one place that reads the clock; RECTIFY_AS_OF moves it in demos and tests."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from models.settings import settings
from policy.office import OFFICE, office_day
from policy.refusals import BadInput

DAY = len("2026-11-20")


def now() -> datetime:
    """This moment, aware, in UTC. A clock moved to a day goes on from there, over midnight too."""
    as_of = settings().as_of
    return real() + _shift(as_of) if len(as_of) == DAY else moved(real(), as_of)


@lru_cache
def _shift(as_of: str) -> timedelta:
    """Taken once in a process: taken anew after midnight it would begin the same day again."""
    moment = real()
    return moved(moment, as_of) - moment


def tells_the_hour() -> bool:
    """Not where it was moved to a day: then it shows the hour at which somebody happened to do so."""
    return len(settings().as_of) != DAY


def real() -> datetime:
    """The machine's own clock, for what happens between machines: it is never moved."""
    return datetime.now(UTC)


def today() -> date:
    """The office's calendar day."""
    return office_day(now())


def moved(moment: datetime, as_of: str) -> datetime:
    """`moment` on the day `as_of`, at the same time of day in the office; or `as_of` itself if it has a time.

    Raises BadInput if `as_of` is neither a date nor an ISO time with a zone.
    """
    if not as_of:
        return moment
    try:
        if len(as_of) == DAY:
            day = date.fromisoformat(as_of)
            return datetime.combine(day, time_of_day(moment), OFFICE).astimezone(UTC)
        exact = datetime.fromisoformat(as_of)
        if exact.tzinfo is not None:
            return exact.astimezone(UTC)
    except ValueError:
        pass
    raise BadInput(
        f"“{as_of}”不是日期。请写成 2026-11-20。", f"“{as_of}” is not a date. Write it like 2026-11-20."
    )


def office_time(moment: datetime) -> str:
    """As people at the office would write it."""
    return f"{moment.astimezone(OFFICE):%Y-%m-%d %H:%M}"


def time_of_day(moment: datetime) -> time:
    return moment.astimezone(OFFICE).time()
