"""The API under requests made up from its own description: it answers as described, and never breaks.

`API_EXAMPLES=500 pytest tests/portal/test_api_fuzzed.py` makes up more of them.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from models.access import tokens
from models.database import database
from models.settings import Settings
from portal.api.openapi import described
from tasks import clock
from tests.portal.calling import MEDIA, client, token_of

EXAMPLES = int(os.environ.get("API_EXAMPLES", "5"))
"""Of each call, good ones and bad ones each."""
HELD_TO = ("not_a_server_error", "status_code_conformance", "content_type_conformance")
CALM = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES < 50,
    suppress_health_check=list(HealthCheck),
)
KNOWN = {"number": "SJ2026-001"}
"""A finding there is, so that not all is lost on numbers there are not."""


class Portal:
    """Sends a made-up request with a token, a new one before the old one is worn out."""

    def __init__(self, config: Settings, run: Callable[[Any], Any]) -> None:
        self.config, self.run, self.calls, self.token = config, run, 0, ""
        self.client = client(config)
        self.statuses: Counter[int] = Counter()

    def send(self, case: Any) -> httpx.Response:
        if self.calls % 400 == 0:
            self.token = self.run(self._token())
        self.calls += 1
        wanted = case.as_transport_kwargs(base_url="http://127.0.0.1:8080")
        made = requests.Request(**wanted).prepare()
        headers: Any = {**made.headers, "Authorization": f"Bearer {self.token}"}
        content: Any = made.body or b""
        request = httpx.Request(made.method or "", made.url or "", headers=headers, content=content)
        answer: httpx.Response = self.run(self.client.send(request))
        self.statuses[answer.status_code] += 1
        return answer

    async def leave(self) -> None:
        await self.client.aclose()
        await database(self.config).close()

    async def _token(self) -> str:
        async with database(self.config).writing() as session:
            await tokens.end_all(session, "zhenggaiban", clock.real())
        return await token_of(self.config, "zhenggaiban")


def test_the_api_answers_as_it_is_described(town: Settings) -> None:
    load_all_checks()
    checks = [*CHECKS.get_by_names(HELD_TO), *CHECKS.get_by_names(("response_schema_conformance",))]
    with asyncio.Runner() as loop:
        portal = Portal(town, loop.run)
        for found in schemathesis.openapi.from_dict(described()).get_all_operations():
            assert isinstance(found, Ok)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                try_out(portal, found.ok(), mode, checks)
        loop.run(portal.leave())
    assert {200, 404, 422} <= set(portal.statuses)
    assert not [status for status in portal.statuses if status >= 500]


def try_out(portal: Portal, operation: Any, mode: GenerationMode, checks: list[Any]) -> None:
    made_up = operation.as_strategy(mode)
    known = operation.as_strategy(mode, path_parameters=KNOWN) if "{number}" in operation.path else made_up

    @CALM
    @given(st.one_of(known, made_up))
    def each(case: Any) -> None:
        answer = portal.send(case)
        case.validate_response(answer, checks=checks)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == MEDIA

    each()
