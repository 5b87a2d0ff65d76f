"""What people wrote is text wherever it is shown, whoever looks: never markup, never a template."""

import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest

from models.settings import Settings
from policy.stages import Act
from tests.portal.conftest import Visit
from tests.portal.lives import opened
from tests.portal.security.walking import Read, crawled
from tests.portal.test_acting import does, files
from tests.portal.visiting import Visitor, sentence_of
from tests.tasks.test_evidence import PDF

CANARY = "\"'><canary onmouseover=alert(1)></script><img src=x onerror=alert(2)>{{7*7}}${7*7}"
TEXTS = {
    "finding": (
        "title",
        "source",
        "category",
        "item",
        "condition",
        "root_cause",
        "objective",
        "progress",
        "result",
        "remarks",
        "assisting",
        "verdict",
        "publicity",
        "satisfaction",
        "extension_reason",
        "severity",
    ),
    "unit": ("name",),
    "post": ("name",),
    "person": ("name",),
    "account": ("phone",),
    "measure": ("text",),
    "progress_entry": ("text",),
    "evidence": ("name",),
    "regulation": ("name", "document"),
    "inspection_round": ("name", "document", "source"),
    "letter": ("note",),
    "extension": ("reason",),
    "substitution": ("reason",),
    "closed_cycle": ("result",),
    "webhook": ("url",),
}
"""Everything in the tables that people write."""


def written_everywhere(config: Settings) -> int:
    """Append the canary to every text there is; how many rows had one."""
    with closing(sqlite3.connect(config.home / "rectify.db")) as file:
        rows = 0
        for table, columns in TEXTS.items():
            there = {row[1] for row in file.execute(f"PRAGMA table_info('{table}')")}
            for column in there & set(columns):
                rows += file.execute(
                    f"UPDATE {table} SET {column} = {column} || ? WHERE {column} <> ''", (CANARY,)
                ).rowcount
        file.commit()
        return rows


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


def harmless(text: str, where: str) -> int:
    """How often the canary sits there, in a cage."""
    assert "canary" not in Tags(text).found, where
    assert Read(text).runs == [], where
    assert "canary onmouseover=alert(1)&gt;" in text or "<canary" not in text, where
    assert "}49" not in text, where
    assert "$49" not in text, where
    return text.count("canary onmouseover")


@pytest.mark.parametrize("who", ["zhenggaiban", "bingcun"])
async def test_what_is_stored_is_shown_as_text_on_every_page(town: Settings, visit: Visit, who: str) -> None:
    assert written_everywhere(town) > 300
    reader, seen = await visit(who), 0
    async for path, page in crawled(reader):
        assert page.status_code < 500, path
        if "html" in page.headers.get("content-type", ""):
            seen += harmless(page.text, path)
    assert seen > 20
    english = await reader.client.get("/findings?lang=en")
    assert harmless(english.text, "english") > 5


async def test_what_is_typed_into_forms_comes_back_as_text(town: Settings, visit: Visit) -> None:
    number = await opened(town, "bingcun", title=f"标题{CANARY}", condition=f"情况{CANARY}")
    village, office = await visit("bingcun"), await visit("ganshi")
    await village.done(f"/findings/{number}", f"/findings/{number}/acts/accept")
    plan: dict[str, str | list[str]] = {
        "objective": CANARY,
        "measure_0": f"12月10日前逐户核对并补签{CANARY}",
        "due_0": "2026-11-25",
    }
    await does(village, number, Act.FILE_PLAN, plan)
    await does(office, number, Act.APPROVE_PLAN, {"text": CANARY})
    progress: dict[str, str | list[str]] = {"text": f"已补签35户{CANARY}", "percent": "50"}
    await does(village, number, Act.REPORT_PROGRESS, progress)
    refused = await does_not(
        village, number, {"text": CANARY, "percent": CANARY, "outcome_contracts": CANARY}
    )
    assert harmless(refused.text, "a refused form") >= 2
    named = f"收据{CANARY[:40].replace('/', '')}.pdf"
    await does(village, number, Act.ATTACH_EVIDENCE, {"text": CANARY}, files((named, PDF)))
    await does(village, number, Act.COMPLETE_MEASURE, {"measure": "1"})
    await does(village, number, Act.SUBMIT, {"result": CANARY})
    checker = await visit("fujiwei")
    await does(checker, number, Act.RETURN_FOR_REWORK, {"reason": f"理由{CANARY}", "supplement": CANARY})
    for reader in (village, office, checker):
        for path in (f"/findings/{number}", "/findings", "/mine", f"/findings/{number}/acts/submit"):
            page = await reader.get(path)
            harmless(page.text, path)
    assert harmless((await office.get(f"/findings/{number}")).text, "the finding") > 6


async def does_not(who: Visitor, number: str, said: dict[str, str | list[str]]) -> httpx.Response:
    path = f"/findings/{number}/acts/report_progress"
    refused = await who.send(await who.get(path), path, said)
    assert refused.status_code == 400
    return refused


async def test_what_stands_in_an_address_is_answered_as_text(visit: Visit) -> None:
    stranger, reader = await visit(""), await visit("zhenggaiban")
    typed = quote(CANARY, safe="")
    for path in (
        f"/findings?q={typed}",
        f"/findings?unit={typed}",
        f"/findings?stage={typed}&light={typed}&source={typed}",
        f"/findings/{typed}",
        f"/findings/{typed}/acts/submit",
        f"/findings?{typed}={typed}",
        f"/?lang={typed}",
        f"/account?said={typed}",
        f"/admin/account?name={typed}",
        f"/nowhere/{typed}",
        f"/static/{typed}",
        f"/mailbox/{typed}",
        f"/import/{typed}",
        f"/sign-in?next={typed}",
    ):
        for visitor in (stranger, reader):
            page = await visitor.client.get(path)
            assert page.status_code < 500, path
            harmless(page.text, path)
    typed_in = {"account": CANARY, "password": CANARY}
    wrong = await stranger.send(await stranger.get("/sign-in"), "/sign-in", typed_in)
    assert wrong.status_code == 401, sentence_of(wrong)
    assert harmless(wrong.text, "sign-in") == 1
