"""Evidence over the API: files are handed in with an act of their own, and fetched as they were."""

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse

from models.access import trail
from models.access.sight import find_seen
from models.access.trail import Noted
from models.evidence import standing_file
from models.keeping import files
from models.orders import ActWords, Order, words_of
from policy.refusals import BadInput, NotFound
from policy.stages import Act
from portal.api.asked import LARGEST, Key
from portal.api.findings import recorded
from portal.api.gate import Acts, BadBody, Gated, Reads
from portal.api.shapes import ReceiptOut
from portal.pages.evidence import GONE, HARMLESS
from portal.pages.forms import MOST_FILES, read
from portal.pages.paper import address_of
from portal.pages.uploads import taken_in
from tasks import clock
from tasks.evidence import media_type

router = APIRouter(route_class=Gated)
FORM: dict[str, Any] = {
    "type": "object",
    "required": ["version", "file"],
    "additionalProperties": False,
    "properties": {
        "version": {"type": "integer", "minimum": 1, "maximum": LARGEST},
        "text": {"type": "string", "maxLength": 10000},
        "file": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "minItems": 1,
            "maxItems": MOST_FILES,
        },
    },
}
TAKES = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}}
ANY_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post("/findings/{number:path}/evidence", openapi_extra=TAKES)
async def attach_evidence(caller: Acts, number: str, request: Request, key: Key) -> ReceiptOut:
    """Attach files, as the act `attach_evidence`; the same form sent again gets the same receipt."""
    form = await _form(request)
    words, version = words_of(ActWords, {"text": _text(form, "text")}), _version(form)
    async with caller.db.reading() as session:
        await find_seen(session, caller.sight, number)
    kept = await taken_in(caller.db, caller.config, caller.account, _files(form))
    order = Order(number, Act.ATTACH_EVIDENCE, caller.account, words, kept, key, version)
    return await recorded(caller, order)


@router.get("/findings/{number:path}/evidence/{sha256}", response_class=FileResponse, responses=ANY_FILE)
async def fetch_evidence(caller: Reads, number: str, sha256: str) -> FileResponse:
    """A file as it was handed in."""
    async with caller.db.reading() as session:
        finding = await find_seen(session, caller.sight, number)
        if not caller.sight.opens(finding):
            raise NotFound(*GONE)
        file = await standing_file(session, number, sha256)
    path = files.stored(caller.config.home, file.sha256)
    if not path.is_file():
        raise NotFound(*GONE)
    async with caller.db.writing("trail") as session:
        note, address = f"{number} {file.sha256[:12]}", address_of(caller.request)
        trail.note(session, clock.real(), Noted.DOWNLOAD, caller.account, address=address, note=note)
    return FileResponse(path, media_type=media_type(file.name), filename=file.name, headers=HARMLESS)


async def _form(request: Request) -> FormData:
    """Raises BadInput for a form that cannot be read; read only now that the caller is known."""
    try:
        return await read(request, most_fields=10, part=64 * 1024)
    except BadInput as error:
        raise BadBody(
            "file",
            f"表单不能识别，没有保存。一次最多{MOST_FILES}个文件。",
            f"The form cannot be read; nothing was stored. {MOST_FILES} files at a time at most.",
        ) from error


def _text(form: FormData, name: str) -> str:
    found = form.get(name)
    return found if isinstance(found, str) else ""


def _version(form: FormData) -> int:
    found = _text(form, "version")
    if not (found.isascii() and found.isdigit() and 1 <= int(found[:11]) <= LARGEST):
        raise BadBody("version", "请填写所见的版本号（version）。", "Say which version you saw.")
    return int(found)


def _files(form: FormData) -> list[UploadFile]:
    unknown = sorted({name for name, _ in form.multi_items()} - set(FORM["properties"]))
    if unknown:
        shown = unknown[0][:60]
        raise BadBody(shown, f"没有“{shown}”这一项。", f"There is no field “{shown}”.")
    found = [part for part in form.getlist("file") if isinstance(part, UploadFile) and part.filename]
    if not found:
        raise BadBody("file", "请附上文件（file）。", "Attach a file.")
    return found
