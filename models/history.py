"""What happened: the events of each finding, append-only and chained, and the daily seals over them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcTime, WordColumn, one_of
from policy.stages import Act, Stage


class Event(SQLModel, table=True):
    """One act. `at` is when it happened, `recorded_at` when it was stored: later, for imported history."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("by", "nonce", name="one act for one form"),
        one_of("act", Act, "an act is one of the known"),
        one_of("to_stage", Stage, "an event leads to a known stage"),
        CheckConstraint("seq >= 1", name="events are numbered from one"),
        CheckConstraint("length(hash) = 64 AND length(previous) = 64", name="an event is chained"),
    )

    finding: str = Field(foreign_key="finding.number", primary_key=True)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    act: Act = Field(sa_column=Column(WordColumn(Act), nullable=False))
    by: str = Field(max_length=100)
    imported: bool = False
    from_stage: Stage | None = Field(default=None, sa_column=Column(WordColumn(Stage)))
    to_stage: Stage = Field(sa_column=Column(WordColumn(Stage), nullable=False))
    round: int
    cycle: int
    reason: str = ""
    said: str = ""
    """What was said with the act, as canonical JSON."""
    nonce: str | None = Field(default=None, max_length=64)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class Seal(SQLModel, table=True):
    """One hash a day over the heads of all chains."""

    __tablename__ = "seal"

    day: date = Field(primary_key=True)
    heads: int
    hash: str = Field(max_length=64)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    """It covers the events recorded by then."""
