"""The start of the desk: what needs attention, and where everything is."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from portal.pages.admin import (
    accounts,
    calendar,
    health,
    jobs,
    mail,
    people,
    posts,
    rules,
    units,
    webhooks,
)
from portal.pages.admin.desk import OPEN_TO, desk, may_open, sections
from portal.pages.admin.signs import signs, waiting
from portal.pages.paper import READ, Reading
from portal.pages.speech import Words

router = APIRouter()
for pages in (units, posts, people, accounts, rules, calendar, mail, health, jobs, webhooks):
    router.include_router(pages.router)

ABOUT: dict[str, Words] = {
    "/admin/units": ("单位、岗位、职责，谁任职，换人交接", "Units, posts, roles, holders, hand-overs"),
    "/admin/people": ("整份名册一次导入", "A whole file of people at once"),
    "/admin/standing-in": ("谁在什么时候代谁", "Who stands in for whom, and when"),
    "/admin/vacancies": ("有事项却没有人的岗位", "Posts with work and nobody to do it"),
    "/admin/accounts": ("登录帐号、邮箱、电话、初始密码", "Sign-in, mailbox, telephone, initial password"),
    "/admin/rules": ("时限、环节、发函规则及历次版本", "Time limits, steps, letters, and every version"),
    "/admin/calendar": ("放假安排和本地放假", "Days off, and a unit's own"),
    "/admin/mail": ("邮件服务器、测试邮件、函件模板", "Mail server, test mail, templates"),
    "/admin/health": ("各部分是否正常、备份、核对", "Whether every part is well, backups, checks"),
    "/admin/webhooks": ("办理情况通知给别的系统", "Other systems told of each act"),
    "/admin/trail": ("谁登录过、改过谁的权限", "Who signed in, whose rights were changed"),
}


@router.api_route("/admin", methods=READ)
async def show_desk(reader: Reading) -> HTMLResponse:
    reader.must_have(*(role for roles in OPEN_TO.values() for role in roles))
    colon = reader.speech.say("：", ": ")
    about = {path: reader.speech.of(words) for path, words in ABOUT.items()}
    found = [*await waiting(reader), *(await signs(reader) if may_open(reader, "/admin/health") else [])]
    attention = [
        (f"{one.name}{colon}{one.sentence}" if one.name else one.sentence, one.path or "/admin/health")
        for one in found
        if one.ok is False or (one.ok is None and one.path)
    ]
    shown = [(said, path) for said, path in attention if path not in OPEN_TO or may_open(reader, path)]
    return desk(reader, "index.html", cards=sections(reader), about=about, attention=shown)
