"""The portal: passwords, sign-ins, tokens, one-time links, saved filters, webhooks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.columns import Amount
from models.listing.grams import entries, plain

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFUSAL = "history is only added to"
TABLES = [
    "credential",
    "recovery_code",
    "task_link",
    "sign_in",
    "throttle",
    "token",
    "access_event",
    "saved_filter",
    "webhook",
    "webhook_delivery",
    "phone_call",
]
"""In the order in which one names another."""
KNOWN = "an act is one of the known"
ACTS = (
    *("open", "assign", "accept", "dispute", "uphold", "reassign", "file_plan", "approve_plan"),
    *("return_plan", "report_progress", "complete_measure", "attach_evidence", "withdraw_evidence", "submit"),
    *("take_back", "pass_verification", "return_for_rework", "approve_closure", "defer_closure", "reopen"),
    *("withdraw", "merge", "request_extension", "approve_extension", "refuse_extension", "hand_over"),
    *("look_back", "amend", "recompute"),
)
BEFORE = tuple(act for act in ACTS if act != "withdraw_evidence")

SHARED = ("progress_entry", "evidence")
"""What also a unit that assists adds to."""


def upgrade() -> None:
    op.create_table(
        "credential",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_initial", sa.Boolean(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("totp_seed", sa.String(length=64), nullable=False),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("oidc_subject", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("account"),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.UniqueConstraint("oidc_subject"),
        sa.CheckConstraint("stamp >= 1", name="stamps begin at one"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account", "code_hash"),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
    )
    op.create_table(
        "task_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("pin_hash", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.ForeignKeyConstraint(["finding"], ["finding.number"]),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"]),
        sa.UniqueConstraint("hash"),
    )
    op.create_index("ix_task_link_finding", "task_link", ["finding"])
    op.create_table(
        "sign_in",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("stamp", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_given", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("key_hash"),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.ForeignKeyConstraint(["link_id"], ["task_link.id"]),
        sa.CheckConstraint("way IN ('password', 'oidc', 'link')", name="a sign-in has a known way"),
    )
    op.create_index("ix_sign_in_account", "sign_in", ["account"])
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.UniqueConstraint("hash"),
    )
    op.create_index("ix_token_account", "token", ["account"])
    op.create_table(
        "access_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("access_by_account", "access_event", ["account", "id"])
    op.create_index("access_by_kind", "access_event", ["kind", "id"])
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.UniqueConstraint("account", "name", name="a filter's name is its own for an account"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("acts", sa.String(length=1000), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("from_wake", sa.Integer(), nullable=False),
        sa.Column("seen_wake", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["finding"], ["finding.number"]),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"]),
        sa.CheckConstraint("state IN ('queued', 'delivered', 'failed')", name="a delivery has a known state"),
        sa.UniqueConstraint("webhook_id", "finding", "seq", name="an event is told once to an address"),
    )
    op.create_index("deliveries_due", "webhook_delivery", ["state", "next_at"])
    op.create_table(
        "phone_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("whom", sa.String(length=200), nullable=False),
        sa.Column("letters", sa.String(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("said", sa.String(length=1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["finding"], ["finding.number"]),
        sa.UniqueConstraint("by", "nonce", name="one call for one form"),
    )
    op.create_index("ix_phone_call_finding", "phone_call", ["finding"])
    op.add_column(
        "finding", sa.Column("involves_money", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("finding", sa.Column("amount_involved", Amount(), nullable=True))
    for table in SHARED:
        unit = sa.Column("assisting_unit", sa.String(length=200), nullable=False, server_default="")
        op.add_column(table, unit)
    _make_lists_quick()
    op.create_index("findings_by_round", "finding", ["inspection_round_id", "stage"])
    assisted = sa.text("assisting <> ''")
    op.create_index(
        "findings_assisted", "finding", ["stage"], sqlite_where=assisted, postgresql_where=assisted
    )
    _make_findings_findable()
    _count_quickly()
    op.add_column("evidence", sa.Column("withdrawn_event", sa.Integer(), nullable=True))
    _know_acts(BEFORE, ACTS)
    _protect()


ENDED = "IN ('closed', 'merged', 'withdrawn')"
PARTIAL = (
    ("findings_by_urgency", ["deadline", "number"], f"stage NOT {ENDED}"),
    ("findings_by_end", ["stage_since", "number"], f"stage || '' {ENDED}"),
)
POSTS = ("inspector", "lead_leader", "responsible_leader", "supervisor", "verifier")


def _make_lists_quick() -> None:
    op.drop_index("findings_by_stage", "finding")
    op.create_index("findings_by_stage", "finding", ["stage", "deadline", "submitted_on", "closed_on"])
    op.create_index(
        "findings_by_source", "finding", ["source", "stage", "deadline", "submitted_on", "confidential"]
    )
    for name, columns, where in PARTIAL:
        op.create_index(
            name, "finding", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
    for post in POSTS:
        op.create_index(f"ix_finding_{post}_post_id", "finding", [f"{post}_post_id"])


PAIRS = """
CREATE FUNCTION finding_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT COST 100000 AS $$
    SELECT coalesce(array_agg(DISTINCT pair), '{}') FROM (
        SELECT sign || lead(sign) OVER (ORDER BY place) AS pair
        FROM unnest(string_to_array(words, NULL)) WITH ORDINALITY AS signs (sign, place)
    ) AS pairs WHERE pair IS NOT NULL AND strpos(pair, ' ') = 0
