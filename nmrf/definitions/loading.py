"""Reads the folder of definition files and checks everything in it at once."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nmrf.core.errors import Invalid
from nmrf.definitions import calendars, practices, routes, sessions, vocabularies
from nmrf.definitions.base import Definition, Loc, Problem, strings
from nmrf.definitions.calendars import Calendar
from nmrf.definitions.locate import Lines
from nmrf.definitions.practices import Practice
from nmrf.definitions.routes import Route
from nmrf.definitions.sessions import Sessions
from nmrf.definitions.vocabularies import Vocabulary

KINDS: dict[str, type[Definition]] = {
    "vocabularies": Vocabulary,
    "calendars": Calendar,
    "routes": Route,
    "practices": Practice,
}
# Files in these folders that other parts of the service read by themselves.
NOT_OURS = frozenset({"states_aliases.toml"})


class Finding(NamedTuple):
    """Something wrong in a file, such as "workflows/routes/denmark.toml"; lines begin at 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


class DefinitionError(Invalid):
    """The definition files cannot be used; `findings` has every reason, one a line."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in findings))


@dataclass(frozen=True)
class Definitions:
    """Everything in `workflows/`, checked. `routes` holds the newest version of each route."""

    routes: Mapping[str, Route]
    calendars: Mapping[str, Calendar]
    practices: Mapping[str, Practice]
    vocabularies: Mapping[str, Vocabulary]
    sessions: Sessions
    route_versions: Mapping[str, Route]  # every version, by `id@version`

    def route(self, ref: str) -> Route | None:
        """The route of a reference such as `denmark@1`, or None when it was taken away."""
        return self.route_versions.get(ref)

    def routes_for(self, kind: str) -> tuple[Route, ...]:
        """The newest routes that take a kind of document, by title."""
        taking = (route for route in self.routes.values() if kind in route.documents)
        return tuple(sorted(taking, key=lambda route: route.title))

    def strings(self) -> tuple[str, ...]:
        """All English texts that people see, once each, for the translators' template."""
        everything: list[Definition] = [
            *self.route_versions.values(),
            *self.calendars.values(),
            *self.practices.values(),
            *(v for v in self.vocabularies.values() if not v.quoted),
        ]
        return tuple(dict.fromkeys(text for one in everything for text in strings(one)))


@dataclass(frozen=True)
class _File:
    """A file that has the form of its kind, with the way from a place to a line."""

    path: str
    stem: str
    content: Any
    lines: Lines


@cache
def load(folder: Path) -> Definitions:
    """The definitions in a folder, read once a process.

    Raises `DefinitionError` with everything that is wrong.
    """
    definitions, findings = _read(folder)
    if definitions is None:
        raise DefinitionError(findings)
    return definitions


def parse(kind: str, data: Mapping[str, Any]) -> Definition:
    """The definition that a TOML file of a folder such as `routes` holds.

    Raises pydantic's `ValidationError` when it does not have the form of its kind.
    """
    # As JSON, so that the lists of the file may become tuples in strict models.
    return KINDS[kind].model_validate_json(json.dumps(data, default=str))


def check(folder: Path) -> list[Finding]:
    """Everything that is wrong in a folder of definitions, by file and line."""
    return _read(folder)[1]


def _read(folder: Path) -> tuple[Definitions | None, list[Finding]]:
    findings: list[Finding] = []
    files = {kind: list(_files(folder, kind, findings)) for kind in KINDS}
    known, rows = sessions.read(folder / "calendars")
    findings += [Finding(_shown(folder, row.file), row.line, row.message) for row in rows]
    # References are checked only once every file has its form: else each broken file would
    # be reported again by all those that name it.
    complete = not findings
    findings += [
        Finding(file.path, file.lines.line(problem.loc), _place(problem.loc) + problem.message)
        for kind in KINDS
        for file in files[kind]
        for problem in _problems(kind, file, files, references=complete)
    ]
    findings.sort()
    if findings:
        return None, findings
    versions = {file.content.ref: file.content for file in files["routes"]}
    newest = sorted(versions.values(), key=lambda route: (route.id, route.version))
    return Definitions(
        routes=MappingProxyType({route.id: route for route in newest}),
        calendars=_by_id(files["calendars"]),
        practices=_by_id(files["practices"]),
        vocabularies=_by_id(files["vocabularies"]),
        sessions=known,
        route_versions=MappingProxyType(versions),
    ), []


