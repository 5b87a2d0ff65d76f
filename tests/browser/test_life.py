"""A finding's whole life by four people at their browsers: opened, put right, sent back once, struck off."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from policy.stages import Act, Stage
from policy.words import ACT_WORDS, STAGE_WORDS
from portal.pages.speech import WAYS
from tests.browser.office import DESK, PHONE, Office, Shots

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

REASON = "照片看不出闸门已修好，请补充放水时的照片。"
MEETING = "第12次党委会，2026年11月20日"
PEOPLE = ("zhenggaiban", "bingcun", "jiwei", "shuji")
Words = tuple[str, str]


@dataclass(frozen=True)
class Life:
    """How it is lived: how wide the screens are, in which language, with scripts or without."""

    condition: str
    width: int = DESK
    english: bool = False
    scripts: bool = True

    def say(self, zh: str, en: str) -> str:
        return en if self.english else zh

    def act(self, act: Act) -> str:
        return self.say(*ACT_WORDS[act])


LIVES = {
    "at a desk": Life("丙村三号水闸的闸门锈死，灌溉季节不能放水，村民多次反映。"),
    "on a phone, in English": Life("村级公益林护林员补贴晚发两个月，名单未公示。", PHONE, english=True),
    "on a phone, without scripts": Life("农家书屋长期锁门，图书登记簿空白。", PHONE, scripts=False),
}


@dataclass
class Sitting:
    """One person's browser in a life; whatever they do they do by what stands on the page."""

    page: Page
    life: Life
    shot: Shots

    async def opens(self, path: str) -> None:
        await self.page.goto(path)

    async def takes_up(self, number: str) -> None:
        """From one's own items to the finding."""
        await self.opens("/mine")
        await self.page.get_by_role("listitem").filter(has_text=number).get_by_role("link").first.click()
        await expect(self.page).to_have_title(re.compile(number))

    async def chooses(self, act: Act) -> None:
        """The act's button on the finding's page, which leads to its form."""
        name = self.life.say(*WAYS.get(act, ACT_WORDS[act]))
        link = self.page.get_by_role("link", name=name, exact=True)
        if not await link.first.is_visible():
            await self.page.get_by_text(self.life.say("其他办理", "Other things you can do")).click()
        await link.first.click()
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.life.act(act))

    def field(self, zh: str, en: str) -> Locator:
        return self.page.get_by_label(self.life.say(zh, en), exact=True)

    async def does(self, act: Act, button: Words | None = None) -> None:
        """Send the form, and be told that it is done."""
        name = self.life.say(*button) if button else self.life.act(act)
        await self.shot(self.page, act.value)
        await self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
        await expect(self.page.get_by_role("status")).to_contain_text(self.life.act(act))

    async def stands_at(self, stage: Stage) -> None:
        said = self.page.get_by_role("main").get_by_text(self.life.say(*STAGE_WORDS[stage]), exact=True)
        await expect(said.first).to_be_visible()


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
async def test_a_finding_lives_by_four_people_at_their_browsers(
    office: Office, shot: Shots, life: Life
) -> None:
    async with at_their_browsers(office, life, shot) as (inspector, cadre, verifier, approver):
        number = await opened(inspector)
        await planned(cadre, inspector, number)
        await carried_out(cadre, number)
        await sent_back(verifier, number)
        await put_right(cadre, number)
        await struck_off(verifier, approver, number)


@asynccontextmanager
async def at_their_browsers(
    office: Office, life: Life, shot: Shots
) -> AsyncIterator[tuple[Sitting, Sitting, Sitting, Sitting]]:
    """Everybody signed in, and their pages in the language they chose."""
    async with AsyncExitStack() as stack:
        pages = [
            await stack.enter_async_context(
                office.person(account, life.width, anew=True, java_script_enabled=life.scripts)
            )
            for account in PEOPLE
        ]
        one, two, three, four = (Sitting(page, life, shot) for page in pages)
        if life.english:
            for page in pages:
                await speaks(page, "English", "保存")
                stack.push_async_callback(speaks, page, "中文", "Save")
        yield one, two, three, four


async def speaks(page: Page, language: str, save: str) -> None:
    await page.goto("/account")
    await page.get_by_label(re.compile("语言|Language")).select_option(label=language)
    await page.get_by_role("button", name=save, exact=True).first.click()
    await expect(page.get_by_role("link", name=re.compile("^(台账|整改台账|Ledger)$")).first).to_be_visible()


async def opened(inspector: Sitting) -> str:
    """Assigned at once, to be put right within a time; its number."""
    page = inspector.page
    await inspector.opens("/mine")
    await page.get_by_role("link", name=inspector.life.say("登记新问题", "Enter a new finding")).click()
    await inspector.field("问题来源", "Source").select_option("督查")
    await inspector.field("类别（项）", "Category").fill("设施管护")
    await inspector.field("条目（条）", "Item").fill("管护责任不落实")
    await inspector.field("具体表现", "Condition").fill(inspector.life.condition)
    await inspector.field("严重程度", "Severity").select_option("一般")
    await chosen(inspector.field("责任单位", "Unit"), "丙村")
    await chosen(inspector.field("责任人岗位", "Owner post"), "丙村党支部书记")
    await chosen(inspector.field("验收人", "Verifier"), "乡纪委书记")
    await chosen(inspector.field("督办人", "Supervisor"), "乡纪委书记")
    await inspector.shot(page, "open")
    await page.get_by_role("button", name=inspector.life.say("登记", "Store it"), exact=True).click()
    await inspector.shot(page, "open-looked-over")
    await page.get_by_role("button", name=inspector.life.say("确认登记", "Yes, store it")).first.click()
    await expect(page.get_by_role("status")).to_contain_text(inspector.life.say("已登记", "stored"))
    await inspector.shot(page, "opened")
    await inspector.stands_at(Stage.ASSIGNED)
    return re.sub(r".*/findings/([^?#]+).*", r"\1", page.url)


