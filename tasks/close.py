"""The step close."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from policy.stages import Step
from tasks import step


@task(name="close", task_run_name="close · 销号 {number}", cache_policy=NO_CACHE, persist_result=False)
async def close(number: str) -> bool:
    """True once the closure is approved, or the finding is withdrawn or merged."""
    return await step.begin(number, Step.CLOSE)
