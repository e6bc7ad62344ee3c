"""What is measured, each beside its floor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.files import importing, word
from benchmarks.mail import mailing
from benchmarks.measure import Item
from benchmarks.pages import document, listing, posting
from benchmarks.world import World

ITEMS: dict[str, Callable[[World], Iterator[Item]]] = {
    "list": listing,
    "document": document,
    "post": posting,
    "word": word,
    "import": importing,
    "mail": mailing,
}
