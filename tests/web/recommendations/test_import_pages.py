"""Upload, look, confirm, see the result, take it back."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nmrf.recommendations import queries, service
from nmrf.recommendations.models import ImportBatch, Position, Recommendation
from tests.factories.lists import TEMPLATE_HEADINGS, csv_file, json_file, uhri_json, xlsx_file
from tests.factories.recommendations import Line, word_list
from tests.web.pages import errors, flashes, rows, text, texts, tree

LIST = word_list(
    Line("140.1", "Ratify <script>alert(1)</script>", states=("Ruritania",)),
    Line("140.2", "Abolish it", position="Noted"),
)


@pytest.fixture
def opened(ctx, cycle, world):
    ctx.session.commit()
    return cycle


def upload(client, cycle, data=LIST, name="list.docx"):
    return client.post(
        "/recommendations/import", data={"cycle": cycle.id, "file": (io.BytesIO(data), name)}
    )


def ask(ctx, query):
    """The answer, from a session of its own that is closed again."""
    with Session(ctx.session.get_bind()) as now:
        return now.scalar(query)


def count(ctx, table=Recommendation):
    return ask(ctx, select(func.count()).select_from(table))


def facts(answer, section):
    found = {}
    for row in tree(answer).xpath(f"//section[h2[text()='{section}']]//div[@class='facts-row']"):
        found[text(row.xpath("./dt")[0])] = text(row.xpath("./dd")[0])
    return found


def test_from_the_file_to_the_register_and_back(ctx, client_for, world, opened):
    client = client_for(world.secretary)
    answer = upload(client, opened)
    assert answer.status_code == 303
    assert count(ctx) == 0  # only kept
    seen = client.get(answer.location)
    assert facts(seen, "What the file holds") == {
        "Recommendations": "2",
        "Supported": "1",
        "Noted": "1",
        "Supported/Noted": "0",
        "No position yet": "0",
        "Headings of themes": "0",
        "Recommending States": "2",
        "Document": "A/HRC/59/15",
    }
    assert facts(seen, "What the import would do") == {
        "New": "2",
        "Changed": "0",
        "Unchanged": "0",
        "Missing from this list": "0",
    }
    assert rows(seen, 1) == ["2"]
    assert rows(seen, 3) == ["140.1"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in seen.text
    assert "<script>alert" not in seen.text
    assert count(ctx) == 0
    done = client.post(answer.location.split("?")[0], data={"cycle": opened.id})
    assert done.status_code == 303
    assert count(ctx) == 2
    page = client.get(done.location)
    assert flashes(page) == ["The list is imported."]
    assert rows(page, 3) == ["140.1"]
    back = client.post(f"{done.location}/undo")
    assert (back.status_code, count(ctx)) == (303, 0)
    page = client.get(done.location)
    assert flashes(page) == ["The import is taken back: the register is as it was before."]
    assert "Take this import back" not in page.text


def test_the_same_list_again_says_that_nothing_changes(ctx, client_for, world, opened):
    client = client_for(world.secretary)
    where = upload(client, opened).location
    client.post(where.split("?")[0], data={"cycle": opened.id})
    again = upload(client, opened)
    assert again.location == where
    assert "This list would change nothing" in client.get(where).text
    done = client.post(where.split("?")[0], data={"cycle": opened.id})
    assert done.location == f"/recommendations?cycle={opened.id}"
    assert count(ctx, ImportBatch) == 1


def test_a_list_of_another_session_needs_a_second_look(ctx, client_for, world, opened):
    client = client_for(world.secretary)
    other = word_list(Line("121.1"), title="UPR of Malta (3rd Cycle - 31st Session) list")
    where = upload(client, opened, other).location
    page = client.get(where)
    assert texts(page, "//main//*[contains(@class, 'notice')]//p")[-2:] == [
        "The file says that it is about Malta, but this cycle is of Slovenia.",
        "The file says that it is of session 31, but this cycle is reviewed in session 48.",
    ]
    refused = client.post(where.split("?")[0], data={"cycle": opened.id})
    assert (refused.status_code, count(ctx)) == (422, 0)
    assert errors(refused) == [
        "I have looked: this is the right file for this cycle: "
        "Look at the warning, and say that this is the right file."
    ]
    client.post(where.split("?")[0], data={"cycle": opened.id, "other": "y"})
    assert count(ctx) == 1


def test_what_would_change_is_shown_field_by_field(ctx, secretary, client_for, world, opened):
    client = client_for(world.secretary)
    client.post(upload(client, opened).location.split("?")[0], data={"cycle": opened.id})
    later = word_list(Line("140.2", "Abolish it now", position="Noted"))
    page = client.get(upload(client, opened, later).location)
    cells = texts(page, "(//table)[1]/tbody/tr/*")
    assert cells == ["140.2", "Text", "Abolish it", "Abolish it now"]
    assert "In the register, but not in this list; they stay as they are: 140.1" in text(tree(page))


def test_a_position_entered_since_is_replaced_only_when_ticked(
    ctx, secretary, client_for, world, opened
):
    client = client_for(world.secretary)
    where = upload(client, opened).location
    client.post(where.split("?")[0], data={"cycle": opened.id})
    row = queries.by_number(secretary.session, opened, "140.2")
    service.set_position(secretary, row, Position.SUPPORTED, symbol="Mid-term report")
    secretary.session.commit()
    position = select(Recommendation.position).where(Recommendation.number == "140.2")
    page = client.get(where)
    assert texts(page, "//label[@for='overwrite']") == ["Take the list's position for these, too"]
    client.post(where.split("?")[0], data={"cycle": opened.id})
    assert ask(ctx, position) == Position.SUPPORTED
    client.post(where.split("?")[0], data={"cycle": opened.id, "overwrite": "y"})
    assert ask(ctx, position) == Position.NOTED


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"Just words", "letter.docx", "letter.docx: This is not a Word document."),
        (LIST[:900], "cut.docx", "cut.docx: This file is damaged and cannot be read."),
        (word_list(), "empty.docx", "empty.docx: The table of recommendations in this file is"),
        (LIST, "list.pdf", "The content of this file is not what its name says (.pdf)"),
        (b"", "", "Choose a file first."),
    ],
)
def test_a_bad_file_is_told_at_the_field_and_leaves_nothing(
    ctx, client_for, world, opened, data, name, sentence
):
    answer = upload(client_for(world.secretary), opened, data, name)
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    assert sentence in errors(answer)[0]
    assert count(ctx) == 0
    assert count(ctx, ImportBatch) == 0


def test_an_import_that_was_built_on_cannot_be_taken_back(client_for, world, listed, ctx):
    batch = ask(ctx, select(ImportBatch))
    client = client_for(world.secretary)
    page = client.get(f"/recommendations/imports/{batch.id}")
    assert texts(page, "//main//li") == [
        "140.2, 140.10: there are assignments.",
        "140.2: a ministry reported a status.",
    ]
    assert client.post(f"/recommendations/imports/{batch.id}/undo").status_code == 409
    assert count(ctx) == 3


@pytest.mark.parametrize("role", ["justice", "member"])
def test_only_the_secretariat(client_for, world, listed, ctx, role):
    batch = ask(ctx, select(ImportBatch))
    client = client_for(getattr(world, role))
    sha = batch.sha256
    assert client.get("/recommendations/import").status_code == 403
    assert client.post("/recommendations/import").status_code == 403
    assert client.get(f"/recommendations/import/{sha}?cycle=1").status_code == 403
    assert client.get(f"/recommendations/imports/{batch.id}").status_code == 404
    assert client.post(f"/recommendations/imports/{batch.id}/undo").status_code == 403
    assert count(ctx) == 3


def test_a_file_that_is_not_kept(client_for, world, opened):
    client = client_for(world.secretary)
    assert client.get(f"/recommendations/import/{'0' * 64}?cycle={opened.id}").status_code == 404
    where = upload(client, opened).location.split("?")[0]
    for wanted in ("", "?cycle=x", "?cycle=999"):
        assert client.get(where + wanted).status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_template_is_handed_out_and_read_when_filled_in(ctx, client_for, world, opened, kind):
    client = client_for(world.secretary)
    page = client.get("/recommendations/import")
    assert f"/recommendations/import/template.{kind}" in page.text
    answer = client.get(f"/recommendations/import/template.{kind}")
    assert answer.status_code == 200
    assert f"recommendations-template.{kind}" in answer.headers["Content-Disposition"]
    heads = [text(cell) for cell in tree(page).xpath("//table//th[@scope='row']")]
    assert heads == list(TEMPLATE_HEADINGS)
    empty = upload(client, opened, answer.data, f"empty.{kind}")
    assert "The table of recommendations in this file is empty." in empty.text
    filled = {"xlsx": xlsx_file, "csv": csv_file}[kind](
        TEMPLATE_HEADINGS, ("140.1", "Ratify it", "Fiji", "Noted", "", "", "", "", "", "")
    )
    kept = upload(client, opened, filled, f"filled.{kind}")
    assert kept.status_code == 303
    client.post(kept.location.split("?")[0], data={"cycle": opened.id})
    assert count(ctx) == 1


def test_there_is_no_template_of_another_kind(client_for, world, opened):
    assert (
        client_for(world.secretary).get("/recommendations/import/template.pdf").status_code == 404
    )


def test_an_export_of_the_index_is_previewed_with_what_was_left_aside(client_for, world, opened):
    client = client_for(world.secretary)
    data = json_file(uhri_json(), uhri_json(Body="- CAT"))
    kept = upload(client, opened, data, "uhri.json")
    assert kept.status_code == 303
    seen = client.get(kept.location)
    assert facts(seen, "What the file holds")["Recommendations"] == "1"
    assert "Left aside, of other mechanisms: 1 (CAT 1)." in seen.text
