"""Refusals as problem+json (RFC 9457): what kind, one sentence, and the fields it is about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from models.access.tokens import Bearer
from policy.refusals import Language
from policy.stages import Act, Stage
from portal.pages.paper import preferred
from portal.pages.speech import Words

ROOT = "/api"
MEDIA = "application/problem+json"
COME_AGAIN = "5"
"""Seconds after which a database may be back."""
KINDS: dict[int, tuple[str, Words]] = {
    400: ("malformed", ("请求不能识别", "Malformed request")),
    401: ("no-token", ("没有有效的令牌", "No valid token")),
    403: ("not-allowed", ("不能这样办理", "Not allowed")),
    404: ("not-found", ("没有找到", "Not found")),
    405: ("no-such-method", ("不支持的方法", "Method not allowed")),
    409: ("overtaken", ("已被他人更新", "Overtaken")),
    413: ("too-large", ("内容太大", "Too large")),
    415: ("wrong-type", ("内容类型不对", "Wrong content type")),
    422: ("bad-input", ("内容有误", "Bad input")),
    429: ("too-often", ("过于频繁", "Too often")),
    500: ("broken", ("程序出错", "Broken")),
    503: ("unavailable", ("暂时不可用", "Unavailable")),
}


class BadField(BaseModel):
    """One field that cannot be taken as it is."""

    model_config = ConfigDict(extra="forbid")

    field: str
    reason: str


class Since(BaseModel):
    """An act recorded since the caller looked."""

    model_config = ConfigDict(extra="forbid")

    seq: int
    at: datetime
    act: Act
    by: str
    to: Stage


class Problem(BaseModel):
    """Why nothing was done, and what is possible."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="`urn:rectify:problem:` and a word that stays the same.")
    title: str
    status: int
    detail: str = Field(description="One sentence, in the language asked for or the account's.")
    errors: list[BadField] | None = Field(default=None, description="422: the fields that are wrong.")
    scope: str | None = Field(default=None, description="403: what the token would have to be for.")
    version: int | None = Field(default=None, description="409: the finding's version now.")
    stage: Stage | None = Field(default=None, description="409: its stage now.")
    meanwhile: list[Since] | None = Field(default=None, description="409: what was done meanwhile.")


def is_api(request: Request) -> bool:
    path = str(request.scope["path"])
    return path == ROOT or path.startswith(f"{ROOT}/")


def language_of(request: Request) -> Language:
    """As asked for, else the account's."""
    bearer: Bearer | None = request.scope.get("state", {}).get("bearer")
    asked = request.headers.get("accept-language", "")
    return bearer.language if bearer and not asked else preferred(asked)


def in_words(request: Request, words: Words) -> str:
    return words[1] if language_of(request) is Language.ENGLISH else words[0]


def problem(
    request: Request,
    status: int,
    words: Words,
    *,
    kind: str = "",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """`more` are the members of Problem that this one has."""
    known, title = KINDS.get(status, KINDS[400])
    told = Problem(
        type=f"urn:rectify:problem:{kind or known}",
        title=in_words(request, title),
        status=status,
        detail=in_words(request, words),
        **more,
    )
    content = told.model_dump(mode="json", exclude_none=True)
    soon = {"Retry-After": COME_AGAIN} if status == 503 else {}
    return JSONResponse(content, status, soon | dict(headers or {}), media_type=MEDIA)


PYDANTIC: dict[str, Words] = {
    "missing": ("必须填写", "is needed"),
    "extra_forbidden": ("没有这一项", "there is no such field"),
    "string_too_long": ("太长", "is too long"),
    "string_too_short": ("太短", "is too short"),
    "enum": ("不是可用的值", "is none of the possible values"),
    "literal_error": ("不是可用的值", "is none of the possible values"),
}


def bad_fields(request: Request, errors: Sequence[Any]) -> list[BadField]:
    """What the checks of the request complained of, field by field; never what was sent."""
    found = []
    for error in errors[:20]:
        where = ".".join(str(part) for part in error["loc"][1:])[:200] or str(error["loc"][0])
        zh, en = PYDANTIC.get(error["type"], ("不能识别", str(error["msg"])))
        found.append(BadField(field=where, reason=in_words(request, (zh, en))))
    return found
