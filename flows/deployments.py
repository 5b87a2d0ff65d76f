"""The deployments of `prefect.yaml`, made known to Prefect without its command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import UUID

import yaml
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.utilities.callables import parameter_schema
from prefect.utilities.importtools import import_object

DEPLOYMENTS = Path(__file__).parents[1] / "prefect.yaml"
POOL_TYPE = "rectify"


@dataclass(frozen=True)
class Planned:
    """One deployment as `prefect.yaml` has it."""

    name: str
    entrypoint: str
    description: str
    tags: tuple[str, ...]

    def same_as(self, there: DeploymentResponse, pool: str) -> bool:
        return (
            there.entrypoint == self.entrypoint
            and there.work_pool_name == pool
            and set(there.tags) == set(self.tags)
            and there.description == self.description
        )


def planned(file: Path = DEPLOYMENTS) -> list[Planned]:
    """The deployments of the file."""
    written = yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"]
    return [
        Planned(one["name"], one["entrypoint"], one.get("description", ""), tuple(one.get("tags", ())))
        for one in written
    ]


def flow_at(entrypoint: str) -> Flow[..., object]:
    """The flow of a dotted entrypoint."""
    if ":" in entrypoint:
        raise LookupError(
            f"{entrypoint} is a path; entrypoints are module paths, like flows.rectify.rectify."
        )
    try:
        found = import_object(entrypoint)
    except Exception as error:
        raise LookupError(f"There is no flow {entrypoint}: {error}") from error
    if not isinstance(found, Flow):
        raise LookupError(f"{entrypoint} is not a flow.")
    return cast(Flow[..., object], found)


async def register(client: PrefectClient, *, file: Path = DEPLOYMENTS, pool: str = "rectify") -> None:
    """Make work pool and deployments as the file has them. Two calls if they are so already."""
    await _ensure_pool(client, pool)
    wanted = planned(file)
    by_name = DeploymentFilter(name=DeploymentFilterName(any_=[one.name for one in wanted]))
    there = {one.name: one for one in await client.read_deployments(deployment_filter=by_name)}
    for one in wanted:
        known = there.get(one.name)
        if known is None or not one.same_as(known, pool):
            await _deploy(client, one, pool)


async def _ensure_pool(client: PrefectClient, pool: str) -> None:
    try:
        await client.read_work_pool(pool)
    except ObjectNotFound:
        try:
            await client.create_work_pool(WorkPoolCreate(name=pool, type=POOL_TYPE))
        except ObjectAlreadyExists:
            return


async def _deploy(client: PrefectClient, one: Planned, pool: str) -> UUID:
    flow = flow_at(one.entrypoint)
    return await client.create_deployment(
        flow_id=await client.create_flow(flow),
        name=one.name,
        entrypoint=one.entrypoint,
        description=one.description,
        tags=list(one.tags),
        work_pool_name=pool,
        parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
    )
