"""The style sheets: logical properties, no foreign address, tokens that exist, contrast."""

from __future__ import annotations

import re

import pytest

from nmrf.paths import STATIC, TEMPLATES

SHEETS = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))

PHYSICAL = re.compile(
    r"""(?:^|[;{\s])(?:
        (?:left|right|top|bottom|width|height|(?:min|max)-(?:width|height))\s*:
      | (?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)
      | border-(?:top|bottom)-(?:left|right)-radius
      | (?:float|clear|text-align)\s*:\s*(?:left|right)
    )""",
    re.VERBOSE,
)


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def properties(text: str) -> str:
    """The text without the conditions of media queries, which know no logical names."""
    return re.sub(r"@media[^{]*", "@media", without_comments(text))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_only_logical_properties(sheet):
    assert PHYSICAL.findall(properties(sheet.read_text())) == []


@pytest.mark.parametrize(
    "line", ["margin-left: 1px", " left: 0", "text-align: right", "max-width: 3em", "float: left"]
)
def test_the_test_for_physical_properties_finds_them(line):
    assert len(PHYSICAL.findall(f"a {{ {line}; }}")) == 1


@pytest.mark.parametrize("path", [*SHEETS, *SCRIPTS], ids=lambda path: path.name)
def test_no_other_server_is_named(path):
    assert re.findall(r"https?:|(?<!:)//[a-z]|data:|@import", path.read_text()) == []


def test_every_file_that_a_sheet_names_is_there():
    wanted = {
        (sheet.parent / name).resolve()
        for sheet in SHEETS
        for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text())
    }
    assert wanted == set((STATIC / "fonts").glob("*.woff2"))


def test_every_token_that_is_used_is_defined():
    text = "".join(without_comments(sheet.read_text()) for sheet in SHEETS)
    used = set(re.findall(r"var\((--[\w-]+)", text))
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    assert used - defined == set()


def test_every_class_of_the_components_has_a_style():
    styled = set(re.findall(r"\.([a-z][\w-]*)", "".join(sheet.read_text() for sheet in SHEETS)))
    # Names without a look of their own, which keep a part apart from its neighbours.
    unstyled = {
        "account-links",
        "file",
        "footer-links",
        "history-note",
        "holder",
        "pagination-sum",
        "progress-words",
        "task-what",
        "task-words",
        "timeline-what",
    }
    named = set()
    for folder in ("layouts", "components", "errors"):
        for path in (TEMPLATES / folder).glob("*.html"):
            text = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", path.read_text(), flags=re.DOTALL)
            text = re.sub(r"\{\{.*?\}\}", "-", text, flags=re.DOTALL)
            for value in re.findall(r'class="([^"]*)"', text):
                named |= set(re.findall(r"(?<![\w-])[a-z][\w-]*[a-z0-9](?![\w-])", value))
    assert named - styled == unstyled


def blocks(text: str, opening: str) -> dict[str, str]:
    """The tokens of the block that begins with these words."""
    body = text.split(opening, 1)[1].split("{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{3,6});", body))


TOKENS = without_comments((STATIC / "css" / "tokens.css").read_text())
LIGHT = blocks(TOKENS, ":root")
DARK = LIGHT | blocks(TOKENS, ':root[data-theme="dark"]')
PRINT = LIGHT | blocks((STATIC / "css" / "print.css").read_text(), ":root:root:root")
THEMES = {"light": LIGHT, "dark": DARK, "print": PRINT}


def test_dark_is_the_same_by_device_and_by_choice():
    assert blocks(TOKENS, ':root:not([data-theme="light"])') == blocks(
        TOKENS, ':root[data-theme="dark"]'
    )


def luminance(colour: str) -> float:
    """Relative luminance of a colour, WCAG 2.2."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("--paper", "--sheet", "--wash")
PAIRS = [
    *[("--ink", ground, 7) for ground in (*GROUNDS, "--accent-wash", "--selection")],
    *[("--ink-soft", ground, 7) for ground in ("--paper", "--sheet", "--wash")],
    *[("--ink-faint", ground, 4.5) for ground in GROUNDS],
    *[("--accent", ground, 4.5) for ground in (*GROUNDS, "--accent-wash")],
    *[("--accent-strong", ground, 4.5) for ground in (*GROUNDS, "--accent-wash")],
    ("--on-accent", "--accent", 4.5),
    ("--on-accent", "--accent-strong", 4.5),
    *[
        (status, ground, 4.5)
        for status in ("--good", "--warn", "--bad")
        for ground in (*GROUNDS, f"{status}-wash")
    ],
    ("--sheet", "--bad", 4.5),
    *[("--line-strong", ground, 3) for ground in GROUNDS],
    *[("--focus", ground, 3) for ground in GROUNDS],
    ("--tone-1", "--paper", 3),
]


@pytest.mark.parametrize("theme", THEMES)
def test_contrast_of_every_pair_that_is_used(theme):
    tokens = THEMES[theme]
    weak = [
        (fore, back, round(contrast(tokens[fore], tokens[back]), 2), least)
        for fore, back, least in PAIRS
        if contrast(tokens[fore], tokens[back]) < least
    ]
    assert weak == []


def test_contrast_is_measured_as_the_standard_says():
    assert (contrast("#000", "#fff"), round(contrast("#777777", "#ffffff"), 2)) == (21, 4.48)
