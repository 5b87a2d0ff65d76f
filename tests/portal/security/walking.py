"""Every route of the portal, and every page that leads from one to another: also those yet to come."""

import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from models.settings import Settings
from portal.web import app
from tests.portal.visiting import BASE, Visitor

NUMBER = "SJ2026-001"
PARTS = {
    "number:path": NUMBER,
    "act": "submit",
    "key": "1",
    "token": "whatever",
    "name": "rectify.css",
    "kind": "xlsx",
    "path:path": "runs",
}
"""What stands for the parts of an address; a number for those that are not named here."""
SEEN = {("sign_in", "seen_at")}
"""What looking at a page writes: when somebody was last there."""
NOTED = ("export", "access_refused")
"""What the trail says of lists taken out and of looking at what is not one's own: both are noted."""


@dataclass(frozen=True)
class Walked:
    """A route with its methods, and an address it answers to."""

    path: str
    methods: frozenset[str]
    address: str


def walked(config: Settings) -> list[Walked]:
    return list(_walked(app(config).routes))


def _walked(routes: Sequence[Any], before: str = "") -> Iterator[Walked]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _walked(route.original_router.routes, before + route.include_context.prefix)
        else:
            path = before + route.path
            address = re.sub(r"\{([^}]+)\}", lambda part: PARTS.get(part[1], "1"), path)
            yield Walked(path, frozenset(route.methods or ()), address)


def stored(config: Settings) -> dict[str, str]:
    """A hash of each table, without what looking writes."""
    with closing(sqlite3.connect(config.home / "rectify.db")) as file:
        found = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: _hashed(file, name) for (name,) in found}


def _hashed(file: sqlite3.Connection, table: str) -> str:
    columns = [row[1] for row in file.execute(f"PRAGMA table_info('{table}')")]
    where = f" WHERE kind NOT IN {NOTED}" if table == "access_event" else ""
    where = " WHERE key NOT LIKE 'export%' AND key NOT LIKE 'refused%'" if table == "throttle" else where
    kept = ", ".join(f'"{name}"' for name in columns if (table, name) not in SEEN)
    rows = sorted(map(repr, file.execute(f'SELECT {kept} FROM "{table}"{where}')))
    return sha256("\n".join(rows).encode()).hexdigest()


class Read(HTMLParser):
    """What a page holds: links, places they lead to, forms, and whatever a browser would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.actions: list[str] = []
        self.runs: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.ids.add(given.get("id", ""))
        if tag == "form":
            self.actions.append(given.get("action", ""))
        risky = [name for name in given if name.startswith("on") or name in {"style", "srcdoc"}]
        if tag == "script" and "src" not in given:
            risky.append("inline script")
        if tag in {"style", "object", "embed", "base"} or "http-equiv" in given:
            risky.append(tag)
        schemes = [given.get(name, "").strip().lower() for name in ("href", "src", "action", "formaction")]
        risky += [x for x in schemes if x.startswith(("javascript:", "data:", "vbscript:", "//", "http"))]
        self.runs += [f"<{tag} {one}>" for one in risky]


PER_KIND, PER_PATH = 2, 12
"""Pages of one kind that are read: what holds for two findings holds for a thousand."""


async def crawled(
    visitor: Visitor, start: str = "/", per_kind: int = PER_KIND
) -> AsyncIterator[tuple[str, httpx.Response]]:
    """Every page that links lead to, and what it answered; of one kind only some."""
    todo, done, kinds = [start], set[str](), Counter[str]()
    while todo:
        path = todo.pop(0)
        if path in done:
            continue
        done.add(path)
        page = await visitor.client.get(path)
        yield path, page
        if 300 <= page.status_code < 400:
            links = [page.headers["location"]]
        else:
            links = Read(page.text).links if "html" in page.headers.get("content-type", "") else []
        for link in links:
            there = urlsplit(urljoin(f"{BASE}{path}", link))
            onwards = there.path + (f"?{there.query}" if there.query else "")
            if there.netloc != urlsplit(BASE).netloc or onwards in done or there.path.startswith("/flow-ui"):
                continue
            asked = sorted(part.partition("=")[0] for part in there.query.split("&"))
            kind = f"{_kind(there.path)}?{asked}" if "/export." not in there.path else "an export"
            kinds[kind] += 1
            kinds[_kind(there.path)] += 1
            if kinds[kind] <= per_kind and kinds[_kind(there.path)] <= PER_PATH:
                todo.append(onwards)


class Places:
    """Which places within pages links lead to, and whether these are there."""

    def __init__(self) -> None:
        self.there: dict[str, set[str]] = {}
        self.led_to: set[tuple[str, str, str]] = set()

    def see(self, path: str, text: str) -> None:
        page = Read(text)
        self.there[path.partition("?")[0]] = self.there.get(path.partition("?")[0], page.ids) & page.ids
        for link in page.links:
            there = urlsplit(urljoin(f"{BASE}{path}", link))
            if there.fragment:
                self.led_to.add((there.path, there.fragment, path))

    def missing(self) -> list[tuple[str, str, str]]:
        """Page, place, and from where a link leads there; of pages that were read."""
        return [one for one in sorted(self.led_to) if one[1] not in self.there.get(one[0], {one[1]})]


def _kind(path: str) -> str:
    return re.sub(r"(?<=/)[^/]*\d[^/]*", "#", path)
