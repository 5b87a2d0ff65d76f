"""What is measured, as Prometheus reads it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from models.checks import INVARIANTS
from models.database import Database, database
from models.settings import settings
from models.upgrade import upgrade
from tasks import measures
from tasks.verifying import verify
from tests.models.township import NOW, assigned, change, staff

Samples = dict[str, float]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Database]:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'rectify.db'}")
    await upgrade(db)
    await staff(db)
    yield db
    await db.close()


async def read(db: Database) -> Samples:
    text = (await measures.exposition(db, measures.ANY, measures.WORK)).decode()
    families = list(text_string_to_metric_families(text))
    assert all(family.documentation for family in families)
    assert len({family.name for family in families}) == len(families)
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def waited() -> tuple[float, float]:
    """How many waits were measured, and how long they were together."""
    name = "rectify_wake_to_park_seconds"
    count, total = (measures.WORK.get_sample_value(f"{name}_{what}") for what in ("count", "sum"))
    return count or 0, total or 0


async def test_prometheus_can_read_it_and_finds_the_township(town: Database) -> None:
    await assigned(town)
    seen = await read(town)
    assert seen["rectify_database_up"] == 1
    assert seen["rectify_findings assigned"] == 1
    assert seen["rectify_findings draft"] == 0
    assert seen["rectify_wakes_waiting"] == 1
    assert seen["rectify_letters queued"] == 1
    assert seen["process_open_fds"] > 0
    assert any(name.startswith("rectify_build_info") and value == 1 for name, value in seen.items())


async def test_what_the_last_checks_found_broken_is_told_by_invariant(
    town: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "FRESH", 0.0)
    monkeypatch.setenv("RECTIFY_HOME", str(tmp_path))
    settings.cache_clear()
    assert not any("invariants" in name for name in await read(town))
    number = await assigned(town)
    await change(town, "DELETE FROM wake WHERE finding = :number", number=number)
    assert await verify() == 1
    seen = await read(town)
    assert seen["rectify_invariants_broken live findings have a run"] == 1
    assert seen["rectify_invariants_broken chains are whole"] == 0
    assert len([name for name in seen if name.startswith("rectify_invariants_broken")]) == len(INVARIANTS)
    settings.cache_clear()
    await database(settings()).close()


async def test_the_database_is_not_asked_again_at_once(
    town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await read(town))["rectify_findings assigned"] == 0
    await assigned(town)
    assert (await read(town))["rectify_findings assigned"] == 0
    monkeypatch.setattr(measures, "FRESH", 0.0)
    assert (await read(town))["rectify_findings assigned"] == 1


async def test_without_a_database_there_are_no_old_figures(
    town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "FRESH", 0.0)
    assert "rectify_findings_overdue" in await read(town)
    await town.close()
    Path(town.url.partition(":///")[2]).write_bytes(b"no database" * 1000)
    seen = await read(town)
    assert seen["rectify_database_up"] == 0
    assert "rectify_findings_overdue" not in seen
    assert "rectify_mails_failed_total" in seen


@pytest.mark.parametrize(("seconds", "added"), [(2.5, (1, 2.5)), (0, (1, 0)), (-3600, (0, 0))])
def test_a_wait_is_measured_unless_the_clock_went_back(seconds: float, added: tuple[float, float]) -> None:
    before = waited()
    measures.parked(NOW, NOW + timedelta(seconds=seconds))
    after = waited()
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx(added)


def test_a_pass_that_nobody_waited_for_is_not_measured() -> None:
    before = waited()
    measures.parked(None, NOW)
    assert waited() == before
