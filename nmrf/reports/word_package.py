"""Packing the parts of a Word file into bytes: the same input gives the same bytes."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from nmrf.files.word_xml import R, W, fit_for_xml, sub
from nmrf.reports.word_body import Body, serialised, utc_stamp
from nmrf.reports.word_styles import DECLARATION, is_rtl, numbering_xml, styles_xml

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PARTS = ("styles", "numbering", "settings", "header", "footer", "endnotes", "comments")
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
    _close_section(body, properties)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _package_relations(),
        "docProps/core.xml": _core(properties),
        "word/document.xml": serialised(body.document),
        # Endnotes may hold links, so they are written before the relations are counted.
        "word/endnotes.xml": body.endnotes_xml(),
        "word/comments.xml": body.comments_xml(),
        "word/styles.xml": styles_xml(properties.language),
        "word/numbering.xml": numbering_xml(body.starts),
        "word/settings.xml": _SETTINGS,
        "word/header.xml": _header(properties.symbol),
        "word/footer.xml": _FOOTER,
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


def _close_section(body: Body, properties: Properties) -> None:
    section = sub(body.element, "sectPr")
    for part in ("header", "footer"):
        reference = sub(section, f"{part}Reference", type="default")
        reference.set(f"{{{R}}}id", f"part-{part}")
    sub(sub(section, "endnotePr"), "numFmt", val="decimal")
    sub(section, "pgSz", w="11906", h="16838")
    margins = {"top": "1701", "right": "1134", "bottom": "1701", "left": "1134"}
    sub(section, "pgMar", **margins, header="851", footer="567", gutter="0")
    # The first page shows the symbol in its masthead, not in a header.
    sub(section, "titlePg")
    if is_rtl(properties.language):
        sub(section, "bidi")


def _content_types() -> str:
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_PART}.{name}+xml"/>'
        for name in _PARTS
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
        f'<Relationship Id="part-{name}" Type="{R}/{name}" Target="{name}.xml"/>'
        for name in _PARTS
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


def _header(symbol: str) -> str:
    return (
        f'{DECLARATION}<w:hdr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>'
        f"<w:r><w:t>{escape(fit_for_xml(symbol))}</w:t></w:r></w:p></w:hdr>"
    )


_FOOTER = (
    f'{DECLARATION}<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
)

_SETTINGS = (
    f'{DECLARATION}<w:settings xmlns:w="{W}"><w:endnotePr><w:numFmt w:val="decimal"/>'
    '<w:endnote w:id="-1"/><w:endnote w:id="0"/></w:endnotePr><w:compat>'
    # A line that ends in a break is not stretched, although paragraphs are justified.
    "<w:doNotExpandShiftReturn/>"
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
    ' w:val="15"/></w:compat></w:settings>'
)
