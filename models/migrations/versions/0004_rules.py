"""Rules and calendars as rows; requests for an extension; what a computed date was counted from."""

import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.rules.calendars import announced, labels
from models.rules.shipped import shipped_text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KNOWN = "an act is one of the known"
BEFORE = (
    "open",
    "assign",
    "accept",
    "dispute",
    "uphold",
    "reassign",
    "file_plan",
    "approve_plan",
    "return_plan",
    "report_progress",
    "complete_measure",
    "attach_evidence",
    "submit",
    "take_back",
    "pass_verification",
    "return_for_rework",
    "approve_closure",
    "defer_closure",
    "reopen",
    "withdraw",
    "merge",
    "request_extension",
    "approve_extension",
    "refuse_extension",
    "hand_over",
    "amend",
)
SINCE = (*BEFORE[:-1], "look_back", "amend", "recompute")
STAGES = (
    "draft",
    "assigned",
    "disputed",
    "planning",
    "plan_review",
    "in_progress",
    "pending_verification",
    "returned",
    "pending_closure",
    "closed",
    "withdrawn",
    "merged",
)
HISTORY = "history is only added to"


def upgrade() -> None:
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )
    op.create_table(
        "rule_book",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.CheckConstraint("kind IN ('off', 'work')", name="a day is off or worked"),
        sa.ForeignKeyConstraint(
            ["year"],
            ["calendar_year.year"],
        ),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_index(op.f("ix_calendar_day_year"), "calendar_day", ["year"], unique=False)
    op.create_table(
        "local_day",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('off', 'work')", name="a local day is off or worked"),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "day"),
    )
    op.create_table(
        "extension",
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("asked_for", sa.Date(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("sustained", sa.Boolean(), nullable=False),
        sa.Column("objective", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("granted_to", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'granted') = (granted_to IS NOT NULL)", name="a granted extension has its date"
        ),
        sa.CheckConstraint(
            "outcome IN ('pending', 'granted', 'refused', 'lapsed')", name="a request is pending or decided"
        ),
        sa.CheckConstraint("asked_for > deadline", name="an extension is later than the deadline"),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("finding", "event"),
    )
    op.create_index(
        "one_request_at_a_time",
        "extension",
        ["finding"],
        unique=True,
        sqlite_where=sa.text("outcome = 'pending'"),
        postgresql_where=sa.text("outcome = 'pending'"),
    )
    op.create_table(
        "extension_approval",
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding", "event"],
            ["extension.finding", "extension.event"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("finding", "event", "place"),
        sa.UniqueConstraint("finding", "event", "person_id", name="nobody approves an extension twice"),
    )
    op.add_column("finding", sa.Column("review_from", sa.Date(), nullable=True))
    op.add_column(
        "finding", sa.Column("review_provisional", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("finding", sa.Column("deadline_from", sa.Date(), nullable=True))
    op.add_column("finding", sa.Column("nominal_deadline", sa.Date(), nullable=True))
    op.add_column("finding", sa.Column("extension_asked_on", sa.Date(), nullable=True))
    op.add_column("finding", sa.Column("extension_event", sa.Integer(), nullable=True))
    op.add_column("finding", sa.Column("next_measure_on", sa.Date(), nullable=True))
    op.add_column("finding", sa.Column("returned_on", sa.Date(), nullable=True))
    _know_acts(SINCE)
    _fill()
    _announce()
    _write_down_rules()


def _write_down_rules() -> None:
    """All that was opened before was opened under the shipped rules."""
    rules = shipped_text()
    digest = hashlib.sha256(rules.encode()).hexdigest()
    now = op.get_bind().execute(sa.select(sa.func.now())).scalar()
    columns = ("version", "text", "sha256", "by", "reason", "at")
    op.bulk_insert(
        sa.table("rule_book", *map(sa.column, columns)),
        [{"version": 1, "text": rules, "sha256": digest, "by": "", "reason": "", "at": now}],
    )


def _announce() -> None:
    """The years that the installed package knows; later ones are announced by an import, or by a newer one."""
    calendar, names = announced(), labels()
    now = op.get_bind().execute(sa.select(sa.func.now())).scalar()
    years = [
        {"year": one, "source": "chinesecalendar", "by": "", "at": now} for one in sorted(calendar.years)
    ]
    kinds = {**dict.fromkeys(calendar.off, "off"), **dict.fromkeys(calendar.work, "work")}
    days = [
        {"day": day, "year": day.year, "kind": kind, "label": names[day]}
        for day, kind in sorted(kinds.items())
    ]
    op.bulk_insert(sa.table("calendar_year", *map(sa.column, ("year", "source", "by", "at"))), years)
    op.bulk_insert(sa.table("calendar_day", *map(sa.column, ("day", "year", "kind", "label"))), days)


def _fill() -> None:
    """What earlier versions knew without a column of its own."""
    op.execute(
        "UPDATE finding SET deadline_from = CASE WHEN cycle > 1 THEN reopened_on "
        "WHEN deadline_type = 'immediate' THEN assigned_on ELSE discovered_on END "
        "WHERE provisional AND NOT deadline_by_hand"
    )
    op.execute("UPDATE finding SET nominal_deadline = deadline WHERE deadline_from IS NOT NULL")
    op.execute("UPDATE finding SET returned_on = stage_since WHERE stage = 'returned'")
    op.execute(
        "UPDATE finding SET next_measure_on = (SELECT min(due_on) FROM measure WHERE measure.finding = "
        "finding.number AND measure.cycle = finding.cycle AND tracked AND done_on IS NULL)"
    )
    op.execute(
        "UPDATE finding SET extension_event = (SELECT max(seq) FROM event WHERE event.finding = "
        "finding.number AND act = 'request_extension') WHERE extension_to IS NOT NULL"
    )
    op.execute(
        "INSERT INTO extension (finding, event, cycle, asked_on, asked_by, reason, percent, deadline, "
        "asked_for, is_late, sustained, objective, outcome) SELECT number, event.seq, finding.cycle, "
        "date(event.at), account.person_id, event.reason, percent, deadline, extension_to, false, false, '', "
        "'pending' FROM finding JOIN event ON event.finding = number AND event.seq = extension_event "
        "JOIN account ON account.name = event.by WHERE extension_to > deadline"
    )
    op.execute(
        "UPDATE finding SET extension_asked_on = (SELECT asked_on FROM extension WHERE "
        "extension.finding = number) WHERE extension_event IS NOT NULL"
    )


def _know_acts(acts: Sequence[str]) -> None:
    """SQLite keeps a CHECK for good: the table is written anew, with its history and its triggers."""
    rule = f"act IN ({', '.join(repr(act) for act in acts)})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(KNOWN, "event", type_="check")
        op.create_check_constraint(KNOWN, "event", sa.text(rule))
        return
    _make_events("event_anew", rule)
    op.execute("INSERT INTO event_anew SELECT * FROM event")
    op.drop_table("event")
    op.rename_table("event_anew", "event")
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER event_no_{verb.lower()} BEFORE {verb} ON event "
            f"BEGIN SELECT RAISE(ABORT, '{HISTORY}'); END"
        )


def _make_events(name: str, rule: str) -> None:
    stages = ", ".join(repr(stage) for stage in STAGES)
    op.create_table(
        name,
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("from_stage", sa.String(40), nullable=True),
        sa.Column("to_stage", sa.String(40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=True),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint(rule, name=KNOWN),
        sa.CheckConstraint(f"to_stage IN ({stages})", name="an event leads to a known stage"),
        sa.CheckConstraint("length(hash) = 64 AND length(previous) = 64", name="an event is chained"),
        sa.CheckConstraint("seq >= 1", name="events are numbered from one"),
        sa.ForeignKeyConstraint(["finding"], ["finding.number"]),
        sa.PrimaryKeyConstraint("finding", "seq"),
        sa.UniqueConstraint("by", "nonce", name="one act for one form"),
    )


def downgrade() -> None:
    _know_acts(BEFORE)
    op.drop_column("finding", "returned_on")
    op.drop_column("finding", "next_measure_on")
    op.drop_column("finding", "extension_event")
    op.drop_column("finding", "extension_asked_on")
    op.drop_column("finding", "nominal_deadline")
    op.drop_column("finding", "deadline_from")
    op.drop_column("finding", "review_provisional")
    op.drop_column("finding", "review_from")
    op.drop_table("extension_approval")
    op.drop_index(
        "one_request_at_a_time",
        table_name="extension",
        sqlite_where=sa.text("outcome = 'pending'"),
        postgresql_where=sa.text("outcome = 'pending'"),
    )
    op.drop_table("extension")
    op.drop_table("local_day")
    op.drop_index(op.f("ix_calendar_day_year"), table_name="calendar_day")
    op.drop_table("calendar_day")
    op.drop_table("rule_book")
    op.drop_table("calendar_year")
