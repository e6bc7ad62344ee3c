from __future__ import annotations

import pytest

from nmrf.accounts.models import InstitutionKind
from nmrf.core.errors import BadFile, NotFound
from nmrf.core.roles import Role, Visibility
from nmrf.files.service import clean_name, path_of, read, store
from tests import factories


def test_a_file_comes_back_as_it_was(ctx):
    file = store(ctx, b"Plain words.\n", "notes.txt", visibility=Visibility.PUBLIC)
    assert read(ctx, file) == b"Plain words.\n"
    assert (file.kind, file.size, file.name) == ("txt", 13, "notes.txt")


def test_the_same_bytes_are_kept_once(ctx):
    first = store(ctx, b"Same", "a.txt", visibility=Visibility.PUBLIC)
    second = store(ctx, b"Same", "b.txt", visibility=Visibility.SECRETARIAT)
    assert first.sha256 == second.sha256
    assert [p.name for p in path_of(ctx, first.sha256).parent.iterdir()] == [first.sha256]


def test_a_kind_that_is_not_asked_for_is_refused_and_nothing_is_kept(ctx):
    with pytest.raises(BadFile, match="Here only docx can be taken") as caught:
        store(ctx, b"Words", "a.txt", visibility=Visibility.PUBLIC, kinds=frozenset({"docx"}))
    assert caught.value.place == "a.txt"
    assert not ctx.house.settings.files_folder.exists()


@pytest.mark.parametrize(
    ("role", "kind", "level", "seen"),
    [
        (Role.SECRETARIAT, InstitutionKind.MINISTRY, Visibility.SECRETARIAT, True),
        (Role.FOCAL_POINT, InstitutionKind.MINISTRY, Visibility.SECRETARIAT, False),
        (Role.FOCAL_POINT, InstitutionKind.MINISTRY, Visibility.GOVERNMENT, True),
        (Role.STAKEHOLDER, InstitutionKind.CIVIL_SOCIETY, Visibility.GOVERNMENT, False),
        (Role.STAKEHOLDER, InstitutionKind.CIVIL_SOCIETY, Visibility.PARTNERS, True),
        (None, None, Visibility.PARTNERS, False),
        (None, None, Visibility.PUBLIC, True),
    ],
)
def test_a_file_is_found_only_by_those_who_may_see_it(
    ctx, make_ctx, client_for, role, kind, level, seen
):
    file = store(ctx, b"Words", "notes.txt", visibility=level)
    who = None
    if role is not None:
        at = factories.institution(ctx.session, kind=kind)
        who = factories.person(ctx.session, role, at)
    ctx.session.commit()
    answer = client_for(who).get(f"/files/{file.id}/notes.txt")
    assert answer.status_code == (200 if seen else 404)
    if seen:
        assert answer.data == b"Words"
        assert answer.headers["Content-Disposition"] == "attachment; filename=notes.txt"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_institution_sees_its_own_file(ctx, make_ctx):
    own = factories.institution(ctx.session)
    other = factories.institution(ctx.session, "Ministry of Others")
    file = store(ctx, b"Words", "n.txt", visibility=Visibility.SECRETARIAT, institution_id=own.id)
    assert read(make_ctx(factories.person(ctx.session, Role.FOCAL_POINT, own)), file) == b"Words"
    with pytest.raises(NotFound):
        read(make_ctx(factories.person(ctx.session, Role.FOCAL_POINT, other)), file)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\report.docx", "report.docx"),
        ("a\u202etxt.exe", "atxt.exe"),
        ("تقرير.docx", "تقرير.docx"),
    ],
)
def test_names_lose_folders_and_tricks(given, kept):
    assert clean_name(given) == kept
