"""Evidence by the pages: handed in from a phone, flagged where it lies twice, taken out by whoever may."""

import hashlib
from pathlib import Path

import pytest
from sqlmodel import select

from models.access.keys import AccessEvent
from models.database import database
from models.settings import Settings
from policy.knocking import Bucket
from policy.stages import Act
from portal.pages import uploads
from tests.portal.conftest import Visit
from tests.portal.test_acting import RED, changed, does, events, files, form
from tests.portal.visiting import Visitor, form_of, sentence_of
from tests.tasks.test_evidence import JPG, PDF, PNG

ATTACH = form(RED, Act.ATTACH_EVIDENCE)


def stored(config: Settings) -> list[Path]:
    return [path for path in (config.home / "evidence").rglob("*") if path.is_file()]


def link(page: str, name: str) -> str:
    """The address under which a page offers a file."""
    return page.partition(f'">{name}</a>')[0].rpartition('href="')[2]


async def test_several_files_come_in_at_once_with_names_and_hashes(town: Settings, visit: Visit) -> None:
    village = await visit("bingcun")
    named = (("缴款凭证（2026年）.pdf", PDF), ("现场 照片.jpg", JPG), ("图.png", PNG))
    done = await does(village, RED, Act.ATTACH_EVIDENCE, {"text": "两年租金"}, files(*named))
    for name, content in named:
        assert name in done.text
        assert hashlib.sha256(content).hexdigest()[:16] in done.text
    assert len(stored(town)) == 3


async def test_what_may_be_handed_in_is_said_beside_the_field(visit: Visit) -> None:
    page = (await (await visit("bingcun")).get(ATTACH)).text
    for words in ("一次最多10个", "20MB", "docx", 'capture="environment"', "multiple", ".pdf,.jpg"):
        assert words in page


async def test_one_bad_file_records_nothing_and_the_good_ones_need_not_be_chosen_again(
    town: Settings, visit: Visit
) -> None:
    village, before = await visit("bingcun"), len(await events(town, RED))
    sent = files(("好.pdf", PDF), ("空.pdf", b""), ("程序.pdf", b"MZ\x90\0" * 20))
    refused = await village.send(await village.get(ATTACH), ATTACH, {"text": "两年租金"}, sent)
    assert refused.status_code == 400
    for words in ("“空.pdf”是空文件", "“程序.pdf”的内容不是 pdf 文件"):
        assert words in sentence_of(refused)
    assert form_of(refused, ATTACH)["text"] == "两年租金"
    assert len(await events(town, RED)) == before
    assert "须重新选择：空.pdf、程序.pdf" in refused.text
    done = await village.send(refused, ATTACH, files=files(("缴款.pdf", PDF + b"2")))
    assert done.status_code == 303
    shown = (await village.get(f"/findings/{RED}")).text
    assert all(f'">{name}</a>' in shown for name in ("好.pdf", "缴款.pdf"))


async def test_a_held_file_is_good_for_whoever_brought_it_alone(visit: Visit) -> None:
    village, other = await visit("bingcun"), await visit("bingcun")
    sent = files(("好.pdf", PDF), ("空.pdf", b""))
    refused = await village.send(await village.get(ATTACH), ATTACH, {}, sent)
    ticket = form_of(refused, ATTACH)["held"]
    page = await other.get(ATTACH)
    for tried in (ticket, ticket.replace("好", "坏"), "x", "a:b:c:d"):
        no = await other.send(page, ATTACH, {"held": tried})
        assert no.status_code == 400
        assert "重新选择" in sentence_of(no)


async def test_more_than_ten_files_are_refused_in_words(visit: Visit) -> None:
    village = await visit("bingcun")
    many = files(*((f"{n}.pdf", PDF) for n in range(11)))
    refused = await village.send(await village.get(ATTACH), ATTACH, files=many)
    assert refused.status_code == 400
    assert "一次最多10个文件" in sentence_of(refused)


