"""The versions of the rules: what a text would change, and the text brought into force for what is new."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import trail
from models.access.trail import Noted
from models.database import Database
from models.findings import Finding
from models.rules.rulebook import RuleBook
from models.rules.trade import understood, versions
from models.staff import book
from models.staff.people import Unit
from policy.office import office_day
from policy.refusals import BadInput, NotAllowed, NotFound, Overtaken
from policy.roles import RULERS
from policy.rulebook.file import read
from policy.rulebook.words import Change, changes
from policy.stages import LIVE


@dataclass(frozen=True)
class Ruling:
    """What becomes of a text: its version, what it changes, and how many open findings stay under each."""

    version: int
    changes: list[Change]
    staying: Mapping[int, int]


async def preview(session: AsyncSession, text: str) -> Ruling:
    """Raises BadRules, or BadInput if the text says what is in force."""
    known = await versions(session)
    last = known[-1]
    in_force = understood(last.text, last.version)
    wanted = read(text, last.version)
    if wanted == in_force:
        raise _said_already(last.version)
    return Ruling(last.version + 1, changes(in_force, wanted), await open_under(session))


def _said_already(version: int) -> BadInput:
    return BadInput(
        f"这份规则与现行的第{version}版内容相同，无需启用。",
        f"These rules say what version {version} says, which is in force: there is nothing to bring in.",
    )


async def use(db: Database, text: str, by: str, reason: str, now: datetime) -> Ruling:
    """Bring the text into force. Raises as `preview`, and NotAllowed, or Overtaken if somebody was faster."""
    async with db.reading() as session:
        await may_rule(session, by, now)
        made = await preview(session, text)
    book = RuleBook(
        version=made.version, text=text, sha256=digest(text), by=by, reason=reason.strip(), at=now
    )
    try:
        async with db.writing("rules") as session:
            session.add(book)
            trail.note(session, now, Noted.RULES_USED, "", by=by, note=f"第{made.version}版")
    except IntegrityError:
        raise Overtaken(
            f"第{made.version}版规则刚刚已由他人启用，请重新查看后再办理。",
            f"Version {made.version} was brought in by somebody else just now. Look again, then decide.",
        ) from None
    return made


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def may_rule(session: AsyncSession, account: str, now: datetime, unit_id: int | None = None) -> None:
    """Raises NotAllowed for whoever is neither supervisor nor administrator for the unit, or the township."""
    roots = await session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)))
    reach = unit_id if unit_id is not None else roots.first()
    actor = await book.actor(session, account, reach, office_day(now))
    if not RULERS & actor.roles:
        raise NotAllowed(
            f"“{account}”无权更改规则，请由督办人或管理员办理。",
            f"“{account}” may not change the rules; a supervisor or an administrator may.",
        )


async def version_named(session: AsyncSession, version: int | None) -> RuleBook:
    """The version in force if none is named."""
    known = await versions(session)
    found = next((one for one in known if one.version == version), None) if version else known[-1]
    if found is None:
        last = known[-1].version
        raise NotFound(
            f"没有第{version}版规则，现行的是第{last}版。",
            f"There is no version {version} of the rules; version {last} is in force.",
        )
    return found


async def open_under(session: AsyncSession) -> dict[int, int]:
    """How many open findings are under each version."""
    found = await session.exec(
        select(Finding.rules_version, func.count())
        .where(col(Finding.stage).in_(list(LIVE)))
        .group_by(col(Finding.rules_version))
        .order_by(col(Finding.rules_version))
    )
    return dict(found.all())
