"""People of many machines at their browsers, each request led to the one portal or the other."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx

from policy.stages import Act
from tests.browsing import PATIENCE, Browser
from tests.machines.office import until_stored
from tests.models.township import OPENING, PLACED

ASSIGNED = 2
"""The version of a finding that was opened and assigned at once."""


@dataclass
class People:
    """Signed in once each. What they did is noted as `acted(number, version)`, once they were told of it."""

    address: str
    acted: Callable[[str, int], None]
    browsers: dict[str, Browser] = field(default_factory=dict)

    async def open(self) -> str:
        """One that sounds like no other, so that nobody has to look the others over first."""
        its_own = {"condition": f"{uuid4()} {uuid4()}", "deadline_type": "immediate"}
        words, nonce = OPENING | PLACED | its_own, uuid4().hex
        browser = await self.at_browser("inspector")
        led_to = await until_stored(lambda: browser.open(words, nonce))
        number = urlsplit(led_to).path.removeprefix("/findings/")
        self.acted(number, ASSIGNED)
        return number

    async def act(self, number: str, what: Act, by: str, file: Path | None = None) -> None:
        browser, nonce = await self.at_browser(by), uuid4().hex
        led_to = await until_stored(lambda: browser.act(number, what, {}, nonce, file))
        self.acted(number, int(parse_qs(urlsplit(led_to).query)["done"][0]))

    async def at_browser(self, account: str) -> Browser:
        """Every request has a line of its own, so that the next one comes to the other portal."""
        if account not in self.browsers:
            lines = httpx.Limits(max_keepalive_connections=0)
            client = httpx.AsyncClient(base_url=self.address, limits=lines, timeout=PATIENCE, trust_env=False)
            browser = Browser(account, client)
            await until_stored(browser.sign_in)
            self.browsers.setdefault(account, browser)
        return self.browsers[account]

    async def close(self) -> None:
        for browser in self.browsers.values():
            await browser.client.aclose()
