from __future__ import annotations

import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from nmrf.files.word_xml import w
from nmrf.reports.word_in import open_report, read_report
from nmrf.reports.word_out import BlockForWord, CommentForWord, ReportForWord, write_report

REPORT = Path(__file__).parents[2] / "data" / "reports" / "svn-wg48-national-report.docx"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def make(*blocks, **more):
    values = {
        "title": "National report",
        "state": "Ruritania",
        "created": NOON,
        "author": "National Mechanism of Ruritania",
        "session": "Sixtieth session\nGeneva, 1–12 May 2028",
        "symbol": "A/HRC/WG.6/60/RUR/1",
        "distribution": "Distr.: General",
        **more,
    }
    return ReportForWord(blocks=blocks, **values)


def part(data, name):
    with zipfile.ZipFile(BytesIO(data)) as package:
        return etree.fromstring(package.read(name))


def paragraphs(data):
    """Style and text of each paragraph of the body."""
    found = []
    for p in part(data, "word/document.xml").iter(w("p")):
        text = "".join("\t" if t.tag == w("tab") else t.text for t in p.iter(w("t"), w("tab")))
        found.append((p.find(f"{w('pPr')}/{w('pStyle')}").get(w("val")), text))
    return found


def outline_of(data):
    return [(b.kind, b.label, b.number, b.text) for b in open_report(data, "out.docx").blocks]


def test_the_real_report_goes_out_and_comes_back():
    original = read_report(docx.Document(str(REPORT)))
    blocks = [BlockForWord(b.kind, b.text, "", b.number) for b in original.blocks]
    data = write_report(make(*blocks))
    again = open_report(data, "out.docx")
    shape = [(b.kind, b.level, b.label, b.text, b.number) for b in original.blocks]
    assert [(b.kind, b.level, b.label, b.text, b.number) for b in again.blocks] == shape
    assert (again.warnings, again.notes) == ([], [])


def test_typed_labels_come_back_too():
    blocks = [
        BlockForWord("chapter", "Introduction", label="1."),
        BlockForWord("section", "Method", label="1.1"),
        BlockForWord("subsection", "Detail", label="(i)"),
        BlockForWord("paragraph", "Text.", number=1),
    ]
    assert paragraphs(write_report(make(*blocks)))[-4:] == [
        ("Heading1Typed", "1.\tIntroduction"),
        ("Heading2Typed", "1.1\tMethod"),
        ("Heading3Typed", "(i)\tDetail"),
        ("NumberedParagraph", "Text."),
    ]


def test_masthead_title_and_state():
    data = write_report(make(BlockForWord("paragraph", "Text.", number=1)))
    assert paragraphs(data) == [
        ("MastheadSymbol", "A/HRC/WG.6/60/RUR/1"),
        ("MastheadSymbol", "Distr.: General"),
        ("MastheadBody", "Human Rights Council"),
        ("MastheadBody", "Working Group on the Universal Periodic Review"),
        ("MastheadBody", "Sixtieth session"),
        ("Masthead", "Geneva, 1–12 May 2028"),
        ("Title", "National report"),
        ("Subtitle", "Ruritania"),
        ("NumberedParagraph", "Text."),
    ]
    again = open_report(data, "out.docx")
    assert again.title == "National report"
    assert again.subtitles[-1] == "Ruritania"


def test_looks_links_points_and_breaks_come_back():
    text = "A **b** *c* ***d*** [e](https://x.org/?a=1&b=2) **[f](https://y.org)**\n(a) one;\n(b) two\nbreak"
    data = write_report(make(BlockForWord("paragraph", text, number=1)))
    assert outline_of(data) == [("paragraph", "", 1, text)]


def test_numbers_begin_anew_where_they_jump():
    blocks = [BlockForWord("paragraph", f"Text {n}.", number=n) for n in (1, 2, 7, 8, 1)]
    blocks.insert(2, BlockForWord("paragraph", "No number."))
    data = write_report(make(BlockForWord("chapter", "One"), *blocks))
    assert [number for kind, _label, number, _text in outline_of(data) if kind == "paragraph"] == [
        1,
        2,
        None,
        7,
        8,
        1,
    ]


def test_endnotes_are_native_and_come_back():
    blocks = [BlockForWord("paragraph", "The OHCHR[^1] said[^9].", number=1)]
    data = write_report(make(*blocks, notes={"1": "See [the site](https://ohchr.org)."}))
    again = open_report(data, "out.docx")
    assert [(note.label, note.text) for note in again.notes] == [
        ("1", "See [the site](https://ohchr.org).")
    ]
    assert again.blocks[0].text == "The OHCHR[^1] said9."


def test_a_note_in_a_heading_comes_back():
    blocks = [
        BlockForWord("chapter", "A *star*[^1]", label="I."),
        BlockForWord("paragraph", "Text.", number=1),
    ]
    again = open_report(write_report(make(*blocks, notes={"1": "A note."})), "out.docx")
    assert (again.blocks[0].text, again.notes[0].text) == ("A *star*[^1]", "A note.")


