from __future__ import annotations

from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from nmrf.core.i18n import _l, gettext
from nmrf.definitions import Route
from nmrf.validation.models import TaskState
from nmrf.web.forms import BaseForm


class DecisionForm(BaseForm):
    outcome = HiddenField()  # the button that was pressed
    reason = TextAreaField(_l("Reason or remarks"))
    lock = HiddenField()

    def chosen(self) -> TaskState | None:
        """The outcome of the button, or None when no such button exists."""
        try:
            return TaskState(self.outcome.data or "")
        except ValueError:
            return None


class StartForm(BaseForm):
    route = SelectField(_l("Route"))
    whole = BooleanField(_l("Begin with the first step again"))
    lock = HiddenField()

    def fill(self, routes: tuple[Route, ...]) -> StartForm:
        """Set the choices."""
        self.route.choices = [SelectChoice(one.id, gettext(one.title)) for one in routes]
        return self


class WithdrawForm(BaseForm):
    reason = TextAreaField(_l("Reason"), [InputRequired(_l("This cannot be empty."))])
    lock = HiddenField()
