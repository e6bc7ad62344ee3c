"""Writing the addendum: the State's views on the recommendations that it received.

The form is that of A/HRC/59/15/Add.1: for each group of positions a chapter with a sentence
that lists the numbers, then numbers and explanation in turn. Resolution 5/1, annex, paragraph 32:
recommendations enjoy the support of the State or are noted; there is no third word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nmrf.core.i18n import _, speaking
from nmrf.reports.citations import ranges
from nmrf.reports.inline import literal
from nmrf.reports.word_body import Body
from nmrf.reports.word_out import masthead
from nmrf.reports.word_package import Properties, pack
from nmrf.reports.word_styles import is_rtl

_WIDTHS_WITH_TEXT = (1400, 6238, 2000)
_WIDTHS = (1134, 1700)  # of a third of the page
_COLUMNS = 3


@dataclass(frozen=True)
class AnswerForWord:
    """What the State says on some recommendations; paragraphs of `text` are set off by a line."""

    numbers: Sequence[str]
    text: str


@dataclass(frozen=True)
class GroupForWord:
    """Recommendations with one position, or one national shade of it.

    `lead` opens the list of numbers: "The Government accepts the following recommendations".
    """

    heading: str
    lead: str
    numbers: Sequence[str]
    answers: Sequence[AnswerForWord] = ()


@dataclass(frozen=True)
class PositionForWord:
    """A row of the table: number, position as shown, and the recommendation itself if wanted."""

    number: str
    position: str
    text: str = ""


@dataclass(frozen=True)
class AddendumForWord:
    """All that an addendum shows. `session` and `distribution` may have several lines.

    `introduction` are paragraphs before the groups, in inline Markdown. `table` may be empty.
    `created` is aware; `author` is the State's mechanism.
    """

    state: str
    session: str
    symbol: str
    created: datetime
    author: str
    groups: Sequence[GroupForWord]
    language: str = "en"
    distribution: str = ""
    introduction: Sequence[str] = ()
    table: Sequence[PositionForWord] = ()


def write_addendum(data: AddendumForWord) -> bytes:
    """The addendum as a .docx file. The same data gives the same bytes."""
    body = Body()
    with speaking(data.language):
        title = _("Report of the Working Group on the Universal Periodic Review")
        subject = _(
            "Views on conclusions and/or recommendations, voluntary commitments "
            "and replies presented by the State under review"
        )
        lines = [_("Human Rights Council"), *data.session.split("\n")]
        masthead(body, data.symbol, data.distribution, [*lines, _("Universal periodic review")])
        body.bare("Title", title)
        addendum = _("Addendum")
        for line in (data.state, addendum, subject):
            body.bare("Subtitle", line)
        number = _write_groups(body, data)
        if data.table:
            body.heading(1, _("Position on each recommendation"))
            body.numbered(
                number, _("The table lists the position on each recommendation, in their order.")
            )
            _write_table(body, data)
    properties = Properties(
        title=f"{title}: {data.state}, {addendum}",
        author=data.author,
        created=data.created,
        language=data.language,
        symbol=data.symbol,
    )
    return pack(body, properties)


def _write_groups(body: Body, data: AddendumForWord) -> int:
    """Write introduction and groups; returns the number of the next paragraph."""
    number = 1
    for paragraph in data.introduction:
        body.numbered(number, paragraph)
        number += 1
    for group in data.groups:
        body.heading(1, group.heading)
        lead = group.lead.rstrip().rstrip(":")
        listed = ranges(group.numbers)
        body.numbered(number, f"{lead}: {literal(listed)}." if listed else f"{lead}.")
        number += 1
        for answer in group.answers:
            body.bare("RecommendationNumbers", ranges(answer.numbers))
            for paragraph in answer.text.split("\n"):
                if paragraph.strip():
                    body.paragraph("Explanation", paragraph)
    return number


def _write_table(body: Body, data: AddendumForWord) -> None:
    with_text = any(row.text for row in data.table)
    head = (
        [_("No."), _("Recommendation"), _("Position")] if with_text else [_("No."), _("Position")]
    )
    rows = [
        [literal(row.number), literal(row.text), literal(row.position)]
        if with_text
        else [literal(row.number), literal(row.position)]
        for row in data.table
    ]
    if with_text:
        body.table(head, rows, _WIDTHS_WITH_TEXT, rtl=is_rtl(data.language))
        return
    # Two narrow columns of hundreds of rows stand side by side on the page.
    body.end_section()
    body.table(head, rows, _WIDTHS, rtl=is_rtl(data.language))
    body.end_section(columns=_COLUMNS)
