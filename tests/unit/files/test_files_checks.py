from __future__ import annotations

import re
import struct
import zipfile
import zlib
from functools import cache
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE

from nmrf.core.errors import BadFile
from nmrf.files import checks
from nmrf.files.checks import inspect_docx, inspect_xlsx, kind_of, open_docx

DATA = Path(__file__).resolve().parents[2] / "data"
TEMPLATE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"

DAMAGED = "This file is damaged and cannot be read. Open it in its program and save it again."
NOT_WORD = "This is not a Word document. Save it in Word as .docx and send that."
OLD_WORD = "This is an old Word document (.doc). Save it in Word as .docx and send that."
PROTECTED = "This file is protected by a password. Save it without the password and send that."
MACROS = "This file holds macros, which cannot be taken. Save it without macros (.docx, .xlsx)."
TOO_MUCH = (
    "This file unpacks to more than can be taken (200 MB). Make its pictures smaller or send it "
    "in parts."
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@cache
def _document() -> bytes:
    document = docx.Document()
    document.add_paragraph("Adopt a law")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _changed(data: bytes, changes: dict[str, bytes | None], **extra) -> bytes:
    """The package with parts replaced or added; None takes a part away."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", **extra) as new:
        for part in old.namelist():
            content = changes.get(part, old.read(part))
            if content is not None:
                new.writestr(part, content)
        for part, content in changes.items():
            if part not in old.namelist() and content is not None:
                new.writestr(part, content)
    return out.getvalue()


def _part(data: bytes, part: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as package:
        return package.read(part)


def _refusal(data: bytes, name: str = "report.docx", check=inspect_docx) -> str:
    with pytest.raises(BadFile) as caught:
        check(data, name)
    assert caught.value.place == name
    return caught.value.message


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("matrices/svn-wg34.docx", "docx"),
        ("matrices/svn-wg48.docx", "docx"),
        ("matrices/chn-wg31.docx", "docx"),
        ("questions/svn-wg48-advance-questions.docx", "docx"),
        ("reports/svn-wg48-national-report.docx", "docx"),
        ("reports/svn-wg48-addendum.pdf", "pdf"),
        ("calendar/wg52-54-timeline.xlsx", "xlsx"),
        ("calendar/upr_cycle4_states.csv", "csv"),
        ("matrices/chn-LICENSE.txt", "txt"),
    ],
)
def test_real_files_pass(path, kind):
    assert kind_of((DATA / path).read_bytes(), path) == kind


def test_a_document_with_ordinary_links_opens():
    document = docx.Document()
    document.part.relate_to(
        "https://uhri.ohchr.org/", RELATIONSHIP_TYPE.HYPERLINK, is_external=True
    )
    document.add_paragraph("Adopt a law")
    out = BytesIO()
    document.save(out)
    opened = open_docx(out.getvalue(), "report.docx")
    assert [paragraph.text for paragraph in opened.paragraphs] == ["Adopt a law"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b"plain text", NOT_WORD),
        (b"{\\rtf1}", NOT_WORD),
        (OLE + b"\0" * 600, OLD_WORD),
        (OLE + "EncryptedPackage".encode("utf-16-le"), PROTECTED),
        (
            OLE + "Workbook".encode("utf-16-le"),
            "This is an old Excel workbook (.xls). Save it in Excel as .xlsx and send that.",
        ),
        (b"PK\x03\x04" + b"x" * 200, DAMAGED),
    ],
)
def test_what_is_no_word_file_at_all(data, sentence):
    assert _refusal(data) == sentence


def test_a_zip_without_a_main_part():
    assert _refusal(_changed(_document(), {"word/document.xml": None})) == NOT_WORD
    assert _refusal((DATA / "calendar" / "wg52-54-timeline.xlsx").read_bytes()) == NOT_WORD
    assert _refusal(_document(), "list.xlsx", inspect_xlsx) == (
        "This is not an Excel workbook. Save it as .xlsx and send that."
    )


def test_a_cut_or_scrambled_zip():
    data = _document()
    assert _refusal(data[: len(data) // 2]) == DAMAGED
    with zipfile.ZipFile(BytesIO(data)) as package:
        at = package.getinfo("word/document.xml").header_offset + 60
    scrambled = data[:at] + bytes(255 - b for b in data[at : at + 40]) + data[at + 40 :]
    assert _refusal(scrambled) == DAMAGED


def test_xml_that_does_not_parse():
    broken = _changed(_document(), {"word/document.xml": b"<w:document><unclosed>"})
    assert _refusal(broken, check=open_docx) == DAMAGED
    assert _refusal(_changed(_document(), {"_rels/.rels": b"<x"})) == DAMAGED


def test_too_many_bytes(monkeypatch):
    monkeypatch.setattr(checks, "MAX_UPLOAD", 3 * 1024 * 1024)
    assert _refusal(b"PK\x03\x04" + b"\0" * (3 * 1024 * 1024)) == (
        "This file has 4 MB; at most 3 MB can be taken. Make its pictures smaller or send it in "
        "parts."
    )


def test_the_limits():
    megabyte = 1024 * 1024
    assert [checks.MAX_UPLOAD // megabyte, checks.MAX_UNPACKED // megabyte] == [25, 200]


def test_a_part_that_unpacks_to_too_much(monkeypatch):
    monkeypatch.setattr(checks, "MAX_MEMBER", 2 * 1024 * 1024)
    bomb = _changed(
        _document(),
        {"word/media/image1.bin": bytes(checks.MAX_MEMBER + 1)},
        compression=zipfile.ZIP_DEFLATED,
    )
    assert _refusal(bomb) == TOO_MUCH


def test_parts_that_unpack_to_too_much_together(monkeypatch):
    monkeypatch.setattr(checks, "MAX_UNPACKED", 8 * 1024 * 1024)
    part = bytes(checks.MAX_UNPACKED // 4)
    bomb = _changed(
        _document(),
        {f"word/media/image{n}.bin": part for n in range(4)},
        compression=zipfile.ZIP_DEFLATED,
    )
    assert len(bomb) < checks.MAX_UPLOAD
    assert _refusal(bomb) == TOO_MUCH.replace("200", "8")


def test_a_header_that_lies_about_the_size():
    bomb = _changed(
        _document(),
        {"word/media/image1.bin": bytes(1_000_000)},
        compression=zipfile.ZIP_DEFLATED,
    )
    size = struct.pack("<I", 1_000_000)
    assert bomb.count(size) == 2
    assert _refusal(bomb.replace(size, struct.pack("<I", 10))) == DAMAGED


def test_too_many_parts(monkeypatch):
    monkeypatch.setattr(checks, "MAX_MEMBERS", 10)
    assert _refusal(_document()) == TOO_MUCH


def test_a_kind_of_compression_that_office_does_not_use():
    assert _refusal(_changed(_document(), {}, compression=zipfile.ZIP_BZIP2)) == DAMAGED


@pytest.mark.parametrize(
    "part", ["word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels", "custom.dat"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "definition",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        '<!ENTITY a SYSTEM "http://example.org/">',
    ],
)
def test_entities_of_ones_own(part, encoding, definition):
    attack = _changed(_document(), {part: definition.encode(encoding)})
    assert _refusal(attack) == (
        f"The part {part} of this file defines entities of its own, which is not allowed. Open "
        "the file in Word or Excel and save it again."
    )


def test_entities_hidden_by_an_encoding():
    hidden = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x><x/>'
    assert _refusal(_changed(_document(), {"word/document.xml": hidden})) == DAMAGED
    ebcdic = '<?xml version="1.0" encoding="cp037"?><!DOCTYPE x><x/>'.encode("cp037")
    assert (
        re.search("entities", _refusal(_changed(_document(), {"custom.dat": ebcdic}))) is not None
    )


def test_macros():
    data = _document()
    types = _part(data, "[Content_Types].xml")
    plain = b"wordprocessingml.document.main+xml"
    enabled = types.replace(
        b"application/vnd.openxmlformats-officedocument." + plain,
        b"application/vnd.ms-word.document.macroEn&#97;bled.main+xml",
    )
    assert enabled != types
    assert _refusal(_changed(data, {"[Content_Types].xml": enabled})) == MACROS
    assert _refusal(_changed(data, {"word/vbaProject.bin": b"x"})) == MACROS
    renamed = _part(data, "word/_rels/document.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Target="media/image1.bin" Type="http://schemas.microsoft.com'
        b'/office/2006/relationships/vbaProject"/></Relationships>',
    )
    assert _refusal(_changed(data, {"word/_rels/document.xml.rels": renamed})) == MACROS
    assert _refusal(data, "report.docm", kind_of) == MACROS


def _with_template(target: str) -> bytes:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{TEMPLATE}" Target="{target}" TargetMode="External"/>'
        "</Relationships>"
    )
    return _changed(_document(), {"word/_rels/settings.xml.rels": rels.encode()})


@pytest.mark.parametrize(
    "target",
    ["https://example.org/t.dotm", r"\\server\share\t.dotm", "file://server/t.dotm", "//server/t"],
)
def test_a_template_from_another_place(target):
    assert _refusal(_with_template(target)) == (
        f"This file fetches a template or an object from another place ({target}). Remove that "
        "link in Word and save the file again."
    )


@pytest.mark.parametrize("target", [r"file:///C:\Templates\Report.dotm", "Normal.dotm"])
def test_a_template_on_the_authors_own_disk_is_fetched_from_nowhere(target):
    inspect_docx(_with_template(target), "report.docx")


@pytest.mark.parametrize(
    "part", ["../evil.xml", "/etc/passwd", "word/../../evil", "C:/evil.xml", "WORD/Document.xml"]
)
def test_names_that_lead_elsewhere(part):
    assert _refusal(_changed(_document(), {part: b"x"})) == (
        f"This file holds a part whose name is not allowed ({part}). Open it in Word or Excel and "
        "save it again."
    )


def test_an_encrypted_part():
    data = bytearray(_document())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + flags] |= 1
    assert _refusal(bytes(data)) == PROTECTED


def _png() -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (_png(), "photo.PNG", "png"),
        (b"\xff\xd8\xff\xe0", "photo.jpg", "jpeg"),
        (b"\xff\xd8\xff\xe1", "photo.jpeg", "jpeg"),
        ("name;État\n".encode("cp1252"), "list.csv", "csv"),
        ("نص".encode("utf-16"), "note.txt", "txt"),
        ("文本\r\n\t".encode(), "note.txt", "txt"),
    ],
)
def test_kinds(data, name, kind):
    assert kind_of(data, name) == kind


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (_png(), "photo.jpg"),
        (b"%PDF-1.7", "note.txt"),
        (b"text", "report.pdf"),
        (b"MZ\x90\0\x03", "list.csv"),
        (b"PK\x03\x04", "list.csv"),
    ],
)
def test_a_name_that_says_another_kind(data, name):
    suffix = name[name.rindex(".") :]
    assert _refusal(data, name, kind_of) == (
        f"The content of this file is not what its name says ({suffix}). Save it again in the "
        "right format, or correct the ending of its name."
    )


def test_kinds_that_cannot_be_taken():
    sentence = (
        "This kind of file cannot be taken. Send Word (.docx), Excel (.xlsx), PDF, PNG, JPEG, CSV "
        "or plain text."
    )
    assert _refusal(b"<svg/>", "logo.svg", kind_of) == sentence
    assert _refusal(b"MZ", "setup", kind_of) == sentence
    assert _refusal(OLE, "report.doc", kind_of) == OLD_WORD
    assert _refusal(_document(), "list.xlsx", kind_of) == (
        "This is not an Excel workbook. Save it as .xlsx and send that."
    )
