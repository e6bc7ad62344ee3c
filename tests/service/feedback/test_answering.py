from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import docx
import openpyxl
import pytest
from sqlalchemy import select

from nmrf.access import can
from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.events import Event
from nmrf.feedback import exports, likeness, queries, queries_answers, service
from nmrf.feedback.gates import _unanswered
from nmrf.feedback.joints import comments_on_answers
from nmrf.feedback.models import CommentState, DispositionState, Mode
from nmrf.feedback.queries_answers import Which
from nmrf.feedback.views import margins
from nmrf.outbox.models import Message
from nmrf.reports import drafting
from nmrf.reports import service as reports
from nmrf.reports.models import Fate
from tests import factories
from tests.factories import feedback as rows
from tests.queries import count_statements

# 24:00 on 9 December 2026 in Ljubljana, when the window of these tests closes.
END = datetime(2026, 12, 9, 23, 0, tzinfo=UTC)


@pytest.fixture
def second(secretary, world, window):
    """The second version, a draft."""
    return reports.open_next_version(secretary, world.version)


@pytest.fixture
def over(ctx, window):
    """The window closed yesterday."""
    window.closes_on = date(2026, 11, 17)
    ctx.session.flush()
    return window


def block_in(version, number):
    return next(b for b in version.blocks if b.number == number)


def test_a_comment_is_shown_withheld_with_a_reason_and_shown_again(ctx, secretary, world, window):
    comment = rows.comment(ctx.session, world.version, state=CommentState.RECEIVED)
    service.moderate(secretary, comment, CommentState.SHOWN)
    with pytest.raises(Invalid, match="why it is not shown"):
        service.moderate(secretary, comment, CommentState.WITHHELD)
    service.moderate(secretary, comment, CommentState.WITHHELD, "Names a child.")
    assert (comment.state, comment.moderation_reason) == (CommentState.WITHHELD, "Names a child.")
    service.moderate(secretary, comment, CommentState.SHOWN)
    with pytest.raises(Conflict, match="is “Shown” already"):
        service.moderate(secretary, comment, CommentState.SHOWN)


def test_the_author_of_a_withheld_comment_is_told_where_there_is_an_address(
    ctx, secretary, world, window, public
):
    receipt = service.post(
        public,
        window,
        text="x",
        mode=Mode.SECRETARIAT,
        name="Ann Example",
        email="ann@example.org",
        consent=True,
    )
    service.moderate(secretary, receipt.comment, CommentState.WITHHELD, "Names a child.")
    [mail] = ctx.session.scalars(select(Message))
    assert (mail.kind, mail.to_address) == ("comments.withheld", "ann@example.org")


def test_whom_a_mail_to_an_author_goes_to_is_read_by_the_secretariat_only(
    ctx, make_ctx, secretary, world, window, public
):
    receipt = service.post(
        public, window, text="x", mode=Mode.PUBLIC, name="Ann", email="a@example.org", consent=True
    )
    service.moderate(secretary, receipt.comment, CommentState.WITHHELD, "Names a child.")
    service.dispose(secretary, receipt.comment, code="noted", reason="Thank you.")
    window.closes_on = date(2026, 11, 17)
    ctx.session.flush()
    service.release(secretary, window)
    mails = ctx.session.scalars(select(Message).order_by(Message.kind)).all()
    assert [mail.kind for mail in mails] == ["comments.answered", "comments.withheld"]
    for mail in mails:
        assert can(secretary.actor, "mail.read", mail)
        assert not can(make_ctx(world.admin).actor, "mail.read", mail)


@pytest.mark.parametrize("who", ["stakeholder", "focal", "admin"])
def test_others_neither_moderate_nor_answer_nor_release(make_ctx, ctx, world, window, who):
    comment = rows.comment(ctx.session, world.version, state=CommentState.RECEIVED)
    stranger = make_ctx(getattr(world, who))
    with pytest.raises(Refused):
        service.moderate(stranger, comment, CommentState.SHOWN)
    with pytest.raises(Refused):
        service.dispose(stranger, comment, code="noted", reason="x")
    with pytest.raises(Refused):
        service.release(stranger, window)
    with pytest.raises(NotFound):
        queries.get(stranger, comment.id)


