"""The three real lists, by the service and by the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from nmrf.core.errors import BadFile, Invalid
from nmrf.core.events import Event
from nmrf.cycles.models import Cycle
from nmrf.paths import ROOT
from nmrf.recommendations.import_file import import_matrix_file
from nmrf.recommendations.models import Recommendation
from nmrf.recommendations.reviews import cycle_number
from tests.factories.recommendations import Line, word_list

MATRICES = ROOT / "tests" / "data" / "matrices"
# As in tests/data/README.md.
REAL = {
    "svn-wg34": ("SVN", 34, 3, 215, 182, 33, 53, 81),
    "svn-wg48": ("SVN", 48, 4, 254, 217, 37, 53, 94),
    "chn-wg31": ("CHN", 31, 3, 346, 284, 62, 64, 138),
}
KEYS = [
    "recommendations",
    "supported",
    "noted",
    "supported_noted",
    "pending",
    "themes",
    "recommending_states",
    "doubtful",
    "created",
    "updated",
    "unchanged",
]


def counts(session):
    return session.scalar(select(func.count(Cycle.id))), session.scalar(
        select(func.count(Recommendation.id))
    )


@pytest.mark.parametrize("name", REAL)
def test_a_real_list_makes_its_cycle_and_register(ctx, name):
    state, session, number, total, supported, noted, themes, states = REAL[name]
    path = MATRICES / f"{name}.docx"
    dry, _warnings = import_matrix_file(ctx, path, state=state, session=session, dry_run=True)
    assert counts(ctx.session) == (0, 0)
    first, warnings = import_matrix_file(ctx, path, state=state, session=session)
    assert warnings == ()
    assert first == dry
    assert list(first) == KEYS
    assert [first[key] for key in KEYS[:7]] == [total, supported, noted, 0, 0, themes, states]
    assert (first["created"], first["updated"], first["unchanged"]) == (total, 0, 0)
    cycle = ctx.session.scalar(select(Cycle))
    assert (cycle.state, cycle.session, cycle.number) == (state, session, number)
    again, _warnings = import_matrix_file(ctx, path, state=state, session=session)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, total)
    assert counts(ctx.session) == (1, total)
    ctx.session.commit()
    kinds = select(func.count(Event.id)).where(Event.kind == "recommendations.imported")
    assert ctx.session.scalar(kinds) == 1


def test_the_only_doubt_of_the_newest_list(ctx):
    path = MATRICES / "svn-wg48.docx"
    report, _warnings = import_matrix_file(ctx, path, state="SVN", session=48, dry_run=True)
    assert report["doubtful"] == [
        {
            "row": 149,
            "cell": "Recommendation and recommending State",
            "reason": "The source “A/HRC/59/15/Add.1 - Para.3vv” is read as A/HRC/59/15/Add.1, "
            "paragraph 3.",
        }
    ]


def test_a_session_that_no_calendar_knows(ctx, tmp_path):
    path = tmp_path / "list.docx"
    path.write_bytes(word_list(Line("12.1"), title="Thematic list of recommendations"))
    import_matrix_file(ctx, path, state="svn", session=71)
    cycle = ctx.session.scalar(select(Cycle))
    assert (cycle.state, cycle.session, cycle.number) == ("SVN", 71, 6)
    assert [m.on for m in cycle.milestones if m.key == "session_opens"] == [None]


@pytest.mark.parametrize(
    ("session", "number"), [(1, 1), (12, 1), (13, 2), (26, 2), (27, 3), (41, 4), (54, 4), (55, 5)]
)
def test_the_cycle_of_a_session(session, number):
    assert cycle_number(session) == number


def test_a_bad_file_or_state_leaves_no_cycle(ctx, tmp_path):
    path = tmp_path / "list.docx"
    with pytest.raises(BadFile, match="There is no such file") as missing:
        import_matrix_file(ctx, path, state="SVN", session=48)
    assert missing.value.place == str(path)
    path.write_bytes(b"Just words")
    with pytest.raises(BadFile) as refused:
        import_matrix_file(ctx, path, state="SVN", session=48)
    assert refused.value.place == "list.docx"
    with pytest.raises(Invalid, match="no State with the code XXX"):
        import_matrix_file(ctx, MATRICES / "svn-wg48.docx", state="xxx", session=48)
    assert counts(ctx.session) == (0, 0)


@pytest.fixture
def nmrf(tmp_path):
    """The command, in an installation as an operator has it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NMRF_")}
    environment = {
        **kept,
        "NMRF_INSTANCE": str(tmp_path),
        "NMRF_DATABASE_URL": f"sqlite:///{tmp_path / 'nmrf.sqlite'}",
    }

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "nmrf.cli", *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("init").returncode == 0
    return run


def test_the_command_prints_json(nmrf):
    command = ["import", "matrix", str(MATRICES / "svn-wg48.docx"), "--state", "SVN"]
    ends = [nmrf(*command, "--session", "48", "--json", *more) for more in (["--dry-run"], [], [])]
    assert [end.returncode for end in ends] == [0, 0, 0]
    said = [json.loads(end.stdout) for end in ends]
    assert [list(one) for one in said] == [KEYS, KEYS, KEYS]
    assert [(one["created"], one["unchanged"]) for one in said] == [(254, 0), (254, 0), (0, 254)]


def test_the_command_warns_of_the_wrong_session(nmrf):
    path = str(MATRICES / "svn-wg48.docx")
    end = nmrf("import", "matrix", path, "--state", "SVN", "--session", "49", "--dry-run")
    assert end.returncode == 0
    assert end.stderr == (
        "nmrf: The file says that it is of session 48, but this cycle is reviewed in session 49.\n"
    )
    assert end.stdout.splitlines()[:2] == [
        "254 recommendations of 94 States under 53 headings: 217 supported, 37 noted.",
        "Would be: 254 new, 0 changed, 0 unchanged.",
    ]


def test_the_command_names_the_place_of_a_problem(nmrf, tmp_path):
    path = tmp_path / "letter.docx"
    path.write_bytes(b"Dear Sir or Madam")
    end = nmrf("import", "matrix", str(path), "--state", "SVN", "--session", "48")
    assert end.returncode == 2
    assert end.stderr == (
        "nmrf: letter.docx: This is not a Word document. Save it in Word as .docx and send that.\n"
    )
