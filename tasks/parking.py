"""Parking a run until a person has acted, and what a supervisor may read of it meanwhile."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import NoReturn
from uuid import UUID, uuid4

from prefect import get_run_logger
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import Abort, Pause
from prefect.states import Cancelled, Paused
from prefect.utilities.engine import propose_state

from tasks.prefect_runs import awaken


def run_id() -> UUID:
    """The id of the run this is called in."""
    return _here()[1].id


async def park(
    state_name: str, key: str, message: str = "", *, moved: Callable[[], Awaitable[bool]]
) -> NoReturn:
    """Park the run and leave it.

    A wake-up that came while the run was still running is not remembered by Prefect. `moved` is asked
    once the run is parked: True if the row is no longer as the run saw it, and the run is woken again.
    """
    state = await park_run(state_name, key, message)
    client, run = _here()
    try:
        if await moved():
            await awaken(client, run.id)
    except Exception as error:
        # It is parked: to raise now would end it as failed. The watch round wakes what has moved.
        get_run_logger().warning("Whether the finding moved meanwhile is not known: %r", error)
    raise Pause(state=state)


async def park_run(state_name: str, key: str, message: str = "") -> State:
    """Park the run in a state of our own name; the caller then raises `Pause(state=...)`.

    Raises Abort, which ends the run without a word, if Prefect does not let it be parked:
    it was cancelled, or is scheduled anew, by someone else.
    """
    client, run = _here()
    # Rescheduled, so that the flow UI's Resume starts it anew instead of declaring it running.
    # No timeout: deadlines are ours. A key used before would be passed straight through.
    parked: State = Paused(name=state_name, message=message, reschedule=True, pause_key=f"{key}:{uuid4()}")
    try:
        state = await propose_state(client, parked, flow_run_id=run.id)
    except Pause as already:
        return already.state or parked
    if state.is_cancelling():
        await client.set_flow_run_state(run.id, Cancelled(), force=True)
    if not state.is_paused():
        raise Abort(f"The run is {state.name} and cannot be parked.")
    return state


async def write_card(key: str, markdown: str) -> None:
    """Put a Markdown page beside the run, for the flow UI. One call."""
    client, run = _here()
    slug = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-") or "card"
    card = ArtifactCreate(key=slug, type="markdown", data=markdown, flow_run_id=run.id)
    await client.create_artifact(card)


async def entitle(name: str, tags: Iterable[str]) -> None:
    """Give the run its name and tags. No call if it has them."""
    client, run = _here()
    wanted = sorted(set(tags))
    if run.name == name and sorted(run.tags) == wanted:
        return
    await client.update_flow_run(run.id, name=name, tags=wanted)
    run.name, run.tags = name, wanted


def _here() -> tuple[PrefectClient, FlowRun]:
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or not isinstance(context.client, PrefectClient):
        raise RuntimeError("This is called from within an asynchronous flow run.")
    return context.client, context.flow_run
