"""Is this upload what it says, and safe to open? Asked before anything else looks at it.

A Word or Excel file is a zip of XML parts from a stranger: sizes are counted while the parts are
read and not taken from their headers, and no part may define entities.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from lxml import etree

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _

if TYPE_CHECKING:
    from docx.document import Document

Kind = Literal["docx", "xlsx", "pdf", "png", "jpeg", "csv", "txt", "json"]

MAX_UPLOAD = 25 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_MEMBER = 64 * 1024 * 1024
MAX_MEMBERS = 5_000

_CHUNK = 1 << 16
_MEGABYTE = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN_PART = {
    # Some programs number the main part of a Word file.
    "docx": re.compile(r"word/document\d*\.xml"),
    "xlsx": re.compile(r"xl/workbook\d*\.xml"),
}
_SUFFIXES: dict[str, Kind] = {
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".pdf": "pdf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".csv": "csv",
    ".txt": "txt",
    ".json": "json",
}
_ENCODINGS = frozenset(
    "utf-8 utf8 utf-16 utf-16le utf-16be us-ascii ascii iso-8859-1 windows-1252".split()  # noqa: SIM905
)
_FORBIDDEN = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
)
# What the standard library raises for a scrambled zip, depending on the byte.
_UNREADABLE_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
_EBCDIC_XML = b"\x4c\x6f\xa7\x94"
_DECLARED = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_EXECUTED_FROM_AFAR = ("attachedTemplate", "oleObject", "subDocument", "frame", "aFChunk")
# A template on the author's own disk, or a bare name, is not fetched from anywhere.
_LOCAL_TARGET = re.compile(r"(?:file:///)?[A-Za-z]:[\\/]|[^\\/:]+\Z")


def inspect_docx(data: bytes, name: str) -> None:
    """Refuse bytes that are not a sound and harmless Word document (.docx).

    Raises BadFile with `name` as its place.
    """
    _inspect(data, name, "docx")


def inspect_xlsx(data: bytes, name: str) -> None:
    """Refuse bytes that are not a sound and harmless Excel workbook (.xlsx).

    Raises BadFile with `name` as its place.
    """
    _inspect(data, name, "xlsx")


def open_docx(data: bytes, name: str) -> Document:
    """The Word document of these bytes, inspected first.

    Raises BadFile with `name` as its place.
    """
    import docx
    from docx.opc.exceptions import OpcError

    inspect_docx(data, name)
    try:
        return docx.Document(BytesIO(data))
    except (
        OpcError,
        etree.LxmlError,
        zipfile.BadZipFile,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as fault:
        raise _damaged(name) from fault


def kind_of(data: bytes, name: str) -> Kind:
    """What kind of allowed upload this is, by its bytes; its name has to agree.

    Raises BadFile with `name` as its place, also for a Word or Excel file that is not safe.
    """
    _check_size(data, name)
    suffix = PurePath(name).suffix.casefold()
    if suffix == ".doc":
        raise _legacy_word(name)
    if suffix in (".docm", ".dotm", ".xlsm", ".xltm"):
        raise _macros(name)
    expected = _SUFFIXES.get(suffix)
    if expected is None:
        raise BadFile(
            _(
                "This kind of file cannot be taken. Send Word (.docx), Excel (.xlsx), PDF, PNG, "
                "JPEG, CSV or plain text."
            ),
            place=name,
        )
    if expected in ("docx", "xlsx"):
        _inspect(data, name, expected)
    elif _kind_by_bytes(data, expected) != expected:
        raise BadFile(
            _(
                "The content of this file is not what its name says (%(suffix)s). Save it again "
                "in the right format, or correct the ending of its name.",
                suffix=suffix,
            ),
            place=name,
        )
    return expected


def _kind_by_bytes(data: bytes, expected: Kind) -> Kind | None:
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"PK\x03\x04", _OLE)):
        return None
    # Text in any encoding has line ends and tabs, but no other control characters.
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        text = data.decode("latin-1")
    if _CONTROL.search(text):
        return None
    return expected if expected in ("csv", "txt", "json") else None


def _inspect(data: bytes, name: str, kind: Kind) -> None:
    _check_size(data, name)
    if data.startswith(_OLE):
        raise _old_office(data, name)
    if not data.startswith(b"PK\x03\x04"):
        raise _not_office(name, kind)
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            _check_members(package.infolist(), name)
            budget = MAX_UNPACKED
            for member in package.infolist():
                content = _read_member(package, member, budget, name)
                budget -= len(content)
                _check_part(member.filename, content, name)
            names = package.namelist()
    except _UNREADABLE_ZIP as fault:
        raise _damaged(name) from fault
    if not any(_MAIN_PART[kind].fullmatch(member) for member in names):
        raise _not_office(name, kind)


def _check_size(data: bytes, name: str) -> None:
    if not data:
        raise BadFile(_("This file is empty."), place=name)
    if len(data) > MAX_UPLOAD:
        raise BadFile(
            _(
                "This file has %(size)s MB; at most %(most)s MB can be taken. Make its pictures "
                "smaller or send it in parts.",
                size=-(-len(data) // _MEGABYTE),
                most=MAX_UPLOAD // _MEGABYTE,
            ),
            place=name,
        )


def _check_members(members: list[zipfile.ZipInfo], name: str) -> None:
    if len(members) > MAX_MEMBERS:
        raise _bomb(name)
    seen: set[str] = set()
    for member in members:
        path = member.filename
        steps = path.replace("\\", "/").split("/")
        # Names in the local and the central header may differ, and case may not matter.
        if (
            path.startswith(("/", "\\"))
            or ".." in steps
            or "\\" in path
            or ":" in path
            or "\0" in member.orig_filename
            or path.casefold() in seen
        ):
            raise BadFile(
                _(
                    "This file holds a part whose name is not allowed (%(part)s). Open it in "
                    "Word or Excel and save it again.",
                    part=path[:80],
                ),
                place=name,
            )
        seen.add(path.casefold())
        if member.flag_bits & 0x1:
            raise _protected(name)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _damaged(name)


def _read_member(
    package: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int, name: str
) -> bytes:
    most = min(budget, MAX_MEMBER)
    chunks: list[bytes] = []
    size = 0
    with package.open(member) as stream:
        for chunk in iter(partial(stream.read, _CHUNK), b""):
            size += len(chunk)
            if size > most:
                raise _bomb(name)
            chunks.append(chunk)
    return b"".join(chunks)


def _check_part(part: str, content: bytes, name: str) -> None:
    lowered = part.casefold()
    if lowered.endswith(("vbaproject.bin", "vbadata.xml")):
        raise _macros(name)
    is_xml = lowered.endswith((".xml", ".rels", ".vml")) or content[:200].lstrip()[:1] == b"<"
    if content.startswith(_EBCDIC_XML) or any(word in content for word in _FORBIDDEN):
        raise BadFile(
            _(
                "The part %(part)s of this file defines entities of its own, which is not "
                "allowed. Open the file in Word or Excel and save it again.",
                part=part,
            ),
            place=name,
        )
    if is_xml:
        _check_encoding(content, name)
    if lowered == "[content_types].xml":
        _check_content_types(content, name)
    elif lowered.endswith(".rels"):
        _check_relationships(content, name)


def _check_encoding(content: bytes, name: str) -> None:
    """In an encoding such as UTF-7 a forbidden word could hide from a search of the bytes."""
    head = content[:400].replace(b"\0", b"").decode("latin-1")
    declared = _DECLARED.search(head)
    if declared and declared[1].casefold() not in _ENCODINGS:
        raise _damaged(name)


def _check_content_types(content: bytes, name: str) -> None:
    for element in _parse(content, name).iter(etree.Element):
        kind = (element.get("ContentType") or "").casefold()
        if "macroenabled" in kind or "vbaproject" in kind:
            raise _macros(name)


def _check_relationships(content: bytes, name: str) -> None:
    for element in _parse(content, name).iter(etree.Element):
        kind = (element.get("Type") or "").rsplit("/", 1)[-1]
        if kind.casefold() == "vbaproject":
            raise _macros(name)
        if (
            (element.get("TargetMode") or "").casefold() == "external"
            and kind in _EXECUTED_FROM_AFAR
            and not _LOCAL_TARGET.match(element.get("Target") or "")
        ):
            raise BadFile(
                _(
                    "This file fetches a template or an object from another place "
                    "(%(target)s). Remove that link in Word and save the file again.",
                    target=(element.get("Target") or "")[:120],
                ),
                place=name,
            )


def _parse(content: bytes, name: str) -> etree._Element:
    try:
        return etree.fromstring(content, parser_of_strangers())
    except etree.XMLSyntaxError as fault:
        raise _damaged(name) from fault


def parser_of_strangers() -> etree.XMLParser:
    """An XML parser that resolves nothing, fetches nothing and stops at absurd depths."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _not_office(name: str, kind: Kind) -> BadFile:
    sentences: dict[str, Callable[[], str]] = {
        "docx": lambda: _("This is not a Word document. Save it in Word as .docx and send that."),
        "xlsx": lambda: _("This is not an Excel workbook. Save it as .xlsx and send that."),
    }
    return BadFile(sentences[kind](), place=name)