def test_an_answer_is_prepared_unseen_then_released_and_frozen(ctx, secretary, public, world, over):
    comment = rows.comment(ctx.session, world.version)
    answer = service.dispose(secretary, comment, code="noted", reason="Thank you.")
    service.dispose(secretary, comment, code="partly", reason="In part.", lock=answer.lock)
    assert queries.one(public, comment.id).answer is None
    assert queries.one(secretary, comment.id, prepared=True).answer.code == "partly"
    assert service.release(secretary, over) == 1
    assert (answer.state, answer.released_at, answer.released_by_id) == (
        DispositionState.RELEASED,
        secretary.now,
        world.secretary.id,
    )
    assert queries.one(public, comment.id).answer.reason == "In part."
    with pytest.raises(Conflict, match="never changes"):
        service.dispose(secretary, comment, code="noted", reason="Other")
    answer.reason = "Other"
    with pytest.raises(Conflict, match="never changes"):
        ctx.session.flush()
    ctx.session.rollback()


def test_later_answers_are_released_in_a_later_act(ctx, secretary, world, over):
    window = over
    first, second = (rows.comment(ctx.session, world.version) for _n in "12")
    service.dispose(secretary, first, code="noted", reason="One.")
    assert service.release(secretary, window) == 1
    with pytest.raises(Conflict, match="nothing to release"):
        service.release(secretary, window)
    service.dispose(secretary, second, code="noted", reason="Two.")
    assert service.release(secretary, window) == 1
    ctx.session.commit()
    kinds = ctx.session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds == [
        "comment.answer_prepared",
        "dispositions.released",
        "comment.answer_prepared",
        "dispositions.released",
    ]


def test_one_mail_goes_to_each_address_and_none_for_the_anonymous(ctx, secretary, public, window):
    for mode, email in (
        (Mode.PUBLIC, "ann@example.org"),
        (Mode.PUBLIC, "ann@example.org"),
        (Mode.PUBLIC, ""),
        (Mode.ANONYMOUS, "secret@example.org"),
    ):
        receipt = service.post(
            public, window, text="x", mode=mode, name="Ann", email=email, consent=True
        )
        service.dispose(secretary, receipt.comment, code="noted", reason="Thank you.")
    window.closes_on = date(2026, 11, 17)
    ctx.session.flush()
    service.release(secretary, window)
    [mail] = ctx.session.scalars(select(Message))
    assert (mail.kind, mail.to_address) == ("comments.answered", "ann@example.org")
    assert "2 of your comments" in mail.body


def test_answers_are_released_only_once_comments_are_closed(
    ctx, make_ctx, clock, public, world, window
):
    comment = rows.comment(ctx.session, world.version)
    service.dispose(make_ctx(world.secretary), comment, code="noted", reason="Thank you.")
    clock.move_to(END - timedelta(seconds=1))
    with pytest.raises(Conflict, match=r"until Wednesday, 9 December 2026, 24:00.*from Thursday"):
        service.release(make_ctx(world.secretary), window)
    assert queries.one(public, comment.id).answer is None
    assert window.answers_released_at is None
    clock.move_to(END)
    assert service.release(make_ctx(world.secretary), window) == 1


def test_a_window_that_was_extended_after_answers_were_prepared_holds_them_back(
    ctx, make_ctx, clock, world, window
):
    comment = rows.comment(ctx.session, world.version)
    clock.move_to(END + timedelta(seconds=1))
    secretary = make_ctx(world.secretary)
    service.dispose(secretary, comment, code="noted", reason="Thank you.")
    service.extend_window(secretary, window, closes_on=date(2026, 12, 20), reason="Holidays")
    with pytest.raises(Conflict, match="until Sunday, 20 December 2026"):
        service.release(secretary, window)
    clock.move_to(END + timedelta(days=11))
    assert service.release(make_ctx(world.secretary), window) == 1


def test_a_window_that_is_not_open_yet_releases_nothing(ctx, secretary, world, window):
    window.opens_at = datetime(2026, 12, 1, tzinfo=UTC)
    rows.answer(ctx.session, rows.comment(ctx.session, world.version), released=False)
    with pytest.raises(Conflict, match="Answers can be released from"):
        service.release(secretary, window)


