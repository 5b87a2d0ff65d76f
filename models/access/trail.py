"""What an auditor may ask of the door: who came in or was refused, whose rights changed, what went out."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import knocking
from models.access.keys import AccessEvent
from models.database import Database
from policy.knocking import REFUSALS
from policy.refusals import TooOften

SHORT = 300


class Noted(StrEnum):
    """What may be noted."""

    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_GIVEN = "password_given"  # noqa: S105, what happened
    PASSWORD_CHANGED = "password_changed"  # noqa: S105, what happened
    CODE_SWITCHED_ON = "code_switched_on"
    CODE_SWITCHED_OFF = "code_switched_off"
    CODE_REFUSED = "code_refused"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_OPENED = "account_opened"
    UNIT_ADDED = "unit_added"
    UNIT_CHANGED = "unit_changed"
    POST_ADDED = "post_added"
    POST_CHANGED = "post_changed"
    ROLES_CHANGED = "roles_changed"
    APPOINTED = "appointed"
    APPOINTMENT_ENDED = "appointment_ended"
    STAND_IN_SET = "stand_in_set"
    STAND_IN_ENDED = "stand_in_ended"
    PEOPLE_TAKEN_IN = "people_taken_in"
    RULES_USED = "rules_used"
    RULES_MOVED = "rules_moved"
    CALENDAR_CHANGED = "calendar_changed"
    MAIL_TRIED = "mail_tried"
    TOKEN_MADE = "token_made"  # noqa: S105, what happened
    TOKEN_ENDED = "token_ended"  # noqa: S105, what happened
    TOKEN_REFUSED = "token_refused"  # noqa: S105, what happened
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_ENDED = "webhook_ended"
    ACCESS_REFUSED = "access_refused"
    LINK_MADE = "link_made"
    LINK_OPENED = "link_opened"
    LINK_REFUSED = "link_refused"
    OIDC_LINKED = "oidc_linked"
    OIDC_UNLINKED = "oidc_unlinked"
    CODE_GIVEN = "code_given"
    RECOVERY_CODE_USED = "recovery_code_used"
    ROUND_SET = "round_set"
    EXPORT = "export"
    DOWNLOAD = "download"


def note(
    session: AsyncSession,
    now: datetime,
    kind: Noted,
    account: str,
    *,
    by: str = "",
    address: str = "",
    note: str = "",
) -> None:
    """Append one line."""
    session.add(
        AccessEvent(
            at=now, kind=kind, account=account[:100], by=by[:100], address=address[:64], note=note[:SHORT]
        )
    )


async def note_refusal(db: Database, account: str, address: str, what: str, now: datetime) -> None:
    """Somebody asked for what is not theirs; of many times in a row only some are noted."""
    try:
        await knocking.let_through(db, f"refused:{account}", REFUSALS, now)
    except TooOften:
        return
    async with db.writing("access_refused") as session:
        note(session, now, Noted.ACCESS_REFUSED, account, address=address, note=what)


async def read(
    session: AsyncSession, *, account: str = "", kind: str = "", before: int | None = None, limit: int = 50
) -> list[AccessEvent]:
    """The latest first, those before the line `before`; about one account, of one kind."""
    asked = select(AccessEvent).order_by(col(AccessEvent.id).desc()).limit(limit)
    if account:
        asked = asked.where(AccessEvent.account == account)
    if kind:
        asked = asked.where(AccessEvent.kind == kind)
    if before is not None:
        asked = asked.where(col(AccessEvent.id) < before)
    return list(await session.exec(asked))
