from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from nmrf.accounts.models import InstitutionKind
from nmrf.accounts.queries import institutions
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, _l
from nmrf.cycles.models import Cycle
from nmrf.cycles.queries import cycles
from nmrf.reports.models import REPORT_KIND_LABELS, BlockKind, Report, ReportKind
from nmrf.web.forms import BaseForm

_NEEDED = _l("This cannot be empty.")
_OWNERS = (InstitutionKind.MINISTRY, InstitutionKind.AGENCY, InstitutionKind.JUDICIARY)
KIND_LABELS = {
    BlockKind.PARAGRAPH: _l("Paragraph"),
    BlockKind.CITATION: _l("Line that names recommendations"),
    BlockKind.CHAPTER: _l("Chapter"),
    BlockKind.SECTION: _l("Section"),
    BlockKind.SUBSECTION: _l("Subsection"),
}


class _AboutForm(BaseForm):
    title = StringField(_l("Title"), [InputRequired(_NEEDED), Length(max=400)])
    answers_cycle_id = SelectField(
        _l("Answers the recommendations of"),
        coerce=int,
        description=_l("A national report answers those of the review before it."),
    )
    running_order = StringField(
        _l("Order of running numbers"),
        [Length(max=400)],
        description=_l(
            "Only when the report cites by running number, as in “(Recommendations 1, 5, 7–9)”, "
            "and the UN numbers are of several paragraphs: their ranges in the State's own order, "
            "such as “122.1–157, 121.1–58”."
        ),
    )
    word_limit = IntegerField(
        _l("Word limit"),
        [InputRequired(_NEEDED), NumberRange(0, 1_000_000)],
        description=_l(
            "10,700 for a national report; endnotes and annexes do not count. 0 means none."
        ),
    )

    def fill(self, ctx: Ctx) -> list[Cycle]:
        """Offer the cycles; gives them."""
        found = cycles(ctx.session)
        self.answers_cycle_id.choices = [
            SelectChoice(0, _("the same review")),
            *(SelectChoice(cycle.id, _named(cycle)) for cycle in found),
        ]
        return found


class ReportForm(_AboutForm):
    cycle_id = SelectField(_l("Cycle"), coerce=int)
    kind = RadioField(
        _l("Kind"),
        choices=[SelectChoice(kind.value, label) for kind, label in REPORT_KIND_LABELS.items()],
        default=ReportKind.NATIONAL.value,
    )

    def fill(self, ctx: Ctx) -> list[Cycle]:
        found = super().fill(ctx)
        self.cycle_id.choices = [SelectChoice(c.id, _named(c)) for c in found if not c.closed]
        return found


class SettingsForm(_AboutForm):
    @classmethod
    def of(cls, report: Report) -> SettingsForm:
        """The form, filled with what the report says now."""
        return cls(obj=report, answers_cycle_id=report.answers_cycle_id or 0)


def _named(cycle: Cycle) -> str:
    return _("%(title)s (session %(n)s)", title=cycle.title, n=cycle.session)


class LockForm(BaseForm):
    lock = HiddenField()


class NextForm(BaseForm):
    note = StringField(
        _l("What is this version for?"),
        [Length(max=400)],
        description=_l("For example: “After the public comments of March”."),
    )


class SubmitForm(LockForm):
    symbol = StringField(
        _l("UN document symbol, if it is known"),
        [Length(max=80)],
        description=_l("Such as A/HRC/WG.6/48/SVN/1."),
    )
    because = TextAreaField(
        _l("Why it was sent all the same"),
        [Length(max=1_000)],
        description=_l("It is kept with the report, for all who follow its validation."),
    )


class EditForm(LockForm):
    text = TextAreaField(
        _l("Text"),
        description=_l(
            "*emphasis*, **strong**, [words](https://address), [^3] for note 3. An empty line "
            "means nothing, unless you split there."
        ),
    )
    why = StringField(
        _l("Why it changes"),
        [Length(max=400)],
        description=_l("For those who check the changes; not part of the report."),
    )


class AddForm(BaseForm):
    kind = SelectField(
        _l("What to add"),
        choices=[SelectChoice(kind.value, label) for kind, label in KIND_LABELS.items()],
        default=BlockKind.PARAGRAPH.value,
    )
    text = TextAreaField(
        _l("Text"),
        description=_l("Each part between empty lines becomes a paragraph of its own."),
    )


class NumbersForm(BaseForm):
    numbers = StringField(
        _l("Answers these recommendations by itself"),
        [Length(max=1200)],
        description=_l("Numbers and ranges, such as “122.17–18, 122.20”."),
    )


class OwnerForm(BaseForm):
    institution_id = SelectField(
        _l("Who writes here"),
        coerce=int,
        description=_l("Its focal points can then edit here; drafters always can."),
    )

    def fill(self, ctx: Ctx) -> OwnerForm:
        """Offer the institutions of the Government."""
        self.institution_id.choices = [
            SelectChoice(0, _("the drafters alone")),
            *(SelectChoice(i.id, i.name) for i in institutions(ctx.session, _OWNERS)),
        ]
        return self


class ImportForm(BaseForm):
    file = FileField(
        _l("Word file (.docx)"),
        [FileRequired(_l("Choose a file."))],
        description=_l(
            "Nothing is changed yet: the next page shows what was read and what would change."
        ),
    )


class PullForm(LockForm):
    mode = RadioField(
        _l("Where it goes"),
        choices=[
            SelectChoice("append", _l("at the end of this paragraph")),
            SelectChoice("new", _l("into a new paragraph after this one")),
            SelectChoice("link", _l("nowhere: this paragraph says it already")),
        ],
        default="append",
    )
