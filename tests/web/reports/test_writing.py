"""The desk and the page of one paragraph, as each person uses them."""

from __future__ import annotations

import pytest

from nmrf.reports import drafting, queries
from nmrf.reports.models import Block
from tests.factories import reports as report_factories
from tests.service.reports.conftest import block
from tests.web.pages import errors, flashes, forms, text, texts, tree


def address(one, tail=""):
    return f"/reports/blocks/{one.id}{tail}"


def stored(database, one):
    with database.reading() as session:
        return session.get_one(Block, one.id).text


def texts_of(database, version):
    with database.reading() as session:
        return [line.text for line in queries.bare_lines(session, version.id) if line.is_live]


TOO_LONG = (
    "Text: This has 20,001 characters; 20,000 at most. Split it with empty lines, or import it "
    "as a Word file."
)


@pytest.fixture
def law(published, second):
    return block(second, "A law")


@pytest.fixture
def ready(published):
    return published


def test_saving_goes_back_to_the_desk(client_for, ready, second, law, database):
    client = client_for(ready.drafter)
    page = client.get(address(law))
    form = {
        name: tree(page).xpath(f"string(//form[@id='edit']//*[@name='{name}']/@value)")
        for name in ("lock", "why")
    }
    saved = client.post(address(law), data={**form, "text": "A new law.", "act": "save"})
    assert saved.status_code == 303
    assert saved.location == f"/reports/versions/{second.id}/desk#p{law.paragraph_id}"
    assert stored(database, law) == "A new law."
    assert flashes(client.get(saved.location)) == ["Saved."]


def test_two_people_and_the_second_sees_both_texts(client_for, ready, law, database):
    one, two = client_for(ready.drafter), client_for(ready.secretary)
    one.post(address(law), data={"lock": "1", "text": "Theirs <b>here</b>."})
    page = two.post(address(law), data={"lock": "1", "text": "Mine <i>here</i>."})
    assert page.status_code == 409
    assert stored(database, law) == "Theirs <b>here</b>."
    shown = tree(page)
    assert text(shown.xpath("//*[@id='conflict']//div[contains(@class, 'text sheet')]")[0]) == (
        "Theirs <b>here</b>."
    )
    assert shown.xpath("//*[@id='conflict']//b | //*[@id='conflict']//i") == []
    assert texts(page, "//*[@id='conflict']//*[@class='redline text']//ins") == [
        "[added: Mine <i]",
        "[added: i]",
    ]
    assert shown.xpath("//textarea[@name='text']")[0].text.strip() == "Mine <i>here</i>."
    lock = shown.xpath("//form[@id='edit']//input[@name='lock']/@value")[0]
    again = two.post(address(law), data={"lock": lock, "text": "Both."})
    assert (again.status_code, stored(database, law)) == (303, "Both.")


def test_splitting_at_empty_lines(client_for, ready, second, law, database):
    client = client_for(ready.drafter)
    page = client.post(
        address(law),
        data={"lock": "1", "text": "One.\r\n\r\nTwo.", "act": "split"},
        follow_redirects=True,
    )
    assert flashes(page) == ["Saved, and split off 1 paragraph."]
    assert texts_of(database, second)[5:7] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"text": ""}, "Text: This cannot be empty. To take it out, remove it."),
        (
            {"text": "x" * 20_001},
            TOO_LONG,
        ),
        (
            {"text": "One piece", "act": "split"},
            "Text: Put an empty line where the paragraph is to be split.",
        ),
        (
            {"text": "x", "why": "y" * 401},
            "Why it changes: Field cannot be longer than 400 characters.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_the_text_is_kept(
    client_for, ready, law, database, sent, message
):
    before = law.text
    page = client_for(ready.drafter).post(address(law), data={"lock": "1", **sent})
    assert page.status_code == 422
    assert errors(page) == [message]
    assert tree(page).xpath("//textarea[@name='text']")[0].text_content().strip() == sent["text"]
    assert stored(database, law) == before


def test_a_paste_beyond_measure_is_refused_and_nothing_breaks(client_for, ready, law, database):
    before = law.text
    page = client_for(ready.drafter).post(
        address(law), data={"lock": "1", "text": "x " * 1_500_000}
    )
    assert page.status_code in {413, 422}
    assert stored(database, law) == before


