"""What every page must be: valid HTML5, one h1, a title, labelled fields, nothing from elsewhere."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # html5lib's own imports
    import html5lib
from lxml import html

OWN_LABEL = {"hidden", "submit", "button", "reset", "image"}


def problems(page: bytes) -> list[str]:
    """What is wrong with a page; empty when nothing is."""
    return list(_problems(page))


def _problems(page: bytes) -> Iterator[str]:
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(page, transport_encoding="utf-8")
    for (line, _column), code, values in parser.errors:
        yield f"line {line}: {code} {values or ''}"
    tree = html.fromstring(page)
    if not (tree.findtext(".//title") or "").strip(" –\n"):
        yield "no title"
    if len(tree.findall(".//h1")) != 1:
        yield f"{len(tree.findall('.//h1'))} h1 elements"
    if not tree.get("lang") or tree.get("dir") not in {"ltr", "rtl"}:
        yield "no lang or dir"
    yield from _ids(tree)
    yield from _fields(tree)
    yield from _addresses(tree)
    yield from _inline(tree)


def _inline(tree: html.HtmlElement) -> Iterator[str]:
    for element in tree.xpath("//*"):
        if element.get("style") is not None or element.tag == "style":
            yield f"inline style at <{element.tag}>"
        if any(name.startswith("on") for name in element.attrib):
            yield f"inline script at <{element.tag}>"
        if element.tag == "script" and not element.get("src"):
            yield "inline script"
        if element.tag == "img" and element.get("alt") is None:
            yield "img without alt"


def _ids(tree: html.HtmlElement) -> Iterator[str]:
    ids = Counter(tree.xpath("//@id"))
    for name, times in ids.items():
        if times > 1:
            yield f"id {name!r} stands {times} times"
    for attribute in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
        for value in tree.xpath(f"//@{attribute}"):
            for name in value.split():
                if name not in ids:
                    yield f"{attribute} names {name!r}, which is not there"


def _fields(tree: html.HtmlElement) -> Iterator[str]:
    labelled = set(tree.xpath("//label/@for"))
    for field in tree.xpath("//input|//select|//textarea"):
        if field.get("type") in OWN_LABEL:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby") or field.get("title")
        inside = any(parent.tag == "label" for parent in field.iterancestors())
        if not named and not inside and field.get("id") not in labelled:
            yield f"field {field.get('name')!r} has no label"
    for form in tree.xpath("//form[translate(@method, 'POST', 'post')='post']"):
        if not form.xpath(".//input[@name='csrf_token']"):
            yield f"form to {form.get('action')!r} has no CSRF token"
    for control in tree.xpath("//a[@href]|//button[not(@hidden)]"):
        words = control.text_content().strip()
        if not words and not control.get("aria-label") and not control.xpath(".//*[@aria-label]"):
            yield f"<{control.tag}> without words"


def _addresses(tree: html.HtmlElement) -> Iterator[str]:
    for element in tree.xpath("//script[@src]|//img[@src]|//link[@href]|//iframe|//object|//embed"):
        address = element.get("src") or element.get("href") or ""
        if urlsplit(address).netloc not in {"", "nmrf.test"}:
            yield f"<{element.tag}> from elsewhere: {address}"
