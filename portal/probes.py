"""What a process says of itself to whoever watches over it: that it lives, is ready, and its figures."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from models import figures, overview
from models.database import Database, database
from models.settings import Settings
from models.upgrade import is_current
from policy.refusals import Refusal
from tasks import clock, measures

PATIENCE = 5.0
"""Seconds within which the database must answer to be called ready."""
READ = ["GET", "HEAD"]
Aside = Callable[[], Mapping[str, object]]
"""What is worth knowing beside readiness, and does not decide it."""


def routes(
    config: Settings, process: str, *registries: CollectorRegistry, aside: Aside = dict
) -> list[Route]:
    """`/health`, `/ready` and `/metrics` of a process."""

    async def health(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        seen = await look(database(config))
        told = {
            "ready": seen.is_ready,
            "process": process,
            "pid": os.getpid(),
            "version": version("rectify"),
            "needs": {"database": seen.database, "schema": seen.schema},
            "aside": about(config) | {"heartbeats": seen.heartbeats} | dict(aside()),
        }
        return JSONResponse(told, 200 if seen.is_ready else 503)

    async def metrics(_request: Request) -> Response:
        text = await measures.exposition(database(config), measures.ANY, *registries)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/health", health, methods=READ),
        Route("/ready", ready, methods=READ),
        Route("/metrics", metrics, methods=READ),
    ]


@dataclass
class Sight:
    """What must be so for the work to be done. Prefect need not: acts and mails go on without it."""

    database: bool = False
    schema: bool = False
    heartbeats: Mapping[str, float] = field(default_factory=dict)
    """Not needed either: whoever does the job may be another process."""

    @property
    def is_ready(self) -> bool:
        return self.database and self.schema


async def look(db: Database) -> Sight:
    seen = Sight()
    try:
        async with asyncio.timeout(PATIENCE), db.reading() as session:
            await overview.answers(session)
            seen.database = True
            seen.schema = await is_current(session)
            seen.heartbeats = await figures.heartbeats(session, clock.real())
    except (Refusal, OSError, DBAPIError):
        pass  # what is not seen is not so
    return seen


def about(config: Settings) -> dict[str, object]:
    return {"mail_server_set": bool(config.smtp_host), "clock_moved": bool(config.as_of)}