def test_a_stale_answer_is_not_lost_but_refused(ctx, secretary, world, window):
    comment = rows.comment(ctx.session, world.version)
    service.dispose(secretary, comment, code="noted", reason="First.", lock=0)
    with pytest.raises(Conflict, match="First"):
        service.dispose(secretary, comment, code="noted", reason="Second.", lock=0)


@pytest.mark.parametrize(
    ("code", "reason", "place"), [("nonsense", "x", "code"), ("not_accepted", " ", "reason")]
)
def test_an_answer_needs_a_code_and_its_reason(ctx, secretary, world, window, code, reason, place):
    comment = rows.comment(ctx.session, world.version)
    with pytest.raises(Invalid) as raised:
        service.dispose(secretary, comment, code=code, reason=reason)
    assert raised.value.place == place


def test_the_changed_paragraph_is_in_a_later_version(ctx, secretary, world, window, second):
    comment = rows.comment(ctx.session, world.version, world.blocks[2])
    with pytest.raises(Invalid, match="a later version"):
        service.dispose(
            secretary, comment, code="accepted_changed", reason="", changed_block=world.blocks[2]
        )
    assert queries_answers.not_changed_yet(secretary, world.version, ["accepted_changed"]) == 0
    service.dispose(secretary, comment, code="accepted_changed", reason="")
    assert queries_answers.not_changed_yet(secretary, world.version, ["accepted_changed"]) == 1
    service.dispose(
        secretary, comment, code="accepted_changed", reason="", changed_block=block_in(second, 2)
    )
    assert queries_answers.not_changed_yet(secretary, world.version, ["accepted_changed"]) == 0


def test_the_changed_text_is_read_only_once_its_version_is(
    ctx, secretary, public, world, window, second
):
    block = block_in(second, 2)
    drafting.edit_block(secretary, block, text="A better law was adopted.", lock=block.lock)
    comment = rows.comment(ctx.session, world.version, world.blocks[2])
    rows.answer(ctx.session, comment, "accepted_changed", changed=block)
    before = queries.one(public, comment.id)
    assert (before.answer.changed_text, before.answer.version_id, before.change) == ("", None, ())
    reports.publish(secretary, second)
    after = queries.one(public, comment.id)
    assert (after.answer.changed_text, after.answer.place) == ("A better law was adopted.", "2")
    assert "".join(m.text for m in after.change if m.kind != "delete") == (
        "A better law was adopted."
    )


def test_comments_are_carried_on_with_what_became_of_their_paragraph(
    ctx, secretary, public, world, window, second
):
    for number in (1, 2, 3):
        rows.comment(ctx.session, world.version, world.blocks[number], text=f"On {number}")
    rows.comment(ctx.session, world.version, text="On all")
    block = block_in(second, 2)
    drafting.edit_block(secretary, block, text="A better law was adopted.", lock=block.lock)
    drafting.remove(secretary, block_in(second, 3), why="Said elsewhere.")
    reports.publish(secretary, second)
    found = queries.carried(public, second)
    assert {c.text: (c.became, c.version_number) for rows in found.values() for c in rows} == {
        "On 1": ("unchanged", 1),
        "On 2": ("changed", 1),
        "On 3": ("removed", 1),
        "On all": ("", 1),
    }
    assert queries.carried(public, world.version) == {}
    tombstone = world.blocks[3].paragraph_id
    assert queries.counts(public, second)[tombstone] == 1
    assert next(b.fate for b in second.blocks if b.paragraph_id == tombstone) is Fate.REMOVED


def test_names_are_read_by_those_who_may(ctx, secretary, public, stakeholder, world, window):
    rows.comment(ctx.session, world.version, name="Ann Example")
    rows.comment(ctx.session, world.version, name="Ben Example", mode=Mode.SECRETARIAT)
    rows.comment(ctx.session, world.version)

    def names(who):
        return sorted(c.author.name if c.author else "–" for c in queries.search(who, "Say more"))

    assert {name: names(who) for name, who in locals_of(secretary, public, stakeholder)} == {
        "secretary": ["Ann Example", "Ben Example", "–"],
        "public": ["Ann Example", "–", "–"],
        "stakeholder": ["Ann Example", "–", "–"],
    }


def locals_of(secretary, public, stakeholder):
    return (("secretary", secretary), ("public", public), ("stakeholder", stakeholder))


