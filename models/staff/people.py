"""Units, the posts in them, who holds a post from when to when, and what was handed over."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcTime, WordColumn, one_of
from policy.refusals import Language
from policy.roles import Role
from policy.stages import Stage


class Unit(SQLModel, table=True):
    """A township, a village, an office, a task force, a grid; a tree."""

    __tablename__ = "unit"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=200)
    kind: str = Field(default="office", max_length=40)
    parent_id: int | None = Field(default=None, foreign_key="unit.id", index=True)  # the tree, downwards


class Post(SQLModel, table=True):
    """A post (岗位) in a unit; findings and letters go to posts, never to persons."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("unit_id", "name", name="a post's name is its own within a unit"),)

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    name: str = Field(max_length=200, index=True)  # ledgers name posts without their unit
    in_hands_of: int | None = Field(default=None, foreign_key="person.id")
    """Whom its work was last handed to, as far as is known; the holder of today may be another already."""


class PostRole(SQLModel, table=True):
    __tablename__ = "post_role"
    __table_args__ = (one_of("role", Role, "a role is one of the known"),)

    post_id: int = Field(foreign_key="post.id", primary_key=True)
    role: Role = Field(sa_column=Column(WordColumn(Role), primary_key=True, index=True))  # who has role X


class Person(SQLModel, table=True):
    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=100)


class Account(SQLModel, table=True):
    """How a person signs in, and where mail reaches them. No mailbox means letters wait to be printed."""

    __tablename__ = "account"

    name: str = Field(primary_key=True, max_length=100)
    person_id: int = Field(foreign_key="person.id", unique=True)
    mailbox: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=40)
    language: Language = Field(
        default=Language.CHINESE, sa_column=Column(WordColumn(Language), nullable=False)
    )
    active: bool = True


class Appointment(SQLModel, table=True):
    """A person holds a post from `from_day` to `to_day`, both included; open-ended without `to_day`."""

    __tablename__ = "appointment"
    __table_args__ = (
        UniqueConstraint("post_id", "person_id", "from_day", name="one appointment once"),
        CheckConstraint("to_day IS NULL OR to_day >= from_day", name="an appointment ends after it begins"),
    )

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)  # who holds this post
    person_id: int = Field(foreign_key="person.id", index=True)  # which posts a person holds
    from_day: date
    to_day: date | None = None
    cut_short: bool = False
    """Handed over on the day it began, which thereby is the successor's: it holds on no day."""
    by: str = Field(default="", max_length=100)
    note: str = ""
    """Who handed the post over, and what they had to say, for the day it comes true."""


class Substitution(SQLModel, table=True):
    """A person stands in for a post's holder on named days; without days, whenever the post is vacant."""

    __tablename__ = "substitution"
    __table_args__ = (
        UniqueConstraint("post_id", "person_id", "from_day", name="one substitution once"),
        CheckConstraint(
            "(from_day IS NULL) = (to_day IS NULL) AND (to_day IS NULL OR to_day >= from_day)",
            name="a substitution has both days or none",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)  # who stands in today
    person_id: int = Field(foreign_key="person.id", index=True)  # which posts a person may act for
    from_day: date | None = None
    to_day: date | None = None
    by: str = Field(default="", max_length=100)
    reason: str = ""


class HandOver(SQLModel, table=True):
    """Work passed from one pair of hands to another, and how it stood; the event of that number says so."""

    __tablename__ = "hand_over"
    __table_args__ = (one_of("stage", Stage, "work is handed over at a known stage"),)

    finding: str = Field(foreign_key="finding.number", primary_key=True)
    seq: int = Field(primary_key=True)
    cycle: int
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    by: str = Field(max_length=100)
    from_post_id: int | None = Field(default=None, foreign_key="post.id")
    to_post_id: int = Field(foreign_key="post.id")
    from_person_id: int | None = Field(default=None, foreign_key="person.id")
    to_person_id: int = Field(foreign_key="person.id")
    note: str = ""
    stage: Stage = Field(sa_column=Column(WordColumn(Stage), nullable=False))
    deadline: date | None = None
    percent: int
    open_measures: int
    evidence: int
