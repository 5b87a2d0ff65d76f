"""Deadline arithmetic over a calendar that is passed in; all dates are the office's calendar days."""

from enum import StrEnum


class DeadlineType(StrEnum):
    IMMEDIATE = "immediate"
    TIME_LIMITED = "time_limited"
    PHASED = "phased"
    SUSTAINED = "sustained"


class DayCount(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
