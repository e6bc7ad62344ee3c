from __future__ import annotations

import pytest

from nmrf.reports.words import NATIONAL_REPORT_LIMIT, count_words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("In March 2022, Slovenia submitted", 5),
        ("one – two — three", 3),
        ("well-being of 10.700 people's", 4),
        ("* * *", 0),
        ("**bold** and *[a link](https://x.org/long/path)*", 4),
        ("OHCHR[^1] said [^2] so", 3),
        ("建议批准公约", 6),
        ("2024年3月", 4),
        ("见[报告](https://x.org)。", 3),
        ("联合国 UPR 第四轮", 7),
        ("تصديق البروتوكول الاختياري", 3),
        ("Договор о правах", 3),
        ("a\n(a) b", 3),
        ("no\u00a0break", 2),
    ],
)
def test_words_are_counted_as_word_processors_do(text, count):
    assert count_words(text) == count


def test_limit_of_a_national_report():
    assert NATIONAL_REPORT_LIMIT == 10_700
