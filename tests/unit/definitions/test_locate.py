import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.definitions.locate import Lines
from nmrf.paths import WORKFLOWS

TRICKY = '''\
# [not] a = table
title = "a # no remark, = no key" # remark
"quoted.key" = 1
'literal key' = 2
a.b.c = [ 1, 2,
  3, # three
]
multi = """
[[steps]]
x = "y" \\""" still
"""
literal = \'\'\'
id = "no"\'\'\'
inline = { one = 1, two = { three = "}" }, four = [{ five = 5 }] }
date = 2027-01-31T10:00:00Z
empty = []
nothing = {}

[table]
key = true

[table.inner]
key = 1.5

[[steps]]
id = "first"

[steps.decider]
role = "x"

[[steps.parts]]
n = 1
[[steps.parts]]
n = 2

[[steps]]
id = "second"
decider.role = "y"
[["odd name"]]
z = 0
'''


def places(value: object, loc: tuple = ()) -> Iterator[tuple]:
    if loc:
        yield loc
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*loc, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*loc, index))


@pytest.mark.parametrize(
    "text",
    [TRICKY, TRICKY.replace("\n", "\r\n")],
    ids=["unix", "windows"],
)
def test_every_place_of_a_tricky_text_is_found(text):
    assert set(Lines(text).found) == set(places(tomllib.loads(text)))


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        (("title",), 2),
        (("quoted.key",), 3),
        (("literal key",), 4),
        (("a", "b", "c", 0), 5),
        (("a", "b", "c", 2), 6),
        (("multi",), 8),
        (("literal",), 12),
        (("inline", "two", "three"), 14),
        (("inline", "four", 0, "five"), 14),
        (("table",), 19),
        (("table", "inner", "key"), 23),
        (("steps",), 25),
        (("steps", 0), 25),
        (("steps", 0, "decider", "role"), 29),
        (("steps", 0, "parts", 1, "n"), 34),
        (("steps", 1), 36),
        (("steps", 1, "decider", "role"), 38),
        (("odd name", 0, "z"), 40),
    ],
)
def test_a_place_has_the_line_on_which_it_stands(loc, line):
    assert Lines(TRICKY).line(loc) == line


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        ((), 1),
        (("missing",), 1),
        (("steps", 1, "title"), 36),  # what is missing is shown at the table it is missing from
        (("steps", 0, "decider", "of"), 28),
        (("steps", 0, "decider", "role", "str"), 29),  # pydantic adds the branch of a union
    ],
)
def test_what_is_not_there_has_the_line_of_what_is_around_it(loc, line):
    assert Lines(TRICKY).line(loc) == line


@pytest.mark.parametrize(
    "path", sorted(WORKFLOWS.rglob("*.toml")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_every_place_of_the_shipped_files_is_found(path):
    text = path.read_text(encoding="utf-8")
    assert set(Lines(text).found) == set(places(tomllib.loads(text)))


words = st.text("abc#=[]{},'. ", max_size=8)
values = st.recursive(
    st.one_of(st.integers(), st.booleans(), words),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
    ),
    max_leaves=8,
)


def written(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return f'"{value}"'
        case list():
            return "[ " + ", ".join(map(written, value)) + " ]"
        case dict():
            return "{ " + ", ".join(f"{k} = {written(v)}" for k, v in value.items()) + " }"


@given(data=st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), values, max_size=4))
def test_every_place_of_any_text_is_found_on_its_line(data):
    text = "".join(f"# remark\n{key} = {written(value)}\n" for key, value in data.items())
    assert tomllib.loads(text) == data
    lines = Lines(text)
    assert set(lines.found) == set(places(data))
    assert {loc: lines.line(loc) for loc in places(data)} == {
        loc: 2 * (list(data).index(loc[0]) + 1) for loc in places(data)
    }
