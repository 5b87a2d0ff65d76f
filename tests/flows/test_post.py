"""Mail goes first: Prefect is told of a round beside it, and a slow Prefect holds up no other."""

import asyncio
from contextlib import suppress

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.deployments import register
from flows.post import PostFirst
from tests.flows.prefect_house import PrefectHouse
from tests.smtp_server import LOOPBACK


async def three() -> int:
    return 3


async def none() -> int:
    return 0


class Silence:
    """A Prefect that takes every call and answers none."""

    def __init__(self) -> None:
        self.called = asyncio.Event()

    async def meet(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.called.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        writer.close()


async def test_rounds_go_on_while_prefect_says_nothing() -> None:
    silence = Silence()
    server = await asyncio.start_server(silence.meet, LOOPBACK, 0)
    url = f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/api"
    with temporary_settings({PREFECT_API_URL: url}):
        post = PostFirst(three)
        assert await post() == 3
        await silence.called.wait()
        assert await post() == 3
        assert await post() == 3
    assert post.untold == 6, "both are shown together, once Prefect answers"
    assert post.telling is not None
    assert not post.telling.done()
    post.telling.cancel()
    server.close()


async def test_a_round_that_did_nothing_is_not_told() -> None:
    post = PostFirst(none)
    assert await post() == 0
    assert post.telling is None


async def rounds_shown(client: PrefectClient) -> list[FlowRun]:
    return await client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=["post"])))


@pytest.mark.server
async def test_a_round_is_shown_as_a_run_of_the_post(
    client: PrefectClient, prefect_server: PrefectHouse
) -> None:
    await register(client, pool="unattended")
    before = {run.id for run in await rounds_shown(client)}
    ours = {PREFECT_API_URL: prefect_server.url, PREFECT_API_AUTH_STRING: prefect_server.auth}
    with temporary_settings(ours):
        post = PostFirst(three, together=0)
        await post()
        assert post.telling is not None
        await post.telling
    (run,) = [run for run in await rounds_shown(client) if run.id not in before]
    assert run.state is not None
    assert (run.name, run.state.is_completed(), run.deployment_id is not None) == ("发件 3", True, True)


@pytest.mark.server
async def test_a_prefect_without_our_deployment_is_no_trouble(prefect_server: PrefectHouse) -> None:
    ours = {PREFECT_API_URL: prefect_server.url, PREFECT_API_AUTH_STRING: "wrong:wrong"}
    with temporary_settings(ours):
        post = PostFirst(three, together=0)
        await post()
        assert post.telling is not None
        await post.telling
