"""The office's own time: deadlines are its calendar days."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

OFFICE = ZoneInfo("Asia/Shanghai")


def office_day(moment: datetime) -> date:
    return moment.astimezone(OFFICE).date()
