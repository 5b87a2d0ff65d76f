"""Letters as rows: what the ladder and the acts call for is written once, and cancelled when it is moot."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

import sqlalchemy
from sqlalchemy import Row, bindparam, exists, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import Values, numbered, plain, store, whole
from models.findings import Finding
from models.mailing.delivery import take_back, told
from models.mailing.mail import Addressee, Letter
from models.rules.trade import knowing
from models.staff import book
from models.staff.people import Account
from policy.deadlines import Calendar, add_months
from policy.escalation import Case, Clock, Key, LetterState, Planned, due_now, next_look, plan, rests
from policy.notices import Notice
from policy.office import office_day
from policy.refusals import NotAllowed, NotFound
from policy.roles import Role
from policy.rulebook.words import role_words
from policy.rules import Rules
from policy.saying import needs_text
from policy.stages import ENDED
from policy.trade import Trade


async def case_of(session: AsyncSession, finding: Finding, today: date) -> Case:
    written = await _written(session, finding)
    second_red = await _had_red_lately(session, finding, today)
    return case(finding, _recorded(finding, written), second_red=second_red)


def under(trade: Trade, finding: Finding) -> tuple[Rules, Calendar]:
    """The rules it was opened under, and the calendar of its unit."""
    return trade.rules_of(finding.rules_version), trade.calendar_of(finding.lead_unit_id)


def case(finding: Finding, recorded: dict[Key, LetterState], *, second_red: bool = False) -> Case:
    """The finding as the ladder sees it."""
    return Case(
        number=finding.number,
        cycle=finding.cycle,
        round=finding.round,
        stage=finding.stage,
        deadline=finding.deadline,
        deadline_version=finding.deadline_version,
        provisional=finding.provisional,
        begun_on=finding.deadline_set_on or finding.opened_on,
        stage_clock=Clock(finding.stage_since, finding.stage_event),
        returned_on=finding.returned_on,
        behind_on=finding.next_measure_on,
        extension_clock=_extension_clock(finding),
        next_review_on=finding.next_review_on,
        second_red=second_red,
        recorded=recorded,
    )


def _extension_clock(finding: Finding) -> Clock | None:
    asked_on, event = finding.extension_asked_on, finding.extension_event
    return Clock(asked_on, event) if asked_on and event and finding.extension_to else None


def _recorded(finding: Finding, written: Iterable["Glance"]) -> dict[Key, LetterState]:
    return {
        Key(x.deadline_version, x.rung, x.occasion): x.state
        for x in written
        if x.cycle == finding.cycle
        and x.state is not LetterState.CANCELLED  # it is called for anew, once its ladder no longer rests
    }


async def _had_red_lately(session: AsyncSession, finding: Finding, today: date) -> bool:
    """Whether the unit got a red order for another finding within the twelve months before this one's."""
    if finding.lead_unit_id is None or finding.deadline is None or finding.deadline >= today:
        return False
    red = (
        exists()
        .where(col(Letter.finding) == col(Finding.number), col(Letter.rung) == "red_order")
        .where(col(Letter.state).in_(RED))
        .where(col(Letter.due_on) > add_months(finding.deadline, -12), col(Letter.due_on) <= finding.deadline)
    )  # not joined: SQLite would go through all letters instead of the unit's
    found = await session.exec(
        select(Finding.number)
        .where(Finding.lead_unit_id == finding.lead_unit_id, Finding.number != finding.number)
        .where(red)
        .limit(1)
    )
    return found.first() is not None


RED = (LetterState.QUEUED, LetterState.SENT, LetterState.IN_DOUBT)
"""A red order counts from the day it is called for, however long its mail takes."""


async def climb(session: AsyncSession, finding: Finding, trade: Trade, now: datetime, today: date) -> int:
    """Write every letter the ladder calls for today and note the next day to look. Returns how many.

    The row is locked and read anew, so that an act in the same moment is not overwritten by an older view.
    """
    await session.refresh(finding, with_for_update=True)
    case = await case_of(session, finding, today)
    trade = await knowing(session, trade, finding.rules_version)
    letters = plan(case, *under(trade, finding), today)
    due = due_now(letters, case.recorded)
    for planned in due:
        await _write_planned(session, finding, planned, now)
    recorded = {**case.recorded, **{planned.key: planned.state for planned in due}}
    finding.next_look_on = next_look(letters, recorded)
    session.add(finding)
    return len(due)


Due = tuple[date, str]
"""Since when a finding has something due, and its number."""
BEGINNING: Due = (date.min, "")


