"""The chapters that a new report begins with. They are suggestions: everything can be changed."""

from __future__ import annotations

from dataclasses import dataclass

from nmrf.core.i18n import Lazy, _l
from nmrf.reports.models import ReportKind
from nmrf.reports.words import NATIONAL_REPORT_LIMIT


@dataclass(frozen=True)
class Chapter:
    """A heading, and what drafters are told about it."""

    title: Lazy
    guidance: Lazy


# HRC decision 17/119, part II: the general guidelines for the information under the UPR, A to G.
_NATIONAL = (
    Chapter(
        _l("Methodology and broad consultation process"),
        _l(
            "How this report was prepared, and who was consulted: when, where, and what changed "
            "because of it."
        ),
    ),
    Chapter(
        _l("Developments since the previous review"),
        _l(
            "What is new since the previous review in the background of the country and in its "
            "norms and institutions: constitution, laws, policies, national jurisprudence, the "
            "national human rights institution, and the scope of international obligations."
        ),
    ),
    Chapter(
        _l("Promotion and protection of human rights on the ground"),
        _l(
            "How international obligations, national laws and voluntary commitments are carried "
            "out; the work of the national human rights institution; public awareness of human "
            "rights; cooperation with human rights mechanisms."
        ),
    ),
    Chapter(
        _l("Follow-up to the previous review"),
        _l(
            "What was done on the recommendations of the previous review, with their numbers. "
            "This is the heart of the report: one section for each theme, opened by a line such "
            "as “(Recommendations 1, 5, 7–9)”."
        ),
    ),
    Chapter(
        _l("Achievements, best practices, challenges and constraints"),
        _l(
            "What went well and can serve others; what is hard, and why, in carrying out the "
            "recommendations that were supported."
        ),
    ),
    Chapter(
        _l("Key national priorities, initiatives and commitments"),
        _l(
            "What the State intends to do to overcome those challenges and to improve human "
            "rights on the ground; voluntary pledges."
        ),
    ),
    Chapter(
        _l("Expectations on capacity-building and technical assistance"),
        _l("What support is asked for, and what support was received."),
    ),
)

# Mid-term reports are voluntary and have no prescribed form.
_MID_TERM = (
    Chapter(
        _l("Introduction and consultation process"),
        _l("Why the State reports now, who prepared the report and who was consulted."),
    ),
    Chapter(
        _l("Implementation of supported recommendations"),
        _l(
            "By theme: what was planned, what was done, what it changed; one section for each "
            "theme, opened by a line such as “(Recommendations 140.1–5)”."
        ),
    ),
    Chapter(
        _l("Noted recommendations"),
        _l("What was done nevertheless, and positions that have changed since the adoption."),
    ),
    Chapter(
        _l("Voluntary pledges and new developments"),
        _l("What the State undertook beyond the recommendations, and what is new."),
    ),
    Chapter(
        _l("Challenges and next steps"),
        _l("What is late and why, what comes next and by when, what support is needed."),
    ),
)

OUTLINES: dict[ReportKind, tuple[Chapter, ...]] = {
    ReportKind.NATIONAL: _NATIONAL,
    ReportKind.MID_TERM: _MID_TERM,
}
WORD_LIMITS: dict[ReportKind, int] = {
    ReportKind.NATIONAL: NATIONAL_REPORT_LIMIT,
    ReportKind.MID_TERM: 0,
}
