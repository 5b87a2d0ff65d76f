"""The other lists over the API: letters, the plan, units, posts, rounds; and who one is."""

from typing import Annotated

from fastapi import APIRouter, Query

from models import paging
from models.mailing import planning
from models.mailing.planning import Asked
from models.rules.trade import trade
from models.staff import directory
from policy.escalation import LetterState
from portal.api.gate import Anyone, Gated, Reads
from portal.api.paging import Cursor, Limit, cursor_of, number_place, text_place
from portal.api.shapes import LetterPage, MeOut, PlanPage, PostPage, RoundPage, UnitPage
from tasks import clock

router = APIRouter(route_class=Gated)
TOLD = ("to", "cc", "people")
"""What would tell whom a confidential finding is about."""


@router.get("/letters")
async def list_letters(
    caller: Reads,
    finding: Annotated[str, Query(max_length=60)] = "",
    state: LetterState | None = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> LetterPage:
    """Letters on findings in sight, in the order in which they were decided."""
    wanted, after = paging.LettersWanted(finding, state), number_place(cursor)
    async with caller.db.reading() as session:
        rows, more = await paging.letters(session, caller.sight, wanted, after, limit)
    return LetterPage.model_validate({"items": rows, "next": cursor_of(rows[-1]["id"]) if more else None})


@router.get("/plan")
async def list_plan(
    caller: Reads,
    days: Annotated[int, Query(ge=0, le=366)] = 14,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> PlanPage:
    """Letters to come on findings in sight in that many days, by day."""
    after, held = number_place(cursor), await trade(caller.db)
    async with caller.db.reading() as session:
        plan = await planning.plans(session, held, clock.now(), Asked(days))
        seen = await paging.numbers_seen(session, caller.sight, (row["finding"] for row in plan))
        rows = [row for row in plan if row["finding"] in seen]
        page = await paging.unaddressed(session, caller.sight, rows[after : after + limit], TOLD)
    more = len(rows) > after + limit
    return PlanPage.model_validate({"items": page, "next": cursor_of(after + limit) if more else None})


@router.get("/units")
async def list_units(caller: Reads, limit: Limit = 100, cursor: Cursor = "") -> UnitPage:
    """Units in sight by name."""
    async with caller.db.reading() as session:
        rows, more = await directory.units(session, caller.sight, text_place(cursor), limit)
    return UnitPage.model_validate({"items": rows, "next": cursor_of(rows[-1]["name"]) if more else None})


@router.get("/posts")
async def list_posts(caller: Reads, limit: Limit = 100, cursor: Cursor = "") -> PostPage:
    """Posts of the units in sight, with their roles and who holds them today."""
    after = number_place(cursor)
    async with caller.db.reading() as session:
        rows, more = await directory.posts(session, caller.sight, clock.today(), after, limit)
    places = [row.pop("id") for row in rows]
    return PostPage.model_validate({"items": rows, "next": cursor_of(places[-1]) if more else None})


@router.get("/rounds")
async def list_rounds(caller: Reads) -> RoundPage:
    """The inspection rounds of findings in sight."""
    async with caller.db.reading() as session:
        rows = await paging.rounds(session, caller.sight)
    return RoundPage.model_validate({"items": rows, "next": None})


@router.get("/me")
async def me(caller: Anyone) -> MeOut:
    """Whose token this is, and what it is for."""
    async with caller.db.reading() as session:
        posts = await directory.post_names(session, caller.sight)
    bearer = caller.bearer
    token = {
        "name": bearer.token.name,
        "scopes": sorted(bearer.scopes),
        "expires_at": bearer.token.expires_at,
    }
    return MeOut.model_validate(
        {
            "account": bearer.account,
            "person": bearer.name,
            "language": bearer.language,
            "roles": sorted(caller.sight.roles),
            "posts": posts,
            "token": token,
        }
    )
