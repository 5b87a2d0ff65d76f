"""What was counted is known until somebody acts, and not for long while somebody is writing."""

from datetime import timedelta

from sqlalchemy import text

from models.access.sight import EVERYTHING, Sight
from models.database import Database
from models.memory import LONGEST, UNSETTLED, Memory, kind
from tests.models.township import NOW, change

WAKE = (
    "INSERT INTO wake (finding, version, queued_at, next_at, attempts, note) "
    "VALUES ('SJ2026-001', :version, :now, :now, 0, '')"
)
MOMENT = timedelta(seconds=1)


class Counting:
    """Counts how often it was counted."""

    def __init__(self, db: Database, most: int = 2) -> None:
        self.db, self.memory, self.times = db, Memory[int](most), 0

    async def recall(self, after: timedelta = timedelta(), what: str = "") -> int:
        async with self.db.reading() as session:
            return await self.memory.recall(self.db, session, what, NOW + after, self.count)

    async def count(self) -> int:
        self.times += 1
        return self.times


async def test_it_is_counted_once_until_somebody_acts(book: Database) -> None:
    counting = Counting(book)
    assert [await counting.recall(), await counting.recall(LONGEST - MOMENT)] == [1, 1]
    await change(book, WAKE, version=99, now=NOW)
    assert [await counting.recall(MOMENT), await counting.recall(MOMENT)] == [2, 2]


async def test_nothing_is_believed_for_long_nor_from_the_future(book: Database) -> None:
    counting = Counting(book)
    assert await counting.recall() == 1
    assert await counting.recall(-MOMENT) == 2
    assert await counting.recall(LONGEST) == 3


async def test_only_the_last_few_are_kept(book: Database) -> None:
    counting = Counting(book)
    assert [await counting.recall(what=what) for what in "abcbca"] == [1, 2, 3, 2, 3, 4]


async def test_what_was_counted_beside_a_writer_is_counted_again_soon(book: Database) -> None:
    """Its wake may have an earlier number than one that was seen: PostgreSQL only, SQLite has one writer."""
    counting = Counting(book)
    async with book.writing() as session:
        await (await session.connection()).execute(text(WAKE), {"version": 99, "now": NOW})
        await counting.recall()
        assert await counting.recall(UNSETTLED) == (1 if book.is_sqlite else 2)
    assert await counting.recall(UNSETTLED) != 1


def test_all_who_see_everything_share_what_is_counted() -> None:
    assert kind(Sight(units=None, trusted=None, posts=frozenset({1}))) == EVERYTHING
    own = Sight(units=frozenset({1}), posts=frozenset({1}))
    assert kind(own) == own
