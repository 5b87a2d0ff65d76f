"""What a page says on top after a form was taken in: one of these sentences, named in the address."""

from portal.pages.speech import Words

SAID: dict[str, Words] = {
    "password_changed": ("密码已修改。", "The password is changed."),
    "saved": ("已保存。", "Saved."),
    "opened": ("已登记。", "The finding is stored."),
}
