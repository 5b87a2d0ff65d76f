"""The tree of units: shown, added to, renamed, moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.trail import Noted
from models.database import Database
from models.findings import Finding
from models.opening import INTAKE
from models.staff import book
from models.staff.book import HOLDS
from models.staff.people import Appointment, Post, Unit
from models.staff.rights import Doer, check_keeper, kept_apart
from policy.refusals import BadInput, NotFound
from policy.stages import LIVE

Branch = frozenset[int] | None
"""The units somebody keeps; `None` is all."""


@dataclass(frozen=True)
class UnitWords:
    """What is said of a unit; without a parent it stands at the top and its roles reach everything."""

    name: str
    kind: str
    parent_id: int | None


@dataclass(frozen=True)
class Twig:
    """A unit in the tree, so many levels down, with how many posts it has and how many nobody holds."""

    unit: Unit
    depth: int
    posts: int
    vacant: int


async def tree(session: AsyncSession, branch: Branch, today: date) -> list[Twig]:
    """From the top down, those beside each other by name; only the units of the branch."""
    units = list(await session.exec(select(Unit).order_by(col(Unit.name))))
    held = exists().where(col(Appointment.post_id) == col(Post.id), HOLDS)
    posts = await _counted(session, today)
    vacant = await _counted(session, today, ~held)
    seen = {unit.id for unit in units if branch is None or unit.id in branch}
    children: dict[int | None, list[Unit]] = {}
    for unit in units:
        if unit.id in seen:
            children.setdefault(unit.parent_id if unit.parent_id in seen else None, []).append(unit)
    return [
        Twig(unit, depth, posts.get(unit.id or 0, 0), vacant.get(unit.id or 0, 0))
        for unit, depth in _down(children, None, 0)
    ]


def _down(
    children: Mapping[int | None, Sequence[Unit]], above: int | None, depth: int
) -> Iterator[tuple[Unit, int]]:
    for unit in children.get(above, ()):
        yield unit, depth
        yield from _down(children, unit.id, depth + 1)


async def _counted(session: AsyncSession, today: date, *only: object) -> dict[int, int]:
    asked = select(Post.unit_id, func.count()).group_by(col(Post.unit_id))
    for condition in only:
        asked = asked.where(condition)  # type: ignore[arg-type]  # an EXISTS is a condition
    return dict((await session.exec(asked, params={"today": today})).all())


async def find(session: AsyncSession, unit_id: int, branch: Branch) -> Unit:
    """Raises NotFound also for a unit that is not of the branch."""
    unit = await session.get(Unit, unit_id)
    if unit is None or (branch is not None and unit_id not in branch):
        raise NotFound("没有这个单位。", "There is no such unit.")
    return unit


async def parent(session: AsyncSession, unit: Unit) -> Unit | None:
    return await session.get(Unit, unit.parent_id) if unit.parent_id else None


async def add(db: Database, words: UnitWords, by: Doer) -> int:
    """Returns its number. Raises BadInput, NotFound or NotAllowed."""
    async with db.writing("unit") as session:
        await db.alone(session, INTAKE)
        await check_keeper(session, by.account, words.parent_id, by.today)
        unit = Unit(name=await _free_name(session, words.name, None), kind=_kind(words.kind))
        await _hang(session, unit, words.parent_id)
        by.note(session, Noted.UNIT_ADDED, unit.name)
        await session.flush()
    return unit.id or 0


async def change(db: Database, unit_id: int, words: UnitWords, by: Doer) -> None:
    """Rename, move, or call it another kind. Raises BadInput, NotFound or NotAllowed."""
    async with db.writing("unit") as session:
        await db.alone(session, INTAKE)
        await check_keeper(session, by.account, unit_id, by.today)
        unit = await find(session, unit_id, None)
        before = await _said(session, unit)
        if words.parent_id != unit.parent_id:
            await check_keeper(session, by.account, words.parent_id, by.today)
        if words.kind.strip() != unit.kind:  # its roles may come to reach further
            wanted = Unit(id=unit.id, name=unit.name, kind=words.kind.strip(), parent_id=words.parent_id)
            await check_keeper(session, by.account, book.top(wanted), by.today)
        async with kept_apart(session, by.account, by.today):
            if words.name.strip() != unit.name:
                await _not_named_elsewhere(session, unit.name)
            unit.name = await _free_name(session, words.name, unit.id)
            unit.kind = _kind(words.kind)
            await _hang(session, unit, words.parent_id)
        after = await _said(session, unit)
        if after != before:
            by.note(session, Noted.UNIT_CHANGED, f"{before} → {after}")


async def _said(session: AsyncSession, unit: Unit) -> str:
    above = await parent(session, unit)
    return f"{unit.name}（{unit.kind}，{above.name if above else '—'}）"


def checked_name(name: str, zh: str, en: str) -> str:
    """Raises BadInput for one that is empty, too long, or not on one line."""
    name = name.strip()
    if not name or len(name) > 200 or not name.isprintable():
        raise BadInput(
            f"{zh}不能为空，最多200个字，写在一行内。",
            f"{en} is needed, of at most 200 characters on one line.",
        )
    return name


async def _free_name(session: AsyncSession, name: str, own: int | None) -> str:
    name = checked_name(name, "单位名称", "The unit's name")
    found = (await session.exec(select(Unit).where(Unit.name == name))).first()
    if found is not None and found.id != own:
        raise BadInput(f"已有名为“{name}”的单位。", f"There is a unit “{name}” already.")
    return name


def _kind(kind: str) -> str:
    if not kind.strip() or len(kind.strip()) > 40 or not kind.isprintable():
        raise BadInput("请选择单位类型。", "Choose what kind of unit it is.")
    return kind.strip()


async def _hang(session: AsyncSession, unit: Unit, parent_id: int | None) -> None:
    if parent_id is not None:
        await find(session, parent_id, None)
        if unit.id is not None and unit.id in await book.ancestry(session, parent_id):
            raise BadInput("不能以自己或下级为上级单位。", "A unit is not under itself.")
    unit.parent_id = parent_id
    session.add(unit)


async def _not_named_elsewhere(session: AsyncSession, name: str) -> None:
    """Findings name those who assist by their name: they would lose sight of what they assist in."""
    rows = await session.exec(
        select(Finding.number, Finding.assisting)
        .where(col(Finding.stage).in_(list(LIVE)), col(Finding.assisting).contains(name, autoescape=True))
        .order_by(col(Finding.number))
    )
    numbers = [number for number, assisting in rows if name in assisting.split("\n")]
    if numbers:
        said = "、".join(numbers[:5])
        raise BadInput(
            f"“{name}”是{len(numbers)}项未办结问题的协助单位（{said}等），办结后才能改名。",
            f"“{name}” assists in {len(numbers)} open findings ({said}): rename it once they are done.",
        )
