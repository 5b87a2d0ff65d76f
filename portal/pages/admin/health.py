"""Whether every part is well, and the invariants checked when somebody asks for it."""

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.checks import Invariant
from portal.asking import PartName, ask
from portal.pages.admin.desk import OPEN_TO, desk, may_open, must_open
from portal.pages.admin.signs import Sign, parts, signs
from portal.pages.forms import Form
from portal.pages.paper import READ, Reader, Reading
from tasks import verifying

router = APIRouter()
HERE = "/admin/health"
PATIENCE = 2.0
"""Seconds for a part to answer: somebody waits for the page."""


@router.api_route(HERE, methods=READ)
async def show_health(reader: Reading) -> HTMLResponse:
    await must_open(reader, HERE)
    return await _health(reader)


async def _health(reader: Reader, checked: list[Invariant] | None = None) -> HTMLResponse:
    told = await ask(reader.config, [PartName.SERVER, PartName.WORKER], PATIENCE)
    found = [opened(reader, one) for one in (*parts(told, reader.speech), *await signs(reader))]
    return desk(
        reader,
        "health.html",
        signs=found,
        well=all(one.ok is not False for one in found),
        checked=checked,
        broken=[one for one in checked or () if not one.ok],
    )


def opened(reader: Reader, sign: Sign) -> Sign:
    """Without its link where the reader has no business."""
    return sign if sign.path not in OPEN_TO or may_open(reader, sign.path) else replace(sign, path="")


@router.post(f"{HERE}/check")
async def check(form: Form) -> Response:
    """The quick ones now; what reads everything there ever was is left to the nightly round."""
    await must_open(form.reader, HERE)
    found = await verifying.look(form.reader.db, verifying.QUICK)
    return await _health(form.reader, found)
