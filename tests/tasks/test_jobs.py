"""Long work begun by a page: how far it is, what came of it, and that it is cleared away."""

import asyncio
import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest

from policy.refusals import BadInput, NotFound
from tasks import clock, jobs
from tasks.jobs import Json, Phase, Progress

NOW = clock.real()


def begun(home: Path) -> jobs.Job:
    return jobs.begin(home, "import", "ganshi", {"name": "台账.csv"}, NOW)


async def test_a_page_sees_how_far_it_is_and_then_what_came_of_it(tmp_path: Path) -> None:
    job, goes_on = begun(tmp_path), asyncio.Event()

    async def work(told: Progress) -> Json:
        told(1, 3)
        await goes_on.wait()
        return {"imported": 3}

    assert jobs.start(job, "store", {}, work)
    assert not jobs.start(job, "store", {}, work)
    await asyncio.sleep(0)
    state = job.state()
    assert (state.phase, state.done, state.total) == (Phase.RUNNING, 1, 3)
    goes_on.set()
    await jobs.finished()
    assert (job.state().phase, job.state().result) == (Phase.DONE, {"imported": 3})


async def test_a_refusal_is_kept_in_both_languages_and_a_fault_as_a_reference(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def refused(_told: Progress) -> Json:
        raise BadInput("文件是空的。", "The file is empty.")

    async def broken(_told: Progress) -> Json:
        raise KeyError("秘密")

    job = begun(tmp_path)
    jobs.start(job, "check", {}, refused)
    await jobs.finished()
    assert (job.state().phase, job.state().zh) == (Phase.REFUSED, "文件是空的。")
    with caplog.at_level(logging.CRITICAL, logger="rectify.jobs"):
        jobs.start(job, "check", {}, broken)
        await jobs.finished()
    assert "程序出错" in job.state().zh
    assert "秘密" not in job.state().zh


async def test_work_whose_process_is_gone_was_cut_off(tmp_path: Path) -> None:
    job = begun(tmp_path)
    lock = job.lock()
    assert lock is not None
    assert job.state().phase is Phase.RUNNING
    os.close(lock)
    assert job.state().phase is Phase.CUT


def test_it_belongs_to_one_account_and_is_kept_for_a_day(tmp_path: Path) -> None:
    job = begun(tmp_path)
    assert jobs.find(tmp_path, job.name, "import", "ganshi") == job
    for name, kind, account in (
        (job.name, "import", "other"),
        (job.name, "closure", "ganshi"),
        ("../x", "", ""),
    ):
        with pytest.raises(NotFound):
            jobs.find(tmp_path, name, kind, account)
    jobs.clear(tmp_path, NOW + timedelta(hours=23))
    assert jobs.latest(tmp_path, "import", "ganshi")
    jobs.clear(tmp_path, NOW + timedelta(hours=25))
    assert not list((tmp_path / "jobs").iterdir())
