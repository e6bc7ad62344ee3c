"""WordprocessingML names and small steps shared by the reader and the writers."""

from __future__ import annotations

import re
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

# lxml ships no types that say more than Any.
Element = Any

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def w(name: str) -> str:
    """The qualified name of a WordprocessingML element or attribute: `w("p")`."""
    return f"{{{W}}}{name}"


def value(parent: Element | None, name: str) -> str | None:
    """`w:val` of the child `w:name`, or None when either is missing."""
    child = None if parent is None else parent.find(w(name))
    return None if child is None else child.get(w("val"))


def is_on(parent: Element | None, name: str) -> bool | None:
    """A switch such as `w:b`: on, off, or None where nothing is said."""
    child = None if parent is None else parent.find(w(name))
    if child is None:
        return None
    return child.get(w("val"), "true") not in {"0", "false", "off", "none"}


def is_true(element: Element | None, name: str) -> bool:
    """An attribute `w:name` that says yes."""
    return element is not None and element.get(w(name)) in {"1", "true", "on"}


def fit_for_xml(text: str) -> str:
    """The text without signs that no XML file may hold (control signs, lone surrogates)."""
    return _NOT_XML.sub("", text)
