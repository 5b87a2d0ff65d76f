"""The rows of each list that goes out: found for its reader as the page finds them, or refused to them."""

from collections.abc import AsyncIterator, Iterable, Sequence

from models import closing, rounds
from models.access import accounts, trail
from models.listing import exporting
from models.listing.exporting import AT_A_TIME
from models.mailing.lateness import ALL
from models.mine import mine
from models.questions import Row
from models.rules.trade import trade
from models.staff import standing_in
from models.staff import units as units_kept
from models.staff import vacancies as empty
from models.staff.roster import roster
from models.staff.vacancies import Vacancy
from models.watching import queues
from policy.escalation import TIMED
from policy.roles import ROLES_FOR, Role
from policy.sight import WATCHERS
from policy.stages import Act, Stage
from portal.pages.admin.accounts import HERE, TRAIL, state_of
from portal.pages.admin.desk import branch_of, must_open
from portal.pages.admin.units import HERE as UNITS
from portal.pages.admin.units import KINDS
from portal.pages.letters import DAYS_AHEAD, Days, coming, known
from portal.pages.mine import Item, to_check, to_do
from portal.pages.overview import drawn
from portal.pages.paper import Reader, Reading
from portal.pages.rounds import READERS
from portal.pages.supervision import late_rows
from portal.pages.trail_words import kind_words
from portal.pages.verifiers import VERIFYING
from tasks import clock

Rows = AsyncIterator[Sequence[Row]]


async def at_once(rows: Iterable[Row]) -> Rows:
    yield list(rows)


async def to_come(reader: Reading, unit: str = "", kind: str = "", days: Days = DAYS_AHEAD) -> Rows:
    reader.must_have(*WATCHERS)
    known(kind)
    rows, _ = await coming(reader, unit, kind, days)
    return at_once(rows)


async def late(reader: Reading) -> Rows:
    return await _late(reader, TIMED)


async def verifiers(reader: Reading) -> Rows:
    return await _late(reader, VERIFYING)


async def _late(reader: Reader, stages: Sequence[Stage]) -> Rows:
    reader.must_have(*WATCHERS)
    held = await trade(reader.db)
    async with reader.db.reading() as session:
        return at_once(await late_rows(session, reader.sight, held, stages=stages))


async def mails(reader: Reading) -> Rows:
    reader.must_have(*WATCHERS)
    async with reader.db.reading() as session:
        return at_once((await queues.stuck_mails(session, reader.sight, ALL)).rows)


async def extensions(reader: Reading) -> Rows:
    reader.must_have(*WATCHERS)
    held = await trade(reader.db)
    async with reader.db.reading() as session:
        found = (await queues.extensions(session, reader.sight, held, ALL)).rows
    veiled = {"title": "", "unit": "", "person": "", "reason": "", "approvals": [], "deciders": ()}
    days = {"deadline": None, "asked_for": None, "asked_on": None, "percent": None, "extensions": None}
    return at_once(row | veiled | days if row["veiled"] else row for row in found)


async def drafts(reader: Reading) -> Rows:
    reader.must_have(*WATCHERS)
    async with reader.db.reading() as session:
        return at_once((await queues.drafts(session, reader.sight, ALL)).rows)


async def closures(reader: Reading) -> Rows:
    """The agenda of the meeting, the longest verified first."""
    reader.must_have(*ROLES_FOR[Act.APPROVE_CLOSURE])
    held = await trade(reader.db)
    async with reader.db.reading() as session:
        return at_once(await closing.pending(session, reader.sight, clock.today(), held, ALL))


async def tree(reader: Reading) -> Rows:
    """Units with their posts, of the branch that the reader keeps."""
    await must_open(reader, UNITS)
    branch, kinds = await branch_of(reader), KINDS
    async with reader.db.reading() as session:
        found = await units_kept.tree(session, branch, clock.today())
    return at_once(
        {
            "unit": "　" * twig.depth + twig.unit.name,
            "kind": reader.speech.of(kinds.get(twig.unit.kind, (twig.unit.kind, twig.unit.kind))),
            "posts": twig.posts,
            "vacant": twig.vacant,
        }
        for twig in found
    )


