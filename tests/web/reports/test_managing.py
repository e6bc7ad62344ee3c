"""The secretariat's acts on a report, and the addendum."""

from __future__ import annotations

import pytest

from nmrf.cycles.models import Stage
from nmrf.paths import ROOT
from nmrf.recommendations.models import Position
from nmrf.recommendations.parts import PartPlan, split
from nmrf.reports import service
from nmrf.reports.models import Report, ReportVersion, VersionState
from tests.web.pages import errors, flashes, forms, texts, tree

REAL = ROOT / "tests/data/reports/svn-wg48-national-report.docx"


def state_of(database, version):
    with database.reading() as session:
        return session.get_one(ReportVersion, version.id).state


def test_creating_a_report(client_for, ctx, world, database):
    ctx.session.commit()
    client = client_for(world.secretary)
    page = client.post(
        "/reports/new",
        data={
            "cycle_id": str(world.cycle.id),
            "kind": "national_report",
            "title": "The report",
            "answers_cycle_id": "0",
            "word_limit": "10700",
        },
        follow_redirects=True,
    )
    assert flashes(page) == [
        "The report has its first draft, with the chapters that the UN suggests."
    ]
    assert texts(page, "//h1") == ["The report"]


def test_a_wrong_order_is_shown_at_its_field(client_for, ctx, world):
    ctx.session.commit()
    page = client_for(world.secretary).post(
        f"/reports/{world.report.id}/settings",
        data={"title": "x", "answers_cycle_id": "0", "word_limit": "1", "running_order": "1 to 5"},
    )
    assert page.status_code == 422
    assert errors(page)[0].startswith("Order of running numbers: “1” is not a range")


def test_changing_the_settings(client_for, ctx, world, database):
    ctx.session.commit()
    page = client_for(world.secretary).post(
        f"/reports/{world.report.id}/settings",
        data={
            "title": "Renamed",
            "answers_cycle_id": "0",
            "word_limit": "0",
            "running_order": "140.1-4",
        },
        follow_redirects=True,
    )
    assert texts(page, "//h1") == ["Renamed"]
    with database.reading() as session:
        report = session.get_one(Report, world.report.id)
        assert (report.word_limit, report.running_order) == (0, "140.1-4")


def test_the_way_of_a_report(client_for, ctx, world, database):
    ctx.session.commit()
    client = client_for(world.secretary)
    base = f"/reports/versions/{world.draft.id}"
    lock = world.draft.lock
    client.post(f"{base}/freeze", data={"lock": str(lock)})
    assert state_of(database, world.draft) is VersionState.FROZEN
    stale = client.post(f"{base}/publish", data={"lock": str(lock)})
    assert (stale.status_code, state_of(database, world.draft)) == (409, VersionState.FROZEN)
    client.post(f"{base}/publish", data={"lock": str(lock + 1)})
    refused = client.post(f"{base}/submitted", data={"symbol": "A/HRC/WG.6/48/SVN/1"})
    assert refused.status_code == 422
    assert "Version 1 has not been sent along a route of validation." in refused.text
    opened = client.post(f"{base}/next", data={"note": "After the comments"})
    assert opened.status_code == 303
    page = client.get(f"/reports/{world.report.id}")
    assert texts(page, "//ol[@class='history']/li/p[1]/a") == [
        "Version 2, draft",
        "Version 1, published",
    ]
    assert texts(page, "//*[@class='history-note']") == ["After the comments"]
    again = client.post(f"{base}/next", data={})
    assert again.status_code == 422
    sent = client.post(
        f"{base}/submitted", data={"symbol": "A/HRC/WG.6/48/SVN/1", "because": "It was late."}
    )
    assert sent.status_code == 303
    assert "It was late." in client.get(f"/reports/{world.report.id}").text
    assert "It was late." not in client_for().get(f"/reports/{world.report.id}").text
    assert state_of(database, world.draft) is VersionState.SUBMITTED
    assert "A/HRC/WG.6/48/SVN/1" in texts(client_for().get("/reports"), "//*[@class='symbol']")


def test_nobody_sees_a_button_that_refuses(client_for, ctx, world):
    service.freeze(ctx, world.draft)
    ctx.session.commit()
    address = f"/reports/{world.report.id}"
    version = "/reports/versions/N"
    assert {
        who: sorted(forms(client_for(getattr(world, who)).get(address)))
        for who in ("secretary", "drafter", "focal", "ombudsman")
    } == {
        "secretary": [
            "/reports/N/relink",
            f"{version}/next",
            f"{version}/publish",
            f"{version}/submitted",
        ],
        "drafter": ["/reports/N/relink", f"{version}/next"],
        "focal": [],
        "ombudsman": [],
    }


@pytest.mark.parametrize("who", ["drafter", "focal", "minister", "member", "stranger", None])
def test_others_do_none_of_it(client_for, ctx, world, database, who):
    ctx.session.commit()
    client = client_for(getattr(world, who) if who else None)
    for tail in ("freeze", "publish", "submitted"):
        page = client.post(f"/reports/versions/{world.draft.id}/{tail}", data={})
        assert page.status_code in {302, 403, 404, 422}
    assert client.post("/reports/new", data={}).status_code in {302, 403}
    assert client.get(f"/reports/{world.report.id}/settings").status_code in {302, 403, 404}
    assert state_of(database, world.draft) is VersionState.DRAFT


