"""Word files as other hands make them: what marks a heading, a number, a note, a box."""

from __future__ import annotations

import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml

from nmrf.reports.word_in import read_report
from tests.unit.reports.wordfiles import WORDS, append, bold, report, run, shape


def kinds(outline):
    return [(b.kind, b.label or b.number or "", b.text) for b in outline.blocks]


def test_bold_capitals_are_chapters_and_bold_lines_sections():
    document = report("National report")
    for line in ("RURITANIA", "INTRODUCTION", "1. One.", "FOLLOW-UP", "Education", "2. Two."):
        (document.add_paragraph if line[0].isdigit() else lambda t: bold(document, t))(line)
    outline = read_report(document)
    assert (outline.title, outline.subtitles) == ("National report", ["RURITANIA"])
    assert kinds(outline) == [
        ("chapter", "", "INTRODUCTION"),
        ("paragraph", 1, "One."),
        ("chapter", "", "FOLLOW-UP"),
        ("section", "", "Education"),
        ("paragraph", 2, "Two."),
    ]


def test_a_bold_line_below_marked_headings_is_a_heading_below_them():
    document = report(("Title", "Report"), ("Heading 1", "One"), ("Heading 2", "Two"))
    bold(document, "Rural schools")
    document.add_paragraph("1. Text.")
    assert kinds(read_report(document))[1:3] == [
        ("section", "", "Two"),
        ("subsection", "", "Rural schools"),
    ]


def test_capitals_and_letters_without_bold():
    outline = read_report(
        report("Report", "I. INTRODUCTION", "1. One.", "II. FOLLOW-UP", "A. Equality", "2. Two.")
    )
    assert kinds(outline) == [
        ("chapter", "I.", "INTRODUCTION"),
        ("paragraph", 1, "One."),
        ("chapter", "II.", "FOLLOW-UP"),
        ("section", "A.", "Equality"),
        ("paragraph", 2, "Two."),
    ]


@pytest.mark.parametrize(
    ("line", "label", "text"),
    [
        ("CHAPTER I. INTRODUCTION", "CHAPTER I.", "INTRODUCTION"),
        ("Chapitre 2 – Suivi", "Chapitre 2 –", "Suivi"),
        ("Part B: Education", "Part B:", "Education"),
        ("第一章 导言", "第一章", "导言"),
    ],
)
def test_chapters_that_say_so(line, label, text):
    outline = read_report(report("Report", line, "1. One."))
    assert kinds(outline)[0] == ("chapter", label, text)


def test_the_name_of_the_state_in_the_style_of_a_chapter_is_a_subtitle():
    document = report(("Title", "National report"), ("Heading 1", "Ruritania"))
    for style, text in ((1, "I. Introduction"), (0, "1. One."), (1, "II. Follow-up")):
        document.add_paragraph(text, "Heading 1" if style else None)
    outline = read_report(document)
    assert (outline.title, outline.subtitles) == ("National report", ["Ruritania"])
    assert [b.label for b in outline.of("chapter")] == ["I.", "II."]


def test_paragraphs_numbered_by_chapter_are_numbered_anew():
    document = report("Report")
    for line in ("1. Introduction", "1.1 One.", "1.2 Two.", "2. Follow-up", "2.1 Three."):
        (document.add_paragraph if "." in line[2:] else lambda t: bold(document, t))(line)
    outline = read_report(document)
    assert kinds(outline) == [
        ("chapter", "1.", "Introduction"),
        ("paragraph", 1, "One."),
        ("paragraph", 2, "Two."),
        ("chapter", "2.", "Follow-up"),
        ("paragraph", 3, "Three."),
    ]
    assert outline.warnings == [
        "The paragraphs are numbered by chapter in the file. They are numbered anew."
    ]


def test_native_numbers_by_chapter_do_not_run_into_one_paragraph():
    document = report(("Heading 1", "1. One"))
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {WORDS} w:abstractNumId="90">'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
            '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>'
            "</w:abstractNum>"
        ),
    )
    numbering.append(
        parse_xml(f'<w:num {WORDS} w:numId="90"><w:abstractNumId w:val="90"/></w:num>')
    )
    place = '<w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="90"/></w:numPr></w:pPr>'
    for text in ("First.", "Second."):
        append(document, f"<w:p>{place}{run(text)}</w:p>")
    assert kinds(read_report(document))[1:] == [
        ("paragraph", 1, "First."),
        ("paragraph", 2, "Second."),
    ]


