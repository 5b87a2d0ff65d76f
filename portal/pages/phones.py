"""The telephone list: whom a supervisor has to call, because a letter did not reach them."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models.questions import Row
from policy.sight import WATCHERS
from portal.pages.paper import MOST_ROWS, READ, Reader, Reading
from portal.pages.supervision import telephone_list

router = APIRouter()

TELLING = ("unit", "posts", "person", "phone")
"""Would tell whom a confidential finding is about."""


@router.api_route("/phone-list", methods=READ)
async def phone_list(reader: Reading) -> HTMLResponse:
    """To print and take along; calls are noted on the page of supervision."""
    reader.must_have(*WATCHERS)
    lines = await to_call(reader)
    return reader.page("phone_list.html", calls=lines[:MOST_ROWS], how_many=len(lines))


async def to_call(reader: Reader) -> list[Row]:
    """Those who were not called yet."""
    return [veiled(line) for line in await telephone_list(reader) if not line["is_told"]]


def veiled(call: Row) -> Row:
    """Of a finding that the reader may not open the number alone."""
    return call | {name: type(call[name])() for name in TELLING} if call["veiled"] else call
