"""The first schema: people, findings, history, letters, runs."""

import sqlalchemy as sa
from alembic import op

from models.columns import Amount

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspection_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("feedback_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "name", name="a round's name is its own within a source"),
    )
    op.create_table(
        "lease",
        sa.Column("job", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(100), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job"),
    )
    op.create_table(
        "number_series",
        sa.Column("prefix", sa.String(40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "seal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_index(op.f("ix_unit_parent_id"), "unit", ["parent_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("person_id"),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'data', 'sent', 'failed', 'in_doubt', 'cancelled')",
            name="a mail's state is one of the known",
        ),
        sa.CheckConstraint("length(recipient) > 0", name="a mail has a recipient"),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("mails_to_send", "mail", ["state", "next_at"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unit_id", "name", name="a post's name is its own within a unit"),
    )
    op.create_index(op.f("ix_post_name"), "post", ["name"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "to_day IS NULL OR to_day >= from_day", name="an appointment ends after it begins"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("post_id", "person_id", "from_day", name="one appointment once"),
    )
    op.create_index(op.f("ix_appointment_person_id"), "appointment", ["person_id"], unique=False)
    op.create_index(op.f("ix_appointment_post_id"), "appointment", ["post_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("inspection_round_id", sa.Integer(), nullable=True),
        sa.Column("category_no", sa.String(20), nullable=False),
        sa.Column("category", sa.String(200), nullable=False),
        sa.Column("item_no", sa.String(20), nullable=False),
        sa.Column("item", sa.String(300), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("root_cause", sa.String(), nullable=False),
        sa.Column("severity", sa.String(20), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("lead_unit_id", sa.Integer(), nullable=True),
        sa.Column("owner_post_id", sa.Integer(), nullable=True),
        sa.Column("lead_leader_post_id", sa.Integer(), nullable=True),
        sa.Column("responsible_leader_post_id", sa.Integer(), nullable=True),
        sa.Column("supervisor_post_id", sa.Integer(), nullable=True),
        sa.Column("verifier_post_id", sa.Integer(), nullable=True),
        sa.Column("inspector_post_id", sa.Integer(), nullable=True),
        sa.Column("assisting", sa.String(), nullable=False),
        sa.Column("objective", sa.String(), nullable=False),
        sa.Column("deadline_type", sa.String(40), nullable=False),
        sa.Column("sustained", sa.Boolean(), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("day_count", sa.String(40), nullable=False),
        sa.Column("discovered_on", sa.Date(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("original_deadline", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("deadline_version", sa.Integer(), nullable=False),
        sa.Column("deadline_set_on", sa.Date(), nullable=True),
        sa.Column("deadline_by_hand", sa.Boolean(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("extensions", sa.Integer(), nullable=False),
        sa.Column("extension_reason", sa.String(), nullable=False),
        sa.Column("extension_to", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("progress", sa.String(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("verified_by", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("first_closed_on", sa.Date(), nullable=True),
        sa.Column("reopened_on", sa.Date(), nullable=True),
        sa.Column("merged_into", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("publicity", sa.String(), nullable=False),
        sa.Column("satisfaction", sa.String(), nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("defaulted", sa.String(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("stage_since", sa.Date(), nullable=False),
        sa.Column("stage_event", sa.Integer(), nullable=False),
        sa.Column("next_look_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(stage = 'closed') = (closed_on IS NOT NULL)", name="closed has its day"),
        sa.CheckConstraint(
            "day_count IN ('calendar_days', 'working_days', 'months')", name="a day count is one of the known"
        ),
        sa.CheckConstraint(
            "deadline_type IN ('immediate', 'time_limited', 'phased', 'sustained')",
            name="a deadline type is one of the known",
        ),
        sa.CheckConstraint(
            "stage IN ('draft', 'assigned', 'disputed', 'planning', 'plan_review', 'in_progress', 'pending_verification', 'returned', 'pending_closure', 'closed', 'withdrawn', 'merged')",
            name="a stage is one of the known",
        ),
        sa.CheckConstraint("trim(number) <> '' AND trim(title) <> ''", name="a finding has number and title"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="progress is from 0 to 100"),
        sa.CheckConstraint("round >= 1 AND cycle >= 1 AND version >= 1", name="counts begin at one"),
        sa.ForeignKeyConstraint(
            ["inspection_round_id"],
            ["inspection_round.id"],
        ),
        sa.ForeignKeyConstraint(
            ["inspector_post_id"],
            ["post.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lead_leader_post_id"],
            ["post.id"],
        ),
        sa.ForeignKeyConstraint(
            ["lead_unit_id"],
            ["unit.id"],
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"],
            ["finding.number"],
        ),
        sa.ForeignKeyConstraint(
            ["owner_post_id"],
            ["post.id"],
        ),
        sa.ForeignKeyConstraint(
            ["responsible_leader_post_id"],
            ["post.id"],
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_post_id"],
            ["post.id"],
        ),
        sa.ForeignKeyConstraint(
            ["verified_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["verifier_post_id"],
            ["post.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_finding_lead_unit_id"), "finding", ["lead_unit_id"], unique=False)
    op.create_index(op.f("ix_finding_next_look_on"), "finding", ["next_look_on"], unique=False)
    op.create_index(op.f("ix_finding_owner_post_id"), "finding", ["owner_post_id"], unique=False)
    op.create_index(op.f("ix_finding_stage"), "finding", ["stage"], unique=False)
    op.create_table(
        "post_role",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.CheckConstraint(
            "role IN ('inspector', 'inspection_office', 'owner', 'verifier', 'approver', 'responsible_leader', 'lead_leader', 'first_responsible', 'party_head', 'unit_head', 'liaison', 'supervisor', 'discipline', 'organisation_dept', 'administrator', 'auditor')",
            name="a role is one of the known",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
        ),
        sa.PrimaryKeyConstraint("post_id", "role"),
    )
    op.create_index(op.f("ix_post_role_role"), "post_role", ["role"], unique=False)
    op.create_table(
        "substitution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(from_day IS NULL) = (to_day IS NULL) AND (to_day IS NULL OR to_day >= from_day)",
            name="a substitution has both days or none",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("post_id", "person_id", "from_day", name="one substitution once"),
    )
    op.create_index(op.f("ix_substitution_person_id"), "substitution", ["person_id"], unique=False)
    op.create_index(op.f("ix_substitution_post_id"), "substitution", ["post_id"], unique=False)
    op.create_table(
        "closed_cycle",
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("original_deadline", sa.Date(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("finding", "cycle"),
    )
    op.create_table(
        "event",
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
        sa.CheckConstraint(
            "act IN ('open', 'assign', 'accept', 'dispute', 'uphold', 'reassign', 'file_plan', 'approve_plan', 'return_plan', 'report_progress', 'complete_measure', 'attach_evidence', 'submit', 'take_back', 'pass_verification', 'return_for_rework', 'approve_closure', 'defer_closure', 'reopen', 'withdraw', 'merge', 'request_extension', 'approve_extension', 'refuse_extension', 'hand_over', 'amend')",
            name="an act is one of the known",
        ),
        sa.CheckConstraint(
            "to_stage IN ('draft', 'assigned', 'disputed', 'planning', 'plan_review', 'in_progress', 'pending_verification', 'returned', 'pending_closure', 'closed', 'withdrawn', 'merged')",
            name="an event leads to a known stage",
        ),
        sa.CheckConstraint("length(hash) = 64 AND length(previous) = 64", name="an event is chained"),
        sa.CheckConstraint("seq >= 1", name="events are numbered from one"),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("finding", "seq"),
        sa.UniqueConstraint("by", "nonce", name="one act for one form"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.CheckConstraint("sha256 = '' OR length(sha256) = 64", name="a hash has 64 digits"),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("finding", "cycle", "name", "sha256", name="the same file once"),
    )
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("deadline_version", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(40), nullable=False),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reminder", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'queued', 'drafted', 'sent', 'skipped', 'failed', 'in_doubt', 'cancelled')",
            name="a letter's state is one of the known",
        ),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "finding", "cycle", "deadline_version", "rung", "occasion", name="a letter is written once"
        ),
    )
    op.create_index("letters_to_compose", "letter", ["state", "id"], unique=False)
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("tracked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("finding", "cycle", "seq", name="measures are numbered"),
    )
    op.create_table(
        "outcome_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("metric", sa.String(40), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("unit", sa.String(10), nullable=False),
        sa.CheckConstraint(
            "metric IN ('contracts', 'debt_resolved', 'receivables_collected', 'resource_fees', 'regulations')",
            name="a metric is one of the known",
        ),
        sa.CheckConstraint("trim(unit) <> ''", name="a figure has a unit"),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("finding", "cycle", "metric", name="one figure for a metric"),
    )
    op.create_table(
        "progress_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="an entry is from 0 to 100"),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_progress_entry_finding"), "progress_entry", ["finding"], unique=False)
    op.create_table(
        "regulation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("document", sa.String(100), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("revised", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_regulation_finding"), "regulation", ["finding"], unique=False)
    op.create_table(
        "run",
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("flow_run_id", sa.String(36), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(200), nullable=False),
        sa.Column("version_seen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("finding", "generation"),
    )
    op.create_index("runs_of_prefect", "run", ["flow_run_id"], unique=False)
    op.create_table(
        "step_begun",
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('assign', 'follow-up', 'verify', 'close')", name="a step is one of the four"
        ),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("finding", "cycle", "round", "step"),
    )
    op.create_table(
        "wake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding"],
            ["finding.number"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("finding", "version", name="one wake for one version"),
    )
    op.create_index("wakes_to_relay", "wake", ["done_at", "next_at"], unique=False)
    op.create_table(
        "addressee",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("copy_only", sa.Boolean(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
        ),
        sa.ForeignKeyConstraint(
            ["post_id"],
            ["post.id"],
        ),
        sa.PrimaryKeyConstraint("letter_id", "post_id"),
    )
    op.create_index("letters_of_a_mail", "addressee", ["mail_id"], unique=False)


def downgrade() -> None:
    op.drop_index("letters_of_a_mail", table_name="addressee")
    op.drop_table("addressee")
    op.drop_index("wakes_to_relay", table_name="wake")
    op.drop_table("wake")
    op.drop_table("step_begun")
    op.drop_index("runs_of_prefect", table_name="run")
    op.drop_table("run")
    op.drop_index(op.f("ix_regulation_finding"), table_name="regulation")
    op.drop_table("regulation")
    op.drop_index(op.f("ix_progress_entry_finding"), table_name="progress_entry")
    op.drop_table("progress_entry")
    op.drop_table("outcome_figure")
    op.drop_table("measure")
    op.drop_index("letters_to_compose", table_name="letter")
    op.drop_table("letter")
    op.drop_index(op.f("ix_evidence_sha256"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("event")
    op.drop_table("closed_cycle")
    op.drop_index(op.f("ix_substitution_post_id"), table_name="substitution")
    op.drop_index(op.f("ix_substitution_person_id"), table_name="substitution")
    op.drop_table("substitution")
    op.drop_index(op.f("ix_post_role_role"), table_name="post_role")
    op.drop_table("post_role")
    op.drop_index(op.f("ix_finding_stage"), table_name="finding")
    op.drop_index(op.f("ix_finding_owner_post_id"), table_name="finding")
    op.drop_index(op.f("ix_finding_next_look_on"), table_name="finding")
    op.drop_index(op.f("ix_finding_lead_unit_id"), table_name="finding")
    op.drop_table("finding")
    op.drop_index(op.f("ix_appointment_post_id"), table_name="appointment")
    op.drop_index(op.f("ix_appointment_person_id"), table_name="appointment")
    op.drop_table("appointment")
    op.drop_index(op.f("ix_post_name"), table_name="post")
    op.drop_table("post")
    op.drop_index("mails_to_send", table_name="mail")
    op.drop_table("mail")
    op.drop_table("account")
    op.drop_index(op.f("ix_unit_parent_id"), table_name="unit")
    op.drop_table("unit")
    op.drop_table("seal")
    op.drop_table("person")
    op.drop_table("number_series")
    op.drop_table("lease")
    op.drop_table("inspection_round")
