"""A form that outlived its session or its token, shown again: with all that was typed, to be sent anew."""

import re
from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from models.orders import FIELD_WORDS
from policy.refusals import Refusal
from policy.roles import ROLES_FOR
from policy.stages import Act
from portal.pages import opening
from portal.pages.act_fields import FIELDS, Typed
from portal.pages.act_page import Shown, draw
from portal.pages.forms import OURS, version_of
from portal.pages.paper import Reader
from portal.pages.speech import Speech, Words

AN_ACT = re.compile(r"/findings/(?P<number>.+)/acts/(?P<act>[a-z_]+)")
LABELS: dict[str, Words] = {
    "said": ("通话情况", "What was said"),
    "document": ("文号", "Document"),
    "feedback_on": ("反馈日期", "Feedback date"),
    "condition": ("具体表现", "Condition"),
    "round_name": ("批次名称", "Round"),
    "name": ("名称", "Name"),
    "note": ("说明", "Remarks"),
    "first": ("第一天", "First day"),
    "last": ("最后一天", "Last day"),
    "on": ("日期", "Day"),
    "person": ("姓名", "Name"),
    "mailbox": ("邮箱", "Mailbox"),
    "phone": ("电话", "Telephone"),
    "url": ("地址", "Address"),
    "label": ("名称", "Name"),
    "parent": ("上级单位", "Belongs to"),
    "days": ("天数", "Days"),
    "year": ("年份", "Year"),
    "numbers": ("问题编号", "Findings"),
    "unit": ("单位", "Unit"),
    "reason": ("理由", "Reason"),
    "meeting": ("会议", "Meeting"),
    "met_on": ("会议日期", "Day of the meeting"),
    "source": ("来源", "Source"),
}
"""How the fields of forms other than acts are called where they are read back."""


async def shown_again(
    reader: Reader,
    path: str,
    kept: Mapping[str, str],
    why: Words,
    *,
    status: int = 200,
    files: tuple[str, ...] = (),
) -> Response:
    """The form at `path` with what was `kept` of it; where it cannot be drawn, what was typed to be read."""
    try:
        page = await _drawn(
            reader, path, kept, Shown(sentence=reader.speech.of(why), status=status, files=files)
        )
        if page is not None:
            return page
    except Refusal:
        pass  # what was typed is still the person's own
    shown = read_back(kept, reader.speech)
    return reader.page("kept.html", status, kept=kept, shown=shown, action=path, why=reader.speech.of(why))


async def _drawn(reader: Reader, path: str, kept: Mapping[str, str], bare: Shown) -> Response | None:
    said = {name: value for name, value in kept.items() if name not in {*OURS, "sure", "more", "do", "held"}}
    found = AN_ACT.fullmatch(path)
    if found and found["act"] in set(FIELDS):
        seen, nonce = version_of(kept.get("version")), kept.get("nonce", "")[:64]
        shown = replace(bare, typed=Typed(said), nonce=nonce, seen_version=seen)
        return await draw(reader, found["number"], Act(found["act"]), shown)
    if path == "/findings/new":
        reader.must_have(*ROLES_FOR[Act.OPEN])
        return await opening.shown(reader, said, status=bare.status, sentence=bare.sentence)
    return None


def read_back(kept: Mapping[str, str], speech: Speech) -> list[tuple[str, str]]:
    """What a person typed or ticked, by the words of its form; what only the form understands is left out."""
    asked = {one.name: one.label for fields in FIELDS.values() for one in fields}
    known = {name: (zh, name) for name, zh in FIELD_WORDS.items()} | asked | LABELS
    return [
        (speech.of(known[name]), value) for name, value in kept.items() if name in known and value.strip()
    ]
