"""Pages of validation as each side sees them, and what their buttons do."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from nmrf.reports import drafting
from nmrf.reports import service as reports
from nmrf.reports.models import Block, VersionState
from nmrf.validation import service
from nmrf.validation.models import Run, RunState, TaskState
from tests.factories import reports as report_factories
from tests.factories.validation import TEXTS, deliver, task
from tests.queries import count_statements
from tests.web.pages import errors, flashes, forms, texts

BUTTONS = "//main//form//button[@name='outcome']"


def newest_run(database):
    with database.reading() as session:
        return session.scalars(select(Run).order_by(Run.id.desc())).first()


def state_of(database, row):
    with database.reading() as session:
        return session.get(type(row), row.id).state


def test_a_version_is_sent_along_a_route(realm, database, client_for):
    client = client_for(realm.secretary)
    page = client.get(f"/reports/versions/{realm.version.id}/validate")
    assert page.status_code == 200
    assert texts(page, "//table/tbody/tr/th") == [
        "1. Contributing ministries approve all must agree",
        "2. National human rights institution advises advice only",
        "3. Minister approves",
    ]
    assert texts(page, "//table/tbody/tr/td[1]//li") == [
        "Validating authority, Ministry of Health: Vito Authority",
        "Validating authority, Ministry of Justice: Vera Authority",
        "National human rights institution, Ombuds Office: Olga Ombuds",
        "Minister, Ministry of Foreign Affairs: Mira Minister",
    ]
    assert texts(page, "//table/tbody/tr/td[2]") == ["2 Dec 2026", "16 Dec 2026", "25 Jan 2027"]
    answer = client.post(
        f"/reports/versions/{realm.version.id}/validate",
        data={"route": "standard", "lock": realm.version.lock},
    )
    assert answer.status_code == 303
    run = newest_run(database)
    assert answer.location == f"/validation/runs/{run.id}"
    assert flashes(client.get(answer.location)) == [
        "Sent. Those of the first step are asked by mail."
    ]
    assert state_of(database, realm.version) is VersionState.FROZEN
    again = client.get(f"/reports/versions/{realm.version.id}/validate")
    assert texts(again, "//main//a[starts-with(@href, '/validation/runs/')]") == ["Where it stands"]
    assert forms(again) == []


def test_a_route_without_people_is_not_sent(ctx, realm, database, client_for):
    for person in (realm.chair, realm.moj_member):
        person.active = False
    ctx.session.merge(realm.chair).active = False
    ctx.session.merge(realm.moj_member).active = False
    ctx.session.commit()
    client = client_for(realm.secretary)
    url = f"/reports/versions/{realm.version.id}/validate"
    page = client.get(f"{url}?route=slovenia")
    assert texts(page, "//main//div[contains(@class, 'notice')]//li") == [
        "Inter-Ministerial Commission on Human Rights agrees: Committee member"
    ]
    assert forms(page) == []
    answer = client.post(url, data={"route": "slovenia", "lock": realm.version.lock})
    assert answer.status_code == 422
    assert newest_run(database) is None
    assert state_of(database, realm.version) is VersionState.DRAFT


@pytest.mark.parametrize(
    ("who", "buttons"),
    [
        ("moj_authority", ["Approve", "Approve with remarks", "Return"]),
        ("moh_authority", []),
        ("secretary", []),
        ("minister", []),
        ("ombudsman", []),
        ("deputy", []),
    ],
)
def test_only_whoever_is_asked_sees_buttons(realm, started, client_for, who, buttons):
    mine = task(started, "ministries", realm.moj)
    page = client_for(getattr(realm, who)).get(f"/validation/tasks/{mine.id}")
    assert (page.status_code, texts(page, BUTTONS)) == (200, buttons)


@pytest.mark.parametrize("who", ["stranger", "stakeholder"])
def test_strangers_see_nothing(realm, started, client_for, who):
    client = client_for(getattr(realm, who))
    assert client.get("/validation").status_code == 403
    assert client.get(f"/validation/runs/{started.id}").status_code == 403
    assert client.get(f"/validation/tasks/{started.tasks[0].id}").status_code == 404
    assert client.get(f"/reports/versions/{realm.version.id}/validate").status_code == 403
    answer = client.post(f"/validation/tasks/{started.tasks[0].id}", data={"outcome": "approved"})
    assert answer.status_code == 404


def test_the_public_is_asked_to_sign_in(started, client_for):
    assert client_for().get("/validation").location == "/sign-in?next=/validation?"


def test_a_decision_by_its_page(realm, started, database, client_for):
    mine = task(started, "ministries", realm.moj)
    client, url = client_for(realm.moj_authority), f"/validation/tasks/{mine.id}"
    empty = client.post(url, data={"outcome": "returned", "lock": mine.lock})
    assert (empty.status_code, errors(empty)) == (
        422,
        ["Reason or remarks: This cannot be empty."],
    )
    none = client.post(url, data={"reason": "Words", "lock": mine.lock})
    assert (none.status_code, errors(none)) == (
        422,
        ["Choose one of the answers of this step."],
    )
    assert texts(none, "//textarea") == ["Words"]
    done = client.post(
        url, data={"outcome": "approved_with_remarks", "reason": "See ¶1", "lock": mine.lock}
    )
    assert done.status_code == 303
    assert flashes(client.get(done.location)) == [
        "Thank you, this is recorded. 1 other still has to answer."
    ]
    assert state_of(database, mine) is TaskState.APPROVED_WITH_REMARKS
    page = client.get(url)
    assert texts(page, BUTTONS) == []
    assert texts(page, "//section[@id='decision']//blockquote") == ["See ¶1"]
    again = client.post(url, data={"outcome": "approved", "lock": mine.lock})
    assert again.status_code == 422


def test_the_nhri_sees_advice_only_and_no_reasons_of_the_government(
    ctx, realm, started, database, client_for
):
    for at in (realm.moj, realm.moh):
        service.decide(
            ctx, task(started, "ministries", at), TaskState.APPROVED_WITH_REMARKS, "Inside words"
        )
    ctx.session.commit()
    client = client_for(realm.ombudsman)
    url = f"/validation/tasks/{task(started, 'nhri').id}"
    page = client.get(url)
    assert texts(page, BUTTONS) == ["Give this advice"]
    for address in (url, f"/validation/runs/{started.id}", "/validation"):
        assert "Inside words" not in client.get(address).text
    assert "Inside words" in client_for(realm.minister).get(url).text
    forged = client.post(url, data={"outcome": "approved", "reason": "Yes"})
    assert forged.status_code == 403
    given = client.post(url, data={"outcome": "advised", "reason": "Mind detention"})
    assert given.status_code == 303
    assert state_of(database, started) is RunState.RUNNING
    assert texts(client_for(realm.minister).get(url), "//section[@id='decision']//blockquote") == [
        "Mind detention"
    ]


def test_after_a_return_the_pages_say_who_holds_it(ctx, realm, started, client_for):
    service.decide(
        ctx, task(started, "ministries", realm.moj), TaskState.RETURNED, "Figures are missing"
    )
    ctx.session.commit()
    client = client_for(realm.drafter)
    page = client.get("/validation")
    assert texts(page, "//section[@id='returned']//span[contains(@class, 'holder-name')]") == [
        "the drafters"
    ]
    assert texts(page, "//section[@id='returned']//blockquote") == ["Figures are missing"]
    run = client.get(f"/validation/runs/{started.id}")
    assert texts(run, "//main//span[contains(@class, 'holder-name')]") == ["the drafters"]


def test_withdrawing_needs_a_reason(realm, started, database, client_for):
    client, url = client_for(realm.secretary), f"/validation/runs/{started.id}/withdraw"
    empty = client.post(url, data={"lock": started.lock})
    assert (empty.status_code, errors(empty)) == (422, ["Reason: This cannot be empty."])
    assert client_for(realm.minister).post(url, data={"reason": "No"}).status_code == 403
    done = client.post(url, data={"reason": "A chapter is missing", "lock": started.lock})
    assert done.status_code == 303
    assert state_of(database, started) is RunState.WITHDRAWN


def test_an_author_is_told_instead_of_shown_buttons(ctx, realm, client_for):
    from nmrf.reports.models import Block

    block = ctx.session.scalars(
        select(Block).where(Block.version_id == realm.version.id, Block.number == 1)
    ).one()
    block.edited_by_id = realm.moj_authority.id
    run = service.start(ctx, realm.version)
    ctx.session.commit()
    page = client_for(realm.moj_authority).get(
        f"/validation/tasks/{task(run, 'ministries', realm.moj).id}"
    )
    assert texts(page, BUTTONS) == []
    assert "Nobody approves their own text" in page.text


def test_a_version_leads_to_its_validation_and_back(realm, started, client_for):
    client = client_for(realm.secretary)
    page = client.get(f"/reports/versions/{realm.version.id}")
    assert texts(page, f"//a[contains(@href, '/validation/runs/{started.id}')]") == ["Under way"]
    run = client.get(f"/validation/runs/{started.id}")
    assert texts(run, f"//a[@href='/reports/versions/{realm.version.id}']") == ["1"]


@pytest.mark.parametrize("address", ["/validation", "/validation/runs/{run}"])
def test_the_number_of_statements_does_not_grow(ctx, realm, database, client_for, address):
    def ask():
        run = newest_run(database)
        with count_statements(database) as sent:
            page = client_for(realm.secretary).get(address.format(run=run.id))
        assert page.status_code == 200
        return len(sent)

    def another():
        report = report_factories.report(ctx.session, realm.cycle, title="Another")
        report.answers_cycle_id = realm.report.answers_cycle_id
        version = report_factories.version(ctx.session, report, TEXTS)
        run = service.start(ctx, version)
        service.decide(
            ctx, task(run, "ministries", realm.moj), TaskState.APPROVED_WITH_REMARKS, "Words"
        )
        ctx.session.commit()

    another()
    one = ask()
    another()
    another()
    assert ask() == one


def test_an_earlier_approval_is_kept_up_with_one_button(
    ctx, make_ctx, realm, started, database, client_for
):
    for who, at, outcome in (
        (realm.moj_authority, realm.moj, TaskState.APPROVED),
        (realm.moh_authority, realm.moh, TaskState.RETURNED),
    ):
        service.decide(make_ctx(who), task(started, "ministries", at), outcome, "Because")
    following = reports.open_next_version(ctx, realm.version)
    one = ctx.session.scalars(
        select(Block).where(Block.version_id == following.id, Block.number == 2)
    ).one()
    drafting.edit_block(ctx, one, lock=one.lock, text="Two laws were adopted.")
    again = service.start(ctx, following)
    mine = task(again, "ministries", realm.moj)
    ctx.session.commit()
    client = client_for(realm.moj_authority)
    url = f"/validation/tasks/{mine.id}"
    page = client.get(url)
    assert texts(page, "//section[@id='earlier']/h2") == ["You approved this before"]
    assert "two laws were" in " ".join(texts(page, "//section[@id='earlier']//ins")).lower()
    assert texts(page, BUTTONS)[0] == "My approval stands"
    assert "You approved this before" not in client_for(realm.moh_authority).get(
        f"/validation/tasks/{task(again, 'ministries', realm.moh).id}"
    ).get_data(as_text=True)
    answer = client.post(url, data={"outcome": "stands", "lock": mine.lock})
    assert answer.status_code == 303
    assert state_of(database, mine) is TaskState.APPROVED
    assert client.post(url, data={"outcome": "stands", "lock": mine.lock}).status_code == 422
    shown = client_for(realm.drafter).get(url)
    assert "of an earlier round" in shown.get_data(as_text=True)
    old = client_for(realm.secretary).get(f"/validation/runs/{started.id}")
    assert "Round 2 has followed." in old.get_data(as_text=True)


def test_what_silence_would_mean_is_shown_to_all(ctx, realm, started, database, client_for):
    first, second = (task(started, "ministries", one) for one in (realm.moj, realm.moh))
    deliver(ctx.session, ctx.now, first)
    first.silence_is_consent = True
    ctx.session.commit()
    client, url = client_for(realm.ombudsman), f"/validation/runs/{started.id}"
    with count_statements(database) as alone:
        client.get(url)
    second.silence_is_consent = True
    ctx.session.commit()
    with count_statements(database) as both:
        page = client.get(url).get_data(as_text=True)
    assert page.count("No objection by then counts as agreement") == 1
    assert page.count("Silence would not count as agreement yet") == 1
    assert len(alone) == len(both)
