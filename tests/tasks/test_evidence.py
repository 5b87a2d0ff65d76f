"""Files handed in: name, first bytes and structure have to agree, and each refusal says what to do."""

import io
import zipfile
from pathlib import Path

import pytest

from models.keeping import files
from policy.refusals import BadInput
from tasks import evidence

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (4).to_bytes(4) + (3).to_bytes(4) + b"\x08\x02" + b"\0" * 40
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 40 + b"\xff\xd9"
TYPES = b'<?xml version="1.0"?><Types></Types>'


def packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def document(more: dict[str, bytes] | None = None) -> bytes:
    return packed({"[Content_Types].xml": TYPES, "word/document.xml": b"<w:document/>"} | (more or {}))


BOOK = packed({"[Content_Types].xml": TYPES, "xl/workbook.xml": b"<workbook/>"})
RELATIONS = "word/_rels/document.xml.rels"
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HYPERLINK = b'<Relationship Type="%s/hyperlink" Target="http://x" TargetMode="External"/>' % OFFICE
TEMPLATE = b'<Relationship TargetMode="External" Type="%s/attachedTemplate" Target="http://x"/>' % OFFICE
DISGUISED = (
    TEMPLATE.replace(b"http://x", b"http://x/hyperlink"),
    TEMPLATE.replace(b"External", b"&#69;xternal"),
    TEMPLATE.replace(b"Target=", b'Id="a>b" Target='),
    TEMPLATE.replace(b"<Relationship", b'<r:Relationship xmlns:r="http://y"'),
    ('<?xml version="1.0" encoding="UTF-16"?>' + TEMPLATE.decode()).encode("utf-16"),
    TEMPLATE.replace(b"attachedTemplate", b"hyperlink/x"),
)
GOOD = [
    ("会议记录.pdf", PDF),
    ("2026.11.20现场照片.JPG", JPG),
    ("图.png", PNG),
    ("制度.docx", document()),
    ("制度.docx", document({RELATIONS: HYPERLINK})),
    ("台账.xlsx", BOOK),
    ("公文.ofd", packed({"OFD.xml": b"<ofd/>"})),
]
BAD = [
    ("空.pdf", b"", "空文件"),
    ("大.pdf", PDF + b"\0" * files.LARGEST, "超过20MB"),
    ("程序.exe", b"MZ" + b"\0" * 80, "类型不能作为佐证"),
    ("照片.exe.jpg", JPG, "类型不能作为佐证"),
    ("没有后缀", PDF, "类型不能作为佐证"),
    ("图.svg", b"<svg onload=alert(1)>", "类型不能作为佐证"),
    ("旧.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 80, "另存为 docx"),
    ("照片.heic", b"\0\0\0\x18ftypheic", "另存为 jpg"),
    ("网页.pdf", b"<!DOCTYPE html><script>alert(1)</script>", "看起来是 html"),
    ("程序.png", b"MZ\x90\0" + b"\0" * 80, "内容不是 png"),
    ("台账.docx", BOOK, "内容不是 docx"),
    ("压缩.docx", packed({"a.txt": b"x"}), "内容不是 docx"),
    ("宏.docx", document({"word/vbaProject.bin": b"x"}), "含有宏"),
    (
        "宏.docx",
        document({"[Content_Types].xml": b"<Types><a ContentType='x.macroEnabled'/></Types>"}),
        "含有宏",
    ),
    ("对象.docx", document({"word/embeddings/oleObject1.bin": b"x"}), "含有宏"),
    ("模板.docx", document({RELATIONS: TEMPLATE}), "外部链接"),
    *(("外.docx", document({RELATIONS: one}), "外部链接") for one in DISGUISED),
    ("外.docx", document({RELATIONS.upper(): TEMPLATE}), "外部链接"),
    ("实体.docx", document({RELATIONS: b"<!DOCTYPE a><a/>"}), "已损坏"),
    ("坏.docx", document()[:-30], "已损坏"),
    ("炸弹.docx", document({"word/media/a.bin": b"\0" * 60_000_000}), "已损坏"),
    ("大图.png", PNG[:16] + (50_000).to_bytes(4) * 2 + PNG[24:], "尺寸过大"),
    ("断图.png", PNG[:12], "已损坏"),
    ("大图.jpg", JPG[:20] + b"\xff\xc0\x00\x11\x08" + (65_500).to_bytes(2) * 2 + b"\3" * 11, "尺寸过大"),
]


@pytest.mark.parametrize(("name", "content"), GOOD, ids=[name for name, _ in GOOD])
def test_what_offices_hand_in_is_taken_as_it_is(name: str, content: bytes, tmp_path: Path) -> None:
    kept = evidence.admit(name, io.BytesIO(content), tmp_path)
    assert (kept.name, kept.size) == (name, len(content))
    assert files.stored(tmp_path, kept.sha256).read_bytes() == content


@pytest.mark.parametrize(("name", "content", "why"), BAD, ids=[f"{name}: {why}" for name, _, why in BAD])
def test_what_is_not_what_it_says_is_refused_with_a_way_out(
    name: str, content: bytes, why: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        evidence.admit(name, io.BytesIO(content), tmp_path)
    assert name in refused.value.zh
    assert name in refused.value.en
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\桌面\\照片 1.jpg", "照片 1.jpg"),
        ("\u202egpj.记录.pdf", "gpj.记录.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        ("长" * 300 + ".pdf", "长" * 251 + ".pdf"),
        ("", "佐证"),
    ],
)
def test_a_name_is_a_text_and_no_path(sent: str, kept: str) -> None:
    assert files.plain_name(sent) == kept


def test_the_same_file_lies_there_once_and_leaves_nothing_half(tmp_path: Path) -> None:
    for name in ("一.pdf", "二.pdf"):
        evidence.admit(name, io.BytesIO(PDF), tmp_path)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_each_kind_is_served_as_itself_and_all_else_as_bytes() -> None:
    assert evidence.media_type("记录.PDF") == "application/pdf"
    assert evidence.media_type("页.html") == evidence.media_type("x") == "application/octet-stream"
    assert [name for name, _ in GOOD if evidence.is_picture(name)] == ["2026.11.20现场照片.JPG", "图.png"]
