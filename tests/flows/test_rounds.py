"""When a round is run again: at once while it gets somewhere, later when it cannot do anything."""

from pathlib import Path

import pytest

from flows.rounds import LOOK_ANYWAY, Keeper, News
from models.database import Database
from models.upgrade import upgrade
from tests.models.township import staff


class Box:
    """Work that comes in and goes out; `done` says what each round managed."""

    def __init__(self, work: int, done: list[int]) -> None:
        self.work, self.done, self.rounds = work, done, 0

    async def has_work(self) -> bool:
        return self.work > 0

    async def run(self) -> int:
        self.rounds += 1
        self.work -= self.done[0]
        return self.done.pop(0)


@pytest.mark.parametrize(
    ("work", "done", "rounds"),
    [
        (0, [], 0),
        (2, [2], 1),
        (3, [2, 1], 2),  # more came while the first was running
        (2, [0, 2], 1),  # the mail server is down: not again at once
    ],
)
async def test_a_round_is_run_while_it_gets_somewhere(work: int, done: list[int], rounds: int) -> None:
    box = Box(work, done)
    keeper = Keeper(box.has_work, box.run, 60)
    for _ in range(4):
        await keeper.look()
    assert box.rounds == rounds


async def test_the_relay_looks_when_something_was_written_and_anyway_after_a_while(tmp_path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'own.db'}")
    await upgrade(db)
    news = News(db)
    assert news.may_be()
    assert not news.may_be()
    await staff(db)
    assert news.may_be()
    assert not news.may_be()
    news.at -= LOOK_ANYWAY
    assert news.may_be()
    await db.close()
