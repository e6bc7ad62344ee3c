"""Every mistake in the folder is named at once, with file and line."""

import pytest

from nmrf.definitions import DefinitionError, Finding, load
from nmrf.definitions.__main__ import main

DENMARK = "routes/denmark.toml"


def test_the_shipped_folder_has_no_findings(folder):
    assert folder.findings() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        # what pydantic finds
        (DENMARK, 'role = "minister"', 'role = "ministre"', "line 60: steps.6.decider.role: is 'ministre', but has to be 'administrator', 'secretariat', 'drafter', 'focal_point', 'alternate', 'validating_authority', 'committee_member', 'minister', 'nhri', 'parliament' or 'stakeholder'"),
        (DENMARK, 'title = "Each contributing ministry approves"\n', "", "line 44: steps.5.title: is missing"),
        (DENMARK, 'due = "1 month after opening"', 'duo = "1 month after opening"', "line 25: steps.2.duo: is not a known field"),
        (DENMARK, 'due = "1 month after opening"', 'due = "a month"', 'line 25: steps.2.due: cannot be read as a date: "a month". Write it as "13 weeks before session_start", "2 months after plenary" or "on review_day"'),
        (DENMARK, 'quorum = "all"', "quorum = 0", "line 51: steps.5.quorum: 0 is no quorum: at least one decision is needed"),
        (DENMARK, "version = 1", 'version = "1"', "line 3: version: input should be a valid integer"),
        (DENMARK, "each = true", 'each = "yes"', "line 15: steps.1.each: input should be a valid boolean"),
        # what the checker finds
        (DENMARK, 'on_return = "answers"', 'on_return = "minister"', 'line 53: steps.5.on_return: "minister" is not before this step: a return leads back, not forward or aside'),
        (DENMARK, 'id = "denmark"', 'id = "danmark"', 'line 2: id: is "danmark", so the file has to be named danmark.toml'),
        ("practices/denmark.toml", 'mid_term = "denmark"', 'mid_term = "sweden"', 'line 17: routes.mid_term: there is no route "sweden"'),
        ("practices/denmark.toml", '"subnational"', '"townhall"', None),
        ("calendars/upr_cycle.toml", "on wg_adoption", "on wg_adopted", None),
        ("vocabularies/positions.toml", 'code = "noted"', 'code = "supported"', 'line 19: terms.3.code: "supported" is already the code of term 2'),
        # what tomllib finds
        (DENMARK, "version = 1", "version = ", "line 3: cannot be read as TOML: Invalid value (at line 3, column 11)"),
        (DENMARK, "[[steps]]", "[[steps]", None),
        (DENMARK, '[[steps]]\nid = "committee"', '[steps]\nid = "committee"', "line 18: the same name stands here a second time, or [steps] is written for [[steps]]"),
        (DENMARK, 'quorum = "all"', 'after_return = "stands"', "line 51: steps.5.after_return: is 'stands', but has to be 'ask_again' or 'stands_if_unchanged'"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_line(folder, file, old, new, finding):
    folder.change(file, old, new)
    found = [one for one in folder.findings() if one.startswith(f"workflows/{file}, ")]
    if finding:
        assert found == [f"workflows/{file}, {finding}"]
    else:
        assert len(found) == 1


def test_what_editors_and_copies_leave_behind_stops_nobody(folder):
    file = folder.path / DENMARK
    file.write_text("\ufeff" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert folder.findings() == []
    (folder.path / "routes" / "copy.toml").mkdir()
    assert folder.findings() == [
        "workflows/routes/copy.toml, line 1: cannot be read: Is a directory"
    ]


def test_the_line_is_the_one_of_the_file(folder):
    folder.change(DENMARK, 'on_return = "answers"', 'on_return = "minister"')
    line = int(folder.findings()[0].split("line ")[1].split(":")[0])
    lines = (folder.path / DENMARK).read_text(encoding="utf-8").splitlines()
    assert lines[line - 1] == 'on_return = "minister"'


def test_everything_is_reported_together_and_sorted(folder):
    folder.change(DENMARK, "each = true", 'each = "yes"')
    folder.change(DENMARK, 'role = "minister"', 'role = "ministre"')
    folder.change("routes/georgia.toml", "version = 1", "version = ")
    folder.change("vocabularies/positions.toml", 'code = "noted"', 'code = "supported"')
    folder.change("calendars/upr_sessions.csv", "2022-11-07", "7.11.2022")
    with pytest.raises(DefinitionError) as caught:
        load(folder.path)
    findings = caught.value.findings
    assert [(finding.file, finding.line) for finding in findings] == [
        ("workflows/calendars/upr_sessions.csv", 2),
        ("workflows/routes/denmark.toml", 15),
        ("workflows/routes/denmark.toml", 60),
        ("workflows/routes/georgia.toml", 3),
        ("workflows/vocabularies/positions.toml", 19),
    ]
    assert caught.value.message.splitlines() == [str(finding) for finding in findings]


def test_a_finding_reads_as_one_line():
    assert str(Finding("workflows/routes/denmark.toml", 12, "steps.2.due: is missing")) == (
        "workflows/routes/denmark.toml, line 12: steps.2.due: is missing"
    )


def test_a_broken_file_is_not_reported_again_by_those_that_name_it(folder):
    folder.change("routes/standard.toml", "version = 1", "version = ")
    assert len(folder.findings()) == 1


def test_a_file_in_another_encoding_is_named(folder):
    (folder.path / "practices" / "latin.toml").write_bytes('id = "Perú"'.encode("latin-1"))
    assert folder.findings() == ["workflows/practices/latin.toml, line 1: is not text in UTF-8"]


def test_an_empty_folder_is_named(tmp_path):
    (tmp_path / "workflows").mkdir()
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path / "workflows")
    assert [(finding.file, finding.message) for finding in caught.value.findings] == [
        ("workflows/calendars", "there is no file in this folder"),
        ("workflows/calendars/upr_sessions.csv", "the file is missing"),
        ("workflows/calendars/upr_states.csv", "the file is missing"),
        ("workflows/practices", "there is no file in this folder"),
        ("workflows/routes", "there is no file in this folder"),
        ("workflows/vocabularies", "there is no file in this folder"),
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("document_kinds", "kind of document"), ("stakeholder_groups", "stakeholder group")],
)
def test_without_a_vocabulary_that_others_need_its_terms_are_missed(folder, name, kind):
    (folder.path / "vocabularies" / f"{name}.toml").unlink()
    messages = {finding.partition(": ")[2] for finding in folder.findings()}
    assert any(f"there is no {kind}" in message for message in messages)


