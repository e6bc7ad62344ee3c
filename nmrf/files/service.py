"""The file store: bytes under their hash in a folder, a row for who may see them."""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
from pathlib import Path, PurePath

from nmrf import access
from nmrf.core.ctx import Ctx
from nmrf.core.errors import BadFile, NotFound
from nmrf.core.events import record
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.files import metadata
from nmrf.files.checks import Kind, kind_of
from nmrf.files.models import StoredFile

MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
# Data files are taken only where they are asked for.
_USUAL = frozenset(MIME) - {"json"}


def store(
    ctx: Ctx,
    data: bytes,
    name: str,
    *,
    visibility: Visibility,
    institution_id: int | None = None,
    kinds: frozenset[Kind] | None = None,
    keep_metadata: bool = False,
) -> StoredFile:
    """Keep a file. Its type is checked and its personal details are removed first.

    `keep_metadata` is for official documents whose bytes must stay as they came.

    Raises:
        BadFile: when the type is not taken, not among `kinds`, or the content is unsafe.
    """
    name = clean_name(name)
    kind = kind_of(data, name)
    if kind not in (taken := _USUAL if kinds is None else kinds):
        raise BadFile(
            _("Here only %(kinds)s can be taken.", kinds=", ".join(sorted(taken))), place=name
        )
    if not keep_metadata:
        data = metadata.without_metadata(data, kind, name)
    digest = hashlib.sha256(data).hexdigest()
    _write(path_of(ctx, digest), data)
    file = StoredFile(
        sha256=digest,
        size=len(data),
        kind=kind,
        name=name,
        visibility=visibility,
        institution_id=institution_id,
        uploaded_by_id=ctx.actor.id,
        uploaded_at=ctx.now,
    )
    ctx.session.add(file)
    record(ctx, "file.stored", file, sha256=digest)
    return file


def read(ctx: Ctx, file: StoredFile) -> bytes:
    """The bytes of a file that the actor may see.

    Raises:
        NotFound: when the actor may not see it, or its bytes are gone from the store.
    """
    if not access.can(ctx.actor, "file.see", file):
        raise NotFound(_("There is no such file, or it is not open to you."))
    path = path_of(ctx, file.sha256)
    if not path.exists():
        raise NotFound(_("This file is missing from the store. Tell the administrator."))
    return path.read_bytes()


def path_of(ctx: Ctx, digest: str) -> Path:
    """Where the bytes with this hash lie."""
    return ctx.house.settings.files_folder / digest[:2] / digest


def clean_name(name: str) -> str:
    """A file name without folders, control characters and marks that turn the text around."""
    last = PurePath(name.replace("\\", "/")).name
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    return (stem[:180] + dot + suffix[:10]) or "file"


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved, so that a file under its hash is always whole.
    half = path.with_suffix(f".{secrets.token_hex(8)}.half")
    with half.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())  # the row that names it must not outlive it in a power cut
    half.replace(path)
