"""What a page says, read from its HTML."""

from __future__ import annotations

import re

from lxml import html
from werkzeug.test import TestResponse


def tree(response: TestResponse) -> html.HtmlElement:
    return html.fromstring(response.get_data(as_text=True))


def text(element: html.HtmlElement) -> str:
    """The words of an element, with single spaces."""
    return " ".join(element.text_content().split())


def texts(response: TestResponse, xpath: str) -> list[str]:
    """The words of each element found."""
    return [text(element) for element in tree(response).xpath(xpath)]


def errors(response: TestResponse) -> list[str]:
    """What the summary above the form says."""
    return texts(response, "//div[@id='error-summary']//li")


def flashes(response: TestResponse) -> list[str]:
    """The messages above the page."""
    flashed = tree(response).xpath("//div[@class='flashes']//p")
    for paragraph in flashed:
        for kind in paragraph.xpath(".//*[@class='visually-hidden']"):
            kind.drop_tree()  # what kind of message it is, for those who do not see it
    return [text(paragraph) for paragraph in flashed]


def rows(response: TestResponse, column: int = 1) -> list[str]:
    """One column of the (first) table of the page."""
    return texts(response, f"(//table)[1]/tbody/tr/*[{column}]")


def forms(response: TestResponse) -> list[str]:
    """Where the forms of the page's contents lead, this page as an empty text."""
    found = tree(response).xpath("//main//form[@method='post']")
    return [re.sub(r"\d+", "N", form.get("action") or "") for form in found]
