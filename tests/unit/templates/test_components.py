"""What the components put on a page."""

from __future__ import annotations

from types import SimpleNamespace as Thing

import pytest

from nmrf.core import i18n
from tests.unit.templates.pages import SampleForm, context, environment, sent, tree, ui, words


def classes(root, name):
    return root.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]")


STAGES = [
    Thing(label="Consultation", state="done", starts="12 Jan", ends="30 Apr", note=""),
    Thing(label="Drafting", state="current", starts="4 May", ends="", note="Closes soon"),
    Thing(label="Adoption", state="ahead", starts="", ends="", note=""),
]


def test_the_stage_line_is_an_ordered_list_that_says_where_we_are():
    root = tree(ui().stage_line(STAGES, today=1.5, today_label="Today, 1 June"))
    items = root.xpath("//ol/li")
    labels = [words(classes(item, "stage-label")[0]) for item in items]
    assert labels == ["Consultation, done", "Drafting, we are here", "Adoption, ahead"]
    assert [item.get("aria-current") for item in items] == [None, "step", None]
    assert [words(mark) for mark in classes(root, "stage-today-words")] == ["Today, 1 June"]
    assert [mark.get("class") for mark in classes(root, "stage-today")] == ["stage-today at-10"]


@pytest.mark.parametrize(
    ("today", "marks"),
    [
        (None, []),
        (0, ["stage-today at-0"]),
        (2.99, ["stage-today at-20"]),
        (3, ["stage-today at-20"]),
    ],
)
def test_the_mark_of_today_stays_on_the_line(today, marks):
    root = tree(ui().stage_line(STAGES, today=today))
    assert [mark.get("class") for mark in classes(root, "stage-today")] == marks


def test_a_joint_shows_both_ends_and_its_gap():
    ends = (
        Thing(kind="Recommendation", label="140.7", url="/r"),
        Thing(kind="Update", label="", gap="no update yet", url="/u"),
    )
    root = tree(ui().joint(*ends))
    assert words(root.find("body")) == "Recommendation 140.7 leads to Update no update yet"
    assert [words(end) for end in classes(root, "joint-gap")] == ["Update no update yet"]
    assert root.xpath("//a/@href") == ["/r", "/u"]


def test_an_overdue_date_says_by_how_much_and_whose_turn_it_is():
    when = Thing(
        weekday="Monday", date="30 November 2026", time="24:00", zone="Ljubljana",
        relative="3 days overdue", iso="2026-11-30T23:00:00Z", state="overdue", whose="It is yours.",
    )  # fmt: skip
    root = tree(ui().due(when, label="Update"))
    assert words(root.find("body")) == (
        "Update Monday 30 November 2026, 24:00 Ljubljana 3 days overdue It is yours."
    )
    assert root.xpath("//time/@datetime") == ["2026-11-30T23:00:00Z"]


def test_nobody_holding_a_thing_is_said():
    assert words(tree(ui().holder(None)).find("body")) == "Nobody holds this"


def test_a_status_has_a_shape_and_a_word():
    root = tree(ui().status_badge("Noted", "noted"))
    assert (words(root.find("body")), len(root.xpath("//*[local-name()='svg']"))) == ("Noted", 1)


def test_a_redline_is_read_without_colour():
    changes = [
        Thing(kind="same", text="We "),
        Thing(kind="delete", text="may"),
        Thing(kind="insert", text="will"),
        Thing(kind="same", text=" act."),
    ]
    root = tree(ui().redline(changes))
    assert words(root.find("body")) == "We [deleted: may][added: will] act."
    assert (words(root.find(".//del")), words(root.find(".//ins"))) == (
        "[deleted: may]",
        "[added: will]",
    )


CHART = Thing(
    title="Most have begun",
    series=["done", "open"],
    rows=[Thing(label="Women", values=[3, 1]), Thing(label="Children", values=[0, 0])],
    source="Source: updates.",
    rule="Counted once.",
)


def test_a_chart_has_its_twin():
    root = tree(ui().chart_bar(CHART))
    rows = [[words(cell) for cell in row] for row in root.xpath("//table//tr")]
    assert rows == [
        ["Group", "done", "open", "Together"],
        ["Women", "3", "1", "4"],
        ["Children", "0", "0", "0"],
    ]
    assert words(root.find(".//figcaption")) == "Most have begun"


def test_the_bars_of_a_chart_are_in_proportion():
    bars = classes(tree(ui().chart_bar(CHART)), "chart-bar")
    spans = [[(rect.get("x"), rect.get("width")) for rect in bar.iter("{*}rect")] for bar in bars]
    assert spans == [[("0", "750.0"), ("750.0", "250.0")], []]


def test_progress_of_nothing_is_no_division_by_zero():
    root = tree(ui().progress(0, 0, "answered"))
    assert words(root.find("body")) == "0 of 0 answered"


def test_pages_without_neighbours_have_no_links():
    pages = Thing(page=1, pages=1, total=3, first=1, last=3, previous_url="", next_url="", links=[])
    root = tree(ui().pagination(pages, "comments"))
    assert (words(root.find("body")), root.xpath("//a")) == ("1 to 3 of 3 comments", [])