async def test_an_account_has_its_share_of_uploads(
    town: Settings, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOADS", Bucket(2, 3600))
    village = await visit("bingcun")
    await does(village, RED, Act.ATTACH_EVIDENCE, files=files(("一.pdf", PDF), ("二.pdf", PDF)))
    refused = await village.send(await village.get(ATTACH), ATTACH, files=files(("三.pdf", PDF)))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "分钟后再试" in sentence_of(refused)


async def test_a_file_comes_back_as_it_was_and_never_as_a_page(town: Settings, visit: Visit) -> None:
    village = await visit("bingcun")
    done = await does(
        village, RED, Act.ATTACH_EVIDENCE, files=files(("缴款 凭证“一”.pdf", PDF), ("图.png", PNG))
    )
    file = await village.get(link(done.text, "缴款 凭证“一”.pdf"))
    assert file.content == PDF
    headers = file.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"].startswith("attachment; filename*=utf-8''%E7%BC%B4%E6%AC%BE%20")
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    picture = link(done.text, "图.png")
    assert (await village.get(picture)).headers["content-disposition"].startswith("attachment")
    shown = await village.get(picture, inline="true")
    assert shown.headers["content-disposition"].startswith("inline")
    assert shown.headers["content-type"] == "image/png"
    never = await village.get(link(done.text, "缴款 凭证“一”.pdf"), inline="true")
    assert never.headers["content-disposition"].startswith("attachment")
    by_hash = await village.get(f"/findings/{RED}/evidence/{hashlib.sha256(PDF).hexdigest()}")
    assert by_hash.content == PDF
    async with database(town).reading() as session:
        noted = [x.note for x in await session.exec(select(AccessEvent)) if x.kind == "download"]
    assert noted[0].startswith(RED)


async def test_files_of_others_are_not_there(town: Settings, visit: Visit) -> None:
    village, stranger, leader = await visit("bingcun"), await visit("jiacun"), await visit("fushuji")
    done = await does(village, RED, Act.ATTACH_EVIDENCE, files=files(("凭证.pdf", PDF)))
    address = link(done.text, "凭证.pdf")
    number = address.rpartition("/")[2]
    assert (await stranger.get(address)).status_code == 404
    assert (await stranger.get(f"/findings/XC2026-001/evidence/{number}")).status_code == 404
    assert (await village.get(f"/findings/{RED}/evidence/999999")).status_code == 404
    assert (await leader.get(address)).status_code == 200
    await changed(town, RED, confidential=True)
    assert (await leader.get(address)).status_code == 404
    assert (await village.get(address)).status_code == 200


async def attached(who: Visitor, number: str, name: str) -> str:
    return (await does(who, number, Act.ATTACH_EVIDENCE, files=files((name, PDF)))).text


async def test_the_same_file_on_another_finding_is_flagged_without_telling_of_what_is_hidden(
    town: Settings, visit: Visit
) -> None:
    village, neighbour, checker = await visit("bingcun"), await visit("jiacun"), await visit("shenji")
    await attached(neighbour, "XC2026-001", "甲村凭证.pdf")
    page = await attached(village, RED, "丙村凭证.pdf")
    assert page.count("同一文件也用于 另外的问题，请核对。") == 2  # on top, and beside the file
    assert "XC2026-001" not in page
    seen = (await checker.get(f"/findings/{RED}")).text
    assert 'href="/findings/XC2026-001"' in seen
    await changed(town, "XC2026-001", confidential=True)
    told = (await (await visit("zuzhi")).get(f"/findings/{RED}")).text
    assert "同一文件也用于 另外的问题" in told


async def test_evidence_goes_beside_what_others_did_meanwhile(town: Settings, visit: Visit) -> None:
    village = await visit("bingcun")
    page = await village.get(ATTACH)
    await does(village, RED, Act.REPORT_PROGRESS, {"text": "已收回一年租金"})
    assert (await village.send(page, ATTACH, files=files(("凭证.pdf", PDF)))).status_code == 303


async def test_a_wrong_photo_is_taken_away_for_everybody_and_told_of(town: Settings, visit: Visit) -> None:
    village, office = await visit("bingcun"), await visit("ganshi")
    page = await attached(village, RED, "信访件.pdf")
    address = link(page, "信访件.pdf")
    where = form(RED, Act.WITHDRAW_EVIDENCE)
    assert f'href="{where}?file={address.rpartition("/")[2]}"' in page
    gone = await does(office, RED, Act.WITHDRAW_EVIDENCE, {"reason": "含信访人信息"})
    for words in ("<s>信访件.pdf</s>", "已撤下", "含信访人信息", "撤下材料：信访件.pdf"):
        assert words in gone.text
    for who, by in (
        (village, address),
        (office, f"/findings/{RED}/evidence/{hashlib.sha256(PDF).hexdigest()}"),
    ):
        refused = await who.get(by)
        assert (refused.status_code, "已撤下" in sentence_of(refused)) == (404, True)
    again = await village.send(await village.get(ATTACH), ATTACH, files=files(("信访件.pdf", PDF)))
    assert "不能再传同一文件" in sentence_of(again)
    assert "没有可以撤下" in sentence_of(await office.get(where))
