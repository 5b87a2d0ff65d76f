"""A toy of the real flow: a run that parks until the row, here a file, has moved on."""

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE

from tasks.logs import quoting_nobody
from tasks.parking import entitle, park, write_card


@dataclass
class Row:
    """What the toy follows: at `last` it is done; `gate` holds it while it runs; `fault` breaks it."""

    stage: int = 0
    last: int = 3
    gate: bool = False
    fault: str = ""


def folder() -> Path:
    return Path(os.environ["RECTIFY_HOME"]) / "rows"


def read(number: str) -> Row:
    return Row(**json.loads((folder() / f"{number}.json").read_text()))


def write(home: Path, number: str, row: Row) -> None:
    (home / "rows").mkdir(exist_ok=True)
    draft = home / "rows" / f"{number}.draft"
    draft.write_text(json.dumps(asdict(row)))
    draft.rename(home / "rows" / f"{number}.json")


def passes(home: Path, number: str) -> list[int]:
    """The stages seen, pass by pass."""
    file = home / "rows" / f"{number}.passes"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


@task(task_run_name="look at {number}", cache_policy=NO_CACHE, persist_result=False)
async def look(number: str) -> Row:
    row = read(number)
    with (folder() / f"{number}.passes").open("a") as file:
        file.write(f"{row.stage}\n")
    return row


QUOTED = "CANARY 张三"


@task(cache_policy=NO_CACHE, persist_result=False)
async def quote() -> None:
    """Break as a library may, quoting somebody."""
    get_run_logger().error("%r says", ValueError(QUOTED))
    with quoting_nobody():
        raise ValueError(QUOTED)


@flow(name="parking", persist_result=False)
async def parking(number: str, generation: int) -> None:
    """Look at the row; done, or park until it moves."""
    row = await look(number)
    if row.fault == "raise":
        raise ValueError(QUOTED)
    if row.fault == "quote":
        await quote()
    if row.fault == "exit":
        raise SystemExit(3)
    while row.gate and read(number).gate:
        await asyncio.sleep(0.02)
    if row.stage >= row.last:
        return

    async def moved() -> bool:
        return read(number).stage != row.stage

    await entitle(f"{number} 第{row.stage}步", ["toy", f"stage-{row.stage}"])
    await write_card(f"card-{number}", f"# {number}\n\n第{row.stage}步")
    await park(f"待验收 {row.stage} · awaiting verification", number, moved=moved)
