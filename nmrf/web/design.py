"""The sample form of the gallery: one field of every kind, sent nowhere."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from nmrf.core.i18n import _l
from nmrf.web.forms import BaseForm


class DesignForm(BaseForm):
    body = TextAreaField(
        _l("Your comment"),
        [InputRequired()],
        description=_l("Say what should change, and why."),
    )
    naming = RadioField(
        _l("How shall we name you?"),
        [InputRequired()],
        choices=[
            SelectChoice("public", _l("With my name")),
            SelectChoice("secretariat", _l("Only the secretariat knows my name")),
            SelectChoice("anonymous", _l("Nobody knows my name")),
        ],
        description=_l("You cannot change this later."),
    )
    email = EmailField(_l("E-mail"), description=_l("Only for the answer."))
    theme = SelectField(
        _l("Theme"),
        choices=[
            SelectChoice("women", _l("Rights of women")),
            SelectChoice("child", _l("Rights of the child")),
        ],
    )
    groups = SelectMultipleField(
        _l("Speaks for"),
        choices=[
            SelectChoice("women", _l("Women")),
            SelectChoice("children", _l("Children")),
        ],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    deadline = DateField(_l("Answer by"))
    document = FileField(_l("Document"), description=_l("PDF or Word, up to 10 MB."))
    agreed = BooleanField(_l("I have read how comments are published"), [InputRequired()])

    @classmethod
    def with_problems(cls) -> DesignForm:
        """The form as it comes back when nothing was filled in."""
        form = cls(formdata=None)
        form.validate()
        return form
