"""The telephone list as a supervisor works through it: the gravest first."""

from datetime import datetime

from models.access.sight import EVERYTHING, Sight
from models.database import Database
from models.mailing.phone_list import phone_list
from models.questions import Row
from tasks.letters.words import GRAVITY

NO_DEADLINE = 10**6


async def calls(db: Database, now: datetime, account: str = "", sight: Sight = EVERYTHING) -> list[Row]:
    """By the gravest letter, then the latest finding first, then by number."""
    async with db.reading() as session:
        found = await phone_list(session, now, account, sight)
    return sorted(found, key=_weight)


def _weight(row: Row) -> tuple[int, int, str]:
    gravest = min(GRAVITY[letter["rung"]] for letter in row["letters"])
    late = row["days_left"] if row["days_left"] is not None else NO_DEADLINE
    return gravest, late, row["finding"]
