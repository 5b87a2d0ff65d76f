"""The flow as an earlier version might have had it: another parameter, one step, a state of another name."""

from prefect import flow
from prefect.exceptions import Pause

from tasks.guide import begin
from tasks.parking import park_run

STATE = "等待办理 · earlier"


@flow(name="rectify", persist_result=False)
async def rectify(number: str, generation: int, hurry: bool = False) -> None:
    await begin(number, generation)
    raise Pause(state=await park_run(STATE, f"earlier:{hurry}"))
