"""No page asks more of the database where more is on it: each page there is, also those yet to come."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import SQLModel

from models.access.keys import AccessEvent, SavedFilter, Token
from models.database import database
from models.hooks.subscriptions import Delivery, DeliveryState, Webhook
from models.ledger import record
from models.mailing.calls import PhoneCall
from models.orders import ActWords, Order, words_of
from models.rules.rulebook import LocalDay
from models.rules.trade import trade
from models.settings import Settings
from models.staff.people import Substitution
from models.tables import metadata
from policy.stages import Act
from policy.years import DayKind
from tasks import clock
from tests.benchmarks.many import Copies, copy
from tests.models.township import change
from tests.portal.conftest import Visit
from tests.portal.counting import statements
from tests.portal.lives import act
from tests.portal.security.walking import walked
from tests.portal.test_ledger import RED
from tests.portal.test_supervision import in_doubt, look_round
from tests.portal.visiting import Visitor

ONE = "D0005001"
"""A finding with much of everything."""
READERS = ("zhenggaiban", "jiwei", "shuji", "bingcun", "ganshi")
"""Whoever of them finds the page, the first one first."""
ELSEWHERE = {
    "/": "leads on",
    "/static/{name}": "a file",
    "/mailbox": "files of the demo",
    "/health": "a probe",
    "/ready": "a probe",
    "/metrics": "a probe",
    "/sign-in": "before anybody is known",
    "/oidc/": "before anybody is known",
    "/l/": "one finding, by a link of its own",
    "/flow-ui": "asks Prefect",
    "/api/v1/": "its lists are in test_api",
    "/admin/jobs/": "one job, kept as a file",
    "/import/": "one job, kept as a file",
    "/closure/": "one job, kept as a file",
    "/letters/to-come/{": "one letter of a day",
    "/findings/{number:path}/evidence/": "a file",
}
"""Pages by what their address begins with that are not counted here, and why."""
PLACES = {
    "/admin/account": "/admin/account?name=jiwei",
    "/admin/rules/move": "/admin/rules/move",
    "/admin/mail/template": "/admin/mail/template?name=mail.txt",
    "/letters/to-come": "/letters/to-come?days=365",
    "/findings/{number:path}": f"/findings/{ONE}",
    "/findings/{number:path}/acts/{act}": f"/findings/{ONE}/acts/report_progress",
}


def is_elsewhere(path: str) -> bool:
    return "/export." in path or any(path == one if one == "/" else path.startswith(one) for one in ELSEWHERE)


@dataclass(frozen=True)
class Some:
    """So many rows of a kind, numbered so that no two are the same."""

    first: int
    last: int


FEW, MANY = Some(5001, 5003), Some(5004, 5040)


async def more(town: Settings, some: Some, table: str, where: str, **instead: str) -> None:
    """Rows like those there are, but for what is said in terms of `s.i`, their number."""
    columns = [x.name for x in metadata.tables[table].columns if x.name != "id" or "id" in instead]
    values = ", ".join(instead.get(name, f'o."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    series = "WITH RECURSIVE s(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM s WHERE i < :last)"
    rows = f"SELECT {values} FROM {table} o CROSS JOIN s WHERE {where}"
    told = {"first": some.first, "last": some.last}
    await change(database(town), f"INSERT INTO {table} ({names}) {series} {rows}", **told)


WAITING = "XC2026-002"
NEW = "CAST(s.i AS text)"


async def staff(town: Settings, some: Some) -> None:
    """Villages, each with a post held and one that is vacant, stand-ins and what people keep."""
    await more(town, some, "unit", "o.name = '丙村党支部'", id="s.i", name=NEW)
    await more(town, some, "person", "o.id = 1", id="s.i", name=NEW)
    await more(town, some, "account", "o.name = 'bingcun'", name=NEW, person_id="s.i", mailbox=NEW)
    for plus in (0, 1000):
        post = f"s.i + {plus}"
        await more(town, some, "post", "o.id = 1", id=post, unit_id="s.i", name=f"CAST({post} AS text)")
        await more(town, some, "post_role", "o.role = 'administrator'", post_id=post, role="'owner'")
    held = {"post_id": "s.i", "person_id": "s.i"}
    await more(town, some, "appointment", "o.id = 1", **held, from_day="'2026-01-01'", to_day="NULL")
    ended = {"post_id": "s.i + 1000", "person_id": "s.i"}
    await more(town, some, "appointment", "o.id = 1", **ended, from_day="'2026-01-01'", to_day="'2026-06-01'")
    await more(town, some, "appointment", "o.id = 1", post_id="1", person_id="s.i", to_day="'2026-06-01'")
    await more(town, some, "substitution", "o.id = 1", post_id="s.i")
    await more(town, some, "local_day", "o.unit_id = 1", unit_id="s.i")


async def findings(town: Settings, some: Some) -> None:
    """Late work with everything that may hang on it, late verifications, closures that wait."""
    db = database(town)
    own = {"lead_unit_id": "c.i", "stage_since": "'2026-06-01'", "inspection_round_id": "c.i"}
    await more(town, some, "inspection_round", "o.id = 1", id="s.i", name=NEW)
    for prefix, model, different in (
        ("A", RED, {"owner_post_id": "c.i + 1000"}),
        ("B", WAITING, {"owner_post_id": "c.i", "verifier_post_id": "c.i"}),
        ("C", WAITING, {"stage": "'pending_closure'"}),
        (ONE[0], RED, {"lead_unit_id": 'o."lead_unit_id"'}),
    ):
        await copy(db, Copies(model, prefix, some.last, some.first, own | different))
    for prefix in ("A", ONE[0]):
        number = f"'{prefix}' || printf('%07d', s.i)"
        await more(town, some, "extension", f"o.finding = '{RED}'", finding=number)
    await more(town, some, "mail", "o.id = 1", id="s.i", message_id=NEW)
    letters = "SELECT id FROM letter WHERE finding LIKE 'A%' AND state = 'in_doubt'"
    mail = "(SELECT CAST(substr(l.finding, 2) AS int) FROM letter l WHERE l.id = letter_id)"
    await change(db, f"UPDATE addressee SET mail_id = {mail} WHERE letter_id IN ({letters})")


async def on_one(town: Settings, some: Some) -> None:
    of = f"o.finding = '{ONE}'"
    await more(town, some, "measure", f"{of} AND o.seq = 1", seq="s.i")
    for table, instead in (("evidence", {"name": NEW}), ("progress_entry", {})):
        last = f"(SELECT max(id) FROM {table} WHERE finding = '{ONE}')"
        await more(town, some, table, f"o.id = {last}", **instead)
    await more(town, some, "event", f"{of} AND o.seq = 1", seq="s.i", nonce=NEW)
    await more(town, some, "letter", f"{of} AND o.state = 'in_doubt'", occasion="s.i", state="'sent'")
    await more(town, some, "extension", f"{of} AND o.outcome = 'pending'", event="s.i", outcome="'refused'")
    await more(town, some, "phone_call", "o.id = 1", nonce=NEW)


async def kept(town: Settings, some: Some) -> None:
    """What people and programs have of their own."""
    await more(town, some, "sign_in", "TRUE", key_hash="hex(randomblob(32))")
    await more(town, some, "access_event", "o.id = 1")
    await more(town, some, "token", "o.id = 1", hash=NEW)
    await more(town, some, "saved_filter", "o.id = 1", name=NEW)
    await more(town, some, "webhook", "o.id = 1", id="s.i", url=NEW)
    await more(town, some, "webhook_delivery", "o.webhook_id = 1", webhook_id="s.i")


async def one_of_each(town: Settings) -> None:
    """Something of every kind, to be multiplied."""
    db = database(town)
    said = words_of(ActWords, {"reason": "承租方在外地，下月返乡签约", "deadline": "2026-12-25"})
    await record(db, Order(RED, Act.REQUEST_EXTENSION, "bingcun", said), clock.now(), await trade(db))
    await act(town, RED, Act.REPORT_PROGRESS, "bingcun", percent=70, text="已约承租方面谈")
    await look_round(town)
    await in_doubt(town, RED)
    async with db.writing() as session:
        for one in belongings(clock.now(), clock.today()):
            session.add(one)
            await session.flush()


def belongings(now: datetime, day: date) -> list[SQLModel]:
    """What people, programs and the office keep, one of each."""
    whose: dict[str, Any] = {"account": READERS[0], "name": "x", "made_at": now}
    token: dict[str, Any] = {"made_by": "jiwei", "expires_at": now}
    sent: dict[str, Any] = {
        "state": DeliveryState.FAILED,
        "queued_at": now,
        "next_at": now,
        "message_id": "x",
        "body": "{}",
    }
    return [
        Token(id=1, hash="x", scopes="", **whose, **token),
        SavedFilter(id=1, query="light=red", **whose),
        Webhook(id=1, url="http://x", secret="x", made_by="jiwei", made_at=now),
        Delivery(webhook_id=1, finding=RED, seq=1, **sent),
        PhoneCall(id=1, finding=RED, whom="x", letters="1", reached=True, at=now, by="jiwei"),
        LocalDay(unit_id=1, day=day, kind=DayKind.OFF, label="x", by="jiwei", at=now),
        Substitution(id=1, post_id=1, person_id=2, by="jiwei"),
        AccessEvent(id=1, at=now, kind="sign_in"),
    ]


async def test_a_page_asks_no_more_where_more_is_on_it(town: Settings, visit: Visit) -> None:
    visitors = [await visit(one) for one in READERS]
    await one_of_each(town)
    asked: dict[str, list[int]] = {}
    places = {
        route.path: PLACES.get(route.path, route.address)
        for route in walked(town)
        if "GET" in route.methods and not is_elsewhere(route.path)
    }
    for some in (FEW, MANY):
        for grow in (staff, findings, on_one, kept):
            await grow(town, some)
        for path, place in places.items():
            asked.setdefault(path, []).append(await how_many(visitors, place))
    for path, place in places.items():
        if asked[path][0] < asked[path][1]:  # or what is remembered was forgotten just then
            asked[path][1] = await how_many(visitors, place)
    assert {path: sizes for path, sizes in asked.items() if sizes[0] < sizes[1]} == {}
    assert len(asked) > 35
    queues = await visitors[0].get("/supervision")
    there = re.findall(r'<a href="#(\w+)">[^<]*<b>(\d+)', queues.text)
    assert [name for name, size in there if int(size) < MANY.last - MANY.first] == []
    assert len(there) == 6


async def how_many(visitors: Sequence[Visitor], place: str) -> int:
    """Statements for a page that was read before, by the first whom it is for."""
    for visitor in visitors:
        if (await visitor.get(place)).status_code == 200:
            return len(await statements(visitor, place))
    raise AssertionError(f"{place} is for nobody")
