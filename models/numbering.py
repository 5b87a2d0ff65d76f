"""The numbers of findings: a series for each source and year, such as ZC2026-001."""

import re
from collections.abc import Iterable
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import batches
from models.findings import Finding, NumberSeries

PREFIXES = {
    "自查": "ZC",
    "巡视": "XS",
    "巡察": "XC",
    "提级巡察": "TJ",
    "审计": "SJ",
    "督查": "DC",
    "信访": "XF",
    "述职评议": "SZ",
    "专项行动": "ZX",
    "上级转办": "ZB",
}
OF_A_SERIES = re.compile(r"([A-Z]{2}\d{4}-)(\d{1,9})", re.ASCII)


def prefix_of(source: str, day: date) -> str:
    return f"{PREFIXES.get(source, 'WT')}{day.year}-"


async def next_number(session: AsyncSession, source: str, day: date) -> str:
    """The township's scheme: source, year and three digits, e.g. ZC2026-001."""
    numbering = Numbering(session)
    prefix = prefix_of(source, day)
    await numbering.load([prefix])
    number = numbering.give(prefix)
    while await session.get(Finding, number):
        number = numbering.give(prefix)
    await session.flush()
    return number


async def note(session: AsyncSession, number: str) -> None:
    """A number given by hand: its series goes on behind it."""
    numbering = Numbering(session)
    await numbering.load(series_of([number]))
    numbering.note(number)


def series_of(numbers: Iterable[str]) -> list[str]:
    """The prefixes of those numbers that belong to a series."""
    found = (OF_A_SERIES.fullmatch(number) for number in numbers)
    return list(dict.fromkeys(match[1] for match in found if match))


class Numbering:
    """Some series at work; each keeps the highest number given out in it, by us or by hand."""

    def __init__(self, session: AsyncSession, taken: Iterable[str] = ()) -> None:
        self.session = session
        self.taken = frozenset(taken)
        """Numbers that are about to be stored and can't be given to anything else."""
        self.series: dict[str, NumberSeries] = {}

    async def load(self, prefixes: Iterable[str]) -> None:
        wanted = list(dict.fromkeys(prefixes))
        for some in batches(wanted):
            found = await self.session.exec(select(NumberSeries).where(col(NumberSeries.prefix).in_(some)))
            self.series |= {series.prefix: series for series in found}
        for prefix in wanted:
            if prefix not in self.series:
                self.series[prefix] = NumberSeries(prefix=prefix, last=0)
                self.session.add(self.series[prefix])

    def give(self, prefix: str) -> str:
        series = self.series[prefix]
        series.last += 1
        while (number := f"{prefix}{series.last:03}") in self.taken:
            series.last += 1
        return number

    def note(self, number: str) -> None:
        if match := OF_A_SERIES.fullmatch(number):
            series = self.series[match[1]]
            series.last = max(series.last, int(match[2]))
