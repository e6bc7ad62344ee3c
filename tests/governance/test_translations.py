"""The catalogues keep up with the marked texts: `make translations` mends what fails here."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from nmrf.definitions import load
from nmrf.paths import ROOT, TRANSLATIONS, WORKFLOWS

CATALOGUES = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def read(path: Path, language: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def texts(catalogue: Catalog) -> set[str | tuple[str, ...]]:
    return {message.id for message in catalogue if message.id}


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> set[str | tuple[str, ...]]:
    found = tmp_path_factory.mktemp("texts") / "messages.pot"
    subprocess.run(
        [
            *(sys.executable, "-m", "babel.messages.frontend", "-q", "extract"),
            *("-F", TRANSLATIONS / "babel.cfg", "-o", found, "."),
        ],
        cwd=ROOT,
        check=True,
        timeout=100,
    )
    return texts(read(found))


@pytest.mark.parametrize(
    "text",
    [
        "An invitation needs an organizer.",  # `_` in a module
        "Only administrators see this page.",  # `_l` in a module
        "Skip to the contents",  # a template
    ],
)
def test_marked_texts_are_found_wherever_they_stand(text: str, marked: set) -> None:
    assert {text} <= marked


def test_the_texts_of_the_definition_files_are_found(marked: set) -> None:
    texts = set(load(WORKFLOWS).strings())
    assert texts
    assert texts - marked == set()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_holds_just_the_marked_texts(path: Path, marked: set) -> None:
    held = texts(read(path, path.parts[-3]))
    assert (sorted(map(str, marked - held)), sorted(map(str, held - marked))) == ([], [])


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_keeps_the_placeholders(path: Path) -> None:
    assert [
        (message.id, [str(e) for e in errors])
        for message, errors in read(path, path.parts[-3]).check()
    ] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_compiled(path: Path) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, read(path, path.parts[-3]))
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue()
