"""What opens the door: passwords, sign-ins, tokens, one-time links; and how often somebody knocked.

Whatever is secret lies here hashed: who reads this database cannot sign in with what is in it.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import UtcTime, WordColumn, one_of


class Way(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105, a way, not a password
    OIDC = "oidc"
    LINK = "link"


class Credential(SQLModel, table=True):
    """What an account proves itself with. Sign-ins of an older `stamp` are over."""

    __tablename__ = "credential"
    __table_args__ = (CheckConstraint("stamp >= 1", name="stamps begin at one"),)

    account: str = Field(foreign_key="account.name", primary_key=True)
    password_hash: str = Field(default="", max_length=300)
    set_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    is_initial: bool = False
    """Given by somebody else: it has to be changed at the first sign-in."""
    valid_until: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    """An initial password that nobody used by then is no longer one."""
    stamp: int = 1
    totp_seed: str = Field(default="", max_length=64)
    """One-time codes are switched on. The secret is made of it with a key that lies in no database."""
    totp_step: int = 0
    """The last time step whose code was used: none counts twice."""
    oidc_subject: str | None = Field(default=None, max_length=300, unique=True)


class RecoveryCode(SQLModel, table=True):
    """Signs in once in place of a one-time code."""

    __tablename__ = "recovery_code"

    account: str = Field(foreign_key="account.name", primary_key=True)
    code_hash: str = Field(primary_key=True, max_length=64)
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))


class SignIn(SQLModel, table=True):
    """A session. Its key lies in a cookie and, hashed, here."""

    __tablename__ = "sign_in"
    __table_args__ = (one_of("way", Way, "a sign-in has a known way"),)

    key_hash: str = Field(primary_key=True, max_length=64)
    account: str = Field(foreign_key="account.name", index=True)  # the sign-ins of an account
    way: Way = Field(sa_column=Column(WordColumn(Way), nullable=False))
    link_id: int | None = Field(default=None, foreign_key="task_link.id")
    stamp: int
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    until: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    proved_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    """When a password or code was last given."""
    code_given: bool = False
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    address: str = Field(default="", max_length=64)
    agent: str = Field(default="", max_length=300)


class Throttle(SQLModel, table=True):
    """A bucket that fills with each try and drains with time; shared by all portals."""

    __tablename__ = "throttle"

    key: str = Field(primary_key=True, max_length=200)
    level: float
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))


class Token(SQLModel, table=True):
    """Opens the API in an account's name, for what its `scopes` say."""

    __tablename__ = "token"

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(unique=True, max_length=64)
    account: str = Field(foreign_key="account.name", index=True)  # the tokens of an account
    name: str = Field(max_length=100)
    scopes: str = Field(max_length=200)
    """Words, by space."""
    made_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    made_by: str = Field(max_length=100)
    expires_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    used_on: date | None = None
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))


class TaskLink(SQLModel, table=True):
    """A one-time link: for one post and one finding, to report and to submit; with a PIN told elsewhere."""

    __tablename__ = "task_link"

    id: int | None = Field(default=None, primary_key=True)
    hash: str = Field(unique=True, max_length=64)
    finding: str = Field(foreign_key="finding.number", index=True)  # the links of a finding
    post_id: int = Field(foreign_key="post.id")
    version: int
    """The finding's when it was made: what came later may end it."""
    account: str = Field(foreign_key="account.name")
    """In whose name it is used: the post's holder when it was made."""
    pin_hash: str = Field(max_length=300)
    made_by: str = Field(max_length=100)
    made_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    tries: int = 0
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))


class AccessEvent(SQLModel, table=True):
    """Something about the door that an auditor may ask for; never a password, a token, a cookie."""

    __tablename__ = "access_event"
    __table_args__ = (
        Index("access_by_account", "account", "id"),  # what an account did, newest first
        Index("access_by_kind", "kind", "id"),  # what happened of a kind, newest first
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    kind: str = Field(max_length=40)
    account: str = Field(default="", max_length=100)
    """As it was given: there may be no such account."""
    by: str = Field(default="", max_length=100)
    address: str = Field(default="", max_length=64)
    note: str = Field(default="", max_length=300)


class SavedFilter(SQLModel, table=True):
    """A list's conditions under a name; they are the query of an address."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("account", "name", name="a filter's name is its own for an account"),)

    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(foreign_key="account.name")
    name: str = Field(max_length=60)
    query: str = Field(max_length=2000)
    made_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
