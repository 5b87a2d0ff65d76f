"""What keeps runs and rows together: wakes, runs, steps begun, leases, heartbeats, restores."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import UtcTime, WordColumn, one_of
from policy.stages import Step


class Wake(SQLModel, table=True):
    """A hint to look at a finding, queued with the act itself; the relay takes it to Prefect."""

    __tablename__ = "wake"
    __table_args__ = (
        UniqueConstraint("finding", "version", name="one wake for one version"),
        Index("wakes_to_relay", "done_at", "next_at"),  # relay: what is queued
    )

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number")
    version: int
    queued_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    next_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    attempts: int = 0
    done_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    note: str = ""


class Run(SQLModel, table=True):
    """One generation of a finding's flow run. At most the newest is live; older ones change no row."""

    __tablename__ = "run"
    __table_args__ = (
        Index("runs_of_prefect", "flow_run_id"),
        Index(  # squaring: what Prefect ought to have
            "runs_under_way",
            "finding",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    finding: str = Field(foreign_key="finding.number", primary_key=True)
    generation: int = Field(primary_key=True)
    cycle: int
    flow_run_id: str = Field(default="", max_length=36)
    touched_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    holder: str = Field(default="", max_length=200)
    """host:pid of the process that last looked; a dead one is known at once on its own machine."""
    version_seen: int = 0
    """The finding's version when the run last looked at it."""
    version_made: int = 0
    """The finding's version when the run was started: several runs for one version got nowhere."""


class StepBegun(SQLModel, table=True):
    """A step that had its task run; each step appears once per round."""

    __tablename__ = "step_begun"
    __table_args__ = (one_of("step", Step, "a step is one of the four"),)

    finding: str = Field(foreign_key="finding.number", primary_key=True)
    cycle: int = Field(primary_key=True)
    round: int = Field(primary_key=True)
    step: Step = Field(sa_column=Column(WordColumn(Step), primary_key=True))
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))


class Lease(SQLModel, table=True):
    """Which of several workers does a job just now."""

    __tablename__ = "lease"

    job: str = Field(primary_key=True, max_length=40)
    holder: str = Field(max_length=100)
    until: datetime = Field(sa_column=Column(UtcTime, nullable=False))


class Heartbeat(SQLModel, table=True):
    """When a job that must never stop was last done, by whoever did it."""

    __tablename__ = "heartbeat"

    job: str = Field(primary_key=True, max_length=40)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    """By the machine's own clock."""
    office_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    """By the office's clock, which a demo may move: it must never run backwards."""
    holder: str = Field(default="", max_length=200)
    seconds: float = 0.0
    """How long it took."""
    done: int = 0
    note: str = ""
    """Why it did not do its work, if it did not."""


class Restore(SQLModel, table=True):
    """The database was restored from a backup; since then Prefect may know runs that the rows forgot."""

    __tablename__ = "restore"

    id: int | None = Field(default=None, primary_key=True)
    stamp: str = Field(max_length=40, unique=True)
    """Part of the key of every run started since."""
    taken_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    """When the backup was taken."""
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    """By the machine's own clock."""
