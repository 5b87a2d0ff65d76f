"""What makes a password good enough: length, and that nobody else would guess it; no rules of composition."""

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


def check(password: str, account: str) -> None:
    """Raises BadInput for one that is too short, too long, widely used, or the account's own name."""
    if len(password) < SHORTEST:
        raise BadInput(
            f"密码至少要有{SHORTEST}个字符，建议用一句自己记得住的话。",
            f"A password has at least {SHORTEST} characters; a sentence you can remember is best.",
        )
    if len(password) > LONGEST:
        raise BadInput(f"密码最多{LONGEST}个字符。", f"A password has {LONGEST} characters at most.")
    if _is_guessable(password.lower(), account.lower()):
        raise BadInput(
            "这个密码太容易猜到（常用密码、单一字符或帐号名），请换一个。",
            "This password is too easy to guess (widely used, one character, or the account's name).",
        )


def _is_guessable(password: str, account: str) -> bool:
    rest = password.replace(account, "") if account else password
    return password in COMMON or len(set(password)) < 3 or len(rest) < SHORTEST // 2
