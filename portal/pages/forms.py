"""What a form brings: its fields and files, let in only with the token of the session it was drawn for."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from policy.refusals import BadInput, NotAllowed
from portal.measured import LARGEST_FORM
from portal.pages.paper import LARGEST_ID, Reader, reader_of

MOST_FIELDS, MOST_FILES = 500, 10
OURS = frozenset({"csrf", "nonce", "version"})
"""Fields that every form of ours has, and no person fills in."""


OUT_OF_DATE = (
    "此页已过期，没有办理。请返回上一页刷新后再提交。",
    "This page is out of date; nothing was done. Go back, reload it and send it again.",
)


class OutOfDate(NotAllowed):
    """A form of ours, sent from our own page, that was drawn for an earlier session of this browser."""

    def __init__(self, typed: Mapping[str, str], files: tuple[str, ...]) -> None:
        super().__init__(*OUT_OF_DATE)
        self.typed, self.files = typed, files


@dataclass(frozen=True)
class Sent:
    """A form somebody sent: what they typed, by name, and the files they chose."""

    reader: Reader
    said: Mapping[str, str]
    """Fields but ours; of several with one name the lines of one text."""
    files: tuple[UploadFile, ...] = ()
    nonce: str = ""
    version: int | None = None
    """Of the finding, as the page showed it."""

    def __getitem__(self, name: str) -> str:
        return self.said.get(name, "")

    def chosen(self, name: str) -> list[str]:
        """The values of boxes that were ticked."""
        return self[name].splitlines()


async def sent(request: Request) -> Sent:
    """Raises NotAllowed without the token of this session, BadInput for what is no form of ours."""
    reader = reader_of(request)
    form = await read(request)
    files = [file for _, file in form.multi_items() if isinstance(file, UploadFile) and file.filename]
    given = form.get("csrf")
    if not reader.csrf or not isinstance(given, str) or not hmac.compare_digest(given, reader.csrf):
        if is_surely_ours(request):
            raise OutOfDate(typed(form), tuple(file.filename or "" for file in files))
        raise NotAllowed(*OUT_OF_DATE)
    said = {name: value for name, value in typed(form).items() if name not in OURS}
    return Sent(reader, said, tuple(files), _text(form.get("nonce")), version_of(form.get("version")))


Form = Annotated[Sent, Depends(sent)]


class _Parts(MultiPartParser):
    """Files go to the disk as they come; of everything else there is no more than a form may have."""

    text = 0

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            self.text += end - start
            if self.text > LARGEST_FORM:
                raise MultiPartException("more text than a form may have")
        super().on_part_data(data, start, end)


async def read(request: Request, most_fields: int = MOST_FIELDS, part: int = LARGEST_FORM) -> FormData:
    """The fields and files of a form, none of them larger than `part` but files. Raises BadInput."""
    try:
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data":
            return await request.form(max_fields=most_fields, max_part_size=part)
        if options.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
            raise MultiPartException("forms of ours are in UTF-8")
        parts = _Parts(
            request.headers,
            request.stream(),
            max_files=MOST_FILES,
            max_fields=most_fields,
            max_part_size=part,
        )
        return await parts.parse()
    except (HTTPException, MultiPartException, UnicodeError) as error:
        raise BadInput(
            f"提交的内容不能识别，没有保存。一次最多{MOST_FILES}个文件。",
            f"This form cannot be read and nothing was stored. {MOST_FILES} files at a time at most.",
        ) from error


def typed(form: FormData) -> dict[str, str]:
    """What a form says but for its files, by name; of several with one name the lines of one text."""
    said: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            said[name] = f"{said[name]}\n{value}" if name in said else value
    return said


def is_surely_ours(request: Request) -> bool:
    """The browser itself says that one of our pages sent it; where it says nothing, only the token can."""
    origin = request.headers.get("origin", "")
    said = request.headers.get("sec-fetch-site") == "same-origin"
    return said or urlsplit(origin).netloc == request.headers.get("host")


def _text(value: object) -> str:
    return value[:64] if isinstance(value, str) else ""


def version_of(value: object) -> int | None:
    """One that is larger than any can be is that of no finding, and is told so."""
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        return None
    return min(int(value[:12]), LARGEST_ID)


def fresh_key() -> str:
    """For a form that is drawn before anybody has signed in."""
    return secrets.token_urlsafe(32)
