"""Which backups are kept: every one of the last days, then the first of each month for some months."""

from collections.abc import Iterable
from datetime import date, timedelta


def superfluous(taken: Iterable[date], today: date, days: int, months: int) -> set[date]:
    """The days whose backups may go. The newest is always kept, and whatever lies in the future."""
    all_days = sorted(set(taken))
    first_of_month: dict[tuple[int, int], date] = {}
    for day in all_days:
        first_of_month.setdefault((day.year, day.month), day)
    kept = {day for day in all_days if day > today - timedelta(days=days)} | set(all_days[-1:])
    kept |= {day for day in first_of_month.values() if _months_between(day, today) < months}
    return set(all_days) - kept


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
