"""Acts on the order of a draft: add, move, merge, remove, give to an institution."""

from __future__ import annotations

import flask
from wtforms.fields.choices import SelectChoice

from nmrf.accounts.models import Institution
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _, ngettext
from nmrf.cycles.views.common import Page, attempt, lock_of, own_ids, status
from nmrf.reports import drafting, queries
from nmrf.reports.forms import KIND_LABELS, AddForm, LockForm, OwnerForm
from nmrf.reports.models import Block, BlockKind, ReportVersion
from nmrf.reports.views.block import editable
from nmrf.reports.views.common import back_to, bp, kicker
from nmrf.web.edge import allow, ctx


@bp.route("/reports/blocks/<int:block_id>/after", methods=["GET", "POST"])
def add_after(block_id: int) -> Page:
    after = editable(block_id)
    return _add(after.version, after)


@bp.route("/reports/versions/<int:version_id>/first", methods=["GET", "POST"])
def add_first(version_id: int) -> Page:
    version = queries.get_version(ctx(), version_id)
    allow("report.write", version)
    return _add(version, None)


def _add(version: ReportVersion, after: Block | None) -> Page:
    context = ctx()
    asked = flask.request.args.get("kind", "")
    form = AddForm(kind=asked if asked in {kind.value for kind in KIND_LABELS} else None)
    if not queries.may_write(context, version):
        form.kind.choices = [
            SelectChoice(kind.value, KIND_LABELS[kind])
            for kind in (BlockKind.PARAGRAPH, BlockKind.CITATION)
        ]
    made: list[Block] = []
    version_id = version.id
    after_id = after.id if after is not None else None

    def act() -> None:
        made.extend(
            drafting.add(
                context,
                version,
                form.text.data or "",
                after=after,
                kind=BlockKind(form.kind.data),
            )
        )

    if attempt(form, act):
        flask.flash(
            ngettext("Added.", "Added %(n)s paragraphs.", len(made)),
            "success",
        )
        return flask.redirect(back_to(made[0]), 303)
    shown = queries.get_version(context, version_id)
    return flask.render_template(
        "reports/add.html",
        form=form,
        version=shown,
        kicker=kicker(shown),
        after=queries.get_block(context, after_id) if after_id is not None else None,
    ), status()


@bp.post("/reports/blocks/<int:block_id>/move")
def move(block_id: int) -> Page:
    block = editable(block_id)
    up = flask.request.form.get("to") == "up"
    try:
        drafting.move(ctx(), block, up=up)
    except Conflict as problem:
        ctx().session.rollback()
        flask.flash(problem.message, "info")
        return flask.redirect(flask.url_for(".block", block_id=block_id), 303)
    flask.flash(_("Moved up.") if up else _("Moved down."), "success")
    return flask.redirect(flask.url_for(".block", block_id=block_id), 303)


@bp.post("/reports/blocks/<int:block_id>/merge")
def merge(block_id: int) -> Page:
    block = editable(block_id)
    drafting.merge_with_next(ctx(), block, lock=lock_of(LockForm()) or 0)
    flask.flash(_("The next paragraph now stands at the end of this one."), "success")
    return flask.redirect(flask.url_for(".block", block_id=block_id), 303)


@bp.post("/reports/blocks/<int:block_id>/remove")
def remove(block_id: int) -> Page:
    block = editable(block_id)
    version_id = block.version_id
    drafting.remove(ctx(), block, why=flask.request.form.get("why", ""))
    flask.flash(_("Removed. What was said about it stays readable."), "success")
    return flask.redirect(flask.url_for(".desk", version_id=version_id), 303)


@bp.post("/reports/blocks/<int:block_id>/owner")
def give(block_id: int) -> Page:
    context = ctx()
    block = editable(block_id)
    allow("report.write", block.version)
    form = own_ids(OwnerForm().fill(context), "owner")
    if not form.validate_on_submit():
        raise Invalid(_("Choose an institution from the list."))
    chosen = form.institution_id.data
    institution = context.session.get(Institution, chosen) if chosen else None
    count = drafting.give_section(context, block, institution)
    flask.flash(
        ngettext(
            "%(name)s now writes this part (%(n)s line).",
            "%(name)s now writes this part (%(n)s lines).",
            count,
            name=institution.name if institution else _("The drafters' team"),
        ),
        "success",
    )
    return flask.redirect(flask.url_for(".block", block_id=block_id), 303)
