"""The answering desk: look at comments, show or withhold them, prepare and release answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import flask
from sqlalchemy import select
from wtforms.fields.choices import SelectChoice

from nmrf import access
from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _, gettext, ngettext
from nmrf.cycles.views.common import Page, attempt, lock_of, own_ids, status
from nmrf.feedback import answering, queries, service
from nmrf.feedback.forms import MODE_NOTES, AnswerForm, EnterForm, ModerateForm
from nmrf.feedback.models import Channel, Comment, CommentState, Mode
from nmrf.feedback.posting import Receipt
from nmrf.feedback.queries import Target
from nmrf.feedback.said import Said
from nmrf.feedback.views.common import bp, number_of, phase_of, place_words
from nmrf.reports.models import Block, ReportVersion
from nmrf.web.edge import allow, ctx
from nmrf.web.pager import pager


class Desk:
    """What the forms of comments on one version need, read once for all of them."""

    def __init__(self, context: Ctx, version: ReportVersion) -> None:
        self._context = context
        self.targets = queries.later_blocks(context, version)
        self._by_paragraph: dict[int, list[Target]] = defaultdict(list)
        for target in self.targets:
            self._by_paragraph[target.paragraph_id].append(target)
        self._by_block = {target.block_id: target for target in self.targets}
        self._texts = queries.texts(context, version)

    def alike(self, said: Said) -> list[str]:
        """The ids of comments that say nearly the same."""
        return answering.alike(self._texts, said.id)

    def choices(self, said: Said) -> list[SelectChoice]:
        """Where the paragraph stands in later versions, and what was chosen already."""
        own = list(self._by_paragraph.get(said.paragraph_id or 0, ()))
        chosen = said.answer.changed_block_id if said.answer else None
        if chosen and chosen not in {target.block_id for target in own}:
            own += [self._by_block[chosen]] if chosen in self._by_block else []
        return [SelectChoice(value=t.block_id, label=_target_words(t)) for t in own]

    def answer_form(self, said: Said, prefix: str = "") -> AnswerForm:
        """The form of an answer as it stands now."""
        answer = said.answer
        form = AnswerForm(
            formdata=None,
            data={
                "code": answer.code if answer else "",
                "reason": answer.reason if answer else "",
                "changed": (answer.changed_block_id or 0) if answer else 0,
                "lock": str(answer.lock if answer else 0),
            },
        ).fill(self._context, self.choices(said))
        return own_ids(form, prefix) if prefix else form

    def block_id(self, form: AnswerForm) -> int | None:
        """The changed paragraph that was chosen or numbered. Raises `Invalid`."""
        number = (form.other.data or "").strip()
        if not number:
            return form.changed.data or None
        newest = self.targets[0].version_number if self.targets else None
        for target in self.targets:
            if target.version_number == newest and number in (str(target.number), target.label):
                return target.block_id
        raise Invalid(
            _("The newest version has no paragraph %(n)s.", n=number)
            if newest
            else _("There is no later version yet. Open the next version first."),
            place="other",
        )


def _target_words(target: Target) -> str:
    if target.number is not None:
        return _("Paragraph %(n)s in version %(v)s", n=target.number, v=target.version_number)
    return _("Heading %(n)s in version %(v)s", n=target.label or "–", v=target.version_number)


@bp.get("/answering/<int:version_id>")
def desk(version_id: int) -> str:
    context = ctx()
    allow("comment.dispose")
    window = queries.need_window(context, version_id)
    version = window.version
    counts = queries.view_counts(context, version)
    view = flask.request.args.get("view", "")
    if view not in counts:
        view = next((name for name in queries.VIEWS[:3] if counts[name]), "all")
    page = queries.at_desk(context, version, view, number_of())
    desk = Desk(context, version)
    return flask.render_template(
        "feedback/desk.html",
        window=window,
        version=version,
        report=version.report,
        phase=phase_of(context, window),
        not_yet=answering.not_yet(context, window),
        view=view,
        counts=counts,
        tabs=_tabs(version_id, view, counts),
        page=page,
        pages=pager(page),
        rows=[_row(desk, said) for said in page.items],
        not_changed=queries.not_changed_yet(context, version, answering.text_changing(context)),
        changing=answering.text_changing(context),
        terms=_terms(context),
    )


def _terms(context: Ctx) -> list[tuple[str, str]]:
    return [
        (gettext(term.label), gettext(term.help) if term.help else "")
        for term in answering.codes(context).terms
    ]


def _tabs(version_id: int, view: str, counts: dict[str, int]) -> list[dict[str, object]]:
    labels = {
        "waiting": _("To look at"),
        "unanswered": _("Without an answer"),
        "prepared": _("Prepared"),
        "released": _("Released"),
        "withheld": _("Withheld"),
        "all": _("All"),
    }
    return [
        {
            "label": labels[name],
            "url": flask.url_for(".desk", version_id=version_id, view=name),
            "current": name == view,
            "count": counts[name],
        }
        for name in queries.VIEWS
    ]


def _row(desk: Desk, said: Said) -> dict[str, object]:
    released = said.answer is not None and said.answer.is_released
    return {
        "c": said,
        "place": place_words(said.number, said.label),
        "form": None if released else desk.answer_form(said, f"c{said.id[:8]}"),
        "moderate": own_ids(ModerateForm(formdata=None, lock=said.lock), f"m{said.id[:8]}"),
        "alike": desk.alike(said),
    }


def comment_page(
    context: Ctx,
    comment_id: str,
    form: AnswerForm | None = None,
    moderate: ModerateForm | None = None,
) -> str:
    """One comment; for the secretariat with its forms, one of them perhaps refused."""
    keeps = access.can(context.actor, "comment.dispose").yes
    said = queries.one(context, comment_id, prepared=keeps)
    version = context.session.get_one(ReportVersion, said.version_id)
    row = _row(Desk(context, version), said) if keeps else {"alike": []}
    return flask.render_template(
        "feedback/comment.html",
        c=said,
        version=version,
        report=version.report,
        place=place_words(said.number, said.label),
        keeps=keeps,
        form=form or row.get("form"),
        moderate=moderate or row.get("moderate"),
        alike=row["alike"],
        changing=answering.text_changing(context),
    )


def _back(comment: Comment) -> Page:
    view = flask.request.form.get("view", "")
    page = flask.request.form.get("page", type=int)
    if view in queries.VIEWS:
        target = flask.url_for(".desk", version_id=comment.version_id, view=view, page=page)
    else:
        target = flask.url_for(".comment", comment_id=comment.id)
    return flask.redirect(target, 303)


@bp.post("/comments/<comment_id>/state")
def moderate(comment_id: str) -> Page:
    context = ctx()
    allow("comment.moderate")
    comment = queries.get(context, comment_id)
    form = ModerateForm()
    shows = flask.request.form.get("to") == CommentState.SHOWN.value
    to = CommentState.SHOWN if shows else CommentState.WITHHELD

    def act() -> None:
        service.moderate(context, comment, to, form.reason.data or "", lock_of(form))

    if attempt(form, act, comment):
        flask.flash(
            _("The comment is shown.")
            if shows
            else _("The comment is not shown. Its author reads the reason by the receipt code."),
            "success",
        )
        return _back(comment)
    return comment_page(context, comment_id, moderate=form), 422


@bp.post("/answering/<int:version_id>/show")
def show_all(version_id: int) -> Page:
    """Show the comments that were ticked, or listed, on one page of the desk."""
    context = ctx()
    allow("comment.moderate")
    window = queries.need_window(context, version_id)
    count = 0
    for comment_id in flask.request.form.getlist("comment")[: queries.PAGE]:
        comment = queries.get(context, comment_id)
        if comment.version_id == window.version_id and comment.state is CommentState.RECEIVED:
            service.moderate(context, comment, CommentState.SHOWN)
            count += 1
    flask.flash(
        ngettext("%(n)s comment is now shown.", "%(n)s comments are now shown.", count), "success"
    )
    return flask.redirect(flask.url_for(".desk", version_id=version_id, view="waiting"), 303)


@bp.post("/comments/<comment_id>/answer")
def answer(comment_id: str) -> Page:
    context = ctx()
    allow("comment.dispose")
    comment = queries.get(context, comment_id)
    desk = Desk(context, comment.version)
    said = queries.one(context, comment_id, prepared=True)
    form = AnswerForm().fill(context, desk.choices(said))
    done: list[str] = []

    def act() -> None:
        block_id = desk.block_id(form)
        block = context.session.get_one(Block, block_id) if block_id else None
        values: dict[str, Any] = {
            "code": form.code.data or "",
            "reason": form.reason.data or "",
            "changed_block": block,
        }
        service.dispose(context, comment, **values, lock=lock_of(form))
        done.append(comment.id)
        if form.also.data:
            done.extend(_same(context, desk.alike(said), values))

    if attempt(form, act):
        flask.flash(_said_of(context, form, len(done)), "success")
        return _back(comment)
    _refresh_lock(context, comment_id, form)
    return comment_page(context, comment_id, form=form), 422


def _same(context: Ctx, ids: Sequence[str], values: dict[str, Any]) -> list[str]:
    done = []
    for comment_id in ids:
        other = queries.one(context, comment_id, prepared=True)
        if other.answer is None or not other.answer.is_released:
            service.dispose(context, queries.get(context, comment_id), **values)
            done.append(comment_id)
    return done


def _said_of(context: Ctx, form: AnswerForm, count: int) -> str:
    said = ngettext(
        "The answer is prepared. Nobody sees it before you release it.",
        "%(n)s answers are prepared. Nobody sees them before you release them.",
        count,
    )
    changes = form.code.data in answering.text_changing(context)
    if changes and not form.changed.data and not (form.other.data or "").strip():
        said += " " + _("It names no changed paragraph yet: add it when the text has changed.")
    return said


def _refresh_lock(context: Ctx, comment_id: str, form: AnswerForm) -> None:
    now = queries.one(context, comment_id, prepared=True).answer
    if form.form_errors:  # a conflict: it can be saved again by somebody who has looked
        form.lock.data = str(now.lock if now else 0)


@bp.post("/answering/<int:version_id>/release")
def release(version_id: int) -> Page:
    context = ctx()
    allow("dispositions.release")
    window = queries.need_window(context, version_id)
    try:
        count = service.release(context, window)
    except Conflict as problem:
        flask.flash(problem.message, "warning")
        return flask.redirect(flask.url_for(".desk", version_id=version_id), 303)
    flask.flash(
        ngettext(
            "%(n)s answer is public and never changes again.",
            "%(n)s answers are public and never change again.",
            count,
        ),
        "success",
    )
    return flask.redirect(flask.url_for(".answers", version_id=version_id), 303)


@bp.route("/answering/<int:version_id>/enter", methods=["GET", "POST"])
def enter(version_id: int) -> Page:
    context = ctx()
    allow("comment.enter")
    window = queries.need_window(context, version_id)
    form = EnterForm()
    made: list[Receipt] = []

    def act() -> None:
        made.append(
            service.enter(
                context,
                window,
                channel=Channel(form.channel.data),
                text=form.text.data or "",
                proposed_text=form.proposed_text.data or "",
                mode=Mode(form.mode.data),
                block=_numbered(context, window.version, form.paragraph.data),
                name=form.name.data or "",
                organisation=form.organisation.data or "",
                email=form.email.data or "",
                consent=bool(form.consent.data),
                language=i18n.language(),
            )
        )

    if attempt(form, act):
        comment = made[0].comment
        page = flask.render_template(
            "feedback/entered.html",
            code=made[0].code,
            comment=comment,
            version=window.version,
            report=window.version.report,
        )
        response = flask.make_response(page, 201)
        response.headers["Cache-Control"] = "no-store"
        return response
    return flask.render_template(
        "feedback/enter.html",
        form=form,
        version=window.version,
        report=window.version.report,
        notes=MODE_NOTES,
    ), status()


def _numbered(context: Ctx, version: ReportVersion, number: int | None) -> Block | None:
    if number is None:
        return None
    block = context.session.scalar(
        select(Block).where(Block.version_id == version.id, Block.number == number)
    )
    if block is None:
        raise Invalid(_("This version has no paragraph %(n)s.", n=number), place="paragraph")
    return block