def _old_office(data: bytes, name: str) -> BadFile:
    # Word and Excel wrap a file with a password in the container of their old formats.
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _protected(name)
    if "Workbook".encode("utf-16-le") in data:
        return BadFile(
            _("This is an old Excel workbook (.xls). Save it in Excel as .xlsx and send that."),
            place=name,
        )
    return _legacy_word(name)


def _legacy_word(name: str) -> BadFile:
    return BadFile(
        _("This is an old Word document (.doc). Save it in Word as .docx and send that."),
        place=name,
    )


def _protected(name: str) -> BadFile:
    return BadFile(
        _("This file is protected by a password. Save it without the password and send that."),
        place=name,
    )


def _damaged(name: str) -> BadFile:
    return BadFile(
        _("This file is damaged and cannot be read. Open it in its program and save it again."),
        place=name,
    )


def _bomb(name: str) -> BadFile:
    return BadFile(
        _(
            "This file unpacks to more than can be taken (%(most)s MB). Make its pictures "
            "smaller or send it in parts.",
            most=MAX_UNPACKED // _MEGABYTE,
        ),
        place=name,
    )


def _macros(name: str) -> BadFile:
    return BadFile(
        _("This file holds macros, which cannot be taken. Save it without macros (.docx, .xlsx)."),
        place=name,
    )
