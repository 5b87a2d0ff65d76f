"""How a page is made: for one reader, in one language, from one template."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast
from urllib.parse import quote, urlencode

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pydantic import Field
from starlette.requests import Request

from models.access.sessions import Visitor
from models.access.sight import NOTHING, Sight
from models.database import Database, database
from models.settings import Settings
from policy.refusals import Language, NotFound, NotSignedIn
from policy.roles import ROLES_FOR, Role
from policy.sight import WATCHERS
from policy.stages import Act
from portal.pages.said import SAID
from portal.pages.speech import Speech, Words
from tasks import clock

READ = ["GET", "HEAD"]
MOST_ROWS = 500
"""On one page."""
LANGUAGES = {"zh": Language.CHINESE, "zh-cn": Language.CHINESE, "en": Language.ENGLISH}

PAPER = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Reader:
    """Who asks for a page: signed in or not, in which language, and whether the address says so."""

    request: Request
    speech: Speech
    chosen: bool
    visitor: Visitor | None = None

    @property
    def config(self) -> Settings:
        return cast(Settings, self.request.app.state.config)

    @property
    def db(self) -> Database:
        return database(self.config)

    @property
    def sight(self) -> Sight:
        return self.visitor.sight if self.visitor else NOTHING

    @property
    def account(self) -> str:
        """Raises NotSignedIn; what writes asks for it."""
        if self.visitor is None:
            raise NotSignedIn(*WHO_ARE_YOU)
        return self.visitor.account

    def has(self, *roles: Role) -> bool:
        """Whether the reader has one of these roles somewhere today."""
        return not self.sight.roles.isdisjoint(roles)

    def must_have(self, *roles: Role) -> None:
        """Raises NotFound: what is not for the reader is not there."""
        if not self.has(*roles):
            raise NotFound("没有这个页面。", "There is no such page.")

    @property
    def link_id(self) -> int | None:
        """The one-time link that the reader came by; goes into every order."""
        return self.visitor.link.id if self.visitor and self.visitor.link else None

    @property
    def is_in(self) -> bool:
        """Signed in, and nothing is owed before all pages open."""
        return self.visitor is not None and not self.request.scope["state"].get("owes", False)

    @property
    def key(self) -> str:
        """The key of the session."""
        return key_of(self.request)

    @property
    def csrf(self) -> str:
        """Goes into every form: only a page of ours, read by this session, can know it."""
        key = key_of(self.request)
        return hashlib.sha256(f"form:{key}".encode()).hexdigest() if key else ""

    def nonce(self) -> str:
        """Makes a form act once, however often it is sent."""
        return secrets.token_urlsafe(16)

    def link(self, path: str, **query: str) -> str:
        """An address on this portal that keeps the language chosen."""
        return self.address(path, query.items())

    def address(self, path: str, query: Iterable[tuple[str, str]]) -> str:
        """As `link`, with conditions that may come several times."""
        asked = [(name, value) for name, value in query if value]
        if self.chosen and "lang" not in dict(asked):
            asked.append(("lang", self.speech.say("zh", "en")))
        return quote(path) + (f"?{urlencode(asked)}" if asked else "")

    def finding(self, number: str) -> str:
        return self.link("/l/" if self.link_id else f"/findings/{number}")

    def here(self, **changed: str) -> str:
        """This address, with these conditions changed; an empty one is taken away."""
        query = {k: v for k, v in {**self.request.query_params, **changed}.items() if v}
        path = "/" + str(self.request.scope["path"]).lstrip("/")  # two slashes would lead to another host
        return quote(path) + (f"?{urlencode(query)}" if query else "")

    def other_language(self) -> str:
        return self.here(lang=self.speech.say("en", "zh"))

    def is_here(self, path: str) -> bool:
        """Whether the page is this one, or one below it."""
        here = str(self.request.scope["path"])
        return here == path or (path != "/" and here.startswith(f"{path}/"))

    def pages(self) -> list[tuple[str, str]]:
        """The pages in the navigation, for the reader's roles."""
        return [(path, self.speech.of(words)) for path, words, roles in NAVIGATION if self.has(*roles)]

    def beside_ledger(self) -> list[tuple[str, str]]:
        """What else one does with the whole ledger, for the reader's roles: stands in the ledger's head."""
        return [(path, self.speech.of(words)) for path, words, roles in BESIDE_LEDGER if self.has(*roles)]

    def ours(self, nonce: str = "") -> Markup:
        """The hidden fields that every form of ours has; one shown again keeps its nonce."""
        field = Markup('<input type="hidden" name="{}" value="{}">')
        return field.format("csrf", self.csrf) + field.format("nonce", nonce or self.nonce())

    def said(self) -> str:
        """What was done before the page was led on to."""
        words = SAID.get(self.request.query_params.get("said", ""))
        return self.speech.of(words) if words else ""

    def has_flow_ui(self) -> bool:
        """Runs are not told apart by unit there: only who watches over every unit sees them."""
        return self.has(*WATCHERS) and self.sight.units is None

    def has_mailbox(self) -> bool:
        return (self.config.home / "mailbox").is_dir()

    def page(
        self, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **facts: object
    ) -> HTMLResponse:
        """The page with these facts in it."""
        words: dict[str, object] = {
            "reader": self,
            "speech": self.speech,
            "say": self.speech.say,
            "link": self.link,
        }
        words |= {"ours": self.ours, "said": self.said, "Role": Role}
        today = clock.today().isoformat()
        html = PAPER.get_template(template).render(words, today=today, **facts)
        return HTMLResponse(html, status, headers)

    def turn(self, path: str, **query: str) -> RedirectResponse:
        """Lead on to a page after a form; `said` names a sentence of `portal.pages.said`."""
        return self.turn_to(path, query.items())

    def turn_to(self, path: str, query: Iterable[tuple[str, str]]) -> RedirectResponse:
        """As `turn`, with conditions that may come several times."""
        return RedirectResponse(self.address(path, query), 303)


