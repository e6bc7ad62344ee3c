"""Each setting refuses a bad value, and says which one it is and what it should be."""

from __future__ import annotations

import pytest

from nmrf.settings import Settings, SettingsError, load_settings

SOUND = {
    "NMRF_ENVIRONMENT": "production",
    "NMRF_SECRET_KEY": "k" * 40,
    "NMRF_BASE_URL": "https://upr.example.org",
    "NMRF_DATABASE_URL": "postgresql://nmrf@/nmrf",
}
BAD = {
    "NMRF_ENVIRONMENT": "prod",
    "NMRF_SECRET_KEY": "short",
    "NMRF_SECRET_KEY_BEFORE": "k" * 40,  # the present one
    "NMRF_DATABASE_URL": "mysql://localhost/nmrf",
    "NMRF_WORKFLOWS": "/nowhere",
    "NMRF_SITE_NAME": "",
    "NMRF_STATE": "XXX",
    "NMRF_COUNTRY": "XX",
    "NMRF_TIME_ZONE": "Europe/Atlantis",
    "NMRF_LANGUAGES": "en",
    "NMRF_DEFAULT_LANGUAGE": "fr",
    "NMRF_PRACTICE": "atlantis",
    "NMRF_HOST": "",
    "NMRF_PORT": "70000",
    "NMRF_BASE_URL": "http://upr.example.org",
    "NMRF_TRUSTED_PROXIES": "-1",
    "NMRF_MAIL_TRANSPORT": "pigeon",
    "NMRF_MAIL_FROM_NAME": "Secretariat\nBcc: all@example.org",
    "NMRF_MAIL_FROM_ADDRESS": "a@b, c@d",
    "NMRF_SMTP_HOST": "",
    "NMRF_SMTP_PORT": "0",
    "NMRF_SMTP_SECURITY": "ssl",
    "NMRF_SMTP_USER": "without-password",
    "NMRF_SESSION_HOURS": "0",
    "NMRF_SIGN_IN_ATTEMPTS": "1",
    "NMRF_LOCK_MINUTES": "0",
    "NMRF_INVITATION_DAYS": "0",
    "NMRF_RESET_MINUTES": "1",
    "NMRF_COMMENTS_PER_HOUR": "0",
    "NMRF_KEEP_MAIL_DAYS": "1",
    "NMRF_KEEP_JOB_DAYS": "0",
    "NMRF_MAX_UPLOAD_MB": "101",
    "NMRF_LOG_LEVEL": "loud",
    "NMRF_LOG_FORMAT": "xml",
    "NMRF_DEMO": "true",
}
# Any text will do, or its pair tells.
FREE = {"NMRF_INSTANCE", "NMRF_SMTP_PASSWORD"}


@pytest.fixture(autouse=True)
def _sound(monkeypatch, tmp_path):
    for name, value in {**SOUND, "NMRF_INSTANCE": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)


def test_sound_ones_are_taken():
    assert load_settings().environment == "production"


def test_every_setting_has_a_bad_value_here():
    assert {f"NMRF_{name.upper()}" for name in Settings.model_fields} == BAD.keys() | FREE


@pytest.mark.parametrize(("name", "value"), BAD.items(), ids=BAD.keys())
def test_a_bad_value_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    lines = str(refused.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [name]
    assert "Value error" not in lines[0]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("NMRF_STATE", "svn", "NMRF_STATE: 'svn' is no State; give its three letters"),
        ("NMRF_LANGUAGES", '["en", "../x"]', "NMRF_LANGUAGES: '../x' is no language"),
        ("NMRF_LANGUAGES", '["en", "sl"]', "NMRF_LANGUAGES: 'sl' has no texts yet; there are en,"),
        ("NMRF_BASE_URL", "https://upr.example.org/", "NMRF_BASE_URL: 'https://upr.example.org/'"),
        ("NMRF_PRACTICE", "../../etc/passwd", "NMRF_PRACTICE: String should match pattern"),
    ],
)
def test_what_is_said(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize("name", ["NMRF_SMPT_HOST", "nmrf_base_uri", "Nmrf_Secret"])
def test_a_mistaken_name_is_refused(monkeypatch, name):
    monkeypatch.setenv(name, "x")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value) == f"{name}: there is no such setting"


def test_a_password_is_not_sent_over_an_open_line(monkeypatch):
    for name, value in {"USER": "u", "PASSWORD": "p", "HOST": "mail.example.org"}.items():
        monkeypatch.setenv(f"NMRF_SMTP_{name}", value)
    with pytest.raises(SettingsError, match="NMRF_SMTP_SECURITY: must be starttls or tls"):
        load_settings()
    monkeypatch.setenv("NMRF_SMTP_SECURITY", "starttls")
    assert load_settings().smtp_user == "u"


def test_no_secret_is_shown(monkeypatch):
    monkeypatch.setenv("NMRF_SECRET_KEY", "too short, and secret")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "and secret" not in str(refused.value)
    assert "s" * 40 not in repr(load_settings(secret_key="s" * 40))


def test_an_instance_folder_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.delenv("NMRF_SECRET_KEY")
    with pytest.raises(SettingsError, match=r"NMRF_INSTANCE: .* cannot be written"):
        load_settings(environment="testing", instance=tmp_path / "file" / "deeper")


def test_a_key_is_made_once_outside_production_and_kept_from_others(monkeypatch, tmp_path):
    monkeypatch.delenv("NMRF_SECRET_KEY")
    first = load_settings(environment="development", instance=tmp_path)
    again = load_settings(environment="development", instance=tmp_path)
    assert first.secret_keys == again.secret_keys
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
