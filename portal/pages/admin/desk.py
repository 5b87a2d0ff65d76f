"""What all pages of the desk share: who may open which, what one keeps, and forms that were refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fastapi.responses import HTMLResponse

from models.access.sight import reach_of
from models.rules.announcing import KEEPERS
from models.staff.rights import Doer
from models.staff.units import Branch
from policy.refusals import BadInput, Refusal
from policy.roles import RULERS, Role
from policy.timelimits import read_day
from policy.words import ROLE_WORDS
from portal.answers import status_of
from portal.pages.forms import Sent
from portal.pages.paper import Reader, address_of
from portal.pages.speech import Words
from tasks import clock

ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
OPEN_TO: dict[str, frozenset[Role]] = {
    "/admin/units": ADMINISTRATOR,
    "/admin/people": ADMINISTRATOR,
    "/admin/standing-in": ADMINISTRATOR,
    "/admin/vacancies": ADMINISTRATOR | {Role.SUPERVISOR, Role.INSPECTION_OFFICE},
    "/admin/accounts": ADMINISTRATOR,
    "/admin/rules": RULERS | {Role.INSPECTION_OFFICE, Role.AUDITOR},
    "/admin/calendar": KEEPERS | {Role.SUPERVISOR, Role.AUDITOR},
    "/admin/mail": ADMINISTRATOR,
    "/admin/health": ADMINISTRATOR | {Role.SUPERVISOR},
    "/admin/webhooks": ADMINISTRATOR,
    "/admin/trail": ADMINISTRATOR | {Role.AUDITOR},
}
"""The sections of the desk in their order, and who finds them there."""
EVERYWHERE = frozenset(
    f"/admin/{part}" for part in ("accounts", "people", "mail", "health", "webhooks", "trail")
)
"""Sections that are about the whole township: only for whoever's role reaches all of it."""
TITLES: dict[str, Words] = {
    "/admin": ("管理", "Administration"),
    "/admin/units": ("单位岗位", "Units and posts"),
    "/admin/people": ("导入名册", "People file"),
    "/admin/standing-in": ("代班", "Stand-ins"),
    "/admin/vacancies": ("空缺岗位", "Vacant posts"),
    "/admin/accounts": ("帐号", "Accounts"),
    "/admin/rules": ("规则", "Rules"),
    "/admin/calendar": ("日历", "Calendar"),
    "/admin/mail": ("邮件", "Mail"),
    "/admin/health": ("运行状况", "Health"),
    "/admin/webhooks": ("事件通知", "Webhooks"),
    "/admin/trail": ("安全日志", "Security log"),
}


def sections(reader: Reader) -> list[tuple[str, str]]:
    return [(path, reader.speech.of(TITLES[path])) for path in OPEN_TO if may_open(reader, path)]


def may_open(reader: Reader, path: str) -> bool:
    """As far as the reader's roles say; see `must_open`."""
    is_wide = reader.sight.units is None or path not in EVERYWHERE
    return is_wide and reader.has(*OPEN_TO[path])


async def must_open(reader: Reader, path: str) -> None:
    """Raises NotFound for whoever has no business there, or not for the whole township."""
    reader.must_have(*(OPEN_TO[path] if may_open(reader, path) else ()))
    if path in EVERYWHERE and reader.visitor is not None:
        async with reader.db.reading() as session:
            reach = await reach_of(session, reader.visitor.person, OPEN_TO[path], clock.today())
        if reach is not None:
            reader.must_have()


async def branch_of(reader: Reader) -> Branch:
    """The units that the reader is administrator for."""
    if reader.visitor is None:
        return frozenset()
    async with reader.db.reading() as session:
        return await reach_of(session, reader.visitor.person, ADMINISTRATOR, clock.today())


def doer(reader: Reader) -> Doer:
    return Doer(reader.account, clock.today(), clock.real(), address_of(reader.request))


@dataclass(frozen=True)
class Typed:
    """What was typed into a form that was refused, and why; nothing for all other forms."""

    form: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    sentence: str = ""
    status: int = 200

    def __call__(self, form: str, name: str, otherwise: object = "") -> object:
        return self.said.get(name, "") if form == self.form else otherwise

    def ticked(self, form: str, name: str, value: str, otherwise: bool = False) -> bool:
        return value in self.said.get(name, "").split("\n") if form == self.form else otherwise


NOTHING_TYPED = Typed()


def refused(form: Sent, refusal: Refusal, name: str) -> Typed:
    """The form called `name` again, as it was filled in."""
    return Typed(name, form.said, refusal.said(form.reader.speech.language), status_of(refusal))


def desk(reader: Reader, template: str, typed: Typed = NOTHING_TYPED, **facts: object) -> HTMLResponse:
    """A page of the desk, with its sections above."""

    def role(one: Role) -> str:
        return reader.speech.of(ROLE_WORDS[one])

    return reader.page(
        f"admin/{template}",
        typed.status,
        None,
        sections=sections(reader),
        typed=typed,
        role_words=role,
        roles_said=lambda roles: reader.speech.names([role(one) for one in roles]),
        **facts,
    )


def day_of(form: Sent, name: str, zh: str, en: str) -> date | None:
    """The day typed into a field; None where it is empty. Raises BadInput naming the field."""
    if not form[name].strip():
        return None
    try:
        return read_day(form[name].strip())
    except BadInput as bad:
        raise BadInput(f"{zh}：{bad.zh}", f"{en}: {bad.en}") from None


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
