"""How much a request may bring: a form; and files only from who is known, to where files go."""

import re

from starlette.requests import Request
from starlette.types import Message, Receive

from portal.answers import TooLarge

LARGEST_FORM = 2 * 1024 * 1024
LARGEST_UPLOAD = 210 * 1024 * 1024
"""Ten files of the largest size, and the form around them."""
TAKES_FILES = re.compile(r"(/api/v1)?/findings/.+/(acts/[a-z_]+|evidence)|/import", re.DOTALL)


class Measured:
    """Passes on what comes in, up to so many bytes."""

    def __init__(self, receive: Receive) -> None:
        self.receive, self.left = receive, LARGEST_FORM

    async def __call__(self) -> Message:
        message = await self.receive()
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            raise TooLarge(
                "上传的内容太大，没有保存。每个文件最多20MB，一次最多10个。",
                "This is too large and was not stored. Files may have 20 MB each, ten at a time.",
            )
        return message


def measured(request: Request, receive: Receive) -> Request:
    """The same request, of which no more is read than a form may have."""
    here = Measured(receive)
    request.scope.setdefault("state", {})["measured"] = here
    return Request(request.scope, here)


def brings_files(request: Request) -> bool:
    """Whether it goes where files are taken; whoever sends it may still be nobody."""
    is_form = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    return is_form and bool(TAKES_FILES.fullmatch(str(request.scope["path"])))


def let_files_in(request: Request) -> None:
    """Once it is known who sends them."""
    if brings_files(request):
        request.scope["state"]["measured"].left = LARGEST_UPLOAD
