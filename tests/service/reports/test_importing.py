"""A real report from Word, and a second file over a draft."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest

from nmrf.core.errors import BadFile, NotFound, Refused
from nmrf.paths import ROOT
from nmrf.reports import drafting, importing, linking, queries, service
from nmrf.reports.models import BlockKind, Fate, ReportKind
from tests import factories
from tests.service.reports.conftest import block

REAL = ROOT / "tests/data/reports/svn-wg48-national-report.docx"
ORDER = "122.1-157, 121.1-58"


def word(*texts: str) -> bytes:
    """A Word file: "# Chapter", "## Section", everything else a paragraph as typed."""
    made = docx.Document()
    for text in texts:
        mark, _space, rest = text.partition(" ")
        if mark in {"#", "##"}:
            made.add_heading(rest, len(mark))
        else:
            made.add_paragraph(text)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def counts(lines):
    kinds = [line.kind for line in lines if line.is_live]
    return {kind.value: kinds.count(kind) for kind in BlockKind if kind in kinds}


@pytest.fixture
def slovenia(ctx):
    """The report of the fourth cycle, which answers the 215 recommendations of the third."""
    s = ctx.session
    third = factories.cycle(s, 34, number=3)
    for paragraph, most in ((122, 157), (121, 58)):
        for n in range(1, most + 1):
            factories.recommendation(s, third, f"{paragraph}.{n}")
    return service.create_report(
        ctx,
        factories.cycle(s, 48),
        kind=ReportKind.NATIONAL,
        title="National report",
        answers_cycle=third,
        running_order=ORDER,
    )


def test_the_real_report_is_read_whole(ctx, slovenia):
    shown = importing.preview(ctx, slovenia, REAL.read_bytes(), REAL.name)
    assert [shown.count(kind) for kind in ("chapter", "section", "paragraph", "citation")] == [
        *(6, 14, 151, 14),
    ]
    assert (shown.outline.body_words, shown.limit, shown.over, shown.warnings) == (
        *(10_339, 10_700, 0, ()),
    )
    assert [c.resolved for c in shown.citations] == [
        *(10, 5, 35, 4, 20, 2, 24, 24, 10, 2, 11, 5, 17, 17),
    ]
    assert {c.unresolved for c in shown.citations} == {()}
    assert (len(shown.matching.of("added")), len(shown.matching.removed)) == (185, 7)
    assert len(queries.lines(ctx.session, slovenia.versions[0].id)) == 7  # nothing was written


def test_the_real_report_is_imported_with_its_links(ctx, slovenia):
    version = importing.apply(ctx, slovenia, REAL.read_bytes(), REAL.name)
    lines = queries.lines(ctx.session, version.id)
    assert version.number == 1
    assert counts(lines) == {"chapter": 6, "section": 14, "citation": 14, "paragraph": 151}
    assert [line.number for line in lines if line.number] == list(range(1, 152))
    assert queries.budget(lines, version).body == 10_339
    [health] = [line for line in lines if line.text == "(Recommendations 156, 215)"]
    assert [cited.number for cited in health.recommendations] == ["121.58", "122.156"]
    assert len(queries.gaps(ctx.session, version, lines).uncited) == 30


def test_without_the_order_running_numbers_are_gaps_until_they_are_read_again(ctx, slovenia):
    slovenia.running_order = ""
    [told] = importing.preview(ctx, slovenia, REAL.read_bytes(), REAL.name).warnings
    assert "as in “1”" in told
    assert "121.1–58, 122.1–157" in told
    version = importing.apply(ctx, slovenia, REAL.read_bytes(), REAL.name)
    first = block(version, "(Recommendations 1,")
    assert first.unresolved == [str(n) for n in (1, 5, 7, 8, 9, 11, 12, 158, 159, 160)]
    assert first.recommendations == []
    service.change_report(
        ctx,
        slovenia,
        title=slovenia.title,
        word_limit=10_700,
        answers_cycle=slovenia.answers_cycle,
        running_order=ORDER,
    )
    assert (first.unresolved, len(first.recommendations)) == ([], 10)


def test_importing_the_same_file_again_changes_nothing(ctx, slovenia):
    version = importing.apply(ctx, slovenia, REAL.read_bytes(), REAL.name)
    service.publish(ctx, version)
    second = importing.apply(ctx, slovenia, REAL.read_bytes(), REAL.name)
    lines = queries.bare_lines(ctx.session, second.id)
    assert (second.number, {line.fate for line in lines}) == (2, {Fate.SAME})
    assert [line.paragraph_id for line in lines] == [
        line.paragraph_id for line in queries.bare_lines(ctx.session, version.id)
    ]


def test_a_second_file_keeps_who_every_paragraph_is(drafter, secretary, world, second):
    ids = {
        line.text[:6]: line.paragraph_id for line in queries.bare_lines(drafter.session, second.id)
    }
    drafting.give_section(drafter, block(second, "Equality"), world.moj)
    data = word(
        "# Introduction",
        "1. The report was prepared by all ministries together.",
        "# Implementation",
        "## Health",
        "2. Every region now has a centre of mental health.",
        "## Equality",
        "(Recommendations 1, 4)",
        "3. A new law against discrimination was adopted in 2025 and is in force.",
        "4. Schools teach equality from the first class on.",
    )
    version = importing.apply(drafter, world.report, data, "next.docx")
    assert version is second
    lines = queries.lines(drafter.session, second.id)
    assert [
        (line.label or line.number, line.fate, line.owner)
        for line in lines
        if line.kind is not BlockKind.CITATION
    ] == [
        ("I.", Fate.SAME, ""),
        (1, Fate.SAME, ""),
        ("II.", Fate.SAME, ""),
        ("A.", Fate.MOVED, ""),
        (2, Fate.MOVED, ""),
        ("B.", Fate.SAME, "MJ"),
        (3, Fate.REWORDED, "MJ"),
        (None, Fate.REMOVED, "MJ"),
        (4, Fate.NEW, "MJ"),
    ]
    by_start = {line.text[:6]: line.paragraph_id for line in lines}
    assert by_start["A new "] == ids["A law "]
    [cited] = [line for line in lines if line.kind is BlockKind.CITATION]
    assert [c.number for c in cited.recommendations] == ["140.1", "140.4"]
    [gone] = [line for line in lines if not line.is_live]
    assert (gone.paragraph_id, gone.removed_in) == (ids["The co"], 2)


def test_what_a_person_calls_another_paragraph_becomes_one(drafter, world, second):
    law = block(second, "A law")
    key = law.paragraph_id
    texts = [line.text for line in queries.bare_lines(drafter.session, second.id)]
    marks = ["# ", "1. ", "# ", "## ", "", "2. ", "3. ", "## ", "4. "]
    changed = "A law against noise was adopted in 2025."
    parts = [
        mark + (changed if text == law.text else text)
        for mark, text in zip(marks, texts, strict=True)
    ]
    importing.apply(drafter, world.report, word(*parts), "x.docx", apart={5})
    lines = {line.paragraph_id: line for line in queries.bare_lines(drafter.session, second.id)}
    assert (lines[key].removed_in, lines[key].fate) == (2, Fate.REMOVED)
    assert [line.fate for line in lines.values() if line.text == changed] == [Fate.NEW]


def test_what_a_paragraph_cites_among_its_words_is_linked(drafter, secretary, world):
    def file(citation):
        return word("# One (Recommendations 1–2)", f"1. A law was adopted ({citation}).")

    shown = importing.preview(drafter, world.report, file("Rec. 140.3, 140.99"), "x.docx")
    assert [(c.text, c.resolved, c.unresolved) for c in shown.citations] == [
        ("(Recommendations 1–2)", 2, ()),
        ("paragraph 1", 1, ("140.99",)),
    ]
    version = importing.apply(drafter, world.report, file("Rec. 140.3, 140.99"), "x.docx")
    law = block(version, "A law")
    assert (law.unresolved, [r.number for r in law.recommendations]) == (["140.99"], ["140.3"])
    importing.apply(drafter, world.report, file("Rec. 140.4"), "x.docx")
    drafter.session.refresh(law)
    assert [r.number for r in law.recommendations] == ["140.4"]
    service.publish(secretary, version)
    factories.recommendation(drafter.session, world.cycle, "140.99")
    second = importing.apply(drafter, world.report, file("Rec. 140.99"), "x.docx")
    assert [r.number for r in block(second, "A law").recommendations] == ["140.99"]


def test_links_follow_the_words_of_a_paragraph(drafter, world):
    law = block(world.draft, "A law")
    linking.name_recommendations(drafter, law, "140.1")
    drafting.edit_block(drafter, law, lock=law.lock, text="Adopted (Recommendations 140.2, 140.9).")
    assert ([r.number for r in law.recommendations], law.unresolved) == (
        ["140.1", "140.2"],
        ["140.9"],
    )
    drafting.edit_block(drafter, law, lock=law.lock, text="Adopted.")
    assert ([r.number for r in law.recommendations], law.unresolved) == (["140.1"], [])


def test_a_paragraph_that_the_file_splits(drafter, secretary, world, second):
    texts = {
        "law": "The law against discrimination of 2025 covers work, schools and housing.",
        "court": "Courts may order compensation, and the State pays when the offender cannot.",
    }
    drafting.edit_block(
        drafter, block(second, "The report"), lock=1, text=f"{texts['law']} {texts['court']}"
    )
    service.publish(secretary, second)
    third = importing.apply(
        drafter,
        world.report,
        word("# Introduction", f"1. {texts['law']}", f"2. {texts['court']}"),
        "x.docx",
    )
    found = [
        (line.text, line.fate)
        for line in queries.bare_lines(drafter.session, third.id)
        if line.number
    ]
    assert found == [(texts["law"], Fate.SPLIT), (texts["court"], Fate.SPLIT)]


def test_a_file_that_is_none_is_refused(drafter, world):
    before = [line.text for line in queries.bare_lines(drafter.session, world.draft.id)]
    for data in (b"", b"PK\x03\x04 nonsense", b"%PDF-1.7"):
        for attempt in (importing.preview, importing.apply):
            with pytest.raises(BadFile) as refused:
                attempt(drafter, world.report, data, "x.docx")
            assert refused.value.place == "x.docx"
        with pytest.raises(BadFile):
            importing.keep_file(drafter, data, "x.docx")
    after = [line.text for line in queries.bare_lines(drafter.session, world.draft.id)]
    assert (after, queries.draft_of(drafter.session, world.report.id)) == (before, world.draft)


def test_only_drafters_import(make_ctx, world):
    for who in (world.focal, world.member, world.stranger):
        ctx = make_ctx(who)
        with pytest.raises(Refused):
            importing.keep_file(ctx, REAL.read_bytes(), REAL.name)
        with pytest.raises(Refused):
            importing.preview(ctx, world.report, REAL.read_bytes(), REAL.name)
        with pytest.raises(Refused):
            importing.apply(ctx, world.report, REAL.read_bytes(), REAL.name)


def test_the_file_is_kept_for_its_drafter_only(make_ctx, world):
    drafter = make_ctx(world.drafter)
    file = importing.keep_file(drafter, word("# One", "1. A paragraph."), "mine.docx")
    drafter.session.flush()
    assert importing.read_file(drafter, file.id)[1] == "mine.docx"
    with pytest.raises(NotFound):
        importing.read_file(make_ctx(world.focal), file.id)
