"""The security log is read in words: whatever may be noted has some, in both languages."""

from models.access import trail
from models.access.trail import Noted
from models.database import database
from models.settings import Settings
from policy.refusals import Language
from portal.pages.speech import Speech
from portal.pages.trail_words import KINDS, kind_words
from tasks import clock
from tests.portal.conftest import Visit


def test_whatever_may_be_noted_has_its_words() -> None:
    assert set(KINDS) == set(Noted)
    for zh, en in KINDS.values():
        assert zh
        assert en.isascii()
    assert kind_words(Speech(Language.CHINESE))("of_an_earlier_version") == "of_an_earlier_version"


async def test_the_log_shows_no_identifier(town: Settings, visit: Visit) -> None:
    async with database(town).writing() as session:
        for one in Noted:
            trail.note(session, clock.real(), one, "bingcun")
    page = (await (await visit("zhenggaiban")).get("/admin/trail")).text
    assert all(zh in page for zh, _ in KINDS.values())
    assert not [one for one in Noted if f">{one.value}<" in page]
