"""The flow UI through the portal, in front of a real Prefect server: it reads, and no more than that."""

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.flows import flow

from models.settings import Settings
from tests.flows.prefect_house import PrefectHouse
from tests.portal.conftest import Visit, demo, town, visit  # noqa: F401  # its people sign in here


@flow
def looked_at() -> None: ...


@pytest.mark.server
async def test_a_watcher_reads_runs_and_changes_none(
    prefect_server: PrefectHouse,
    client: PrefectClient,
    town: Settings,  # noqa: F811
    visit: Visit,  # noqa: F811
) -> None:
    for name, value in {
        "flow_ui_port": prefect_server.settings.flow_ui_port,
        "prefect_auth": prefect_server.auth,
    }.items():
        object.__setattr__(town, name, value)
    run = await client.create_flow_run(looked_at, name="ZC2026-001 甲村党支部")
    watcher = await visit("jiwei")
    page = await watcher.get(f"/flow-ui/v2/runs/flow-run/{run.id}")
    assert page.headers["content-type"].startswith("text/html")
    assert "/flow-ui/v2/assets/index-" in page.text
    wanted = {"flow_runs": {"id": {"any_": [str(run.id)]}}}
    found = await watcher.client.post("/flow-ui/api/flow_runs/filter", json=wanted)
    assert [x["name"] for x in found.json()] == ["ZC2026-001 甲村党支部"]
    said = {"state": {"type": "CANCELLED"}, "force": True}
    refused = await watcher.client.post(f"/flow-ui/api/flow_runs/{run.id}/set_state", json=said)
    assert refused.status_code == 403
    assert (await watcher.client.delete(f"/flow-ui/api/flow_runs/{run.id}")).status_code == 403
    after = await client.read_flow_run(run.id)
    assert after.state == run.state
