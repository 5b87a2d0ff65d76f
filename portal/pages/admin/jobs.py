"""Long work of the desk: begun, seen under way, and what came of it."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse

from portal.pages.admin.desk import OPEN_TO, desk
from portal.pages.paper import READ, Reader, Reading
from portal.pages.said import SAID
from portal.pages.speech import Words
from tasks import clock, jobs
from tasks.jobs import Json, Phase, Progress

router = APIRouter()
KIND = "desk"


def set_going(
    reader: Reader, doing: Words, back: str, said: str, work: Callable[[Progress], Awaitable[None]]
) -> RedirectResponse:
    """Begin, and lead on to where one sees how far it is; `back` and `said` are for when it is done."""

    async def worked(told: Progress) -> Json:
        await work(told)
        return {}

    facts: Json = {"zh": doing[0], "en": doing[1], "back": back, "said": said}
    job = jobs.begin(reader.config.home, KIND, reader.account, facts, clock.real())
    jobs.start(job, KIND, facts, worked)
    return reader.turn(f"/admin/jobs/{job.name}")


@router.api_route("/admin/jobs/{name}", methods=READ)
async def show_job(reader: Reading, name: str) -> HTMLResponse:
    """Only one's own."""
    reader.must_have(*(role for roles in OPEN_TO.values() for role in roles))
    state = jobs.find(reader.config.home, name, KIND, reader.account).state()
    return desk(
        reader,
        "job.html",
        state=state,
        phase=Phase,
        doing=reader.speech.say(state.facts["zh"], state.facts["en"]),
        done=reader.speech.of(SAID[state.facts["said"]]),
        back=reader.link(state.facts["back"]),
        sentence=reader.speech.say(state.zh, state.en),
    )
