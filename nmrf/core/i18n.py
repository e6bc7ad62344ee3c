"""Words in the reader's language, without Flask: pages, mails and jobs all use this.

The language is a context variable. The web edge sets it once a request, a mail is rendered
inside `speaking(language)` of its recipient. Catalogues lie in `nmrf/translations/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, total_ordering

from babel import Locale
from babel.support import NullTranslations, Translations
from jinja2 import Environment

from nmrf.paths import TRANSLATIONS

_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def catalogue(language: str) -> NullTranslations:
    """The catalogue of a language; English sources where there is none."""
    if language == "en":
        return NullTranslations()
    return Translations.load(TRANSLATIONS, [language])


def language() -> str:
    """The language spoken now, as a BCP 47 code such as `en` or `ar`."""
    return _language.get()


def locale() -> Locale:
    """The Babel locale of the language spoken now, for dates, numbers and names."""
    code = _language.get()
    # UN documents write "28 January 2025", which plain "en" would turn round.
    return Locale("en", "GB") if code == "en" else Locale.parse(code, sep="-")


def direction() -> str:
    """`rtl` or `ltr`, for the `dir` attribute."""
    return locale().text_direction


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for the length of a block."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def set_language(code: str) -> None:
    """Speak a language from here on, in this request or thread."""
    _language.set(code)


def gettext(message: str, **values: object) -> str:
    """The message in the language spoken now; `%(name)s` is filled from `values`."""
    text = catalogue(_language.get()).ugettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """The singular or plural for `n`, which is also given to the placeholders."""
    text = catalogue(_language.get()).ungettext(singular, plural, n)
    return text % {"n": n, **values}


@total_ordering
class Lazy:
    """A message that is looked up when it is shown, for labels made at import time."""

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[], str]) -> None:
        self._find = find

    def __str__(self) -> str:
        return self._find()

    def __repr__(self) -> str:
        return f"Lazy({self._find()!r})"

    def __html__(self) -> str:
        # Labels are our own words, but a placeholder could carry somebody else's.
        from markupsafe import escape

        return str(escape(str(self)))

    def __mod__(self, values: object) -> str:
        return str(self) % values

    def __add__(self, other: object) -> str:
        return str(self) + str(other)

    def __radd__(self, other: object) -> str:
        return str(other) + str(self)

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __lt__(self, other: object) -> bool:
        return str(self) < str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(str(self), name)


def install(environment: Environment) -> None:
    """Give templates `_`, `ngettext` and `{% trans %}`. A literal per cent sign is written `%%`."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalogue(_language.get()).ugettext(message),
        lambda singular, plural, n: catalogue(_language.get()).ungettext(singular, plural, n),
        newstyle=True,
    )


def lazy_gettext(message: str, **values: object) -> Lazy:
    """Like `gettext`, looked up when shown."""
    return Lazy(lambda: gettext(message, **values))


_ = gettext
_l = lazy_gettext
