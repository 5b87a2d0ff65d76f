"""The ledger 整改台账: all findings, worst first, with totals that add up to the list."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.overview import veiled
from models.questions import Row
from policy.lights import Light
from policy.refusals import BadInput
from policy.stages import Stage
from portal.pages.paper import MOST_ROWS, READ, Reader, Reading
from tasks import clock

router = APIRouter()

LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN, Light.NONE, Light.CLOSED)


@dataclass(frozen=True)
class Wanted:
    """What the reader asks to see; empty is everything."""

    unit: str = ""
    source: str = ""
    stage: str = ""
    light: str = ""


@dataclass(frozen=True)
class Total:
    """How many findings of a kind there are, and the address of their list."""

    name: str
    value: str
    count: int
    link: str


def wanted(unit: str = "", source: str = "", stage: str = "", light: str = "") -> Wanted:
    known("阶段", "stage", stage, Stage)
    known("亮灯", "light", light, Light)
    return Wanted(unit, source, stage, light)


def known(zh: str, en: str, value: str, words: type[StrEnum]) -> None:
    """Raises BadInput for a word that is none of these."""
    if value and value not in set(words):
        raise BadInput(f"没有名为“{value}”的{zh}。", f"There is no {en} “{value}”.")


@router.api_route("/findings", methods=READ)
async def ledger(
    reader: Reading,
    asked: Annotated[Wanted, Depends(wanted)],
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    """The ledger, narrowed by unit (with all below it), source, stage and light."""
    async with reader.db.reading() as session:
        everything = [veiled(row) for row in await questions.listed(session, clock.today())]
        scope = await in_scope(session, everything, asked)
    rows = sorted((row for row in scope if matches(row, asked)), key=urgency)
    return reader.page(
        "ledger.html",
        rows=rows[(page - 1) * MOST_ROWS : page * MOST_ROWS],
        found=len(rows),
        total=len(scope),
        pages=pages(reader, asked, len(rows), page),
        asked=asked,
        lights=by_light(reader, asked, scope),
        stages=by_stage(reader, asked, scope),
        units=choices(everything, "unit", asked.unit),
        sources=choices(everything, "source", asked.source),
        all_lights=LIGHTS,
        all_stages=list(Stage),
    )


async def in_scope(session: AsyncSession, everything: list[Row], asked: Wanted) -> list[Row]:
    """The findings of the unit and source asked for. Raises NotFound for an unknown unit.

    A confidential finding belongs to none: being found under its unit would tell it.
    """
    rows = everything
    if asked.unit:
        rows = await questions.listed(session, clock.today(), unit=asked.unit)
    if asked.unit or asked.source:
        rows = [row for row in rows if not row["confidential"]]
    return [row for row in rows if not asked.source or row["source"] == asked.source]


def matches(row: Row, asked: Wanted) -> bool:
    return asked.stage in ("", row["stage"]) and asked.light in ("", row["light"])


def urgency(row: Row) -> tuple[int, str, str]:
    """Overdue, due within ten days, returned, the rest, closed; then by deadline."""
    order = (
        row["light"] == Light.RED,
        row["light"] == Light.YELLOW,
        row["stage"] == Stage.RETURNED and row["light"] != Light.CLOSED,
        row["light"] != Light.CLOSED,
        True,
    )
    return order.index(True), row["deadline"] or "9999", row["number"]


def by_light(reader: Reader, asked: Wanted, rows: Iterable[Row]) -> list[Total]:
    counts = Counter(row["light"] for row in rows)
    return [
        Total(
            reader.speech.colour(light),
            light.value,
            counts[light],
            reader.link("/findings", unit=asked.unit, source=asked.source, light=light.value),
        )
        for light in LIGHTS
        if counts[light] or light is not Light.NONE
    ]


def by_stage(reader: Reader, asked: Wanted, rows: Iterable[Row]) -> list[Total]:
    counts = Counter(row["stage"] for row in rows)
    return [
        Total(
            reader.speech.stage(stage.value),
            stage.value,
            counts[stage],
            reader.link("/findings", unit=asked.unit, source=asked.source, stage=stage.value),
        )
        for stage in Stage
        if counts[stage]
    ]


def choices(rows: Iterable[Row], name: str, chosen: str) -> list[str]:
    return sorted({row[name] for row in rows if row[name]} | ({chosen} if chosen else set()))


def pages(reader: Reader, asked: Wanted, found: int, page: int) -> list[tuple[int, str, bool]]:
    """Number, address and whether it is this one; empty where one page holds all."""
    last = -(-found // MOST_ROWS)
    query = {"unit": asked.unit, "source": asked.source, "stage": asked.stage, "light": asked.light}
    numbers = range(1, last + 1) if last > 1 else range(0)
    return [(n, reader.link("/findings", **query, page=str(n)), n == page) for n in numbers]
