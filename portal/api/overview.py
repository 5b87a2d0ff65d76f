"""The overview's figures over the API."""

from fastapi import APIRouter

from models.rules.trade import trade
from models.watching import survey
from models.watching.sums import Figures
from policy.refusals import NotAllowed
from policy.sight import WATCHERS
from portal.api.gate import Gated, Reads
from portal.api.shapes import OverviewOut
from tasks import clock

router = APIRouter(route_class=Gated)
COUNTS = (
    *("red", "yellow", "green", "submitted", "none"),
    *("in_time", "late", "gone", "open", "closed", "all"),
)


@router.get("/overview")
async def show_overview(caller: Reads) -> OverviewOut:
    """How everything in sight stands today, summed up by unit, source and stage, for who watches over it."""
    if caller.sight.roles.isdisjoint(WATCHERS):
        raise NotAllowed(
            "概况供督办和管理人员查看。您可以用 /findings 查看本单位的问题。",
            "The overview is for who watches over the whole. Your own findings are under /findings.",
        )
    held, today = await trade(caller.db), clock.today()
    async with caller.db.reading() as session:
        found = await survey.surveyed(session, caller.sight, held, today)
    return OverviewOut.model_validate(
        {
            "on": today,
            "all": _counts(found.all),
            "veiled": _counts(found.veiled),
            "by_unit": [{"name": x.name, "figures": _counts(y)} for x, y in found.by_place.items()],
            "by_source": [{"name": x, "figures": _counts(y)} for x, y in found.by_source.items()],
            "by_stage": {stage.value: count for stage, count in found.by_stage.items()},
            "late_verifications": found.late_verifications,
        }
    )


def _counts(figures: Figures) -> dict[str, int]:
    return {name: getattr(figures, name) for name in COUNTS}
