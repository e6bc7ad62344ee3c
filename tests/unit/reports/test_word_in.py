from __future__ import annotations

import struct
import zipfile
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml

from nmrf.core.errors import BadFile
from nmrf.reports.word_in import open_report, read_report
from tests.unit.reports.wordfiles import WORDS, append, bold, report, run, shape

DATA = Path(__file__).parents[2] / "data"
REPORT = DATA / "reports" / "svn-wg48-national-report.docx"


def test_the_report_of_slovenia():
    outline = read_report(docx.Document(str(REPORT)))
    assert Counter(block.kind for block in outline.blocks) == {
        "chapter": 6,
        "section": 14,
        "paragraph": 151,
        "citation": 14,
    }
    assert outline.title == (
        "National report submitted pursuant to Human Rights Council resolutions 5/1 and 16/21"
    )
    assert outline.subtitles == ["Slovenia"]
    assert [b.number for b in outline.of("paragraph")] == list(range(1, 152))
    assert [b.label for b in outline.of("chapter")] == ["I.", "II.", "III.", "IV.", "V.", "VI."]
    assert "".join(b.label[0] for b in outline.of("section")) == "ABCDEFGHIJKLMN"
    assert [b.text for b in outline.of("chapter")][:2] == [
        "Introduction",
        "Implementation of recommendations from previous cycles",
    ]
    assert outline.of("citation")[0].text == "(Recommendations 1, 5, 7–9, 11–12, 158–160)"
    assert (outline.body_words, outline.notes_words, outline.warnings) == (10_339, 0, [])


def test_other_real_files_are_read():
    questions = read_report(
        docx.Document(str(DATA / "questions" / "svn-wg48-advance-questions.docx"))
    )
    assert [b.text for b in questions.of("chapter")][:3] == ["BELGIUM", "COSTA RICA", "GERMANY"]
    matrix = read_report(docx.Document(str(DATA / "matrices" / "svn-wg34.docx")))
    assert matrix.warnings == [
        "Table 1 (269 × 4, at line 1 of the file) was read as text, one line for each row."
    ]


@pytest.mark.parametrize(
    "names",
    [
        ("Heading 1", "Heading 2"),
        ("Überschrift 1", "Überschrift 2"),
        ("Titre 1", "Titre 2"),
        ("Título 1", "Título 2"),
        ("Заголовок 1", "Заголовок 2"),
        ("标题 1", "标题 2"),
        ("عنوان 1", "عنوان 2"),
        ("_ H _Ch_G", "_ H_1_G"),
    ],
)
def test_headings_by_style_name(names):
    document = docx.Document()
    for name in names:
        if name not in [style.name for style in document.styles]:
            document.styles.add_style(name, 1)
    for style, text in [
        (names[0], "One"),
        (names[1], "Two"),
        (None, "12. A text."),
        (names[0], "Three"),
    ]:
        document.add_paragraph(text, style)
    assert shape(read_report(document)) == [
        ("chapter", "", None, "One"),
        ("section", "", None, "Two"),
        ("paragraph", "", 12, "A text."),
        ("chapter", "", None, "Three"),
    ]


def test_headings_by_outline_level():
    document = report("Report", "One", "1. A text.", "Two", "2. A text.")
    for place in (1, 3):
        properties = document.paragraphs[place]._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:outlineLvl {WORDS} w:val="0"/>'))
    assert [b.text for b in read_report(document).of("chapter")] == ["One", "Two"]


def test_headings_by_typed_numbers_in_bold():
    document = report("National report")
    for text in ("I. Introduction", "1. First text.", "II. Follow-up"):
        bold(document, text) if text[0] == "I" else document.add_paragraph(text)
    for letter in "ABCDEFGHIJ":
        bold(document, f"{letter}. Section {letter}")
        document.add_paragraph(f"{ord(letter) - 63}. Text of {letter}.")
    bold(document, "III. Challenges")
    document.add_paragraph("12. Last text.")
    outline = read_report(document)
    assert [b.label for b in outline.of("chapter")] == ["I.", "II.", "III."]
    assert [b.label for b in outline.of("section")] == [f"{letter}." for letter in "ABCDEFGHIJ"]
    assert [b.number for b in outline.of("paragraph")] == list(range(1, 13))
    assert outline.title == "National report"


def test_headings_in_arabic_and_chinese():
    document = report("التقرير الوطني")
    bold(document, "أولاً - مقدمة")
    document.add_paragraph("1. نص الفقرة.")
    bold(document, "一、导言")
    document.add_paragraph("2. 案文。")
    assert shape(read_report(document)) == [
        ("chapter", "أولاً -", None, "مقدمة"),
        ("paragraph", "", 1, "نص الفقرة."),
        ("chapter", "一、", None, "导言"),
        ("paragraph", "", 2, "案文。"),
    ]


