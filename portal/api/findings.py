"""Findings over the API: lists, one with all that belongs to it, a new one, and acts."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from starlette.responses import Response

from models import ledger, opening, paging, questions, repeating
from models.access.sight import find_seen
from models.findings import Finding
from models.ledger import Receipt, receipt_of
from models.orders import ActWords, OpenWords, Order, words_of
from models.overview import veiled
from models.questions import Row
from models.rules.trade import trade
from policy.refusals import Overtaken
from policy.sight import WATCHERS
from policy.stages import acts_possible
from portal.api.asked import ActRequest, Filters, Key, OpenRequest
from portal.api.gate import Acts, BadBody, Caller, Gated, Opens, OvertakenBy, Reads
from portal.api.paging import cursor_of, text_place
from portal.api.problems import Since
from portal.api.shapes import FindingOut, FindingPage, ReceiptOut
from tasks import clock

router = APIRouter(route_class=Gated)


@router.get("/findings")
async def list_findings(caller: Reads, asked: Annotated[Filters, Query()]) -> FindingPage:
    """Findings in sight by number, narrowed as the portal's list is."""
    span = paging.Span(text_place(asked.cursor), asked.limit)
    async with caller.db.reading() as session:
        rows, more = await paging.findings(session, caller.sight, clock.today(), asked.wanted(), span)
    return FindingPage.model_validate(
        {"items": rows, "next": cursor_of(rows[-1]["number"]) if more else None}
    )


@router.post(
    "/findings", status_code=201, responses={200: {"model": ReceiptOut, "description": "Sent before."}}
)
async def open_finding(caller: Opens, asked: OpenRequest, key: Key) -> Response:
    """Open a finding; it is assigned at once where unit and post are named."""
    said = asked.model_dump(exclude_unset=True)
    words = words_of(OpenWords, said)
    async with caller.db.reading() as session:
        earlier = await receipt_of(session, caller.account, key)
    now, held = clock.now(), await trade(caller.db)
    receipt = earlier or await opening.open_finding(caller.db, caller.account, words, now, held, key)
    async with caller.db.reading() as session:
        if not await repeating.is_same_opening(session, receipt, words):
            raise used_for_another()
    where = f"/api/v1/findings/{quote(receipt.number)}"
    return JSONResponse(receipt_out(receipt), 200 if earlier else 201, {"Location": where})


@router.post("/findings/{number:path}/acts")
async def act(caller: Acts, number: str, asked: ActRequest, key: Key) -> ReceiptOut:
    """Do one act on a finding as it was at `version`."""
    words = words_of(ActWords, asked.words())
    order = Order(number, asked.act, caller.account, words, nonce=key, version=asked.version)
    return await recorded(caller, order)


async def recorded(caller: Caller, order: Order) -> ReceiptOut:
    """The receipt; of an act that was sent before under this key, the first one's.

    Raises NotFound for what is out of sight, and whatever the ledger refuses.
    """
    async with caller.db.reading() as session:
        await find_seen(session, caller.sight, order.number)
    try:
        receipt = await ledger.record(caller.db, order, clock.now(), await trade(caller.db))
    except Overtaken as refusal:
        raise await with_meanwhile(caller, order, refusal) from refusal
    async with caller.db.reading() as session:
        if not await repeating.is_same_act(session, receipt, order):
            raise used_for_another()
    return ReceiptOut.model_validate(receipt_out(receipt))


def used_for_another() -> BadBody:
    return BadBody(
        "Idempotency-Key",
        "此 Idempotency-Key 已用于另一次办理，本次没有办理。请换一个。",
        "This Idempotency-Key was used for another act; nothing was done now. Make up a new one.",
        "key-used",
    )


def receipt_out(receipt: Receipt) -> dict[str, Any]:
    return {
        "number": receipt.number,
        "seq": receipt.seq,
        "act": receipt.act.value,
        "stage": receipt.stage.value,
        "hash": receipt.hash,
    }


async def with_meanwhile(caller: Caller, order: Order, refusal: Overtaken) -> OvertakenBy:
    """What was done since the caller looked, for whoever may open the finding."""
    async with caller.db.reading() as session:
        finding = await find_seen(session, caller.sight, order.number)
        events = await ledger.since(session, finding.number, order.version or 0)
    told = events if caller.sight.opens(finding) else []
    meanwhile = [Since(seq=x.seq, at=x.at, act=x.act, by=x.by, to=x.to_stage) for x in told]
    return OvertakenBy(refusal, finding.version, finding.stage, meanwhile)


@router.get("/findings/{number:path}")
async def show_finding(caller: Reads, number: str) -> FindingOut:
    """One finding with all that belongs to it."""
    async with caller.db.reading() as session:
        finding = await find_seen(session, caller.sight, number)
        row = await questions.shown(session, finding, clock.today())
    acts = acts_possible(finding.stage)
    return FindingOut.model_validate(as_told(caller, finding, row) | {"acts": acts})


def as_told(caller: Caller, finding: Finding, row: Row) -> Row:
    """Veiled where it is not opened; mails, which name mailboxes, only for those who watch over the whole."""
    told = row if caller.sight.opens(finding) else veiled(row)
    return told if not caller.sight.roles.isdisjoint(WATCHERS) else told | {"mails": []}