def test_a_search_finds_shown_comments_only_and_takes_no_wildcards(ctx, public, world, window):
    rows.comment(ctx.session, world.version, text="One hundred per cent")
    rows.comment(ctx.session, world.version, text="100% sure")
    rows.comment(ctx.session, world.version, text="100% hidden", state=CommentState.RECEIVED)
    assert [c.text for c in queries.search(public, "100%")] == ["100% sure"]
    assert queries.search(public, "  ") == []


def test_nearly_the_same_is_found(ctx, secretary, world, window):
    first = rows.comment(ctx.session, world.version, text="Say how many of the cases were won.")
    second = rows.comment(ctx.session, world.version, text="say how many of those cases were won!")
    rows.comment(ctx.session, world.version, text="Something else altogether.")
    texts = queries_answers.texts(secretary, world.version)
    assert likeness.alike(texts, first.id) == [second.id]
    assert likeness.alike(texts, "none") == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_calculates_nothing_and_names_nobody_it_should_not(ctx, public, world, window, kind):
    comment = rows.comment(ctx.session, world.version, world.blocks[1], text="=1+1", name="@Ann")
    rows.answer(ctx.session, comment, reason='+HYPERLINK("x")')
    rows.comment(
        ctx.session, world.version, text="By Ben", name="Ben Example", mode=Mode.SECRETARIAT
    )
    rows.comment(ctx.session, world.version, text="Hidden", state=CommentState.WITHHELD)
    made = exports.comment_table(public, world.version, kind)
    if kind == "csv":
        table = list(csv.reader(io.StringIO(made.data.decode("utf-8-sig"))))
    else:
        book = openpyxl.load_workbook(io.BytesIO(made.data))
        cells = [cell for row in book.active.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
        table = [[str(c.value or "") for c in row] for row in book.active.iter_rows()]
    mark = "'" if kind == "csv" else ""
    head = table[0]
    got = {row[head.index("Text")]: row for row in table[1:]}
    assert list(got) == ["By Ben", f"{mark}=1+1"]
    assert got["By Ben"][head.index("Name")] == ""
    assert got[f"{mark}=1+1"][head.index("Name")] == f"{mark}@Ann"
    assert got[f"{mark}=1+1"][head.index("Reason")] == f'{mark}+HYPERLINK("x")'
    assert "E-mail" not in head


def test_the_secretariats_file_has_everything(ctx, secretary, world, window):
    rows.comment(ctx.session, world.version, name="Ben Example", mode=Mode.SECRETARIAT)
    rows.comment(ctx.session, world.version, state=CommentState.WITHHELD, moderation_reason="Why")
    made = exports.comment_table(secretary, world.version, "csv", Which(view="all"))
    table = list(csv.DictReader(io.StringIO(made.data.decode("utf-8-sig"))))
    assert sorted((row["Name"], row["State"]) for row in table) == [
        ("", "Not shown"),
        ("Ben Example", "Shown"),
    ]


def texts_of(made):
    """The texts in a file of comments."""
    if made.name.endswith("csv"):
        return [row["Text"] for row in csv.DictReader(io.StringIO(made.data.decode("utf-8-sig")))]
    if made.name.endswith("xlsx"):
        table = [
            [c.value for c in row] for row in openpyxl.load_workbook(io.BytesIO(made.data)).active
        ]
        return [row[table[0].index("Text")] for row in table[1:]]
    [table] = docx.Document(io.BytesIO(made.data)).tables
    return [row.cells[1].text.split("\n")[-1] for row in table.rows[1:]]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "docx"])
def test_a_file_has_exactly_what_the_screen_has(ctx, secretary, public, world, over, kind):
    for text, code, released in (
        ("A", "noted", True),
        ("B", "partly", True),
        ("C", "noted", False),
    ):
        rows.answer(
            ctx.session,
            rows.comment(ctx.session, world.version, world.blocks[1], text),
            code,
            released=released,
        )
    rows.comment(ctx.session, world.version, text="D", state=CommentState.WITHHELD)

    def got(who, **which):
        return sorted(texts_of(exports.comment_table(who, world.version, kind, Which(**which))))

    assert got(public) == ["A", "B", "C"]
    assert got(public, answered=True) == ["A", "B"]
    assert got(public, answered=True, code="partly") == ["B"]
    # The desk is the secretariat's; others get what they see.
    assert got(public, view="withheld") == ["A", "B", "C"]
    assert got(secretary, view="withheld") == ["D"]
    assert got(secretary, view="prepared") == ["C"]


