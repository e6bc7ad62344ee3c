"""Lists of terms: positions, status scale, dispositions, themes and other labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from nmrf.definitions.base import Definition, Id, OptionalText, Problem, Source, Text

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=120)]


class Scheme(Definition):
    """A list of labels as one document used it, where a vocabulary has several."""

    id: Id
    title: Text
    source: Source


class Term(Definition):
    """One term. `code` is stored and never changes; `label` is what people read."""

    code: Code
    label: Text
    help: OptionalText = ""
    scheme: str = ""
    same_as: tuple[str, ...] = ()  # "scheme/code" of the same notion in other schemes
    parent: str = ""  # code of the broader term, or of the official value behind a national one
    needs_reason: bool = False  # a person who chooses it has to say why
    changes_text: bool | None = None  # of a disposition: whether a paragraph has to change


class Vocabulary(Definition):
    """The terms in the order in which they are offered; a scale goes from least to most."""

    id: Id
    title: Text
    source: Source
    # Labels quoted from a UN document stay in its language: no catalogue has them.
    quoted: bool = False
    schemes: tuple[Scheme, ...] = ()
    terms: tuple[Term, ...] = Field(min_length=1)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in order."""
        return tuple(term.code for term in self.terms)

    def term(self, code: str, scheme: str = "") -> Term | None:
        """The term of a code (in a scheme, where there are several), or None."""
        wanted = (code, scheme)
        return next((t for t in self.terms if (t.code, t.scheme if scheme else "") == wanted), None)

    def label(self, code: str) -> str:
        """The English label of a code; the code itself where it has been taken out."""
        term = self.term(code)
        return term.label if term else code


def problems(vocabulary: Vocabulary) -> Iterator[Problem]:
    """What is wrong in a vocabulary beyond its form."""
    schemes = {scheme.id for scheme in vocabulary.schemes}
    seen: dict[tuple[str, str], int] = {}
    keys = {f"{term.scheme}/{term.code}" for term in vocabulary.terms}
    for index, term in enumerate(vocabulary.terms):
        key = (term.scheme, term.code)
        if key in seen:
            yield Problem(
                ("terms", index, "code"),
                f'"{term.code}" is already the code of term {seen[key] + 1}',
            )
        seen.setdefault(key, index)
        if term.scheme not in (schemes or {""}):
            yield Problem(
                ("terms", index, "scheme"), f'"{term.scheme}" is not among the schemes of this file'
            )
        for other in term.same_as:
            if other not in keys:
                yield Problem(("terms", index, "same_as"), f'there is no term "{other}"')
