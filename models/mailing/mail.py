"""Letters (what is to be said, once), their addressees (posts), and mails (what goes to one mailbox)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcTime, WordColumn, one_of
from policy.escalation import LetterState


class MailState(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"
    DATA = "data"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"


class Letter(SQLModel, table=True):
    """A letter is decided once; the unique key is the promise that nobody is told twice."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint(
            "finding", "cycle", "deadline_version", "rung", "occasion", name="a letter is written once"
        ),
        one_of("state", LetterState, "a letter's state is one of the known"),
        Index("letters_to_compose", "state", "id"),  # post: what is queued
    )

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number")
    cycle: int
    round: int
    deadline_version: int
    rung: str = Field(max_length=40)
    occasion: int = 0
    kind: str = Field(max_length=40)
    due_on: date
    state: LetterState = Field(sa_column=Column(WordColumn(LetterState), nullable=False))
    reminder: bool = False
    """Called for by a ladder, not by an act; it may become moot before it goes."""
    note: str = ""
    """Why it waits, was skipped, failed or was cancelled."""
    signed_by: str = Field(default="", max_length=100)
    created_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))


class Addressee(SQLModel, table=True):
    """A letter to a post, as recipient or for information, and the mail that carries it there."""

    __tablename__ = "addressee"
    __table_args__ = (Index("letters_of_a_mail", "mail_id"),)

    letter_id: int = Field(foreign_key="letter.id", primary_key=True)
    post_id: int = Field(foreign_key="post.id", primary_key=True)
    copy_only: bool = False
    person_id: int | None = Field(default=None, foreign_key="person.id")
    """Written to this person, whoever has the post by then."""
    stands_in: bool = False
    """Whether whom the mail went to stood in for the holder that day."""
    mail_id: int | None = Field(default=None, foreign_key="mail.id")


class Mail(SQLModel, table=True):
    """One mail to one mailbox. Message-ID, date and bytes are fixed here and never change."""

    __tablename__ = "mail"
    __table_args__ = (
        one_of("state", MailState, "a mail's state is one of the known"),
        CheckConstraint("length(recipient) > 0", name="a mail has a recipient"),
        Index("mails_to_send", "state", "next_at"),  # post: what may go now
    )

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True, max_length=200)
    recipient: str = Field(max_length=254)
    person_id: int = Field(foreign_key="person.id")
    language: str = Field(max_length=10)
    subject: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: MailState = Field(sa_column=Column(WordColumn(MailState), nullable=False))
    attempts: int = 0
    next_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    claimed_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    claimed_by: str = Field(default="", max_length=200)
    """host:pid of the process that sends it; a dead one is known at once on its own machine."""
    sent_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    note: str = ""
    created_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
