"""Small Word files for the tests of the reader."""

from __future__ import annotations

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

WORDS = nsdecls("w")


def shape(outline):
    return [(b.kind, b.label, b.number, b.text) for b in outline.blocks]


def report(*lines):
    """A document from (style, text) pairs or bare texts."""
    document = docx.Document()
    for line in lines:
        style, text = line if isinstance(line, tuple) else (None, line)
        document.add_paragraph(text, style)
    return document


def bold(document, text):
    document.add_paragraph().add_run(text).bold = True


def append(document, xml):
    element = parse_xml(
        xml.replace("<w:p>", f"<w:p {WORDS}>", 1).replace("<w:tbl>", f"<w:tbl {WORDS}>", 1)
    )
    document.element.body.insert(len(document.element.body) - 1, element)


def run(text, look=""):
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