def test_importing_a_word_file(client_for, ctx, world, database):
    ctx.session.commit()
    client = client_for(world.drafter)
    address = f"/reports/{world.report.id}/import"
    with REAL.open("rb") as file:
        read = client.post(address, data={"file": (file, REAL.name)})
    assert read.status_code == 303
    page = client.get(read.location)
    facts = dict(zip(texts(page, "//dl//dt"), texts(page, "//dl//dd"), strict=True))
    assert {
        k: facts[k]
        for k in ("Chapters", "Sections", "Paragraphs", "Lines that name recommendations")
    } == {
        "Chapters": "6",
        "Sections": "14",
        "Paragraphs": "151",
        "Lines that name recommendations": "14",
    }
    assert len(texts(page, "//table/tbody/tr")) == 14
    done = client.post(read.location, follow_redirects=True)
    assert flashes(done) == ["The file is in version 1."]
    assert len(texts(done, "//li[contains(@class, 'outline-line')]")) == 185
    assert client_for(world.secretary).get(read.location).status_code == 200
    assert client_for(world.focal).get(read.location).status_code == 403


def test_a_file_that_is_no_report_is_refused_at_its_field(client_for, ctx, world, tmp_path):
    ctx.session.commit()
    wrong = tmp_path / "report.docx"
    wrong.write_bytes(b"not a Word file")
    address = f"/reports/{world.report.id}/import"
    with wrong.open("rb") as file:
        page = client_for(world.drafter).post(address, data={"file": (file, "report.docx")})
    assert page.status_code == 422
    assert errors(page) == [
        "Word file (.docx): This is not a Word document. Save it in Word as .docx and send that."
    ]
    empty = client_for(world.drafter).post(address, data={})
    assert (empty.status_code, errors(empty)) == (422, ["Word file (.docx): Choose a file."])


def test_no_other_file_of_the_store_is_read_as_a_report(client_for, ctx, world):
    ctx.session.commit()
    assert client_for(world.drafter).get(f"/reports/{world.report.id}/import/77").status_code == 404


def test_the_addendum_lists_its_gaps_first(client_for, ctx, world):
    _one, _two, three, four = world.recommendations
    three.position, four.position = Position.NOTED, Position.PENDING
    three.justification = "It needs a <b>debate</b>."
    ctx.session.commit()
    address = f"/cycles/{world.cycle.id}/addendum"
    page = client_for(world.focal).get(address)
    assert texts(page, "//section[@id='pending']//li") == ["140.4"]
    assert texts(page, "//main//section/h2") == [
        "Supported recommendations 2",
        "Noted recommendations 1",
    ]
    assert texts(page, "//section[@id='noted']//div[@class='answer text']/p") == [
        "140.3",
        "It needs a <b>debate</b>.",
    ]
    assert client_for(world.focal).get(f"{address}/word").status_code == 409
    four.position = Position.SUPPORTED
    ctx.session.commit()
    assert client_for(world.focal).get(f"{address}/word").data[:2] == b"PK"


def test_parts_stand_in_their_groups_and_the_number_counts_once(client_for, ctx, world):
    two = world.recommendations[1]
    for one in world.recommendations[2:]:
        one.position = Position.SUPPORTED
    split(
        ctx,
        two,
        [PartPlan("Ratify", Position.SUPPORTED), PartPlan("now", Position.NOTED, "After a vote")],
    )
    ctx.session.commit()
    address = f"/cycles/{world.cycle.id}/addendum"
    page = client_for(world.focal).get(address)
    assert texts(page, "//main//section/h2") == [
        "Supported recommendations 4",
        "Noted recommendations 1",
    ]
    assert texts(page, "//section[@id='noted']//div[@class='answer text']/p") == [
        "140.2 (b)",
        "After a vote",
    ]
    facts = texts(page, "//dl[contains(@class, 'facts')]//dd")
    assert facts[:3] == ["4", "3", "1"]
    assert "Answered in parts: 140.2." in page.text
    assert client_for(world.focal).get(f"{address}/word").data[:2] == b"PK"


def test_positions_are_public_after_the_adoption(client_for, ctx, world):
    address = f"/cycles/{world.cycle.id}/addendum"
    ctx.session.commit()
    assert client_for(world.member).get(address).status_code == 403
    world.cycle.stage = Stage.FOLLOW_UP
    ctx.session.commit()
    assert client_for().get(address).status_code == 200


def test_every_page_has_one_heading_and_labels(client_for, ctx, published, second):
    client = client_for(published.secretary)
    for address in (
        "/reports",
        "/reports/new",
        f"/reports/{published.report.id}",
        f"/reports/{published.report.id}/settings",
        f"/reports/{published.report.id}/import",
        f"/reports/versions/{second.id}",
        f"/reports/versions/{second.id}/desk",
        f"/reports/versions/{second.id}/gaps",
        f"/reports/versions/{second.id}/redline",
        f"/reports/blocks/{second.blocks[1].id}",
        f"/reports/blocks/{second.blocks[1].id}/after",
        f"/reports/blocks/{second.blocks[1].id}/updates",
        f"/cycles/{published.cycle.id}/addendum",
    ):
        page = client.get(address)
        shown = tree(page)
        ids = shown.xpath("//@id")
        labelled = set(shown.xpath("//label/@for"))
        fields = shown.xpath(
            "//main//*[self::textarea or self::select or self::input[not(@type='hidden')]]/@id"
        )
        assert (page.status_code, len(shown.xpath("//h1")), len(ids) - len(set(ids))) == (
            200,
            1,
            0,
        ), address
        assert [field for field in fields if field not in labelled] == [], address
