"""What every letter is called and what it asks for, in Chinese and in English."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from policy.lights import Light
from policy.refusals import Language


class Dates(Enum):
    """How much of the deadline concerns the reader of a letter."""

    DAYS = "the deadline, and in the subject how far away it is"
    DEADLINE = "the deadline"
    NONE = "nothing: the finding is over, or another date counts"


@dataclass(frozen=True)
class Wording:
    """`label` stands in the subject, `document` above the letter, `asks` says what is expected."""

    label: str
    document: str
    asks: str


@dataclass(frozen=True)
class Kind:
    zh: Wording
    en: Wording
    colour: Light = Light.NONE
    dates: Dates = Dates.DEADLINE
    in_calendar: bool = False
    """Whether it sets the reader a day, which then goes along as an entry for their calendar."""

    def wording(self, language: Language) -> Wording:
        return self.en if language is Language.ENGLISH else self.zh


def _en(document: str, asks: str) -> Wording:
    return Wording(document, document, asks)


# From the gravest down: the order in which letters stand in one mail, and which of them names it.
KINDS: dict[str, Kind] = {
    "accountability": Kind(
        Wording("问责建议", "问责建议", "现就该问题提出问责建议，请按照权限和程序研究处理，并反馈结果。"),
        _en(
            "Accountability proposal",
            "Accountability is proposed in this matter. Please decide within your powers and report.",
        ),
    ),
    "circular": Kind(
        Wording(
            "通报",
            "通报",
            "该问题逾期仍未整改到位，现予通报。责任单位须立即整改并报告结果；各单位要对照检查，举一反三。",
        ),
        _en(
            "Circular",
            "This finding is still not rectified and is hereby made known. The unit is to rectify it at once "
            "and report; all other units are to examine themselves against it.",
        ),
        Light.RED,
        Dates.DAYS,
    ),
    "interview": Kind(
        Wording(
            "约谈通知",
            "约谈通知",
            "现就该问题整改不力进行约谈。请备好书面情况说明，按要求参加，并提出限期整改的具体措施。",
        ),
        _en(
            "Interview notice",
            "You are called to a formal interview on this finding. Please prepare a written account and "
            "definite measures with dates.",
        ),
        Light.RED,
        Dates.DAYS,
    ),
    "second_order": Kind(
        Wording(
            "二次督办",
            "二次督办函（挂牌督办）",
            "该问题经红色督办后仍未提交验收，现予挂牌督办。请党组织主要负责人亲自部署，限期整改到位并报告情况。",
        ),
        _en(
            "Second supervision order",
            "Nothing was submitted after the red order, so this finding is now under listed supervision. "
            "The head of the Party organisation is to take charge in person, have it rectified and report.",
        ),
        Light.RED,
        Dates.DAYS,
    ),
    "red_order": Kind(
        Wording(
            "红色督办",
            "红色督办函",
            "该问题已超过整改时限，现予督办。请立即组织整改，尽快提交验收，并说明逾期原因。",
        ),
        _en(
            "Red supervision order",
            "The deadline of this finding has passed. Please have it rectified at once, submit it for "
            "verification, and explain the delay.",
        ),
        Light.RED,
        Dates.DAYS,
    ),
    "third_return": Kind(
        Wording(
            "三次退回",
            "三次退回报告",
            "该问题的整改已第三次被退回。请督办人查明原因，督促责任单位采取有效措施整改到位。",
        ),
        _en(
            "Third return",
            "The rectification has been returned for the third time. Please find out why and see to it that "
            "the unit takes measures that work.",
        ),
        dates=Dates.DAYS,
    ),
    "quality_order": Kind(
        Wording(
            "黄色督办",
            "黄色督办单",
            "该问题的整改已两次被退回，质量未达到要求，现予督办。请研究改进措施，确保整改质量。",
        ),
        _en(
            "Yellow supervision order",
            "The rectification has been returned twice: its quality falls short. Please improve the measures "
            "and make sure of the quality.",
        ),
        Light.YELLOW,
        Dates.DAYS,
    ),
    "progress_order": Kind(
        Wording(
            "黄色督办",
            "黄色督办单（进度）",
            "该问题的整改进度落后于整改方案自定的节点，现予督办。请查明原因，加快进度，确保在时限之前完成。",
        ),
        _en(
            "Yellow order: progress",
            "The rectification has fallen behind the dates of its own plan. Please find out why, speed up, "
            "and see to it that the deadline is kept.",
        ),
        Light.YELLOW,
        Dates.DAYS,
    ),
    "yellow_reminder": Kind(
        Wording(
            "黄色提醒",
            "黄色提醒函",
            "该问题临近整改时限。请抓紧整改，备齐佐证材料，在时限之前提交验收。",
        ),
        _en(
            "Yellow reminder",
            "The deadline of this finding is near. Please finish the rectification, have the evidence ready, "
            "and submit it for verification before the deadline.",
        ),
        Light.YELLOW,
        Dates.DAYS,
    ),
    "post_vacant": Kind(
        Wording(
            "岗位空缺",
            "岗位空缺报告",
            "该问题的责任岗位现无人任职，函件无人接收，整改时限照常计算。请尽快确定任职人、代班人，或改派其他岗位。",
        ),
        _en(
            "Post vacant",
            "Nobody holds the post responsible for this finding: its letters reach nobody while the deadline "
            "runs on. Please have somebody appointed or standing in, or the finding handed to another post.",
        ),
        dates=Dates.DAYS,
    ),
    "acceptance_overdue": Kind(
        Wording(
            "认领超期",
            "认领超期督促函",
            "该问题派发后超过规定期限仍未认领。请立即认领；如有异议，请说明理由提出复核。",
        ),
        _en(
            "Acceptance overdue",
            "This finding was not accepted in time. Please accept it now, or dispute it with reasons.",
        ),
    ),
    "verification_overdue": Kind(
        Wording(
            "验收超期", "验收超期督促函", "该问题提交验收后超过规定期限仍未验收。请尽快核查并作出验收结论。"
        ),
        _en(
            "Verification overdue",
            "This finding was not verified in time. Please examine it and decide without further delay.",
        ),
    ),
    "dispute_overdue": Kind(
        Wording(
            "异议复核超期", "异议复核督促函", "责任岗位提出的异议超过规定期限仍未复核。请尽快复核并作出决定。"
        ),
        _en(
            "Dispute overdue",
            "The dispute over this finding was not decided in time. Please review it without further delay.",
        ),
    ),
    "plan_overdue": Kind(
        Wording(
            "方案审核超期", "方案审核督促函", "责任岗位报送的整改方案超过规定期限仍未审核。请尽快审核并答复。"
        ),
        _en(
            "Plan review overdue",
            "The plan for this finding was not reviewed in time. Please review it without further delay.",
        ),
    ),
    "closure_overdue": Kind(
        Wording("销号超期", "销号超期督促函", "该问题验收通过后超过规定期限仍未销号。请尽快审核并作出决定。"),
        _en(
            "Closure overdue",
            "Closure of this finding was not decided in time. Please decide without further delay.",
        ),
    ),
    "look_back_overdue": Kind(
        Wording(
            "复核超期",
            "持续整改复核督促函",
            "该问题转为持续整改后，超过复核日期仍未复核。请尽快组织复核并作出决定。",
        ),
        _en(
            "Review overdue",
            "The review of this continuing rectification was not held on its day. Please have it reviewed "
            "without further delay.",
        ),
        dates=Dates.NONE,
    ),
    "extension_undecided": Kind(
        Wording(
            "延期待决",
            "延期申请督促函",
            "该问题的延期申请超过五个工作日仍未作出决定。请尽快审批；决定之前原时限继续有效。",
        ),
        _en(
            "Extension undecided",
            "Nobody has decided on this extension for five working days. Please have it decided; until then "
            "the deadline stands.",
        ),
        dates=Dates.DAYS,
    ),
    "draft_overdue": Kind(
        Wording("待派发提醒", "待派发提醒", "该问题登记后超过规定期限仍未派发。请尽快确定责任岗位并派发。"),
        _en(
            "Not yet assigned",
            "This finding was not assigned in time. Please name the responsible post and assign it.",
        ),
    ),
    "returned": Kind(
        Wording(
            "退回整改",
            "退回整改通知",
            "该问题经验收未通过，现退回继续整改，整改时限不变。请登录系统查看意见，整改到位后重新提交验收。",
        ),
        _en(
            "Returned",
            "The rectification did not pass verification and is returned; the deadline stands. Please sign "
            "in to read what is missing, put it right, and submit again.",
        ),
        dates=Dates.DAYS,
    ),
    "reopened": Kind(
        Wording("重启整改", "重启整改通知", "该问题销号后重新启动整改。请登录系统查看要求，重新组织整改。"),
        _en(
            "Reopened",
            "This closed finding is open again. Please sign in to read what is required.",
        ),
        dates=Dates.DAYS,
        in_calendar=True,
    ),
    "plan_returned": Kind(
        Wording(
            "方案退回", "整改方案退回通知", "整改方案经审核未通过。请登录系统查看意见，修改完善后重新报送。"
        ),
        _en(
            "Plan returned",
            "The plan was not approved. Please sign in to read why, amend it and file it again.",
        ),
    ),
    "extension_refused": Kind(
        Wording(
            "延期未获同意", "延期申请答复", "延期申请未获同意，原整改时限不变。请抓紧整改，按时提交验收。"
        ),
        _en(
            "Extension refused",
            "The extension was not granted; the deadline stands. Please submit the rectification in time.",
        ),
        dates=Dates.DAYS,
    ),
    "closure_deferred": Kind(
        Wording("缓议", "销号缓议通知", "该问题的销号暂缓审议。请登录系统查看意见，做好补充完善。"),
        _en(
            "Closure deferred",
            "Closure of this finding is deferred. Please sign in to read why and supply what is missing.",
        ),
    ),
    "deadline_moved": Kind(
        Wording(
            "时限调整",
            "整改时限调整通知",
            "因工作日安排公布或时限规则调整，该问题的整改时限已重新计算。请以本函所列时限为准，合理安排整改进度。",
        ),
        _en(
            "Deadline moved",
            "The deadline was computed anew, because the working days of its year were announced or the "
            "rules changed. The deadline named here now counts.",
        ),
        dates=Dates.DAYS,
        in_calendar=True,
    ),
    "assignment": Kind(
        Wording(
            "交办单",
            "整改交办单",
            "现将该问题交由你处整改。请在规定期限内认领；如有异议，请在认领前说明理由提出复核。",
        ),
        _en(
            "Assignment",
            "This finding is assigned to your post. Please accept it in time, or dispute it with reasons.",
        ),
        dates=Dates.DAYS,
        in_calendar=True,
    ),
    "acceptance_reminder": Kind(
        Wording("催认领", "认领提醒", "该问题已经派发，尚未认领。请及时认领；如有异议，请说明理由提出复核。"),
        _en(
            "Acceptance reminder",
            "This finding still waits for you. Please accept it, or dispute it with reasons.",
        ),
    ),
    "green_reminder": Kind(
        Wording("绿色提醒", "绿色提醒函", "请对照整改方案推进落实，注意收集佐证材料，在时限之前提交验收。"),
        _en(
            "Green reminder",
            "Please carry on as planned, collect the evidence, and submit before the deadline.",
        ),
        Light.GREEN,
        Dates.DAYS,
    ),
    "dispute_filed": Kind(
        Wording(
            "异议待复核", "异议复核通知", "责任岗位对该问题提出异议。请登录系统查看理由，复核并作出决定。"
        ),
        _en("Dispute to review", "The responsible post disputes this finding. Please review it and decide."),
    ),
    "plan_filed": Kind(
        Wording("方案待审", "整改方案送审通知", "整改方案已报送。请登录系统审核并作出决定。"),
        _en("Plan to review", "The rectification plan has been filed. Please review it and decide."),
    ),
    "verification_requested": Kind(
        Wording("待验收", "验收通知", "该问题的整改已提交验收。请在规定期限内核查佐证材料，作出验收结论。"),
        _en(
            "Verification requested",
            "The rectification has been submitted. Please examine the evidence and decide in time.",
        ),
    ),
    "closure_requested": Kind(
        Wording("待销号", "销号审批通知", "该问题的整改已验收通过，提请销号。请在规定期限内审核并作出决定。"),
        _en("Closure requested", "The rectification has passed verification. Please decide on its closure."),
    ),
    "extension_requested": Kind(
        Wording(
            "延期申请",
            "延期申请送审通知",
            "责任岗位申请延长整改时限。请登录系统审核并作出决定；决定之前原时限继续有效。",
        ),
        _en(
            "Extension requested",
            "The responsible post asks for a later deadline. Please decide; until then the deadline stands.",
        ),
        dates=Dates.DAYS,
    ),
    "extension_first_approved": Kind(
        Wording(
            "延期待复审",
            "延期申请复审通知",
            "该问题的延期申请已经初审同意，现提请复审。请登录系统审核并作出决定；决定之前原时限继续有效。",
        ),
        _en(
            "Extension, second approval",
            "The first of two approvals of this extension is given and the second is yours. Please decide; "
            "until then the deadline stands.",
        ),
        dates=Dates.DAYS,
    ),
    "handed_over": Kind(
        Wording(
            "交接",
            "工作交接通知",
            "该问题的责任岗位已办理交接，整改时限不变。请接任人员登录系统查看并继续整改。",
        ),
        _en(
            "Handed over",
            "The responsible post has a new holder; the deadline stands. Please sign in and carry on.",
        ),
        dates=Dates.DAYS,
        in_calendar=True,
    ),
    "handed_over_from": Kind(
        Wording(
            "已移交",
            "工作移交通知",
            "您原负责的该问题已移交接任人员，此后由接任人员继续整改。未尽事宜请当面交接清楚。",
        ),
        _en(
            "Handed over to another",
            "This finding has been handed over by you to another, who carries it on from now. Please pass "
            "on in person whatever is still to be said.",
        ),
        dates=Dates.NONE,
    ),
    "look_back_due": Kind(
        Wording("复核提醒", "“回头看”复核提醒", "该问题已到复核日期。请核查整改成效是否巩固、问题有无反弹。"),
        _en(
            "Look-back due", "This finding is due for its look-back. Please check that the result has lasted."
        ),
        dates=Dates.NONE,
    ),
    "review_moved": Kind(
        Wording(
            "复核日期调整",
            "“回头看”复核日期调整通知",
            "因工作日安排公布或时限规则调整，该问题的下次复核日期已重新计算。请登录系统查看新的日期。",
        ),
        _en(
            "Look-back moved",
            "The date of the next look-back was computed anew, because the working days of its year were "
            "announced or the rules changed. Please sign in and see it.",
        ),
        dates=Dates.NONE,
    ),
    "plan_approved": Kind(
        Wording(
            "方案通过", "整改方案审核通过通知", "整改方案已审核通过。请按照方案组织实施，在时限之前提交验收。"
        ),
        _en("Plan approved", "The rectification plan is approved. Please carry it out and submit in time."),
        dates=Dates.DAYS,
    ),
    "extension_approved": Kind(
        Wording("延期获准", "延期申请答复", "延期申请已获同意。请按新的整改时限完成整改并提交验收。"),
        _en("Extension approved", "The extension is granted. Please submit before the new deadline."),
        dates=Dates.DAYS,
        in_calendar=True,
    ),
    "converted": Kind(
        Wording(
            "持续整改",
            "转为持续整改通知",
            "该问题已转为持续整改。请按照阶段目标长期推进，在复核日期之前报告进展。",
        ),
        _en(
            "Continuing rectification",
            "This finding is now one of continuing rectification. Please work towards its stage goal and "
            "report before the day of its next review.",
        ),
        dates=Dates.NONE,
    ),
    "merged": Kind(
        Wording("并案", "并案通知", "该问题已并入其他问题一并整改，不再单独办理。请登录系统查看。"),
        _en("Merged", "This finding has been merged into another and is no longer handled by itself."),
        dates=Dates.NONE,
    ),
    "withdrawn": Kind(
        Wording("作废", "作废通知", "该问题已作废，无需继续办理。"),
        _en("Withdrawn", "This finding has been withdrawn. Nothing more needs to be done."),
        dates=Dates.NONE,
    ),
    "closed": Kind(
        Wording("已销号", "销号通知", "该问题已整改到位，准予销号。请巩固整改成果，防止问题反弹。"),
        _en("Closed", "This finding is rectified and closed. Please see to it that the result lasts."),
        dates=Dates.NONE,
    ),
}

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

GRAVITY = {rung: rank for rank, rung in enumerate(KINDS)}

COLOUR_WORDS: dict[Light, tuple[str, str]] = {
    Light.RED: ("红色", "Red"),
    Light.YELLOW: ("黄色", "Yellow"),
    Light.GREEN: ("绿色", "Green"),
}


@dataclass(frozen=True)
class Frame:
    """The sentences around the letters. Braces are filled in by `compose`."""

    subject: str
    and_more: str
    copy: str
    greeting: str
    opening: str
    opening_copies: str
    copied: str
    unit: str
    stage: str
    deadline: str
    left: str
    colon: str
    provisional: str
    round: str
    cycle: str
    rest: str
    pieces: str
    due: str
    follow: str
    footer: str


FRAMES: dict[Language, Frame] = {
    Language.CHINESE: Frame(
        subject="【{label}】{number}",
        and_more=" 等{count}件",
        copy="（抄送）",
        greeting="{name}：",
        opening="现有整改事项{count}件函告如下，请按要求办理。",
        opening_copies="现将整改事项{count}件抄送如下，请知悉。",
        copied="此件抄送，供掌握情况。对主送岗位的要求：{asks}",
        unit="责任单位",
        stage="办理环节",
        deadline="整改时限",
        left="期限情况",
        colon="：",
        provisional="{date}（暂定）",
        round="第{n}轮整改",
        cycle="第{n}次办理",
        rest="另有{count}件，列表如下：",
        pieces="{heading}（{count}件）",
        due="整改到期{mark}：{what}",
        follow="登录系统查看：",
        footer="本邮件由整改跟踪系统自动发送，请勿回复。登录地址：",
    ),
    Language.ENGLISH: Frame(
        subject="[{label}] {number}",
        and_more=" and {more} more",
        copy=" (copy)",
        greeting="To {name}:",
        opening="Matters for your attention: {count}. Please do what each letter asks.",
        opening_copies="Copies for your information: {count}.",
        copied="This is a copy for your information. The addressee is asked: {asks}",
        unit="Unit",
        stage="Stage",
        deadline="Deadline",
        left="Time left",
        colon=": ",
        provisional="{date} (provisional)",
        round="round {n}",
        cycle="cycle {n}",
        rest="And in brief, the other {count}:",
        pieces="{heading} ({count})",
        due="Due{mark}: {what}",
        follow="Sign in and see: ",
        footer="Sent by the rectification tracking system; please do not reply. Sign in at: ",
    ),
}


def kind(rung: str) -> Kind:
    """Raises ValueError for a letter nobody has written."""
    if rung not in KINDS:
        raise ValueError(f"没有名为“{rung}”的函件。 No letter is called “{rung}”.")
    return KINDS[rung]


def colour_word(colour: Light, language: Language) -> str:
    zh, en = COLOUR_WORDS.get(colour, ("", ""))
    return en if language is Language.ENGLISH else zh


def day(on: date, language: Language) -> str:
    if language is Language.ENGLISH:
        return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日"


def days(left: int, language: Language) -> str:
    """`距时限10日`, `今日到期`, `已逾期35日`."""
    if language is Language.ENGLISH:
        return _english_days(left)
    if left == 0:
        return "今日到期"
    return f"距时限{left}日" if left > 0 else f"已逾期{-left}日"


def _english_days(left: int) -> str:
    if left == 0:
        return "due today"
    count = "1 day" if abs(left) == 1 else f"{abs(left)} days"
    return f"{count} left" if left > 0 else f"{count} overdue"
