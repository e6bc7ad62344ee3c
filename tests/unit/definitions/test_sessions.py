import csv
import shutil
from datetime import date
from pathlib import Path

import pytest

from nmrf.definitions import KnownDate, SessionFacts
from nmrf.definitions.sessions import fold, read
from nmrf.paths import ROOT, WORKFLOWS

ORIGIN = ROOT / "tests" / "data" / "calendar"
CALENDARS = WORKFLOWS / "calendars"


def test_the_dates_of_a_session_are_known_with_source_and_certainty(definitions):
    facts = definitions.sessions.find("Denmark", 52)
    assert (facts.cycle, facts.session, facts.state, facts.alpha2, facts.alpha3) == (
        4,
        52,
        "Denmark",
        "DK",
        "DNK",
    )
    assert facts.listed
    source = "CeHDI timeline, sessions 52–54"
    assert dict(facts.dates) == {
        "session_start": KnownDate(date(2026, 5, 4), source),
        "session_end": KnownDate(date(2026, 5, 15), source),
        "stakeholder_deadline": KnownDate(date(2025, 10, 10), source),
        "national_report_deadline": KnownDate(date(2026, 1, 26), source),
        "pre_sessions_application": KnownDate(date(2025, 11, 16), source),
        "pre_sessions": KnownDate(date(2026, 2, 10), source),
        "wg_adoption": KnownDate(date(2026, 5, 15), source),
        "addendum_deadline": KnownDate(
            date(2026, 7, 1),
            source,
            tentative=True,
            note="The table gives the first of the month for other sessions",
        ),
        "plenary": KnownDate(date(2026, 9, 1), source, tentative=True, month_only=True),
    }


def test_blanks_stay_unknown(definitions):
    assert dict(definitions.sessions.find("AUT", 51).dates) == {}
    assert sorted(definitions.sessions.find("CHL", 46).dates) == ["session_end", "session_start"]


def test_a_review_day_is_the_states_own(definitions):
    assert definitions.sessions.find("SVN", 48).dates["review_day"] == KnownDate(
        date(2025, 1, 28), "A/HRC/59/15"
    )
    assert "review_day" not in definitions.sessions.find("ITA", 48).dates


def test_where_sources_differ_the_earliest_is_tentative_and_the_other_is_kept(definitions):
    known = definitions.sessions.find("UKR").dates["stakeholder_deadline"]
    assert (known.on, known.tentative) == (date(2026, 6, 25), True)
    assert known.others == (KnownDate(date(2026, 7, 17), "Docip, bulletin 501", tentative=True),)


@pytest.mark.parametrize(
    ("state", "session"),
    [
        ("SVN", 48),
        ("SI", 48),
        ("slovenia", 48),
        ("Türkiye", 49),
        ("Turkiye", 49),
        ("Côte d’Ivoire", 47),
        ("Bolivia", 48),
        ("Iran (Islamic Republic of)", 48),
        ("Niger", 52),
        ("Nigeria", 45),
        ("Dominica", 47),
        ("Dominican Republic", 46),
        ("Congo", 45),
        ("US", 53),
        ("Ukraine", 54),
        ("Myanmar", 54),
    ],
)
def test_a_state_is_found_by_name_or_code_in_its_latest_session(definitions, state, session):
    assert definitions.sessions.find(state).session == session
    assert definitions.sessions.of_state(state) == (session,)


def test_an_unknown_session_has_no_facts(definitions):
    assert definitions.sessions.find("SVN", 55) is None
    assert definitions.sessions.find("SVN", 34) is None
    assert definitions.sessions.find("Atlantis") is None


def test_a_state_that_moved_has_the_dates_of_the_session_without_being_listed(definitions):
    facts = definitions.sessions.find("USA", 50)
    assert (facts.listed, facts.state, facts.alpha3) == (False, "United States of America", "USA")
    assert facts.dates["session_start"].on == date(2025, 11, 3)
    stranger = definitions.sessions.find("Atlantis", 50)
    assert (stranger.listed, stranger.state, stranger.alpha3) == (False, "Atlantis", "")


def test_dates_can_be_entered_moved_and_taken_away():
    day = KnownDate(date(2028, 5, 2), "Note verbale")
    facts = SessionFacts(cycle=5, session=56).with_dates({"session_start": day})
    assert dict(facts.dates) == {"session_start": day}
    assert dict(facts.with_dates({"session_start": None}).dates) == {}
    with pytest.raises(ValueError, match=r"^There is no fact named sesion_start\.$"):
        facts.with_dates({"sesion_start": day})


