"""What all definition files share: a strict frozen model, and marks on its strings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints

Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class Translatable:
    """Marks a field whose English text is shown to people, and so goes to the translators."""


Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=r"^\S(.*\S)?$"), Translatable()
]
OptionalText = Annotated[
    str, StringConstraints(max_length=1000, pattern=r"^(\S(.*\S)?)?$"), Translatable()
]
# A source is quoted as it stands in every language.
Source = Annotated[str, StringConstraints(min_length=3, max_length=500)]


class Definition(BaseModel):
    """A part of a definition file: strictly typed, unknown fields refused, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Problem(NamedTuple):
    """Something wrong at a place in a file; `loc` leads to it as pydantic's `loc` does."""

    loc: Loc
    message: str


def strings(definition: Definition) -> Iterator[str]:
    """The English texts of a definition that people see, in the order of its fields."""
    for name, field in type(definition).model_fields.items():
        value = getattr(definition, name)
        if any(isinstance(mark, Translatable) for mark in field.metadata):
            if value:
                yield value
        else:
            for part in value if isinstance(value, tuple) else (value,):
                if isinstance(part, Definition):
                    yield from strings(part)


def repeated(ids: tuple[str, ...], place: str, field: str = "id") -> Iterator[Problem]:
    """A problem for each id that stands in a list a second time."""
    first: dict[str, int] = {}
    for index, value in enumerate(ids):
        if value in first:
            yield Problem(
                (place, index, field),
                f'"{value}" is already number {first[value] + 1} of this list; '
                "give each its own name",
            )
        first.setdefault(value, index)
