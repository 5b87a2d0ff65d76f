"""People at work: a process that does acts as people do, one line of JSON in and one out for each."""

import asyncio
import json
import sys
from typing import Any

import httpx

from models.settings import settings
from policy.refusals import Refusal
from portal.cli.running import ready
from tests.crash.doors import Entrance, entrances


async def answer(entrance: Entrance, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        receipt = await entrance.do(asked)
    except Refusal as refusal:
        return {"refused": type(refusal).__name__, "why": refusal.en}
    except httpx.TransportError as error:
        return {"gone": repr(error)}
    return {"number": receipt.number, "seq": receipt.seq, "hash": receipt.hash}


async def main() -> None:
    db = await ready()
    doors = entrances(db, f"http://127.0.0.1:{settings().portal_port}")
    print(json.dumps({"ready": True}), flush=True)
    for line in iter(sys.stdin.readline, ""):
        asked = json.loads(line)
        print(json.dumps(await answer(doors[asked.get("door", "")], asked)), flush=True)
    await db.close()


if __name__ == "__main__":
    asyncio.run(main())
