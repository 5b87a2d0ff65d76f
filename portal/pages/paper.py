"""How a page is made: for one reader, in one language, from one template."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast
from urllib.parse import quote, urlencode

from fastapi import Depends
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from models.database import Database, database
from models.settings import Settings
from policy.refusals import Language
from portal.pages.speech import Speech
from tasks import clock
from tasks.prefect_server import api_url

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
    """Who asks for a page: in which language, and whether the address says so."""

    request: Request
    speech: Speech
    chosen: bool

    @property
    def config(self) -> Settings:
        return cast(Settings, self.request.app.state.config)

    @property
    def db(self) -> Database:
        return database(self.config)

    def link(self, path: str, **query: str) -> str:
        """An address on this portal that keeps the language chosen."""
        asked = {name: value for name, value in query.items() if value}
        if self.chosen:
            asked.setdefault("lang", self.speech.say("zh", "en"))
        return quote(path) + (f"?{urlencode(asked)}" if asked else "")

    def finding(self, number: str) -> str:
        return self.link(f"/findings/{number}")

    def other_language(self) -> str:
        query = dict(self.request.query_params) | {"lang": self.speech.say("en", "zh")}
        path = "/" + str(self.request.scope["path"]).lstrip("/")  # two slashes would lead to another host
        return f"{quote(path)}?{urlencode(query)}"

    def flow_ui(self) -> str:
        return api_url(self.config).removesuffix("/api")

    def has_mailbox(self) -> bool:
        return (self.config.home / "mailbox").is_dir()

    def page(self, template: str, status: int = 200, **facts: object) -> HTMLResponse:
        """The page with these facts in it."""
        words = {"reader": self, "speech": self.speech, "say": self.speech.say, "link": self.link}
        today = clock.today().isoformat()
        return HTMLResponse(PAPER.get_template(template).render(words, today=today, **facts), status)


def reader_of(request: Request) -> Reader:
    """Language from `?lang=`, else as the browser asks, else Chinese."""
    asked = LANGUAGES.get(request.query_params.get("lang", "").lower())
    language = asked or preferred(request.headers.get("accept-language", ""))
    return Reader(request, Speech(language), chosen=asked is not None)


Reading = Annotated[Reader, Depends(reader_of)]


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