async def stand_ins(reader: Reading, past: str = "") -> Rows:
    await must_open(reader, "/admin/standing-in")
    branch = await branch_of(reader)
    async with reader.db.reading() as session:
        found = await standing_in.listed(session, clock.today(), past=bool(past), branch=branch)
    return at_once(
        {
            "post": one.post,
            "unit": one.unit,
            "person": one.person,
            "from": one.span.first if one.span else None,
            "to": one.span.last if one.span else None,
            "by": one.by,
            "reason": one.reason,
        }
        for one in found
    )


async def vacant_posts(reader: Reading) -> Rows:
    await must_open(reader, "/admin/vacancies")
    async with reader.db.reading() as session:
        found = await empty.vacancies(session, clock.today(), reader.sight.units)
    return _vacant((one, one.numbers) for one in found)


async def vacancies(reader: Reading) -> Rows:
    reader.must_have(*WATCHERS)
    async with reader.db.reading() as session:
        found = await queues.vacant(session, reader.sight, clock.today())
    return _vacant(found)


def _vacant(found: Iterable[tuple[Vacancy, Sequence[str]]]) -> Rows:
    return at_once(
        {
            "post": one.post,
            "unit": one.unit,
            "since": one.since,
            "stands_in": one.stands_in,
            "numbers": numbers,
            "size": len(numbers),
        }
        for one, numbers in found
    )


async def inspection_rounds(reader: Reading) -> Rows:
    reader.must_have(*READERS)
    async with reader.db.reading() as session:
        found = await rounds.standings(session, reader.sight)
    return at_once(
        {
            "name": one.round.name,
            "source": one.round.source,
            "document": one.round.document,
            "feedback_on": one.round.feedback_on,
            "total": one.total,
            "open": one.open,
            "closed": one.closed,
        }
        for one in found
    )


async def units(reader: Reading) -> Rows:
    told = await drawn(reader)
    return at_once(
        {"unit": line.name} | {name: number and number.size for name, number in line.numbers.items()}
        for line in told.places()
    )


async def my_items(reader: Reading) -> Rows:
    """As many as the page shows: all others are in the ledger."""
    person = reader.visitor.person if reader.visitor else 0
    rules = (await trade(reader.db)).rules
    async with reader.db.reading() as session:
        found = await mine(session, reader.sight, person, rules, clock.today())
    groups = [(one.heading, one.items) for one in (*to_do(reader, found), *to_check(reader, found))]
    waiting = reader.speech.say("等他人办理", "Waiting for others")
    assisting = reader.speech.say("我单位协办", "My unit assists")
    groups += [(waiting, [Item(row) for row in found.waiting])]
    groups += [(assisting, [Item(row) for row in found.assisting])]
    return at_once(
        item.row | {"group": heading, "next": item.next} for heading, items in groups for item in items
    )


async def people(reader: Reading) -> Rows:
    await must_open(reader, "/admin/people")
    return roster(reader.db, clock.today())


async def history(reader: Reading) -> Rows:
    """Of the findings that the reader may open."""
    reader.must_have(*WATCHERS, Role.ADMINISTRATOR)
    return exporting.events(reader.db, reader.sight)


async def log(reader: Reading, account: str = "", kind: str = "") -> Rows:
    await must_open(reader, TRAIL)
    return _log(reader, account.strip(), kind)


async def _log(reader: Reader, account: str, kind: str) -> Rows:
    words, before = kind_words(reader.speech), None
    while True:
        async with reader.db.reading() as session:
            found = await trail.read(session, account=account, kind=kind, before=before, limit=AT_A_TIME)
        yield [
            {
                "at": one.at,
                "kind": words(one.kind),
                "account": one.account,
                "by": one.by,
                "address": one.address,
                "note": one.note,
            }
            for one in found
        ]
        if len(found) < AT_A_TIME:
            return
        before = found[-1].id


async def all_accounts(reader: Reading, search: str = "") -> Rows:
    await must_open(reader, HERE)
    return _accounts(reader, search.strip())


async def _accounts(reader: Reader, search: str) -> Rows:
    """What the page says of each, and nothing else of what is kept about it."""
    after = ""
    while True:
        async with reader.db.reading() as session:
            found = await accounts.listed(session, clock.today(), search, after, AT_A_TIME)
        yield [
            {
                "account": line.account.name,
                "person": line.person,
                "posts": line.posts,
                "mailbox": line.account.mailbox,
                "state": reader.speech.of(state_of(line)),
                "codes": reader.speech.say("已启用", "on") if line.has_code else "",
                "seen": line.seen,
            }
            for line in found
        ]
        if len(found) < AT_A_TIME:
            return
        after = found[-1].account.name