def test_a_word_file_tells_a_comment_its_answer_and_what_changed(
    ctx, secretary, public, world, over, second
):
    comment = rows.comment(
        ctx.session,
        world.version,
        world.blocks[2],
        "*Say* more <b>",
        "Ann Example",
        proposed_text="Other words.",
    )
    rows.answer(ctx.session, comment, "accepted_changed", "We agree.", changed=block_in(second, 2))
    made = exports.comment_table(public, world.version, "docx", Which(answered=True))
    document = docx.Document(io.BytesIO(made.data))
    assert [p.text for p in document.paragraphs[:3]] == [
        "Comments and answers",
        "National report, version 1",
        "Released answers. 1 comment. As of Wednesday, 18 November 2026.",
    ]
    cells = [" / ".join(cell.text.split("\n")) for cell in document.tables[0].rows[1].cells]
    assert cells == [
        "2",
        "Ann Example, 10 Nov 2026 / *Say* more <b> / Proposed wording: Other words.",
        "Accepted: the text was changed / We agree.",
        "Paragraph 2 in version 2",
    ]
    assert exports.comment_table(public, world.version, "docx", Which(answered=True)) == made


def test_a_word_file_has_no_name_that_is_for_the_secretariat_only(ctx, secretary, world, window):
    rows.comment(
        ctx.session, world.version, world.blocks[1], name="Ben Example", mode=Mode.SECRETARIAT
    )
    made = exports.comment_table(secretary, world.version, "docx", Which(view="all"))
    [table] = docx.Document(io.BytesIO(made.data)).tables
    assert table.rows[1].cells[1].text.startswith("Name known to the secretariat, ")
    [remark] = margins._remarks(secretary, world.version)[world.blocks[1].paragraph_id]
    assert remark.author == "A commenter"


def test_there_is_no_other_kind_of_file(public, world, window):
    with pytest.raises(Invalid, match="Excel, CSV or Word"):
        exports.comment_table(public, world.version, "pdf")


def test_the_gate_of_the_stage_counts_what_is_not_answered(ctx, world, window):
    shown = rows.comment(ctx.session, world.version)
    rows.comment(ctx.session, world.version, state=CommentState.WITHHELD)
    assert _unanswered(ctx.session, world.cycle).count == 1
    rows.answer(ctx.session, shown, released=False)
    assert _unanswered(ctx.session, world.cycle).count == 1
    rows.answer(ctx.session, rows.comment(ctx.session, world.version))
    assert _unanswered(ctx.session, world.cycle).count == 1


def test_a_recommendation_shows_the_comments_on_its_paragraphs(ctx, public, world, window):
    one = factories.recommendation(ctx.session, world.cycle)
    world.blocks[2].recommendations.append(one)
    ctx.session.flush()
    assert comments_on_answers(public, one).rows == []
    rows.answer(ctx.session, rows.comment(ctx.session, world.version, world.blocks[2]))
    rows.comment(ctx.session, world.version, world.blocks[2])
    [row] = comments_on_answers(public, one).rows
    assert [(end.kind, end.label) for end in row.ends] == [
        ("Recommendation", "140.1"),
        ("Paragraph", "2"),
        ("Comments", "2"),
        ("Answers", "1"),
    ]


def test_the_page_takes_one_statement_whatever_is_said(database, ctx, public, world, window):
    counts = []
    for _n in range(2):
        for number in (1, 2, 3):
            rows.comment(ctx.session, world.version, world.blocks[number], name="Ann Example")
        with count_statements(database) as sent:
            queries.on_page(public, world.version)
        counts.append(len(sent))
    assert counts == [1, 1]


def test_a_paragraph_shows_its_first_comments_and_leads_to_all(ctx, public, world, window):
    for _n in range(23):
        rows.comment(ctx.session, world.version, world.blocks[1])
    paragraph = world.blocks[1].paragraph_id
    assert len(queries.on_page(public, world.version)[paragraph]) == 20
    assert queries.counts(public, world.version) == {paragraph: 23}
    page = queries.on_paragraph(public, world.version, paragraph, 2)
    assert (len(page.items), page.total, page.pages) == (3, 23, 2)
