"""Import of a list: upload, dry run, confirm, result, undo."""

from __future__ import annotations

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from nmrf.core.ctx import Ctx
from nmrf.core.errors import BadFile, Invalid, NotFound
from nmrf.core.i18n import _
from nmrf.cycles.models import Cycle
from nmrf.cycles.queries import cycles, get_cycle
from nmrf.cycles.views.common import Page, attempt, status
from nmrf.files import service as files
from nmrf.files.models import StoredFile
from nmrf.files.views import send
from nmrf.recommendations import import_template, importing, undoing
from nmrf.recommendations.forms import ApplyForm, ImportForm
from nmrf.recommendations.import_plan import FIELD_LABELS
from nmrf.recommendations.queries import numbers_of
from nmrf.recommendations.views.common import bp, cycle_label
from nmrf.web.edge import allow, ctx

_SHOWN = 50


@bp.route("/import", methods=["GET", "POST"])
def import_list() -> Page:
    """Upload a list. It is read and shown first; nothing is imported here."""
    allow("recommendation.import")
    context = ctx()
    known = cycles(context.session)
    form = ImportForm().fill([one for one in known if not one.closed])
    if flask.request.method == "GET":
        wanted = flask.request.args.get("cycle", "")
        form.cycle.data = (
            int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None
        )
    kept: list[StoredFile] = []

    def keep() -> None:
        upload = form.file.data
        if not isinstance(upload, FileStorage) or not upload.filename:
            raise Invalid(_("Choose a file first."), place="file")
        data = upload.read()
        try:
            # Read once here, so that a file that is no list is refused at its field.
            importing.preview(
                context, context.session.get(Cycle, form.cycle.data), data, upload.filename
            )
            kept.append(importing.keep_file(context, data, upload.filename))
        except BadFile as problem:
            raise Invalid(f"{problem.place}: {problem.message}", place="file") from problem

    if attempt(form, keep):
        context.session.flush()
        return flask.redirect(
            flask.url_for("recommendations.preview", sha256=kept[0].sha256, cycle=form.cycle.data),
            303,
        )
    return flask.render_template(
        "recommendations/import.html",
        form=form,
        cycles=known,
        batches=undoing.batches(context),
        cycle_label=cycle_label,
        columns=import_template.COLUMNS,
    ), status()


@bp.get("/import/template.<kind>")
def template(kind: str) -> Response:
    """The empty table for those who have no file of the UN."""
    allow("recommendation.import")
    made = import_template.template(ctx(), kind)
    return send(made.data, made.name, made.mime)


@bp.route("/import/<sha256>", methods=["GET", "POST"])
def preview(sha256: str) -> Page:
    """The dry run of a kept file, and its confirmation."""
    allow("recommendation.import")
    context = ctx()
    file = importing.find_file(context, sha256)
    if file is None:
        raise NotFound(_("This file is not kept here any more. Upload it again."))
    wanted = flask.request.values.get("cycle", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
        raise NotFound(_("Choose the cycle of the list first."))
    cycle = get_cycle(context, int(wanted))
    data = files.read(context, file)
    form = ApplyForm()
    done: list[importing.Applied] = []
    seen = importing.preview(context, cycle, data, file.name)

    def act() -> None:
        if seen.warnings and not form.other.data:
            raise Invalid(
                _("Look at the warning, and say that this is the right file."), place="other"
            )
        done.append(
            importing.apply(
                context,
                cycle,
                data,
                file.name,
                overwrite_positions=bool(form.overwrite.data),
                positions_on=form.positions_on.data,
            )
        )

    if attempt(form, act):
        batch = done[0].batch
        if batch is None:
            flask.flash(_("This list changed nothing: all of it is in the register."), "info")
            return flask.redirect(flask.url_for("recommendations.index", cycle=cycle.id), 303)
        flask.flash(_("The list is imported."), "success")
        return flask.redirect(flask.url_for("recommendations.batch", batch_id=batch.id), 303)
    form.cycle.data = str(cycle.id)
    return flask.render_template(
        "recommendations/preview.html",
        seen=seen,
        cycle=cycle,
        cycle_name=cycle_label(cycle),
        others=_others(context, cycle, seen),
        form=form,
        shown=_SHOWN,
        sha256=sha256,
    ), status()


def _others(context: Ctx, cycle: Cycle, seen: importing.Preview) -> list[tuple[str, str]]:
    """Cycles that fit the file better than the one chosen."""
    if not seen.warnings:
        return []
    return [
        (
            cycle_label(one),
            flask.url_for("recommendations.preview", sha256=seen.sha256, cycle=one.id),
        )
        for one in cycles(context.session)
        if one.id != cycle.id
        and not importing.mismatches(seen.matrix, one.state, one.session)
        and not one.closed
    ]


@bp.get("/imports/<int:batch_id>")
def batch(batch_id: int) -> str:
    """What an import did, its doubts, and how to take it back."""
    context = ctx()
    one = undoing.get_batch(context, batch_id)
    ids = numbers_of(context.session, one.cycle)
    updated = [
        {
            "number": number,
            "id": ids.get(number),
            "fields": [str(FIELD_LABELS[name]) for name in old["changed"]],
        }
        for number, old in one.undo["updated"].items()
    ]
    return flask.render_template(
        "recommendations/batch.html",
        batch=one,
        cycle_name=cycle_label(one.cycle),
        updated=updated,
        obstacles=undoing.obstacles(context, one),
        ids=ids,
        file_url=flask.url_for("files.download", file_id=one.file.id, name=one.file.name)
        if one.file
        else "",
    )


@bp.post("/imports/<int:batch_id>/undo")
def undo(batch_id: int) -> Response:
    """Take an import back."""
    allow("recommendation.import")
    context = ctx()
    one = undoing.get_batch(context, batch_id)
    undoing.undo(context, one)
    flask.flash(_("The import is taken back: the register is as it was before."), "success")
    return flask.redirect(flask.url_for("recommendations.batch", batch_id=one.id), 303)
