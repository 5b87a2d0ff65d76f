"""All letters, those to come, and on top what a supervisor has to look after."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models import overview, questions
from models.mailing import planning
from models.mailing.planning import Asked
from models.questions import Row
from models.rules.trade import trade
from policy.escalation import LetterState
from portal.pages.paper import MOST_ROWS, READ, Reading
from tasks import clock

router = APIRouter()

DAYS_AHEAD = 90
TELLING = ("to", "cc", "note", "recipient", "people", "reached")


@router.api_route("/letters", methods=READ)
async def letters(reader: Reading) -> HTMLResponse:
    """Letters decided so far, newest first, and those of the next 90 days."""
    held = await trade(reader.db)
    async with reader.db.reading() as session:
        hidden = await overview.confidential(session)
        decided = await questions.letters(session)
        planned = await planning.plans(session, held, clock.now(), Asked(DAYS_AHEAD))
        stuck = await overview.stuck_mails(session)
    decided.reverse()
    return reader.page(
        "letters.html",
        stuck=[addressed(row, hidden) for row in stuck],
        waiting=[addressed(row, hidden) for row in decided if waits(row)],
        decided=[addressed(row, hidden) for row in decided[:MOST_ROWS]],
        how_many=len(decided),
        planned=[addressed(row, hidden) for row in planned[:MOST_ROWS]],
        to_come=len(planned),
        days_ahead=DAYS_AHEAD,
    )


def waits(letter: Row) -> bool:
    """Nobody can be written to: the post is vacant, its holder has no mailbox, or there is no such post."""
    return bool(letter["note"]) and letter["state"] in (LetterState.QUEUED, LetterState.FAILED)


def addressed(row: Row, hidden: frozenset[str]) -> Row:
    """A letter or mail without its recipients where they would tell whom a confidential finding is about."""
    carried = row["findings"] if "findings" in row else [row["finding"]]
    if hidden.isdisjoint(carried):
        return row | {"veiled": False}
    return row | {name: type(row[name])() for name in TELLING if name in row} | {"veiled": True}