def test_the_error_of_a_field_is_joined_to_its_box():
    root = tree(ui().field(sent().body))
    box = root.find(".//textarea")
    assert (box.get("aria-describedby"), box.get("aria-invalid"), box.get("dir")) == (
        "body-hint body-error",
        "true",
        "auto",
    )
    assert [words(root.xpath(f"//*[@id='{name}']")[0]) for name in ("body-hint", "body-error")] == [
        "Say what should change.",
        "Problem: Write your comment.",
    ]
    assert words(root.find(".//label")) == "Your comment required"


def test_a_field_without_error_is_not_called_wrong():
    box = tree(ui().field(SampleForm().email)).find(".//input")
    assert (box.get("aria-describedby"), box.get("aria-invalid"), box.get("dir")) == (None,) * 3


@pytest.mark.parametrize(("name", "kind"), [("naming", "radio"), ("groups", "checkbox")])
def test_choices_are_a_group_with_a_name(name, kind):
    field = SampleForm()[name]
    root = tree(ui().field(field, notes={"anonymous": "Not even the secretariat."}))
    boxes = root.xpath("//fieldset//input")
    assert [box.get("type") for box in boxes] == [kind, kind]
    assert [label.get("for") for label in root.xpath("//label")] == [box.get("id") for box in boxes]
    assert words(root.find(".//legend")) == field.label.text + (
        " required" if name == "naming" else ""
    )


def test_a_hidden_field_stands_bare():
    assert str(ui().field(SampleForm().version)) == str(SampleForm().version())


FORM = """{% import "components/ui.html" as ui %}
{% call ui.form(form, submit="Send", draft=draft) %}
{% for f in form %}{{ ui.field(f, autosave=true) }}{% endfor %}{% endcall %}"""


def test_the_summary_of_errors_leads_to_the_fields():
    root = tree(environment().from_string(FORM).render(form=sent(), draft=""))
    links = root.xpath("//*[@id='error-summary']//a/@href")
    assert links == ["#body", "#naming"]
    assert [len(root.xpath(f"//*[@id='{link[1:]}']")) for link in links] == [1, 1]
    assert words(root.find(".//h2")) == "2 things need another look"


def test_a_form_carries_its_token_and_takes_files():
    root = tree(environment().from_string(FORM).render(form=SampleForm(), draft=""))
    form = root.find(".//form")
    assert root.xpath("//input[@name='csrf_token']/@value") == ["token"]
    assert (form.get("method"), form.get("enctype")) == ("post", "multipart/form-data")


def test_drafts_are_kept_only_where_a_form_asks_for_it():
    page = environment().from_string(FORM)
    without = tree(page.render(form=SampleForm(), draft="")).find(".//form")
    asked = tree(page.render(form=SampleForm(), draft="update-7")).find(".//form")
    assert (without.get("data-draft"), asked.get("data-draft")) == (None, "update-7")


def test_what_people_wrote_is_escaped():
    page = environment().from_string(
        '{% import "components/ui.html" as ui %}{{ ui.notice(text, title=text) }}'
        "{{ ui.timeline([{'when': text, 'iso': '', 'what': text, 'detail': text}]) }}"
    )
    assert page.render(text="<b>x</b>").count("<b>") == 0


def test_an_error_page_says_what_to_do_next():
    root = tree(
        environment()
        .get_template("errors/error.html")
        .render(context(code=404, title="There is nothing here", message="It was moved."))
    )
    assert [words(head) for head in root.xpath("//h1")] == ["There is nothing here"]
    assert root.xpath("//main//a/@href") == ["/portal.home"]
    # By this class the draft script knows that nothing was saved.
    assert root.xpath("//body/@class") == ["page focused error-page"]
    assert words(root.find(".//title")) == "There is nothing here – Reporting and Follow-up"


@pytest.fixture
def gallery():
    def render(**changes):
        return tree(
            environment()
            .get_template("components/gallery.html")
            .render(context(form=sent(), **changes))
        )

    return render


def test_the_gallery_is_sound(gallery):
    root = gallery(demo=True)
    ids = root.xpath("//@id")
    assert len(root.xpath("//h1")) == 1
    assert sorted(ids) == sorted(set(ids))
    assert set(root.xpath("//label/@for")) - set(ids) == set()
    joined = {name for value in root.xpath("//@aria-describedby") for name in value.split()}
    assert joined - set(ids) == set()
    assert root.xpath("//a[@class='skip-link']/@href") == ["#main"]


def test_the_page_speaks_its_language(gallery):
    with i18n.speaking("ar"):
        root = gallery(lang="ar", direction="rtl")
    assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")
    current = set(root.xpath("//*[@class='languages']//a[@aria-current]/@lang"))
    assert current == {"ar"}


def test_the_head_offers_sign_in_or_the_account(gallery):
    person = Thing(is_authenticated=True, name="Amina Specimen", role_label="Focal point")
    outside, inside = gallery(), gallery(actor=person)
    assert (len(outside.xpath("//form[@action='/accounts.sign_out']"))) == 0
    assert set(outside.xpath("//header//a[@href='/accounts.sign_in']/text()")) == {"Sign in"}
    assert inside.xpath("//header//a[@href='/accounts.sign_in']") == []
    tokens = inside.xpath("//form[@action='/accounts.sign_out']/input/@value")
    assert set(tokens) == {"token"}


def test_the_theme_is_what_the_reader_chose(gallery):
    assert [gallery(theme=theme).get("data-theme") for theme in ("dark", "")] == ["dark", None]
