"""One paragraph: its words, what it rests on, what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flask

from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, ProblemError
from nmrf.core.i18n import _, ngettext
from nmrf.cycles.views.common import Page, lock_of
from nmrf.reports import drafting, linking, margins, queries, sourcing, structure, trace
from nmrf.reports.comparing import redline_marks
from nmrf.reports.drafting import EditConflict
from nmrf.reports.forms import EditForm, NumbersForm, OwnerForm, PullForm
from nmrf.reports.inline import NOTE_MARK
from nmrf.reports.lines import Line, lines
from nmrf.reports.models import Block, BlockKind
from nmrf.reports.views.common import (
    back_to,
    bp,
    fate_words,
    kicker,
    recommendation_end,
    require_desk,
    source_end,
    version_words,
)
from nmrf.web.edge import allow, ctx
from nmrf.web.forms import strip


def editable(block_id: int) -> Block:
    """The block, for somebody who may edit it."""
    block = queries.get_block(ctx(), block_id)
    require_desk(ctx(), block.version)
    allow("block.edit", block)
    return block


@bp.get("/reports/blocks/<int:block_id>")
def block(block_id: int) -> Page:
    one = editable(block_id)
    form = EditForm(formdata=None, lock=one.lock, text=one.text, why=one.fate_note)
    return block_page(ctx(), one, form)


@bp.post("/reports/blocks/<int:block_id>")
def save(block_id: int) -> Page:
    context = ctx()
    one = editable(block_id)
    form = EditForm()
    text = form.text.data or ""
    splits = flask.request.form.get("act") == "split"
    if not form.validate_on_submit():
        return block_page(context, one, form), 422
    try:
        if splits:
            made = drafting.split(context, one, lock=lock_of(form) or 0, texts=text)
        else:
            made = []
            drafting.edit_block(
                context, one, lock=lock_of(form) or 0, text=text, why=form.why.data or ""
            )
    except EditConflict as conflict:
        context.session.rollback()
        form.lock.data = str(conflict.lock)
        return block_page(context, _again(block_id), form, conflict), conflict.status
    except (Invalid, Conflict) as problem:
        context.session.rollback()
        form.add_problem(problem, problem.place if problem.place in form else None)
        return block_page(context, _again(block_id), form), problem.status
    flask.flash(
        ngettext(
            "Saved, and split off %(n)s paragraph.",
            "Saved, and split off %(n)s paragraphs.",
            len(made),
        )
        if made
        else _("Saved."),
        "success",
    )
    return flask.redirect(back_to(one), 303)


def _again(block_id: int) -> Block:
    """The block as it stands after a failed attempt was taken back."""
    return queries.get_block(ctx(), block_id)


@dataclass(frozen=True)
class _Note:
    number: int
    text: str


def block_page(
    context: Ctx,
    one: Block,
    form: EditForm,
    conflict: EditConflict | None = None,
    numbers: NumbersForm | None = None,
) -> str:
    """The edit page; after a conflict with both texts and what lies between them."""
    version = one.version
    found = lines(context.session, version.id)
    place = next(n for n, line in enumerate(found) if line.id == one.id)
    line = found[place]
    over = structure.scopes(found).get(one.id)
    before, after = _steps(context, one, found)
    earlier = [a for a in queries.life_of(context, one.paragraph_id) if a.block_id != one.id]
    superseded = trace.superseded(context.session, [source.id for source in one.sources])
    headings = structure.headings_of(found, place)
    chapter = headings[0] if headings else line
    writes = queries.may_write(context, version)
    notes = [
        _Note(number, version.notes.get(str(number), ""))
        for number in sorted({int(mark) for mark in NOTE_MARK.findall(one.text)})
    ]
    return flask.render_template(
        "reports/block.html",
        block=one,
        line=line,
        version=version,
        kicker=kicker(version),
        version_words=version_words(version),
        headings=headings,
        form=form,
        conflict=conflict,
        conflict_marks=redline_marks(conflict.theirs, conflict.mine) if conflict else (),
        numbers=numbers or NumbersForm(formdata=None, numbers=_numbers(one)),
        owner=OwnerForm(formdata=None, institution_id=one.owner_id or 0).fill(context)
        if writes
        else None,
        over=over,
        own=[recommendation_end(cited) for cited in line.recommendations],
        named_over=[recommendation_end(cited) for cited in over.recommendations] if over else [],
        sources=[
            (source_end(context, source), source.snapshot_id, source.snapshot_id in superseded)
            for source in line.sources
        ],
        candidates=_candidates(context, one, found),
        earlier=[(a, redline_marks(a.text, one.text)) for a in earlier[:3]],
        guidance=queries.guidance(context.session, version.id).get(chapter.paragraph_id, ""),
        fate=fate_words(version, line),
        before=before,
        after=after,
        merges=_merges(found, place),
        notes=notes,
        writes=writes,
        comments=margins.counts(context, version).get(one.paragraph_id, (0, "")),
        is_paragraph=one.kind is BlockKind.PARAGRAPH,
        is_heading=one.kind in structure.LEVELS,
    )


def _numbers(one: Block) -> str:
    written = [linking.numbers_of(one.recommendations), ", ".join(map(str, one.unresolved))]
    return ", ".join(part for part in written if part)


def _steps(context: Ctx, one: Block, found: list[Line]) -> tuple[Line | None, Line | None]:
    """The blocks before and after that this person may edit."""
    mine = [
        line
        for line in found
        if line.is_live
        and (queries.may_edit(context.actor, one.version, line) or line.id == one.id)
    ]
    at = next(n for n, line in enumerate(mine) if line.id == one.id)
    return (mine[at - 1] if at else None), (mine[at + 1] if at + 1 < len(mine) else None)


def _merges(found: list[Line], place: int) -> Line | None:
    """The paragraph that can be merged into this one."""
    following = next((line for line in found[place + 1 :] if line.is_live), None)
    both = {found[place].kind, following.kind if following else None}
    return following if both == {BlockKind.PARAGRAPH} else None


def _candidates(context: Ctx, one: Block, found: list[Line]) -> int:
    """How many updates on what this paragraph answers are used nowhere."""
    wanted = trace.answered_by(found, one.id)
    if not wanted:
        return 0
    return len(context.session.scalars(trace.unused(one.version, wanted)).all())


@bp.post("/reports/blocks/<int:block_id>/numbers")
def name_recommendations(block_id: int) -> Page:
    context = ctx()
    one = editable(block_id)
    form = NumbersForm()
    try:
        missing = linking.name_recommendations(context, one, form.numbers.data or "")
    except Invalid as problem:
        context.session.rollback()
        form.add_problem(problem, "numbers")
        again = _again(block_id)
        edit = EditForm(formdata=None, lock=again.lock, text=again.text, why=again.fate_note)
        return block_page(context, again, edit, numbers=form), 422
    if missing:
        flask.flash(
            _(
                "Saved. Not in the register: %(numbers)s. They are kept, and found again when "
                "the list is imported.",
                numbers=", ".join(missing),
            ),
            "warning",
        )
    else:
        flask.flash(_("Saved."), "success")
    return flask.redirect(flask.url_for(".block", block_id=block_id), 303)


@bp.route("/reports/blocks/<int:block_id>/updates", methods=["GET", "POST"])
def pull(block_id: int) -> Page:
    context = ctx()
    one = editable(block_id)
    form = PullForm()
    status = 200
    if form.validate_on_submit():
        chosen = flask.request.form.getlist("snapshot", type=int)
        try:
            made = sourcing.pull(context, one, chosen, mode=form.mode.data, lock=lock_of(form) or 0)
        except ProblemError as problem:
            if not isinstance(problem, Invalid | Conflict):
                raise
            context.session.rollback()
            form.add_problem(problem, "mode" if problem.place else None)
            one = _again(block_id)
            status = problem.status
        else:
            flask.flash(_("Taken in, and linked as a source."), "success")
            return flask.redirect(flask.url_for(".block", block_id=made[0].id), 303)
    elif flask.request.method == "POST":
        status = 422
    form.lock.data = str(one.lock)
    return _pull_page(context, one, form), status


def _pull_page(context: Ctx, one: Block, form: PullForm) -> str:
    found = lines(context.session, one.version_id)
    wanted = trace.answered_by(found, one.id)
    everything = flask.request.args.get("all") == "1" or not wanted
    query = trace.unused(one.version, None if everything else wanted)
    return flask.render_template(
        "reports/pull.html",
        block=one,
        kicker=kicker(one.version),
        form=form,
        snapshots=context.session.scalars(query).all(),
        everything=everything,
        has_own=bool(wanted),
    )


@bp.post("/reports/blocks/<int:block_id>/drop-source")
def drop_source(block_id: int) -> Page:
    one = editable(block_id)
    sourcing.drop_source(ctx(), one, flask.request.form.get("snapshot", 0, type=int))
    flask.flash(_("The paragraph no longer names this update as a source."), "success")
    return flask.redirect(flask.url_for(".block", block_id=block_id), 303)


@bp.post("/reports/blocks/<int:block_id>/notes")
def save_notes(block_id: int) -> Page:
    context = ctx()
    one = editable(block_id)
    given: dict[str, Any] = flask.request.form.to_dict()
    for name, text in given.items():
        prefix, _dash, number = name.partition("-")
        if prefix == "note" and number.isascii() and number.isdigit() and len(number) < 5:
            drafting.set_note(context, one, int(number), strip(text))
    flask.flash(_("The notes are saved."), "success")
    return flask.redirect(flask.url_for(".block", block_id=block_id), 303)