# --- versions of a route


def test_the_newest_version_is_used_and_the_older_one_can_still_be_had(folder):
    text = (folder.path / DENMARK).read_text(encoding="utf-8")
    folder.write("routes/denmark@1.toml", text)
    folder.change(DENMARK, "version = 1", "version = 2")
    folder.change(DENMARK, 'title = "Public hearing on the draft"', 'title = "Hearing"')
    definitions = load(folder.path)
    newest = definitions.routes["denmark"]
    assert newest.ref == "denmark@2"
    assert newest.step("hearing").title == "Hearing"
    assert definitions.route("denmark@1").step("hearing").title == "Public hearing on the draft"
    assert definitions.route("denmark@2") is newest
    assert definitions.route("denmark@3") is None
    assert [route.ref for route in definitions.routes_for("national_report")].count(
        "denmark@1"
    ) == 0


def test_a_version_stands_in_one_file(folder):
    text = (folder.path / DENMARK).read_text(encoding="utf-8")
    folder.write("routes/denmark@1.toml", text)
    assert folder.findings() == [
        'workflows/routes/denmark.toml, line 3: version: another file also holds "denmark@1"',
        'workflows/routes/denmark@1.toml, line 3: version: another file also holds "denmark@1"',
    ]


# --- the command


def test_the_command_says_what_is_wrong_and_fails(folder, capsys):
    assert main([str(folder.path)]) == 0
    assert capsys.readouterr().out == f"Findings in {folder.path}: 0\n"
    folder.change(DENMARK, "version = 1", "version = ")
    assert main([str(folder.path)]) == 1
    assert capsys.readouterr().out == (
        "workflows/routes/denmark.toml, line 3: cannot be read as TOML: "
        f"Invalid value (at line 3, column 11)\nFindings in {folder.path}: 1\n"
    )


def test_the_command_writes_the_schemas(folder, capsys):
    schema = folder.path / "schema" / "route.json"
    right = schema.read_text(encoding="utf-8")
    schema.write_text("{}", encoding="utf-8")
    assert main([str(folder.path), "--schemas"]) == 0
    assert schema.read_text(encoding="utf-8") == right
    assert capsys.readouterr().out == f"Findings in {folder.path}: 0\n"
