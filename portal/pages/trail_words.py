"""What the security log calls what happened, in the reader's words."""

from collections.abc import Callable

from portal.pages.speech import Speech, Words

KINDS: dict[str, Words] = {
    "sign_in": ("登录", "signed in"),
    "sign_in_refused": ("登录被拒", "sign-in refused"),
    "sign_out": ("退出", "signed out"),
    "session_ended": ("结束一处登录", "a session ended"),
    "sessions_ended": ("结束全部登录", "all sessions ended"),
    "password_given": ("发放初始密码", "initial password given"),
    "password_changed": ("修改密码", "password changed"),
    "code_switched_on": ("启用动态验证码", "one-time codes switched on"),
    "code_switched_off": ("关闭动态验证码", "one-time codes switched off"),
    "code_refused": ("动态验证码不对", "one-time code refused"),
    "account_added": ("新建帐号", "account added"),
    "account_changed": ("修改帐号", "account changed"),
    "account_closed": ("停用帐号", "account closed"),
    "account_opened": ("启用帐号", "account opened again"),
    "unit_added": ("新增单位", "unit added"),
    "unit_changed": ("修改单位", "unit changed"),
    "post_added": ("新增岗位", "post added"),
    "post_changed": ("修改岗位名称", "post renamed"),
    "roles_changed": ("调整岗位职责", "roles of a post changed"),
    "appointed": ("任职", "appointed"),
    "appointment_ended": ("离任", "appointment ended"),
    "stand_in_set": ("设代班", "stand-in named"),
    "stand_in_ended": ("结束代班", "stand-in ended"),
    "people_taken_in": ("导入名册", "people file taken in"),
    "rules_used": ("启用规则", "rules brought into force"),
    "rules_moved": ("改按现行规则", "findings moved to the rules in force"),
    "calendar_changed": ("修改日历", "calendar changed"),
    "mail_tried": ("测试邮件", "test mail"),
    "token_made": ("新建接口令牌", "token made"),
    "token_ended": ("停用接口令牌", "token ended"),
    "token_refused": ("接口令牌无效", "token refused"),
    "webhook_added": ("增加事件通知", "webhook added"),
    "webhook_ended": ("停止事件通知", "webhook ended"),
    "export": ("导出", "export"),
    "download": ("下载附件", "file downloaded"),
}
"""Those that can be asked for; one that is not here is shown as it was noted."""


def kind_words(speech: Speech) -> Callable[[str], str]:
    return lambda kind: speech.of(KINDS[kind]) if kind in KINDS else kind
