"""The demonstration: loaded in this process, kept at the second start, never over other data."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import func, select

from nmrf import schema
from nmrf.accounts.models import Absence, Institution, Person
from nmrf.consultations.models import Consultation, ConsultationState, Outcome, OutcomeState
from nmrf.core.errors import Conflict, Refused
from nmrf.core.events import verify_chain
from nmrf.core.roles import Role
from nmrf.demo import accounts, starting
from nmrf.demo.loading import load, load_when_empty
from nmrf.feedback.models import (
    Comment,
    CommentState,
    CommentWindow,
    Disposition,
    DispositionState,
    Mode,
)
from nmrf.recommendations.models import Assignment, AssignmentState, Recommendation
from nmrf.reconcile import recompute
from nmrf.rehearsal.people import PARTS
from nmrf.reports.models import Report
from nmrf.settings import load_settings
from nmrf.updates.models import Round, RoundState, Update, UpdateState
from nmrf.validation.models import Run, RunState, Task, TaskState
from tests import factories
from tests.conftest import NOW


@pytest.fixture(scope="module")
def settings_of_demo(tmp_path_factory):
    return load_settings(
        environment="testing",
        secret_key="t" * 40,
        instance=tmp_path_factory.mktemp("demo"),
        demo=True,
        log_level="ERROR",
    )


@pytest.fixture
def loaded(database, settings_of_demo):
    """The story told up to the time of the tests' clock."""
    play = load(settings_of_demo, database, NOW)
    assert play.failures == []
    return database


@pytest.mark.timeout(600)
def test_the_story_ends_in_mid_course(loaded, settings, clock, app, client_for):
    with loaded.reading() as session:
        assert dict(session.execute(select(Round.year, Round.state)).all()) == {
            2026: RoundState.CLOSED,
            2027: RoundState.OPEN,
        }
        ahead = session.scalars(
            select(Consultation.starts_at).where(Consultation.state == ConsultationState.ANNOUNCED)
        ).all()
        assert [21 < (at - NOW).days < 45 for at in ahead] == [True]
        consultations = dict(
            session.execute(
                select(Consultation.state, func.count()).group_by(Consultation.state)
            ).all()
        )
        assert consultations == {
            ConsultationState.HELD: 3,
            ConsultationState.CANCELLED: 1,
            ConsultationState.ANNOUNCED: 1,
            ConsultationState.PLANNED: 2,
        }
        windows = session.scalars(select(CommentWindow).order_by(CommentWindow.id)).all()
        assert [w.closes_on >= NOW.date() for w in windows] == [False, True]
        modes = dict(
            session.execute(select(Comment.mode, func.count()).group_by(Comment.mode)).all()
        )
        assert modes == {Mode.PUBLIC: 7, Mode.SECRETARIAT: 3, Mode.ANONYMOUS: 6}
        released = session.scalars(
            select(Disposition.changed_block_id).where(
                Disposition.state == DispositionState.RELEASED
            )
        ).all()
        assert (len(released), sum(one is not None for one in released)) == (7, 2)
        assert session.scalars(select(Run.state).order_by(Run.id)).all() == [
            RunState.RETURNED,
            RunState.RUNNING,
            RunState.RUNNING,
        ]
        open_tasks = session.scalars(select(Task.stage).where(Task.state == TaskState.OPEN)).all()
        assert (len(open_tasks) > 3, set(open_tasks)) == (True, {1, 3})
        submitted = session.scalars(select(Report.symbol).where(Report.submitted_at.is_not(None)))
        assert submitted.all() == ["A/HRC/WG.6/48/SVN/1"]
        assert session.scalar(select(func.count(Recommendation.id))) == 215 + 254
        assert verify_chain(session).broken_at is None
        assert recompute(session).drift == []
        future = session.scalar(
            select(func.count(Comment.id)).where(Comment.received_on > NOW.date())
        )
        assert future == 0
    _something_is_late_disputed_sent_back_and_withheld(loaded)
    _everybody_can_sign_in(client_for)