EVERYBODY = frozenset(Role)
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.INSPECTION_OFFICE, Role.AUDITOR})
"""Who finds anything to do, or to look at, on the administrator's desk."""
NAVIGATION: tuple[tuple[str, Words, frozenset[Role]], ...] = (
    ("/mine", ("我的事项", "My items"), EVERYBODY),
    ("/overview", ("概况", "Overview"), WATCHERS),
    ("/findings", ("整改台账", "Ledger"), EVERYBODY),
    ("/supervision", ("督办", "Supervision"), WATCHERS),
    ("/letters", ("函件", "Letters"), WATCHERS),
    ("/admin", ("管理", "Administration"), KEEPERS),
)
BESIDE_LEDGER: tuple[tuple[str, Words, frozenset[Role]], ...] = (
    ("/findings/new", ("登记新问题", "New finding"), ROLES_FOR[Act.OPEN]),
    ("/import", ("导入台账", "Take in a ledger"), ROLES_FOR[Act.OPEN]),
    ("/closure", ("销号会", "Closing meeting"), ROLES_FOR[Act.APPROVE_CLOSURE]),
    ("/rounds", ("批次", "Rounds"), ROLES_FOR[Act.OPEN] | WATCHERS),
)
WHO_ARE_YOU = ("请先登录。", "Sign in first.")
COOKIE, SAFE_COOKIE = "rectify", "__Host-rectify"


def cookie_name(config: Settings) -> str:
    """Bound to this host and to TLS wherever the portal is reached over it."""
    return SAFE_COOKIE if config.base_url.startswith("https://") else COOKIE


def key_of(request: Request) -> str:
    """What the cookie holds: the key of a session, or of a sign-in form before one."""
    return request.cookies.get(cookie_name(request.app.state.config), "")


def address_of(request: Request) -> str:
    """Where it came from; empty if that is not known."""
    return request.client.host if request.client else ""


def reader_of(request: Request) -> Reader:
    """Language from `?lang=`, else the account's, else as the browser asks, else Chinese."""
    visitor: Visitor | None = request.scope.get("state", {}).get("visitor")
    asked = LANGUAGES.get(request.query_params.get("lang", "").lower())
    usual = visitor.language if visitor else preferred(request.headers.get("accept-language", ""))
    return Reader(request, Speech(asked or usual), asked is not None, visitor)


Reading = Annotated[Reader, Depends(reader_of)]
LARGEST_ID = 2**31 - 1
Id = Annotated[int, Field(le=LARGEST_ID)]
"""A row's number in an address; a larger one is none that the database could be asked for."""


def preferred(accepted: str) -> Language:
    """The first of our languages by the browser's order of preference."""
    wanted = sorted(accepted.split(","), key=_weight, reverse=True)
    tags = [part.partition(";")[0].strip().lower().partition("-")[0] for part in wanted]
    return next((LANGUAGES[tag] for tag in tags if tag in LANGUAGES), Language.CHINESE)


def _weight(part: str) -> float:
    _, _, weight = part.partition(";q=")
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0
