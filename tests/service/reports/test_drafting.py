"""Writing in a draft: identity is kept, nobody's words are lost."""

from __future__ import annotations

import threading

import pytest

from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.feedback.models import Channel, Comment, CommentState, Mode
from nmrf.reports import drafting, queries, service
from nmrf.reports.drafting import EditConflict
from nmrf.reports.models import Block, BlockKind, Fate
from tests.factories import reports as report_factories
from tests.service.reports.conftest import block


def outline(ctx, version):
    """The live lines of a version as (label or number, text)."""
    return [
        (line.label or line.number, line.text)
        for line in queries.bare_lines(ctx.session, version.id)
        if line.is_live
    ]


def fates(ctx, version):
    """The fate of each line that is not as it was, by the beginning of its text."""
    return {
        line.text[:12] or line.paragraph_id: line.fate
        for line in queries.bare_lines(ctx.session, version.id)
        if line.fate is not Fate.SAME
    }


def edit(ctx, one, text, **values):
    drafting.edit_block(ctx, one, lock=values.pop("lock", one.lock), text=text, **values)


def test_editing_counts_the_words_and_says_who(drafter, world, second):
    law = block(second, "A law")
    edit(drafter, law, "A law was adopted.\r\n\r\nIt works.", why="  A comment ")
    assert (law.text, law.words) == ("A law was adopted.\nIt works.", 6)
    assert (law.edited_by_id, law.edited_at) == (world.drafter.id, drafter.now)
    assert (law.fate, law.fate_note) == (Fate.REWORDED, "A comment")


def test_back_to_the_old_words_is_unchanged(drafter, second):
    law = block(second, "A law")
    before = law.text
    edit(drafter, law, "Other words")
    edit(drafter, law, before)
    assert law.fate is Fate.SAME


def test_in_the_first_version_an_edited_paragraph_stays_new(drafter, world):
    law = block(world.draft, "A law")
    edit(drafter, law, "Other words")
    assert law.fate is Fate.NEW


def test_a_stale_edit_is_a_conflict_with_both_texts(drafter, second):
    law = block(second, "A law")
    opened = law.lock
    edit(drafter, law, "Theirs")
    drafter.session.flush()
    with pytest.raises(EditConflict) as refused:
        edit(drafter, law, "Mine", lock=opened)
    assert (refused.value.theirs, refused.value.mine) == ("Theirs", "Mine")
    assert (law.text, refused.value.lock) == ("Theirs", law.lock)


def test_sending_the_same_form_twice_is_no_conflict(drafter, second):
    law = block(second, "A law")
    opened = law.lock
    edit(drafter, law, "Mine", lock=opened)
    drafter.session.flush()
    edit(drafter, law, "Mine", lock=opened)
    assert law.text == "Mine"


