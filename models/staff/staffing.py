"""The people file: units, posts, holders and accounts, taken in again and again without doubling anything."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import exists, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.trail import Noted
from models.database import Database
from models.mailing import outbox
from models.opening import INTAKE
from models.staff import book, standing_in, succession
from models.staff.people import Account, Appointment, Person, Post, PostRole, Substitution, Unit
from models.staff.rights import Doer, check_keeper, kept_apart
from policy.ledger_rows import Remark
from policy.refusals import BadInput, Language, NotFound
from policy.roles import Role

COLUMNS = (
    "unit",
    "kind",
    "parent",
    "post",
    "roles",
    "person",
    "account",
    "mailbox",
    "phone",
    "from",
    "to",
    "substitute",
)
SINCE_ALWAYS = date(2000, 1, 1)
"""Stands for a first day that the file does not give."""

STAND_IN = re.compile(r"(?P<account>[^\s:：]+)(?:[:：](?P<from>\d{4}-\d\d-\d\d)\.\.(?P<to>\d{4}-\d\d-\d\d))?")


@dataclass(frozen=True)
class Holder:
    """One line of the people file, understood. `stand_in` is an account, with its days or for vacancies."""

    row: int
    unit: str
    kind: str
    """Empty where the line does not say."""
    parent: str
    post: str
    roles: frozenset[Role]
    person: str
    account: str
    mailbox: str
    phone: str
    from_day: date
    from_given: bool
    """Whether the file says since when; if not, a known appointment is left as it is."""
    to_day: date | None
    stand_in: tuple[str, date | None, date | None] | None


@dataclass
class Staffed:
    """What an import of people changed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[Remark] = field(default_factory=list)
    marks: dict[int, str] = field(default_factory=dict)
    """By line, `new` or `changed`; nothing for one that says what is known."""
    leaving: list[tuple[str, str, date]] = field(default_factory=list)
    """Whom the file no longer names: post, person, last day."""


class _Bad(Exception):
    def __init__(self, column: str, value: str, zh: str, en: str) -> None:
        self.remark = (column, value[:60], zh, en)


def understand(row: int, line: Mapping[str, str]) -> Holder | Remark:
    """One line as a holder, or what is wrong with it."""
    try:
        return _holder(row, {key: (line.get(key) or "").strip() for key in COLUMNS})
    except _Bad as bad:
        return Remark(row, *bad.remark)


def _holder(row: int, line: dict[str, str]) -> Holder:
    if not line["unit"]:
        raise _Bad("unit", "", "单位不能为空", "a unit is needed")
    if line["account"] and not line["person"]:
        raise _Bad("person", "", "有帐号就要有姓名或称谓", "an account needs a person")
    to_day = _day(line, "to")
    from_day = _day(line, "from") or SINCE_ALWAYS
    if to_day and to_day < from_day:
        raise _Bad("to", line["to"], "离任日期早于任职日期", "ends before it begins")
    return Holder(
        row=row,
        unit=line["unit"],
        kind=line["kind"],
        parent=line["parent"],
        post=line["post"],
        roles=_roles(line["roles"]),
        person=line["person"],
        account=line["account"],
        mailbox=_mailbox(line["mailbox"]),
        phone=line["phone"],
        from_day=from_day,
        from_given=bool(line["from"]),
        to_day=to_day,
        stand_in=_stand_in(line["substitute"]),
    )


def _day(line: dict[str, str], column: str) -> date | None:
    text = line[column]
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise _Bad(column, text, "不是日期，请写成 2026-01-31", "is not a date like 2026-01-31") from None


def _roles(text: str) -> frozenset[Role]:
    names = [name.strip() for name in re.split(r"[;；]", text) if name.strip()]
    for name in names:
        if name not in {role.value for role in Role}:
            known = "、".join(Role)
            raise _Bad("roles", name, f"没有这个角色，可用：{known}", f"unknown; one of {', '.join(Role)}")
    return frozenset(Role(name) for name in names)


def _mailbox(text: str) -> str:
    try:
        if text:
            validate_email(
                text, check_deliverability=False, test_environment=True, globally_deliverable=False
            )
    except EmailNotValidError:
        raise _Bad("mailbox", text, "不是有效的邮箱地址", "is not a mail address") from None
    return text


def _stand_in(text: str) -> tuple[str, date | None, date | None] | None:
    if not text:
        return None
    found = STAND_IN.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        days = [date.fromisoformat(found[key]) if found[key] else None for key in ("from", "to")]
    except ValueError:
        raise _Bad(
            "substitute",
            text,
            "请写代班人的帐号，如 lisi 或 lisi:2026-11-16..2026-11-27",
            "write the account standing in, like lisi or lisi:2026-11-16..2026-11-27",
        ) from None
    return found["account"], days[0], days[1]


