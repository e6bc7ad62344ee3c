from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import (
    DateField,
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
from nmrf.core.i18n import _l, gettext
from nmrf.core.roles import VISIBILITY_LABELS, Visibility
from nmrf.updates.answers import statuses
from nmrf.web.forms import BaseForm

_NEEDED = _l("This cannot be empty.")


class RoundForm(BaseForm):
    year = IntegerField(_l("Year"), [InputRequired(_NEEDED)])
    title = StringField(
        _l("Title"), [Length(max=400)], description=_l("As it is called in mails and lists.")
    )
    opens_on = DateField(_l("Opens on"), [InputRequired(_NEEDED)])
    closes_on = DateField(
        _l("Last day"), [InputRequired(_NEEDED)], description=_l("It ends at 24:00.")
    )
    consolidate_by = DateField(
        _l("Summary for the Government by"),
        [Optional()],
        description=_l("Left empty when there is no such step."),
    )
    lock = HiddenField()


class ExtendForm(BaseForm):
    closes_on = DateField(_l("New last day"), [InputRequired(_NEEDED)])
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_NEEDED)],
        description=_l("It goes to all who have not finished."),
    )
    lock = HiddenField()


class UpdateForm(BaseForm):
    # Checked by the service: a draft may lack it.
    status = RadioField(
        _l("How far is it carried out?"), choices=[SelectChoice("", "")], validate_choice=False
    )
    narrative = TextAreaField(
        _l("What was done since the last report"),
        description=_l(
            "Laws, measures, budgets, results, with dates and numbers. Once it is signed off, "
            "everyone can read it on the page of the recommendation."
        ),
    )
    evidence_title = StringField(_l("Title of the document"), [Length(max=400)])
    evidence_url = StringField(
        _l("Its address on the web"),
        [Length(max=1000)],
        description=_l("Or choose a file below."),
    )
    evidence_file = FileField(
        _l("File"),
        description=_l(
            "Word, Excel, PDF, picture or text. Names and places that programs leave in it are "
            "taken out."
        ),
    )
    evidence_visibility = SelectField(
        _l("Who can open it"), choices=[SelectChoice("", "")], validate_choice=False
    )
    remark = TextAreaField(
        _l("What did you correct?"),
        description=_l("For whoever sent it back; it is never published. Only if you like."),
    )
    lock = HiddenField()

    def fill(self, ctx: Ctx) -> UpdateForm:
        """Set the choices: the scale of implementation, and the levels of visibility."""
        self.status.choices = [
            SelectChoice(term.code, gettext(term.label)) for term in statuses(ctx).terms
        ]
        self.evidence_visibility.choices = [
            SelectChoice(level.value, str(VISIBILITY_LABELS[level])) for level in Visibility
        ]
        return self


class ReturnForm(BaseForm):
    reason = TextAreaField(_l("What has to be corrected?"), [InputRequired(_NEEDED)])
    lock = HiddenField()


class SheetForm(BaseForm):
    file = FileField(_l("The filled-in sheet"), description=_l("An Excel file (.xlsx)."))


class LockForm(BaseForm):
    lock = HiddenField()