async def due(session: AsyncSession, today: date, after: Due = BEGINNING, limit: int = 1) -> list[Due]:
    """Findings with something due by today, the longest due first, from `after` on.

    In the order of their index: sorted by number, the database would go through all findings instead.
    """
    found = await session.exec(
        select(col(Finding.next_look_on), col(Finding.number))
        .where(col(Finding.next_look_on) <= today)
        .where(tuple_(col(Finding.next_look_on), col(Finding.number)) > after)
        .order_by(col(Finding.next_look_on), col(Finding.number))
        .limit(limit)
    )
    return [(day or today, number) for day, number in found]


async def due_of_live(session: AsyncSession, today: date) -> tuple[int, int]:
    """How many findings have something due by today, and how many are live at all."""
    due = await session.exec(
        select(func.count()).select_from(Finding).where(col(Finding.next_look_on) <= today)
    )
    live = await session.exec(
        select(func.count()).select_from(Finding).where(col(Finding.stage).not_in(list(ENDED)))
    )
    return due.one(), live.one()


async def to_climb(session: AsyncSession, number: str) -> Finding | None:
    """The finding, kept from other rounds until commit; None while another round has it."""
    found = await session.exec(
        select(Finding).where(Finding.number == number).with_for_update(skip_locked=True)
    )
    return found.first()


async def sent(session: AsyncSession, number: str) -> list[Letter]:
    """The letters that went out, by day."""
    found = await session.exec(
        select(Letter)
        .where(Letter.finding == number, Letter.state == LetterState.SENT)
        .order_by(col(Letter.due_on), col(Letter.id))
    )
    return list(found)


async def marks(session: AsyncSession, number: str) -> dict[int, tuple[LetterState, datetime]]:
    """Letter → its state, and when it was written: a letter called for anew changes both."""
    found = await session.exec(
        select(col(Letter.id), col(Letter.state), col(Letter.created_at)).where(Letter.finding == number)
    )
    return {letter or 0: (state, at) for letter, state, at in found}


async def settle(session: AsyncSession, finding: Finding, trade: Trade, today: date) -> None:
    """After an act: cancel the letters that are moot, and note the day to look next."""
    written = await _written(session, finding)
    if any(x.reminder and x.state in WAITING and _moot(x, finding) for x in written):
        await cancel_moot(session, finding)
        written = await _written(session, finding)
    await look_ahead(session, finding, trade, today, written)


async def look_ahead(
    session: AsyncSession, finding: Finding, trade: Trade, today: date, written: Iterable["Glance"]
) -> None:
    """Note the first day on which a letter falls due that is not among those written."""
    second_red = await _had_red_lately(session, finding, today)
    seen = case(finding, _recorded(finding, written), second_red=second_red)
    finding.next_look_on = next_look(plan(seen, *under(trade, finding), today), seen.recorded)


async def _written(session: AsyncSession, finding: Finding) -> Sequence["Glance"]:
    """A glance at all its letters; those to be changed are read anew, as rows."""
    return await plain(session, WRITTEN, {"finding": finding.number})


Glance = Row[int, int, str, int, LetterState, bool, str]
WRITTEN = sqlalchemy.select(
    col(Letter.cycle),
    col(Letter.deadline_version),
    col(Letter.rung),
    col(Letter.occasion),
    col(Letter.state),
    col(Letter.reminder),
    col(Letter.signed_by),
).where(col(Letter.finding) == bindparam("finding"))


async def _write_planned(session: AsyncSession, finding: Finding, planned: Planned, now: datetime) -> None:
    letter = Letter(
        finding=finding.number,
        cycle=finding.cycle,
        round=finding.round,
        deadline_version=planned.key.deadline_version,
        rung=planned.rung,
        occasion=planned.key.occasion,
        kind=planned.kind,
        due_on=planned.day,
        state=planned.state,
        reminder=True,
        note="更高一级已到期" if planned.state is LetterState.SKIPPED else "",
        created_at=now,
    )
    earlier = await _earlier(session, letter)
    if earlier is None:
        await _write(session, finding, letter, planned.to, planned.cc)
        return
    for name in ("round", "due_on", "state", "note", "created_at"):
        setattr(earlier, name, getattr(letter, name))
    await _write(session, finding, earlier, planned.to, planned.cc, but=await told(session, earlier))


async def _earlier(session: AsyncSession, letter: Letter) -> Letter | None:
    """The same letter, cancelled while its ladder rested."""
    found = await session.exec(
        select(Letter)
        .where(Letter.finding == letter.finding, Letter.cycle == letter.cycle, Letter.rung == letter.rung)
        .where(Letter.deadline_version == letter.deadline_version, Letter.occasion == letter.occasion)
    )
    return found.first()


