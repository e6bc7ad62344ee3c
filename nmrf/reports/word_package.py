"""Packing the parts of a Word file into bytes: the same input gives the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from nmrf.files.word_xml import R, W, fit_for_xml
from nmrf.reports.word_body import Body, Section, utc_stamp
from nmrf.reports.word_styles import DECLARATION, NAMESPACES, is_rtl, numbering_xml, styles_xml

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"
# The names of the parts, and their kinds.
_PARTS = {
    **{kind: kind for kind in ("styles", "numbering", "settings", "endnotes", "comments")},
    **{name: name.partition("-")[0] for name in ("header", "header-even", "footer", "footer-even")},
}
_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Properties:
    """What the file says of itself. `created` is aware; `author` is the State's mechanism."""

    title: str
    author: str
    created: datetime
    language: str
    symbol: str = ""


def pack(body: Body, properties: Properties) -> bytes:
    """The .docx file: A4, the symbol in the header, the page number in the footer."""
    parts: dict[str, str] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _package_relations(),
        "docProps/core.xml": _core(properties),
        "word/document.xml": _document(body, properties),
        # Endnotes may hold links, so they are written before the relations are counted.
        "word/endnotes.xml": body.endnotes_xml(),
        "word/comments.xml": body.comments_xml(),
        "word/styles.xml": styles_xml(properties.language),
        "word/numbering.xml": numbering_xml(body.starts),
        "word/settings.xml": _SETTINGS,
        "word/header.xml": _header(properties.symbol, "HeaderOdd"),
        "word/header-even.xml": _header(properties.symbol, "HeaderEven"),
        "word/footer.xml": _footer("FooterOdd"),
        "word/footer-even.xml": _footer("FooterEven"),
        "word/_rels/document.xml.rels": _relations(body, with_parts=True),
        "word/_rels/endnotes.xml.rels": _relations(body, with_parts=False),
    }
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _OLDEST_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            package.writestr(entry, content)
    return buffer.getvalue()


def _document(body: Body, properties: Properties) -> str:
    """word/document.xml: each section but the last is told in its last paragraph."""
    sections = body.sections
    if not sections or sections[-1].end < len(body.parts):
        sections = [*sections, Section(len(body.parts))]
    parts = list(body.parts)
    told = [_section(sections, n, rtl=is_rtl(properties.language)) for n in range(len(sections))]
    for section, words in zip(sections[:-1], told, strict=False):
        head, mark, tail = parts[section.end - 1].rpartition("</w:pPr>")
        parts[section.end - 1] = f"{head}{words}{mark}{tail}"
    return (
        f"{DECLARATION}<w:document {NAMESPACES}><w:body>{''.join(parts)}{told[-1]}"
        "</w:body></w:document>"
    )


def _section(sections: Sequence[Section], place: int, *, rtl: bool) -> str:
    section = sections[place]
    turned = place > 0 and section.landscape != sections[place - 1].landscape
    size = (
        'w:w="16838" w:h="11906" w:orient="landscape"'
        if section.landscape
        else ('w:w="11906" w:h="16838"')
    )
    references = "".join(
        f'<w:{kind}Reference w:type="{kind_of_page}" r:id="part-{name}"/>'
        for name, kind in _PARTS.items()
        if kind in {"header", "footer"}
        for kind_of_page in ["even" if name.endswith("-even") else "default"]
    )
    beginning = (
        f'{references}<w:endnotePr><w:numFmt w:val="decimal"/></w:endnotePr>'
        if place == 0
        else f'<w:type w:val="{"nextPage" if turned else "continuous"}"/>'
    )
    return (
        f"<w:sectPr>{beginning}<w:pgSz {size}/>"
        '<w:pgMar w:top="1701" w:right="1134" w:bottom="1701" w:left="1134"'
        ' w:header="851" w:footer="567" w:gutter="0"/>'
        f'<w:cols w:num="{section.columns}" w:space="567"/>'
        # The first page shows the symbol in its masthead, not in a header.
        f"{'<w:titlePg/>' if place == 0 else ''}{'<w:bidi/>' if rtl else ''}</w:sectPr>"
    )


def _content_types() -> str:
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_PART}.{kind}+xml"/>'
        for name, kind in _PARTS.items()
    )
    return (
        f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_PART}.document.main+xml"/>'
        '<Override PartName="/docProps/core.xml"'
        ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        f"{overrides}</Types>"
    )


def _package_relations() -> str:
    return (
        f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="document" Type="{R}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="core" Type="{_PACKAGE}/relationships/metadata/core-properties"'
        ' Target="docProps/core.xml"/></Relationships>'
    )


def _relations(body: Body, *, with_parts: bool) -> str:
    parts = [
        f'<Relationship Id="part-{name}" Type="{R}/{kind}" Target="{name}.xml"/>'
        for name, kind in _PARTS.items()
        if with_parts
    ]
    links = [
        f'<Relationship Id="{key}" Type="{R}/hyperlink" Target={quoteattr(url)}'
        ' TargetMode="External"/>'
        for url, key in body.links.items()
    ]
    return (
        f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{''.join(parts + links)}</Relationships>"
    )


def _core(properties: Properties) -> str:
    stamp = utc_stamp(properties.created)
    author = escape(fit_for_xml(properties.author))
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(fit_for_xml(properties.title))}</dc:title>"
        f"<dc:subject>{escape(fit_for_xml(properties.symbol))}</dc:subject>"
        f"<dc:creator>{author}</dc:creator><cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified>'
        f"<dc:language>{escape(properties.language)}</dc:language></cp:coreProperties>"
    )


def _header(symbol: str, style: str) -> str:
    return (
        f'{DECLARATION}<w:hdr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        f"<w:r><w:t>{escape(fit_for_xml(symbol))}</w:t></w:r></w:p></w:hdr>"
    )


def _footer(style: str) -> str:
    return (
        f'{DECLARATION}<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
    )


_SETTINGS = (
    f'{DECLARATION}<w:settings xmlns:w="{W}"><w:evenAndOddHeaders/>'
    '<w:endnotePr><w:numFmt w:val="decimal"/><w:endnote w:id="-1"/><w:endnote w:id="0"/>'
    "</w:endnotePr><w:compat>"
    # A line that ends in a break is not stretched, although paragraphs are justified.
    "<w:doNotExpandShiftReturn/>"
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
    ' w:val="15"/></w:compat></w:settings>'
)