def test_one_heading_above_all_others_is_the_title():
    document = report(
        ("Heading 1", "National report"),
        "Kingdom of Ruritania",
        ("Heading 2", "Introduction"),
        ("Heading 3", "Method"),
        "1. A text.",
    )
    outline = read_report(document)
    assert (outline.title, outline.subtitles) == ("National report", ["Kingdom of Ruritania"])
    assert [(b.kind, b.text) for b in outline.blocks] == [
        ("chapter", "Introduction"),
        ("section", "Method"),
        ("paragraph", "A text."),
    ]


def test_lists_continue_restart_and_nest():
    document = report("Title", ("Heading 1", "One"))
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {WORDS} w:abstractNumId="90">'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
            '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/></w:lvl>'
            "</w:abstractNum>"
        ),
    )
    for num, override in (
        (90, ""),
        (91, ""),
        (92, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'),
    ):
        numbering.append(
            parse_xml(
                f'<w:num {WORDS} w:numId="{num}"><w:abstractNumId w:val="90"/>{override}</w:num>'
            )
        )

    def item(text, num, level=0):
        append(
            document,
            f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr></w:pPr>{run(text)}</w:p>',
        )

    item("first", 90)
    item("point", 90, 1)
    item("other point", 90, 1)
    item("second", 91)
    item("point", 91, 1)
    item("seventh", 92)
    assert shape(read_report(document))[1:] == [
        ("paragraph", "", 1, "first\n(a) point\n(b) other point"),
        ("paragraph", "", 2, "second\n(a) point"),
        ("paragraph", "", 7, "seventh"),
    ]


def test_typed_points_join_their_paragraph():
    document = report(
        ("Heading 1", "One"),
        "1. The Government:",
        "(a) ratified the Convention;",
        "(ii) adopted a law;",
        "• and more.",
        "2) Next.",
        "1. A list inside;",
        "3. Last.",
    )
    assert shape(read_report(document))[1:] == [
        (
            "paragraph",
            "",
            1,
            "The Government:\n(a) ratified the Convention;\n(ii) adopted a law;\n• and more.",
        ),
        ("paragraph", "", 2, "Next.\n1. A list inside;"),
        ("paragraph", "", 3, "Last."),
    ]


def test_recommendation_numbers_are_no_paragraph_numbers():
    document = report(("Heading 1", "One"), "122.17 was implemented.", "(Recommendations 1–5)")
    assert shape(read_report(document))[1:] == [
        ("paragraph", "", 1, "122.17 was implemented."),
        ("citation", "", None, "(Recommendations 1–5)"),
    ]


def test_looks_become_markdown_and_stars_stay_stars():
    document = report(("Heading 1", "A *star* heading"))
    p = document.add_paragraph("1. Plain ")
    p.add_run("bold").bold = True
    p.add_run(" and ")
    p.add_run("italic").italic = True
    p.add_run(", 5 * 3 * [x](y)")
    assert shape(read_report(document)) == [
        ("chapter", "", None, "A *star* heading"),
        ("paragraph", "", 1, "Plain **bold** and *italic*, 5 * 3 * [x](y)"),
    ]


def test_links_are_kept():
    document = report(("Heading 1", "One"), "1. See ")
    link = document.part.relate_to(
        "https://ohchr.org/a",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
        is_external=True,
    )
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "http://un.org/b" </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("there")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    append(
        document,
        f'<w:p>{run("2. See ")}<w:hyperlink xmlns:r="{relations}" r:id="{link}">{run("here")}</w:hyperlink>{run(" and ")}{field}{run(".")}</w:p>',
    )
    assert read_report(document).blocks[-1].text == (
        "See [here](https://ohchr.org/a) and [there](http://un.org/b)."
    )


def test_tracked_changes_are_taken_and_told():
    document = report(("Heading 1", "One"))
    author = 'w:id="1" w:author="A" w:date="2026-01-01T00:00:00Z"'
    append(
        document,
        f"<w:p>{run('1. The ')}<w:ins {author}>{run('new ')}</w:ins><w:del {author}><w:r><w:delText>old </w:delText></w:r></w:del>{run('text.')}</w:p>",
    )
    append(
        document,
        f"<w:p><w:pPr><w:rPr><w:del {author}/></w:rPr></w:pPr>{run('2. Joined ')}</w:p>",
    )
    append(document, f"<w:p>{run('to this.')}</w:p>")
    outline = read_report(document)
    assert [b.text for b in outline.of("paragraph")] == ["The new text.", "Joined to this."]
    assert outline.warnings == [
        "1 tracked insertion was taken into the text.",
        "1 tracked deletion was left out of the text.",
    ]


def test_tables_pictures_boxes_and_contents_are_told():
    document = report(("Heading 1", "One"), "1. Before.")
    table = document.add_table(2, 2)
    for place, text in enumerate(["No.", "Position", "140.1", "Noted"]):
        table.cell(place // 2, place % 2).text = text
    document.add_picture(BytesIO(PIXEL))
    frame = document.add_table(1, 1)
    frame.cell(0, 0).text = "2. In a frame."
    append(
        document,
        f'<w:p>{run("3. With a box.")}<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent><w:p>{run("Boxed words")}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>',
    )
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("One ..... 3", "toc 1")
    outline = read_report(document)
    assert shape(outline)[1:] == [
        ("paragraph", "", 1, "Before."),
        ("paragraph", "", None, "No. | Position\n140.1 | Noted"),
        ("paragraph", "", 2, "In a frame."),
        ("paragraph", "", 3, "With a box."),
        ("paragraph", "", None, "Boxed words"),
    ]
    assert outline.warnings == [
        "Table 1 (2 × 2, after paragraph 1) was read as text, one line for each row.",
        "A picture (after paragraph 1) was left out.",
        "A text box (after paragraph 3) was read as a paragraph of its own: “Boxed words”.",
        "The table of contents was left out.",
    ]


def test_notes_are_counted_apart():
    document = report(("Heading 1", "One"))
    p = document.add_paragraph("1. A text")
    note = document.endnotes.add_endnote("See the annual report of the Ombudsman.")
    p.add_run().add_endnote_reference(note)
    p.add_run(" with notes")
    p.add_run().add_footnote_reference(document.footnotes.add_footnote("Two words."))
    outline = read_report(document)
    assert [(n.kind, n.label, n.text, n.source_index) for n in outline.notes] == [
        ("note", "1", "See the annual report of the Ombudsman.", 1),
        ("note", "2", "Two words.", 1),
    ]
    assert outline.blocks[-1].text == "A text[^1] with notes[^2]"
    assert (outline.body_words, outline.notes_words) == (5, 9)


def test_content_controls_and_hidden_text():
    document = report(("Heading 1", "One"))
    append(
        document,
        f"<w:p>{run('1. Seen ')}<w:sdt><w:sdtContent>{run('inside')}</w:sdtContent></w:sdt>{run('hidden', '<w:vanish/>')}{run('.')}</w:p>",
    )
    assert read_report(document).blocks[-1].text == "Seen inside."


def test_lines_above_the_first_heading_are_title_and_subtitles():
    document = report("National report", "Ruritania", "May 2026", ("Heading 1", "One"), "1. Text.")
    outline = read_report(document)
    assert (outline.title, outline.subtitles) == ("National report", ["Ruritania", "May 2026"])


def test_a_file_without_headings_and_numbers():
    outline = read_report(report("Title of it", "One text.", "Another text."))
    assert outline.title == "Title of it"
    assert [b.text for b in outline.of("paragraph")] == ["One text.", "Another text."]


@pytest.mark.parametrize("lines", [[], ["   "], [("Heading 1", "One"), ("Heading 1", "Two")]])
def test_a_file_without_paragraphs_is_refused(lines):
    with pytest.raises(BadFile, match="holds no paragraph of text"):
        read_report(report(*lines))


def test_an_empty_file_is_refused_by_name():
    buffer = BytesIO()
    report().save(buffer)
    with pytest.raises(BadFile) as refused:
        open_report(buffer.getvalue(), "draft.docx")
    assert refused.value.place == "draft.docx"
    assert refused.value.message == "The Word file holds no paragraph of text."


def zipped():
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("hello.txt", "hello")
    return buffer.getvalue()


def damaged():
    document = report(("Heading 1", "One"))
    append(document, f'<w:p><w:pPr><w:outlineLvl w:val="high"/></w:pPr>{run("1. Text.")}</w:p>')
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def bomb():
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * 70_000_000)
    return buffer.getvalue()


def with_part(name, content):
    buffer = BytesIO()
    report(("Heading 1", "One"), "1. Text.").save(buffer)
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"hello", "not a Word document"),
        (zipped(), "not a Word document"),
        (b"PK\x03\x04 nonsense", "damaged"),
        (bomb(), "unpacks to more than can be taken"),
        (with_part("word/extra.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "entities"),
        (with_part("word/vbaProject.bin", b"x"), "macros"),
        (damaged(), "that can be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(data, words):
    with pytest.raises(BadFile, match=words) as refused:
        open_report(data, "draft.docx")
    assert refused.value.place == "draft.docx"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PIXEL = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)
