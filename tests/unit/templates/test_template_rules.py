"""Every template of the service: it compiles, and carries no style, script or handler of its own."""

from __future__ import annotations

import re

import pytest

from nmrf.paths import TEMPLATES
from tests.unit.templates.pages import environment, ui

PAGES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    if "email" not in path.parts
)
OURS = [name for name in PAGES if name.split("/")[0] in {"layouts", "components", "errors"}]
COMPONENTS = sorted(
    path.stem
    for path in (TEMPLATES / "components").glob("*.html")
    if path.stem not in {"ui", "gallery"}
)


def source(name: str) -> str:
    return (TEMPLATES / name).read_text()


@pytest.mark.parametrize("name", OURS)
def test_it_compiles(name):
    environment().get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_it_is_well_formed(name):
    environment().parse(source(name), name)


@pytest.mark.parametrize("name", PAGES)
def test_no_inline_style_script_or_handler(name):
    found = re.findall(
        r"<style|\sstyle=|\son[a-z]+=\"|javascript:|<script(?![^>]*\ssrc=)", source(name)
    )
    assert found == []


@pytest.mark.parametrize("name", PAGES)
def test_no_other_server_is_asked_for_anything(name):
    found = re.findall(r"""(?:src|srcset|<link[^>]*href)=["'](?:https?:)?//[^"']*""", source(name))
    assert found == []


@pytest.mark.parametrize("name", PAGES)
def test_gettext_is_not_hidden(name):
    assert re.findall(r"\{%-?\s*set\s+_\s*=", source(name)) == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_says_what_it_is_and_takes(name):
    text = source(f"components/{name}.html")
    note = re.search(r"\{#-(.*?)-#\}", text, re.DOTALL)
    macros = re.findall(r"\{%- macro ([a-z]\w*)\((.*?)\) -%\}", text)
    assert note is not None
    missing = []
    for macro, arguments in macros:
        if f"{macro}(" not in note[1]:
            missing.append(macro)
        missing += [
            f"{macro}.{argument}"
            for argument in re.findall(r"(?:^|, )(\w+)", arguments)
            if not re.search(rf"\b{argument}\b", note[1])
        ]
    assert missing == []


def test_all_components_are_in_one_place():
    macros = {
        macro
        for name in COMPONENTS
        for macro in re.findall(r"\{%- macro ([a-z]\w*)\(", source(f"components/{name}.html"))
    }
    assert {name for name in vars(ui()) if not name.startswith("_")} == macros
