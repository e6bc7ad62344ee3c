"""Reading reports: who sees which version, how it looks, how many statements it takes."""

from __future__ import annotations

import pytest

from nmrf.reports import drafting, margins, service, sourcing
from tests.factories import reports as report_factories
from tests.queries import count_statements
from tests.service.reports.conftest import TEXTS, block
from tests.web.pages import flashes, text, texts, tree


def url(version, tail=""):
    return f"/reports/versions/{version.id}{tail}"


def paragraphs(page):
    """Number and words of each paragraph."""
    return [
        (
            text(p.xpath(".//*[@class='para-number']")[0]).removeprefix("Paragraph "),
            text(p.xpath(".//*[contains(@class, 'para-text')]")[0]),
        )
        for p in tree(page).xpath("//article[@class='para']")
    ]


def test_the_list_shows_the_newest_open_version(client_for, published):
    shown = {
        who: texts(client_for(person).get("/reports"), "//main//ul[@class='rows']//p[2]/a")
        for who, person in {"public": None, "drafter": published.drafter}.items()
    }
    assert shown == {"public": ["Version 1"], "drafter": ["Version 2"]}


def test_an_empty_list_says_what_will_be_here(client_for, ctx, world):
    ctx.session.commit()
    page = client_for().get("/reports")
    assert texts(page, "//*[@class='empty-title']") == ["No report has been published yet"]


def test_a_published_version_is_read_by_everyone(client_for, published):
    page = client_for().get(url(published.draft))
    assert page.status_code == 200
    assert texts(page, "//h1") == ["National report"]
    assert texts(page, "//div[@class='report']//*[self::h2 or self::h3]") == [
        "I. Introduction",
        "II. Implementation",
        "A. Equality",
        "B. Health",
    ]
    assert paragraphs(page) == [
        (str(n), words) for n, words in enumerate((t for t in TEXTS if t[0] not in "#("), start=1)
    ]
    assert texts(page, "//*[@class='gap']") == []


@pytest.mark.parametrize("who", [None, "member", "stranger"])
def test_a_draft_is_nowhere_for_those_outside(client_for, published, second, who):
    client = client_for(getattr(published, who) if who else None)
    for tail in ("", "/redline", "/word", "/desk", "/gaps"):
        assert client.get(url(second, tail)).status_code == 404
    assert client.get(f"/reports/blocks/{second.blocks[0].id}").status_code == 404
    page = client.get(f"/reports/{published.report.id}")
    assert texts(page, "//ol[@class='history']//a")[0] == "Version 1, published"
    assert client.get(url(published.draft, f"/redline?against={second.id}")).status_code == 404


def test_a_frozen_version_is_for_government_nhri_and_parliament(client_for, ctx, world):
    service.freeze(ctx, world.draft)
    ctx.session.commit()
    people = {"focal": 200, "minister": 200, "ombudsman": 200, "member": 404, "stranger": 404}
    assert {
        who: client_for(getattr(world, who)).get(url(world.draft)).status_code for who in people
    } == people


def test_markup_is_shown_and_html_is_not(client_for, ctx, world):
    law = block(world.draft, "A law")
    drafting.edit_block(
        ctx,
        law,
        lock=1,
        text="<script>alert(1)</script> **bold** [x](javascript:alert(1)) [y](https://example.org)",
    )
    service.publish(ctx, world.draft)
    ctx.session.commit()
    page = client_for().get(url(world.draft))
    [words] = tree(page).xpath(f"//*[@id='p{law.paragraph_id}']//*[contains(@class, 'para-text')]")
    assert text(words) == "<script>alert(1)</script> bold [x](javascript:alert(1)) y"
    assert [child.tag for child in words.iter()][1:] == ["p", "strong", "a"]


def test_arabic_and_chinese_are_read_in_their_own_direction(client_for, ctx, world):
    arabic, chinese = "تعمل الحكومة على تعزيز حقوق الإنسان.", "政府致力于促进人权。"
    drafting.add(ctx, world.draft, f"{arabic}\n\n{chinese}", after=block(world.draft, "A law"))
    service.publish(ctx, world.draft)
    ctx.session.commit()
    page = client_for().get(url(world.draft))
    assert [words for _n, words in paragraphs(page)][2:4] == [arabic, chinese]
    assert set(tree(page).xpath("//*[contains(@class, 'para-text')]/@dir")) == {"auto"}