def test_names_are_compared_without_accents_case_and_brackets():
    assert fold("Côte d’Ivoire") == fold("COTE D'IVOIRE") == "cotedivoire"
    assert fold("Bolivia (Plurinational State of)") == "bolivia"


def test_the_states_are_those_of_the_collected_table():
    with (ORIGIN / "upr_cycle4_states.csv").open(encoding="utf-8") as lines:
        collected = [(row["session"], row["state"]) for row in csv.DictReader(lines)]
    with (CALENDARS / "upr_states.csv").open(encoding="utf-8") as lines:
        ours = [(row["session"], row["state"]) for row in csv.DictReader(lines)]
    assert ours == collected
    assert len({state for _session, state in ours}) == 193


def test_the_dates_are_those_of_the_collected_table(definitions):
    columns = {
        "wg_start": "session_start",
        "wg_end": "session_end",
        "stakeholder_deadline": "stakeholder_deadline",
        "national_report_deadline": "national_report_deadline",
        "addendum_deadline": "addendum_deadline",
    }
    with (ORIGIN / "upr_cycle4_sessions.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert definitions.sessions.numbers == tuple(int(row["session"]) for row in rows)
    for row in rows:
        known = definitions.sessions.dates.get(int(row["session"]), {})
        for column, fact in columns.items():
            ours = known[fact].on.isoformat() if fact in known else ""
            assert ours == row[column][:10], (row["session"], column)


def test_every_state_has_its_own_codes(definitions):
    rows = definitions.sessions.states
    assert len({row.alpha2 for row in rows}) == len({row.alpha3 for row in rows}) == 193


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message"),
    [
        ("upr_sessions.csv", "4,41,session_start", "4,x,session_start", 2, 'session: "x" is not a number'),
        ("upr_sessions.csv", "4,41,session_end", "3,41,session_end", 3, "session 41 stands in another cycle further up"),
        ("upr_sessions.csv", "2022-11-07", "7.11.2022", 2, '"7.11.2022" is not a date such as 2025-01-28'),
        ("upr_sessions.csv", "2022-11-07,final", "2022-11-07,sure", 2, 'certainty: "sure" is not final or tentative or month only'),
        ("upr_sessions.csv", "2022-11-07,final,OHCHR press release", "2022-11-07,final,", 2, "a date needs its source"),
        ("upr_sessions.csv", "4,41,session_start,", "4,41,session_start,,", 2, "has to have 7 cells"),
        ("upr_sessions.csv", "cycle,session", "session,cycle", 1, "the columns have to be cycle, session, event, date, certainty, source, note"),
        ("upr_states.csv", "41,Bahrain,BH", "40,Bahrain,BH", 2, "session 40 is not in upr_sessions.csv"),
        ("upr_states.csv", "41,Bahrain,BH", "41,Bahrain,", 2, "needs a state and its ISO 3166 codes of two and three letters"),
        ("upr_states.csv", "41,Ecuador,EC,ECU", "41,Bahrain,BH,BHR", 3, "BHR is listed twice in session 41"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_table_is_named_with_its_line(tmp_path, file, old, new, line, message):
    for name in ("upr_sessions.csv", "upr_states.csv"):
        shutil.copy(CALENDARS / name, tmp_path)
    path = tmp_path / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    first = read(tmp_path)[1][0]
    assert (first.file.name, first.line, first.message) == (file, line, message)


def test_an_unknown_event_is_named(tmp_path):
    shutil.copy(CALENDARS / "upr_states.csv", tmp_path)
    (tmp_path / "upr_sessions.csv").write_text(
        "cycle,session,event,date,certainty,source,note\n4,41,party,2022-11-07,final,Us,\n"
    )
    first = read(tmp_path)[1][0]
    assert first.message == (
        '"party" is not an event; the events are session_start, session_end, review_day, '
        "wg_adoption, plenary, national_report_deadline, stakeholder_deadline, "
        "addendum_deadline, pre_sessions, pre_sessions_application"
    )


def test_a_missing_table_is_named():
    assert [(row.file.name, row.message) for row in read(Path("/nowhere"))[1]] == [
        ("upr_sessions.csv", "the file is missing"),
        ("upr_states.csv", "the file is missing"),
    ]
