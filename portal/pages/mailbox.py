"""The demo's mailbox: what was received, and each mail in a frame where nothing of it can run."""

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from policy.refusals import NotFound
from portal.mailbox import opened, received
from portal.pages.paper import MOST_ROWS, READ, Reading

FRAMED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""For a stranger's HTML: it is shown, and can do nothing."""

router = APIRouter(prefix="/mailbox")


def folder_of(reader: Reading) -> Path:
    """Raises NotFound outside the demo, which alone has a mailbox."""
    folder = reader.config.home / "mailbox"
    if not folder.is_dir():
        raise NotFound("这里没有邮箱：邮箱只在演示中使用。", "There is no mailbox: only the demo has one.")
    return folder


Folder = Annotated[Path, Depends(folder_of)]


@router.api_route("", methods=READ)
async def mailbox(reader: Reading, folder: Folder) -> HTMLResponse:
    mails = await asyncio.to_thread(received, folder)
    return reader.page("mailbox.html", mails=mails[:MOST_ROWS], how_many=len(mails))


@router.api_route("/{name}", methods=READ)
async def mail(name: str, reader: Reading, folder: Folder) -> HTMLResponse:
    view = await asyncio.to_thread(opened, folder, name)
    return reader.page("mail.html", name=name, mail=view)


@router.api_route("/{name}/html", methods=READ)
async def framed(name: str, folder: Folder) -> HTMLResponse:
    view = await asyncio.to_thread(opened, folder, name)
    framed = {"Content-Security-Policy": FRAMED, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(view.html, headers=framed)
