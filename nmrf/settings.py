"""Every setting, typed. The service refuses to start on a bad value and says which one."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import holidays
import pydantic_settings
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError

from nmrf.paths import CONFIG, INSTANCE, TRANSLATIONS, WORKFLOWS

Environment = Literal["development", "testing", "production"]
OneLine = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")]
SHORTEST_KEY = 32
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsError(Exception):
    """One or more settings are wrong; the message has a line for each."""


def translated() -> tuple[str, ...]:
    """The languages that the service speaks: English, and those with a catalogue."""
    found = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo"))
    return ("en", *(path.parts[-3] for path in found))


class Settings(BaseSettings):
    """What `config/*.toml` and `NMRF_…` variables say. Described in `config/default.toml`."""

    model_config = SettingsConfigDict(env_prefix="NMRF_", extra="forbid", frozen=True)

    environment: Environment = "development"
    secret_key: SecretStr = SecretStr("")
    secret_key_before: SecretStr = SecretStr("")  # while the key is being changed
    instance: Path = INSTANCE
    # Beside the files, wherever the instance folder lies.
    database_url: str = Field(
        default_factory=lambda read: f"sqlite:///{read.get('instance', INSTANCE) / 'nmrf.sqlite'}"
    )
    workflows: Path = WORKFLOWS

    site_name: OneLine
    state: str
    country: str
    time_zone: str
    languages: tuple[str, ...] = Field(min_length=1)
    default_language: str
    practice: str = Field(pattern=r"^[a-z0-9_]+$")

    host: OneLine
    port: int = Field(ge=0, le=65535)
    base_url: str
    trusted_proxies: int = Field(ge=0, le=5)

    mail_transport: Literal["folder", "smtp"]
    mail_from_name: OneLine
    mail_from_address: str
    smtp_host: str
    smtp_port: int = Field(ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"]
    smtp_user: str
    smtp_password: SecretStr = SecretStr("")

    session_hours: int = Field(ge=1, le=72)
    sign_in_attempts: int = Field(ge=3, le=50)
    lock_minutes: int = Field(ge=1, le=1440)
    invitation_days: int = Field(ge=1, le=90)
    reset_minutes: int = Field(ge=5, le=1440)
    comments_per_hour: int = Field(ge=1)
    keep_mail_days: int = Field(ge=90, le=3650)
    keep_job_days: int = Field(ge=7, le=3650)
    max_upload_mb: int = Field(ge=1, le=100)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    log_format: Literal["json", "text"]
    demo: bool

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The present key, and the former one while it still holds."""
        keys = (self.secret_key.get_secret_value(), self.secret_key_before.get_secret_value())
        return tuple(key for key in keys if key)

    @property
    def files_folder(self) -> Path:
        return self.instance / "files"

    @property
    def mail_folder(self) -> Path:
        return self.instance / "mail"

    @field_validator("state")
    @classmethod
    def _known_state(cls, value: str) -> str:
        # CLDR names Kosovo by its two letters only.
        short = {"XKX": ["XK"]}.get(value) or get_global("territory_aliases").get(value, [""])
        if len(value) != 3 or short[0] not in Locale("en").territories or short[0] == "XX":
            msg = f"{value!r} is no State; give its three letters (ISO 3166-1), such as SVN"
            raise ValueError(msg)
        return value

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        try:
            holidays.country_holidays(value)
        except NotImplementedError:
            msg = f"no public holidays are known for {value!r}; give two letters, such as SI"
            raise ValueError(msg) from None
        return value

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            try:
                Locale.parse(code, sep="-")
            except (ValueError, UnknownLocaleError):
                msg = f"{code!r} is no language; write codes such as en, fr, ar"
                raise ValueError(msg) from None
            if code not in translated():
                msg = (
                    f"{code!r} has no texts yet; there are {', '.join(translated())} "
                    f"(begin it with make translations NEW={code})"
                )
                raise ValueError(msg)
        return value

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", value):
            msg = f"{value!r} must be https:// and a name, without a path or a slash at the end"
            raise ValueError(msg)
        return value

    @field_validator("mail_from_address")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", value):
            msg = f"{value!r} is no e-mail address, such as upr@example.org"
            raise ValueError(msg)
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            msg = f"{value!r} is not a time zone, such as Europe/Ljubljana"
            raise ValueError(msg)
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            backend = make_url(value).get_backend_name()
        except ArgumentError:
            backend = ""
        if backend not in {"sqlite", "postgresql"}:
            msg = "must begin with sqlite:/// or postgresql://"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        if self.default_language not in self.languages:
            msg = f"NMRF_DEFAULT_LANGUAGE: {self.default_language!r} is not among the languages"
            raise ValueError(msg)
        problem = self._mail_problem()
        if not problem and self.environment == "production":
            problem = self._production_problem()
        if problem:
            raise ValueError(problem)
        return self

    def _mail_problem(self) -> str:
        if self.mail_transport != "smtp":
            return ""
        if not self.smtp_host:
            return "NMRF_SMTP_HOST: must name the mail server, since mails go by smtp"
        if bool(self.smtp_user) != bool(self.smtp_password.get_secret_value()):
            return "NMRF_SMTP_USER: give user and password (NMRF_SMTP_PASSWORD), or neither"
        if self.smtp_user and self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            return (
                "NMRF_SMTP_SECURITY: must be starttls or tls, "
                "since a password would go over an open line"
            )
        return ""

    def _production_problem(self) -> str:
        if len(self.secret_key.get_secret_value()) < SHORTEST_KEY:
            return f"NMRF_SECRET_KEY: must be given, with {SHORTEST_KEY} characters at least"
        if self.secret_key.get_secret_value() == self.secret_key_before.get_secret_value():
            return "NMRF_SECRET_KEY_BEFORE: must be the former key, and is the present one"
        if not self.base_url.startswith("https://"):
            return "NMRF_BASE_URL: must begin with https://"
        if self.demo:
            return "NMRF_DEMO: must be false, since all mail with its links would be open to all"
        return ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @classmethod
    def settings_customise_sources(  # type: ignore[override]  # the other sources are not used
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        **_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Named values win over variables, and both over the files, which come as `_files`."""
        return (init_settings, env_settings, _TomlFiles(settings_cls, init_settings))


class _TomlFiles(PydanticBaseSettingsSource):
    """`config/default.toml` under `config/<environment>.toml`."""

    def __init__(self, settings_cls: type[BaseSettings], named: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._named = named()

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        environment = self._named.get("environment") or os.environ.get("NMRF_ENVIRONMENT")
        values: dict[str, Any] = {}
        for name in ("default", environment or "development"):
            path = CONFIG / f"{name}.toml"
            if path.exists():
                values |= tomllib.loads(path.read_text(encoding="utf-8"))
        return values


def load_settings(**named: Any) -> Settings:
    """Read the settings; `named` values win over everything.

    Outside production a secret key is made once and kept in the instance folder.

    Raises:
        SettingsError: with one line for each bad value.
    """
    unknown = [name for name in os.environ if _is_unknown(name)]
    if unknown:
        raise SettingsError("\n".join(f"{name}: there is no such setting" for name in unknown))
    try:
        settings = Settings(**named)
    except ValidationError as error:
        raise SettingsError("\n".join(_line(one) for one in error.errors())) from error
    except pydantic_settings.SettingsError as error:  # a list that is not JSON
        name = re.search(r'field "(\w+)"', str(error))
        raise SettingsError(
            f'NMRF_{name[1].upper() if name else "…"}: must be a list, such as ["en", "fr"]'
        ) from error
    practice = settings.workflows / "practices" / f"{settings.practice}.toml"
    if not settings.workflows.is_dir():
        raise SettingsError(f"NMRF_WORKFLOWS: there is no folder {settings.workflows}")
    if not practice.is_file():
        raise SettingsError(f"NMRF_PRACTICE: there is no file {practice}")
    if settings.secret_key.get_secret_value():
        return settings
    return settings.model_copy(update={"secret_key": SecretStr(_kept_key(settings.instance))})


def _line(error: ErrorDetails) -> str:
    said = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return said  # names its variable itself
    return f"NMRF_{str(error['loc'][0]).upper()}: {said}"


def _is_unknown(variable: str) -> bool:
    # Case does not matter in the names of settings, and so not in a mistaken one either.
    name = variable.upper()
    if not name.startswith("NMRF_") or name.startswith("NMRF_TEST_"):
        return False
    return name.removeprefix("NMRF_").lower() not in Settings.model_fields


def _kept_key(instance: Path) -> str:
    path = instance / "secret.key"
    try:
        if not path.exists():
            instance.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"NMRF_INSTANCE: {error.filename} cannot be written: {error.strerror}"
        ) from error
