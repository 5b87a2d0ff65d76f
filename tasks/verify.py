"""The step verify."""

from prefect import task
from prefect.cache_policies import NO_CACHE

from policy.stages import Step
from tasks import step


@task(name="verify", task_run_name="verify · 验收 {number}", cache_policy=NO_CACHE, persist_result=False)
async def verify(number: str) -> bool:
    """True once a verifier has passed it. A verifier's lateness is the verifier's own."""
    return await step.begin(number, Step.VERIFY)
