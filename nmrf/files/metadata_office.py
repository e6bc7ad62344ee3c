"""Personal details in Word and Excel files (Office Open XML, ECMA-376)."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

from lxml import etree

from nmrf.core.errors import BadFile
from nmrf.files import checks, metadata_images

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHAREPOINT = "{http://schemas.microsoft.com/office/2006/metadata/properties}properties"
_PACKAGE_RELS = "_rels/.rels"
_TYPES = "[Content_Types].xml"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)

# Word's own document inspector writes this name too; the attribute may not be missing.
NOBODY = "Author"

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/"
# What replaces a part, by the last word of the relationship that names it.
_EMPTY = {
    "core-properties": b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006'
    b'/metadata/core-properties"/>',
    "extended-properties": b'<Properties xmlns="' + _OFFICE + b'extended-properties"/>',
    "custom-properties": b'<Properties xmlns="' + _OFFICE + b'custom-properties"/>',
    "classificationlabels": b'<clbl:labelList xmlns:clbl="http://schemas.microsoft.com/office/2020'
    b'/mipLabelMetadata"/>',
}
_DROPPED_ROLES = ("thumbnail",)
# Paths on the author's computer.
_DROPPED_LINKS = ("attachedTemplate", "mailMergeSource", "mailMergeHeaderSource")
_DROPPED_ELEMENTS = tuple(
    f"{{{W}}}{tag}" for tag in ("rsids", "rsid", "attachedTemplate", "mailMerge")
)
_NAME_PROPERTIES = ("creator", "lastModifiedBy", "Manager", "Company")
_NAME_ATTRIBUTES = ("author", "userName", "displayName")
_DATE_ATTRIBUTES = ("dateUtc", "dT")


def stripped(data: bytes, kind: str, name: str) -> bytes:
    """The package without properties, names, dates and revision marks of its authors.

    Raises BadFile (place: `name`) for an unsound file.
    """
    _inspect(data, kind, name)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as package:
        roles = _roles(package)
        dropped = {part for part, role in roles.items() if role in _DROPPED_ROLES}
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as clean:
            for part in package.namelist():
                if part in dropped or part.startswith("[trash]/") or part.endswith("/"):
                    continue
                content = package.read(part)
                if roles.get(part) in _EMPTY:
                    content = _DECLARATION + _EMPTY[roles[part]]
                else:
                    content = _clean_part(part, content, dropped)
                info = zipfile.ZipInfo(part, _LONG_AGO)
                info.compress_type = zipfile.ZIP_DEFLATED
                clean.writestr(info, content)
    return out.getvalue()


def authors(data: bytes, kind: str, name: str) -> Iterator[str]:
    """Names in properties, comments and tracked changes. Raises BadFile for an unsound file."""
    _inspect(data, kind, name)
    with zipfile.ZipFile(BytesIO(data)) as package:
        roles = _roles(package)
        for part in package.namelist():
            is_properties = roles.get(part) in ("core-properties", "extended-properties")
            if not is_properties and not re.fullmatch(r"(?:word|xl)/.*\.xml", part):
                continue
            try:
                tree = _tree(package.read(part))
            except etree.XMLSyntaxError:
                continue
            found = _names_of_properties(tree) if is_properties else _names(tree)
            yield from (name for name in found if name != NOBODY)


def _names_of_properties(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        if etree.QName(element).localname in _NAME_PROPERTIES:
            yield element.text or ""


def _names(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter(etree.Element):
        if _is_author_of_cells(element):
            yield element.text or ""
        for key, value in element.attrib.items():
            if _holds_name(element, key):
                yield value


def _inspect(data: bytes, kind: str, name: str) -> None:
    (checks.inspect_docx if kind == "docx" else checks.inspect_xlsx)(data, name)


def _tree(content: bytes) -> etree._Element:
    return etree.fromstring(content, checks.parser_of_strangers())


def _roles(package: zipfile.ZipFile) -> dict[str, str]:
    """Part names with the last word of the package relationship that names them."""
    if _PACKAGE_RELS not in package.namelist():
        return {}
    return {
        posixpath.normpath((link.get("Target") or "").lstrip("/")): (link.get("Type") or "")
        .rsplit("/", 1)[-1]
        .replace("Properties", "-properties")
        for link in _tree(package.read(_PACKAGE_RELS)).iter(etree.Element)
    }


def _clean_part(part: str, content: bytes, dropped: set[str]) -> bytes:
    lowered = part.casefold()
    if lowered.endswith((".jpg", ".jpeg", ".png")):
        return _clean_picture(content, lowered)
    if not lowered.endswith((".xml", ".rels")):
        return content
    try:
        tree = _tree(content)
    except etree.XMLSyntaxError:
        return content
    if part == _TYPES:
        changed = _drop(tree, lambda e: (e.get("PartName") or "").lstrip("/") in dropped)
    elif lowered.endswith(".rels"):
        ends = (*_DROPPED_LINKS, *_DROPPED_ROLES)
        changed = _drop(tree, lambda e: (e.get("Type") or "").rsplit("/", 1)[-1] in ends)
    elif part.startswith(("word/", "xl/")):
        changed = _scrub(tree)
    elif tree.tag == _SHAREPOINT:
        changed = _drop(tree, lambda _e: True)
    else:
        changed = False
    if not changed:
        return content
    return etree.tostring(tree, encoding="UTF-8", xml_declaration=True, standalone=True)


def _clean_picture(content: bytes, lowered: str) -> bytes:
    strip = (
        metadata_images.stripped_png if lowered.endswith(".png") else metadata_images.stripped_jpeg
    )
    try:
        return strip(content, "")
    except BadFile:
        # A picture that is not what its name says stays as it is; it tells us nothing either.
        return content


def _drop(tree: etree._Element, unwanted: Callable[[etree._Element], bool]) -> bool:
    found = [child for child in tree if isinstance(child.tag, str) and unwanted(child)]
    for child in found:
        tree.remove(child)
    return bool(found)


def _scrub(tree: etree._Element) -> bool:
    if etree.QName(tree).localname == "people":
        return _drop(tree, lambda _e: True)
    changed = False
    for element in list(tree.iter(etree.Element)):
        if element.tag in _DROPPED_ELEMENTS and element.getparent() is not None:
            element.getparent().remove(element)
            changed = True
            continue
        if _is_author_of_cells(element):
            element.text = NOBODY
            changed = True
        changed = _scrub_attributes(element) or changed
    return changed


def _scrub_attributes(element: etree._Element) -> bool:
    changed = False
    for key in list(element.attrib):
        space, _brace, local = key[1:].rpartition("}") if key[0] == "{" else ("", "", key)
        if _holds_name(element, key):
            element.set(key, NOBODY)
        elif local == "initials" and space == W:
            element.set(key, NOBODY[0])
        elif local == "userId" or (local == "url" and element.tag.endswith("}absPath")):
            element.set(key, "")
        elif (
            (local == "date" and space == W)
            or (local.startswith("rsid") and space == W)
            or local in _DATE_ATTRIBUTES
        ):
            del element.attrib[key]
        else:
            continue
        changed = True
    return changed


def _is_author_of_cells(element: etree._Element) -> bool:
    """In a workbook's comments, the list of authors is made of elements."""
    parent = element.getparent()
    return (
        parent is not None
        and etree.QName(element).localname == "author"
        and etree.QName(parent).localname == "authors"
    )


def _holds_name(element: etree._Element, key: str) -> bool:
    local = key.rpartition("}")[2]
    if local == "displayName":
        # Tables and columns have display names too.
        return etree.QName(element).localname == "person"
    if local == "name":
        return etree.QName(element).localname == "userInfo"
    return local in _NAME_ATTRIBUTES
