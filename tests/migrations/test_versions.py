"""The chain of migrations is one line, numbered from 0001 in the order in which they run."""

from __future__ import annotations

import re

from alembic.script import ScriptDirectory

from nmrf.paths import MIGRATIONS
from nmrf.schema import head, migrations_config


def _revisions():
    return list(ScriptDirectory.from_config(migrations_config("")).walk_revisions())[::-1]


def test_there_is_one_head():
    heads = ScriptDirectory.from_config(migrations_config("")).get_heads()
    assert heads == [head()]


def test_each_migration_follows_the_one_numbered_before_it():
    revisions = _revisions()
    numbers = [f"{n:04d}" for n in range(1, len(revisions) + 1)]
    assert [r.revision for r in revisions] == numbers
    assert [r.down_revision for r in revisions] == [None, *numbers[:-1]]


def test_a_file_is_named_by_its_number_and_what_it_does():
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    numbers = [
        match[1] for name in names if (match := re.fullmatch(r"(\d{4})_[a-z0-9_]+\.py", name))
    ]
    assert numbers == [r.revision for r in _revisions()]
