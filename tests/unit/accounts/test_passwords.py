"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from nmrf.accounts import passwords

SHORT = "This has 11 characters; 12 at least are needed. Add a word or two."
COMMON = "Many people use this password, so it is guessed first. Choose another."
OWN = "This is made of your name or e-mail address. Choose something else."
SAME = "This repeats the same few characters. Mix more of them."


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("seven quiet lanterns", ""),
        ("ponočni vlak v Maribor", ""),
        ("七个安静的灯笼在河边等着", ""),
        ("12 characters", ""),
        ("elevenchars", SHORT),
        ("aaaaaaaaaaaaaaa", SAME),
        ("abababababab", SAME),
        ("123456789012", COMMON),
        ("Password 1234!", COMMON),
        ("abcdefghijklmnop", COMMON),
        ("qwertyuiop123", COMMON),
        ("secret-secret", COMMON),
        ("lantern lantern", COMMON),
        ("Nadia Example", OWN),
        ("nadia.example2026", OWN),
        ("nadia@ministry.example", OWN),
        ("examplenadia1", OWN),
        ("nadia likes quiet lanterns", ""),
        ("x" * 100 + "abcdefgh" * 13, "A password has 200 characters at most."),
    ],
)
def test_a_password_is_long_and_neither_common_nor_ones_own(password, problem):
    found = passwords.problem(
        password, name="Nadia Example", email="nadia.example@ministry.example"
    )
    assert found == problem


def test_the_rules_are_shown_before():
    assert len(passwords.rules()) == 3


def test_a_hash_fits_its_password_only():
    kept = passwords.hashed("seven quiet lanterns")
    assert kept.startswith("$argon2id$")
    assert passwords.fits(kept, "seven quiet lanterns")
    assert not passwords.fits(kept, "seven quiet lantern")
    assert not passwords.fits(kept, "")


def test_the_same_letters_typed_in_two_ways_are_one_password():
    assert passwords.fits(passwords.hashed("pono\u010dni vlaki"), "ponoc\u030cni vlaki")


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nothing_fits_where_no_hash_is(stored):
    assert not passwords.fits(stored, "nobody has this password")


def test_a_password_beyond_the_limit_never_fits():
    assert not passwords.fits(passwords.hashed("a" * 200), "a" * 201)


def test_as_much_work_is_done_without_an_account(monkeypatch):
    worked = []

    class Counting(PasswordHasher):
        def verify(self, stored, password):
            worked.append(stored)
            return super().verify(stored, password)

    monkeypatch.setattr(passwords, "HASHER", Counting(time_cost=1, memory_cost=8, parallelism=1))
    kept = passwords.hashed("seven quiet lanterns")
    for stored, password in [(kept, "wrong"), (None, "wrong"), (kept, "a" * 100_000)]:
        passwords.fits(stored, password)
    assert len(worked) == 3
    assert {stored.split("$")[3] for stored in worked} == {"m=8,t=1,p=1"}


def test_a_hash_of_weaker_parameters_is_outdated(monkeypatch):
    kept = passwords.hashed("seven quiet lanterns")
    assert not passwords.is_outdated(kept)
    stronger = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", stronger)
    assert passwords.is_outdated(kept)
