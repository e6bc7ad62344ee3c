"""The rehearsal: one whole cycle in this process; every practice and every list when slow."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from docx import Document

from nmrf import rehearsal
from nmrf.core.errors import BadFile, Invalid
from nmrf.definitions import load
from nmrf.paths import ROOT, WORKFLOWS
from nmrf.rehearsal.exporting import chain_holds
from nmrf.rehearsal.scene import check, dates_of
from nmrf.settings import load_settings

MATRICES = ROOT / "tests" / "data" / "matrices"
LISTS = {"svn-wg48": ("SVN", 48), "svn-wg34": ("SVN", 34), "chn-wg31": ("CHN", 31)}
PRACTICES = sorted(load(WORKFLOWS).practices)
JOINTS = [
    "recommendation → update",
    "update → paragraph",
    "recommendation → paragraph",
    "paragraph → comment",
    "comment → disposition",
    "disposition → changed paragraph",
    "changed paragraph → submitted report",
    "approval → submitted version",
    "submitted version → its fingerprint",
    "receipt → answer",
    "mail → delivery",
    "events → chain",
    "events → statuses",
    "events.json → its own chain",
]


def play(name, practice, out):
    state, session = LISTS[name]
    wishes = argparse.Namespace(
        practice=practice,
        matrix=str(MATRICES / f"{name}.docx"),
        state=state,
        session=session,
        out=str(out),
    )
    return rehearsal.run(load_settings(environment="testing", secret_key="t" * 40), wishes)


def joints_of(told):
    """Name and word of every joint in the printed list."""
    lines = told.split("The joints of the loop\n")[1].splitlines()[1 : len(JOINTS) + 1]
    return [(line[10:].split("  ")[0], line[:8].strip()) for line in lines]


@pytest.mark.timeout(600)
def test_a_whole_cycle_is_played_and_every_joint_is_closed(tmp_path, capsys):
    out = tmp_path / "out"
    assert play("svn-wg34", "standard", out) == 0
    told = capsys.readouterr().out
    assert joints_of(told) == [(name, "closed") for name in JOINTS]
    assert (out / "timeline.txt").read_text("utf-8") == told
    assert sorted(path.name for path in out.iterdir()) == [
        "addendum.docx",
        "calendar.ics",
        "comments.xlsx",
        "events.json",
        "mail",
        "matrix.docx",
        "register.xlsx",
        "report.docx",
        "timeline.txt",
    ]
    text = "\n".join(p.text for p in Document(str(out / "report.docx")).paragraphs)
    assert text.count("Consultations took place in the capital, in two regions and online.") == 1
    kinds = [event["kind"] for event in json.loads((out / "events.json").read_text("utf-8"))]
    assert [kinds.count(kind) for kind in ("run.returned", "run.approved", "report.submitted")] == [
        1,
        1,
        1,
    ]
    assert chain_holds(out / "events.json")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_answers_that_are_not_released_leave_joints_open(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("nmrf.rehearsal.commenting.release", lambda play, window: 0)
    assert play("svn-wg34", "standard", tmp_path) == 1
    told = capsys.readouterr().out
    assert [name for name, word in joints_of(told) if word == "OPEN"] == [
        "comment → disposition",
        "disposition → changed paragraph",
        "changed paragraph → submitted report",
        "receipt → answer",
    ]


def test_a_chain_that_was_changed_does_not_hold(tmp_path):
    path = tmp_path / "events.json"
    row = {
        "at": "2026-01-01T00:00:00+00:00",
        "actor_id": None,
        "actor_role": "system",
        "kind": "cycle.created",
        "subject_type": "cycle",
        "subject_id": "1",
        "data": {},
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
    }
    path.write_text(json.dumps([row]), "utf-8")
    assert not chain_holds(path)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("name", "practice"),
    [
        # Each practice, and each list; the two do not meet but in the numbers of the register.
        *(("svn-wg34", practice) for practice in PRACTICES if practice != "standard"),
        *((name, "standard") for name in LISTS if name != "svn-wg34"),
    ],
)
def test_every_practice_and_every_list_close_the_loop(name, practice, tmp_path, capsys):
    assert play(name, practice, tmp_path) == 0
    assert joints_of(capsys.readouterr().out) == [(joint, "closed") for joint in JOINTS]


@pytest.fixture
def wishes(tmp_path):
    return {
        "practice": "standard",
        "matrix": str(MATRICES / "svn-wg48.docx"),
        "state": "svn",
        "session": 48,
        "out": str(tmp_path / "out"),
    }


def test_good_wishes_are_taken(settings, wishes, tmp_path):
    wanted = check(settings, **wishes)
    assert (wanted.state, wanted.session, wanted.out) == ("SVN", 48, tmp_path / "out")


@pytest.mark.parametrize(
    ("changed", "error", "place"),
    [
        ({"practice": "atlantis"}, Invalid, "--practice"),
        ({"state": "XXX"}, Invalid, "--state"),
        ({"session": 0}, Invalid, "--session"),
        ({"matrix": "no-such-file.docx"}, BadFile, "no-such-file.docx"),
        ({"matrix": str(Path(__file__))}, BadFile, "test_rehearsal.py"),
    ],
)
def test_bad_wishes_are_refused_before_anything_is_made(settings, wishes, changed, error, place):
    with pytest.raises(error) as caught:
        check(settings, **(wishes | changed))
    assert caught.value.place == place
    assert not Path(wishes["out"]).exists()


def test_known_dates_are_kept_and_unknown_ones_assumed(house):
    dates = dates_of(house, "SVN", 48)
    assert (dates.session_start.isoformat(), dates.review_day.isoformat()) == (
        "2025-01-20",
        "2025-01-28",
    )
    unknown = dates_of(house, "SVN", 34)
    assert unknown.session_start.weekday() == 0
    assert len(unknown.assumed) == 7


def test_the_command_says_what_is_wrong(nmrf, tmp_path):
    told = nmrf(
        *("rehearse", "--practice", "atlantis", "--state", "SVN", "--session", "48"),
        *("--matrix", str(MATRICES / "svn-wg48.docx"), "--out", str(tmp_path)),
    )
    assert told.returncode == 2
    assert told.stderr.startswith("nmrf: --practice: There is no practice “atlantis”.")
