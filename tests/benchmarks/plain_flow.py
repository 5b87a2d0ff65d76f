"""The alternative: the same life as Prefect's documentation would have one write it."""

import sys
from pathlib import Path

from prefect import flow, task
from prefect.flow_runs import asuspend_flow_run
from prefect.input import RunInput

ROOT = Path(__file__).parents[2]


class Decision(RunInput):
    """What a person enters in the flow UI's form."""

    by: str
    note: str = ""


@task
async def assign(number: str) -> str:
    return f"{number} assigned"


@task
async def verify(number: str, decision: Decision) -> str:
    return f"{number} submitted by {decision.by}"


@task
async def close(number: str, decision: Decision) -> str:
    return f"{number} verified by {decision.by}"


@flow(name="plain", persist_result=True)
async def plain(number: str) -> str:
    """Three people act: the owner submits, the verifier passes, the approver closes."""
    await assign(number)
    submitted = await asuspend_flow_run(wait_for_input=Decision)
    await verify(number, submitted)
    verified = await asuspend_flow_run(wait_for_input=Decision)
    await close(number, verified)
    approved = await asuspend_flow_run(wait_for_input=Decision)
    return f"{number} closed by {approved.by}"


def deploy(pool: str) -> None:
    """Make the deployment known to the server of the environment."""
    entrypoint = f"{Path(__file__).relative_to(ROOT)}:plain"
    plain.from_source(source=str(ROOT), entrypoint=entrypoint).deploy(name="plain", work_pool_name=pool)  # type: ignore[union-attr]  # synchronous here


if __name__ == "__main__":
    deploy(sys.argv[1])
