"""The figures of the overview, counted anew only after something was done."""

from datetime import date, datetime
from functools import partial

from models.access.sight import Sight
from models.database import Database
from models.memory import Memory, kind
from models.watching.survey import Survey, surveyed
from policy.trade import Trade

SURVEYS = Memory[Survey](32)


async def survey(db: Database, sight: Sight, trade: Trade, today: date, now: datetime) -> Survey:
    """Everything in sight as it stands today; `now` is the machine's clock."""
    async with db.reading() as session:
        count = partial(surveyed, session, sight, trade, today)
        return await SURVEYS.recall(db, session, (kind(sight), today), now, count)