def test_paragraphs_without_numbers_are_numbered():
    outline = read_report(report(("Heading 1", "One"), "First text.", "Second text."))
    assert [b.number for b in outline.of("paragraph")] == [1, 2]
    assert outline.warnings == ["The paragraphs have no numbers in the file. They are numbered."]


@pytest.mark.parametrize(
    "typed", ["1.\u00a0Text", "1.\tText", "1.Text", "1 . Text", "1) Text", "١. Text", "1 – Text"]
)
def test_ways_to_type_a_number(typed):
    assert kinds(read_report(report(("Heading 1", "One"), typed)))[1:] == [("paragraph", 1, "Text")]


def test_a_date_at_the_start_of_a_line_is_no_number_where_word_counts():
    document = report(("Heading 1", "One"), ("List Number", "First."), "15. May was a good day.")
    assert kinds(read_report(document))[1:] == [
        ("paragraph", 1, "First.\n15. May was a good day."),
    ]


def test_chinese_and_arabic_numbers():
    outline = read_report(report("报告", "一、导言", "（建议1至5）", "1．中文。", "2、中文。"))
    assert kinds(outline) == [
        ("chapter", "一、", "导言"),
        ("citation", "", "（建议1至5）"),
        ("paragraph", 1, "中文。"),
        ("paragraph", 2, "中文。"),
    ]


def test_a_citation_in_a_heading_stands_on_its_own():
    document = report(
        ("Heading 1", "Health (Recommendations 1–5)"),
        ("Heading 2", "(Recommandations nos 6 à 8)"),
        "1. Text.",
    )
    assert shape(read_report(document)) == [
        ("chapter", "", None, "Health"),
        ("citation", "", None, "(Recommendations 1–5)"),
        ("citation", "", None, "(Recommandations nos 6 à 8)"),
        ("paragraph", "", 1, "Text."),
    ]


def test_rows_and_cells_in_content_controls_are_read():
    document = report(("Heading 1", "One"), "1. Text.")
    cell = f"<w:tc><w:p>{run('a')}</w:p></w:tc>"
    control = f"<w:sdt><w:sdtContent><w:tc><w:p>{run('b')}</w:p></w:tc></w:sdtContent></w:sdt>"
    row = f"<w:sdt><w:sdtContent><w:tr>{cell}{control}</w:tr></w:sdtContent></w:sdt>"
    append(document, f"<w:tbl><w:tr>{cell}{cell}</w:tr>{row}</w:tbl>")
    assert kinds(read_report(document))[-1] == ("paragraph", "", "a | a\na | b")


def test_links_in_notes_are_those_of_the_notes():
    document = report(("Heading 1", "One"), "1. A text")
    document.part.relate_to("https://un.org/body", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    note = document.endnotes.add_endnote("See ")
    part = note.paragraphs[0].part
    key = part.relate_to("https://un.org/note", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    note.paragraphs[0]._p.append(
        parse_xml(
            f'<w:hyperlink {WORDS} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
            f' r:id="{key}">{run("this")}</w:hyperlink>'
        )
    )
    document.paragraphs[-1].add_run().add_endnote_reference(note)
    assert read_report(document).notes[0].text == "See [this](https://un.org/note)"


def test_the_sign_of_a_note_in_the_title_is_not_part_of_it():
    document = report(("Title", "National report"), ("Heading 1", "One"), "1. Text.")
    note = document.footnotes.add_footnote("Reproduced as received.")
    document.paragraphs[0].add_run().add_footnote_reference(note)
    mark = document.paragraphs[0].runs[-1]
    mark._r[-1].set(f"{{{mark._r.nsmap['w']}}}customMarkFollows", "1")
    mark.add_text("*")
    outline = read_report(document)
    assert outline.title == "National report"
    assert [note.text for note in outline.notes] == ["Reproduced as received."]


def test_remarks_in_the_margin_are_told():
    document = report(("Heading 1", "One"), "1. Text.")
    document.add_comment(document.paragraphs[-1].runs, "Is this so?", "A. Person", "AP")
    assert read_report(document).warnings == [
        "1 remark in the margin was left out: comments are made on a version."
    ]


def test_rubies_and_symbols_lose_no_letter():
    document = report(("Heading 1", "One"))
    ruby = (
        f"<w:r><w:ruby><w:rt>{run('kan')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase></w:ruby></w:r>"
    )
    symbol = '<w:r><w:sym w:font="Wingdings" w:char="F0A7"/></w:r>'
    append(document, f"<w:p>{run('1. ')}{ruby}{symbol}{run(' end.')}</w:p>")
    assert read_report(document).blocks[-1].text == "漢• end."