async def take_in(
    db: Database,
    holders: Sequence[Holder],
    today: date | None = None,
    *,
    by: Doer | None = None,
    dry_run: bool = False,
) -> Staffed:
    """Store all lines in one transaction; errors are listed and then nothing is stored.

    With `dry_run` it only says what would change. Raises NotAllowed if `by` would gain by it.

    Whoever held a post of the file and is not in it any more holds it until the day before their successor;
    a successor without a first day begins `today`, and is an error if that is not given either.
    """
    done = Staffed(errors=list(_two_names(holders)))
    holders = _with_shared_roles(holders)
    held: Held = {}
    units = {holder.unit for holder in holders}
    try:
        async with db.trial() if dry_run else db.writing("people") as session:
            await db.alone(session, INTAKE)
            if today is not None:
                await succession.take_stock(session, today)
            async with _watched(session, by):
                for holder in holders:
                    await _store(session, holder, done, held, units)
                for post_id, lines in held.items():
                    await _succeed(session, post_id, lines, today, done)
                for holder in holders:
                    await _relate(session, holder, done)
            await outbox.try_again(session)
            if by is not None:
                by.note(session, Noted.PEOPLE_TAKEN_IN, f"+{done.added} ~{done.changed}")
            if done.errors:
                raise BadInput("名册有误，未作任何修改。", "The people file has errors; nothing was changed.")
    except BadInput:
        if not done.errors:
            raise
        return Staffed(errors=done.errors)
    done.unchanged = len(holders) - done.added - done.changed
    return done


@asynccontextmanager
async def _watched(session: AsyncSession, by: Doer | None) -> AsyncIterator[None]:
    """On the command line nobody says who they are: whoever stands at the machine may do anything."""
    if by is None:
        yield
        return
    await check_keeper(session, by.account, None, by.today)
    async with kept_apart(session, by.account, by.today):
        yield


Held = dict[int, dict[int, Holder]]
"""Post → person → the line that says so."""


def _with_shared_roles(holders: Sequence[Holder]) -> list[Holder]:
    """Roles are a post's: what one of its lines says counts for all of them."""
    roles: dict[tuple[str, str], frozenset[Role]] = {}
    for holder in holders:
        key = holder.unit, holder.post
        roles[key] = roles.get(key, frozenset()) | holder.roles
    return [replace(holder, roles=roles[holder.unit, holder.post]) for holder in holders]


def _two_names(holders: Sequence[Holder]) -> Iterator[Remark]:
    names: dict[str, str] = {}
    for holder in holders:
        if holder.account and names.setdefault(holder.account, holder.person) != holder.person:
            other = names[holder.account]
            yield Remark(
                holder.row,
                "account",
                holder.account,
                f"同一帐号已写作“{other}”",
                f"the same account is “{other}” further up",
            )


async def _store(session: AsyncSession, holder: Holder, done: Staffed, held: Held, units: set[str]) -> None:
    unit = await _unit(session, holder)
    post, new_post = await _post(session, holder, unit, units)
    new, changed = False, new_post
    if post and holder.person:
        person, new, renamed = await _person(session, holder)
        appointed = await _appointment(session, holder, post, person)
        new, changed = new or appointed == "new", changed or renamed or appointed == "changed"
        held.setdefault(post.id or 0, {})[person.id or 0] = holder
    changed = await _set_roles(session, holder, post) or changed
    await session.flush()
    done.added, done.changed = done.added + new, done.changed + (changed and not new)
    if new or changed:
        done.marks[holder.row] = "new" if new else "changed"


async def _unit(session: AsyncSession, holder: Holder) -> Unit:
    unit = (await session.exec(select(Unit).where(Unit.name == holder.unit))).first()
    unit = unit or Unit(name=holder.unit)
    unit.kind = holder.kind or unit.kind
    session.add(unit)
    await session.flush()
    return unit


async def _post(
    session: AsyncSession, holder: Holder, unit: Unit, units: set[str]
) -> tuple[Post | None, bool]:
    if not holder.post or unit.id is None:
        return None, False
    found = await session.exec(select(Post).where(Post.unit_id == unit.id, Post.name == holder.post))
    post = found.first()
    if post:
        return post, False
    post = await _made_elsewhere(session, holder.post, units) or Post(unit_id=unit.id, name=holder.post)
    post.unit_id = unit.id
    session.add(post)
    await session.flush()
    return post, True