def test_comments_are_native():
    late = datetime(2026, 12, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    comments = [
        CommentForWord("Coalition of Ruritania", late, "Name the law.\nIt is known."),
        CommentForWord("A person", NOON, "Agreed."),
    ]
    data = write_report(make(BlockForWord("paragraph", "Text.", number=1, comments=comments)))
    document = docx.Document(BytesIO(data))
    assert [(c.author, c.initials, c.text, c.timestamp) for c in document.comments] == [
        (
            "Coalition of Ruritania",
            "CoR",
            "Name the law.\nIt is known.",
            datetime(2026, 11, 30, 23, 30, tzinfo=UTC),
        ),
        ("A person", "Ap", "Agreed.", NOON),
    ]
    (p,) = [
        p for p in document.element.body.iter(w("p")) if p.find(w("commentRangeStart")) is not None
    ]
    assert "".join(p.itertext(w("t"))) == "Text."
    assert [e.get(w("id")) for e in p.iter(w("commentReference"))] == ["0", "1"]


def test_the_same_report_gives_the_same_bytes():
    comment = CommentForWord("A", NOON, "B")
    report = make(BlockForWord("paragraph", "A [b](https://x.org).", number=1, comments=[comment]))
    assert write_report(report) == write_report(report)
    assert write_report(report) != write_report(replace(report, state="Lusitania"))


def test_properties_name_the_mechanism_and_no_one_else():
    properties = docx.Document(BytesIO(write_report(make()))).core_properties
    assert (properties.author, properties.last_modified_by) == (
        "National Mechanism of Ruritania",
    ) * 2
    assert (properties.created, properties.modified) == (NOON, NOON)
    assert (properties.title, properties.language) == ("National report: Ruritania", "en")


def test_page_is_a4_with_symbol_and_page_number():
    data = write_report(make())
    size = part(data, "word/document.xml").find(f".//{w('pgSz')}")
    assert (size.get(w("w")), size.get(w("h"))) == ("11906", "16838")
    for page in ("", "-even"):
        assert "".join(part(data, f"word/header{page}.xml").itertext()) == "A/HRC/WG.6/60/RUR/1"
        assert part(data, f"word/footer{page}.xml").find(f".//{w('instrText')}").text == "PAGE"


def test_nothing_is_formatted_directly():
    text = "A **b** *c* [d](https://x.org)[^1]\n(a) e"
    comments = [CommentForWord("A", NOON, "B")]
    blocks = [
        BlockForWord("chapter", "One"),
        BlockForWord("citation", "(Recommendations 1–5)"),
        BlockForWord("paragraph", text, number=1, comments=comments),
    ]
    data = write_report(make(*blocks, notes={"1": "N"}))
    styles = {s.get(w("styleId")) for s in part(data, "word/styles.xml").iter(w("style"))}
    for name in ("word/document.xml", "word/comments.xml", "word/endnotes.xml"):
        root = part(data, name)
        assert {e.tag for p in root.iter(w("pPr")) for e in p} <= {w("pStyle"), w("numPr")}
        assert {e.tag for r in root.iter(w("rPr")) for e in r} <= {w("rStyle")}
        assert {e.get(w("val")) for e in root.iter(w("pStyle"), w("rStyle"))} <= styles


@pytest.mark.parametrize(
    ("language", "rtl", "tag"),
    [("en", False, "en-GB"), ("fr", False, "fr-FR"), ("ar", True, "ar-SA")],
)
def test_language_and_direction(language, rtl, tag):
    data = write_report(make(BlockForWord("paragraph", "Text.", number=1), language=language))
    styles = part(data, "word/styles.xml")
    normal = styles.find(f"{w('style')}[@{w('styleId')}='Normal']")
    assert (normal.find(f"{w('pPr')}/{w('bidi')}") is not None) == rtl
    assert (
        part(data, "word/document.xml").find(f".//{w('sectPr')}/{w('bidi')}") is not None
    ) == rtl
    lang = styles.find(f".//{w('lang')}")
    assert lang.get(w("bidi") if rtl else w("val")) == tag


def test_chinese_is_marked_as_such():
    lang = part(write_report(make(language="zh")), "word/styles.xml").find(f".//{w('lang')}")
    assert lang.get(w("eastAsia")) == "zh-CN"


def test_signs_that_no_xml_may_hold_are_left_out():
    data = write_report(
        make(
            BlockForWord("chapter", "One\x00"),
            BlockForWord("paragraph", "A\x0bb & <c>\ufffe", number=1),
            title="T\x01",
        )
    )
    assert outline_of(data) == [("chapter", "I.", None, "One"), ("paragraph", "", 1, "Ab & <c>")]


PIECE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECE, min_size=1, max_size=6).map(" ".join))
def test_any_line_of_text_comes_back(text):
    from nmrf.files.word_xml import fit_for_xml
    from nmrf.reports.inline import literal, plain

    data = write_report(
        make(
            BlockForWord("chapter", "One"),
            BlockForWord("paragraph", f"Text: {literal(text)}", number=1),
        )
    )
    (_chapter, paragraph) = open_report(data, "out.docx").blocks
    assert plain(paragraph.text) == f"Text: {fit_for_xml(plain(literal(text)))}"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_it(tmp_path):
    comment = CommentForWord("Coalition", NOON, "Name the law.")
    blocks = [
        BlockForWord("chapter", "Introduction"),
        BlockForWord("section", "Method"),
        BlockForWord("paragraph", "First[^1].", number=1, comments=[comment]),
        BlockForWord("paragraph", "Second.", number=2),
        BlockForWord("paragraph", "Ninth.", number=9),
    ]
    source = tmp_path / "report.docx"
    source.write_bytes(write_report(make(*blocks, notes={"1": "A note."})))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "txt:Text (encoded):UTF8",
            "--outdir",
            tmp_path,
            source,
        ],
        check=True,
        capture_output=True,
        timeout=110,
    )
    text = (tmp_path / "report.txt").read_text("utf-8-sig")
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    assert lines[lines.index("Ruritania") + 1 :][:5] == [
        "I. Introduction",
        "A. Method",
        "1. First1.",
        "2. Second.",
        "9. Ninth.",
    ]