async def notify(session: AsyncSession, finding: Finding, notice: Notice, event: int, now: datetime) -> None:
    """Queue the letter an act calls for at once; `event` makes it the only one of its act."""
    if finding.owner_post_id is None and notice.to == (Role.OWNER,):
        return  # nobody was ever given it
    letter = Letter(**_notice(finding, notice, event, now))
    await _write(session, finding, letter, notice.to, notice.cc)


def _notice(finding: Finding, notice: Notice, event: int, now: datetime) -> Values:
    return whole(
        Letter,
        finding=finding.number,
        cycle=finding.cycle,
        round=finding.round,
        deadline_version=finding.deadline_version,
        rung=notice.rung,
        occasion=event,
        kind=notice.kind,
        due_on=office_day(now),
        state=LetterState.QUEUED,
        created_at=now,
    )


async def notify_all(
    session: AsyncSession, findings: Sequence[Finding], notice: Notice, now: datetime
) -> None:
    """Queue the letter that the last event of each calls for, in few statements."""
    told = {x.number: await addressees(session, x, notice.to, notice.cc) for x in findings}
    new = [
        _notice(x, notice, x.version, now) | ({} if told[x.number][0] else UNDELIVERABLE) for x in findings
    ]
    await store(session, Letter, new)
    found = await session.exec(
        select(Letter.id, Letter.finding, Letter.occasion)
        .where(col(Letter.finding).in_([letter["finding"] for letter in new]), Letter.rung == notice.rung)
        .order_by(col(Letter.id))
    )
    occasions = {letter["finding"]: letter["occasion"] for letter in new}
    ids = {number: letter_id for letter_id, number, at in found if at == occasions[number]}
    await store(
        session,
        Addressee,
        [row for number, key in ids.items() for row in _addressed(key or 0, *told[number])],
    )


def _addressed(letter_id: int, direct: Iterable[int], copies: Iterable[int]) -> list[Values]:
    posts = [*((post, False) for post in direct), *((post, True) for post in copies)]
    return [
        whole(Addressee, letter_id=letter_id, post_id=post, copy_only=copy_only) for post, copy_only in posts
    ]


async def tell(
    session: AsyncSession, finding: Finding, notice: Notice, post: int, person: int, event: int, now: datetime
) -> None:
    """Queue a letter to a person about a post that may no longer be theirs."""
    letter_id = await numbered(session, Letter, _notice(finding, notice, event, now))
    to = whole(Addressee, letter_id=letter_id, post_id=post, person_id=person)
    await store(session, Addressee, [to])


async def readdress(session: AsyncSession, finding: Finding, old: int, new: int) -> None:
    """Letters to the owner post that are in no mail yet follow the work to its new post."""
    parts = (getattr(finding, column) for role, column in book.OWN_POSTS.items() if role is not Role.OWNER)
    if old in parts:
        return  # it is written to in another part as well
    letters = select(Letter.id).where(
        Letter.finding == finding.number, col(Letter.state).in_([LetterState.QUEUED, LetterState.DRAFTED])
    )
    rows = await session.exec(
        select(Addressee).where(
            col(Addressee.letter_id).in_(letters),
            col(Addressee.post_id).in_([old, new]),
            col(Addressee.person_id).is_(None),
        )
    )
    found = {(row.letter_id, row.post_id): row for row in rows}
    for (letter, post), row in found.items():
        if post == old and row.mail_id is None:
            await _readdress(session, row, found.get((letter, new)), new)


async def _readdress(session: AsyncSession, old: Addressee, known: Addressee | None, new: int) -> None:
    """Whoever was to get a copy only, and has none yet, gets the letter itself."""
    if known is None:
        session.add(Addressee(letter_id=old.letter_id, post_id=new, copy_only=old.copy_only))
    elif known.mail_id is None:
        known.copy_only = known.copy_only and old.copy_only
        session.add(known)
    else:
        return
    await session.delete(old)


async def _write(
    session: AsyncSession,
    finding: Finding,
    letter: Letter,
    to: Iterable[Role],
    cc: Iterable[Role],
    but: Collection[int] = (),
) -> None:
    direct, copies = await addressees(session, finding, to, cc)
    if not direct:
        _cannot_be_sent(letter)
    if letter.id is None:
        letter.id = await numbered(session, Letter, letter.model_dump(exclude={"id"}))
    new = _addressed(letter.id, direct, copies)
    await store(session, Addressee, [row for row in new if row["post_id"] not in but])


async def addressees(
    session: AsyncSession, finding: Finding, to: Iterable[Role], cc: Iterable[Role]
) -> tuple[list[int], list[int]]:
    """The posts a letter goes to and those it is copied to.

    Where nobody has the role it is addressed to, whoever would get a copy gets the letter, else the owner.
    """
    to, cc = tuple(to), tuple(cc)
    return divided(finding, to, cc, await book.posts_for(session, finding, {*to, *cc}))