async def _made_elsewhere(session: AsyncSession, name: str, units: set[str]) -> Post | None:
    """The one post of that name that a ledger made in a unit of its own guessing, never held by anybody."""
    found = await session.exec(
        select(Post)
        .join(Unit, col(Unit.id) == col(Post.unit_id))
        .where(Post.name == name, col(Unit.name).not_in(units))
        .where(~exists().where(col(Appointment.post_id) == col(Post.id)))
    )
    posts = list(found)
    return posts[0] if len(posts) == 1 else None


async def _set_roles(session: AsyncSession, holder: Holder, post: Post | None) -> bool:
    if post is None or post.id is None:
        return False
    stored = {
        row.role: row for row in await session.exec(select(PostRole).where(PostRole.post_id == post.id))
    }
    if not (holder.person or holder.roles):
        return False
    for role in holder.roles - stored.keys():
        session.add(PostRole(post_id=post.id, role=role))
    for role in stored.keys() - holder.roles:
        await session.delete(stored[role])
    return set(stored) != set(holder.roles)


async def _person(session: AsyncSession, holder: Holder) -> tuple[Person, bool, bool]:
    account = await session.get(Account, holder.account) if holder.account else None
    if account:
        person = await session.get(Person, account.person_id)
        if person is None:
            raise RuntimeError("an account has a person")
        wanted = (holder.person, holder.mailbox or account.mailbox, holder.phone or account.phone)
        changed = (person.name, account.mailbox, account.phone) != wanted
        person.name, account.mailbox, account.phone = wanted
        session.add_all([person, account])
        return person, False, changed
    return await _new_person(session, holder)


async def _new_person(session: AsyncSession, holder: Holder) -> tuple[Person, bool, bool]:
    """Without an account a name stands for one person throughout."""
    person = None
    if not holder.account:
        named = await session.exec(
            select(Person)
            .outerjoin(Account, col(Account.person_id) == col(Person.id))
            .where(Person.name == holder.person, col(Account.name).is_(None))
        )
        person = named.first()
    if person:
        return person, False, False
    person = Person(name=holder.person)
    session.add(person)
    await session.flush()
    if holder.account and person.id is not None:
        session.add(
            Account(name=holder.account, person_id=person.id, mailbox=holder.mailbox, phone=holder.phone)
        )
    return person, True, False


async def _appointment(session: AsyncSession, holder: Holder, post: Post, person: Person) -> str:
    """`new`, `changed` or nothing; a line with another end date ends the appointment it names."""
    if post.id is None or person.id is None:
        raise RuntimeError("stored rows have ids")
    found = await session.exec(
        select(Appointment)
        .where(Appointment.post_id == post.id, Appointment.person_id == person.id)
        .order_by(col(Appointment.from_day).desc())
    )
    stored = list(found)
    same = next((x for x in stored if x.from_day == holder.from_day), None)
    if same is None and stored and not holder.from_given:
        same = stored[0]
    if same is None:
        session.add(
            Appointment(post_id=post.id, person_id=person.id, from_day=holder.from_day, to_day=holder.to_day)
        )
        return "new"
    changed = same.to_day != holder.to_day or same.cut_short
    same.to_day, same.cut_short = holder.to_day, False
    session.add(same)
    return "changed" if changed else ""


async def _succeed(
    session: AsyncSession, post_id: int, lines: dict[int, Holder], today: date | None, done: Staffed
) -> None:
    """End the appointments of those whom the file no longer names, where it names somebody in their place."""
    new = [holder for holder in lines.values() if holder.to_day is None]
    found = await session.exec(
        select(Appointment).where(Appointment.post_id == post_id, col(Appointment.to_day).is_(None))
    )
    for former in [row for row in found if new and row.person_id not in lines]:
        dated = [h.from_day for h in new if h.from_given and h.from_day > former.from_day]
        begins = max(dated, default=today)
        if begins is not None:
            await _end(session, former, begins)
            done.leaving.append(await _left(session, former))
            continue
        name = new[0].person
        done.errors.append(
            Remark(
                new[0].row,
                "from",
                "",
                f"换人请填写“{name}”的任职日期",
                f"say since when “{name}” holds the post; somebody else did",
            )
        )


async def _left(session: AsyncSession, former: Appointment) -> tuple[str, str, date]:
    post = await session.get_one(Post, former.post_id)
    return post.name, await book.person_name(session, former.person_id), former.to_day or former.from_day


