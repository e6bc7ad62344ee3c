from __future__ import annotations

from nmrf import access as rules
from tests.governance import access


def test_every_route_answers_every_role_as_reviewed(site, visits):
    measured = access.measure(site, visits)
    assert measured == access.expand(access.read())


def test_no_route_breaks():
    assert [route for route, found in access.read().items() if "broken" in found] == []


def test_nobody_without_an_account_learns_a_state():
    """A person without the right is told so (403), and not how things stand (409)."""
    told = [route for route, found in access.read().items() if "public" in found.get("state", ())]
    assert told == []


def test_every_rule_is_asked_for_somewhere():
    """A permission rule that nothing asks for is dead."""
    from nmrf.paths import PACKAGE, TEMPLATES

    code = "".join(
        path.read_text(encoding="utf-8")
        for folder, kind in ((PACKAGE, "*.py"), (TEMPLATES, "*.html"))
        for path in folder.rglob(kind)
        if path.name != "access.py"
    ) + (PACKAGE / "access.py").read_text(encoding="utf-8").partition("visible_levels")[2].replace(
        "@_rule(", ""
    )
    unused = {
        action for action in rules.RULES if f'"{action}"' not in code and f"'{action}'" not in code
    }
    assert unused == set()
