"""People at work: a process that does acts as the portal would, one line of JSON in and one out for each."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from models import ledger
from models.database import Database
from models.keeping.files import keep
from models.ledger import Receipt
from models.opening import open_finding
from models.orders import ActWords, OpenWords, Order, words_of
from models.rules.trade import trade
from models.settings import settings
from policy.refusals import Refusal
from policy.stages import Act
from portal.cli.running import ready
from tasks import clock


async def do(db: Database, asked: dict[str, Any]) -> Receipt:
    """One act, as a form sent in with its nonce."""
    by, nonce, words = asked["by"], asked["nonce"], asked.get("words", {})
    if asked["act"] == "open":
        return await open_finding(db, by, words_of(OpenWords, words), clock.now(), await trade(db), nonce)
    files = (keep(Path(asked["file"]), settings().home),) if "file" in asked else ()
    order = Order(asked["number"], Act(asked["act"]), by, words_of(ActWords, words), files, nonce)
    return await ledger.record(db, order, clock.now(), await trade(db))


async def answer(db: Database, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        receipt = await do(db, asked)
    except Refusal as refusal:
        return {"refused": type(refusal).__name__, "why": refusal.en}
    return {"number": receipt.number, "seq": receipt.seq, "hash": receipt.hash}


async def main() -> None:
    db = await ready()
    print(json.dumps({"ready": True}), flush=True)
    for line in iter(sys.stdin.readline, ""):
        print(json.dumps(await answer(db, json.loads(line))), flush=True)
    await db.close()


if __name__ == "__main__":
    asyncio.run(main())
