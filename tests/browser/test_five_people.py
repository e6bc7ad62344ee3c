"""The loop of the service, walked by five people in a browser; the commenter without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import docx

from nmrf.rehearsal.people import MINISTRIES
from tests.browser.conftest import Running
from tests.browser.screenshots import go, sign_in

SECRETARY = "secretariat@example.org"
FOCAL_POINT = "focal.justice@example.org"
AUTHORITY = "authority.justice@example.org"
OMBUDSPERSON = "ombudsman@example.org"
MINISTER = "minister@example.org"
LIST = Path(__file__).parents[1] / "data" / "matrices" / "svn-wg34.docx"
REPORT = "Mid-term report (demonstration)"
UPDATE = "Forty judges took part in the invented course of the browser test."
COMMENT = "Please say how many judges took part in the course."
REASON = "The number is now given, as the ministry reported it."
LIMIT = 60_000  # milliseconds that anything may take

Visit = Callable[..., AbstractContextManager[Any]]


def test_the_loop_of_the_service(browser: Any, running: Running) -> None:
    @contextmanager
    def visit(account: str = "", *, scripts: bool = True) -> Any:
        """One person at a device of their own."""
        context = browser.new_context(base_url=running.address, java_script_enabled=scripts)
        context.set_default_timeout(LIMIT)
        page = context.new_page()
        if account:
            sign_in(page, account)
        yield page
        context.close()

    with visit(SECRETARY) as page:
        opens_a_cycle(page)
        imports_the_list(page)
        assigns_to_justice(page)
        announces_a_consultation(page)
    with visit(FOCAL_POINT) as page:
        update = writes_an_update(page)
    with visit(AUTHORITY) as page:
        signs(page, update)
    with visit(scripts=False) as page:
        paragraph, code = comments_without_a_name(page)
    with visit(SECRETARY) as page:
        shows_the_comment(page)
        goes_to_the_next_version(page)
        takes_in_the_update(page, paragraph)
        prepares_the_answer(page)
        sends_to_validation(page)
    everyone_asked_agrees(visit)
    # Answers are released once comments are closed.
    running.site.app.extensions["nmrf"].clock.advance(days=21)
    with visit(SECRETARY) as page:
        publishes_and_releases(page)
    with visit(scripts=False) as page:
        reads_the_answer(page, code)
        takes_the_word_file(page)


def heading(page: Any) -> str:
    """What the page is."""
    return " ".join(page.locator("h1").inner_text().split())


def follow(page: Any, place: Any) -> None:
    """Click what leads to a page, and wait until it is there: a click alone does not wait."""
    with page.expect_navigation(timeout=LIMIT):
        place.click()


def press(page: Any, words: str) -> None:
    """The first button, or link that looks like one, with these words."""
    follow(page, page.locator("main .button", has_text=words).locator("visible=true").first)


def confirm(page: Any, words: str, then: str) -> None:
    """An act that is asked about first."""
    page.locator("main summary", has_text=words).first.click()
    press(page, then)


def facts(page: Any) -> dict[str, str]:
    """The terms and values of the lists of facts on a page."""
    terms = page.locator("main dt").all_inner_texts()
    return dict(zip(terms, page.locator("main dd").all_inner_texts(), strict=True))


# The secretary begins a review.


def opens_a_cycle(page: Any) -> None:
    page.goto("/cycles/new")
    page.fill("[name=session]", "49")
    page.fill("[name=number]", "4")
    page.fill("[name=title]", "Cycle of the browser test")
    press(page, "Open the cycle")
    assert heading(page) == "Cycle of the browser test"


def imports_the_list(page: Any) -> None:
    page.goto("/recommendations/import")
    choose(page, "cycle", "Cycle of the browser test")
    page.set_input_files("[name=file]", LIST)
    press(page, "Read the file")
    assert heading(page) == "Look before you import"
    planned = facts(page)["New"]
    page.check("[name=other]")
    press(page, "Import now")
    assert heading(page) == "Import of a list"
    assert facts(page)["New"] == planned


def choose(page: Any, name: str, words: str) -> None:
    """The option of a list that holds these words."""
    option = page.locator(f"[name={name}] option", has_text=words).first
    page.select_option(f"[name={name}]", option.get_attribute("value"))


def assigns_to_justice(page: Any) -> None:
    follow(page, page.locator("main a:has-text('those without an owner')"))
    boxes = page.locator("input[name=id]")
    numbers = page.locator(".rec-number").all_inner_texts()[:3]
    for place in range(3):
        boxes.nth(place).check()
    press(page, "Assign …")
    assert heading(page) == "Assign recommendations"
    choose(page, "lead", "Ministry of Justice")
    follow(page, page.locator("main form button[type=submit]", has_text="Assign"))
    page.goto(page.url.replace("lead=none", ""))
    rows = page.locator(".rec-row").filter(has_text="Ministry of Justice")
    assert rows.locator(".rec-number").all_inner_texts() == numbers


def announces_a_consultation(page: Any) -> None:
    page.goto("/consultations/new")
    page.fill("[name=title]", "Meeting of the browser test")
    page.fill("[name=starts_on]", "2027-03-10")
    page.fill("[name=starts_time]", "10:00")
    page.fill("[name=ends_time]", "12:00")
    page.fill("[name=venue]", "Invented Hall")
    page.select_option("[name=visibility]", "public")
    press(page, "Plan it")
    assert heading(page) == "Meeting of the browser test"
    place = page.url
    press(page, "Invite institutions")
    page.get_by_label("Fictional Rights Network").check()
    follow(page, page.locator("main form button[type=submit]").last)
    page.goto(place)
    confirm(page, "Announce it", "Yes, announce and invite")
    assert page.locator("main .badge").first.inner_text().lower() == "announced"


# The ministry reports.


def writes_an_update(page: Any) -> str:
    assert go(page, ["/updates", "@/mine", "@/updates/"])
    page.fill("[name=narrative]", UPDATE)
    page.locator("[name=status]").nth(1).check()
    place = page.url
    press(page, "Send for sign-off")
    page.goto(place)
    assert page.locator("#now [dir=auto]").first.inner_text() == UPDATE
    return place


def signs(page: Any, update: str) -> None:
    page.goto(update)
    press(page, "Sign off")
    page.goto(update)
    assert page.locator("#versions .receipt").count() == 1


# Somebody comments without an account, a name, or a script.


def comments_without_a_name(page: Any) -> tuple[str, str]:
    assert go(page, ["/", "@/comments"])
    follow(page, page.locator("main article.para a[href*='block=']").first)
    page.fill("[name=text]", COMMENT)
    page.check("[name=mode][value=anonymous]")
    paragraph = page.locator("main blockquote").inner_text()
    press(page, "Look at it before sending")
    assert heading(page) == "Before you send it"
    press(page, "Send it")
    assert heading(page) == "Thank you. Your comment has arrived."
    return paragraph, page.locator("main .receipt-code-value").inner_text()


# The secretary takes it all in.


def answering(page: Any) -> Any:
    """Opens the answering desk; gives the row of the comment."""
    assert go(page, ["/comments", "@/answering/"])
    page.goto(page.url.split("?")[0] + "?view=all")
    return page.locator(".desk-row", has_text=COMMENT)


def shows_the_comment(page: Any) -> None:
    row = answering(page)
    follow(page, row.get_by_role("button", name="Show it", exact=True))
    assert answering(page).locator(".kicker .badge").inner_text().lower() == "shown"


def opens_the_report(page: Any) -> None:
    page.goto("/reports")
    follow(page, page.locator("main a", has_text=REPORT).first)
    if "/versions/" in page.url:
        follow(page, page.locator("main a", has_text="All versions").first)
    assert heading(page) == REPORT


def goes_to_the_next_version(page: Any) -> None:
    opens_the_report(page)
    press(page, "To the desk")
    assert heading(page) == "Desk"


def takes_in_the_update(page: Any, paragraph: str) -> None:
    row = page.locator(".outline-line", has_text=paragraph[:40])
    follow(page, row.first.locator(".outline-edit"))
    press(page, "Take in an update")
    if page.locator("main a", has_text="All unused updates").count():
        follow(page, page.locator("main a", has_text="All unused updates"))
    assert heading(page) == "Take in an update"
    page.locator("main .choice", has_text=UPDATE).locator("input").check()
    page.check("[name=mode][value=append]")
    press(page, "Take in")
    assert page.locator("[name=text]").input_value().endswith(UPDATE)


def prepares_the_answer(page: Any) -> None:
    row = answering(page)
    options = row.locator("[name=code] option")
    row.locator("[name=code]").select_option(options.nth(1).get_attribute("value"))
    row.locator("[name=reason]").last.fill(REASON)
    row.locator("[name=changed]").select_option(index=1)
    follow(page, row.get_by_role("button", name="Prepare the answer"))
    saved = answering(page).get_by_role("button", name="Save the prepared answer")
    assert saved.count() == 1


def sends_to_validation(page: Any) -> None:
    opens_the_report(page)
    follow(page, page.locator("main a", has_text="Read version 4"))
    page.goto(page.url.split("?")[0] + "/validate?route=standard")
    press(page, "Send it")
    assert heading(page) == REPORT
    assert page.locator("main .badge").first.inner_text().lower() == "under way"


# Those who are asked agree: the ministries, the ombudsperson, and the minister last.


def everyone_asked_agrees(visit: Visit) -> None:
    approved = []
    for key in MINISTRIES:
        with visit(f"authority.{key.replace('_', '-')}@example.org") as page:
            if opens_the_task(page):
                press(page, "Approve")
                approved.append(key)
    assert "justice" in approved
    with visit(OMBUDSPERSON) as page:
        assert opens_the_task(page)
        page.fill("[name=reason]", "Advice of the invented office.")
        press(page, "Give this advice")
        assert not opens_the_task(page)
    with visit(MINISTER) as page:
        assert opens_the_task(page)
        press(page, "Approve")
        assert page.locator("main .badge").first.inner_text().lower() == "approved"


def opens_the_task(page: Any) -> bool:
    """From the desk to the decision on the mid-term report, if it is asked."""
    page.goto("/desk")
    link = page.locator("main li:has(a[href*='/validation/tasks/'])", has_text=REPORT)
    if link.count() == 0:
        return False
    follow(page, link.locator("a[href*='/validation/tasks/']").first)
    return page.locator("#answer").count() == 1


def publishes_and_releases(page: Any) -> None:
    opens_the_report(page)
    confirm(page, "Publish for everyone", "Yes, publish version 4")
    answering(page)
    page.locator("main summary", has_text="Release").first.click()
    press(page, "Yes, release them")
    assert page.locator("main summary", has_text="Release").count() == 0


# The commenter comes back.


def reads_the_answer(page: Any, code: str) -> None:
    page.goto("/receipt")
    page.fill("[name=code]", code)
    press(page, "Show my comment")
    assert heading(page) == "Your comment"
    assert page.locator("main .said-text").inner_text() == COMMENT
    assert page.locator("main blockquote").inner_text() == REASON
    assert UPDATE in page.locator(".redline ins").last.inner_text()


def takes_the_word_file(page: Any) -> None:
    follow(page, page.locator("main a[href*='/reports/versions/']").first)
    with page.expect_download() as download:
        page.locator("main a", has_text="As a Word file").first.click()
    document = docx.Document(BytesIO(Path(download.value.path()).read_bytes()))
    assert [p.text for p in document.paragraphs if UPDATE in p.text] != []
