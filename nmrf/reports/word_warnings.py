"""What a reader is told about things in a Word file that a plain text cannot keep."""

from __future__ import annotations

from collections.abc import Sequence

from nmrf.core.i18n import _, ngettext
from nmrf.reports.word_paragraphs import Finding

_LONGEST_QUOTE = 80


def explain(
    findings: Sequence[Finding], places: Sequence[tuple[int, int | None, str]]
) -> list[str]:
    """One sentence for each finding; tracked changes are summed up in one.

    `places` are source index, number and label of the blocks, in order.
    """
    sentences = []
    tables = 0
    for finding in findings:
        place = _place(finding.index, places)
        quote = finding.detail[:_LONGEST_QUOTE]
        match finding.kind:
            case "table":
                tables += 1
                sentence = _(
                    "Table %(n)s (%(size)s, %(place)s) was read as text, one line for each row.",
                    n=tables,
                    size=finding.detail,
                    place=place,
                )
            case "picture" if quote:
                sentence = _(
                    "A picture (%(place)s) was left out: “%(quote)s”.", place=place, quote=quote
                )
            case "picture":
                sentence = _("A picture (%(place)s) was left out.", place=place)
            case "text box":
                sentence = _(
                    "A text box (%(place)s) was read as a paragraph of its own: “%(quote)s”.",
                    place=place,
                    quote=quote,
                )
            case "formula":
                sentence = _(
                    "A formula (%(place)s) was read as plain text: “%(quote)s”.",
                    place=place,
                    quote=quote,
                )
            case "contents":
                sentence = _("The table of contents was left out.")
            case "embedded":
                sentence = _("An embedded document (%(place)s) was left out.", place=place)
            case _:
                continue
        sentences.append(sentence)
    return [*sentences, *_tracked(findings), *_remarks(findings)]


def _remarks(findings: Sequence[Finding]) -> list[str]:
    remarks = sum(1 for finding in findings if finding.kind == "remark")
    return (
        [
            ngettext(
                "%(n)s remark in the margin was left out: comments are made on a version.",
                "%(n)s remarks in the margin were left out: comments are made on a version.",
                remarks,
            )
        ]
        if remarks
        else []
    )


def _tracked(findings: Sequence[Finding]) -> list[str]:
    taken = sum(1 for finding in findings if finding.kind == "inserted")
    dropped = sum(1 for finding in findings if finding.kind == "deleted")
    sentences = []
    if taken:
        sentences.append(
            ngettext(
                "%(n)s tracked insertion was taken into the text.",
                "%(n)s tracked insertions were taken into the text.",
                taken,
            )
        )
    if dropped:
        sentences.append(
            ngettext(
                "%(n)s tracked deletion was left out of the text.",
                "%(n)s tracked deletions were left out of the text.",
                dropped,
            )
        )
    return sentences


def _place(index: int, places: Sequence[tuple[int, int | None, str]]) -> str:
    """Where a thing stands: by the paragraph number or heading before it."""
    before = [place for place in places if place[0] <= index]
    for source_index, number, label in reversed(before):
        if number is not None:
            at = source_index == index
            return _("in paragraph %(n)s", n=number) if at else _("after paragraph %(n)s", n=number)
        if label:
            return _("under heading %(label)s", label=label)
    return _("at line %(n)s of the file", n=index + 1)
