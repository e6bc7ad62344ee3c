"""Working without a line: the sheet of an institution out, and filled in, in again."""

from __future__ import annotations

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import BadFile, Invalid, NotFound
from nmrf.core.i18n import _, gettext, ngettext
from nmrf.core.roles import Visibility
from nmrf.files import service as files
from nmrf.files.models import StoredFile
from nmrf.files.service import MIME
from nmrf.files.views import send
from nmrf.updates import queries, service
from nmrf.updates.forms import LockForm, SheetForm
from nmrf.updates.models import Round
from nmrf.updates.views.common import Page, attempt, bp, status
from nmrf.updates.views.mine import chosen_institution
from nmrf.web.edge import allow, ctx


def _asked(context: Ctx, round_id: int) -> tuple[Round, Institution]:
    """The round and the institution of the address. Raises as the page of the list does."""
    one = queries.get_round(context, round_id)
    institution, _theirs = chosen_institution(context, one)
    allow("updates.fill_in", institution)
    return one, institution


@bp.get("/rounds/<int:round_id>/sheet.xlsx")
def sheet(round_id: int) -> Response:
    context = ctx()
    one, institution = _asked(context, round_id)
    data = service.offline_sheet(context, one, institution)
    short = institution.short_name or str(institution.id)
    return send(data, f"to-fill-in-{one.year}-{short}.xlsx", MIME["xlsx"])


@bp.route("/rounds/<int:round_id>/sheet", methods=["GET", "POST"])
def upload(round_id: int) -> Page:
    """How it works, and the upload. It is read and shown first; nothing is saved here."""
    context = ctx()
    one, institution = _asked(context, round_id)
    form = SheetForm()
    kept: list[StoredFile] = []

    def keep() -> None:
        given = form.file.data
        if not isinstance(given, FileStorage) or not given.filename:
            raise Invalid(_("Choose a file first."), place="file")
        data = given.read()
        try:
            service.read_sheet(context, one, institution, data, given.filename)
            kept.append(
                files.store(
                    context,
                    data,
                    given.filename,
                    visibility=Visibility.SECRETARIAT,
                    institution_id=institution.id,
                    kinds=frozenset({"xlsx"}),
                )
            )
        except BadFile as problem:
            raise Invalid(f"{problem.place}: {problem.message}", place="file") from problem

    if attempt(form, keep):
        context.session.flush()
        return flask.redirect(
            flask.url_for(
                "updates.take",
                round_id=one.id,
                file_id=kept[0].id,
                institution=institution.id,
            ),
            303,
        )
    left = any(
        service.is_writable(context, update)
        for update in queries.of_institution(context.session, one.id, institution.id)
    )
    return flask.render_template(
        "updates/sheet.html",
        round=one,
        institution=institution,
        form=form,
        left=left,
        last_day=words.day(one.closes_on),
    ), status()


@bp.route("/rounds/<int:round_id>/sheet/<int:file_id>", methods=["GET", "POST"])
def take(round_id: int, file_id: int) -> Page:
    """The dry run of an uploaded sheet, and its confirmation."""
    context = ctx()
    one, institution = _asked(context, round_id)
    file = context.session.get(StoredFile, file_id)
    if file is None or file.institution_id != institution.id or file.kind != "xlsx":
        raise NotFound(_("This sheet is not kept here. Upload it again."))
    if not access.can(context.actor, "file.see", file):
        raise NotFound(_("This sheet is not kept here. Upload it again."))
    data = files.read(context, file)
    form = LockForm()
    done: list[int] = []
    if attempt(
        form,
        lambda: done.append(service.take_sheet(context, one, institution, data, file.name)),
    ):
        flask.flash(
            ngettext(
                "%(n)s update is saved as a draft. Look at it, and send it for sign-off.",
                "%(n)s updates are saved as drafts. Look at them, and send them for sign-off.",
                done[0],
            ),
            "success",
        )
        return flask.redirect(
            flask.url_for(
                "updates.mine", round_id=one.id, institution=institution.id, show="write"
            ),
            303,
        )
    scale = service.statuses(context)
    return flask.render_template(
        "updates/sheet_preview.html",
        round=one,
        institution=institution,
        name=file.name,
        reading=service.read_sheet(context, one, institution, data, file.name),
        label=lambda code: gettext(scale.label(code)) if code else "",
        form=form,
    ), status()
