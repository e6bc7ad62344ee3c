from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms import (
    DateField,
    EmailField,
    PasswordField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import EqualTo, InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from nmrf.accounts.models import INSTITUTION_KIND_LABELS, Institution, InstitutionKind, Person
from nmrf.core.errors import ProblemError
from nmrf.core.i18n import _, _l
from nmrf.core.roles import GOVERNMENT, ROLE_LABELS, Role
from nmrf.web.addresses import row_number
from nmrf.web.forms import BaseForm

NOBODY = 0


def show(form: BaseForm, problem: ProblemError) -> None:
    """Show a refusal at the field that it names, or above the form."""
    form.add_problem(problem, problem.place if problem.place in form else None)


def number(value: Any) -> int | None:
    """What a select sends, as a number; None when nothing was chosen."""
    try:
        return row_number(str(value))
    except ValueError:
        return None


class SignInForm(BaseForm):
    email = EmailField(_l("E-mail"), [InputRequired()])
    password = PasswordField(_l("Password"), [InputRequired()])


class SecondStepForm(BaseForm):
    code = StringField(
        _l("Code"),
        [InputRequired()],
        description=_l("Six digits from the app on your phone, or one of your recovery codes."),
    )


class ForgottenForm(BaseForm):
    email = EmailField(_l("Your e-mail address"), [InputRequired()])


class _NewPassword(BaseForm):
    password = PasswordField(_l("New password"), [InputRequired()])
    repeat = PasswordField(
        _l("The same once more"),
        [
            InputRequired(),
            EqualTo("password", message=_l("The two passwords are not the same.")),
        ],
    )


class SetPasswordForm(_NewPassword):
    pass


class ChangePasswordForm(_NewPassword):
    current = PasswordField(_l("Your password now"), [InputRequired()])


class PasswordForm(BaseForm):
    password = PasswordField(_l("Your password"), [InputRequired()])


class ConfirmCodeForm(BaseForm):
    code = StringField(
        _l("The code that the app shows now"), [InputRequired()], description=_l("Six digits.")
    )


class ProfileForm(BaseForm):
    name = StringField(
        _l("Your name"),
        [InputRequired()],
        description=_l("As colleagues know you; it stands beside what you write and decide."),
    )
    language = SelectField(
        _l("Language"), description=_l("Of the pages when you sign in, and of all mails to you.")
    )


class AbsenceForm(BaseForm):
    starts_on = DateField(_l("First day away"), [InputRequired()])
    ends_on = DateField(_l("Last day away"), [InputRequired()])
    substitute = SelectField(
        _l("Who stands in"), [InputRequired()], coerce=number, validate_choice=False
    )
    note = StringField(
        _l("Note to the substitute"), description=_l("Optional. It is sent along in the mail.")
    )

    def offer(self, people: Iterable[Person]) -> None:
        """Offer these people as substitutes."""
        self.substitute.choices = _chosen_first(_("Choose a person"), people)


class OfficeForm(BaseForm):
    institution = SelectField(
        _l("Institution"), [InputRequired()], coerce=number, validate_choice=False
    )
    role = SelectField(_l("Role"), [InputRequired()])
    starts_on = DateField(_l("First day"), [InputRequired()])
    ends_on = DateField(
        _l("Last day"), [Optional()], description=_l("Leave it empty when no end is known.")
    )

    def offer(self, institutions: Iterable[Institution]) -> None:
        """Offer these institutions by kind, and all roles."""
        by_kind: dict[str, list[SelectChoice]] = {"": [SelectChoice("", _("Choose"))]}
        for institution in institutions:
            label = str(INSTITUTION_KIND_LABELS[institution.kind])
            by_kind.setdefault(label, []).append(
                SelectChoice(str(institution.id), institution.name)
            )
        self.institution.choices = [
            SelectChoice(choice.value, choice.label, optgroup=kind or None)
            for kind, choices in by_kind.items()
            for choice in choices
        ]
        self.role.choices = role_choices(_("Choose"))


class DetailsForm(BaseForm):
    name = StringField(_l("Name"), [InputRequired()])
    email = EmailField(
        _l("E-mail"), [InputRequired()], description=_l("One person has one account and address.")
    )
    language = SelectField(_l("Language of pages and mails"))


class NewPersonForm(OfficeForm, DetailsForm):
    pass


class EndOfficeForm(BaseForm):
    last_day = DateField(_l("Last day"), [InputRequired()])


class HandOverForm(BaseForm):
    successor = SelectField(
        _l("Successor"), [InputRequired()], coerce=number, validate_choice=False
    )
    last_day = DateField(
        _l("Last day"),
        [InputRequired()],
        description=_l("The successor takes over on the day after."),
    )

    def offer(self, colleagues: list[Person], others: list[Person]) -> None:
        """Offer colleagues first, then everybody else."""
        self.successor.choices = _grouped(_("Choose a person"), colleagues, others)


class CloseForm(BaseForm):
    successor = SelectField(_l("Who takes the offices over today"), coerce=number)

    def offer(self, colleagues: list[Person], others: list[Person], *, needed: bool) -> None:
        """Offer colleagues and everybody else, and nobody where no successor is needed."""
        self.successor.choices = (
            _grouped(_("Choose a person"), colleagues, others)
            if needed
            else _grouped(
                _("Nobody: others hold these offices"), colleagues, others, empty_value=str(NOBODY)
            )
        )
        self.successor.validate_choice = False


class InstitutionForm(BaseForm):
    name = StringField(_l("Name"), [InputRequired()])
    short_name = StringField(
        _l("Short name"), description=_l("For tables. Empty: the initials of the name.")
    )
    kind = SelectField(
        _l("Kind"),
        [InputRequired()],
        description=_l("It decides which roles there are: the Government's, or of others."),
    )
    parent = SelectField(_l("Part of"), coerce=number, validate_choice=False)
    email = EmailField(_l("E-mail of the office"), description=_l("Optional."))
    region = StringField(
        _l("Region"), description=_l("Optional. Where it works, if not in the whole country.")
    )
    groups = SelectMultipleField(
        _l("Groups of persons that it works for"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("They show whom a consultation reached."),
    )

    def offer(self, parents: Iterable[Institution], groups: Iterable[tuple[str, str]]) -> None:
        """Offer kinds, institutions to belong to, and groups of persons as (code, label)."""
        self.kind.choices = [
            SelectChoice(kind.value, str(label)) for kind, label in INSTITUTION_KIND_LABELS.items()
        ]
        self.parent.choices = [
            SelectChoice("", _("Nothing larger")),
            *(SelectChoice(str(parent.id), parent.name) for parent in parents),
        ]
        self.groups.choices = [SelectChoice(code, label) for code, label in groups]

    @property
    def chosen_kind(self) -> InstitutionKind:
        return InstitutionKind(self.kind.data)


def role_choices(empty: str) -> list[SelectChoice]:
    """All roles, by side."""
    sides = (
        (_("The Government's"), [role for role in Role if role in GOVERNMENT]),
        (_("Of others"), [role for role in Role if role not in GOVERNMENT]),
    )
    return [
        SelectChoice("", empty),
        *(
            SelectChoice(role.value, str(ROLE_LABELS[role]), optgroup=side)
            for side, roles in sides
            for role in roles
        ),
    ]


def _chosen_first(empty: str, people: Iterable[Person]) -> list[SelectChoice]:
    return [SelectChoice("", empty), *(SelectChoice(str(p.id), p.name) for p in people)]


def _grouped(
    empty: str, colleagues: list[Person], others: list[Person], empty_value: str = ""
) -> list[SelectChoice]:
    known = {person.id for person in colleagues}
    rest = [person for person in others if person.id not in known]
    return [
        SelectChoice(empty_value, empty),
        *(SelectChoice(str(p.id), p.name, optgroup=_("Same institution")) for p in colleagues),
        *(SelectChoice(str(p.id), p.name, optgroup=_("Others")) for p in rest),
    ]
