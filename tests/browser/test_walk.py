"""Whoever the demo names signs in on a phone and opens every page that the portal offers them."""

import pytest
from playwright.async_api import Page

from portal.demonstration import WORTH_TRYING
from tests.browser.office import PHONE, Office, Shots, signs_in

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("account", [account for account, _ in WORTH_TRYING])
async def test_every_page_that_is_offered_opens(office: Office, shot: Shots, account: str) -> None:
    async with office.sitting(PHONE) as page:
        await signs_in(page, account)
        await shot(page, "home")
        offered = await links(page)
        assert "/findings" in offered
        for path in offered:
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            await shot(page, path.strip("/").replace("/", "-"))


async def links(page: Page) -> list[str]:
    """Addresses in the page's header, in their order."""
    found = await page.get_by_role("banner").get_by_role("link").all()
    addresses = [await link.get_attribute("href") or "" for link in found]
    return [address for address in dict.fromkeys(addresses) if address.startswith("/") and address != "/"]
