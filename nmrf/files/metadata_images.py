"""Personal details in pictures: device, place, time (Exif), captions (IPTC, XMP)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _

_PNG = b"\x89PNG\r\n\x1a\n"
# What is needed to draw the picture and to animate it (PNG specification, 3rd edition, 11).
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD hIST pHYs sPLT".split()
    + b"acTL fcTL fdAT".split()
)
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD8))
_ORIENTATION_TAG = 0x0112


def stripped_png(data: bytes, name: str) -> bytes:
    """The picture without text, time and Exif chunks. Raises BadFile (place: `name`)."""
    if not data.startswith(_PNG):
        raise _damaged(name)
    out = [_PNG]
    at = len(_PNG)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(data):
            break
        if kind in _PNG_KEPT:
            out.append(data[at:end])
        if kind == b"IEND":
            return b"".join(out)
        at = end
    raise _damaged(name)


def stripped_jpeg(data: bytes, name: str) -> bytes:
    """The picture without Exif, IPTC, XMP and comments. Raises BadFile (place: `name`).

    Its orientation is kept: without it a photograph from a telephone would lie on its side.
    """
    out = [b"\xff\xd8"]
    turned = 1
    for marker, segment in _segments(data, name):
        if marker == _APP1 and segment[4:10] == b"Exif\0\0":
            turned = _orientation(segment[10:]) or turned
        elif _is_needed(marker, segment):
            out.append(segment)
    if turned != 1:
        out.insert(2 if _has_jfif(out) else 1, _exif_of(turned))
    return b"".join(out)


def _segments(data: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment; a scan's segment holds the coded picture after it too."""
    if not data.startswith(b"\xff\xd8"):
        raise _damaged(name)
    at = 2
    while at + 1 < len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:
            # Fill bytes may stand before a marker.
            at += 1
            continue
        if marker == _EOI:
            yield marker, b"\xff\xd9"
            return
        if marker in _WITHOUT_LENGTH:
            end = at + 2
        else:
            if at + 4 > len(data):
                break
            (length,) = struct.unpack_from(">H", data, at + 2)
            end = at + 2 + length
            if length < 2 or end > len(data):
                break
            if marker == _SOS:
                end = _end_of_scan(data, end)
        yield marker, data[at:end]
        at = end
    raise _damaged(name)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the marker after coded data stands; in it 0xFF is followed by 0 or a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _is_needed(marker: int, segment: bytes) -> bool:
    if marker == _APP0:
        return segment[4:9] == b"JFIF\0"
    if marker == _APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    if marker == _APP14:
        return segment[4:9] == b"Adobe"
    return marker != _COM and not _APP1 <= marker <= _APP15


def _has_jfif(out: list[bytes]) -> bool:
    return len(out) > 1 and out[1][:2] == b"\xff\xe0"


def _orientation(tiff: bytes) -> int | None:
    """The orientation of the first directory of an Exif block, 1 to 8; None if there is none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return None
    (at,) = struct.unpack_from(order + "I", tiff, 4)
    if at + 2 > len(tiff):
        return None
    (count,) = struct.unpack_from(order + "H", tiff, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(tiff) - 11), 12):
        tag, _kind, _count, value = struct.unpack_from(order + "HHIH", tiff, entry)
        if tag == _ORIENTATION_TAG:
            return value if 1 <= value <= 8 else None
    return None


def _exif_of(turned: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION_TAG, 3, 1, turned, 0)
    block = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block


def _damaged(name: str) -> BadFile:
    return BadFile(
        _("This picture is damaged and cannot be read. Open it and save it again."), place=name
    )