async def chosen(field: Locator, words: str) -> None:
    """The option of these words, whoever holds the post that it names."""
    option = field.get_by_role("option").filter(has_text=words).first
    await field.select_option(await option.get_attribute("value"))


async def planned(cadre: Sitting, inspector: Sitting, number: str) -> None:
    await cadre.takes_up(number)
    await cadre.shot(cadre.page, "to-accept")
    await cadre.does(Act.ACCEPT, ("认领，由我整改", "Accept: I see to it"))
    await cadre.chooses(Act.FILE_PLAN)
    await cadre.field("整改目标", "Objective").fill("恢复正常使用，村民满意。")
    for row, measure in ((1, "更换闸门螺杆并除锈刷漆"), (2, "由村务监督员每月巡查一次并登记")):
        await cadre.field(f"措施 {row}", f"Measure {row}").fill(measure)
    await cadre.field("第1条的完成日期", "when measure 1 is done").fill("2026-11-30")
    await cadre.does(Act.FILE_PLAN)
    await inspector.takes_up(number)
    await inspector.chooses(Act.APPROVE_PLAN)
    await inspector.does(Act.APPROVE_PLAN)


async def carried_out(cadre: Sitting, number: str) -> None:
    await cadre.takes_up(number)
    await cadre.chooses(Act.REPORT_PROGRESS)
    await cadre.field("进展情况", "What was done").fill("已更换螺杆，花费1200元。")
    await cadre.field("进度（%）", "Progress (%)").fill("100")
    if cadre.life.scripts:
        await cadre.page.reload()  # a tab that was closed
        await expect(cadre.page.get_by_role("main").locator("form [role=status]")).to_be_visible()
        await expect(cadre.field("进展情况", "What was done")).to_have_value("已更换螺杆，花费1200元。")
    await cadre.does(Act.REPORT_PROGRESS)
    for measure in (1, 2):
        await cadre.chooses(Act.COMPLETE_MEASURE)
        cadre.page.once("dialog", lambda asked: asked.accept())
        await cadre.does(Act.COMPLETE_MEASURE, (f"办结 {measure}", f"Done {measure}"))
    await attached(cadre, "会议记录（2026年11月）.pdf", "维修前后照片.png")
    await cadre.chooses(Act.SUBMIT)
    await cadre.field("整改成效", "Result").fill("闸门开关自如，当季已放水。")
    await cadre.does(Act.SUBMIT)
    await cadre.stands_at(Stage.PENDING_VERIFICATION)


async def attached(cadre: Sitting, *names: str) -> None:
    """Files with Chinese names, which they keep."""
    await cadre.chooses(Act.ATTACH_EVIDENCE)
    files = [await drawn(cadre.page, name) for name in names]
    await cadre.field("选择文件或照片", "Choose files or photos").set_input_files(files)
    await cadre.does(Act.ATTACH_EVIDENCE)
    for name in names:
        link = cadre.page.get_by_role("link", name=name, exact=True)
        async with cadre.page.expect_download() as download:
            await link.first.click()
        assert (await download.value).suggested_filename == name


async def drawn(page: Page, name: str) -> FilePayload:
    """A file of that kind: the page itself, on paper or as a picture."""
    if name.endswith(".pdf"):
        return {"name": name, "mimeType": "application/pdf", "buffer": await page.pdf()}
    return {"name": name, "mimeType": "image/png", "buffer": await page.screenshot()}


async def sent_back(verifier: Sitting, number: str) -> None:
    await verifier.takes_up(number)
    await verifier.chooses(Act.RETURN_FOR_REWORK)
    await verifier.field("退回理由", "Why it comes back").fill(REASON)
    await verifier.field("须补充的材料和要求", "What is to be supplied").fill("放水时的照片")
    await verifier.does(Act.RETURN_FOR_REWORK)
    await verifier.stands_at(Stage.RETURNED)
    await verifier.shot(verifier.page, "returned")


async def put_right(cadre: Sitting, number: str) -> None:
    await cadre.takes_up(number)
    await expect(cadre.page.get_by_role("main").get_by_text(REASON).first).to_be_visible()
    await cadre.shot(cadre.page, "why-it-came-back")
    await attached(cadre, "放水时的照片.png")
    await cadre.chooses(Act.SUBMIT)
    await cadre.does(Act.SUBMIT)


async def struck_off(verifier: Sitting, approver: Sitting, number: str) -> None:
    await verifier.takes_up(number)
    await verifier.chooses(Act.PASS_VERIFICATION)
    await expect(verifier.page.get_by_role("link", name="放水时的照片.png").first).to_be_visible()
    await verifier.does(Act.PASS_VERIFICATION)
    await approver.takes_up(number)
    await approver.chooses(Act.APPROVE_CLOSURE)
    await approver.field("审议会议", "Meeting").fill(MEETING)
    await approver.does(Act.APPROVE_CLOSURE)
    await approver.stands_at(Stage.CLOSED)
    await approver.shot(approver.page, "closed")
