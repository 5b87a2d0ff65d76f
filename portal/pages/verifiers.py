"""Verifications that are late 验收超期: which, against whom they are counted, and by how much."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models.rules.trade import trade
from models.watching import memory
from policy.sight import WATCHERS
from policy.stages import Stage
from portal.pages.paper import MOST_ROWS, READ, Reading
from portal.pages.supervision import late_rows
from tasks import clock

router = APIRouter()

VERIFYING = (Stage.PENDING_VERIFICATION,)


@router.api_route("/supervision/verifiers", methods=READ)
async def verifiers(reader: Reading) -> HTMLResponse:
    """The verifier's days are counted against the verifier, never against the unit."""
    reader.must_have(*WATCHERS)
    held = await trade(reader.db)
    survey = await memory.survey(reader.db, reader.sight, held, clock.today(), clock.real())
    async with reader.db.reading() as session:
        rows = await late_rows(session, reader.sight, held, MOST_ROWS, VERIFYING)
    return reader.page("verifiers.html", rows=rows, how_many=max(survey.late_verifications, len(rows)))
