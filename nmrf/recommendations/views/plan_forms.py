"""Forms of the implementation matrix: clusters, needs, actions, indicators, parts, commitments."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, _l, gettext
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.recommendations import clusters
from nmrf.recommendations.forms import owner_choices
from nmrf.recommendations.models import POSITION_LABELS
from nmrf.recommendations.models_plan import COMMITMENT_SOURCE_LABELS
from nmrf.recommendations.parts import ANSWERS, LETTERS
from nmrf.web.forms import BaseForm

_EMPTY = _l("This cannot be empty.")


class ClusterForm(BaseForm):
    name = StringField(_l("Name"), [InputRequired(_EMPTY), Length(max=200)])
    description = TextAreaField(_l("What belongs into it"))
    lock = HiddenField()


class ClusterChangeForm(ClusterForm):
    place = IntegerField(
        _l("Place"),
        [InputRequired(_l("Give a number."))],
        description=_l("Clusters are listed from the lowest number to the highest."),
    )
    retired = BooleanField(
        _l("No longer offered"),
        description=_l("What stands in it stays there."),
    )


KEEP, YES, NO = "", "yes", "no"


class GroupForm(BaseForm):
    cluster = SelectField(_l("Cluster"), default=KEEP)
    parliament = RadioField(_l("Needs a decision of Parliament"), default=KEEP)
    assistance = RadioField(_l("Needs technical assistance"), default=KEEP)

    def fill(self, ctx: Ctx) -> GroupForm:
        """Offer the clusters, and to leave each thing as it is."""
        self.cluster.choices = [
            SelectChoice(KEEP, _("No change")),
            SelectChoice("none", _("In no cluster")),
            *(SelectChoice(str(one.id), one.name) for one in clusters.clusters(ctx.session)),
        ]
        for field in (self.parliament, self.assistance):
            field.choices = [
                SelectChoice(KEEP, _("No change")),
                SelectChoice(YES, _("Yes")),
                SelectChoice(NO, _("No")),
            ]
        return self


class ActionForm(BaseForm):
    title = StringField(
        _l("Specific action"),
        [InputRequired(_EMPTY), Length(max=400)],
        description=_l("What is done, so that anybody can see whether it was done."),
    )
    recommendations = StringField(
        _l("Recommendations"),
        [InputRequired(_EMPTY)],
        description=_l("Their UN numbers, such as 140.7, 140.12."),
    )
    institution = SelectField(_l("Responsible institution"))
    kind = SelectField(_l("Kind of action"), default="")
    result = TextAreaField(_l("Expected result"), description=_l("What will be different then."))
    partners = StringField(
        _l("Partners"),
        [Length(max=400)],
        description=_l("Other institutions and organisations that help."),
    )
    starts_on = DateField(_l("From"), [Optional()])
    ends_on = DateField(
        _l("Until"), [Optional()], description=_l("From a month before, it stands on your desk.")
    )
    resources = TextAreaField(
        _l("Resources"),
        description=_l("Budget line, staff, outside funds; or that none is needed"),
    )
    lock = HiddenField()

    def fill(self, ctx: Ctx, allowed: frozenset[int] | None) -> ActionForm:
        """Offer kinds and institutions; only those of `allowed` unless it is None."""
        terms = load(ctx.house.settings.workflows).vocabularies["action_kinds"].terms
        self.kind.choices = [
            SelectChoice("", _("Not said")),
            *(SelectChoice(term.code, gettext(term.label)) for term in terms),
        ]
        self.institution.choices = [
            one for one in owner_choices(ctx) if allowed is None or int(one.value) in allowed
        ]
        return self


class MoveForm(BaseForm):
    to = HiddenField()
    reason = TextAreaField(_l("Reason or result"))
    lock = HiddenField()


class IndicatorForm(BaseForm):
    what = StringField(
        _l("What is measured"),
        [InputRequired(_EMPTY), Length(max=400)],
        description=_l("Such as: prison cells below the European standard."),
    )
    unit = StringField(_l("Unit"), [Length(max=80)])
    baseline = StringField(_l("Value at the beginning"), [Length(max=80)])
    target = StringField(_l("Value aimed at"), [Length(max=80)])
    due_on = DateField(_l("By when"), [Optional()])
    source = StringField(
        _l("Where the figure comes from"),
        [Length(max=400)],
        description=_l("A register, a survey, an office."),
    )
    lock = HiddenField()


class ValueForm(BaseForm):
    value = StringField(_l("Value"), [InputRequired(_EMPTY), Length(max=80)])
    on = DateField(_l("Of the day"), [Optional()], description=_l("Empty means today."))
    source = StringField(_l("Source"), [InputRequired(_EMPTY), Length(max=400)])
    note = TextAreaField(_l("Note"))


class PartForm(Form):
    text = TextAreaField(_l("Words of this part"))
    position = RadioField(_l("Position"), default=ANSWERS[0].value)
    justification = TextAreaField(_l("Justification"))
    institution = SelectField(_l("Who carries it out"), default="")


class SplitForm(BaseForm):
    parts = FieldList(FormField(PartForm), min_entries=2, max_entries=len(LETTERS))
    symbol = StringField(
        _l("Document"),
        [Length(max=80)],
        description=_l("Where the positions stand, such as A/HRC/59/15/Add.1."),
    )
    paragraph = StringField(_l("Paragraph"), [Length(max=80)])
    on = DateField(_l("Taken on"), [Optional()], description=_l("Empty means today."))
    lock = HiddenField()

    def fill(self, ctx: Ctx) -> SplitForm:
        """Offer positions and institutions in each part."""
        owners = [SelectChoice("", _("As the whole")), *owner_choices(ctx)]
        for part in self.parts:
            part.position.choices = [
                SelectChoice(one.value, str(POSITION_LABELS[one])) for one in ANSWERS
            ]
            part.institution.choices = owners
        return self


class CommitmentForm(BaseForm):
    cycle = SelectField(_l("Cycle"), coerce=int)
    text = TextAreaField(_l("What was promised"), [InputRequired(_EMPTY)])
    source = RadioField(_l("Where"), [InputRequired(_l("Choose where it was made."))])
    symbol = StringField(
        _l("Document"), [Length(max=80)], description=_l("Such as A/HRC/WG.6/48/SVN/1.")
    )
    paragraph = StringField(_l("Paragraph"), [Length(max=80)])
    made_on = DateField(_l("Made on"), [Optional()])
    institution = SelectField(_l("Who carries it out"), default="")
    lock = HiddenField()

    def fill(self, ctx: Ctx, cycles: list[tuple[Cycle, str]]) -> CommitmentForm:
        """Offer cycles, sources and owners."""
        self.cycle.choices = [SelectChoice(one.id, label) for one, label in cycles]
        self.source.choices = [
            SelectChoice(one.value, str(label)) for one, label in COMMITMENT_SOURCE_LABELS.items()
        ]
        self.institution.choices = [SelectChoice("", _("Nobody yet")), *owner_choices(ctx)]
        return self


class ReportForm(BaseForm):
    status = SelectField(_l("How far it is"))
    lock = HiddenField()

    def fill(self, ctx: Ctx) -> ReportForm:
        """Offer the scale of implementation."""
        terms = load(ctx.house.settings.workflows).vocabularies["implementation_status"].terms
        self.status.choices = [SelectChoice(t.code, gettext(t.label)) for t in terms]
        return self
