"""How Alembic gets at the database: over the connection that `models.upgrade` hands it."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlmodel.sql.sqltypes import AutoString

from models.columns import UtcTime, WordColumn
from models.faults import reach
from models.tables import metadata


def plain_types(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name database types, not classes of ours that may change under them."""
    if kind != "type":
        return False
    if isinstance(thing, UtcTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, WordColumn | AutoString):
        length = getattr(thing, "length", None) or getattr(thing.impl, "length", None)
        return f"sa.String({length})" if length else "sa.String()"
    return False


def stepped(
    ctx: MigrationContext,  # noqa: ARG001, Alembic's signature
    step: MigrationInfo,
    heads: Collection[Any],  # noqa: ARG001
    run_args: Mapping[str, Any],  # noqa: ARG001
) -> None:
    """A fault point after each revision, before anything of it is committed."""
    reach(f"upgrade.{step.up_revision_id}")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=plain_types,
    compare_type=True,
    transaction_per_migration=False,
    on_version_apply=stepped,
)
with context.begin_transaction():
    context.run_migrations()