def test_sources_and_citations_are_joints(client_for, ctx, world):
    law = block(world.draft, "A law")
    update = report_factories.snapshot(ctx.session, world.recommendations[0], world.moj)
    sourcing.pull(ctx, law, [update.id], mode="link", lock=1)
    line = block(world.draft, "(Recommendations")
    drafting.edit_block(ctx, line, lock=1, text="(Recommendations 1, 99)")
    service.publish(ctx, world.draft)
    ctx.session.commit()
    public = client_for().get(url(world.draft))
    sources = "//*[@class='para-sources']//*[@class='joint']"
    assert texts(public, sources) == ["Update MJ, 5 Jan 2026 on 140.1"]
    assert tree(public).xpath(f"{sources}//a") == []
    owner = client_for(world.drafter).get(url(world.draft))
    assert tree(owner).xpath(f"{sources}//a/@href")[0] == f"/updates/{update.update_id}"
    assert texts(public, "//ul[@class='cited']/li") == ["140.1", "99"]
    assert texts(public, "//ul[@class='cited']/li[@class='gap']") == ["99"]


def test_comments_stand_in_the_margin(client_for, ctx, published, monkeypatch):
    law = block(published.draft, "A law")
    monkeypatch.setitem(
        margins.margins, "test", lambda _ctx, _version: {law.paragraph_id: (2, "/there")}
    )
    page = client_for().get(url(published.draft))
    assert texts(page, "//*[@class='para-count']") == ["2 comments (Paragraph 2)"]
    assert tree(page).xpath("//*[@class='para-count']/a/@href") == ["/there"]


def test_what_hangs_on_a_version_is_linked(client_for, published, monkeypatch):
    monkeypatch.setitem(
        margins.links,
        "test",
        lambda _ctx, _version: [margins.Link("Comments", "open until Friday", "/there")],
    )
    for address in (url(published.draft), f"/reports/{published.report.id}"):
        page = client_for().get(address)
        assert texts(page, "//main//ul[@class='rows']//*[@class='joint']") == [
            "Version 1 leads to Comments open until Friday"
        ]


def test_a_removed_paragraph_leaves_its_place(client_for, ctx, published, second, secretary):
    law = block(second, "A law")
    drafting.remove(ctx, law, why="Out of date")
    service.publish(secretary, second)
    third = service.open_next_version(secretary, second)
    service.publish(secretary, third)
    ctx.session.commit()
    client = client_for()
    gone = f"//*[@id='p{law.paragraph_id}']"
    assert texts(client.get(url(second)), gone) == ["Removed in version 2. Out of date"]
    assert texts(client.get(url(third)), gone) == []


def test_the_redline_names_what_happened(client_for, ctx, published, second, secretary):
    law, courts = block(second, "A law"), block(second, "The courts")
    drafting.edit_block(
        ctx, law, lock=1, text="A good law against discrimination was adopted in 2025."
    )
    drafting.remove(ctx, courts)
    drafting.add(ctx, second, "A <b>new</b> one.", after=block(second, "Every region"))
    service.publish(secretary, second)
    ctx.session.commit()
    page = client_for().get(url(second, "/redline"))
    heads = texts(page, "//*[@class='change-head']")
    assert heads == ["Paragraph 2 reworded", "Paragraph 3 removed", "Paragraph 4 new"]
    assert texts(page, "//*[@class='change change-reworded']//ins") == ["[added: good ]"]
    assert texts(page, "//*[@class='change change-new']//ins") == ["[added: A <b>new</b> one.]"]
    assert texts(page, "//*[@class='unchanged']") == [
        "1 paragraph unchanged",
        "1 paragraph unchanged",
    ]
    everything = client_for().get(url(second, "/redline?all=1"))
    assert len(texts(everything, "//*[@class='same text']")) == 3


def test_the_redline_goes_from_the_older_to_the_newer(
    client_for, ctx, published, second, secretary
):
    drafting.edit_block(ctx, block(second, "A law"), lock=1, text="Nothing.")
    service.publish(secretary, second)
    ctx.session.commit()
    pages = [
        client_for().get(url(a, f"/redline?against={b.id}"))
        for a, b in ((second, published.draft), (published.draft, second))
    ]
    assert [texts(page, "//ins")[1:] for page in pages] == [["[added: Nothing]"]] * 2


def test_the_first_version_has_nothing_before_it(client_for, published):
    page = client_for().get(url(published.draft, "/redline"))
    assert texts(page, "//*[@class='empty-title']") == ["Nothing to compare with"]


def test_versions_of_different_reports_are_not_compared(client_for, ctx, published):
    other = report_factories.report(ctx.session, published.cycle, title="Other")
    version = report_factories.version(ctx.session, other, ["x"], state="public")
    ctx.session.commit()
    page = client_for().get(url(published.draft, f"/redline?against={version.id}"))
    assert page.status_code == 422


