"""The step follow-up."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from policy.stages import Step
from tasks import step


@task(
    name="follow-up",
    task_run_name="follow-up · 整改跟踪 {number}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def follow_up(number: str) -> bool:
    """True once the owner has submitted. Until then, tell whoever must be told."""
    return await step.begin(number, Step.FOLLOW_UP)
