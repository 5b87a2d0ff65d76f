"""Rules and calendars as rows: versions of the rules, announced years, days unlike Monday–Friday."""

from datetime import date, datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.columns import UtcTime, WordColumn, one_of
from policy.years import DayKind


class RuleBook(SQLModel, table=True):
    """One version of the rules, as it was written; findings name it and it never changes."""

    __tablename__ = "rule_book"

    version: int = Field(primary_key=True)
    text: str
    sha256: str = Field(max_length=64)  # of the text: what was accepted is what is read
    by: str = Field(default="", max_length=100)
    reason: str = ""
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))


class CalendarYear(SQLModel, table=True):
    """A year whose days off are announced; dates in other years are provisional."""

    __tablename__ = "calendar_year"

    year: int = Field(primary_key=True)
    source: str = Field(default="", max_length=200)
    by: str = Field(default="", max_length=100)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))


class CalendarDay(SQLModel, table=True):
    """A holiday on a weekday, or a weekend day that is worked."""

    __tablename__ = "calendar_day"
    __table_args__ = (one_of("kind", DayKind, "a day is off or worked"),)

    day: date = Field(primary_key=True)
    year: int = Field(foreign_key="calendar_year.year", index=True)  # a year's days, replaced together
    kind: DayKind = Field(sa_column=Column(WordColumn(DayKind), nullable=False))
    label: str = Field(default="", max_length=60)


class LocalDay(SQLModel, table=True):
    """A day that a unit, and all below it, keeps otherwise than the country."""

    __tablename__ = "local_day"
    __table_args__ = (one_of("kind", DayKind, "a local day is off or worked"),)

    unit_id: int = Field(foreign_key="unit.id", primary_key=True)
    day: date = Field(primary_key=True)
    kind: DayKind = Field(sa_column=Column(WordColumn(DayKind), nullable=False))
    label: str = Field(default="", max_length=60)
    by: str = Field(default="", max_length=100)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