def test_the_word_file_is_downloaded(client_for, published):
    page = client_for().get(url(published.draft, "/word"))
    assert page.headers["Content-Disposition"] == (
        'attachment; filename="svn-wg48-national_report-v1.docx"'
    )
    assert page.data[:2] == b"PK"


@pytest.mark.parametrize("annex", ["grid", "consultations"])
def test_the_annexes_are_downloaded_by_drafters(client_for, published, annex):
    page = client_for(published.drafter).get(url(published.draft, f"/annex/{annex}"))
    assert page.headers["Content-Disposition"] == (
        f'attachment; filename="svn-wg48-national_report-v1-{annex}.docx"'
    )
    assert page.data[:2] == b"PK"
    assert (
        client_for(published.focal).get(url(published.draft, f"/annex/{annex}")).status_code == 403
    )


def long_report(ctx, world, length):
    """A public version with this many paragraphs, each with an owner, a source and a number."""
    report = report_factories.report(ctx.session, world.cycle, title=f"{length} paragraphs")
    texts_ = ["# One", "(Recommendations 1–4)", *(f"Paragraph {n}." for n in range(length))]
    version = report_factories.version(ctx.session, report, texts_)
    for n, one in enumerate(version.blocks[2:]):
        one.owner_id = world.moj.id
        one.recommendations = [world.recommendations[n % 4]]
        if n < 3:
            one.sources = [
                report_factories.snapshot(ctx.session, world.recommendations[n], world.moj)
            ]
    ctx.session.flush()
    service.publish(ctx, version)
    ctx.session.commit()
    return version


@pytest.mark.parametrize(
    ("tail", "most"),
    [
        *(("", 12), ("/redline?all=1", 12), ("/word", 12), ("/gaps", 12), ("/desk", 16)),
        *(("/annex/grid", 14), ("/annex/consultations", 14)),
    ],
)
def test_the_number_of_statements_does_not_grow(client_for, ctx, world, database, tail, most):
    counted = []
    for length in (3, 60):
        version = long_report(ctx, world, length)
        with count_statements(database) as sent:
            assert client_for(world.drafter).get(url(version, tail)).status_code == 200
        counted.append(len([s for s in sent if s.startswith("SELECT")]))
    assert counted[0] == counted[1]
    assert counted[0] <= most


def test_the_list_asks_once_for_all_reports(client_for, ctx, world, database):
    counted = []
    for length in (1, 1, 1):
        long_report(ctx, world, length)
        with count_statements(database) as sent:
            client_for().get("/reports")
        counted.append(len([s for s in sent if s.startswith("SELECT")]))
    assert counted == [counted[0]] * 3


def test_three_hundred_paragraphs_are_a_page_of_moderate_size(client_for, ctx, world):
    page = client_for().get(url(long_report(ctx, world, 300)))
    assert len(paragraphs(page)) == 300
    assert len(page.data) < 400_000


def test_a_draft_shows_gaps_to_those_who_write(client_for, published, second):
    page = client_for(published.drafter).get(url(second))
    assert texts(page, "//*[@class='gap']") == ["no source named yet"] * 4


def test_relinking_needs_a_drafter(client_for, published):
    address = f"/reports/{published.report.id}/relink"
    assert client_for(published.member).post(address).status_code == 403
    page = client_for(published.drafter).post(address, follow_redirects=True)
    assert flashes(page) == ["The citations were read again. Every number was found."]


SINCE = "//a[text()='What changed since you last looked']/@href"


def test_whoever_comes_back_is_led_to_what_changed(client_for, published, second, clock):
    client = client_for(published.drafter)
    assert tree(client.get(url(published.draft))).xpath(SINCE) == []
    newer = client.get(url(second))
    [link] = tree(newer).xpath(SINCE)
    assert link == url(second, f"/redline?against={published.draft.id}")
    assert client.get(link).status_code == 200
    assert tree(client.get(url(second))).xpath(SINCE) == [link]  # still today
    assert tree(client.get(url(published.draft))).xpath(SINCE) == []
    clock.advance(days=1)
    assert tree(client.get(url(second))).xpath(SINCE) == []


def test_what_somebody_read_is_kept_for_nobody_else(client_for, published, second):
    client = client_for(published.drafter)
    client.get(url(published.draft))
    kept = client.get_cookie("seen")
    other = client_for(published.secretary)
    other.set_cookie("seen", kept.value)
    assert tree(other.get(url(second))).xpath(SINCE) == []
    public = client_for()
    public.set_cookie("seen", "forged")
    assert "Set-Cookie" not in public.get(url(published.draft)).headers
