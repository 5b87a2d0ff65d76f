"""What a one-time link is bound to: a finding, a post, its holder, and the step the finding is in."""

from datetime import date
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.keys import TaskLink
from models.findings import Finding
from models.history import Event
from models.orders import Order
from models.staff import book
from policy import task_links
from policy.refusals import NotAllowed
from policy.stages import Stage

OVER = (
    "此链接已用过或已失效。需要继续办理，请联系整改办重新发放。",
    "This link was used or holds no longer. Ask the inspection office for another.",
)
SETTLED = [stage for stage in Stage if not task_links.is_open(stage)]


async def holds(session: AsyncSession, link: TaskLink, today: date) -> bool:
    """Whether there is something to do by it still: same post, same holder, never out of the step since."""
    finding = await session.get(Finding, link.finding)
    if link.ended_at is not None or finding is None or finding.owner_post_id != link.post_id:
        return False
    holder = await book.incumbent(session, link.post_id, today)
    if holder is None or holder.name != link.account:
        return False
    left = select(Event.seq).where(
        Event.finding == link.finding, col(Event.seq) > link.version, col(Event.to_stage).in_(SETTLED)
    )
    return task_links.is_open(finding.stage) and (await session.exec(left.limit(1))).first() is None


async def admit(session: AsyncSession, order: Order, today: date) -> dict[str, Any]:
    """What the event is to say of the link. Raises NotAllowed for all that it is not good for.

    Asked in the act's own transaction: what was true when the page was drawn may not be any more.
    """
    task_links.check_act(order.act)
    link = await session.get(TaskLink, order.link)
    is_for_this = link is not None and (link.finding, link.account) == (order.number, order.by)
    if link is None or not is_for_this or not await holds(session, link, today):
        raise NotAllowed(*OVER)
    return {"by_link": {"made_by": link.made_by}}
