"""What a page says on top after a form was taken in: one of these sentences, named in the address."""

from portal.pages.speech import Words

SAID: dict[str, Words] = {
    "password_changed": ("密码已修改。", "The password is changed."),
    "saved": ("已保存。", "Saved."),
    "opened": ("已登记。", "The finding is stored."),
    "handed_over": (
        "已办理。今天或更早接任的，未办结事项已一并交接；以后接任的，到时自动交接。",
        "Done. Open findings went along if the successor has begun, and go along on the day if not.",
    ),
    "work_moved": (
        "事项已移交，双方各收到一封函件。",
        "The findings were handed over; both sides are written to.",
    ),
    "stand_in_set": ("代班已设定。", "The stand-in is named."),
    "stand_in_ended": ("代班已结束。", "The substitution has ended."),
    "people_taken_in": ("名册已导入。", "The people file was taken in."),
    "rules_used": (
        "规则已启用，适用于今后登记的问题；已登记的仍按原规则，可在本页改按现行规则。",
        "The rules are in force for what is opened from now on. Open findings can be moved to them here.",
    ),
    "rules_moved": ("已改按现行规则办理。", "They are under the rules in force now."),
    "year_taken_in": ("放假安排已导入，有关日期已重算。", "The year is taken in; dates are counted anew."),
    "account_added": (
        "帐号已新建。要让本人登录，请在本页发放初始密码。",
        "The account is there. Give it an initial password on this page.",
    ),
    "letter_signed": ("已签发，待发送。", "It is signed and waits to be sent."),
    "letter_declined": ("已定为不签发，不会发出。", "It is not signed and will not go out."),
    "mail_settled": ("已处理。", "It is settled."),
    "call_noted": ("通话已登记。", "The call is noted."),
    "clock_confirmed": ("已确认时钟无误，提醒恢复发送。", "The clock is confirmed; reminders go on."),
    "token_ended": ("令牌已停用。", "The token is ended."),
    "webhook_ended": ("已停止通知。", "Nothing more is told there."),
    "webhook_again": ("将立即重发。", "They are sent again now."),
    "session_ended": ("已结束。", "Ended."),
    "filter_deleted": ("筛选条件已删除。", "The filter is deleted."),
}
