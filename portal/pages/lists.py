"""The other lists as files: each at the address of its page, with its columns."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import StreamingResponse

from models.questions import Row
from models.staff.staffing import COLUMNS as COLUMNS_OF_PEOPLE
from portal.pages import list_rows
from portal.pages.admin.accounts import HERE, TRAIL
from portal.pages.exports import VEILED, Field, day, handed_out, names, text
from portal.pages.list_rows import Rows
from portal.pages.overview import COLUMNS
from portal.pages.paper import Reading
from portal.pages.speech import Words
from tasks.exports.columns import Kind

router = APIRouter()


@dataclass(frozen=True)
class Exported:
    """A list: its name, its columns, its conditions, and what finds its rows or refuses the reader."""

    name: Words
    fields: Sequence[Field]
    rows: Callable[..., Awaitable[Rows]]
    conditions: Sequence[str] = ()


def listed(name: str, zh: str, en: str) -> Field:
    """Several names in one cell."""
    return Field((zh, en), Kind.LONG, names(name))


def count(name: str, zh: str, en: str) -> Field:
    return text(name, zh, en, Kind.WHOLE)


def moment(name: str, zh: str, en: str) -> Field:
    return text(name, zh, en, Kind.MOMENT)


def title(is_veiled: Callable[[Row], bool]) -> Field:
    return Field(
        ("标题", "Title"),
        Kind.TEXT,
        lambda row, speech: speech.of(VEILED) if is_veiled(row) else row["title"],
    )


FINDING = text("finding", "问题编号", "Finding", Kind.SHORT)
STAGE = Field(("环节", "Stage"), Kind.SHORT, lambda row, speech: speech.stage(row["stage"]))
COLUMN_WORDS: dict[str, Words] = {
    "all": ("共", "All"),
    "open": ("未销号", "Open"),
    "red": ("红", "Red"),
    "yellow": ("黄", "Yellow"),
    "green": ("绿", "Green"),
    "submitted": ("已按时提交", "Submitted in time"),
    "none": ("未定时限", "No deadline"),
    "closed": ("已销号", "Closed"),
    "late": ("其中逾期", "Of them late"),
    "gone": ("作废并案", "Withdrawn, merged"),
}
VACANCIES = (
    text("post", "岗位", "Post"),
    text("unit", "单位", "Unit"),
    day("since", "自", "Since"),
    text("stands_in", "代班人", "Stands in"),
    count("size", "未办结", "Open"),
    listed("numbers", "问题编号", "Findings"),
)
PEOPLE_KIND = {"roles": Kind.LONG} | dict.fromkeys(("unit", "post", "mailbox"), Kind.TEXT)
LISTS: dict[str, Exported] = {
    "/letters/to-come": Exported(
        ("今后将发的函件", "Letters to come"),
        (
            day("date", "日期", "Date"),
            FINDING,
            Field(("函件", "Letter"), Kind.TEXT, lambda row, speech: speech.document(row["rung"])),
            listed("to", "主送", "To"),
            listed("cc", "抄送", "Copy to"),
            Field(
                ("须签发", "To be signed"),
                Kind.SHORT,
                lambda row, speech: speech.say("是", "yes") if row["draft"] else "",
            ),
            Field(
                ("暂定", "Provisional"),
                Kind.SHORT,
                lambda row, speech: speech.say("是", "yes") if row["provisional"] else "",
            ),
        ),
        list_rows.to_come,
        ("unit", "kind", "days"),
    ),
    "/supervision/late": Exported(
        ("超期环节", "Late steps"),
        (
            FINDING,
            title(lambda row: bool(row["veiled"])),
            STAGE,
            listed("people", "应由谁办", "Whose turn"),
            listed("posts", "岗位", "Post"),
            day("due", "应于", "Due"),
            count("workdays_late", "超期工作日", "Working days late"),
        ),
        list_rows.late,
    ),
    "/supervision/verifiers": Exported(
        ("验收超期", "Verifications late"),
        (
            FINDING,
            title(lambda row: bool(row["veiled"])),
            text("unit", "责任单位", "Unit"),
            listed("people", "验收人", "Verifier"),
            listed("posts", "岗位", "Post"),
            day("since", "提交验收", "Submitted"),
            day("due", "应于", "Due"),
            count("workdays_late", "超期工作日", "Working days late"),
        ),
        list_rows.verifiers,
    ),
    "/supervision/mails": Exported(
        ("未送达邮件", "Mails that failed"),
        (
            Field(("状态", "State"), Kind.SHORT, lambda row, speech: speech.mail_state(row["state"])),
            Field(
                ("主题", "Subject"),
                Kind.LONG,
                lambda row, speech: speech.of(VEILED) if row["veiled"] else row["subject"],
            ),
            text("recipient", "收件人", "Recipient"),
            listed("findings", "问题编号", "Findings"),
            count("attempts", "已试次数", "Tries"),
            text("note", "说明", "Note", Kind.LONG),
        ),
        list_rows.mails,
    ),
    "/supervision/vacancies": Exported(("空缺岗位", "Vacant posts"), VACANCIES, list_rows.vacancies),
    "/supervision/extensions": Exported(
        ("待审批的延期", "Extensions to decide"),
        (
            FINDING,
            title(lambda row: bool(row["veiled"])),
            text("unit", "责任单位", "Unit"),
            day("deadline", "现行时限", "Deadline"),
            day("asked_for", "申请延至", "Asked until"),
            text("reason", "理由", "Reason", Kind.LONG),
            text("person", "申请人", "Asked by"),
            day("asked_on", "申请日期", "Asked on"),
            count("percent", "进度（%）", "Progress (%)"),
            count("extensions", "此前延期次数", "Extended before"),
            Field(
                ("已同意", "Agreed so far"),
                Kind.LONG,
                lambda row, speech: "；".join(
                    f"{one['by']} {speech.day(one['on'])} → {speech.day(one['until'])}"
                    for one in row["approvals"]
                ),
            ),
            Field(
                ("待审批", "To be decided by"), Kind.TEXT, lambda row, speech: speech.roles(row["deciders"])
            ),
        ),
        list_rows.extensions,
    ),
    "/supervision/drafts": Exported(
        ("待签发的函件", "Letters to sign"),
        (
            FINDING,
            day("date", "日期", "Date"),
            Field(("函件", "Letter"), Kind.TEXT, lambda row, speech: speech.document(row["rung"])),
            listed("to", "主送", "To"),
            listed("cc", "抄送", "Copy to"),
        ),
        list_rows.drafts,
    ),
    "/closure": Exported(
        ("待销号问题", "Findings for the meeting"),
        (
            text("number", "问题编号", "Finding", Kind.SHORT),
            title(lambda row: bool(row["confidential"] and not row["title"])),
            text("unit", "责任单位", "Unit"),
            text("verified_by", "验收人", "Verified by"),
            day("verified_on", "验收日期", "Verified on"),
            day("deadline", "完成时限", "Deadline"),
        ),
        list_rows.closures,
    ),
    "/admin/units": Exported(
        ("单位", "Units"),
        (
            text("unit", "单位", "Unit"),
            text("kind", "类型", "Kind"),
            count("posts", "岗位", "Posts"),
            count("vacant", "无人任职", "Held by nobody"),
        ),
        list_rows.tree,
    ),
    "/admin/standing-in": Exported(
        ("代班", "Stand-ins"),
        (
            text("post", "岗位", "Post"),
            text("unit", "单位", "Unit"),
            text("person", "代班人", "Stands in"),
            day("from", "自", "From"),
            day("to", "至", "To"),
            text("by", "设定", "By"),
            text("reason", "说明", "Reason", Kind.LONG),
        ),
        list_rows.stand_ins,
        ("past",),
    ),
    "/admin/vacancies": Exported(("空缺岗位", "Vacant posts"), VACANCIES, list_rows.vacant_posts),
    "/rounds": Exported(
        ("检查批次", "Inspection rounds"),
        (
            text("name", "批次", "Round"),
            text("source", "来源", "Source"),
            text("document", "文号", "Document"),
            day("feedback_on", "反馈日期", "Feedback"),
            count("total", "问题", "Findings"),
            count("open", "未结", "Open"),
            count("closed", "已销号", "Closed"),
        ),
        list_rows.inspection_rounds,
    ),
    "/overview/units": Exported(
        ("按单位", "By unit"),
        (text("unit", "责任单位", "Unit"), *(count(name, *COLUMN_WORDS[name]) for name in COLUMNS)),
        list_rows.units,
    ),
    "/mine": Exported(
        ("我的事项", "My items"),
        (
            text("group", "分类", "Group"),
            text("number", "问题编号", "Finding", Kind.SHORT),
            title(lambda row: bool(row["confidential"] and not row["title"])),
            text("unit", "责任单位", "Unit"),
            text("owner_post", "责任人", "Action owner"),
            STAGE,
            Field(("预警", "Light"), Kind.TEXT, lambda row, speech: speech.light(row)),
            day("deadline", "完成时限", "Deadline"),
            text("next", "下一步", "Next"),
        ),
        list_rows.my_items,
    ),
    "/admin/people": Exported(
        ("名册", "People"),
        [
            day(name, name, name)
            if name in {"from", "to"}
            else text(name, name, name, PEOPLE_KIND.get(name, Kind.SHORT))
            for name in COLUMNS_OF_PEOPLE
        ],
        list_rows.people,
    ),
    "/supervision/history": Exported(
        ("办理记录", "History"),
        (
            FINDING,
            count("seq", "序号", "No."),
            moment("at", "时间（北京时间，UTC+8）", "When (Beijing, UTC+8)"),
            text("person", "姓名", "Person"),
            text("by", "帐号", "Account"),
            Field(("办理", "Act"), Kind.TEXT, lambda row, speech: speech.act(row["act"])),
            Field(("原状态", "From"), Kind.SHORT, lambda row, speech: speech.stage(row["from_stage"])),
            Field(("现状态", "To"), Kind.SHORT, lambda row, speech: speech.stage(row["to_stage"])),
            count("cycle", "第几次办理", "Cycle"),
            count("round", "第几轮", "Round"),
            text("reason", "理由", "Reason", Kind.LONG),
            moment("recorded_at", "记录时间（北京时间，UTC+8）", "Recorded (Beijing, UTC+8)"),
            text("hash", "校验值", "Hash", Kind.LONG),
        ),
        list_rows.history,
    ),
    TRAIL: Exported(
        ("安全日志", "Security log"),
        (
            moment("at", "时间（北京）", "When (Beijing)"),
            text("kind", "事项", "What"),
            text("account", "帐号", "Account"),
            text("by", "经办", "By"),
            text("address", "地址", "From"),
            text("note", "说明", "Note", Kind.LONG),
        ),
        list_rows.log,
        ("account", "kind"),
    ),
    HERE: Exported(
        ("帐号", "Accounts"),
        (
            text("account", "帐号", "Account"),
            text("person", "姓名", "Person"),
            listed("posts", "岗位", "Posts"),
            text("mailbox", "邮箱", "Mailbox"),
            text("state", "状态", "State"),
            text("codes", "动态验证码", "Codes", Kind.SHORT),
            moment("seen", "最近登录", "Last sign-in"),
        ),
        list_rows.all_accounts,
        ("search",),
    ),
}
"""By the address that `/export.xlsx` and `/export.csv` are added to."""


def offer(path: str, one: Exported) -> None:
    async def out(
        reader: Reading, ending: str, rows: Annotated[Rows, Depends(one.rows)]
    ) -> StreamingResponse:
        query = reader.request.query_params
        asked = "&".join(f"{name}={query[name]}" for name in one.conditions if query.get(name))
        return await handed_out(reader, ending, one.name, one.fields, rows, asked)

    router.add_api_route(f"{path}/export.{{ending}}", out, methods=["GET"])


for _path, _one in LISTS.items():
    offer(_path, _one)
