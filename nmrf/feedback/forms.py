from __future__ import annotations

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from nmrf.core.ctx import Ctx
from nmrf.core.i18n import Lazy, _l, gettext
from nmrf.feedback.answering import codes
from nmrf.feedback.models import MODE_LABELS, Audience, Channel, Mode
from nmrf.feedback.states import AUDIENCE_LABELS, CHANNEL_LABELS
from nmrf.web.forms import BaseForm

_NEEDED = _l("This cannot be empty.")
MODE_NOTES: dict[str, Lazy] = {
    Mode.PUBLIC.value: _l(
        "Everyone reads your name and organisation beside the comment. Your e-mail address is seen "
        "by the secretariat only; we write to it about this comment and nothing else."
    ),
    Mode.SECRETARIAT.value: _l(
        "The comment is shown without a name. The secretariat, and those who run this service for "
        "it, can read your name. They can ask you back, and tell nobody."
    ),
    Mode.ANONYMOUS.value: _l(
        "We keep the text, its language, the paragraph and the day, and nothing else: no name, no "
        "account, no address, no hour. You follow it with a code; without the code nobody can tell "
        "that it is yours, not even we."
    ),
}


def _modes() -> list[SelectChoice]:
    return [SelectChoice(value=mode.value, label=MODE_LABELS[mode]) for mode in Mode]


class _Words(BaseForm):
    text = TextAreaField(_l("Your comment"))
    proposed_text = TextAreaField(
        _l("Wording that you propose"),
        description=_l(
            "If you would write the paragraph differently, change it here. What you change is "
            "shown as added and deleted. Leave it as it is if you propose no wording."
        ),
    )
    mode = RadioField(
        _l("How do you want to be known?"),
        [InputRequired(_l("Choose one of the three."))],
        choices=_modes,
    )
    name = StringField(_l("Your name"), [Length(max=400)])
    organisation = StringField(
        _l("Organisation"), [Length(max=400)], description=_l("If you speak for one.")
    )
    email = StringField(
        _l("E-mail"),
        [Length(max=400)],
        description=_l("If you want to be told of the answer. You can also follow it by the code."),
    )
    consent = BooleanField(_l("My name may be kept, and shown as I have chosen above"))
    token = HiddenField()


class WriteForm(_Words):
    # Filled in by programs that fill in everything.
    website = StringField(_l("Leave this empty"))


class EnterForm(_Words):
    channel = RadioField(
        _l("How did it reach you?"),
        [InputRequired(_l("Choose one."))],
        choices=lambda: [
            SelectChoice(value=channel.value, label=CHANNEL_LABELS[channel])
            for channel in (Channel.MEETING, Channel.LETTER, Channel.EMAIL)
        ],
    )
    paragraph = IntegerField(
        _l("Paragraph"),
        [Optional(), NumberRange(min=1)],
        description=_l("Its number. Empty means: on the whole document."),
    )


class FileForm(BaseForm):
    file = FileField(_l("Spreadsheet"), description=_l("The template, filled in (.xlsx)."))


class ConfirmFileForm(BaseForm):
    rows = HiddenField()
    token = HiddenField()
    channel = RadioField(
        _l("How did it reach you?"),
        [Optional()],
        choices=lambda: [
            SelectChoice(value=channel.value, label=CHANNEL_LABELS[channel])
            for channel in (Channel.MEETING, Channel.LETTER, Channel.EMAIL)
        ],
    )
    consent = BooleanField(
        _l("Each person named has agreed that their name is kept, and shown as the file says")
    )


class CodeForm(BaseForm):
    code = StringField(
        _l("Receipt code"),
        [InputRequired(_l("Write the code from your receipt."))],
        description=_l("16 letters and numbers. Small letters and missing hyphens do not matter."),
    )


class WindowForm(BaseForm):
    audience = RadioField(
        _l("Who may comment?"),
        choices=lambda: [
            SelectChoice(value=audience.value, label=AUDIENCE_LABELS[audience])
            for audience in Audience
        ],
        default=Audience.EVERYONE.value,
    )
    opens_on = DateField(
        _l("Opens on"), [Optional()], description=_l("Empty means: now, as soon as you save.")
    )
    opens_time = TimeField(_l("At"), [Optional()], description=_l("Empty means: 00:00."))
    closes_on = DateField(
        _l("Last day"), [InputRequired(_NEEDED)], description=_l("Until 24:00 of this day.")
    )
    invitation = TextAreaField(
        _l("What you ask the readers"),
        description=_l("Stands over the text: what helps you most, what is settled already."),
    )


class ExtendForm(BaseForm):
    closes_on = DateField(_l("New last day"), [InputRequired(_NEEDED)])
    reason = TextAreaField(
        _l("Reason"),
        [InputRequired(_NEEDED)],
        description=_l("Those who were asked to comment are told of it by mail."),
    )
    lock = HiddenField()


class ModerateForm(BaseForm):
    reason = TextAreaField(
        _l("Reason"), description=_l("Needed to withhold it. The author reads it by the code.")
    )
    lock = HiddenField()


class RedactForm(BaseForm):
    passages = TextAreaField(
        _l("What is to be taken out"),
        description=_l(
            "Copy it from the comment, one passage a line. Each is taken out wherever it stands. "
            "The other words stay as they are."
        ),
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("Everyone reads it beside the comment, so do not repeat what you take out."),
    )
    lock = HiddenField()


class SecondLookForm(BaseForm):
    code = HiddenField()
    words = TextAreaField(
        _l("Why should it be shown as you wrote it?"),
        description=_l(
            "The secretariat reads this. If you commented anonymously, do not say who you are."
        ),
    )


class SettleForm(BaseForm):
    answer = TextAreaField(
        _l("What came of the second look"),
        description=_l("The author reads it by the receipt code."),
    )


class AnswerForm(BaseForm):
    code = SelectField(_l("Answer"))
    reason = TextAreaField(
        _l("Reason"), description=_l("Everyone reads it beside the comment, once released.")
    )
    changed = SelectField(_l("Changed paragraph"), coerce=int)
    other = StringField(
        _l("Or another one"),
        [Length(max=20)],
        description=_l("Its number in the newest version."),
    )
    also = BooleanField(_l("The same answer for all that say nearly the same"))
    lock = HiddenField()

    def fill(self, ctx: Ctx, targets: list[SelectChoice]) -> AnswerForm:
        """Set the choices: the vocabulary, and where the paragraph stands in later versions."""
        self.code.choices = [
            SelectChoice(value="", label=_l("Choose an answer")),
            *(
                SelectChoice(value=term.code, label=gettext(term.label))
                for term in codes(ctx).terms
            ),
        ]
        self.changed.choices = [
            SelectChoice(value=0, label=_l("None named yet")),
            *targets,
        ]
        return self
