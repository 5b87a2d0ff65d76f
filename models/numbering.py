"""The numbers of findings: a series for each source and year, such as ZC2026-001."""

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import batches
from models.findings import NumberSeries

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
    """The township's scheme: source, year and three digits, e.g. ZC2026-001.

    Until commit nobody else is given a number of the series, so take it late.
    """
    prefix = prefix_of(source, day)
    connection = await session.connection()
    while True:
        last = (await connection.execute(COUNTED, {"prefix": prefix})).scalar_one()
        number = f"{prefix}{last:03}"
        if (await connection.execute(IS_TAKEN, {"number": number})).first() is None:
            return number


IS_TAKEN = text("SELECT 1 FROM finding WHERE number = :number")
COUNTED = text(
    "INSERT INTO number_series (prefix, last) VALUES (:prefix, 1)"
    " ON CONFLICT (prefix) DO UPDATE SET last = number_series.last + 1 RETURNING last"
)


async def note(session: AsyncSession, number: str) -> None:
    """A number given by hand: its series goes on behind it, and is kept from others until commit."""
    if match := OF_A_SERIES.fullmatch(number):
        connection = await session.connection()
        await connection.execute(NOTED, {"prefix": match[1], "last": int(match[2])})


NOTED = text(
    "INSERT INTO number_series (prefix, last) VALUES (:prefix, :last) ON CONFLICT (prefix) DO UPDATE"
    " SET last = CASE WHEN number_series.last < excluded.last THEN excluded.last ELSE number_series.last END"
)


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
