"""Requests for an extension as rows: asked for, agreed to one after the other, granted, refused or lapsed."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import batches
from models.findings import Extension, ExtensionApproval, Finding
from models.orders import ActWords
from models.staff.people import Person
from policy.extensions import Decision
from policy.roles import Actor


async def ask(session: AsyncSession, finding: Finding, words: ActWords, person: int, today: date) -> None:
    """Note the request on the finding, and beside it for good, whatever becomes of it."""
    asked_for = words.next_review_on if words.sustained else words.deadline
    if asked_for is None or finding.deadline is None:
        raise RuntimeError("the rules let no request through without its date")
    event = finding.version + 1
    finding.extension_to, finding.extension_reason = asked_for, words.reason
    finding.extension_asked_on, finding.extension_event = today, event
    session.add(
        Extension(
            finding=finding.number,
            event=event,
            cycle=finding.cycle,
            asked_on=today,
            asked_by=person,
            reason=words.reason,
            percent=finding.percent,
            deadline=finding.deadline,
            asked_for=asked_for,
            is_late=today > finding.deadline,
            sustained=words.sustained,
            objective=words.objective,
        )
    )


async def pending(session: AsyncSession, finding: Finding) -> Extension:
    found = await session.get(Extension, (finding.number, finding.extension_event or 0))
    if found is None:
        raise RuntimeError("a request that waits has its row")
    return found


async def approvals(session: AsyncSession, finding: Finding) -> list[ExtensionApproval]:
    """Of the request that waits, if one does."""
    if finding.extension_event is None:
        return []
    return await approvals_of(session, finding.number, finding.extension_event)


async def approvals_of(session: AsyncSession, number: str, event: int) -> list[ExtensionApproval]:
    """Of the request made by that event, by place."""
    found = await session.exec(
        select(ExtensionApproval)
        .where(ExtensionApproval.finding == number, ExtensionApproval.event == event)
        .order_by(col(ExtensionApproval.place))
    )
    return list(found)


async def approvals_by_request(
    session: AsyncSession, requests: Collection[tuple[str, int]]
) -> dict[tuple[str, int], list[ExtensionApproval]]:
    """Of requests by finding and event, each by place; nothing for those nobody agreed to."""
    found: dict[tuple[str, int], list[ExtensionApproval]] = {}
    key = tuple_(col(ExtensionApproval.finding), col(ExtensionApproval.event))
    for some in batches(sorted(requests)):
        asked = select(ExtensionApproval).where(key.in_(some)).order_by(col(ExtensionApproval.place))
        for one in await session.exec(asked):
            found.setdefault((one.finding, one.event), []).append(one)
    return found


async def approve(
    session: AsyncSession, request: Extension, actor: Actor, place: int, until: date | None, today: date
) -> date:
    """Store one approval. Returns the earliest date agreed to so far."""
    earlier = [one.until for one in await approvals_of(session, request.finding, request.event)]
    agreed = min([until or request.asked_for, *earlier])
    session.add(
        ExtensionApproval(
            finding=request.finding,
            event=request.event,
            place=place,
            person_id=actor.person,
            by=actor.account,
            on_day=today,
            until=agreed,
        )
    )
    return agreed


async def grant(session: AsyncSession, request: Extension, until: date, today: date) -> None:
    request.outcome, request.granted_to, request.decided_on = Decision.GRANTED, until, today
    session.add(request)


async def refuse(session: AsyncSession, request: Extension, today: date) -> None:
    request.outcome, request.decided_on = Decision.REFUSED, today
    session.add(request)


async def lapse(session: AsyncSession, finding: Finding, today: date) -> None:
    """A request that waits while its finding ends is not decided any more."""
    if finding.extension_event is not None:
        request = await pending(session, finding)
        request.outcome, request.decided_on = Decision.LAPSED, today
        session.add(request)
        forget(finding)


def forget(finding: Finding) -> None:
    """Nothing waits for a decision any more; the request itself is kept."""
    finding.extension_to = finding.extension_asked_on = finding.extension_event = None


async def of(session: AsyncSession, number: str) -> list[Extension]:
    """All requests of a finding, the first one first."""
    found = await session.exec(
        select(Extension).where(Extension.finding == number).order_by(col(Extension.event))
    )
    return list(found)


async def told(session: AsyncSession, number: str) -> list[dict[str, Any]]:
    """All requests of a finding in the shape of `rectify show --json`, with who agreed and until when."""
    requests = await of(session, number)
    agreed = await approvals_by_request(session, {(number, one.event) for one in requests})
    asking = {one.asked_by for one in requests}
    people = await session.exec(select(Person).where(col(Person.id).in_(asking)))
    names = {person.id: person.name for person in people}
    return [
        {
            "event": one.event,
            "cycle": one.cycle,
            "asked_on": one.asked_on.isoformat(),
            "asked_by": names.get(one.asked_by, ""),
            "reason": one.reason,
            "percent": one.percent,
            "deadline": one.deadline.isoformat(),
            "asked_for": one.asked_for.isoformat(),
            "is_late": one.is_late,
            "sustained": one.sustained,
            "objective": one.objective,
            "outcome": one.outcome.value,
            "granted_to": one.granted_to.isoformat() if one.granted_to else None,
            "decided_on": one.decided_on.isoformat() if one.decided_on else None,
            "approvals": spoken(agreed.get((number, one.event), [])),
        }
        for one in requests
    ]


def spoken(agreed: Iterable[ExtensionApproval]) -> list[dict[str, str]]:
    """Who agreed, when and until when."""
    return [{"by": x.by, "on": x.on_day.isoformat(), "until": x.until.isoformat()} for x in agreed]