$$
"""
"""Every two neighbours, for PostgreSQL's index; `models.listing.grams.pairs` in the database's words.

It costs so much that no question computes it for row after row instead of looking into the index.
"""


def _make_findings_findable() -> None:
    op.create_table(
        "finding_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["finding"], ["finding.number"]),
        sa.UniqueConstraint("finding"),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("CREATE VIRTUAL TABLE finding_search USING fts5(entries, content='', detail='none')")
    _write_down_what_findings_say(is_sqlite)
    if not is_sqlite:
        op.execute(PAIRS)
        op.execute("CREATE INDEX finding_text_pairs ON finding_text USING gin (finding_pairs(words))")


def _write_down_what_findings_say(is_sqlite: bool) -> None:
    says = sa.text(
        "SELECT number, title, item, condition FROM finding WHERE number > :last ORDER BY number LIMIT 500"
    )
    here, last, place = op.get_bind(), "", 0
    while rows := here.execute(says, {"last": last}).all():
        found = [
            {"id": seq, "finding": row[0], "words": plain("\n".join(row))}
            for seq, row in enumerate(rows, place + 1)
        ]
        here.execute(
            sa.text("INSERT INTO finding_text (id, finding, words) VALUES (:id, :finding, :words)"), found
        )
        if is_sqlite:
            add = sa.text("INSERT INTO finding_search (rowid, entries) VALUES (:id, :entries)")
            here.execute(add, [{"id": row["id"], "entries": entries(row["words"])} for row in found])
        last, place = rows[-1][0], place + len(rows)
    if place and not is_sqlite:
        here.execute(
            sa.text("SELECT setval(pg_get_serial_sequence('finding_text', 'id'), :last)"), {"last": place}
        )


FIGURES = (
    (
        "findings_by_unit",
        ["lead_unit_id", "source", "stage", "deadline", "submitted_on", "closed_on", "confidential"],
        None,
    ),
    ("findings_by_item", ["category_no", "category", "item_no", "item", "stage", "confidential"], None),
    ("findings_by_discovery", ["discovered_on", "stage", "confidential"], None),
    ("findings_by_closing", ["closed_on", "lead_unit_id", "confidential"], "closed_on IS NOT NULL"),
    ("findings_reopened", ["number"], "cycle > 1"),
    ("findings_by_step", ["stage", "stage_since", "rules_version", "lead_unit_id"], None),
)
"""What the overview counts by."""


def _count_quickly() -> None:
    for name, columns, where in FIGURES:
        only = sa.text(where) if where else None
        op.create_index(name, "finding", columns, sqlite_where=only, postgresql_where=only)


def _protect() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER access_event_no_{verb.lower()} BEFORE {verb} ON access_event "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER access_event_append_only BEFORE UPDATE OR DELETE ON access_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _know_acts(before: Sequence[str], since: Sequence[str]) -> None:
    """SQLite keeps a CHECK for good: the table is written anew, with its history and its triggers."""
    rule_before, rule = (f"act IN ({', '.join(repr(act) for act in acts)})" for acts in (before, since))
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(KNOWN, "event", type_="check")
        op.create_check_constraint(KNOWN, "event", sa.text(rule))
        return
    kept = "SELECT sql FROM sqlite_master WHERE tbl_name = 'event' AND type = '{}' AND sql IS NOT NULL"
    made = str(op.get_bind().scalar(sa.text(kept.format("table"))))
    besides = [*op.get_bind().scalars(sa.text(kept.format("trigger") + " ORDER BY name"))]
    columns = made.partition("(")[2].replace(rule_before, rule)
    op.get_bind().exec_driver_sql(f"CREATE TABLE event_anew ({columns}")
    op.execute("INSERT INTO event_anew SELECT * FROM event")
    op.drop_table("event")
    op.rename_table("event_anew", "event")
    for sql in besides:
        op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    _know_acts(ACTS, BEFORE)
    op.drop_column("evidence", "withdrawn_event")
    for name, *_ in FIGURES:
        op.drop_index(name, "finding")
    for post in POSTS:
        op.drop_index(f"ix_finding_{post}_post_id", "finding")
    for name in ("findings_by_source", *(name for name, *_ in PARTIAL)):
        op.drop_index(name, "finding")
    op.drop_index("findings_assisted", "finding")
    op.drop_index("findings_by_stage", "finding")
    op.create_index("findings_by_stage", "finding", ["stage", "deadline"])
    op.drop_index("findings_by_round", "finding")
    for table in SHARED:
        op.drop_column(table, "assisting_unit")
    for column in ("amount_involved", "involves_money"):
        op.drop_column("finding", column)
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("finding_search")
    op.drop_table("finding_text")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION finding_pairs(text)")
    for table in reversed(TABLES):
        op.drop_table(table)
