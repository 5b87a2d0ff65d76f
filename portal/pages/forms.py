"""What a form brings: its fields and files, let in only with the token of the session it was drawn for."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from policy.refusals import BadInput, NotAllowed
from portal.pages.paper import Reader, reader_of

MOST_FIELDS, MOST_FILES = 500, 10
OURS = frozenset({"csrf", "nonce", "version"})
"""Fields that every form of ours has, and no person fills in."""


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
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=256 * 1024)
    except HTTPException as error:
        raise BadInput(
            f"提交的内容不能识别，没有保存。一次最多{MOST_FILES}个文件。",
            f"This form cannot be read and nothing was stored. {MOST_FILES} files at a time at most.",
        ) from error
    given = form.get("csrf")
    if not reader.csrf or not isinstance(given, str) or not hmac.compare_digest(given, reader.csrf):
        raise NotAllowed(
            "此页已过期，没有办理。请返回上一页刷新后再提交。",
            "This page is out of date; nothing was done. Go back, reload it and send it again.",
        )
    files = [file for _, file in form.multi_items() if isinstance(file, UploadFile) and file.filename]
    said = {name: value for name, value in typed(form).items() if name not in OURS}
    return Sent(reader, said, tuple(files), _text(form.get("nonce")), _version(form.get("version")))


Form = Annotated[Sent, Depends(sent)]


def typed(form: FormData) -> dict[str, str]:
    """What a form says but for its files, by name; of several with one name the lines of one text."""
    said: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            said[name] = f"{said[name]}\n{value}" if name in said else value
    return said


def _text(value: object) -> str:
    return value[:64] if isinstance(value, str) else ""


def _version(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None


def fresh_key() -> str:
    """For a form that is drawn before anybody has signed in."""
    return secrets.token_urlsafe(32)
