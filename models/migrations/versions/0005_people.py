"""Hand-overs; who stands in by whose word; letters to persons and to stand-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STAGES = (
    "'draft', 'assigned', 'disputed', 'planning', 'plan_review', 'in_progress', 'pending_verification', "
    "'returned', 'pending_closure', 'closed', 'withdrawn', 'merged'"
)
REFUSAL = "history is only added to"
TEXTS = (("appointment", "by"), ("appointment", "note"), ("substitution", "by"), ("substitution", "reason"))
FLAGS = (("appointment", "cut_short"), ("addressee", "stands_in"))
PERSONS = (("post", "in_hands_of"), ("addressee", "person_id"))


def upgrade() -> None:
    op.create_table(
        "hand_over",
        sa.Column("finding", sa.String(length=60), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("from_post_id", sa.Integer(), nullable=True),
        sa.Column("to_post_id", sa.Integer(), nullable=False),
        sa.Column("from_person_id", sa.Integer(), nullable=True),
        sa.Column("to_person_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("open_measures", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("finding", "seq"),
        sa.ForeignKeyConstraint(["finding"], ["finding.number"]),
        sa.ForeignKeyConstraint(["from_post_id"], ["post.id"]),
        sa.ForeignKeyConstraint(["to_post_id"], ["post.id"]),
        sa.ForeignKeyConstraint(["from_person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"]),
        sa.CheckConstraint(f"stage IN ({STAGES})", name="work is handed over at a known stage"),
    )
    for table, name in TEXTS:
        op.add_column(table, sa.Column(name, _text(name), nullable=False, server_default=""))
    for table, name in FLAGS:
        op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    for table, name in PERSONS:
        _add_person(table, name)
    _protect()


def _text(name: str) -> sa.String:
    return sa.String(length=100) if name == "by" else sa.String()


def _add_person(table: str, name: str) -> None:
    """SQLite takes a foreign key with a column, but none by itself."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} INTEGER REFERENCES person (id)")
        return
    op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
    op.create_foreign_key(None, table, "person", [name], ["id"])


def _protect() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER hand_over_no_{verb.lower()} BEFORE {verb} ON hand_over "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER hand_over_append_only BEFORE UPDATE OR DELETE ON hand_over "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("hand_over")
    for table, name in (*PERSONS, *FLAGS, *TEXTS):
        op.drop_column(table, name)
