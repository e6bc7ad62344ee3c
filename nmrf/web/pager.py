"""A page of a list as the component `ui.pagination` shows it: with stable addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nmrf.core.paging import Page
from nmrf.core.words import number
from nmrf.web.filters import address

AROUND = 2  # page numbers shown on both sides of this one


@dataclass(frozen=True)
class PageLink:
    """A page number to go to; an empty address is a gap between numbers."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Pager:
    """See `templates/components/pagination.html`."""

    page: int
    pages: int
    total: int
    first: int
    last: int
    previous_url: str
    next_url: str
    links: tuple[PageLink, ...]


def pager(shown: Page[Any], name: str = "page") -> Pager:
    """The steps through a list in this request; `name` is the parameter that holds the number."""

    def at(n: int) -> str:
        # The first page keeps the plain address, so that it has one address only.
        return address(**{name: n if n > 1 else None})

    numbers = sorted(
        {1, shown.pages}
        | set(range(max(1, shown.number - AROUND), min(shown.pages, shown.number + AROUND) + 1))
    )
    links: list[PageLink] = []
    for before, n in zip([0, *numbers], numbers, strict=False):
        if n > before + 1:
            links.append(PageLink("…", ""))
        links.append(PageLink(number(n), at(n), current=n == shown.number))
    return Pager(
        page=shown.number,
        pages=shown.pages,
        total=shown.total,
        first=shown.first,
        last=shown.last,
        previous_url=at(shown.number - 1) if shown.number > 1 else "",
        next_url=at(shown.number + 1) if shown.number < shown.pages else "",
        links=tuple(links),
    )
