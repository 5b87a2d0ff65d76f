"""The desk at which a ledger is taken in: the transaction, the file's columns, and what is to be said."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import Values, store, whole
from models.importing.fates import Fates
from models.importing.naming import Names
from models.importing.rounds import Rounds
from models.orders import FIELD_WORDS
from policy.ledger_rows import LedgerRow, Remark
from policy.stages import Stage
from policy.trade import Trade


@dataclass(frozen=True)
class Wanted:
    """How to take a ledger in, and in whose name."""

    by: str
    dry_run: bool = False
    skip_bad_rows: bool = False
    create_units: bool = False
    update: bool = False
    gives_roles: bool = True
    """With `create_units`: to posts that are there already, too. Who keeps posts may, nobody else."""
    decides: bool = True
    """Whether known findings also get the stage and the deadline of the file. On the pages they do not:
    there acts change them, by whoever may."""


@dataclass(frozen=True)
class Difference:
    """A known finding for which the file says something else than what is stored."""

    row: int
    number: str
    column: str
    old: str
    new: str


@dataclass
class Taken:
    """What came of an import."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    fates: Fates = field(default_factory=Fates)


@dataclass(frozen=True)
class Desk:
    """What every row of one import shares."""

    session: AsyncSession
    columns: dict[str, str]
    names: Names
    rounds: Rounds
    wanted: Wanted
    now: datetime
    today: date
    trade: Trade
    taken: Taken
    later: dict[type[SQLModel], list[Values]] = field(default_factory=dict)
    """Rows to be stored by `put_away`, in the order of their kinds."""

    def keep(self, kind: type[SQLModel], **values: Any) -> None:
        self.keep_whole(kind, whole(kind, **values))

    def keep_whole(self, kind: type[SQLModel], values: Values) -> None:
        self.later.setdefault(kind, []).append(values)

    async def put_away(self) -> None:
        for kind, rows in self.later.items():
            await store(self.session, kind, rows)
        self.later.clear()

    def header(self, field_name: str) -> str:
        """The column's header as it stands in the file; of a column it lacks, what it is called."""
        return self.columns.get(field_name) or FIELD_WORDS.get(field_name, field_name)

    def warn(self, row: LedgerRow, field_name: str, zh: str, en: str) -> None:
        self.taken.warnings.append(Remark(row.row, self.header(field_name), "", zh, en))


def stage_since(row: LedgerRow, today: date) -> date:
    """The day the finding came to its stage; today where the ledger does not say, so no clock is invented."""
    since = {
        Stage.DRAFT: row.discovered_on if "discovered_on" not in row.defaulted else None,
        Stage.ASSIGNED: row.assigned_on,
        Stage.PENDING_VERIFICATION: row.submitted_on,
        Stage.RETURNED: row.verified_on,
        Stage.PENDING_CLOSURE: row.verified_on,
        Stage.CLOSED: row.closed_on,
        Stage.IN_PROGRESS: row.reopened_on or row.accepted_on,
    }
    return since.get(row.stage or Stage.DRAFT) or today


def deadline_set_on(row: LedgerRow, discovered_on: date) -> date:
    """Since when the row's deadline holds, as far as the ledger says."""
    return row.reopened_on or row.assigned_on or discovered_on
