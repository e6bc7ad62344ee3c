"""The gallery of elements, as the service itself renders it."""

from __future__ import annotations

import flask
import html5lib

from nmrf.web.design import DesignForm


def test_every_element_renders_in_the_service(app):
    with app.test_request_context("/design"):
        text = flask.render_template("components/gallery.html", form=DesignForm.with_problems())
    page = html5lib.HTMLParser(
        html5lib.getTreeBuilder("lxml"), strict=True, namespaceHTMLElements=False
    ).parse(text)
    wrong = page.xpath("//*[@id='error-summary']//a/@href")
    assert wrong == ["#body", "#naming", "#theme", "#agreed"]
    assert [len(page.xpath(f"//*[@id='{link[1:]}']")) for link in wrong] == [1, 1, 1, 1]
