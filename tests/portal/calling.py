"""A program that calls the API, with a token of somebody's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx
from fastapi import FastAPI

from models.access import tokens
from models.access.tokens import Wanted
from models.database import database
from models.settings import Settings
from policy.scopes import Scope
from portal.web import app
from tasks import clock
from tests.portal.visiting import BASE

ALL = frozenset(Scope)
MEDIA = "application/problem+json"


@dataclass
class Program:
    client: httpx.AsyncClient
    key: int = 0

    async def get(self, path: str, **query: str | list[str]) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", params=query or None)

    async def read(self, path: str, **query: str | list[str]) -> Any:
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, said: Mapping[str, Any], key: str = "") -> httpx.Response:
        self.key += 1
        headers = {"Idempotency-Key": key or f"made-up-{self.key:04}"}
        return await self.client.post(f"/api/v1{path}", json=dict(said), headers=headers)


@lru_cache(maxsize=1)
def portal(config: Settings) -> FastAPI:
    return app(config)


def client(config: Settings, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=portal(config))
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)


async def token_of(config: Settings, account: str, scopes: frozenset[Scope] = ALL, days: int = 30) -> str:
    async with database(config).writing() as session:
        name = f"{len(await tokens.of(session, account)) + 1}"
        return await tokens.make(session, Wanted(account, name, scopes, days), account, clock.real())


async def calling(config: Settings, account: str, scopes: frozenset[Scope] = ALL) -> Program:
    secret = await token_of(config, account, scopes)
    return Program(client(config, Authorization=f"Bearer {secret}"))


def told(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem an answer tells."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA
    found: dict[str, Any] = json.loads(answer.text)
    assert found["status"] == status
    assert found["type"].startswith("urn:rectify:problem:")
    assert found["detail"]
    return found
