"""Who is told of events over HTTP, and what each was told: an outbox like that of mails."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcTime, WordColumn, one_of


class DeliveryState(StrEnum):
    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"


class Webhook(SQLModel, table=True):
    """An address that is told of events, and the secret its receipts are signed with."""

    __tablename__ = "webhook"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(max_length=500)
    secret: str = Field(max_length=100)
    acts: str = Field(default="", max_length=1000)
    """Identifiers of acts, by space; all if empty."""
    made_by: str = Field(max_length=100)
    made_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    is_active: bool = True
    from_wake: int = 0
    """Events whose wakes have a greater number are told: those after the subscription."""
    seen_wake: int = 0
    """Events whose wakes have a number up to this one are queued, and none can come in before it any more."""


class Delivery(SQLModel, table=True):
    """One event for one address: once, tried until it is taken."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "finding", "seq", name="an event is told once to an address"),
        one_of("state", DeliveryState, "a delivery has a known state"),
        Index("deliveries_due", "state", "next_at"),  # what is to be sent now
    )

    id: int | None = Field(default=None, primary_key=True)
    webhook_id: int = Field(foreign_key="webhook.id")
    finding: str = Field(foreign_key="finding.number")
    seq: int
    message_id: str = Field(max_length=40)
    """The same at every try, also after the database was restored: it comes from the event's hash."""
    body: str
    """What is sent, to the byte."""
    state: DeliveryState = Field(sa_column=Column(WordColumn(DeliveryState), nullable=False))
    attempts: int = 0
    queued_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    next_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    note: str = Field(default="", max_length=300)
