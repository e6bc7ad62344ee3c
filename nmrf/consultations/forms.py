from __future__ import annotations

from datetime import datetime
from typing import Any

from babel.dates import get_month_names
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from nmrf.accounts.queries import institutions
from nmrf.consultations.kinds import kinds
from nmrf.consultations.models import Consultation
from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _l
from nmrf.core.roles import VISIBILITY_LABELS, Visibility
from nmrf.cycles import inputs
from nmrf.cycles.models import Cycle
from nmrf.web.forms import BaseForm

_NEEDED = _l("This cannot be empty.")
TEXTS = ("title", "purpose", "agenda", "venue", "region", "online_url")


def visibility_choices() -> list[tuple[str, str]]:
    """The levels of visibility in words."""
    return [(v.value, str(VISIBILITY_LABELS[v])) for v in Visibility]


class ConsultationForm(BaseForm):
    title = StringField(_l("Title"), [InputRequired(_NEEDED), Length(max=400)])
    kind = SelectField(_l("Kind"))
    cycle_id = SelectField(_l("Cycle"), coerce=int)
    starts_on = DateField(_l("Day"), [InputRequired(_NEEDED)])
    starts_time = TimeField(_l("Begins at"), [InputRequired(_NEEDED)])
    ends_on = DateField(_l("Last day"), [Optional()], description=_l("Only if it is another day."))
    ends_time = TimeField(_l("Ends at"), [InputRequired(_NEEDED)])
    venue = StringField(_l("Place"), [Length(max=400)])
    region = StringField(
        _l("Region"),
        [Length(max=80)],
        description=_l("To see which parts of the country you reach."),
    )
    online_url = StringField(_l("Address of the online meeting"), [Length(max=1000)])
    capacity = IntegerField(
        _l("Places"),
        [Optional(), NumberRange(1, 100_000)],
        description=_l("Organisations that there is room for. Empty means: no limit."),
    )
    purpose = TextAreaField(_l("Purpose"))
    agenda = TextAreaField(_l("Agenda"), description=_l("One item a line."))
    visibility = SelectField(_l("Who sees it"))
    participants_visibility = SelectField(
        _l("Who sees the list of participants"),
        description=_l("Only those who agree to it are named."),
    )
    already_held = BooleanField(_l("It has taken place already: put it on record"))
    lock = HiddenField()

    def fill(self, ctx: Ctx, cycles: list[Cycle]) -> ConsultationForm:
        """Set the choices; the zone is said at the time."""
        self.kind.choices = kinds(ctx)
        self.cycle_id.choices = [(c.id, c.title) for c in cycles]
        self.visibility.choices = visibility_choices()
        self.participants_visibility.choices = visibility_choices()
        return self

    def show(self, ctx: Ctx, consultation: Consultation, *, times: bool = True) -> None:
        """Fill the fields from a consultation, its times in the national zone."""
        for name in (*TEXTS, "kind", "capacity", "cycle_id"):
            self[name].data = getattr(consultation, name)
        self.visibility.data = consultation.visibility.value
        self.participants_visibility.data = consultation.participants_visibility.value
        self.lock.data = str(consultation.lock)
        zone = ctx.house.settings.zone
        starts, ends = (
            consultation.starts_at.astimezone(zone),
            consultation.ends_at.astimezone(zone),
        )
        self.starts_time.data, self.ends_time.data = starts.time(), ends.time()
        if times:
            self.starts_on.data = starts.date()
            self.ends_on.data = ends.date() if ends.date() != starts.date() else None

    def values(self, ctx: Ctx) -> dict[str, Any]:
        """What schedule and edit take. Raises `Invalid` at the field of a time that never comes."""
        zone = ctx.house.settings.time_zone
        return {
            **{name: self[name].data or "" for name in TEXTS},
            "kind": self.kind.data,
            "capacity": self.capacity.data,
            "visibility": Visibility(self.visibility.data),
            "participants_visibility": Visibility(self.participants_visibility.data),
            "starts_at": _moment(self.starts_on.data, self.starts_time, zone),
            "ends_at": _moment(self.ends_on.data or self.starts_on.data, self.ends_time, zone),
        }


