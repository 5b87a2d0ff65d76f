"""What every page owes to whoever reads it: axe finds nothing, it fits a phone, keys suffice, it prints."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from portal.demonstration import PASSWORD, WORTH_TRYING
from tests.browser.office import DESK, NARROW, Office
from tests.browser.pages import every_page, kind

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASKED = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
ONES_OWN = {"/", "/mine", "/findings/*"}
"""Pages on which each person may do other things; of the others one person's will do."""
FIELDS = [
    *("问题来源", "类别（项）", "条目（条）", "具体表现", "问题标题", "严重程度"),
    *("责任单位", "责任人岗位", "验收人", "时限类型", "登记"),
]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
MEDIA_BOX = re.compile(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]")
NUMBERED = re.compile(r"[A-Z]{2}\d{4}-\d{3}")
RING = """() => {
  const here = document.activeElement, style = getComputedStyle(here), box = here.getBoundingClientRect();
  return {
    words: (here.labels?.[0]?.innerText || here.innerText || here.name || "").trim(),
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 1,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    at_end: here === document.body,
  };
}"""


@pytest.mark.parametrize("account", ["", *(account for account, _ in WORTH_TRYING)])
async def test_every_page_can_be_read_by_all_and_fits_a_phone(office: Office, account: str) -> None:
    wrong: list[str] = []
    async with office.person(account, bypass_csp=True) as page:
        for path in await every_page(office, account):
            if kind(path) not in office.examined or kind(path) in ONES_OWN:
                office.examined.add(kind(path))
                wrong += [f"{path}: {one}" for one in await amiss(page, path)]
    assert not wrong, "\n".join(wrong)


async def amiss(page: Page, path: str) -> list[str]:
    """On a desk by day and on a narrow phone in the dark: both sizes and both sets of colours."""
    await page.set_viewport_size({"width": DESK, "height": 900})
    await page.emulate_media(color_scheme="light")
    await page.goto(path)
    await page.evaluate(Axe().axe_script)
    found = await violations(page, "desk, light")
    await page.set_viewport_size({"width": NARROW, "height": 780})
    await page.emulate_media(color_scheme="dark")
    if over := await page.evaluate(WIDER):
        found.append(f"{over} pixels wider than a phone")
    return found + await violations(page, "phone, dark")


async def violations(page: Page, where: str) -> list[str]:
    results = (await page.evaluate("asked => axe.run(asked)", ASKED))["violations"]
    return [
        f"{where}: {one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in results
        for node in one["nodes"][:3]
    ]


async def test_one_signs_in_and_finds_a_finding_by_keys_alone(office: Office) -> None:
    async with office.sitting() as page:
        await page.goto("/sign-in")
        stops = await tabbed(page, "登录")
        assert stops[0] == "跳到正文"
        assert stops[-3:] == ["帐号", "密码", "登录"]
        await page.get_by_label("帐号").focus()
        await page.keyboard.type("jiwei")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(lambda url: "/sign-in" not in url)
        await page.goto("/findings")
        await tabbed(page, "SJ2026-001")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("丙村厂房租金两年未收取")


async def test_every_field_of_a_form_is_reached_by_keys(office: Office) -> None:
    async with office.person("zhenggaiban") as page:
        await page.goto("/findings/new")
        stops = await tabbed(page, "登记")
        assert [one for one in stops if one in FIELDS] == FIELDS


async def test_the_skip_link_leads_past_the_navigation(office: Office) -> None:
    async with office.person("jiwei") as page:
        await page.goto("/findings")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")


async def tabbed(page: Page, until: str) -> list[str]:
    """Press Tab until something of these words has the focus; each stop has to be seen to have it."""
    stops: list[str] = []
    while not stops or stops[-1] != until:
        await page.keyboard.press("Tab")
        stop = await page.evaluate(RING)
        assert not stop["at_end"], f"{until} is not reached by Tab: {stops}"
        assert stop["ring"], f"nothing shows that it has the focus: {stop}"
        assert stop["inside"], f"it has the focus and is not to be seen: {stop}"
        stops.append(stop["words"])
    return stops


@pytest.mark.parametrize("path", ["/findings", "/overview"])
async def test_it_prints_on_a4_with_the_tables_head_on_every_sheet(
    office: Office, tmp_path: Path, path: str
) -> None:
    async with office.person("jiwei") as page:
        await page.goto(path)
        await page.emulate_media(media="print")
        assert not await page.get_by_role("navigation").first.is_visible()
        heads = page.locator("main table thead:visible")
        for head in await heads.all():
            assert await head.evaluate("head => getComputedStyle(head).display") == "table-header-group"
        sheets = await page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
    sizes = [sorted(map(float, box)) for box in MEDIA_BOX.findall(sheets)]
    assert sizes
    assert all(
        short == pytest.approx(595, abs=1) and long == pytest.approx(842, abs=1) for short, long in sizes
    )
    for sheet in texts(tmp_path / "printed.pdf"):
        assert "完成时限" in sheet or not NUMBERED.search(sheet)


def texts(printed: Path) -> list[str]:
    """What stands on each sheet; where nothing here can read them the test is skipped, and says so."""
    if shutil.which("pdftotext") is None:
        pytest.skip("NOT TESTED ON PAPER: make chromium (apt-get install poppler-utils)")
    told = subprocess.run(["pdftotext", "-layout", str(printed), "-"], capture_output=True, check=True)
    return told.stdout.decode().rstrip("\f").split("\f")
