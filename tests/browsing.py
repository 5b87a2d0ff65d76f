"""Somebody at a browser, over the wire: signs in, sends the forms of pages, and sends them again."""

import re
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx
from sqlmodel import select

from models.access import passwords
from models.access.keys import Credential, Token
from models.access.sessions import hashed
from models.access.tokens import BEGINS
from models.database import Database
from models.staff.people import Account
from policy.refusals import Refusal, Unavailable
from policy.scopes import LONGEST, Scope
from portal.demonstration import PASSWORD
from tasks import clock
from tests.portal.visiting import forms_of, sentence_of

PATIENCE = 30.0
"""Seconds for one answer, on a machine that others load too."""
AWAY = frozenset({502, 503, 504})
OPTION = re.compile(r'<option value="(\d+)"[^>]*>([^<（(]+)')
LOOKED_OVER = re.compile(r'name="looked_over" value="(\w+)"')
NEEDED = {"category": "资金管理", "item": "程序不规范", "severity": "一般"}
"""What a form asks for and the drivers of tests have nothing to say about."""


class Refused(Refusal):
    """What the portal answered, other than that it is stored or cannot be just now."""


async def let_in(db: Database) -> None:
    """Every account may sign in, with one password, and call the API with a token of its own."""
    known, now = passwords.hasher().hash(PASSWORD), clock.real()
    async with db.writing() as session:
        have = set(await session.exec(select(Credential.account)))
        for name in set(await session.exec(select(Account.name))) - have:
            session.add(Credential(account=name, password_hash=known, set_at=now))
            session.add(
                Token(
                    hash=hashed(token_of(name)),
                    account=name,
                    name="tests",
                    scopes=" ".join(Scope),
                    made_at=now,
                    made_by=name,
                    expires_at=now + LONGEST,
                )
            )


def token_of(account: str) -> str:
    return f"{BEGINS}{account:x<43}"


@dataclass
class Form:
    """A form as it was drawn and filled in; sent again it is the same one."""

    action: str
    fields: dict[str, str]
    file: Path | None = None


@dataclass
class Browser:
    """One person's. Everything here raises Unavailable or httpx's TransportError where nobody answers."""

    account: str
    client: httpx.AsyncClient
    csrf: str = ""
    forms: dict[str, Form] = field(default_factory=dict)
    """Those that were sent, by nonce."""

    @classmethod
    def of(cls, account: str, address: str) -> "Browser":
        return cls(account, httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False))

    async def act(
        self, number: str, act: str, said: dict[str, str], nonce: str, file: Path | None = None
    ) -> str:
        """Where it led. Sent again under its nonce it is the same form, though the finding has moved on."""
        if nonce not in self.forms:
            action = f"/findings/{number}/acts/{act}"
            drawn = forms_of(await self.read(action)).get(action, {})
            self.forms[nonce] = Form(action, drawn | said | {"nonce": nonce}, file)
        return told(await self.post(self.forms[nonce]))

    async def open(self, words: dict[str, str], nonce: str) -> str:
        """A new finding, by names of posts: whatever is to be looked over is agreed to."""
        if nonce not in self.forms:
            page = await self.read("/findings/new")
            posts = {unescape(name).strip(): key for key, name in OPTION.findall(page.text)}
            said = {name: posts.get(value, value) for name, value in words.items()}
            drawn = forms_of(page)["/findings/new"]
            self.forms[nonce] = Form("/findings/new", drawn | NEEDED | said | {"nonce": nonce})
        answer = await self.post(self.forms[nonce])
        while answer.is_success and (asked := LOOKED_OVER.search(answer.text)):
            self.forms[nonce].fields["looked_over"] = asked[1]
            answer = await self.post(self.forms[nonce])
        return told(answer)

    async def read(self, path: str) -> httpx.Response:
        """A page, signed in first; also one that says why an act is not open. Raises Refused for no page."""
        if not self.csrf:
            await self.sign_in()
        page = await self.client.get(path)
        if not page.is_success and page.status_code != 409:
            told(page)
        return page

    async def sign_in(self) -> None:
        form = forms_of(await self.client.get("/sign-in"))["/sign-in"]
        told(await self.client.post("/sign-in", data=form | {"account": self.account, "password": PASSWORD}))
        self.csrf = forms_of(await self.client.get("/account/password"))["/sign-out"]["csrf"]

    async def post(self, form: Form) -> httpx.Response:
        fields = form.fields | {"csrf": self.csrf}
        files = {"files": (form.file.name, form.file.read_bytes())} if form.file else None
        return await self.client.post(form.action, data=fields, files=files)


def told(answer: httpx.Response) -> str:
    """Where a form led that was taken in. Raises Unavailable, or Refused with the sentence on the page."""
    if answer.status_code == 303:
        return answer.headers["location"]
    said = f"{answer.status_code}: {sentence_of(answer)}"
    raise Unavailable(said, said) if answer.status_code in AWAY else Refused(said, said)
