from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from nmrf.accounts.queries import institutions
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _l, gettext
from nmrf.core.roles import VISIBILITY_LABELS, Visibility
from nmrf.cycles.models import MILESTONE_KIND_LABELS, STAGE_LABELS, MilestoneKind, Stage
from nmrf.cycles.planning import definitions
from nmrf.definitions import FACTS
from nmrf.web.forms import BaseForm

# The dates of the UN that are usually announced; the rest is set at the date itself.
ENTERED = (
    "session_start",
    "session_end",
    "review_day",
    "wg_adoption",
    "plenary",
    "national_report_deadline",
    "stakeholder_deadline",
    "addendum_deadline",
)
_NEEDED = _l("This cannot be empty.")


def practice_choices(ctx: Ctx) -> list[tuple[str, str]]:
    """The practices by name, in the reader's language."""
    practices = definitions(ctx.house).practices.values()
    return [(p.id, gettext(p.title)) for p in sorted(practices, key=lambda p: p.title)]


class CycleForm(BaseForm):
    session = IntegerField(
        _l("Session of the Working Group"),
        [InputRequired(_NEEDED), NumberRange(1, 999)],
        description=_l("If its dates are not known yet, they stay open until they are."),
    )
    number = IntegerField(
        _l("Cycle of the review"),
        [Optional(), NumberRange(1, 99)],
        description=_l("Needed only for a session that is not known yet."),
    )
    title = StringField(_l("Title"), [Length(max=400)])
    practice = SelectField(
        _l("Practice"),
        description=_l("Where the suggested dates and routes come from."),
    )

    def fill(self, ctx: Ctx) -> CycleForm:
        self.practice.choices = practice_choices(ctx)
        if not self.practice.data:
            self.practice.data = ctx.house.settings.practice
        return self


class EditCycleForm(BaseForm):
    title = StringField(_l("Title"), [InputRequired(_NEEDED), Length(max=400)])
    number = IntegerField(_l("Cycle of the review"), [InputRequired(_NEEDED), NumberRange(1, 99)])
    practice = SelectField(_l("Practice"))
    lock = HiddenField()

    def fill(self, ctx: Ctx) -> EditCycleForm:
        self.practice.choices = practice_choices(ctx)
        return self


class MoveSessionForm(BaseForm):
    """Session and UN dates; the fields of ENTERED are added below."""

    session = IntegerField(_l("Session of the Working Group"), [Optional(), NumberRange(1, 999)])
    tentative = BooleanField(_l("These dates are tentative"))
    source = StringField(
        _l("Source"), [Length(max=400)], description=_l("Who said so, in which document.")
    )
    reason = StringField(_l("Reason"), [Length(max=400)])
    lock = HiddenField()

    @property
    def dates(self) -> dict[str, Any]:
        return {name: self[name].data for name in ENTERED if self[name].data}


for _name in ENTERED:
    setattr(MoveSessionForm, _name, DateField(FACTS[_name], [Optional()]))


class StageForm(BaseForm):
    note = TextAreaField(_l("Note"))
    lock = HiddenField()


class MilestoneForm(BaseForm):
    title = StringField(_l("Title"), [InputRequired(_NEEDED), Length(max=400)])
    stage = SelectField(_l("Stage"))
    kind = SelectField(_l("Kind"))
    at = TimeField(
        _l("Time"), [Optional()], description=_l("Only for what begins at a time; local time.")
    )
    deadline = BooleanField(_l("Something is to be delivered by this date"), default=True)
    institution_id = SelectField(_l("Responsible"), coerce=int)
    visibility = SelectField(_l("Who sees it"))
    note = TextAreaField(_l("Note"))
    lock = HiddenField()

    def fill(self, ctx: Ctx) -> MilestoneForm:
        self.stage.choices = [(s.value, str(STAGE_LABELS[s])) for s in Stage]
        self.kind.choices = [(k.value, str(MILESTONE_KIND_LABELS[k])) for k in MilestoneKind]
        self.visibility.choices = [(v.value, str(VISIBILITY_LABELS[v])) for v in Visibility]
        self.institution_id.choices = [
            (0, str(_l("Secretariat"))),
            *((i.id, i.name) for i in institutions(ctx.session)),
        ]
        return self

    @property
    def values(self) -> dict[str, Any]:
        """What add_milestone and edit_milestone both take."""
        return {
            "title": self.title.data,
            "stage": Stage(self.stage.data),
            "kind": MilestoneKind(self.kind.data),
            "at": self.at.data,
            "deadline": self.deadline.data,
            "institution_id": self.institution_id.data or None,
            "visibility": Visibility(self.visibility.data),
            "note": self.note.data,
        }


class NewMilestoneForm(MilestoneForm):
    on = DateField(_l("Date"), [Optional()], description=_l("Leave it empty while it is open."))
    tentative = BooleanField(_l("This date is tentative"))
    source = StringField(
        _l("Source"), [Length(max=400)], description=_l("Empty means: the secretariat.")
    )


class MoveForm(BaseForm):
    on = DateField(_l("New date"), [Optional()], description=_l("Empty means: open again."))
    tentative = BooleanField(_l("The new date is tentative"))
    source = StringField(_l("Source"), [InputRequired(_NEEDED), Length(max=400)])
    reason = StringField(_l("Reason"), [InputRequired(_NEEDED), Length(max=400)])
    follow = BooleanField(_l("Move the dates that are counted from it as well"))
    lock = HiddenField()


class DeliverForm(BaseForm):
    delivered_on = DateField(_l("Delivered on"), [Optional()])
    lock = HiddenField()


class WithdrawForm(BaseForm):
    reason = StringField(_l("Reason"), [InputRequired(_NEEDED), Length(max=400)])
    lock = HiddenField()
