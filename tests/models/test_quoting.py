"""An error of the database quotes no row: it may come to stand in a log, or in Prefect."""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.database import Database
from policy.refusals import Unavailable
from tests.models.township import assigned

CANARY = "金丝雀canary@village.example"
BROKEN = (
    "INSERT INTO unit (name, kind) VALUES (:canary, :canary)",
    "UPDATE finding SET title = :canary, percent = 900",
    "UPDATE account SET mailbox = :canary, name = 'the same'",
    "UPDATE finding SET percent = :canary",
    "UPDATE finding SET discovered_on = cast(:canary AS date), round = 0",
    "SELECT nothing FROM nowhere WHERE x = :canary",
)


def whole(error: BaseException | None) -> str:
    """All that the error and what led to it say."""
    return f"{error!r} {error} {whole(error.__cause__ or error.__context__)}" if error else ""


async def test_no_error_says_what_was_in_the_row(town: Database) -> None:
    await assigned(town, condition=CANARY)
    said = []
    for statement in BROKEN:
        try:
            async with town.writing() as session:
                await session.exec(text(statement), params={"canary": CANARY})  # type: ignore[call-overload]
        except (DBAPIError, Unavailable) as error:
            said.append(whole(error))
    assert len(said) >= 4
    assert [one for one in said if "canary" in one.replace(":canary", "").lower()] == []
