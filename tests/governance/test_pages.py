"""Everything that anyone finds by following links: valid, whole, and never refused."""

from __future__ import annotations

from tests import html
from tests.governance.site import PUBLIC


def test_no_link_leads_into_a_wall(visits):
    """A person is never shown a control that will refuse them."""
    bad = [
        f"{v.role}: {v.url} ({v.endpoint}) gave {v.status}; linked from {v.came_from}"
        for visited in visits.values()
        for v in visited
        if v.status >= 400
    ]
    assert bad == []


def test_signed_in_people_are_not_asked_to_sign_in(visits):
    bad = [
        f"{v.role}: {v.url} from {v.came_from}"
        for role, visited in visits.items()
        for v in visited
        if role != PUBLIC and v.endpoint == "accounts.sign_in"
    ]
    assert bad == []


def test_every_page_is_valid(site, visits):
    # What several roles see alike is looked at once.
    pages = {
        site.told_apart(v): v
        for visited in visits.values()
        for v in visited
        if v.mimetype == "text/html" and v.status == 200
    }
    bad = {
        f"{v.endpoint} as {v.role} ({v.url})": found
        for v in pages.values()
        if (found := html.problems(v.body))
    }
    assert bad == {}


def test_every_form_leads_to_a_page_that_takes_it(site, visits):
    lost = {
        f"{method} {url} on {v.endpoint}"
        for visited in visits.values()
        for v in visited
        if v.mimetype == "text/html" and v.status == 200
        for method, url in v.forms
        if site.endpoint_of(url, method) is None
    }
    assert lost == set()


def test_every_page_is_found_by_somebody(site, visits):
    """A page to which no link leads is dead, or has its reason here."""
    reached = {v.endpoint for visited in visits.values() for v in visited}
    pages = {
        rule.endpoint for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or set())
    }
    by_other_ways = {
        "static",
        "web.health",  # for monitors
        "accounts.second_step",  # after a password, by a redirect
        "accounts.set_password",  # by a mailed link
        "consultations.respond",  # by a mailed link
        "web.design",  # the gallery, for those who build pages
        # The next ones belong to moments in which the demonstration does not stand:
        "accounts.second_factor_picture",  # while a second factor is being set up
        "feedback.paragraph",  # where there are very many comments
        "recommendations.export",  # below the third page of a kind
        "recommendations.preview",  # between upload and confirmation
        "reports.import_preview",
        "reports.add_after",  # a draft being written
        "reports.add_first",
        "reports.block",
        "reports.pull",
        "reports.addendum",
        "reports.addendum_word",
        "updates.edit",  # a round that has not opened
        "updates.take",  # between upload and confirmation
    }
    assert pages - reached - by_other_ways == set()
