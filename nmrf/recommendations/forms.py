from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from nmrf.accounts.models import INSTITUTION_KIND_LABELS, InstitutionKind
from nmrf.accounts.queries import institutions
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, _l, gettext
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.recommendations.models import DISPUTE_LABELS, POSITION_LABELS, Dispute, Position
from nmrf.web.forms import BaseForm

OWNERS = (
    InstitutionKind.MINISTRY,
    InstitutionKind.AGENCY,
    InstitutionKind.JUDICIARY,
    InstitutionKind.COMMITTEE,
)


def owner_choices(ctx: Ctx) -> list[SelectChoice]:
    """The institutions that can own a recommendation, by name, ministries first."""
    found = institutions(ctx.session, OWNERS)
    order = {kind: place for place, kind in enumerate(OWNERS)}
    found.sort(key=lambda one: (order[one.kind], one.name))
    return [
        SelectChoice(str(one.id), one.name, optgroup=str(INSTITUTION_KIND_LABELS[one.kind]))
        for one in found
    ]


class AssignForm(BaseForm):
    lead = SelectField(
        _l("Leads"),
        default="",
        description=_l("Replaces the institution that leads now, if there is one."),
    )
    supporting = SelectMultipleField(
        _l("Support"),
        description=_l("Added to those that support already."),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def fill(self, ctx: Ctx) -> AssignForm:
        """Offer the institutions of this house."""
        owners = owner_choices(ctx)
        self.lead.choices = [SelectChoice("", _("No change")), *owners]
        self.supporting.choices = [SelectChoice(one.value, one.label) for one in owners]
        return self


class PositionForm(BaseForm):
    position = RadioField(_l("Position"), [InputRequired(_l("Choose a position."))])
    national = SelectField(
        _l("National position"),
        default="",
        description=_l("What the State adds for its own use; it goes with the position above."),
    )
    justification = TextAreaField(
        _l("Justification"),
        description=_l(
            "Needed for whatever is not fully supported: national priorities, plans, law."
        ),
    )
    symbol = StringField(
        _l("Document"),
        [Length(max=80)],
        description=_l("Where the position stands, such as A/HRC/59/15/Add.1."),
    )
    paragraph = StringField(_l("Paragraph"), [Length(max=80)])
    on = DateField(_l("Taken on"), [Optional()], description=_l("Empty means today."))
    needs_parliament = BooleanField(
        _l("Carrying it out needs a decision of Parliament"),
    )
    needs_assistance = BooleanField(
        _l("Carrying it out needs technical assistance"),
        description=_l("Help from the United Nations or others that the State asks for."),
    )
    lock = HiddenField()

    def fill(self, ctx: Ctx) -> PositionForm:
        """Offer positions and national positions in the reader's language."""
        vocabularies = load(ctx.house.settings.workflows).vocabularies
        self.position.choices = [
            SelectChoice(position.value, str(POSITION_LABELS[position])) for position in Position
        ]
        self.national.choices = [
            SelectChoice("", _("None")),
            *(
                SelectChoice(
                    term.code,
                    gettext(term.label),
                    optgroup=str(POSITION_LABELS[Position(term.parent)]),
                )
                for term in vocabularies["national_positions"].terms
            ),
        ]
        return self


class AnswerForm(BaseForm):
    answer = RadioField(_l("Your answer"), [InputRequired(_l("Choose an answer."))])
    suggested = SelectField(
        _l("Who should have it, or share it"),
        default="",
        description=_l("If you know. The secretariat decides."),
    )
    reason = TextAreaField(
        _l("Reason"), description=_l("Needed unless you accept. The secretariat reads it.")
    )

    def fill(self, ctx: Ctx) -> AnswerForm:
        """Offer the answers and the other institutions."""
        self.answer.choices = [
            SelectChoice("accept", _("We accept: it is ours")),
            *(SelectChoice(one.value, str(DISPUTE_LABELS[one])) for one in Dispute),
        ]
        self.suggested.choices = [SelectChoice("", _("Nobody named")), *owner_choices(ctx)]
        return self


class ReasonForm(BaseForm):
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("This cannot be empty."))])


class ImportForm(BaseForm):
    cycle = SelectField(_l("Cycle"), coerce=int)
    file = FileField(
        _l("File"),
        description=_l(
            "OHCHR's list in Word (.docx), an export of the Universal Human Rights Index (.xlsx or "
            ".json), or the template filled in (.xlsx or .csv)."
        ),
    )

    def fill(self, cycles: list[Cycle]) -> ImportForm:
        """Offer the cycles."""
        self.cycle.choices = [
            SelectChoice(
                one.id,
                _(
                    "%(title)s, %(state)s, session %(n)s",
                    title=one.title,
                    state=one.state,
                    n=one.session,
                ),
            )
            for one in cycles
        ]
        return self


class ApplyForm(BaseForm):
    cycle = HiddenField()
    name = HiddenField()
    positions_on = DateField(
        _l("Day of the positions"),
        [Optional()],
        description=_l(
            "When the State took the positions of this list: the day of its addendum, or of the "
            "adoption. Empty means the day that the calendar knows, or else today."
        ),
    )
    overwrite = BooleanField(_l("Take the list's position for these, too"))
    other = BooleanField(_l("I have looked: this is the right file for this cycle"))
