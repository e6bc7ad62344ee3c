"""The answering desk: the comments of a version, each with the forms to show and to answer it."""

from __future__ import annotations

from collections import defaultdict

import flask
from wtforms.fields.choices import SelectChoice

from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _, gettext
from nmrf.core.paging import Page
from nmrf.cycles.views.common import own_ids
from nmrf.feedback import (
    answering,
    likeness,
    queries,
    queries_answers,
    queries_windows,
    second_looks,
)
from nmrf.feedback.forms import AnswerForm, ModerateForm
from nmrf.feedback.models import Mode
from nmrf.feedback.queries_answers import Target
from nmrf.feedback.said import Said
from nmrf.feedback.states import VIEW_LABELS
from nmrf.feedback.views.common import bp, number_of, phase_of, place_words
from nmrf.reports.models import ReportVersion
from nmrf.web.edge import allow, ctx
from nmrf.web.pager import pager


class Desk:
    """What the forms of comments on one version need, read once for all of them."""

    def __init__(self, context: Ctx, version: ReportVersion) -> None:
        self._context = context
        self.targets = queries_answers.later_blocks(context, version)
        self._by_paragraph: dict[int, list[Target]] = defaultdict(list)
        for target in self.targets:
            self._by_paragraph[target.paragraph_id].append(target)
        self._by_block = {target.block_id: target for target in self.targets}
        self._texts = queries_answers.texts(context, version)

    def alike(self, said: Said) -> list[str]:
        """The ids of comments that say nearly the same."""
        return likeness.alike(self._texts, said.id)

    def groups(self) -> list[list[str]]:
        """The comments that say nearly the same, by groups; see `likeness.groups`."""
        return likeness.groups(self._texts)

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
    window = queries_windows.need_window(context, version_id)
    version = window.version
    counts = queries_answers.view_counts(context, version)
    view = flask.request.args.get("view", "")
    if view not in counts:
        view = next((name for name in queries_answers.VIEWS[:3] if counts[name]), "all")
    page = queries_answers.at_desk(context, version, view, number_of())
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
        rows=[row_of(desk, said) for said in page.items],
        second_looks=second_looks.asked(context, [said.id for said in page.items]),
        not_changed=queries_answers.not_changed_yet(
            context, version, answering.text_changing(context)
        ),
        changing=answering.text_changing(context),
        terms=_terms(context),
    )


def _terms(context: Ctx) -> list[tuple[str, str]]:
    return [
        (gettext(term.label), gettext(term.help) if term.help else "")
        for term in answering.codes(context).terms
    ]


def _tabs(version_id: int, view: str, counts: dict[str, int]) -> list[dict[str, object]]:
    return [
        {
            "label": str(VIEW_LABELS[name]),
            "url": flask.url_for(".desk", version_id=version_id, view=name),
            "current": name == view,
            "count": counts[name],
        }
        for name in queries_answers.VIEWS
    ]


def row_of(desk: Desk, said: Said) -> dict[str, object]:
    released = said.answer is not None and said.answer.is_released
    return {
        "c": said,
        "place": place_words(said.number, said.label),
        "form": None if released else desk.answer_form(said, f"c{said.id[:8]}"),
        "moderate": own_ids(ModerateForm(formdata=None, lock=said.lock), f"m{said.id[:8]}"),
        "alike": desk.alike(said),
    }


GROUPS = 10


@bp.get("/answering/<int:version_id>/alike")
def alike(version_id: int) -> str:
    """The groups of comments that say nearly the same, each with one form to answer it."""
    context = ctx()
    allow("comment.dispose")
    window = queries_windows.need_window(context, version_id)
    desk = Desk(context, window.version)
    found = desk.groups()
    number = min(max(number_of(), 1), max(1, -(-len(found) // GROUPS)))
    page = Page(found[(number - 1) * GROUPS : number * GROUPS], len(found), number, GROUPS)
    said = queries.several(context, [key for group in page.items for key in group])
    return flask.render_template(
        "feedback/alike.html",
        window=window,
        version=window.version,
        report=window.version.report,
        page=page,
        pages=pager(page),
        groups=[_group(desk, [said[key] for key in keys]) for keys in page.items],
        total=sum(map(len, found)),
        changing=answering.text_changing(context),
    )


def _group(desk: Desk, members: list[Said]) -> dict[str, object]:
    """The first one's row, and how its group stands."""
    answered = [one for one in members if one.answer is not None]
    row = row_of(desk, members[0])
    form = row["form"]
    if isinstance(form, AnswerForm):
        form.also.data = True
    return row | {
        "members": [(one, place_words(one.number, one.label)) for one in members],
        "names": sum(one.mode is not Mode.ANONYMOUS for one in members),
        "answered": len(answered),
        "differing": len({(a.code, a.reason) for one in answered if (a := one.answer)}) > 1,
    }
