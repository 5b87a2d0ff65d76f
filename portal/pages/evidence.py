"""Evidence as it was handed in: a download for whoever may open the finding, never a page."""

from fastapi import APIRouter
from starlette.responses import FileResponse

from models.access import trail
from models.access.sight import find_seen
from models.access.trail import Noted
from models.evidence import standing_file
from models.keeping import files
from policy.refusals import NotFound
from portal.pages.paper import READ, Reading, address_of
from tasks import clock
from tasks.evidence import is_picture, media_type

router = APIRouter()

GONE = ("没有这份佐证材料。", "There is no such evidence.")
HARMLESS = {"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'"}


@router.api_route("/findings/{number:path}/evidence/{key}", methods=READ)
async def download(number: str, key: str, reader: Reading, inline: bool = False) -> FileResponse:
    """As an attachment under its own name; a picture is shown inline where a page of ours asks for that."""
    async with reader.db.reading() as session:
        finding = await find_seen(session, reader.sight, number)
        if not reader.sight.opens(finding):
            raise NotFound(*GONE)
        file = await standing_file(session, number, key)
    path = files.stored(reader.config.home, file.sha256)
    if not path.is_file():
        raise NotFound(
            "这份佐证材料的文件不在了，请告诉管理员。", "The file is gone. Tell the administrator."
        )
    picture = inline and is_picture(file.name)
    if not picture:
        async with reader.db.writing("trail") as session:
            note = f"{number} {file.sha256[:12]}"
            address = address_of(reader.request)
            trail.note(session, clock.real(), Noted.DOWNLOAD, reader.account, address=address, note=note)
    how = "inline" if picture else "attachment"
    return FileResponse(
        path,
        media_type=media_type(file.name),
        filename=file.name,
        content_disposition_type=how,
        headers=HARMLESS,
    )
