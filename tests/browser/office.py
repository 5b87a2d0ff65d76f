"""An office to look at: the demo's portal as a process of its own, one Chromium, and people who sit at it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    async_playwright,
    expect,
)

from portal.demonstration import AS_OF, PASSWORD
from tests.flows.prefect_house import ROOT, Child, free_port, wait_for

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
RECTIFY = (sys.executable, "-m", "portal.cli")
DESK, PHONE, NARROW = 1280, 390, 360
SIGN_IN = re.compile("^(登录|Sign in)$")
PATIENCE = 30_000
"""Milliseconds for one answer, on a machine that others load too."""
OF_A_STATUS = "Failed to load resource"
"""What Chromium says of any answer that is no success; we look at the answers themselves."""


def chromium() -> str:
    """Its path; where there is none the tests are skipped, and say so."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip(
            "NOT TESTED IN A BROWSER: make chromium (apt-get install chromium fonts-noto-cjk poppler-utils)"
        )
    return found


@dataclass
class Office:
    """Where people work. Whatever their browsers complained of, or fetched from elsewhere, is noted."""

    browser: Browser
    address: str
    complaints: list[str] = field(default_factory=list)
    keys: dict[str, Any] = field(default_factory=dict)
    """Of those who signed in once already."""
    examined: set[str] = field(default_factory=set)
    """Kinds of pages that were looked at."""

    @asynccontextmanager
    async def sitting(self, width: int = DESK, **more: Any) -> AsyncIterator[Page]:
        """Somebody at a browser of their own, nobody to the portal yet."""
        context = await self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 844 if width < DESK else 900},
            **{"locale": "zh-CN", "has_touch": width < DESK, **more},
        )
        context.set_default_timeout(PATIENCE)
        self._listen(context)
        try:
            yield await context.new_page()
        finally:
            await context.close()

    @asynccontextmanager
    async def person(
        self, account: str, width: int = DESK, *, anew: bool = False, **more: Any
    ) -> AsyncIterator[Page]:
        """This person signed in: by the form the first time or anew, else by the same session."""
        known = {"storage_state": self.keys[account]} if account in self.keys and not anew else {}
        async with self.sitting(width, **known, **more) as page:
            if account and not known:
                await signs_in(page, account)
                self.keys[account] = await page.context.storage_state()
            yield page

    def _listen(self, context: BrowserContext) -> None:
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(f"a script failed: {error.error}"))

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and f"{parts.scheme}://{parts.netloc}" != self.address:
            self.complaints.append(f"a request to elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if response.status >= (500 if is_page else 400):
            self.complaints.append(f"{response.status} for {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(OF_A_STATUS):
            self.complaints.append(f"on the console: {message.text}")


async def signs_in(page: Page, account: str, password: str = PASSWORD) -> None:
    """By the form, from wherever that is asked for."""
    if not await page.get_by_label(re.compile("^(密码|Password)$")).is_visible():
        await page.goto("/sign-in")
    await page.get_by_label(re.compile("^(帐号|Account)$")).fill(account)
    await page.get_by_label(re.compile("^(密码|Password)$")).fill(password)
    await page.get_by_role("main").get_by_role("button", name=SIGN_IN).click()
    await page.wait_for_url(lambda url: "/sign-in" not in url)


@asynccontextmanager
async def opened(home: Path, **settings: str) -> AsyncIterator[Office]:
    """The portal over this demo's folder, the letters of its day written, and a browser."""
    program = chromium()
    expect.set_options(timeout=PATIENCE)
    (home / "demo").touch()
    (home / "mailbox").mkdir()
    port = free_port()
    told = environment(home, port) | settings
    subprocess.run([*RECTIFY, "watch", "--once"], env=told, cwd=ROOT, check=True, capture_output=True)
    portal, address = Child([*RECTIFY, "portal"], told, home / "portal.log"), f"http://127.0.0.1:{port}"
    portal.start()
    try:
        wait_for(lambda: _answers(portal, address), 60, "the portal answers")
        async with async_playwright() as playwright:
            as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = await playwright.chromium.launch(
                executable_path=program, args=["--disable-dev-shm-usage", *as_root]
            )
            yield Office(browser, address)
            await browser.close()
    finally:
        portal.end()


def environment(home: Path, port: int) -> dict[str, str]:
    own = {"RECTIFY_HOME": str(home), "RECTIFY_PORTAL_PORT": str(port), "RECTIFY_AS_OF": AS_OF}
    return {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RECTIFY_"))} | own


def _answers(portal: Child, address: str) -> bool:
    assert portal.alive(), portal.said()[-3000:]
    try:
        return httpx.get(f"{address}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False


@dataclass
class Shots:
    """Pictures of a test, in the order in which they were taken."""

    folder: Path
    taken: int = 0

    async def __call__(self, page: Page, name: str) -> None:
        self.taken += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=self.folder / f"{self.taken:02}-{name}.png", full_page=True)
