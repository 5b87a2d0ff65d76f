"""The telephone list: whom a supervisor has to call, because a letter did not reach them."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models.questions import Row
from portal.pages.paper import MOST_ROWS, READ, Reading
from tasks import clock, telephone

router = APIRouter()

TELLING = ("unit", "posts", "person", "phone")
"""Would tell whom a confidential finding is about."""


@router.api_route("/phone-list", methods=READ)
async def phone_list(reader: Reading) -> HTMLResponse:
    calls = await telephone.calls(reader.db, clock.now())
    shown = [veiled(row) for row in calls[:MOST_ROWS]]
    return reader.page("phone_list.html", calls=shown, how_many=len(calls))


def veiled(call: Row) -> Row:
    """Of a confidential finding the number alone; who has to be called says `rectify phone-list`."""
    if not call["confidential"]:
        return call
    return call | {name: type(call[name])() for name in TELLING}