def _by_id(files: Iterable[_File]) -> Mapping[str, Any]:
    return MappingProxyType({file.stem: file.content for file in files})


def _shown(folder: Path, path: Path) -> str:
    return (Path(folder.name) / path.relative_to(folder)).as_posix()


def _files(folder: Path, kind: str, findings: list[Finding]) -> Iterator[_File]:
    paths = sorted((folder / kind).glob("*.toml"))
    if not paths:
        findings.append(Finding(f"{folder.name}/{kind}", 1, "there is no file in this folder"))
    for path in paths:
        if path.name in NOT_OURS:
            continue
        shown = _shown(folder, path)
        try:
            # Some editors put a mark in front of the text, which TOML does not know.
            text = path.read_text(encoding="utf-8-sig")
            data = tomllib.loads(text)
        except OSError as error:
            findings.append(Finding(shown, 1, f"cannot be read: {error.strerror}"))
            continue
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            findings.append(Finding(shown, _syntax_line(error), _syntax_words(error)))
            continue
        lines = Lines(text)
        try:
            content = parse(kind, data)
        except ValidationError as error:
            findings += [
                Finding(shown, lines.line(detail["loc"]), _place(detail["loc"]) + _words(detail))
                for detail in error.errors()
            ]
            continue
        yield _File(shown, path.stem, content, lines)


def _problems(
    kind: str, file: _File, files: Mapping[str, list[_File]], *, references: bool
) -> Iterator[Problem]:
    content = file.content
    expected = {content.id, content.ref} if kind == "routes" else {content.id}
    if file.stem not in expected:
        yield Problem(("id",), f'is "{content.id}", so the file has to be named {content.id}.toml')
    checks: dict[str, Callable[[], Iterator[Problem]]] = {
        "vocabularies": lambda: vocabularies.problems(content),
        "calendars": lambda: calendars.problems(content),
        "routes": lambda: _route_problems(content, files),
        "practices": lambda: practices.problems(content),
    }
    if kind != "routes" or references:
        yield from checks[kind]()
    if kind == "practices" and references:
        yield from _practice_references(content, files)


def _route_problems(route: Route, files: Mapping[str, list[_File]]) -> Iterator[Problem]:
    anchors = (milestone for names in _milestones(files).values() for milestone in names)
    yield from routes.problems(route, _codes(files, "document_kinds"), frozenset(anchors))
    same = [one for one in _contents(files, "routes") if one.ref == route.ref]
    if len(same) > 1:
        yield Problem(("version",), f'another file also holds "{route.ref}"')


def _practice_references(practice: Practice, files: Mapping[str, list[_File]]) -> Iterator[Problem]:
    newest: dict[str, Route] = {
        route.id: route
        for route in sorted(_contents(files, "routes"), key=lambda route: route.version)
    }
    return practices.references(
        practice,
        {route.id: frozenset(route.documents) for route in newest.values()},
        _milestones(files),
        {route.id: route.anchors for route in newest.values()},
        _codes(files, "stakeholder_groups"),
    )


def _contents(files: Mapping[str, list[_File]], kind: str) -> list[Any]:
    return [file.content for file in files[kind]]


def _milestones(files: Mapping[str, list[_File]]) -> dict[str, frozenset[str]]:
    return {
        calendar.id: frozenset(milestone.id for milestone in calendar.milestones)
        for calendar in _contents(files, "calendars")
    }


def _codes(files: Mapping[str, list[_File]], name: str) -> frozenset[str]:
    return frozenset(
        code
        for vocabulary in _contents(files, "vocabularies")
        if vocabulary.id == name
        for code in vocabulary.codes
    )


def _place(loc: Loc) -> str:
    """Where in a file, as "steps.2.decider: "; elements of a list are counted from 1."""
    parts = [str(part + 1) if isinstance(part, int) else part for part in loc]
    return ".".join(parts) + ": " if parts else ""


def _words(detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a known field"
        case "literal_error":
            return f"is {detail['input']!r}, but has to be {detail['ctx']['expected']}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case _:
            return detail["msg"][0].lower() + detail["msg"][1:]


def _syntax_line(error: Exception) -> int:
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else 1


def _syntax_words(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "is not text in UTF-8"
    if str(error).startswith("Cannot overwrite"):
        return "the same name stands here a second time, or [steps] is written for [[steps]]"
    return f"cannot be read as TOML: {error}"
