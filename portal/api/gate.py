"""The gate of the API: no route without a token, no body read before it, and every refusal as a problem."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Security
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer, SecurityScopes
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from models.access import knocking, tokens, trail
from models.access.sight import Sight
from models.access.tokens import Bearer
from models.access.trail import Noted
from models.database import Database, database
from models.settings import Settings
from policy.knocking import API_CALLS, WRONG_FROM_ADDRESS, network_of
from policy.refusals import (
    BadInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Overtaken,
    Refusal,
    TooOften,
)
from policy.scopes import Scope
from policy.stages import Stage
from portal.answers import status_of
from portal.api.problems import BadField, Since, bad_fields, in_words, problem
from portal.measured import let_files_in
from portal.pages.paper import address_of
from tasks import clock

WHO = (
    "请在 Authorization 头中给出有效的令牌：Bearer rectify_…",
    "Give a valid token in the Authorization header: Bearer rectify_….",
)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OutOfScope(NotAllowed):
    """The account may, this token may not."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"此令牌不能用于“{scope}”。请另办一个有此用途的令牌。",
            f"This token is not for “{scope}”. Make one that is.",
        )
        self.scope = scope


class BadBody(BadInput):
    """A field that only the act itself could tell to be wrong."""

    def __init__(self, field: str, zh: str, en: str, kind: str = "") -> None:
        super().__init__(zh, en)
        self.field, self.kind = field, kind


class OvertakenBy(Overtaken):
    """How the finding stands now, and what was done since the caller looked."""

    def __init__(self, refusal: Overtaken, version: int, stage: Stage, meanwhile: list[Since]) -> None:
        super().__init__(refusal.zh, refusal.en)
        self.version, self.stage, self.meanwhile = version, stage, meanwhile


@dataclass(frozen=True)
class Caller:
    """Who calls, with what rights."""

    request: Request
    bearer: Bearer

    @property
    def config(self) -> Settings:
        return cast(Settings, self.request.app.state.config)

    @property
    def db(self) -> Database:
        return database(self.config)

    @property
    def account(self) -> str:
        return self.bearer.account

    @property
    def sight(self) -> Sight:
        return self.bearer.sight


TOKEN = HTTPBearer(
    scheme_name="token", auto_error=False, description="A token of an account: `rectify_…`, by its scopes."
)


async def caller(
    request: Request, scopes: SecurityScopes, _said: Annotated[object, Depends(TOKEN)]
) -> Caller:
    """Raises OutOfScope. The token was looked at before: whoever came past the gate has one."""
    bearer: Bearer = request.scope["state"]["bearer"]
    for scope in scopes.scopes:
        if Scope(scope) not in bearer.scopes:
            raise OutOfScope(scope)
    return Caller(request, bearer)


Anyone = Annotated[Caller, Security(caller)]
Reads = Annotated[Caller, Security(caller, scopes=[Scope.READ.value])]
Acts = Annotated[Caller, Security(caller, scopes=[Scope.ACT.value])]
Opens = Annotated[Caller, Security(caller, scopes=[Scope.OPEN.value])]


class Gated(APIRoute):
    """A route behind the gate."""

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                await let_in(request)
                self.must_take(request)
                let_files_in(request)
                return await inner(request)
            except RequestValidationError as error:
                return _not_understood(request, error)
            except HTTPException as error:
                return _not_read(request, error)
            except Refusal as refusal:
                return refused(request, refusal)

        return handle

    def must_take(self, request: Request) -> None:
        """Raises HTTPException for a body of another type than the route reads."""
        described = (self.openapi_extra or {}).get("requestBody", {}).get("content", {})
        wanted = next(iter(described), "application/json" if self.body_field else "")
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if wanted and given != wanted:
            raise HTTPException(415, wanted)


async def let_in(request: Request) -> None:
    """Raises NotSignedIn without a token that is valid, TooOften for one that is used too much."""
    config: Settings = request.app.state.config
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    db, now = database(config), clock.real()
    if kind.lower() != "bearer" or not secret:
        raise NotSignedIn(*WHO)
    found = await tokens.bearer(db, secret.strip(), now, clock.today())
    if found is None:
        await _note_wrong(db, address_of(request))
        raise NotSignedIn(*WHO)
    request.scope.setdefault("state", {})["bearer"] = found
    await knocking.let_through(db, f"token:{found.token.id}", API_CALLS, now)


async def _note_wrong(db: Database, address: str) -> None:
    """Raises TooOften. Nobody finds a token by trying; but those who try are to be seen."""
    now, key = clock.real(), f"api:{network_of(address)}"
    async with db.reading() as session:
        await knocking.refuse_if_full(session, key, WRONG_FROM_ADDRESS, now)
    async with db.writing("token_refused") as session:
        await knocking.count(session, key, WRONG_FROM_ADDRESS, now)
        trail.note(session, now, Noted.TOKEN_REFUSED, "", address=address)


def refused(request: Request, refusal: Refusal) -> Response:
    words = (refusal.zh, refusal.en)
    if isinstance(refusal, OutOfScope):
        challenge = f'Bearer error="insufficient_scope", scope="{refusal.scope}"'
        return problem(
            request,
            403,
            words,
            kind="out-of-scope",
            scope=refusal.scope,
            headers={"WWW-Authenticate": challenge},
        )
    if isinstance(refusal, NotSignedIn):
        return problem(request, 401, words, headers={"WWW-Authenticate": 'Bearer realm="rectify"'})
    if isinstance(refusal, OvertakenBy):
        return problem(
            request,
            409,
            words,
            version=refusal.version,
            stage=refusal.stage,
            meanwhile=refusal.meanwhile,
        )
    if isinstance(refusal, TooOften):
        return problem(request, 429, words, headers={"Retry-After": str(refusal.seconds)})
    if isinstance(refusal, BadBody):
        fields = [BadField(field=refusal.field, reason=in_words(request, words))]
        return problem(request, 422, words, kind=refusal.kind, errors=fields)
    is_about_input = isinstance(refusal, BadInput) and not isinstance(refusal, NotFound)
    return problem(request, 422 if is_about_input else status_of(refusal), words)


def _not_understood(request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(request, 400, ("内容不是 JSON。", "The body is no JSON."))
    fields = bad_fields(request, found)
    first = fields[0]
    words = (f"“{first.field}”：{first.reason}。", f"“{first.field}”: {first.reason}.")
    return problem(request, 422, words, errors=fields)


def _not_read(request: Request, error: HTTPException) -> Response:
    """What was wrong with the body before anybody looked into it."""
    if isinstance(error.__cause__, Refusal):
        return refused(request, error.__cause__)
    if error.status_code == 415:
        return problem(request, 415, (f"内容类型应为 {error.detail}。", f"Send it as {error.detail}."))
    return problem(request, 400, ("请求的内容不能识别。", "The body cannot be read."))
