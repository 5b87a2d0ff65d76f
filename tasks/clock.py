"""The one place that reads the clock; RECTIFY_AS_OF moves it in demos and tests."""

from datetime import UTC, date, datetime, time

from models.settings import settings
from policy.office import OFFICE, office_day
from policy.refusals import BadInput


def now() -> datetime:
    """This moment, aware, in UTC."""
    real = datetime.now(UTC)
    return moved(real, settings().as_of)


def today() -> date:
    """The office's calendar day."""
    return office_day(now())


def moved(real: datetime, as_of: str) -> datetime:
    """`real` on the day `as_of` (at the same time of day in the office), or exactly `as_of` if it has a time.

    Raises BadInput if `as_of` is neither a date nor an ISO time with a zone.
    """
    if not as_of:
        return real
    try:
        if len(as_of) == len("2026-11-20"):
            day = date.fromisoformat(as_of)
            return datetime.combine(day, time_of_day(real), OFFICE).astimezone(UTC)
        moment = datetime.fromisoformat(as_of)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except ValueError:
        pass
    raise BadInput(
        f"“{as_of}”不是日期。请写成 2026-11-20。", f"“{as_of}” is not a date. Write it like 2026-11-20."
    )


def time_of_day(real: datetime) -> time:
    return real.astimezone(OFFICE).time()
