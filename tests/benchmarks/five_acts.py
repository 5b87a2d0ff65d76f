"""The life that is measured: opened and assigned at once, then five acts of three people."""

from typing import Any

from models.database import Database
from models.ledger import Receipt
from policy.stages import Act
from tests.models.township import FILE, act, assigned

ACTS: tuple[tuple[Act, str, dict[str, Any]], ...] = (
    (Act.ACCEPT, "owner", {}),
    (Act.ATTACH_EVIDENCE, "owner", {"files": (FILE,)}),
    (Act.SUBMIT, "owner", {"result": "程序完整"}),
    (Act.PASS_VERIFICATION, "verifier", {}),
    (Act.APPROVE_CLOSURE, "mayor", {"meeting": "党委会第12次"}),
)


async def opened(db: Database) -> str:
    """The number of a finding to be set right at once, so that no plan is asked for."""
    return await assigned(db, deadline_type="立行立改")


async def done(db: Database, number: str, step: int) -> Receipt:
    """One of the five acts, sent with a form's nonce as the portal sends it."""
    what, by, said = ACTS[step]
    return await act(db, number, what, by, nonce=f"{number}:{step}", **said)


async def life(db: Database) -> None:
    number = await opened(db)
    for step in range(len(ACTS)):
        await done(db, number, step)