async def _end(session: AsyncSession, former: Appointment, successor: date) -> None:
    """The day before the successor is the last; a successor without a first day begins on that day."""
    succession.close(former, successor)
    session.add(former)
    await session.exec(
        update(Appointment)
        .where(
            col(Appointment.post_id) == former.post_id,
            col(Appointment.from_day) == SINCE_ALWAYS,
            col(Appointment.to_day).is_(None),
            col(Appointment.id) > former.id,
        )
        .values(from_day=successor)
        .execution_options(synchronize_session=False)
    )


async def _relate(session: AsyncSession, holder: Holder, done: Staffed) -> None:
    """Parents and substitutes may stand further down in the file, so they come last."""
    unit = (await session.exec(select(Unit).where(Unit.name == holder.unit))).one()
    if holder.parent:
        parent = (await session.exec(select(Unit).where(Unit.name == holder.parent))).first()
        if parent is None or unit.id in await book.ancestry(session, parent.id):
            why = (
                ("没有这个上级单位", "there is no such unit to be its parent")
                if parent is None
                else ("不能以自己或下级为上级单位", "a unit is not under itself")
            )
            done.errors.append(Remark(holder.row, "parent", holder.parent, *why))
            return
        unit.parent_id = parent.id
        session.add(unit)
    await _substitute(session, holder, unit, done)


async def _substitute(session: AsyncSession, holder: Holder, unit: Unit, done: Staffed) -> None:
    if holder.stand_in is None or not holder.post:
        return
    name, from_day, to_day = holder.stand_in
    account = await _account(session, name)
    if account is None:
        done.errors.append(
            Remark(holder.row, "substitute", name, "没有这个代班人帐号", "there is no such account")
        )
        return
    post = (await session.exec(select(Post).where(Post.unit_id == unit.id, Post.name == holder.post))).one()
    row = await _stored(session, post.id or 0, account.person_id, from_day, to_day)
    row.from_day, row.to_day = from_day, to_day
    try:
        await standing_in.check(session, row)
    except BadInput as bad:
        why = bad.zh.rstrip("。"), bad.en.rstrip(".")
        done.errors.append(Remark(holder.row, "substitute", name, *why))
        return
    session.add(row)


async def _stored(
    session: AsyncSession, post: int, person: int, from_day: date | None, to_day: date | None
) -> Substitution:
    """The one that the file says anew: of the same days, or of some of them; else another one."""
    rows = await session.exec(
        select(Substitution).where(Substitution.post_id == post, Substitution.person_id == person)
    )
    span = standing_in.span_of(from_day, to_day)
    for row in rows:
        same_days = span and row.from_day and span.shared(row.from_day, row.to_day)
        if row.from_day == from_day or same_days:
            return row
    return Substitution(post_id=post, person_id=person)


async def _account(session: AsyncSession, name: str) -> Account | None:
    """By its name, or by the name of the one person who has it."""
    account = await session.get(Account, name)
    if account:
        return account
    named = await session.exec(
        select(Account).join(Person, col(Person.id) == col(Account.person_id)).where(Person.name == name)
    )
    found = list(named)
    return found[0] if len(found) == 1 else None


async def add_account(
    session: AsyncSession, name: str, person: str, mailbox: str, phone: str, language: Language
) -> None:
    """A person with an account but no post yet. Raises BadInput."""
    known = await session.get(Account, name)
    if known or not name.strip():
        raise BadInput(f"帐号“{name}”已存在或为空。", f"The account “{name}” exists already, or is empty.")
    row = Person(name=person)
    session.add(row)
    await session.flush()
    account = Account(
        name=name, person_id=row.id or 0, mailbox=checked_mailbox(mailbox), phone=phone, language=language
    )
    session.add(account)


async def set_account(
    session: AsyncSession, name: str, mailbox: str | None, language: Language | None, active: bool | None
) -> None:
    """Change what is given. Raises NotFound or BadInput."""
    account = await session.get(Account, name)
    if account is None:
        raise NotFound(f"没有名为“{name}”的帐号。", f"There is no account “{name}”.")
    account.mailbox = account.mailbox if mailbox is None else checked_mailbox(mailbox)
    account.language = language or account.language
    account.active = account.active if active is None else active
    session.add(account)
    await outbox.try_again(session)


def checked_mailbox(mailbox: str) -> str:
    """One mail address, or none. Raises BadInput."""
    try:
        return _mailbox(mailbox.strip())
    except _Bad as bad:
        _, value, zh, en = bad.remark
        raise BadInput(f"“{value}”{zh}。", f"“{value}” {en}.") from None
