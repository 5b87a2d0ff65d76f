"""The step assign."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from policy.stages import Step
from tasks import step


@task(name="assign", task_run_name="assign · 派发认领 {number}", cache_policy=NO_CACHE, persist_result=False)
async def assign(number: str) -> bool:
    """True once the responsible post has accepted. Until then it is reminded to accept."""
    return await step.begin(number, Step.ASSIGN)
