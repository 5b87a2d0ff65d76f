"""The description of the API, and all its routes together."""

from functools import lru_cache
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from portal.api import evidence, findings, lists, overview
from portal.api.gate import Anyone, Gated
from portal.api.problems import KINDS, MEDIA, Problem

PROBLEM = {"$ref": "#/components/schemas/Problem"}
ALWAYS = (400, 401, 403, 404, 422, 429, 500, 503)
WITH_BODY = (409, 413, 415)
ABOUT = (
    "整改跟踪接口。Findings, acts, letters and what else the portal shows, for programs: by a bearer token, "
    "in its account's name, under the same rules. Every act needs an `Idempotency-Key`; sent again, it "
    "gets the first receipt. Lists go page by page: `next` is the `cursor` of the next one. Refusals are "
    "problem+json. Days are ISO 8601, moments are UTC, amounts are text with a unit."
)
router = APIRouter(prefix="/api/v1", route_class=Gated, redirect_slashes=False)


@router.get("/openapi.json", include_in_schema=False)
async def openapi(_caller: Anyone) -> JSONResponse:
    return JSONResponse(described())


for part in (evidence, overview, lists, findings):  # what ends in a number that may hold slashes comes last
    router.include_router(part.router)


@lru_cache
def described() -> dict[str, Any]:
    """OpenAPI of the whole, with the problems each call may answer with."""
    found = get_openapi(
        title="Rectify 整改跟踪", version=version("rectify"), description=ABOUT, routes=router.routes
    )
    schemas = found["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    for path in found["paths"].values():
        for call in path.values():
            codes = ALWAYS + (WITH_BODY if "requestBody" in call else ())
            call["responses"] |= {str(code): _problem(code) for code in codes}
    return found


def _problem(code: int) -> dict[str, Any]:
    return {"description": KINDS[code][1][1], "content": {MEDIA: {"schema": PROBLEM}}}
