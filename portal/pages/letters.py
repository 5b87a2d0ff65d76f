"""Letters 函件: those decided and those to come, each to be read; drafts are signed or declined here."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.access.sight import find_seen
from models.listing import choices
from models.mailing import letters as letter_rows
from models.mailing import planning
from models.mailing.letters import signers
from models.mailing.planning import Asked
from models.paging import numbers_opened, numbers_seen, unaddressed
from models.questions import Row
from models.rules.trade import trade
from models.staff.book import account_named
from models.watching import letters as reading
from models.watching.letters import FIRST, Narrowed
from policy.escalation import LetterState
from policy.office import OFFICE
from policy.refusals import BadInput, NotFound, Refusal
from policy.sight import WATCHERS
from portal.answers import status_of
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Id, Reader, Reading
from tasks import clock, wording
from tasks.letters.words import KINDS

router = APIRouter()

ROWS = 50
"""On one page."""
DAYS = (7, 30, 90, 365)
DAYS_AHEAD = 30
MOST_TO_COME = 500
Days = Annotated[int, Query(ge=1, le=3660)]


@router.api_route("/letters", methods=READ)
async def letters(
    reader: Reading, unit: str = "", kind: str = "", before: Annotated[int, Query(ge=1, le=FIRST)] = FIRST
) -> HTMLResponse:
    """Those decided so far, the newest first."""
    reader.must_have(*WATCHERS)
    known(kind)
    async with reader.db.reading() as session:
        found, more = await reading.decided(session, reader.sight, Narrowed(unit, kind), before, ROWS)
        units = await choices.units(session, reader.sight)
    older = reader.link("/letters", unit=unit, kind=kind, before=str(found[-1]["id"])) if more else ""
    newest = reader.link("/letters", unit=unit, kind=kind) if before != FIRST else ""
    return reader.page(
        "letters.html", letters=found, older=older, newest=newest, asked=asked(reader, units, unit, kind)
    )


@router.api_route("/letters/to-come", methods=READ)
async def to_come(
    reader: Reading,
    unit: str = "",
    kind: str = "",
    days: Days = DAYS_AHEAD,
) -> HTMLResponse:
    """As everything stands now: what is settled in time gets no further letters."""
    reader.must_have(*WATCHERS)
    known(kind)
    rows, more = await coming(reader, unit, kind, days, MOST_TO_COME)
    async with reader.db.reading() as session:
        units = await choices.units(session, reader.sight)
    return reader.page(
        "letters_to_come.html",
        letters=rows,
        more=more,
        days=days,
        all_days=sorted({*DAYS, days}),
        asked=asked(reader, units, unit, kind),
    )


async def coming(reader: Reader, unit: str, kind: str, days: int, most: int = 0) -> tuple[list[Row], bool]:
    """The first of those in sight by day, and whether there are more; to whom only where it may be told."""
    held = await trade(reader.db)
    wanted = Asked(days, unit=unit, rung=kind, sight=reader.sight, most=most)
    async with reader.db.reading() as session:
        planned = await planning.plans(session, held, clock.now(), wanted)
        # That a letter is a unit's tells whom its finding is about.
        may_be_told = numbers_opened if unit else numbers_seen
        told = await may_be_told(session, reader.sight, {row["finding"] for row in planned})
        found = [row for row in planned if row["finding"] in told]
        shown = found[:most] if most else found
        rows = await unaddressed(session, reader.sight, shown, ("to", "cc", "people"))
    cut = bool(most) and not unit and len(planned) > most  # what only assists is left out after that
    return rows, cut or len(found) > len(rows)


def known(kind: str) -> None:
    if kind and kind not in KINDS:
        raise BadInput(f"没有名为“{kind[:40]}”的函件。", f"There is no letter “{kind[:40]}”.")


def asked(reader: Reader, units: list[str], unit: str, kind: str) -> Mapping[str, object]:
    """What the form of conditions shows."""
    kinds = sorted({(reader.speech.document(rung), rung) for rung in KINDS})
    return {
        "units": [(name, name) for name in sorted({*units, *([unit] if unit else [])})],
        "kinds": [(rung, words) for words, rung in kinds],
        "unit": unit,
        "kind": kind,
    }


@router.api_route("/letters/to-come/{rung}/{day}/{number:path}", methods=READ)
async def planned_letter(reader: Reading, rung: str, day: date, number: str) -> HTMLResponse:
    """A letter that is not written yet, in the words it would have on its day."""
    reader.must_have(*WATCHERS)
    held = await trade(reader.db)
    async with reader.db.reading() as session:
        finding = await find_seen(session, reader.sight, number)
        rows = await planning.plans(session, held, clock.now(), Asked(number=number, on=day))
        row = next((one for one in rows if one["rung"] == rung), None)
        if row is None:
            raise NotFound(
                f"{number} 在这一天没有这件函件，情况可能已变。",
                f"{number} has no such letter on that day any more.",
            )
        letter = reading.to_be(finding, rung, row["kind"], day, clock.now())
        enclosed = await reading.enclosed(session, letter, finding)
        (shown,) = await unaddressed(session, reader.sight, [row], ("to", "cc", "people"))
    at = max(clock.now(), datetime.combine(day, time(9), OFFICE))
    post = next(iter(shown["to"]), "")
    about, text = wording.drafted(enclosed, post, reader.speech.language, reader.config, at)
    return reader.page(
        "letter.html",
        letter={"note": "", "signed_by": "", "id": None, "reached": []} | shown,
        subject=about,
        text=text,
        signers=None,
        may_sign=False,
        watches=True,
        sentence="",
        reason="",
    )


@router.api_route("/letters/{letter_id}", methods=READ)
async def letter(reader: Reading, letter_id: Id) -> HTMLResponse:
    """One letter with its text, as it was sent or would be sent now; also for whoever it was written to."""
    if not reader.has(*WATCHERS):
        async with reader.db.reading() as session:
            if not await reading.may_read(session, reader.sight, letter_id):
                raise reading.unknown(letter_id)
    return await drawn(reader, letter_id)


async def drawn(
    reader: Reader, letter_id: int, status: int = 200, sentence: str = "", reason: str = ""
) -> HTMLResponse:
    held = await trade(reader.db)
    async with reader.db.reading() as session:
        one = await reading.whole(session, reader.sight, letter_id, clock.today())
        roles, may = await signers(
            session, one.enclosed.finding, one.enclosed.letter, reader.account, held, clock.now()
        )
    if one.mail is not None:
        about, text = one.mail.subject, wording.sent_text(one.mail.content)
    else:
        post = "" if one.veiled else one.post
        about, text = wording.drafted(one.enclosed, post, one.language, reader.config, clock.now())
    is_draft = one.row["state"] == LetterState.DRAFTED
    return reader.page(
        "letter.html",
        status,
        letter=one.row,
        subject=about,
        text=text,
        signers=roles if is_draft else None,
        may_sign=is_draft and may,
        watches=reader.has(*WATCHERS),
        sentence=sentence,
        reason=reason,
    )


@router.post("/letters/{letter_id}/sign")
async def sign(letter_id: Id, form: Form) -> Response:
    return await decided(letter_id, form, None)


@router.post("/letters/{letter_id}/decline")
async def decline(letter_id: Id, form: Form) -> Response:
    return await decided(letter_id, form, form["reason"])


async def decided(letter_id: int, form: Sent, reason: str | None) -> Response:
    """Sign it, or with a reason decline it. Sent twice it is done once."""
    reader = form.reader
    reader.must_have(*WATCHERS)
    held = await trade(reader.db)
    said = "letter_signed" if reason is None else "letter_declined"
    try:
        async with reader.db.writing("sign") as session:
            seen = await reading.whole(session, reader.sight, letter_id, clock.today())
            account = await account_named(session, reader.account)
            if is_done(seen.row, reader.account, reason):
                return reader.turn(f"/letters/{letter_id}", said=said)
            if reason is None:
                await letter_rows.sign(session, letter_id, account, held, clock.now())
            else:
                await letter_rows.decline(session, letter_id, account, reason.strip(), held, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        sentence = refusal.said(reader.speech.language)
        return await drawn(reader, letter_id, status_of(refusal), sentence, reason or "")
    return reader.turn("/supervision", said=said)


def is_done(row: Row, account: str, reason: str | None) -> bool:
    """Whether this person has just this decided already."""
    declined = row["state"] == LetterState.SKIPPED
    return row["signed_by"] == account and declined is (reason is not None)
