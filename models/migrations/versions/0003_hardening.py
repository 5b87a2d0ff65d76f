"""Heartbeats; restores; who sends a mail; for which version of a finding a run was started."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    op.drop_index("findings_by_stage", table_name="finding")
    op.create_index("ix_finding_stage", "finding", ["stage"])
    op.drop_column("run", "version_made")
    op.drop_column("mail", "claimed_by")
    op.drop_table("restore")
    op.drop_table("heartbeat")
