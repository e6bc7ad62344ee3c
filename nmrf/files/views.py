from __future__ import annotations

import io

import flask
from werkzeug.wrappers import Response

from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.files.models import StoredFile
from nmrf.files.service import MIME, read
from nmrf.web.edge import ctx

bp = flask.Blueprint("files", __name__, url_prefix="/files")


@bp.get("/<int:file_id>/<name>")
def download(file_id: int, name: str) -> Response:
    file = ctx().session.get(StoredFile, file_id)
    if file is None or file.name != name:
        raise NotFound(_("There is no such file, or it is not open to you."))
    return send(read(ctx(), file), file.name, MIME[file.kind])


def send(data: bytes, name: str, mime: str) -> Response:
    """A download: always an attachment, never shown or run inside the page."""
    response = flask.send_file(
        io.BytesIO(data), mimetype=mime, as_attachment=True, download_name=name, max_age=0
    )
    response.headers["Cache-Control"] = "no-store"
    return response