def _something_is_late_disputed_sent_back_and_withheld(loaded):
    def count(session, column, value):
        return session.scalar(select(func.count()).where(column == value))

    with loaded.reading() as session:
        late = session.scalars(
            select(Institution.name)
            .join(Outcome, Outcome.institution_id == Institution.id)
            .where(Outcome.state == OutcomeState.OPEN, Outcome.due_on < NOW.date())
        ).all()
        assert late == ["Ministry of Labour, Family and Social Affairs"]
        assert count(session, Assignment.state, AssignmentState.DISPUTED) == 2
        assert count(session, Assignment.state, AssignmentState.PROPOSED) == 3
        assert count(session, Update.state, UpdateState.RETURNED) == 2
        assert count(session, Comment.state, CommentState.WITHHELD) == 1
        assert count(session, Disposition.state, DispositionState.PREPARED) == 1
        assert session.scalars(select(Absence.substitute_id)).all() != []


def _everybody_can_sign_in(client_for):
    emails = {part.key: part.email for part in PARTS}
    assert {part.role for part in PARTS if part.key in accounts.SHOWN} == set(Role)
    for key in accounts.SHOWN:
        answer = client_for().post(
            "/sign-in", data={"email": emails[key], "password": accounts.PASSWORD}
        )
        assert (key, answer.status_code) == (key, 302)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The settings of a demonstration with its file in the instance folder, without the story."""
    monkeypatch.setenv("NMRF_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setattr("nmrf.demo.story.tell", _tell_little)
    return load_settings(environment="testing", secret_key="t" * 40)


def _tell_little(play, now):
    factories.person(play.session, name="Demo Administrator").email = PARTS[0].email
    play.session.commit()


def people_in(settings):
    from nmrf.core.db import Database

    database = Database(settings.database_url)
    with database.reading() as session:
        found = session.scalars(select(Person.name).order_by(Person.id)).all()
    database.dispose()
    return found


def test_the_second_start_keeps_what_is_there(own):
    assert load_when_empty(own)
    assert not load_when_empty(own)
    assert people_in(own) == ["Demo Administrator"]


def test_a_story_cut_short_leaves_no_database(own, monkeypatch):
    def stop(play, now):
        raise KeyboardInterrupt

    monkeypatch.setattr("nmrf.demo.story.tell", stop)
    with pytest.raises(KeyboardInterrupt):
        load_when_empty(own)
    assert not starting.own_file(own).exists()


def test_reset_removes_its_own_database_and_mail(own):
    load_when_empty(own)
    own.mail_folder.mkdir(parents=True, exist_ok=True)
    (own.mail_folder / "one.eml").write_text("x")
    starting.reset(own)
    assert (starting.own_file(own).exists(), own.mail_folder.exists()) == (False, False)


def test_it_never_touches_a_database_with_other_accounts(own):
    schema.upgrade(own.database_url)
    from nmrf.core.db import Database

    database = Database(own.database_url)
    with database.writing() as session:
        factories.person(session, name="Somebody Real")
    database.dispose()
    for act in (load_when_empty, starting.reset):
        with pytest.raises(Refused) as caught:
            act(own)
        assert caught.value.message.startswith("This database holds accounts that are not")
    assert people_in(own) == ["Somebody Real"]


def test_reset_refuses_a_database_elsewhere(own, tmp_path):
    other = own.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'other.sqlite'}"})
    with pytest.raises(Refused) as caught:
        starting.reset(other)
    assert caught.value.message.startswith("Only a database in the instance folder is begun anew.")


def test_it_does_not_run_in_production(monkeypatch):
    monkeypatch.setenv("NMRF_ENVIRONMENT", "production")
    monkeypatch.setenv("NMRF_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("NMRF_BASE_URL", "https://nmrf.example.org")
    with pytest.raises(Refused):
        starting.demo_settings()


def test_a_taken_port_is_named(own):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Conflict) as caught:
            starting.require_free_port(own.model_copy(update={"port": port}))
    assert caught.value.message.startswith(f"Port {port} on 127.0.0.1 cannot be used")


def test_the_table_names_address_password_and_every_role(own):
    told = accounts.table(own)
    assert (own.base_url in told, accounts.PASSWORD in told) == (True, True)
    assert [part.email in told for part in PARTS if part.key in accounts.SHOWN] == [True] * 11
