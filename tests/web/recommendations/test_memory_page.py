"""A recommendation's page: what is known, what was built on it, what is missing."""

from __future__ import annotations

import pytest

from nmrf.recommendations import joints, queries, service
from nmrf.recommendations.importing import apply
from nmrf.recommendations.models import Position
from tests import factories
from tests.factories.recommendations import Line, word_list
from tests.queries import count_statements
from tests.web.pages import texts, tree


def headings(answer):
    return texts(answer, "//main//h2")


def test_what_everybody_reads(client_for, listed):
    answer = client_for().get(f"/recommendations/{listed[0].id}")
    assert answer.status_code == 200
    assert texts(answer, "//h1") == ["Recommendation 140.2"]
    assert texts(answer, "//blockquote[contains(@class, 'rec-quote')]") == [
        "Ratify the Convention (France, Togo)"
    ]
    assert texts(answer, "//section[@id='position']//li") == [
        "Supported 18 Nov 2026 · A/HRC/59/15/Add.1, ¶ 3 · from the imported list"
    ]
    assert texts(answer, "//section[@id='owners']//p") == [
        "Ministry of Justice leads · since 18 Nov 2026, 10:00"
    ]
    assert texts(answer, "//section[@id='status']//p") == [
        "Planned 18 Nov 2026 · reported by the ministry, not independently verified "
        "(Ministry of Justice)"
    ]
    links = tree(answer).xpath("//ul[@class='rec-labels']//a/@href")
    assert links == [
        "/recommendations?theme=Detention+conditions",
        "/recommendations?persons=Prisoners",
        "/recommendations?sdg=16",
    ]
    assert "What happened" not in headings(answer)


def test_gaps_are_shown(client_for, listed):
    answer = client_for().get(f"/recommendations/{listed[2].id}")
    gaps = texts(answer, "//main//section//*[@class='gap']")
    assert gaps[:3] == [
        "No position has been taken yet. Left without one at the adoption, a recommendation "
        "counts as noted.",
        "No institution leads yet.",
        "Implementation not reported yet",
    ]
    assert "Vote &lt;b&gt;a&lt;/b&gt; law" in answer.text


def test_nothing_there(client_for, listed):
    assert client_for().get("/recommendations/999999").status_code == 404


def test_disputes_and_former_owners_are_for_the_government(
    client_for, make_ctx, secretary, world, listed
):
    one = queries.assignments_of(secretary.session, world.moj.id, [listed[0].id])
    service.answer_assignment(
        make_ctx(world.justice),
        one,
        accept=False,
        reason="The Interior decides.",
        suggested=world.moi,
    )
    service.assign(secretary, [listed[1]], world.moi)
    secretary.session.commit()
    for who, sees in ((None, False), (world.member, False), (world.interior, True)):
        client = client_for(who)
        first = client.get(f"/recommendations/{listed[0].id}").text
        second = client.get(f"/recommendations/{listed[1].id}").text
        assert ("The Interior decides." in first) is sees
        assert ("Former assignments" in second) is sees


def test_the_secretariat_reads_what_happened(client_for, secretary, world, listed):
    service.set_position(
        secretary, listed[1], Position.NOTED, justification="The Constitution.", symbol="X/1"
    )
    secretary.session.commit()
    answer = client_for(world.secretary).get(f"/recommendations/{listed[1].id}")
    who = world.secretary.name
    assert texts(answer, "//section[@id='history']//li//p") == [
        f"{who} recorded the position “Noted”",
        f"{who} assigned it to Ministry of Justice",
    ]
    for other in (None, world.justice):
        assert "What happened" not in headings(
            client_for(other).get(f"/recommendations/{listed[1].id}")
        )


def test_similar_ones_of_the_cycle_before(client_for, secretary, listed):
    old = factories.cycle(secretary.session, 34, number=3, title="Third cycle")
    apply(secretary, old, word_list(Line("121.7", "Ratify the Convention soon")), "old.docx")
    secretary.session.commit()
    answer = client_for().get(f"/recommendations/{listed[0].id}")
    assert texts(answer, "//section[@id='similar']//li/p[1]") == [
        "121.7 Third cycle · session 34 Supported"
    ]


@pytest.fixture
def source():
    """A slice that has registered what it built on a recommendation."""

    def section(ctx, recommendation):
        if recommendation.number == "140.10":
            return joints.Section("Tested", gap="No test yet", key="tested")
        if recommendation.number == "140.12":
            return None
        ends = [
            joints.End("Recommendation", recommendation.number),
            joints.End("Update", "January 2026", endpoint="recommendations.index"),
            joints.End("Paragraph", gap="no paragraph yet", endpoint="no.such.page"),
        ]
        return joints.Section("Tested", [joints.Row(ends, text="<i>Done</i>", note="Reported")])

    joints.register("tested", section)
    yield
    del joints.sources["tested"]


def test_slices_above_add_their_sections(client_for, listed, source):
    pages = [client_for().get(f"/recommendations/{r.id}") for r in listed]
    assert ["Tested" in headings(page) for page in pages] == [True, True, False]
    joint = tree(pages[0]).xpath("//span[@class='joint'][contains(., 'January')]")[0]
    assert joint.xpath(".//a/@href") == ["/recommendations"]
    assert "no paragraph yet" in joint.text_content()
    assert "&lt;i&gt;Done&lt;/i&gt;" in pages[0].text
    assert texts(pages[1], "//section[@id='tested']//*[@class='gap']") == ["No test yet"]


def test_statements_do_not_grow_with_what_is_there(client_for, secretary, database, world, listed):
    client = client_for()
    with count_statements(database) as few:
        client.get(f"/recommendations/{listed[0].id}")
    for institution in (world.moi, world.mfa):
        service.assign(secretary, [listed[0]], None, [institution])
    for symbol in ("A/1", "A/2"):
        service.set_position(secretary, listed[0], Position.SUPPORTED, symbol=symbol)
    secretary.session.commit()
    with count_statements(database) as more:
        client.get(f"/recommendations/{listed[0].id}")
    assert len(more) == len(few)
