"""A bare Jinja environment for components: strict, escaping, with stand-ins for the app's globals."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import html5lib
import wtforms
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from wtforms import SelectChoice, validators
from wtforms.widgets import CheckboxInput, ListWidget

from nmrf.core import i18n
from nmrf.paths import TEMPLATES


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    i18n.install(env)
    env.globals.update(
        url_for=lambda endpoint, **_values: f"/{endpoint}",
        static=lambda path: f"/static/{path}",
        csrf_token=lambda: "token",
        get_flashed_messages=lambda with_categories: [("danger", "No <row> was read.")],
    )
    return env


def ui() -> Any:
    """Every component, as pages see them."""
    return environment().get_template("components/ui.html").module


def tree(markup: object) -> Any:
    """The markup as a browser would read it; a mistake in it is an error."""
    parser = html5lib.HTMLParser(
        html5lib.getTreeBuilder("lxml"), strict=True, namespaceHTMLElements=False
    )
    text = str(markup).strip()
    if not text.startswith("<!doctype"):
        text = f"<!doctype html><title>t</title>{text}"
    return parser.parse(text).getroot()


def words(element: Any) -> str:
    """The text of an element with its white space evened."""
    return " ".join("".join(element.itertext()).split())


def context(**changes: Any) -> dict[str, Any]:
    """What the app gives every page."""
    return {
        "site_name": "Reporting and Follow-up",
        "state_name": "Exampleland",
        "lang": "en",
        "direction": "ltr",
        "languages": [("en", "English"), ("ar", "العربية")],
        "actor": SimpleNamespace(is_authenticated=False, name="", role_label=""),
        "nav": [SimpleNamespace(label="Reports", url="/reports", current=True, count=3)],
        "footer_nav": [SimpleNamespace(label="About", url="/about", current=False, count=None)],
        "demo": False,
        "page_url": lambda endpoint: f"/{endpoint}",
    } | changes


class Values(dict[str, list[str]]):
    def getlist(self, key: str) -> list[str]:
        return self.get(key, [])


class SampleForm(wtforms.Form):
    body = wtforms.TextAreaField(
        "Your comment",
        [validators.InputRequired("Write your comment.")],
        description="Say what should change.",
    )
    naming = wtforms.RadioField(
        "How shall we name you?",
        [validators.InputRequired("Choose how to be named.")],
        choices=[
            SelectChoice("public", "With my name"),
            SelectChoice("anonymous", "Nobody knows my name"),
        ],
    )
    email = wtforms.EmailField("E-mail")
    theme = wtforms.SelectField(
        "Theme", choices=[SelectChoice("a", "Women"), SelectChoice("b", "Children")]
    )
    groups = wtforms.SelectMultipleField(
        "Speaks for",
        choices=[SelectChoice("w", "Women"), SelectChoice("c", "Children")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    file = wtforms.FileField("Document")
    agreed = wtforms.BooleanField("I have read it")
    version = wtforms.HiddenField()


def sent(**values: list[str]) -> SampleForm:
    """The form as it comes back after these values were sent."""
    form = SampleForm(Values({"theme": ["a"]} | values))
    form.validate()
    return form


__all__ = ["SampleForm", "Values", "context", "environment", "sent", "tree", "ui", "words"]
