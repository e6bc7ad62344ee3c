from __future__ import annotations

import datetime as dt
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.comments import Comment
from python_calamine import CalamineWorkbook

from nmrf.core.errors import BadFile
from nmrf.files.checks import kind_of
from nmrf.files.metadata import authors_in, without_metadata

DATA = Path(__file__).resolve().parents[2] / "data"
NAME = "Jana Izmišljena"


def _everything(data: bytes) -> bytes:
    """All bytes of all parts, unpacked, to look for a name in."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return b"\n".join(package.read(part) for part in package.namelist())


def _word() -> bytes:
    document = docx.Document()
    document.core_properties.author = NAME
    document.core_properties.last_modified_by = "Peter Izmišljeni"
    document.core_properties.created = dt.datetime(2025, 3, 1, 9, 30)  # noqa: DTZ001
    paragraph = document.add_paragraph("Adopt a ")
    document.add_comment(paragraph.runs, text="Why?", author="Ana Izmišljena", initials="AI")
    paragraph._p.append(
        parse_xml(
            f'<w:ins {nsdecls("w")} w:id="9" w:author="Tine Izmišljeni" w:date="2025-03-01T09:31:00Z"'
            ' w:rsidR="00AB12CD"><w:r><w:t>law</w:t></w:r></w:ins>'
        )
    )
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_names_in_a_word_file():
    assert authors_in(_word(), "docx") == [
        NAME,
        "Peter Izmišljeni",
        "Ana Izmišljena",
        "Tine Izmišljeni",
    ]


def test_a_word_file_without_its_details_reads_the_same():
    clean = without_metadata(_word(), "docx", "note.docx")
    assert authors_in(clean, "docx") == []
    everything = _everything(clean)
    for trace in ("Izmišljen", "2025-03-01", "rsid", "python-docx"):
        assert trace.encode() not in everything
    document = docx.Document(BytesIO(clean))
    assert [paragraph.text for paragraph in document.paragraphs] == ["Adopt a law"]
    assert [(c.text, c.author) for c in document.comments] == [("Why?", "Author")]
    with zipfile.ZipFile(BytesIO(clean)) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("path", "authors"),
    [
        ("matrices/svn-wg34.docx", ["OHCHR", "OYEWOLE Feyikemi", "Feyikemi Oyewole"]),
        ("matrices/svn-wg48.docx", ["Adesa Mae Delor"]),
        ("questions/svn-wg48-advance-questions.docx", ["Blaise Genolet", "Arbena KURIU"]),
        ("reports/svn-wg48-national-report.docx", []),
    ],
)
def test_real_word_files(path, authors):
    data = (DATA / path).read_bytes()
    assert authors_in(data, "docx") == authors
    clean = without_metadata(data, "docx", path)
    assert authors_in(clean, "docx") == []
    everything = _everything(clean)
    assert [name for name in authors if name.encode() in everything] == []
    before, after = docx.Document(BytesIO(data)), docx.Document(BytesIO(clean))
    assert [p.text for p in after.paragraphs] == [p.text for p in before.paragraphs]
    assert len(after.tables) == len(before.tables)
    assert without_metadata(clean, "docx", path) == clean


def test_a_template_path_and_a_label_of_the_office_go_too():
    data = _word()
    out = BytesIO()
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" TargetMode="External" Target="file:///C:\\Users\\jana\\t.dotm" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        b'attachedTemplate"/></Relationships>'
    )
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
        new.writestr("word/_rels/settings.xml.rels", rels)
        new.writestr("[trash]/0000.dat", b"jana")
    assert b"jana" not in _everything(without_metadata(out.getvalue(), "docx", "note.docx"))


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = NAME
    sheet = book.active
    sheet["A1"] = "Adopt a law"
    sheet["A1"].comment = Comment("Why?", "Ana Izmišljena")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_names_in_a_workbook():
    assert authors_in(_workbook(), "xlsx") == [NAME, "Ana Izmišljena"]
    clean = without_metadata(_workbook(), "xlsx", "list.xlsx")
    assert authors_in(clean, "xlsx") == []
    assert "Izmišljen".encode() not in _everything(clean)
    sheet = openpyxl.load_workbook(BytesIO(clean)).active
    assert (sheet["A1"].value, sheet["A1"].comment.text) == ("Adopt a law", "Why?")


def test_a_real_workbook():
    data = (DATA / "calendar" / "wg52-54-timeline.xlsx").read_bytes()
    assert authors_in(data, "xlsx") == ["Anshu Uppal"]
    clean = without_metadata(data, "xlsx", "timeline.xlsx")
    assert b"Uppal" not in _everything(clean)
    before, after = (CalamineWorkbook.from_filelike(BytesIO(d)) for d in (data, clean))
    assert after.sheet_names == before.sheet_names
    for sheet in before.sheet_names:
        rows = before.get_sheet_by_name(sheet).to_python()
        assert after.get_sheet_by_name(sheet).to_python() == rows


def test_an_unsound_office_file_is_refused():
    with pytest.raises(BadFile) as caught:
        without_metadata(b"PK\x03\x04", "docx", "note.docx")
    assert caught.value.place == "note.docx"


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def _exif(orientation: int) -> bytes:
    entries = struct.pack("<HHII", 0x0112, 3, 1, orientation)
    entries += struct.pack("<HHII", 0x013B, 2, 5, 100)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + b"\0\0\0\0" + b"Jana\0GPS"


JFIF = _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
ICC = _segment(0xE2, b"ICC_PROFILE\0\x01\x01profile")
TABLES = _segment(0xDB, bytes(65)) + _segment(0xC0, bytes(15))
SCAN = _segment(0xDA, bytes(10)) + b"\x12\xff\x00\x34\xff\xd0\x56"


def _jpeg(orientation: int) -> bytes:
    told = (
        _segment(0xE1, _exif(orientation))
        + _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>Jana</x>")
        + _segment(0xE2, b"MPF\0Jana")
        + _segment(0xED, b"Photoshop 3.0\0Jana")
        + _segment(0xFE, b"taken by Jana")
    )
    return b"\xff\xd8" + JFIF + told + ICC + TABLES + SCAN + SCAN + b"\xff\xd9" + b"Jana's trailer"


def test_a_photograph_keeps_what_draws_it():
    clean = without_metadata(_jpeg(1), "jpeg")
    assert clean == b"\xff\xd8" + JFIF + ICC + TABLES + SCAN + SCAN + b"\xff\xd9"
    assert kind_of(clean, "photo.jpg") == "jpeg"


def test_a_photograph_that_lies_on_its_side_keeps_only_that():
    clean = without_metadata(_jpeg(6), "jpeg")
    turned = _segment(
        0xE1,
        b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0),
    )
    assert clean == b"\xff\xd8" + JFIF + turned + ICC + TABLES + SCAN + SCAN + b"\xff\xd9"
    assert without_metadata(clean, "jpeg") == clean


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_drawing_keeps_what_draws_it():
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    told = _chunk(b"tEXt", b"Author\0Jana") + _chunk(b"eXIf", b"Jana") + _chunk(b"tIME", bytes(7))
    needed = _chunk(b"pHYs", bytes(9)) + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    end = _chunk(b"IEND", b"")
    assert without_metadata(head + told + needed + end + b"Jana", "png") == head + needed + end


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8" + JFIF, "jpeg"),
        (b"\xff\xd8\xff\xe1\xff\xff", "jpeg"),
        (b"\xff\xd8garbage", "jpeg"),
        (b"GIF89a", "jpeg"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 999) + b"IHDR....", "png"),
        (b"GIF89a", "png"),
    ],
)
def test_a_damaged_picture_is_refused(data, kind):
    with pytest.raises(BadFile) as caught:
        without_metadata(data, kind, "photo")
    assert caught.value.message == (
        "This picture is damaged and cannot be read. Open it and save it again."
    )


def _pdf(info: bytes, *objects: bytes, trailer: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
        + info
        + b"".join(objects)
        + b"trailer\n<</Root 1 0 R/Info 5 0 R"
        + trailer
        + b">>\nstartxref\n0\n%%EOF\n"
    )


def _stream(number: int, head: bytes, body: bytes) -> bytes:
    return b"%d 0 obj\n<<%s>>\nstream\n%s\nendstream\nendobj\n" % (number, head, body)


XMP = (
    b'<?xpacket begin="" id="W5"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Ana</rdf:li>'
    b'</rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
INFO = (
    b"5 0 obj\n<</Author(Jana \\(fictional\\) \\111zm)/Title <FEFF004A0061006E0061>"
    b"/Producer (a(b)c)/CreationDate(D:20250301)/Creator 6 0 R>>\nendobj\n"
    b"6 0 obj\n(Peter's Word)\nendobj\n"
)
OUTLINE = b"7 0 obj\n<</Title(Chapter 1)/Parent 8 0 R>>\nendobj\n"


def test_details_of_a_pdf_are_blanked_in_place():
    data = _pdf(INFO, OUTLINE, _stream(9, b"/Type/Metadata/Subtype/XML/Length 400", XMP))
    assert authors_in(data, "pdf") == ["Jana (fictional) Izm", "Ana"]
    clean = without_metadata(data, "pdf", "note.pdf")
    assert len(clean) == len(data)
    assert authors_in(clean, "pdf") == []
    for trace in (b"Jana", b"004A", b"a(b)c", b"D:2025", b"Peter", b"Ana"):
        assert trace not in clean
    assert OUTLINE in clean
    assert without_metadata(clean, "pdf", "note.pdf") == clean


def test_authors_of_a_pdf_in_other_codings():
    wide = (
        b"5 0 obj\n<</Author<"
        + ("\ufeff" + NAME).encode("utf-16-be").hex().encode()
        + b">>>endobj\n"
    )
    assert authors_in(_pdf(wide), "pdf") == [NAME]
    packed = _stream(
        3,
        b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode",
        zlib.compress(b"5 0 <</Author(Jana)>>"),
    )
    assert authors_in(_pdf(b"", packed), "pdf") == ["Jana"]
    assert authors_in(
        _pdf(b"", _stream(9, b"/Type /Metadata/Filter/FlateDecode", zlib.compress(XMP))), "pdf"
    ) == ["Ana"]


@pytest.mark.parametrize(
    "data",
    [
        _pdf(b"", _stream(3, b"/Type/ObjStm/N 1/Filter/FlateDecode", zlib.compress(b"5 0 <<>>"))),
        _pdf(INFO, _stream(9, b"/Type/Metadata/Filter/FlateDecode", zlib.compress(XMP))),
        _pdf(INFO, trailer=b"/Encrypt 8 0 R"),
        _pdf(b"5 0 obj\n<</Author 77 0 R>>\nendobj\n"),
        b"%PDF-1.7 cut off",
    ],
)
def test_a_pdf_whose_details_cannot_be_reached_is_refused(data):
    with pytest.raises(BadFile) as caught:
        without_metadata(data, "pdf", "note.pdf")
    assert (caught.value.message, caught.value.place) == (
        (
            "The details of this PDF (author, program, dates) cannot be removed. Send it as text, as "
            "a picture or as a Word document instead."
        ),
        "note.pdf",
    )


@pytest.mark.parametrize("name", ["svn-wg48-addendum", "svn-wg48-national-report"])
def test_real_pdfs(name):
    data = (DATA / "reports" / f"{name}.pdf").read_bytes()
    clean = without_metadata(data, "pdf", name)
    assert len(clean) == len(data)
    assert "Microsoft® Word".encode("utf-16-be") in data
    for trace in (
        "Microsoft® Word".encode("utf-16-be"),
        b"Microsoft",
        b"xmp:CreatorTool",
        b"D:2025",
    ):
        assert trace not in clean
    assert sum(a != b for a, b in zip(data, clean, strict=True)) < 4000


def test_text_has_no_details():
    assert without_metadata(b"a;b\n", "csv") == b"a;b\n"
    assert authors_in(b"a;b\n", "txt") == []
    assert authors_in(_jpeg(1), "jpeg") == []
