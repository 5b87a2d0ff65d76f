"""Old rounds are taken out of Prefect's database, old counts out of ours; runs of findings stay for good."""

import logging
from datetime import datetime, timedelta

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from models.database import database
from models.keeping import forgetting
from models.settings import settings
from tasks import clock
from tasks.prefect_runs import PrefectAway, prefect_client, reaching

log = logging.getLogger("rectify.housekeeping")

ROUNDS = ("watch", "post", "backup")
KEPT = timedelta(days=7)
PAGE = 100


@task(name="tidy", task_run_name="清理旧轮次", cache_policy=NO_CACHE, persist_result=False)
async def tidy() -> int:
    """Take away the rounds of more than a week ago. Returns how many; 0 if Prefect does not answer."""
    try:
        async with prefect_client() as client:
            return await take_away(client, clock.real() - KEPT)
    except PrefectAway as away:
        log.info("old rounds stay: %s", away)
        return 0


@task(name="forget", task_run_name="清理旧记录", cache_policy=NO_CACHE, persist_result=False)
async def forget() -> int:
    """Take away what our own database keeps for a while only. Returns how many rows."""
    return await forgetting.forget(database(settings()), clock.now(), clock.real())


async def take_away(client: PrefectClient, before: datetime) -> int:
    """End with every round that began before this moment, finished or left behind, page by page."""
    gone = 0
    while page := await _old_rounds(client, before):
        for run in page:
            await _delete(client, run)
        gone += len(page)
    return gone


async def _old_rounds(client: PrefectClient, before: datetime) -> list[FlowRun]:
    async with reaching():
        return await client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=list(ROUNDS))),
            flow_run_filter=FlowRunFilter(expected_start_time=FlowRunFilterExpectedStartTime(before_=before)),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=PAGE,
        )


async def _delete(client: PrefectClient, run: FlowRun) -> None:
    try:
        async with reaching():
            await client.delete_flow_run(run.id)
    except ObjectNotFound:
        return
