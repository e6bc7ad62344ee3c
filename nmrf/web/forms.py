"""The base of every form: CSRF, messages in the reader's language, no stray spaces."""

from __future__ import annotations

from typing import Any

import flask
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, TextAreaField
from wtforms.fields.core import UnboundField

from nmrf.core import i18n


def strip(value: Any) -> Any:
    """Takes stray spaces and NUL characters from what somebody typed or pasted."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


class _Translations:
    def gettext(self, message: str) -> str:
        return i18n.gettext(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        # WTForms fills in the placeholders itself.
        return i18n.catalogue(i18n.language()).ungettext(singular, plural, n)


class BaseForm(FlaskForm):
    """A form of the service. Text fields are stripped."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: UnboundField, options: Any) -> Any:
            kind = unbound_field.field_class
            if issubclass(kind, StringField | TextAreaField) and not issubclass(
                kind, PasswordField
            ):
                filters = [strip, *unbound_field.kwargs.get("filters", [])]
                return unbound_field.bind(form=form, **{**options, "filters": filters})
            return unbound_field.bind(form=form, **options)

        def get_translations(self, form: Any) -> Any:
            return _Translations()

    def validate(self, extra_validators: Any = None) -> bool:
        """As WTForms does; the page's title then says that something is wrong."""
        valid: bool = super().validate(extra_validators)
        if not valid:
            flask.g.form_refused = True
        return valid

    def add_problem(self, problem: Exception, field: str | None = None) -> None:
        """Show a service's refusal at a field, or above the form."""
        flask.g.form_refused = True
        message = str(getattr(problem, "message", problem))
        if field:
            self[field].errors = [*self[field].errors, message]
        else:
            self.form_errors.append(message)