def divided(
    finding: Finding, to: Iterable[Role], cc: Iterable[Role], posts: Mapping[Role, Sequence[int]]
) -> tuple[list[int], list[int]]:
    """As `addressees`, with the posts of each role at hand."""
    direct = list(dict.fromkeys(post for role in to for post in posts[role]))
    copies = [post for post in dict.fromkeys(p for role in cc for p in posts[role]) if post not in direct]
    if not direct and copies:
        return copies, []
    if not direct and finding.owner_post_id is not None:
        return [finding.owner_post_id], copies
    return direct, copies


UNDELIVERABLE: Values = {"state": LetterState.FAILED, "note": "没有可以送达的岗位"}


def _cannot_be_sent(letter: Letter) -> None:
    if letter.state is LetterState.QUEUED:
        letter.state, letter.note = UNDELIVERABLE["state"], UNDELIVERABLE["note"]


WAITING = frozenset({LetterState.QUEUED, LetterState.DRAFTED})


async def cancel_moot(session: AsyncSession, finding: Finding) -> None:
    """Cancel what no longer holds: an ended finding's reminders, an older deadline's, a passed step's."""
    waiting = await session.exec(
        select(Letter)
        .where(Letter.finding == finding.number, col(Letter.reminder))
        .where(col(Letter.state).in_([LetterState.QUEUED, LetterState.DRAFTED]))
    )
    for letter in list(waiting):
        if reason := _moot(letter, finding):
            await take_back(session, letter, reason)


def _moot(letter: "Letter | Glance", finding: Finding) -> str:
    if finding.stage in ENDED and letter.rung != "look_back_due":
        return "事项已办结"
    if letter.occasion:
        return "" if letter.occasion == finding.stage_event else "该环节已办理"
    if letter.cycle != finding.cycle or letter.deadline_version != finding.deadline_version:
        return "时限已变更"
    if letter.state is LetterState.QUEUED and not letter.signed_by and rests(finding.stage):
        return "责任单位已办理，等待他人"
    return ""


async def sign(session: AsyncSession, letter_id: int, account: Account, trade: Trade, now: datetime) -> str:
    """A named person signs a draft, and it is queued. Returns the finding's number.

    Raises NotFound, or NotAllowed if the letter is no draft or the finding's rules let others sign it.
    """
    letter, finding = await _draft(session, letter_id)
    await _may_sign(session, finding, letter, account.name, trade, now)
    letter.state, letter.signed_by, letter.note = LetterState.QUEUED, account.name, ""
    session.add(letter)
    return letter.finding


async def decline(
    session: AsyncSession, letter_id: int, account: Account, reason: str, trade: Trade, now: datetime
) -> str:
    """Whoever may sign a draft says that it is not to go out; it is not called for again. As `sign`."""
    needs_text(reason, "理由", "A reason")
    letter, finding = await _draft(session, letter_id)
    await _may_sign(session, finding, letter, account.name, trade, now)
    letter.state, letter.signed_by = LetterState.SKIPPED, account.name
    letter.note = f"不签发：{reason}"[:500]
    session.add(letter)
    return letter.finding


async def _draft(session: AsyncSession, letter_id: int) -> tuple[Letter, Finding]:
    """Kept until commit, so that of two decisions at once one is made. Raises NotFound, NotAllowed."""
    letter = await session.get(Letter, letter_id, with_for_update=True)
    if letter is None:
        raise NotFound(f"没有第{letter_id}号函件。", f"There is no letter {letter_id}.")
    if letter.state is not LetterState.DRAFTED:
        raise NotAllowed(
            f"第{letter_id}号函件不是待签的拟稿。", f"Letter {letter_id} is not a draft to be signed."
        )
    return letter, await session.get_one(Finding, letter.finding)


async def signers(
    session: AsyncSession, finding: Finding, letter: Letter, account: str, trade: Trade, now: datetime
) -> tuple[frozenset[Role], bool]:
    """Who signs such a letter, and whether this account may."""
    rules, _ = under(await knowing(session, trade, finding.rules_version), finding)
    roles = rules.signers(letter.rung)
    actor = await book.actor(session, account, finding.lead_unit_id, office_day(now))
    return roles, bool(roles & actor.roles)


async def _may_sign(
    session: AsyncSession, finding: Finding, letter: Letter, account: str, trade: Trade, now: datetime
) -> None:
    roles, may = await signers(session, finding, letter, account, trade, now)
    if not may:
        zh, en = role_words(roles)
        raise NotAllowed(
            f"“{account}”无权签发第{letter.id}号函件，应由其一签发：{zh}。",
            f"“{account}” may not sign letter {letter.id}; any of these may: {en}.",
        )
