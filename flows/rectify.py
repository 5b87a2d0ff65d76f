"""One finding from opened to struck off the ledger."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from policy.stages import Step
from policy.words import state_name
from tasks.assign import assign
from tasks.close import close
from tasks.follow_up import follow_up
from tasks.guide import Superseded, begin, entitle, wait
from tasks.verify import verify

STEPS = ((Step.ASSIGN, assign), (Step.FOLLOW_UP, follow_up), (Step.VERIFY, verify), (Step.CLOSE, close))


@flow(name="rectify", persist_result=False)
async def rectify(number: str, generation: int) -> State[None]:
    """Assign, follow up, verify, close. People do the work; the run waits for them.

    Each time it is woken it starts from the first line, looks at the row, and passes what is done: a step
    has a task run once per round. A finding that was returned is simply at its follow-up again.
    """
    seen = await begin(number, generation)
    if isinstance(seen, Superseded):
        return Completed(name=seen.state_name)
    await entitle(seen)
    for step, work in STEPS:
        if seen.is_new(step):
            await work(number)
        if not seen.is_done(step):
            await wait(seen, generation)
    return Completed(name=state_name(seen.stage))