def test_what_was_shown_cannot_be_opened_for_editing(client_for, ready):
    page = client_for(ready.drafter).get(address(block(ready.draft, "A law")))
    assert page.status_code == 403
    assert texts(page, "//main//p")[1] == (
        "This version has been shown and never changes. Edit the next version."
    )


def test_a_focal_point_edits_the_own_section_only(client_for, ctx, ready, second, law, database):
    drafting.give_section(ctx, block(second, "Equality"), ready.moj)
    ctx.session.commit()
    focal = client_for(ready.focal)
    desk = focal.get(f"/reports/versions/{second.id}/desk")
    assert tree(desk).xpath("//a[@class='outline-edit']/@href") == [
        address(block(second, start)) for start in ("Equality", "(Recom", "A law", "The courts")
    ]
    page = focal.get(address(law))
    assert sorted(forms(page)) == [
        "/reports/blocks/N",
        "/reports/blocks/N/merge",
        "/reports/blocks/N/numbers",
        "/reports/blocks/N/remove",
    ]
    assert (
        focal.post(address(law), data={"lock": "1", "text": "By the ministry."}).status_code == 303
    )
    assert stored(database, law) == "By the ministry."
    other = block(second, "Every region")
    assert focal.get(address(other)).status_code == 403
    assert focal.post(address(other), data={"lock": "1", "text": "x"}).status_code == 403
    assert focal.post(address(law, "/owner"), data={"institution_id": "0"}).status_code == 403
    assert focal.post(address(law, "/move"), data={"to": "up"}).status_code == 403


@pytest.mark.parametrize("who", ["validator", "minister"])
def test_others_of_the_government_have_no_desk(client_for, ready, second, who):
    page = client_for(getattr(ready, who)).get(f"/reports/versions/{second.id}/desk")
    assert page.status_code in {403, 404}


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "/after",
        "/move",
        "/merge",
        "/remove",
        "/owner",
        "/numbers",
        "/updates",
        "/drop-source",
        "/notes",
    ],
)
@pytest.mark.parametrize("who", ["other_focal", "member", "stranger", None])
def test_strangers_change_nothing(client_for, ready, law, database, tail, who):
    before = law.text
    client = client_for(getattr(ready, who) if who else None)
    assert client.post(address(law, tail), data={"lock": "1", "text": "x"}).status_code in {
        403,
        404,
    }
    assert stored(database, law) == before


def test_the_desk_shows_what_is_missing(client_for, ctx, ready, second):
    report_factories.snapshot(ctx.session, ready.recommendations[1], ready.moj)
    ctx.session.commit()
    page = client_for(ready.drafter).get(f"/reports/versions/{second.id}/desk")
    assert texts(page, "//aside//ul[@class='rows']//*[@class='gap']") == [
        "1 update used nowhere",
        "4 recommendations named nowhere",
        "4 paragraphs without a source",
    ]
    assert texts(page, "//table[@class='budget']/tbody/tr") == [
        "I. Introduction9",
        "II. Implementation30",
    ]
    gaps = client_for(ready.drafter).get(f"/reports/versions/{second.id}/gaps")
    assert texts(gaps, "//section[@id='uncited']//strong") == ["140.1", "140.2", "140.3", "140.4"]
    assert len(texts(gaps, "//section[@id='unsourced']//li")) == 4


def test_the_budget_warns_and_never_blocks(client_for, ctx, ready, second, law, database):
    ready.report.word_limit = 30
    ctx.session.commit()
    client = client_for(ready.drafter)
    page = client.get(f"/reports/versions/{second.id}/desk")
    assert texts(page, "//aside//section[1]/p/strong") == ["39 of 30 words: 9 too many."]
    client.post(address(law), data={"lock": "1", "text": "Many more words than before. " * 20})
    assert stored(database, law).startswith("Many more words")


def test_adding_several_paragraphs_at_once(client_for, ready, second, law, database):
    client = client_for(ready.drafter)
    page = client.post(
        address(law, "/after"),
        data={"kind": "paragraph", "text": "One.\n\nTwo.\n\n<script>Three</script>"},
        follow_redirects=True,
    )
    assert flashes(page) == ["Added 3 paragraphs."]
    assert texts_of(database, second)[6:9] == ["One.", "Two.", "<script>Three</script>"]
    refused = client.post(address(law, "/after"), data={"kind": "citation", "text": "no numbers"})
    assert (refused.status_code, len(errors(refused))) == (422, 1)
    assert len(texts_of(database, second)) == 12


