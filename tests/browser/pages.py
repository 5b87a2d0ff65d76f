"""Every kind of page there is for the demo's people, found by following the links that lead to it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

from tests.browser.office import Office

MOST = 200
"""Kinds of pages for one person; more would be a walk that goes in circles."""
LEFT_OUT = re.compile(r"^/(static|flow-ui)/|/html$")
"""Files, the Prefect UI, whose looks are not ours, and a stranger's mail in its frame."""


async def every_page(office: Office, account: str) -> list[str]:
    """One address of each kind that links lead this person to, the first found."""
    cookies = {one["name"]: one["value"] for one in office.keys[account]["cookies"]} if account else {}
    found: dict[str, str] = {}
    tried: set[str] = set()
    async with httpx.AsyncClient(base_url=office.address, cookies=cookies) as client:
        waiting = ["/" if account else "/sign-in"]
        while waiting:
            path = waiting.pop(0)
            if kind(path) in tried or LEFT_OUT.search(urlsplit(path).path):
                continue
            tried.add(kind(path))
            answer = await client.get(path, follow_redirects=True)
            if answer.status_code != 200:
                office.complaints.append(f"{account}: {answer.status_code} for {path}, which a link leads to")
            elif answer.headers["content-type"].startswith("text/html"):
                tried.add(kind(answer.url.path))  # where it was led on to
                found.setdefault(kind(answer.url.path), answer.url.raw_path.decode())
                waiting += linked(str(answer.url), answer.text)
            assert len(found) < MOST, sorted(found)
    return list(found.values())


def kind(path: str) -> str:
    """Addresses that differ in a number, a name or a condition lead to pages of one kind."""
    parts = urlsplit(path).path.split("/")
    return "/".join("*" if re.search(r"\d|%", part) else part for part in parts)


def linked(here: str, html: str) -> Iterator[str]:
    """Where the links of a page lead within the portal."""
    reader = _Links()
    reader.feed(html)
    for address in reader.addresses:
        parts = urlsplit(urljoin(here, address))
        if parts.netloc == urlsplit(here).netloc:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and "download" not in given and (address := given.get("href")):
            self.addresses.append(address)
