"""Prefect's server that is busy for a moment is asked again at once; one that stays busy is told on."""

import httpx

from tasks.prefect_transport import PAUSES, PatientTransport
from tests.loopback import Call, answering


async def posted(statuses: list[int]) -> tuple[int, list[Call]]:
    """What a call comes to where the server answers so, one after the other; and what it heard."""
    left, heard = iter(statuses), list[Call]()

    async def answer(call: Call) -> tuple[int, bytes]:
        heard.append(call)
        return next(left), b"{}"

    async with answering(answer) as url, httpx.AsyncClient(transport=PatientTransport()) as client:
        return (await client.post(f"{url}/api/x", json={"a": 1})).status_code, heard


async def test_a_call_that_met_another_write_is_made_again() -> None:
    status, heard = await posted([503, 503, 201])
    assert status == 201
    assert [call.body for call in heard] == [heard[0].body] * 3


async def test_what_is_no_passing_matter_is_not_tried_again() -> None:
    for status in (200, 404, 409, 500):
        assert (await posted([status]))[0] == status


async def test_a_server_that_stays_busy_is_given_up_after_some_tries() -> None:
    status, heard = await posted([503] * (len(PAUSES) + 1))
    assert status == 503
    assert len(heard) == len(PAUSES) + 1
