from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.roles import PUBLIC
from nmrf.feedback import queries, queries_answers, queries_windows, service
from nmrf.feedback.calendar import window_entries
from nmrf.feedback.models import Audience, CommentState, Mode
from nmrf.feedback.states import Phase, phase
from nmrf.outbox.models import Message
from nmrf.reports.models import VersionState
from tests.factories import feedback as rows
from tests.factories import reports as report_factories

ZONE = "Europe/Ljubljana"
# 24:00 on 9 December 2026 in Ljubljana.
END = datetime(2026, 12, 9, 23, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def draft(ctx, world):
    return report_factories.version(ctx.session, world.report, ["One paragraph."], number=2)


def mails(ctx):
    rows = ctx.session.scalars(select(Message).order_by(Message.kind, Message.to_address))
    return [(m.kind, m.to_name) for m in rows]


def test_opening_publishes_the_draft(secretary, draft):
    window = service.open_window(secretary, draft, closes_on=date(2026, 12, 9), invitation="Ask")
    assert (draft.state, window.audience, window.opens_at) == (
        VersionState.PUBLIC,
        Audience.EVERYONE,
        secretary.now,
    )
    assert phase(window, secretary.now, ZONE) is Phase.OPEN


def test_a_window_for_the_government_publishes_nothing(secretary, draft, public, make_ctx, world):
    window = service.open_window(
        secretary, draft, closes_on=date(2026, 12, 9), audience=Audience.GOVERNMENT
    )
    assert draft.state is VersionState.FROZEN
    assert queries_windows.windows(public) == []
    assert queries_windows.windows(make_ctx(world.focal)) == [window]


@pytest.mark.parametrize("who", ["stakeholder", "focal", "admin"])
def test_only_the_secretariat_opens(make_ctx, world, draft, who):
    with pytest.raises(Refused, match="Only the secretariat"):
        service.open_window(make_ctx(getattr(world, who)), draft, closes_on=date(2026, 12, 9))


def test_a_version_has_one_window(secretary, world, window):
    with pytest.raises(Conflict, match="has a window for comments already"):
        service.open_window(secretary, world.version, closes_on=date(2026, 12, 20))


def test_it_cannot_close_before_now_or_before_it_opens(secretary, draft):
    with pytest.raises(Invalid, match="This day is over"):
        service.open_window(secretary, draft, closes_on=date(2026, 11, 17))
    with pytest.raises(Invalid, match="close before it opens"):
        service.open_window(
            secretary,
            draft,
            closes_on=date(2026, 11, 20),
            opens_at=datetime(2026, 12, 1, tzinfo=UTC),
        )
    assert draft.state is VersionState.DRAFT


def test_it_opens_and_closes_by_the_second(ctx, world):
    opens = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    window = rows.window(ctx.session, world.version, opens_at=opens)
    stands = [
        phase(window, at, ZONE) for at in (opens - SECOND, opens, END - SECOND, END, END + SECOND)
    ]
    assert stands == [Phase.UPCOMING, Phase.OPEN, Phase.OPEN, Phase.CLOSED, Phase.CLOSED]


def test_a_comment_arrives_in_the_last_second_and_not_after(make_ctx, clock, window):
    clock.move_to(END - SECOND)
    service.post(make_ctx(PUBLIC), window, text="In time", mode=Mode.ANONYMOUS)
    clock.move_to(END)
    with pytest.raises(Conflict, match="closed on Wednesday, 9 December 2026 at 24:00"):
        service.post(make_ctx(PUBLIC), window, text="Too late", mode=Mode.ANONYMOUS)


def test_a_comment_before_the_opening_is_told_the_moment(ctx, world, public):
    opens = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    window = rows.window(ctx.session, world.version, opens_at=opens)
    with pytest.raises(Conflict, match="from Tuesday, 1 December 2026, 09:00 CET"):
        service.post(public, window, text="Early", mode=Mode.ANONYMOUS)


def test_extending_needs_a_later_day_and_a_reason_and_tells_those_asked(secretary, window):
    with pytest.raises(Invalid, match="can only be extended"):
        service.extend_window(secretary, window, closes_on=date(2026, 12, 9), reason="Holidays")
    with pytest.raises(Invalid, match="cannot be empty"):
        service.extend_window(secretary, window, closes_on=date(2026, 12, 20), reason=" ")
    service.extend_window(secretary, window, closes_on=date(2026, 12, 20), reason="Holidays")
    assert window.closes_on == date(2026, 12, 20)
    assert mails(secretary) == [
        ("comments.extended", "Olga Ombuds"),
        ("comments.extended", "Stan Stakeholder"),
    ]


def test_an_old_form_does_not_extend(secretary, window):
    with pytest.raises(Conflict):
        service.extend_window(
            secretary, window, closes_on=date(2026, 12, 20), reason="Holidays", lock=99
        )


def test_a_window_is_announced_once_at_its_opening_and_once_before_its_end(make_ctx, clock, window):
    told = []
    for at in (END - timedelta(days=10), END - timedelta(days=10), END - timedelta(days=3)):
        clock.move_to(at)
        told.append(service.announce_windows(make_ctx()))
    told.append(service.announce_windows(make_ctx()))
    clock.move_to(END)
    told.append(service.announce_windows(make_ctx()))
    told.append(service.announce_windows(make_ctx()))
    assert [tuple(t.values()) for t in told] == [
        (2, 0, 0),
        (0, 0, 0),
        (0, 2, 0),
        (0, 0, 0),
        (0, 0, 1),
        (0, 0, 0),
    ]
    assert mails(make_ctx()) == [
        ("comments.closed", "Sam Secretary"),
        ("comments.closing", "Olga Ombuds"),
        ("comments.closing", "Stan Stakeholder"),
        ("comments.open", "Olga Ombuds"),
        ("comments.open", "Stan Stakeholder"),
    ]


def test_an_organisation_without_people_is_written_to_at_its_address(ctx, window, world):
    world.alliance.email = "office@example.org"  # has a person: not written to twice
    club = world.ombuds.__class__(
        name="Fictional Club", short_name="FC", kind="civil_society", email="club@example.org"
    )
    ctx.session.add(club)
    ctx.session.flush()
    service.announce_windows(ctx)
    assert mails(ctx) == [
        ("comments.open", "Fictional Club"),
        ("comments.open", "Olga Ombuds"),
        ("comments.open", "Stan Stakeholder"),
    ]


def test_the_calendar_has_the_windows_that_one_sees(ctx, window, public, world):
    [entry] = window_entries(public)
    assert (entry.kind, entry.start, entry.end, entry.deadline) == (
        "window",
        date(2026, 1, 5),
        date(2026, 12, 9),
        True,
    )
    window.audience = Audience.GOVERNMENT
    ctx.session.flush()
    assert list(window_entries(public)) == []


def test_comments_in_a_window_for_some_are_seen_by_these_only(
    ctx, window, world, public, stakeholder, make_ctx
):
    rows.comment(ctx.session, world.version, world.blocks[1], name="Ann Example")
    seen = {}
    for audience in Audience:
        window.audience = audience
        ctx.session.flush()
        seen[audience] = [
            sum(queries.counts(who, world.version).values())
            for who in (public, stakeholder, make_ctx(world.focal))
        ]
    assert seen == {
        Audience.EVERYONE: [1, 1, 1],
        Audience.PARTNERS: [0, 1, 1],
        Audience.GOVERNMENT: [0, 0, 1],
    }


def test_what_waits_is_counted_for_the_secretariat_only(ctx, window, world, secretary, public):
    rows.comment(ctx.session, world.version, state=CommentState.RECEIVED)
    rows.comment(ctx.session, world.version)
    rows.answer(ctx.session, rows.comment(ctx.session, world.version), released=False)
    [waits] = queries_answers.unanswered(secretary)
    assert (waits.window, waits.waiting, waits.unanswered, waits.prepared) == (window, 1, 2, 1)
    assert queries_answers.unanswered(public) == []
    assert queries_windows.open_windows(public) == [window]
    with pytest.raises(NotFound):
        queries_windows.get_window(public, window.id + 1)
