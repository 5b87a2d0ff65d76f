"""Calls made because a letter did not arrive: who called whom when, and what was said."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcTime


class PhoneCall(SQLModel, table=True):
    """One call about one finding. `letters` are the ids, by comma, of those that were told of."""

    __tablename__ = "phone_call"
    __table_args__ = (UniqueConstraint("by", "nonce", name="one call for one form"),)

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number", index=True)
    whom: str = Field(max_length=200)
    """The name of the person, or of the post where nobody is there."""
    letters: str
    reached: bool
    said: str = Field(default="", max_length=1000)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    by: str = Field(max_length=100)
    nonce: str | None = Field(default=None, max_length=64)
