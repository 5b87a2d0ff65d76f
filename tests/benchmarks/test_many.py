"""Copies of a finding are as good as findings that were lived through."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from models import checks
from models.database import Database
from models.upgrade import upgrade
from policy.stages import Stage
from tests.benchmarks.houses import postgresql
from tests.benchmarks.many import Copies, copy, run_id
from tests.models import township

CHECKED = {
    "chains_are_whole",
    "rows_equal_their_events",
    "letters_have_addressees",
    "no_letter_is_written_twice",
    "search_finds_what_findings_say",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'many.db'}"
        return
    with postgresql() as cluster:
        yield cluster.create()


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    db = Database(url)
    await upgrade(db)
    await township.staff(db)
    yield db
    await db.close()


async def test_copies_keep_the_invariants(db: Database) -> None:
    model = await township.brought_to(db, Stage.PENDING_CLOSURE)
    await township.change(
        db,
        "INSERT INTO run (finding, generation, cycle, flow_run_id, holder, version_seen, version_made)"
        " VALUES (:number, 1, 1, 'x', '', 9, 0)",
        number=model,
    )
    await copy(db, Copies(model, "M-", 30, different={"title": "'事项' || CAST(c.i AS text)"}))
    async with db.reading() as session:
        sight = checks.Sight(session, Path(), township.NOW, township.NOW)
        broken = [await holds(sight) for holds in checks.INVARIANTS if holds.__name__ in CHECKED]
    assert broken == [[]] * len(CHECKED)
    copied, own = await township.finding(db, "M-0000030"), await township.finding(db, model)
    assert (copied.stage, copied.version, copied.deadline) == (own.stage, own.version, own.deadline)
    assert copied.title == "事项30"
    assert len(await township.events(db, "M-0000030")) == own.version
    assert set(await township.letters(db, "M-0000030")) == set(await township.letters(db, model))
    assert "queued" not in (await township.letters(db, "M-0000030")).values()
    runs = await township.asked(db, "SELECT flow_run_id FROM run WHERE finding LIKE 'M-%' ORDER BY finding")
    assert runs == [str(run_id(f"M-{i:07}")) for i in range(1, 31)]
    posts = await township.asked(
        db, "SELECT count(*) FROM addressee a JOIN letter l ON l.id = a.letter_id GROUP BY l.finding"
    )
    assert len(posts) == 31
    assert len(set(posts)) == 1
