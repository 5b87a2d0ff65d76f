"""A person at a browser: signed in, reading pages, filling in their forms as they stand there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

import httpx

from models.access import sessions
from models.access.keys import Credential, Way
from models.database import database
from models.settings import Settings
from portal.pages.paper import cookie_name
from portal.web import app
from tasks import clock

BASE = "http://127.0.0.1:8080"
Files = Sequence[tuple[str, tuple[str, bytes, str]]]


@dataclass
class Visitor:
    """Goes through the real door; only the password is left out, where a test is not about it."""

    client: httpx.AsyncClient
    config: Settings

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.client.get(path, params=query or None)

    async def send(
        self,
        page: httpx.Response,
        action: str,
        said: Mapping[str, str | list[str]] | None = None,
        files: Files = (),
    ) -> httpx.Response:
        """Send the form of this page that goes to `action`, with what it holds and what is said besides."""
        fields: dict[str, str | list[str]] = {**form_of(page, action), **(said or {})}
        return await self.client.post(action, data=fields, files=list(files) or None)

    async def done(
        self, path: str, action: str, said: Mapping[str, str | list[str]] | None = None, files: Files = ()
    ) -> httpx.Response:
        """Open the page, send its form, and go where that leads. The form has to be taken in."""
        sent = await self.send(await self.get(path), action, said, files)
        assert sent.status_code == 303, (sent.status_code, sentence_of(sent))
        return await self.client.get(sent.headers["location"])

    async def close(self) -> None:
        await self.client.aclose()


async def visiting(config: Settings, account: str = "") -> Visitor:
    """Signed in as this account; nobody if it is empty."""
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app(config)), base_url=BASE)
    if account:
        client.cookies.set(cookie_name(config), await key_for(config, account))
    return Visitor(client, config)


async def key_for(config: Settings, account: str) -> str:
    """The key of a new session."""
    async with database(config).writing() as session:
        credential = await session.get(Credential, account) or Credential(
            account=account, set_at=clock.real()
        )
        session.add(credential)
        return await sessions.begin(session, account, Way.PASSWORD, credential.stamp, clock.real())


class _Forms(HTMLParser):
    """Fields and their values, by the form's action."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.here: dict[str, str] | None = None
        self.area = ""
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.here = self.forms.setdefault(given.get("action", ""), {})
        if self.here is None:
            return
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") not in {"file", "submit"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.here[name] = given.get("value", "")
        elif tag == "textarea":
            self.area, self.here[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in given or self.select not in self.here):
            self.here[self.select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.here = None
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.here is not None and self.area:
            self.here[self.area] += data.removeprefix("\n")


def forms_of(page: httpx.Response) -> dict[str, dict[str, str]]:
    parser = _Forms()
    parser.feed(page.text)
    return parser.forms


def form_of(page: httpx.Response, action: str) -> dict[str, str]:
    found = forms_of(page)
    assert action in found, f"no form goes to {action}; there are {sorted(found)}"
    return found[action]


def sentence_of(page: httpx.Response) -> str:
    """What a page says on top: a refusal, or what was done."""
    found = re.search(r'role="(?:alert|status)"[^>]*>(.*?)</p>', page.text, re.S)
    found = found or re.search(r'class="refusal".*?<h1>(.*?)</h1>', page.text, re.S)
    return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else page.text[:300]
