"""The overview 概况: how everything in sight stands today; each number opens the list of just those."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models.listing.wanted import NONE, Age, Wanted
from models.rules.trade import trade
from models.watching import memory
from models.watching.places import Place
from models.watching.sums import AGES, OVERDUE, WEEK, Band, Fates, Figures, Week
from models.watching.survey import Survey, Topic
from policy.lights import Light
from policy.sight import WATCHERS
from policy.stages import ENDED, LIVE, Stage
from portal.pages import charts
from portal.pages.paper import READ, Reader, Reading
from tasks import clock

router = APIRouter()

OPEN = (Light.RED, Light.YELLOW, Light.GREEN, Light.SUBMITTED, Light.NONE)
GONE = tuple(stage for stage in Stage if stage in ENDED - {Stage.CLOSED})
REAL = tuple(stage for stage in Stage if stage in LIVE | {Stage.CLOSED})
"""All but what was withdrawn or merged."""
CONDITIONS: dict[str, dict[str, object]] = {
    "all": {},
    "open": {"light": OPEN},
    "red": {"light": (Light.RED,)},
    "yellow": {"light": (Light.YELLOW,)},
    "green": {"light": (Light.GREEN,)},
    "submitted": {"light": (Light.SUBMITTED,)},
    "none": {"light": (Light.NONE,)},
    "closed": {"stage": (Stage.CLOSED,)},
    "in_time": {"in_time": True},
    "late": {"stage": (Stage.CLOSED,), "late": True},
    "gone": {"stage": GONE},
}
"""What a figure counts, in the words of a list."""
COLUMNS = ("all", "open", "red", "yellow", "green", "submitted", "none", "closed", "late", "gone")
RARE = frozenset({"submitted", "none", "gone"})
"""Columns that are left out where they would be empty."""
FATES = ("all", "open", "closed", "gone")
MOST_ITEMS = 60
"""Lines of 条; of more only the 项 are listed."""
MOST_PLACES = 30
"""Units on the overview; all of them have a page of their own."""


@dataclass(frozen=True)
class Number:
    """So many, and the address of their list."""

    size: int
    link: str


@dataclass(frozen=True)
class Line:
    """One line of a table; `below` is one that is part of the line above it."""

    name: str
    numbers: dict[str, Number | None]
    below: bool = False


@router.api_route("/overview", methods=READ)
async def overview(reader: Reading) -> HTMLResponse:
    return reader.page("overview.html", told=(await drawn(reader)).facts())


@router.api_route("/overview/units", methods=READ)
async def units(reader: Reading) -> HTMLResponse:
    """Every unit, the worst first."""
    told = await drawn(reader)
    return reader.page(
        "overview_units.html", lines=told.places(), columns=told.columns(COLUMNS), numbers=told.totals()
    )


async def drawn(reader: Reader) -> "Drawn":
    reader.must_have(*WATCHERS)
    today = clock.today()
    told = await memory.survey(reader.db, reader.sight, await trade(reader.db), today, clock.real())
    return Drawn(reader, told, today)


@dataclass(frozen=True)
class Drawn:
    """A survey as its reader sees it."""

    reader: Reader
    told: Survey
    today: date

    def facts(self) -> dict[str, object]:
        told = self.told
        heat = dict(list(told.heat.items())[:MOST_PLACES])
        named = {self.called(place): values for place, values in heat.items()}
        return {
            "numbers": self.totals(),
            "veiled_closed": self.number(told.veiled.closed, Wanted(veiled=True, stage=(Stage.CLOSED,))),
            "late_verifications": told.late_verifications,
            "ages": self.ages(),
            "delays": self.delays(),
            "places": self.places(MOST_PLACES),
            "is_cut": max(len(told.by_place), len(told.heat)) > MOST_PLACES,
            "sources": self.sources(),
            "items": self.items(),
            "stages": [
                Line(self.reader.speech.stage(stage), {"all": self.number(size, Wanted(stage=(stage,)))})
                for stage, size in told.by_stage.items()
            ],
            "columns": self.columns(COLUMNS),
            "fates": self.columns(FATES),
            "curve": charts.curve(told.course),
            "course": [self.week(week) for week in told.course],
            "heat": charts.heat(told.weeks, named) if named else None,
            "weeks": told.weeks,
            "struck": [self.struck(place, values) for place, values in heat.items()],
        }

    def number(self, size: int, wanted: Wanted) -> Number:
        return Number(size, self.reader.address("/findings", wanted.query()))

    def numbers(
        self, figures: Figures | Fates, wanted: Wanted, columns: Iterable[str] = COLUMNS
    ) -> dict[str, Number | None]:
        return {name: self.figure(figures, name, wanted) for name in columns}

    def figure(self, figures: Figures | Fates, name: str, wanted: Wanted) -> Number:
        return self.number(getattr(figures, name), replace(wanted, **CONDITIONS[name]))  # type: ignore[arg-type]  # as the names say

    def totals(self) -> dict[str, Number]:
        """Whether in time or late is said of no finding that is veiled."""
        of = {name: self.told.shown if name in {"in_time", "late"} else self.told.all for name in CONDITIONS}
        return {name: self.figure(figures, name, Wanted()) for name, figures in of.items()}

    def columns(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name not in RARE or getattr(self.told.all, name)]

    def veil(self, columns: tuple[str, ...]) -> list[Line]:
        """The line of what is veiled, where there is any."""
        veiled = self.told.veiled
        if not veiled.all:
            return []
        fates = veiled if columns == COLUMNS else Fates(veiled.open, veiled.closed, veiled.gone)
        numbers = {
            name: None if name == "late" else self.figure(fates, name, Wanted(veiled=True))
            for name in columns
        }
        return [Line(self.reader.speech.say("涉密，不列明", "confidential, not named"), numbers)]

    def called(self, place: Place) -> Place:
        """As it is printed."""
        name = place.name or self.reader.speech.say("未定单位", "no unit yet")
        return replace(
            place, name=name + self.reader.speech.say("（本级）", " (itself)") if place.alone else name
        )

    def places(self, most: int | None = None) -> list[Line]:
        """The worst first; of more than so many the others are one line."""
        rows = list(self.told.by_place.items())
        lines = [Line(self.called(place).name, self.numbers(x, at(place))) for place, x in rows[:most]]
        if most is not None and len(rows) > most:
            lines.append(self.others([figures for _, figures in rows[most:]]))
        return [*lines, *self.veil(COLUMNS)]

    def others(self, left: list[Figures]) -> Line:
        """The units that are not on this page; their numbers lead to the page that has them all."""
        name = self.reader.speech.say(f"其余{len(left)}个单位", f"{len(left)} other units")
        link = self.reader.link("/overview/units")
        sizes = {column: sum(getattr(one, column) for one in left) for column in COLUMNS}
        return Line(name, {column: Number(size, link) for column, size in sizes.items()})

    def sources(self) -> list[Line]:
        rows = sorted(self.told.by_source.items(), key=lambda row: (-row[1].all, row[0]))
        return [
            *(Line(source, self.numbers(x, Wanted(source=source))) for source, x in rows),
            *self.veil(COLUMNS),
        ]

    def items(self) -> list[Line]:
        """Each 项 with its 条 below it, in the ledger's own order."""
        groups: dict[str, list[tuple[Topic, Fates]]] = {}
        for topic, fates in sorted(self.told.by_topic.items(), key=lambda row: order(row[0])):
            groups.setdefault(topic[1], []).append((topic, fates))
        is_short = len(self.told.by_topic) <= MOST_ITEMS
        lines: list[Line] = []
        for category, rows in groups.items():
            number = rows[0][0][0]
            lines.append(
                self.item(number, category, merged(x for _, x in rows), Wanted(category=category or NONE))
            )
            if category and is_short:
                lines += self.below(category, rows)
        return [*lines, *self.veil(FATES)]

    def below(self, category: str, rows: Iterable[tuple[Topic, Fates]]) -> list[Line]:
        named: dict[str, tuple[str, list[Fates]]] = {}
        for (_, _, number, item), fates in rows:
            named.setdefault(item, (number, []))[1].append(fates)
        return [
            replace(
                self.item(number, item, merged(x), Wanted(category=category, item=item or NONE)), below=True
            )
            for item, (number, x) in named.items()
        ]

    def item(self, number: str, name: str, fates: Fates, wanted: Wanted) -> Line:
        called = f"{number} {name}".strip() or self.reader.speech.say("未列项条", "under no item")
        return Line(called, self.numbers(fates, wanted, FATES))

    def ages(self) -> list[Line]:
        lines = [
            Line(self.band(band), {"open": self.number(size, Wanted(age=Age(*band)))})
            for band, size in zip(AGES, self.told.by_age, strict=True)
        ]
        veiled = self.told.veiled.open
        if veiled:
            hidden = self.number(veiled, Wanted(veiled=True, light=OPEN))
            lines.append(
                Line(self.reader.speech.say("涉密，不列明", "confidential, not named"), {"open": hidden})
            )
        return lines

    def delays(self) -> list[Line]:
        return [
            Line(self.band(band), {"red": self.number(size, self.overdue(*band))})
            for band, size in zip(OVERDUE, self.told.by_delay, strict=True)
        ]

    def overdue(self, least: int, most: int | None) -> Wanted:
        first = None if most is None else self.today - timedelta(days=most)
        return Wanted(overdue=True, due_from=first, due_to=self.today - timedelta(days=least))

    def band(self, band: Band) -> str:
        least, most = band
        if most is None:
            return self.reader.speech.say(f"{least}日以上", f"{least} days and more")
        return self.reader.speech.say(f"{least}–{most}日", f"{least}–{most} days")

    def week(self, week: Week) -> tuple[str, list[Number | None]]:
        ends = week.ends
        known = Wanted(stage=REAL, discovered_to=max(ends, self.today))
        told = (
            (week.discovered, replace(known, discovered_to=ends)),
            (week.due, replace(known, due_to=ends)),
            (week.closed, Wanted(closed_by=ends, discovered_to=max(ends, self.today))),
        )
        numbers = [None if size is None else self.number(size, wanted) for size, wanted in told]
        return ends.isoformat(), numbers

    def struck(self, place: Place, sizes: list[int]) -> Line:
        weeks = zip(self.told.weeks, sizes, strict=True)
        inside = [
            replace(at(place), closed_from=ends - WEEK + timedelta(days=1), closed_to=ends)
            for ends, _ in weeks
        ]
        numbers = [self.number(size, wanted) for size, wanted in zip(sizes, inside, strict=True)]
        whole = replace(inside[0], closed_to=inside[-1].closed_to)
        told = dict(zip(map(str, self.told.weeks), numbers, strict=True))
        return Line(self.called(place).name, {**told, "all": self.number(sum(sizes), whole)})


def at(place: Place) -> Wanted:
    return Wanted(unit=place.name or NONE, direct=place.alone)


def merged(some: Iterable[Fates]) -> Fates:
    told = list(some)
    return Fates(*(sum(getattr(x, name) for x in told) for name in ("open", "closed", "gone")))


def order(topic: Topic) -> tuple[bool, list[tuple[int, str]], list[tuple[int, str]]]:
    """As a ledger numbers them: 2 before 10; those without a name last."""
    return not topic[1], natural(topic[0] or topic[1]), natural(topic[2] or topic[3])


def natural(number: str) -> list[tuple[int, str]]:
    digits = "".join(sign if sign.isdecimal() and sign.isascii() else " " for sign in number).split()
    return [*((int(part), "") for part in digits), (0, number)]