def _moment(on: Any, at: Any, zone: str) -> datetime:
    return inputs.local_moment(on, at.data, zone, at.name)


# Where a refusal of the service is shown.
PLACES = {"starts_at": "starts_on", "ends_at": "ends_time"}


def placed(problem: Invalid) -> str:
    """The field at which a refusal belongs."""
    return PLACES.get(problem.place, problem.place)


class InviteForm(BaseForm):
    institutions = SelectMultipleField(
        _l("Institutions"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    kinds = SelectMultipleField(
        _l("All of a kind"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )


class ReasonForm(BaseForm):
    reason = TextAreaField(_l("Reason"), [InputRequired(_NEEDED)])
    lock = HiddenField()


class LockForm(BaseForm):
    lock = HiddenField()


class AnswerForm(BaseForm):
    coming = RadioField(
        _l("Will you come?"),
        [InputRequired(_l("Choose one of the two."))],
        choices=[
            SelectChoice(value="yes", label=_l("We come")),
            SelectChoice(value="no", label=_l("We do not come")),
        ],
    )
    consents = BooleanField(_l("Our organisation may be named in the list of participants"))


class MinutesForm(BaseForm):
    text = TextAreaField(_l("Minutes"), [InputRequired(_NEEDED)])
    visibility = SelectField(_l("Who reads them"))
    base = HiddenField()

    def fill(self) -> MinutesForm:
        self.visibility.choices = visibility_choices()
        return self


class OutcomeForm(BaseForm):
    text = TextAreaField(_l("What was agreed"), [InputRequired(_NEEDED)])
    institution_id = SelectField(_l("Who takes it on"), coerce=int)
    due_on = DateField(_l("Due on"), [Optional()])
    recommendation = StringField(
        _l("Recommendation"),
        [Length(max=80)],
        description=_l("Its number, such as 140.12, if it belongs to one."),
    )
    lock = HiddenField()

    def fill(self, ctx: Ctx) -> OutcomeForm:
        self.institution_id.choices = [(i.id, i.name) for i in institutions(ctx.session)]
        return self


class ResultForm(BaseForm):
    result = TextAreaField(_l("Result"), [InputRequired(_NEEDED)])
    lock = HiddenField()


class ParticipantForm(BaseForm):
    institution_id = SelectField(_l("Organisation"), coerce=int)
    women = IntegerField(_l("Women"), [Optional(), NumberRange(0)])
    men = IntegerField(_l("Men"), [Optional(), NumberRange(0)])
    others = IntegerField(_l("Others"), [Optional(), NumberRange(0)])
    consents = BooleanField(_l("May be named in the list of participants"))

    def fill(self, ctx: Ctx, but: set[int]) -> ParticipantForm:
        self.institution_id.choices = [
            (i.id, i.name) for i in institutions(ctx.session) if i.id not in but
        ]
        return self


class DocumentForm(BaseForm):
    file = FileField(_l("File"), description=_l("Its hidden personal details are removed."))
    visibility = SelectField(_l("Who sees it"))

    def fill(self) -> DocumentForm:
        self.visibility.choices = visibility_choices()
        return self


class SeriesForm(BaseForm):
    title = StringField(_l("Title"), [InputRequired(_NEEDED), Length(max=400)])
    kind = SelectField(_l("Kind"))
    months = SelectMultipleField(
        _l("Due in"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    purpose = TextAreaField(_l("Purpose"))

    def fill(self, ctx: Ctx) -> SeriesForm:
        self.kind.choices = kinds(ctx)
        names = get_month_names("wide", "stand-alone", locale=i18n.locale())
        self.months.choices = [(number, names[number]) for number in range(1, 13)]
        return self