def test_moving_and_its_edge(client_for, ready, second, law):
    client = client_for(ready.drafter)
    moved = client.post(address(law, "/move"), data={"to": "down"}, follow_redirects=True)
    assert flashes(moved) == ["Moved down."]
    top = block(second, "Introduction")
    edge = client.post(address(top, "/move"), data={"to": "up"}, follow_redirects=True)
    assert flashes(edge) == ["It already stands at the edge of its part."]


def test_merging_and_removing(client_for, ready, second, law, database):
    client = client_for(ready.drafter)
    merged = client.post(address(law, "/merge"), data={"lock": "1"}, follow_redirects=True)
    assert flashes(merged) == ["The next paragraph now stands at the end of this one."]
    assert stored(database, law).endswith("The courts decided forty cases under it.")
    removed = client.post(address(law, "/remove"), data={"why": "Too long"}, follow_redirects=True)
    assert flashes(removed) == ["Removed. What was said about it stays readable."]
    assert texts(removed, f"//*[@id='p{law.paragraph_id}']//p") == [
        "Removed in version 2: Too long"
    ]


def test_giving_a_section(client_for, ready, second):
    head = block(second, "Equality")
    page = client_for(ready.drafter).post(
        address(head, "/owner"), data={"institution_id": str(ready.moj.id)}, follow_redirects=True
    )
    assert flashes(page) == ["Ministry of Justice now writes this part (4 lines)."]


def test_numbers_notes_and_sources(client_for, ctx, ready, second, law, database):
    update = report_factories.snapshot(ctx.session, ready.recommendations[1], ready.moj)
    ctx.session.commit()
    client = client_for(ready.drafter)
    page = client.post(
        address(law, "/numbers"), data={"numbers": "140.2, 140.77"}, follow_redirects=True
    )
    assert flashes(page) == [
        "Saved. Not in the register: 140.77. They are kept, and found again when the list is imported."
    ]
    assert tree(page).xpath("//input[@name='numbers']/@value") == ["140.2, 140.77"]
    wrong = client.post(address(law, "/numbers"), data={"numbers": "twelve"})
    assert (wrong.status_code, len(errors(wrong))) == (422, 1)
    offered = client.get(address(law, "/updates"))
    assert tree(offered).xpath("//input[@name='snapshot']/@value") == [str(update.id)]
    nothing = client.post(address(law, "/updates"), data={"mode": "link", "lock": "1"})
    assert errors(nothing) == ["Where it goes: Tick at least one update."]
    taken = client.post(
        address(law, "/updates"),
        data={"mode": "append", "lock": "1", "snapshot": str(update.id)},
        follow_redirects=True,
    )
    assert flashes(taken) == ["Taken in, and linked as a source."]
    assert stored(database, law).endswith("in 2025. A law was adopted.")
    assert texts(taken, "//aside//*[@class='joint']") == ["Update MJ, 5 Jan 2026 on 140.2"]
    dropped = client.post(
        address(law, "/drop-source"), data={"snapshot": str(update.id)}, follow_redirects=True
    )
    assert texts(dropped, "//aside//*[@class='joint']") == []
    client.post(address(law), data={"lock": "2", "text": "A law.[^4]"})
    noted = client.post(
        address(law, "/notes"), data={"note-4": "Gazette 7/2025"}, follow_redirects=True
    )
    assert flashes(noted) == ["Saved.", "The notes are saved."]
    read = client.get(f"/reports/versions/{second.id}")
    assert texts(read, "//ol[@class='notes text']/li") == ["Gazette 7/2025"]


def test_earlier_versions_stand_beside_the_text(client_for, ctx, ready, law):
    drafting.edit_block(ctx, law, lock=1, text="A law against discrimination was adopted in 2026.")
    ctx.session.commit()
    page = client_for(ready.drafter).get(address(law))
    assert texts(page, "//details/summary[contains(., 'Version 1')]") == ["Version 1, paragraph 2"]
    assert texts(page, "//*[@class='redline text']//del") == ["[deleted: 2025]"]
