from __future__ import annotations

from datetime import date

import pytest

from nmrf.core import i18n, words


@pytest.mark.parametrize(
    ("language", "said"), [("en", "28 Jan 2025"), ("fr", "28 janv. 2025"), ("ar", "28 يناير 2025")]
)
def test_a_short_day_names_its_month(language, said):
    with i18n.speaking(language):
        assert words.short_day(date(2025, 1, 28)) == said
