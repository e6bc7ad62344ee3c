"""The commands as an operator types them."""

from __future__ import annotations

import re
import shutil
import sqlite3

import pytest

from nmrf.cli import COMMANDS
from nmrf.jobs.registry import JOBS
from nmrf.paths import WORKFLOWS
from nmrf.schema import head

NOT_READY = 'nmrf: the database has not been set up; run "nmrf init"\n'


def test_the_database_is_created_once(nmrf, tmp_path):
    first, second = nmrf("init"), nmrf("init")
    assert (first.returncode, first.stdout.splitlines()[0]) == (
        0,
        f"The database was created, at migration {head()}.",
    )
    assert (second.returncode, second.stdout) == (
        0,
        f"The database is at migration {head()} already.\n",
    )
    assert (tmp_path / "instance" / "nmrf.sqlite").exists()


def test_the_first_account_is_opened_with_a_link(nmrf):
    made = nmrf("init", "--admin", "ana@example.org", "--name", "Ana Example")
    assert made.returncode == 0
    lines = made.stdout.splitlines()
    assert lines[1] == "Ana Example is an administrator. Set a password within 14 days at:"
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/set-password/\S+", lines[2])


def test_without_an_account_the_next_step_is_said(nmrf):
    said = nmrf("init").stdout.splitlines()
    assert said[1:] == [
        "Nobody has an account yet. Open the first one, an administrator's, with:",
        '  nmrf init --admin you@example.org --name "Your Name"',
    ]


def test_an_account_needs_a_name(nmrf, tmp_path):
    refused = nmrf("init", "--admin", "ana@example.org")
    assert (refused.returncode, refused.stderr) == (2, "nmrf: give --admin and --name together\n")
    assert not (tmp_path / "instance" / "nmrf.sqlite").exists()


NEED = [command.name for command in COMMANDS if command.needs_database]


def test_which_commands_need_a_database():
    assert NEED == ["serve", "jobs run", "jobs once", "jobs list", "import matrix", "reconcile"]


@pytest.mark.parametrize("name", NEED)
def test_without_a_database_the_command_to_run_is_named(nmrf, tmp_path, name):
    extra = {
        "jobs once": ["mail.send"],
        "import matrix": ["list.docx", "--state", "SVN", "--session", "48"],
    }
    refused = nmrf(*name.split(), *extra.get(name, []))
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", NOT_READY)
    assert not (tmp_path / "instance" / "nmrf.sqlite").exists()


def test_an_unknown_setting_is_refused_by_name(nmrf):
    refused = nmrf("doctor", prot="8000")
    assert (refused.returncode, refused.stderr) == (
        2,
        "nmrf: NMRF_PROT: there is no such setting\n",
    )


def test_a_wrong_setting_is_refused_by_name(nmrf):
    refused = nmrf("doctor", time_zone="Ljubljana")
    assert refused.returncode == 2
    assert refused.stderr == (
        "nmrf: NMRF_TIME_ZONE: 'Ljubljana' is not a time zone, such as Europe/Ljubljana\n"
    )


def test_jobs_are_listed_with_what_they_do(ready):
    listed = ready("jobs", "list")
    assert listed.returncode == 0
    lines = listed.stdout.splitlines()
    assert lines[::3] == list(JOBS)
    assert lines[2] == "    every 30 seconds; never ran"


def test_one_job_is_run(ready):
    done = ready("jobs", "once", "jobs.tidy")
    assert (done.returncode, done.stdout) == (0, "jobs.tidy: nothing to do\n")
    listed = ready("jobs", "list").stdout.splitlines()
    assert listed[-1].startswith("    every day at 03:30; ")
    assert listed[-1].endswith(", done")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "nmrf: there is no job “nothing”; “nmrf jobs list” names them\n"),
        (
            ["jobs.tidy", "--now", "tomorrow"],
            "nmrf: --now: “tomorrow” is not a time; write it as in 2027-01-31T08:00+01:00\n",
        ),
        (
            ["jobs.tidy", "--now", "2027-01-31T08:00"],
            (
                "nmrf: --now: “2027-01-31T08:00” has no time zone; "
                "write it as in 2027-01-31T08:00+01:00\n"
            ),
        ),
    ],
)
def test_a_job_that_cannot_be_run(ready, arguments, said):
    refused = ready("jobs", "once", *arguments)
    assert (refused.returncode, refused.stderr) == (2, said)


def test_definitions_are_checked_and_shown(nmrf):
    assert (nmrf("workflows", "check").stdout, nmrf("workflows", "check").returncode) == (
        "No mistakes.\n",
        0,
    )
    shown = nmrf("workflows", "show", "denmark").stdout.splitlines()
    assert shown[0] == "Practice: Denmark"
    assert "Denmark: hearing, then each ministry and the Minister (denmark@1)" in shown
    refused = nmrf("workflows", "show", "atlantis")
    assert refused.returncode == 2
    assert refused.stderr.startswith(
        "nmrf: there is no route or practice “atlantis”; there are: denmark, "
    )


def test_mistakes_in_definitions_are_named(nmrf, tmp_path):
    copied = tmp_path / "workflows"
    shutil.copytree(WORKFLOWS, copied)
    for route in (copied / "routes").iterdir():
        route.unlink()
    checked = nmrf("workflows", "check", workflows=str(copied))
    assert checked.returncode == 1
    lines = checked.stdout.splitlines()
    assert lines[0] == "workflows/routes, line 1: there is no file in this folder"
    assert lines[-1] == f"{len(lines) - 1} mistakes in {copied}"


def test_a_sound_database_is_reconciled(ready):
    done = ready("reconcile")
    assert (done.returncode, done.stdout) == (
        0,
        "Events: 0, the chain holds.\nStatuses: 0 compared, 0 differ from the events.\n",
    )


def test_tampering_is_reported(ready, tmp_path):
    ready("init", "--admin", "ana@example.org", "--name", "Ana Example")
    with sqlite3.connect(tmp_path / "instance" / "nmrf.sqlite") as database:
        database.execute("DROP TRIGGER event_no_update")
        database.execute("UPDATE event SET kind = 'person.forged' WHERE id = 2")
    done = ready("reconcile")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == (
        "Events: the chain is broken at event 2: its content was changed."
    )


def test_help_names_every_command(nmrf):
    said = nmrf("--help")
    assert said.returncode == 0
    words = said.stdout.split()
    assert [c.name for c in COMMANDS if c.name.split()[0] not in words] == []


def test_a_part_that_is_not_installed(nmrf, tmp_path):
    from importlib.util import find_spec

    if find_spec("nmrf.demo"):
        pytest.skip("this installation holds the demonstration")
    refused = nmrf("demo")
    assert (refused.returncode, refused.stderr) == (
        2,
        "nmrf: this installation does not hold that part\n",
    )
