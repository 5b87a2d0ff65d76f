"""What the security log calls what happened, in the reader's words."""

from collections.abc import Callable

from models.access.trail import Noted
from portal.pages.speech import Speech, Words

KINDS: dict[Noted, Words] = {
    Noted.SIGN_IN: ("登录", "signed in"),
    Noted.SIGN_IN_REFUSED: ("登录被拒", "sign-in refused"),
    Noted.SIGN_OUT: ("退出", "signed out"),
    Noted.SESSION_ENDED: ("结束一处登录", "a session ended"),
    Noted.SESSIONS_ENDED: ("结束全部登录", "all sessions ended"),
    Noted.PASSWORD_GIVEN: ("发放初始密码", "initial password given"),
    Noted.PASSWORD_CHANGED: ("修改密码", "password changed"),
    Noted.CODE_SWITCHED_ON: ("启用动态验证码", "one-time codes switched on"),
    Noted.CODE_SWITCHED_OFF: ("关闭动态验证码", "one-time codes switched off"),
    Noted.CODE_REFUSED: ("动态验证码不对", "one-time code refused"),
    Noted.ACCOUNT_ADDED: ("新建帐号", "account added"),
    Noted.ACCOUNT_CHANGED: ("修改帐号", "account changed"),
    Noted.ACCOUNT_CLOSED: ("停用帐号", "account closed"),
    Noted.ACCOUNT_OPENED: ("启用帐号", "account opened again"),
    Noted.UNIT_ADDED: ("新增单位", "unit added"),
    Noted.UNIT_CHANGED: ("修改单位", "unit changed"),
    Noted.POST_ADDED: ("新增岗位", "post added"),
    Noted.POST_CHANGED: ("修改岗位名称", "post renamed"),
    Noted.ROLES_CHANGED: ("调整岗位职责", "roles of a post changed"),
    Noted.APPOINTED: ("任职", "appointed"),
    Noted.APPOINTMENT_ENDED: ("离任", "appointment ended"),
    Noted.STAND_IN_SET: ("设代班", "stand-in named"),
    Noted.STAND_IN_ENDED: ("结束代班", "stand-in ended"),
    Noted.PEOPLE_TAKEN_IN: ("导入名册", "people file taken in"),
    Noted.RULES_USED: ("启用规则", "rules brought into force"),
    Noted.RULES_MOVED: ("改按现行规则", "findings moved to the rules in force"),
    Noted.CALENDAR_CHANGED: ("修改日历", "calendar changed"),
    Noted.MAIL_TRIED: ("测试邮件", "test mail"),
    Noted.TOKEN_MADE: ("新建接口令牌", "token made"),
    Noted.TOKEN_ENDED: ("停用接口令牌", "token ended"),
    Noted.TOKEN_REFUSED: ("接口令牌无效", "token refused"),
    Noted.WEBHOOK_ADDED: ("增加事件通知", "webhook added"),
    Noted.WEBHOOK_ENDED: ("停止事件通知", "webhook ended"),
    Noted.ACCESS_REFUSED: ("越权访问被拒", "access refused"),
    Noted.LINK_MADE: ("发放一次性链接", "one-time link made"),
    Noted.LINK_OPENED: ("打开一次性链接", "one-time link opened"),
    Noted.LINK_REFUSED: ("一次性链接PIN不对", "one-time link refused"),
    Noted.OIDC_LINKED: ("关联外部登录", "outside sign-in linked"),
    Noted.OIDC_UNLINKED: ("取消外部登录", "outside sign-in unlinked"),
    Noted.CODE_GIVEN: ("输入动态验证码", "one-time code given"),
    Noted.RECOVERY_CODE_USED: ("使用恢复码", "recovery code used"),
    Noted.ROUND_SET: ("设置批次", "round set"),
    Noted.EXPORT: ("导出", "export"),
    Noted.DOWNLOAD: ("下载附件", "file downloaded"),
}


def kind_words(speech: Speech) -> Callable[[str], str]:
    """One that an earlier version noted is shown as it was."""
    return lambda kind: speech.of(KINDS[Noted(kind)]) if kind in set(Noted) else kind
