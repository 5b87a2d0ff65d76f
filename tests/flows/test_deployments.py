"""The deployments of `prefect.yaml`, by our registering and by Prefect's own command."""

import subprocess
import sys
from pathlib import Path

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.responses import DeploymentResponse

from flows.deployments import DEPLOYMENTS, flow_at, planned, register
from tests.flows.prefect_house import ROOT, PrefectHouse

OURS = {name: f"flows.{name}.{name}" for name in ("rectify", "watch", "post", "backup")}


@pytest.fixture
async def registered(client: PrefectClient) -> PrefectClient:
    await register(client)
    return client


def test_each_deployment_has_the_name_of_its_flow_and_a_flow_that_is_there() -> None:
    assert {one.name: one.entrypoint for one in planned(DEPLOYMENTS)} == OURS
    for one in planned(DEPLOYMENTS):
        assert flow_at(one.entrypoint).name == one.name


@pytest.mark.parametrize(
    "entrypoint", ["flows/rectify.py:rectify", "flows.rectify", "flows.rectify.nobody", "flows.no.such", ""]
)
def test_what_is_not_a_flow_is_refused_with_a_reason(entrypoint: str) -> None:
    with pytest.raises(LookupError, match=r"path|not a flow|no flow"):
        flow_at(entrypoint)


@pytest.mark.server
async def test_registering_makes_pool_and_deployments_once(registered: PrefectClient) -> None:
    pool = await registered.read_work_pool("rectify")
    assert pool.type == "rectify"
    before = await _ours(registered)
    await register(registered)
    after = await _ours(registered)
    assert {one.name: one.entrypoint for one in after} == OURS
    assert [one.updated for one in after] == [one.updated for one in before]


@pytest.mark.server
async def test_registering_puts_right_what_was_changed(registered: PrefectClient) -> None:
    [watch] = [one for one in await _ours(registered) if one.name == "watch"]
    await registered.delete_deployment(watch.id)
    await register(registered)
    assert {one.name for one in await _ours(registered)} == set(OURS)


@pytest.mark.server
async def test_prefects_own_deploy_command_takes_the_same_file(
    registered: PrefectClient, prefect_server: PrefectHouse, tmp_path: Path
) -> None:
    before = {one.name: one.id for one in await _ours(registered)}
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(command, cwd=ROOT, env=prefect_server.env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {one.name: one.id for one in await _ours(registered)} == before


async def _ours(client: PrefectClient) -> list[DeploymentResponse]:
    wanted = DeploymentFilter(name=DeploymentFilterName(any_=list(OURS)))
    return await client.read_deployments(deployment_filter=wanted)
