"""What a file tells about the people behind it, and the same file without that.

Comments may be given anonymously (see the anonymous channels of comment windows); a name left in
a file's properties would undo that.
"""

from __future__ import annotations

from collections.abc import Iterable

from nmrf.files import metadata_images, metadata_office, metadata_pdf


def without_metadata(data: bytes, kind: str, name: str = "") -> bytes:
    """The same file without author, company, dates, device and place.

    `kind` is the answer of `checks.kind_of`. Text files have no such details and come back as
    they are. Raises BadFile (place: `name`) if the details cannot be removed.
    """
    match kind:
        case "docx" | "xlsx":
            return metadata_office.stripped(data, kind, name)
        case "jpeg":
            return metadata_images.stripped_jpeg(data, name)
        case "png":
            return metadata_images.stripped_png(data, name)
        case "pdf":
            return metadata_pdf.stripped(data, name)
        case _:
            return data


def authors_in(data: bytes, kind: str, name: str = "") -> list[str]:
    """The names of people and offices in a file's details, each once, in the order found.

    For Word and Excel: properties, comments and tracked changes. For PDF: as far as they can be
    read. Pictures and text give none. Raises BadFile (place: `name`) for an unsound Office file.
    """
    found: Iterable[str]
    match kind:
        case "docx" | "xlsx":
            found = metadata_office.authors(data, kind, name)
        case "pdf":
            found = metadata_pdf.authors(data)
        case _:
            found = ()
    return list(dict.fromkeys(clean for author in found if (clean := author.strip())))
