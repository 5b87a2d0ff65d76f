"""A small township with people in it, and the shortest way to bring a finding to any stage."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from models import ledger
from models.database import Database
from models.findings import Finding
from models.history import Event
from models.ledger import Receipt
from models.mailing.mail import Letter
from models.opening import open_finding
from models.orders import ActWords, Attached, OpenWords, Order, words_of
from models.rules.calendars import announced
from models.rules.shipped import shipped
from models.staff import staffing
from models.staff.staffing import Holder
from policy.stages import Act, Stage
from policy.trade import Trade

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten in the morning at the office
TRADE = Trade(shipped(), announced())

PEOPLE = """\
和平乡,township,,乡党委书记,first_responsible;lead_leader,党委书记,secretary,secretary@town.example
和平乡,township,,乡长,approver,乡长,mayor,mayor@town.example
巡察办,office,和平乡,巡察办专员,inspector;inspection_office,巡察员,inspector,inspector@town.example
乡纪委,office,和平乡,乡纪委书记,verifier;supervisor;discipline,纪委书记,verifier,verifier@town.example
甲村党支部,village,和平乡,甲村党支部书记,owner;party_head,甲书记,owner,owner@village.example
甲村党支部,village,和平乡,甲村报账员,liaison,甲报账员,clerk,clerk@village.example
乙村党支部,village,和平乡,乙村党支部书记,owner;party_head,乙书记,other,other@village.example
"""
COLUMNS = ("unit", "kind", "parent", "post", "roles", "person", "account", "mailbox")


def holders(text: str, columns: tuple[str, ...] = COLUMNS) -> list[Holder]:
    """Lines of a people file, all of them good."""
    found: list[Holder] = []
    for row, line in enumerate(text.strip().splitlines(), start=2):
        holder = staffing.understand(row, dict(zip(columns, line.split(","), strict=False)))
        assert isinstance(holder, Holder), holder
        found.append(holder)
    return found


async def staff(db: Database) -> None:
    done = await staffing.take_in(db, holders(PEOPLE))
    assert not done.errors


OPENING: dict[str, Any] = {
    "title": "议事记录不全",
    "source": "自查",
    "condition": "两项支出由支委会直接决定，缺少村民代表会议记录。",
    "discovered_on": "2026-11-02",
}
PLACED = {
    "unit": "甲村党支部",
    "post": "甲村党支部书记",
    "verifier": "乡纪委书记",
    "supervisor": "乡纪委书记",
}
FILE = Attached("会议记录.pdf", "a" * 64, 1234)


async def opened(db: Database, now: datetime = NOW, *, trade: Trade = TRADE, **words: Any) -> Receipt:
    why = {"reason": "与上级部署一致"} if "deadline" in words else {}
    return await open_finding(db, "inspector", words_of(OpenWords, OPENING | why | words), now, trade)


async def assigned(db: Database, now: datetime = NOW, *, trade: Trade = TRADE, **words: Any) -> str:
    """The number of a new finding that awaits acceptance by 甲村党支部书记."""
    return (await opened(db, now, trade=trade, **PLACED | words)).number


async def act(
    db: Database,
    number: str,
    what: Act,
    by: str,
    *,
    now: datetime = NOW,
    nonce: str | None = None,
    version: int | None = None,
    files: tuple[Attached, ...] = (),
    trade: Trade = TRADE,
    **words: Any,
) -> Receipt:
    order = Order(number, what, by, words_of(ActWords, words), files, nonce, version)
    return await ledger.record(db, order, now, trade)


LIFE: tuple[tuple[Act, str, dict[str, Any], Stage], ...] = (
    (Act.ACCEPT, "owner", {}, Stage.PLANNING),
    (Act.FILE_PLAN, "owner", {"measures": "1.补记会议记录；2.公示两项支出"}, Stage.PLAN_REVIEW),
    (Act.APPROVE_PLAN, "inspector", {}, Stage.IN_PROGRESS),
    (Act.REPORT_PROGRESS, "owner", {"text": "已补记", "percent": 60}, Stage.IN_PROGRESS),
    (Act.ATTACH_EVIDENCE, "owner", {"files": (FILE,)}, Stage.IN_PROGRESS),
    (Act.COMPLETE_MEASURE, "owner", {"measure": 1}, Stage.IN_PROGRESS),
    (Act.COMPLETE_MEASURE, "owner", {"measure": 2}, Stage.IN_PROGRESS),
    (Act.SUBMIT, "owner", {"result": "程序完整"}, Stage.PENDING_VERIFICATION),
    (Act.PASS_VERIFICATION, "verifier", {}, Stage.PENDING_CLOSURE),
    (Act.APPROVE_CLOSURE, "mayor", {"meeting": "党委会第12次"}, Stage.CLOSED),
)


async def brought_to(db: Database, stage: Stage, now: datetime = NOW, **words: Any) -> str:
    """The number of a finding that has lived up to all it can do at `stage`."""
    number = await assigned(db, now, **words)
    for what, by, said, leads_to in LIFE:
        if list(Stage).index(leads_to) <= list(Stage).index(stage):
            await act(db, number, what, by, now=now, **said)
    return number


async def finding(db: Database, number: str) -> Finding:
    async with db.reading() as session:
        return await ledger.find(session, number)


async def events(db: Database, number: str) -> list[Event]:
    async with db.reading() as session:
        rows = await session.exec(select(Event).where(Event.finding == number).order_by(col(Event.seq)))
        return list(rows)


async def letters(db: Database, number: str) -> dict[str, str]:
    """rung → state."""
    async with db.reading() as session:
        rows = await session.exec(select(Letter).where(Letter.finding == number).order_by(col(Letter.id)))
        return {letter.rung: letter.state.value for letter in rows}


async def change(db: Database, sql: str, **values: object) -> None:
    """A statement from outside, as somebody with a database tool would send it."""
    async with db.engine.execution_options(rectify_writes=True).begin() as connection:
        await connection.execute(text(sql), values)


async def asked(db: Database, sql: str, **values: object) -> list[Any]:
    """The first column of what the database answers."""
    async with db.engine.connect() as connection:
        return list((await connection.execute(text(sql), values)).scalars())
