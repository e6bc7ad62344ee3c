"""The mail log and the caught mail of a demonstration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from nmrf.app import create_app
from nmrf.core.roles import Role
from nmrf.outbox.models import Delivery, Message, MessageState
from tests import factories
from tests.factories.outbox import message
from tests.queries import count_statements
from tests.web.pages import flashes, forms, rows, text, texts, tree


@pytest.fixture
def operator(ctx):
    return factories.person(ctx.session, Role.SECRETARIAT, factories.institution(ctx.session))


@pytest.fixture
def mails(ctx, operator):
    """One of each state; the sent one held a personal link."""
    s = ctx.session
    sent = message(
        s,
        "ana@example.org",
        subject="Your link",
        kind="accounts.invited",
        state=MessageState.SENT,
        sensitive=True,
        body="",
        sent_at=ctx.now,
        person_id=operator.id,
    )
    waiting = message(s, "bor@example.org", subject="A date comes up")
    failed = message(
        s,
        "cene@example.org",
        subject="An invitation",
        state=MessageState.FAILED,
        attempts=2,
        body="Dear Cene,\n<b>come</b>\n",
    )
    for n, code in enumerate((451, 550)):
        at = ctx.now + timedelta(minutes=n)
        s.add(Delivery(message_id=failed.id, at=at, delivered=False, code=code, detail="no"))
    s.commit()
    return sent, waiting, failed


def test_the_log_lists_all_mail_newest_first(client_for, operator, mails):
    page = client_for(operator).get("/mail")
    assert rows(page) == ["An invitation", "A date comes up", "Your link"]
    assert rows(page, 3) == ["Not delivered", "Waiting", "Sent"]


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("state=failed", ["An invitation"]),
        ("state=failed&state=queued", ["An invitation", "A date comes up"]),
        ("kind=accounts.invited", ["Your link"]),
        ("q=BOR@", ["A date comes up"]),
        ("q=%25", []),
        ("state=unheard-of", ["An invitation", "A date comes up", "Your link"]),
    ],
)
def test_the_log_is_narrowed(client_for, operator, mails, query, subjects):
    assert rows(client_for(operator).get(f"/mail?{query}")) == subjects


def test_the_log_of_one_person(client_for, operator, mails):
    page = client_for(operator).get(f"/mail?person={operator.id}")
    assert rows(page) == ["Your link"]


def test_the_counts_beside_the_choices(client_for, operator, mails):
    page = client_for(operator).get("/mail?state=failed")
    choices = texts(page, "//label[starts-with(@for, 'facet-state')]")
    assert choices == ["Waiting 1", "Being sent 0", "Sent 1", "Not delivered 1"]


def test_trouble_is_said_above_the_list(client_for, operator, mails):
    page = client_for(operator).get("/mail")
    assert texts(page, "//main//*[contains(@class, 'notice')]//li") == [
        "1 mail was not delivered: open it to see why and to send it again.",
        "1 mail should have gone long ago. See under Jobs whether the scheduler runs.",
    ]


@pytest.mark.parametrize("path", ["/mail", "/mail/1"])
def test_only_those_who_operate_the_service_see_mail(client_for, ctx, operator, mails, path):
    stranger = factories.person(
        ctx.session, Role.FOCAL_POINT, factories.institution(ctx.session, "Ministry of Justice")
    )
    ctx.session.commit()
    assert client_for(stranger).get(path).status_code == 403
    assert client_for().get(path).status_code == 302


def test_one_mail_shows_its_text_and_every_try(client_for, operator, mails):
    page = client_for(operator).get(f"/mail/{mails[2].id}")
    assert texts(page, "//div[@class='sheet']") == ["Dear Cene,<b>come</b>"]
    assert texts(page, "//ol[@class='timeline']//p") == [
        "The mail server refused it with code 550.",
        "The mail server refused it with code 451.",
    ]
    assert "you hold an office." in text(tree(page).xpath("//aside")[0])


def test_a_personal_link_is_shown_to_nobody(client_for, ctx, operator, mails):
    mails[1].sensitive, mails[1].body = True, "https://nmrf.test/set-password/secret"
    ctx.session.commit()
    page = client_for(operator).get(f"/mail/{mails[1].id}")
    assert "set-password/secret" not in page.get_data(as_text=True)
    assert texts(page, "//div[@class='sheet']") == []


@pytest.fixture
def commenter(ctx):
    """An undelivered mail to somebody whose name only the secretariat knows."""
    mail = message(
        ctx.session,
        "nina@example.org",
        kind="comments.withheld",
        to_name="Nina Novak",
        subject="Your comment is not shown",
        body="Dear Nina Novak,\nReason: too long.\n",
        why="you left this address.",
        state=MessageState.FAILED,
        attempts=1,
    )
    detail = "mailbox of nina is full"
    ctx.session.add(
        Delivery(message_id=mail.id, at=ctx.now, delivered=False, code=552, detail=detail)
    )
    ctx.session.commit()
    return mail


@pytest.fixture
def administrator(ctx):
    made = factories.person(
        ctx.session, Role.ADMINISTRATOR, factories.institution(ctx.session, "Computing Centre")
    )
    ctx.session.commit()
    return made


def test_the_secretariat_reads_mail_to_commenters(client_for, operator, mails, commenter):
    client = client_for(operator)
    assert rows(client.get("/mail?q=nina")) == ["Your comment is not shown"]
    assert rows(client.get("/mail?kind=comments.withheld")) == ["Your comment is not shown"]
    page = client.get(f"/mail/{commenter.id}")
    assert texts(page, "//div[@class='sheet']") == ["Dear Nina Novak,Reason: too long."]
    assert "mailbox of nina is full" in text(tree(page))


def test_an_administrator_sees_of_mail_to_commenters_only_how_it_stands(
    client_for, administrator, mails, commenter
):
    client = client_for(administrator)
    log = client.get("/mail")
    assert rows(log)[0] == "A mail to a commenter"
    assert rows(log, 3)[0] == "Not delivered"
    page = client.get(f"/mail/{commenter.id}")
    assert texts(page, "//h1") == ["A mail to a commenter"]
    assert texts(page, "//ol[@class='timeline']//p") == [
        "The mail server refused it with code 552."
    ]
    for answer in (log, page):
        said = answer.get_data(as_text=True)
        for secret in ("nina", "Nina", "is not shown", "too long", "withheld", "this address."):
            assert secret not in said


@pytest.mark.parametrize(
    "query", ["q=nina", "q=Novak", "q=not+shown", "kind=comments.withheld", "person={person}"]
)
def test_an_administrator_finds_no_commenter(
    client_for, ctx, administrator, operator, commenter, query
):
    commenter.person_id = operator.id
    ctx.session.commit()
    page = client_for(administrator).get(f"/mail?{query.format(person=operator.id)}")
    assert rows(page) == []
    assert texts(page, "//label[starts-with(@for, 'facet-state')]")[-1] == "Not delivered 0"
    assert texts(page, "//label[starts-with(@for, 'facet-kind')]") == []


def test_an_administrator_sends_mail_to_a_commenter_again(
    client_for, ctx, administrator, commenter
):
    client = client_for(administrator)
    assert rows(client.get("/mail?state=failed")) == ["A mail to a commenter"]
    assert forms(client.get(f"/mail/{commenter.id}")) == ["/mail/N/retry"]
    assert client.post(f"/mail/{commenter.id}/retry").status_code == 302
    ctx.session.expire_all()
    assert ctx.session.get(Message, commenter.id).state == MessageState.QUEUED


def test_a_visitor_of_the_demonstration_reads_no_mail_to_commenters(
    settings, clock, database, ctx, mails, commenter
):
    app = create_app(settings.model_copy(update={"demo": True}), clock=clock, database=database)
    page = app.test_client().get("/caught-mail")
    assert texts(page, "//article//h2") == ["An invitation", "A date comes up", "Your link"]


def test_an_undelivered_mail_is_sent_again(client_for, ctx, operator, mails):
    client = client_for(operator)
    address = f"/mail/{mails[2].id}"
    assert forms(client.get(address)) == ["/mail/N/retry"]
    assert forms(client.get(f"/mail/{mails[1].id}")) == []
    answer = client.post(f"{address}/retry")
    assert (answer.status_code, answer.location) == (302, address)
    assert flashes(client.get(address)) == ["The mail waits again and goes out with the next run."]
    ctx.session.expire_all()
    assert ctx.session.get(Message, mails[2].id).state == MessageState.QUEUED


def test_a_mail_that_does_not_exist(client_for, operator, mails):
    client = client_for(operator)
    assert client.get("/mail/999").status_code == 404
    assert client.post("/mail/999/retry").status_code == 404


def test_statements_do_not_grow_with_the_rows(client_for, ctx, operator, database):
    counts = []
    ctx.session.commit()
    for n in (1, 3):
        for _row in range(n):
            message(ctx.session)
        ctx.session.commit()
        with count_statements(database) as sent:
            assert len(rows(client_for(operator).get("/mail"))) == (1 if n == 1 else 4)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_there_is_no_caught_mail_in_earnest(client_for, operator, mails):
    assert client_for(operator).get("/caught-mail").status_code == 404


def test_a_visitor_of_the_demonstration_follows_links(settings, clock, database, ctx):
    message(ctx.session, subject="Your link", sensitive=True, body="Go to http://nmrf.test/set/x")
    message(ctx.session, subject="<i>Later</i>", body="Dear you,\n<script>x</script>\n")
    ctx.session.commit()
    app = create_app(settings.model_copy(update={"demo": True}), clock=clock, database=database)
    page = app.test_client().get("/caught-mail")
    assert texts(page, "//article//h2") == ["<i>Later</i>", "Your link"]
    assert tree(page).xpath("//article//a/@href") == ["http://nmrf.test/set/x"]
    assert tree(page).xpath("//article//script") == []


def test_demonstration_mail_keeps_its_links(settings, clock, database, ctx, house):
    from dataclasses import replace

    from nmrf.outbox.sending import send_due
    from nmrf.outbox.smtp import MemoryTransport

    message(ctx.session, sensitive=True)
    ctx.session.commit()
    shown = replace(house, settings=settings.model_copy(update={"demo": True}))
    send_due(database, shown, clock, MemoryTransport())
    with database.reading() as session:
        assert session.scalars(select(Message.body)).one().startswith("Dear Person")
