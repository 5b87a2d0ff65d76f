"""What all four steps do: look at the finding, tell whoever has to be told by now, note that it was begun."""

from datetime import datetime

from models import guidance
from models.database import database
from models.ledger import find
from models.mailing.letters import climb
from models.rules.trade import trade
from models.settings import settings
from policy.office import office_day
from policy.stages import Step, is_past
from tasks import clock
from tasks.logs import quoting_nobody


async def begin(number: str, step: Step) -> bool:
    """Begin a step, once per round however often it is called. True if the finding has gone past it."""
    now = clock.now()
    with quoting_nobody():
        return await _begin(number, step, now)


async def _begin(number: str, step: Step, now: datetime) -> bool:
    db = database(settings())
    held = await trade(db)
    async with db.writing("step") as session:
        finding = await find(session, number)
        await climb(session, finding, held, now, office_day(now))
        await guidance.begin_step(session, finding, step, now)
        return is_past(finding.stage, step)
