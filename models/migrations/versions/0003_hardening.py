"""Heartbeats; restores; who sends a mail; for which version of a finding a run was started."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OF_A_SERIES = re.compile(r"([A-Z]{2}\d{4}-)(\d{1,9})", re.ASCII)


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("job"),
    )
    op.create_table(
        "restore",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.String(length=40), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stamp"),
    )
    op.add_column("mail", sa.Column("claimed_by", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("run", sa.Column("version_made", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_finding_stage", table_name="finding")
    op.create_index("findings_by_stage", "finding", ["stage", "deadline"])
    under_way = sa.text("ended_at IS NULL")
    op.create_index("runs_under_way", "run", ["finding"], sqlite_where=under_way, postgresql_where=under_way)
    _catch_up_with_numbers()


def _catch_up_with_numbers() -> None:
    """Series did not know of numbers given by hand; from now on they are all that is asked."""
    connection = op.get_bind()
    last: dict[str, int] = {}
    for number in connection.execute(sa.text("SELECT number FROM finding")).scalars():
        if found := OF_A_SERIES.fullmatch(number):
            last[found[1]] = max(last.get(found[1], 0), int(found[2]))
    known = set(connection.execute(sa.text("SELECT prefix FROM number_series")).scalars())
    more = "UPDATE number_series SET last = :last WHERE prefix = :prefix AND last < :last"
    new = "INSERT INTO number_series (prefix, last) VALUES (:prefix, :last)"
    for prefix, number in last.items():
        connection.execute(sa.text(more if prefix in known else new), {"prefix": prefix, "last": number})


def downgrade() -> None:
    op.drop_index("runs_under_way", table_name="run")
    op.drop_index("findings_by_stage", table_name="finding")
    op.create_index("ix_finding_stage", "finding", ["stage"])
    op.drop_column("run", "version_made")
    op.drop_column("mail", "claimed_by")
    op.drop_table("restore")
    op.drop_table("heartbeat")
