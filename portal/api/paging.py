"""Pages of a list: so many items, and where the next page begins, as a word that only we read."""

import base64
import binascii
import json
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from portal.api.gate import BadBody

Item = TypeVar("Item")
MOST = 500

Limit = Annotated[int, Query(ge=1, le=MOST, description="Items on a page.")]
Cursor = Annotated[
    str, Query(max_length=1000, description="The `next` of the page before; empty for the first.")
]


class Page(BaseModel, Generic[Item]):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    items: list[Item]
    next: str | None = Field(description="Where the next page begins; null on the last.")


def cursor_of(place: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str, kind: type[str] | type[int]) -> str | int:
    """Where a page begins; the empty place for an empty cursor. Raises BadInput for one that is not ours."""
    if not cursor:
        return kind()
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        found = None
    if type(found) is not kind or (isinstance(found, int) and not 0 <= found < 2**31):
        raise BadBody("cursor", "“cursor”不是上一页给出的 next。", "“cursor” is no `next` of a page before.")
    return found


def text_place(cursor: str) -> str:
    return str(place_of(cursor, str))


def number_place(cursor: str) -> int:
    return int(place_of(cursor, int))
