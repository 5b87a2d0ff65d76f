"""What makes a password good enough: length, and that nobody else would guess it; no rules of composition."""

import re
from collections.abc import Collection, Iterator

from policy.refusals import BadInput

SHORTEST, LONGEST = 8, 128
USUAL = """
12345678 123456789 1234567890 87654321 11111111 88888888 66666666 00000000 12341234 11223344
password password1 password123 passw0rd p@ssw0rd qwertyui qwerty123 qwertyuiop asdfghjk
asdfghjkl 1qaz2wsx 1q2w3e4r qazwsxedc zaq12wsx abc12345 abcd1234 a1234567 a12345678 aa123456
admin123 administrator admin888 iloveyou sunshine princess football baseball letmein1 welcome1
changeme 5201314520 52013145 13145200 woaini520 woaini1314 qq123456 wang1234 zhang123
wobuzhidao rectify1 zhenggai zhenggai123 12344321 147258369 987654321 123123123 321321321
123456abc 123qweasd qwe12345
"""
COMMON = frozenset(USUAL.split())
"""Those that are tried first; lower case."""
STEMS = """
administrator password passw0rd p@ssw0rd qwerty iloveyou woaini zhenggai rectify xiangzhen cunwei dangwei
admin root user test welcome letmein changeme abc qaz wsx edc 整改 密码 我爱你
"""
"""What others begin with, and add a number to."""
ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1qaz2wsx3edc4rfv")
YEAR = re.compile(r"(19|20)\d\d")
REPEATED = re.compile(r"(.{1,4}?)\1+", re.DOTALL)
NUMBER = re.compile(r"\d{1,11}|\d{17}[\dx]")
"""A birthday, a telephone, an identity card: others know them."""


def check(password: str, account: str, known: Collection[str] = ()) -> None:
    """Raises BadInput for one that is too short, too long, or easy to guess.

    `known` are words that others think of first: the owner's name, the units of the place.
    """
    if len(password) < SHORTEST:
        raise BadInput(
            f"密码至少要有{SHORTEST}个字符，建议用一句自己记得住的话。",
            f"A password has at least {SHORTEST} characters; a sentence you can remember is best.",
        )
    if len(password) > LONGEST:
        raise BadInput(f"密码最多{LONGEST}个字符。", f"A password has {LONGEST} characters at most.")
    if _is_guessable(password.lower(), {account.lower(), *(one.lower() for one in known)}):
        raise BadInput(
            "这个密码太容易猜到（常用密码、连续或重复的字符、生日电话、帐号、姓名或单位名），请换一句自己的话。",
            "This password is too easy to guess (widely used, keys in a row, repeated, a birthday or "
            "telephone, the account, a name or unit). Choose a sentence of your own.",
        )


def _is_guessable(password: str, known: Collection[str]) -> bool:
    if password in COMMON or len(set(password)) < 3:
        return True
    if REPEATED.fullmatch(password) or NUMBER.fullmatch(password):
        return True
    return len(_own(password, known)) < SHORTEST // 2


def _own(password: str, known: Collection[str]) -> str:
    """What is left of it without what anybody would try."""
    words = {*STEMS.split(), *(one for one in known if len(one) > 1)}
    for word in sorted(words, key=len, reverse=True):
        password = password.replace(word, " ")
    password = YEAR.sub(" ", password)
    for run in _runs(password):
        password = password.replace(run, " ")
    return "".join(letter for letter in password if letter.isalnum())


def _runs(password: str) -> Iterator[str]:
    """Four and more characters that lie beside each other, on the keyboard or in the alphabet."""
    for row in (*ROWS, *(one[::-1] for one in ROWS)):
        at = 0
        while at < len(password):
            end = at + 1
            while end <= len(password) and password[at:end] in row:
                end += 1
            if end - 1 - at >= 4:
                yield password[at : end - 1]
            at = max(end - 1, at + 1)
