"""Taking in a ledger 导入台账: every row and every error is shown first, then exactly that file is stored."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.datastructures import UploadFile
from starlette.responses import Response

from models.access import knocking
from models.importing.desk import Taken, Wanted
from models.importing.fates import Kind
from policy.knocking import LEDGERS
from policy.refusals import BadInput, NotAllowed, Refusal
from policy.roles import ROLES_FOR, Role
from policy.stages import Act
from portal.answers import status_of
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from tasks import clock, jobs
from tasks.jobs import Job, Json, Phase, Progress
from tasks.ledgers.reading import MAX_FILE, SOURCES
from tasks.taking_in import Upload, take_in

router = APIRouter()

KIND = "import"
CHECK, STORE = "check", "store"
"""The steps of an import: tried out, and stored."""
MOST_SHOWN = 200
"""Rows, errors and the like on the page, of each."""
MOST_KEPT = 2000
CHOICES = ("skip_bad_rows", "create_units", "update")
ENDING = re.compile(r"\.[a-z0-9]{1,5}")


@router.api_route("/import", methods=READ)
async def upload_page(reader: Reading) -> HTMLResponse:
    reader.must_have(*ROLES_FOR[Act.OPEN])
    return asked(reader, {})


@router.post("/import")
async def upload(form: Form) -> Response:
    """Keep the file and begin to look at it."""
    reader = form.reader
    reader.must_have(*ROLES_FOR[Act.OPEN])
    try:
        job = await kept(form)
    except Refusal as refusal:
        return asked(reader, form.said, status_of(refusal), refusal.said(reader.speech.language))
    begin(reader, job, CHECK, facts_of(form, job.state().facts))
    return reader.turn(f"/import/{job.name}")


@router.api_route("/import/{name}", methods=READ)
async def import_page(reader: Reading, name: str) -> HTMLResponse:
    """How far it is; what would be stored, with every error; what was stored."""
    job = own(reader, name)
    state = job.state()
    return reader.page(
        "import_job.html",
        job=job,
        state=state,
        phase=Phase,
        wanted=state.facts,
        sources=SOURCES,
        most=MOST_SHOWN,
        taken=Seen(state.result) if state.result else None,
        sentence=reader.speech.say(state.zh, state.en),
        is_check=state.step == CHECK,
    )


@router.post("/import/{name}")
async def go_on(form: Form, name: str) -> Response:
    """Look again under other choices, or store what was looked at."""
    reader = form.reader
    job = own(reader, name)
    state = job.state()
    if form["do"] == STORE:
        if state.step != CHECK or state.phase is not Phase.DONE:
            return reader.turn(f"/import/{name}")
        if form["sha256"] != state.facts["sha256"]:
            raise NotAllowed(
                "预览的文件已更换，没有导入。请重新预览。",
                "Another file was looked at. Look at it again first.",
            )
        begin(reader, job, STORE, state.facts)
    else:
        await counted(reader)
        begin(reader, job, CHECK, facts_of(form, state.facts))
    return reader.turn(f"/import/{name}")


def own(reader: Reader, name: str) -> Job:
    """Raises NotFound for whoever may not import, or did not upload this file."""
    reader.must_have(*ROLES_FOR[Act.OPEN])
    return jobs.find(reader.config.home, name, KIND, reader.account)


def asked(reader: Reader, typed: Mapping[str, str], status: int = 200, sentence: str = "") -> HTMLResponse:
    return reader.page(
        "import.html",
        status,
        typed=typed,
        sentence=sentence,
        sources=SOURCES,
        latest=jobs.latest(reader.config.home, KIND, reader.account),
        phase=Phase,
        most_mb=MAX_FILE // 2**20,
    )


async def kept(form: Sent) -> Job:
    """The file in a folder of its own, under its hash. Raises BadInput for none, or one that is too large."""
    if not form.files:
        raise BadInput("请选择台账文件（.xlsx 或 .csv）。", "Choose the ledger's file (.xlsx or .csv).")
    file = form.files[0]
    await counted(form.reader)
    content = await file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise BadInput(
            f"文件超过{MAX_FILE // 2**20}MB。请删去图片和其他工作表后再试。",
            f"The file is larger than {MAX_FILE // 2**20} MB. Remove pictures and other sheets.",
        )
    name, sha256 = name_of(file), hashlib.sha256(content).hexdigest()
    ending = Path(name).suffix.lower()
    stored = sha256 + (ending if ENDING.fullmatch(ending) else "")
    facts = {"name": name, "sha256": sha256, "file": stored}
    reader = form.reader
    job = jobs.begin(reader.config.home, KIND, reader.account, facts, clock.real())
    (job.folder / stored).write_bytes(content)
    return job


async def counted(reader: Reader) -> None:
    """Raises TooOften for whoever has very many files read."""
    await knocking.let_through(reader.db, f"ledgers:{reader.account}", LEDGERS, clock.real())


def name_of(file: UploadFile) -> str:
    """As a person would call it: no path, one line."""
    last = re.split(r"[/\\]", file.filename or "")[-1]
    return " ".join("".join(c for c in last if c.isprintable()).split())[-200:] or "ledger"


def facts_of(form: Sent, facts: Json) -> Json:
    """What is known of the file, with what was chosen on the form."""
    return facts | {name: bool(form[name]) for name in CHOICES} | {"source": form["source"][:40]}


def begin(reader: Reader, job: Job, step: str, facts: Json) -> None:
    jobs.start(job, step, facts, work(reader, job, step, facts))


def work(reader: Reader, job: Job, step: str, facts: Json) -> Callable[[Progress], Awaitable[Json]]:
    db, sight = reader.db, reader.sight
    choices = {name: bool(facts[name]) for name in CHOICES}
    gives = reader.has(Role.ADMINISTRATOR)
    wanted = Wanted(reader.account, step == CHECK, **choices, gives_roles=gives, decides=False)
    uploaded = Upload(job.folder / facts["file"], facts["sha256"], facts["source"])

    async def taken(told: Progress) -> Json:
        return told_of(await take_in(db, uploaded, wanted, sight, clock.now(), told))

    return taken


def told_of(taken: Taken) -> Json:
    """What came of it, in a size that a page can be made of."""
    counts = {name: getattr(taken, name) for name in ("imported", "updated", "unchanged")}
    lists = {name: getattr(taken, name) for name in ("errors", "warnings", "differences")}
    return {
        **counts,
        **{f"{name}_in_all": len(found) for name, found in lists.items()},
        **{name: [asdict(one) for one in found[:MOST_KEPT]] for name, found in lists.items()},
        "bad_rows": len({error.row for error in taken.errors}),
        "rows": [asdict(one) for one in taken.fates.kept],
    }


@dataclass(frozen=True)
class Seen:
    """The result of a step, for the page."""

    result: Json

    def __getattr__(self, name: str) -> Any:
        return self.result[name]

    @property
    def stored(self) -> int:
        """Findings that are, or would be, new or changed."""
        return int(self.result["imported"]) + int(self.result["updated"])

    def rows_of(self, kind: str) -> list[Json]:
        return [row for row in self.result["rows"] if row["kind"] == Kind(kind)]
