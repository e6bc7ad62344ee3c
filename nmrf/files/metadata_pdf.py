"""Personal details in PDF files: the information dictionary and XMP (ISO 32000-1, 14.3).

Nothing is moved: details are overwritten with spaces, so that all offsets stay right. That works
only where they stand uncompressed; otherwise the file is refused.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from lxml import etree

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _
from nmrf.files.checks import parser_of_strangers

_INFO = re.compile(rb"/Info\s+(\d+)\s+\d+\s+R\b")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_STREAM = re.compile(rb">>\s*stream\r?\n")
_METADATA = re.compile(rb"/Type\s*/Metadata\b")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_FILTER = re.compile(rb"/Filter\b")
_KEY = re.compile(
    rb"/(Author|Creator|Producer|Title|Subject|Keywords|Company|Manager|SourceModified"
    rb"|CreationDate|ModDate)(?=[\s(</])\s*"
)
_REFERENCE = re.compile(rb"(\d+)\s+\d+\s+R\b")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_EMPTY_XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
_LONGEST_DICTIONARY = 4096
_MOST = 10 * 1024 * 1024


def stripped(data: bytes, name: str) -> bytes:
    """The same bytes with author, programs, title, dates and XMP blanked out in place.

    Raises BadFile (place: `name`) where that is not possible.
    """
    if _ENCRYPTED.search(data) or b"%%EOF" not in data[-2048:]:
        raise _cannot(name)
    out = bytearray(data)
    for number in dict.fromkeys(found[1] for found in _INFO.finditer(data)):
        bodies = list(_objects(data, number))
        if not bodies:
            raise _cannot(name)
        for start, end in bodies:
            for at, stop in _details(data, start, end, name):
                out[at:stop] = b" " * (stop - at)
    for start, end, compressed in _xmp(data, name):
        if compressed:
            raise _cannot(name)
        out[start:end] = _EMPTY_XMP.ljust(end - start)[: end - start]
    return bytes(out)


def authors(data: bytes) -> Iterator[str]:
    """Authors named in the information dictionaries and in XMP, as far as they can be read."""
    plain = [data, *_unpacked_objects(data)]
    numbers = list(dict.fromkeys(found[1] for found in _INFO.finditer(data)))
    for number in numbers:
        for start, end in _objects(data, number):
            yield from _authors_of_info(data[start:end])
    for content in plain[1:]:
        yield from _authors_of_info(content)
    for start, end, compressed in _xmp(data, ""):
        packet = _inflated(data[start:end]) if compressed else data[start:end]
        yield from _authors_of_xmp(packet)


def _authors_of_info(body: bytes) -> Iterator[str]:
    for key in _KEY.finditer(body):
        if key[1] == b"Author" and (span := _string(body, key.end())):
            yield _text(body[span[0] - 1 : span[1] + 1])


def _authors_of_xmp(packet: bytes) -> Iterator[str]:
    start, end = packet.find(b"<x:xmpmeta"), packet.rfind(b"</x:xmpmeta>")
    if start < 0 or end < 0:
        return
    try:
        tree = etree.fromstring(packet[start : end + 12], parser_of_strangers())
    except etree.XMLSyntaxError:
        return
    for creator in tree.iter(_CREATOR):
        yield from (str(words) for words in creator.itertext())
    for element in tree.iter(etree.Element):
        if author := element.get(_CREATOR):
            yield author


def _objects(data: bytes, number: bytes) -> Iterator[tuple[int, int]]:
    """Where the bodies of an object stand: an updated file may hold several versions of it."""
    for head in re.finditer(rb"(?<!\d)" + number + rb"\s+\d+\s+obj\b", data):
        end = data.find(b"endobj", head.end())
        yield head.end(), len(data) if end < 0 else end


def _details(data: bytes, start: int, end: int, name: str) -> Iterator[tuple[int, int]]:
    """Where the values of an information dictionary stand, without their brackets."""
    for key in _KEY.finditer(data, start, end):
        if span := _string(data, key.end()):
            yield span
        elif reference := _REFERENCE.match(data, key.end()):
            spans = [
                span
                for at, _stop in _objects(data, reference[1])
                if (span := _string(data, at + _spaces(data, at)))
            ]
            if not spans:
                raise _cannot(name)
            yield from spans
        elif not data.startswith(b"null", key.end()):
            raise _cannot(name)


def _spaces(data: bytes, at: int) -> int:
    found = re.compile(rb"\s*").match(data, at)
    return len(found[0]) if found else 0


def _string(data: bytes, at: int) -> tuple[int, int] | None:
    """Start and end of the inside of a literal `(…)` or hexadecimal `<…>` string."""
    if data[at : at + 1] == b"<" and data[at + 1 : at + 2] != b"<":
        end = data.find(b">", at)
        return (at + 1, end) if end > 0 else None
    if data[at : at + 1] != b"(":
        return None
    depth, here = 1, at + 1
    while here < len(data):
        match data[here : here + 1]:
            case b"\\":
                here += 1
            case b"(":
                depth += 1
            case b")":
                depth -= 1
                if not depth:
                    return at + 1, here
        here += 1
    return None


def _text(token: bytes) -> str:
    """The text of a string token with its brackets (ISO 32000-1, 7.3.4 and 7.9.2)."""
    if token.startswith(b"<"):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", token)
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    else:
        raw = _ESCAPE.sub(_unescaped, token[1:-1])
    if raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        return raw.decode("utf-16", errors="replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", errors="replace")
    return raw.decode("cp1252", errors="replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if code[:1].isdigit():
        return bytes([int(code, 8) & 0xFF])
    if code in (b"\n", b"\r", b"\r\n"):
        return b""
    return _ESCAPES.get(code, code)


def _streams(data: bytes, wanted: re.Pattern[bytes]) -> Iterator[tuple[int, int, bytes]]:
    """Start, end and dictionary of each stream whose dictionary holds the pattern."""
    for found in wanted.finditer(data):
        opening = _STREAM.search(data, found.end(), found.end() + _LONGEST_DICTIONARY)
        if opening is None or data.find(b"endobj", found.end(), opening.start()) >= 0:
            continue
        end = data.find(b"endstream", opening.end())
        head = data.rfind(b"obj", 0, found.start())
        yield opening.end(), len(data) if end < 0 else end, data[head : opening.end()]


def _xmp(data: bytes, name: str) -> Iterator[tuple[int, int, bool]]:
    """Where XMP stands, and whether it is compressed.

    A packet outside of a metadata stream belongs to a picture or font in the file.
    """
    covered: list[tuple[int, int]] = []
    for start, end, head in _streams(data, _METADATA):
        covered.append((start, end))
        yield start, end, _FILTER.search(head) is not None
    at = 0
    while (start := data.find(b"<?xpacket begin", at)) >= 0:
        end = data.find(b"<?xpacket end", start)
        if end < 0:
            raise _cannot(name)
        at = end
        if not any(first <= start < last for first, last in covered):
            yield data.find(b"?>", start) + 2, end, False


def _unpacked_objects(data: bytes) -> Iterator[bytes]:
    for start, end, _head in _streams(data, _OBJECT_STREAM):
        yield _inflated(data[start:end])


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, _MOST)
    except zlib.error:
        return b""


def _cannot(name: str) -> BadFile:
    return BadFile(
        _(
            "The details of this PDF (author, program, dates) cannot be removed. Send it as text, "
            "as a picture or as a Word document instead."
        ),
        place=name,
    )