def test_two_people_saving_at_once(database, make_ctx, world, second):
    """One saves, the other is told and sees both texts; never a silent loss."""
    ctx = make_ctx(world.drafter)
    law = block(second, "A law")
    law_id, lock = law.id, law.lock
    ctx.session.commit()
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def save(words: str) -> None:
        with database.session(writing=False) as reader:
            reader.get_one(Block, law_id)
        ready.wait()
        with database.session(writing=True) as session:
            own = Ctx(ctx.actor, ctx.now, session, ctx.house)
            try:
                drafting.edit_block(own, session.get_one(Block, law_id), lock=lock, text=words)
                session.commit()
                outcomes.append("saved")
            except EditConflict as conflict:
                session.rollback()
                outcomes.append(f"{conflict.mine} against {conflict.theirs}")

    people = [threading.Thread(target=save, args=(words,)) for words in ("One", "Two")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(outcomes) in (["One against Two", "saved"], ["Two against One", "saved"])


def test_only_drafters_and_the_owner_write(make_ctx, world, second):
    drafting.give_section(make_ctx(), block(second, "Equality"), world.moj)
    law, health = block(second, "A law"), block(second, "Every region")
    edit(make_ctx(world.focal), law, "By the ministry")
    assert law.text == "By the ministry"
    for who, where in [
        (world.focal, health),
        (world.other_focal, law),
        (world.validator, law),
        (world.member, law),
        (world.stranger, law),
    ]:
        with pytest.raises(Refused):
            edit(make_ctx(who), where, "Not mine")


def test_what_was_shown_is_never_edited(drafter, world, second):
    shown = block(world.draft, "A law")
    for act in (
        lambda: edit(drafter, shown, "x"),
        lambda: drafting.add(drafter, world.draft, "x", after=shown),
        lambda: drafting.move(drafter, shown, up=True),
        lambda: drafting.split(drafter, shown, lock=1, texts="a\n\nb"),
        lambda: drafting.merge_with_next(drafter, shown, lock=1),
        lambda: drafting.remove(drafter, shown),
        lambda: drafting.give_section(drafter, shown, world.moj),
        lambda: drafting.set_note(drafter, shown, 1, "x"),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.message == (
            "This version has been shown and never changes. Open the next version to edit."
        )


def test_adding_several_paragraphs_numbers_everything_anew(drafter, second):
    added = drafting.add(drafter, second, "One.\n\nTwo.\nstill two.", after=block(second, "A law"))
    assert [b.text for b in added] == ["One.", "Two.\nstill two."]
    assert outline(drafter, second)[5:] == [
        (2, "A law against discrimination was adopted in 2025."),
        (3, "One."),
        (4, "Two.\nstill two."),
        (5, "The courts decided forty cases under it."),
        ("B.", "Health"),
        (6, "Every region now has a centre of mental health."),
    ]
    assert fates(drafter, second) == {"One.": Fate.NEW, "Two.\nstill t": Fate.NEW}


def test_a_new_chapter_stands_behind_the_one_before(drafter, second):
    drafting.add(
        drafter, second, "Outlook", after=block(second, "Introduction"), kind=BlockKind.CHAPTER
    )
    headings = [(n, text) for n, text in outline(drafter, second) if str(n).endswith(".")]
    assert headings == [
        ("I.", "Introduction"),
        ("II.", "Outlook"),
        ("III.", "Implementation"),
        ("A.", "Equality"),
        ("B.", "Health"),
    ]


def test_the_first_block_of_an_empty_draft(drafter, world):
    for one in list(world.draft.blocks):
        drafting.remove(drafter, one)
    assert outline(drafter, world.draft) == []
    drafting.add(drafter, world.draft, "Start", after=None, kind=BlockKind.CHAPTER)
    assert outline(drafter, world.draft) == [("I.", "Start")]


def test_a_ministry_adds_paragraphs_but_no_chapters(make_ctx, world, second):
    drafting.give_section(make_ctx(), block(second, "Equality"), world.moj)
    focal, law = make_ctx(world.focal), block(second, "A law")
    [added] = drafting.add(focal, second, "Ours.", after=law)
    assert added.owner_id == world.moj.id
    with pytest.raises(Refused):
        drafting.add(focal, second, "Ours", after=law, kind=BlockKind.SECTION)
    with pytest.raises(Refused):
        drafting.move(focal, law, up=True)


def test_moving_a_paragraph_and_back(drafter, second):
    courts = block(second, "The courts")
    drafting.move(drafter, courts, up=True)
    assert [text[:6] for _n, text in outline(drafter, second)[5:7]] == ["The co", "A law "]
    assert (courts.number, courts.position) == (2, 6)
    assert list(fates(drafter, second).values()) == [Fate.MOVED]
    drafting.move(drafter, courts, up=False)
    assert fates(drafter, second) == {}


def test_moving_a_section_takes_everything_under_it(drafter, second):
    drafting.move(drafter, block(second, "Health"), up=True)
    assert [(n, text[:10]) for n, text in outline(drafter, second)[2:]] == [
        ("II.", "Implementa"),
        ("A.", "Health"),
        (2, "Every regi"),
        ("B.", "Equality"),
        (None, "(Recommend"),
        (3, "A law agai"),
        (4, "The courts"),
    ]


@pytest.mark.parametrize(
    ("start", "up"), [("Introduction", True), ("Every region", False), ("Equality", True)]
)
def test_nothing_moves_over_an_edge(drafter, second, start, up):
    with pytest.raises(Conflict) as refused:
        drafting.move(drafter, block(second, start), up=up)
    assert refused.value.message == "It already stands at the edge of its part."


def test_splitting_keeps_what_it_rests_on(drafter, world, second):
    law = block(second, "A law")
    law.recommendations = [world.recommendations[1]]
    key = law.paragraph_id
    [piece] = drafting.split(drafter, law, lock=law.lock, texts="A law.\n\nIt was adopted.")
    assert (law.paragraph_id, law.text, law.number, law.fate) == (key, "A law.", 2, Fate.SPLIT)
    assert (piece.text, piece.number, piece.fate, piece.partner_id) == (
        "It was adopted.",
        3,
        Fate.SPLIT,
        key,
    )
    assert [r.number for r in piece.recommendations] == ["140.2"]


def test_splitting_needs_an_empty_line(drafter, second):
    law = block(second, "A law")
    with pytest.raises(Invalid) as refused:
        drafting.split(drafter, law, lock=law.lock, texts="A law.\nOne piece.")
    assert refused.value.message == "Put an empty line where the paragraph is to be split."


def test_merging_leaves_a_tombstone_that_points_here(drafter, world, second):
    law, courts = block(second, "A law"), block(second, "The courts")
    source = report_factories.snapshot(drafter.session, world.recommendations[0], world.moj)
    courts.sources = [source]
    drafting.merge_with_next(drafter, law, lock=law.lock)
    assert law.text == (
        "A law against discrimination was adopted in 2025. The courts decided forty cases under it."
    )
    assert [s.id for s in law.sources] == [source.id]
    assert (courts.text, courts.number, courts.removed_in, courts.partner_id, courts.sources) == (
        "",
        None,
        2,
        law.paragraph_id,
        [],
    )
    assert (law.fate, courts.fate) == (Fate.MERGED, Fate.MERGED)
    assert outline(drafter, second)[-1][0] == 3


def test_nothing_merges_over_a_heading(drafter, second):
    courts = block(second, "The courts")
    with pytest.raises(Conflict) as refused:
        drafting.merge_with_next(drafter, courts, lock=courts.lock)
    assert refused.value.message == "No paragraph follows this one in its section."


def test_what_was_read_stays_as_a_tombstone(drafter, second):
    law = block(second, "A law")
    drafting.remove(drafter, law, why="Out of date")
    assert (law.text, law.removed_in, law.fate, law.fate_note) == (
        "",
        2,
        Fate.REMOVED,
        "Out of date",
    )
    assert [n for n, _text in outline(drafter, second) if isinstance(n, int)] == [1, 2, 3]
    with pytest.raises(Conflict):
        edit(drafter, law, "Back again")


def test_what_nobody_read_is_gone(drafter, second):
    [added] = drafting.add(drafter, second, "Never mind.", after=block(second, "A law"))
    key = added.paragraph_id
    drafting.remove(drafter, added)
    assert queries.block_in(drafter.session, key, second.id) is None


def test_what_something_points_at_stays_as_a_tombstone(drafter, world, second):
    [added] = drafting.add(drafter, second, "Discussed.", after=block(second, "A law"))
    drafter.session.add(
        Comment(
            id="c" * 32,
            mode=Mode.ANONYMOUS,
            version_id=second.id,
            block_id=added.id,
            paragraph_id=added.paragraph_id,
            text="A word on it",
            channel=Channel.WEB,
            received_on=drafter.today,
            receipt_hash="0" * 64,
            state=CommentState.SHOWN,
        )
    )
    drafter.session.flush()
    drafting.remove(drafter, added)
    assert (added.removed_in, added.text) == (2, "")


def test_a_tombstone_goes_on_into_later_versions(drafter, secretary, second):
    law = block(second, "A law")
    key = law.paragraph_id
    drafting.remove(drafter, law)
    service.publish(secretary, second)
    third = service.open_next_version(drafter, second)
    became = queries.became(drafter.session, [key], third.id)
    assert [(line.removed_in, line.fate) for line in became.values()] == [(2, Fate.REMOVED)]


def test_a_split_piece_stands_on_its_own_in_the_next_version(drafter, secretary, second):
    law = block(second, "A law")
    [piece] = drafting.split(drafter, law, lock=law.lock, texts="A.\n\nB.")
    service.publish(secretary, second)
    third = service.open_next_version(drafter, second)
    found = queries.block_in(drafter.session, piece.paragraph_id, third.id)
    assert (found.partner_id, found.fate) == (None, Fate.SAME)


def test_under_a_removed_heading_everything_stays(drafter, second):
    drafting.remove(drafter, block(second, "Equality"))
    assert [n for n, _text in outline(drafter, second)] == ["I.", 1, "II.", None, 2, 3, "A.", 4]


def test_a_section_is_given_with_all_under_it(drafter, world, second):
    count = drafting.give_section(drafter, block(second, "Equality"), world.moj)
    owned = [line.text[:6] for line in queries.bare_lines(drafter.session, second.id) if line.owner]
    assert (count, owned) == (4, ["Equali", "(Recom", "A law ", "The co"])
    drafting.give_section(drafter, block(second, "The courts"), None)
    assert block(second, "The courts").owner_id is None


def test_notes_belong_to_marks(drafter, second):
    law = block(second, "A law")
    with pytest.raises(Invalid) as refused:
        drafting.set_note(drafter, law, 3, "See the gazette.")
    assert refused.value.message == "The text has no mark [^3]."
    edit(drafter, law, "A law was adopted.[^3]")
    drafting.set_note(drafter, law, 3, " See the\r\n\r\ngazette. ")
    assert (second.notes, law.words) == ({"3": "See the\ngazette."}, 4)
    drafting.set_note(drafter, law, 3, "")
    assert second.notes == {}
