"""Every setting, typed. The service refuses to start on a bad value and says which one."""

from __future__ import annotations

import os
import secrets
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import ArgumentError

from nmrf.paths import CONFIG, INSTANCE, WORKFLOWS

Environment = Literal["development", "testing", "production"]


class SettingsError(Exception):
    """One or more settings are wrong; the message has a line for each."""


class Settings(BaseSettings):
    """What `config/*.toml` and `NMRF_…` variables say. Described in `config/default.toml`."""

    model_config = SettingsConfigDict(env_prefix="NMRF_", extra="forbid", frozen=True)

    environment: Environment = "development"
    secret_key: SecretStr = SecretStr("")
    instance: Path = INSTANCE
    # Beside the files, wherever the instance folder lies.
    database_url: str = Field(
        default_factory=lambda read: f"sqlite:///{read.get('instance', INSTANCE) / 'nmrf.sqlite'}"
    )
    workflows: Path = WORKFLOWS

    site_name: str
    state: str = Field(pattern=r"^[A-Z]{3}$")
    country: str = Field(pattern=r"^[A-Z]{2}$")
    time_zone: str
    languages: tuple[str, ...] = Field(min_length=1)
    default_language: str
    practice: str

    host: str
    port: int = Field(ge=0, le=65535)
    base_url: str = Field(pattern=r"^https?://[^/]+$")
    trusted_proxies: int = Field(ge=0, le=5)

    mail_transport: Literal["folder", "smtp"]
    mail_from_name: str
    mail_from_address: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
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
    max_upload_mb: int = Field(ge=1, le=100)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    log_format: Literal["json", "text"]
    demo: bool

    @property
    def files_folder(self) -> Path:
        return self.instance / "files"

    @property
    def mail_folder(self) -> Path:
        return self.instance / "mail"

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
            msg = f"default_language {self.default_language!r} is not among languages"
            raise ValueError(msg)
        if self.environment == "production":
            if len(self.secret_key.get_secret_value()) < 32:
                msg = "secret_key must be given in production, with 32 characters at least"
                raise ValueError(msg)
            if not self.base_url.startswith("https://"):
                msg = "base_url must begin with https:// in production"
                raise ValueError(msg)
        return self

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
    try:
        settings = Settings(**named)
    except ValidationError as error:
        lines = [
            f"NMRF_{'_'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}"
            for e in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from error
    unknown = [name for name in os.environ if _is_unknown(name)]
    if unknown:
        raise SettingsError("\n".join(f"{name}: there is no such setting" for name in unknown))
    if settings.secret_key.get_secret_value():
        return settings
    return settings.model_copy(update={"secret_key": SecretStr(_kept_key(settings.instance))})


def _is_unknown(variable: str) -> bool:
    if not variable.startswith("NMRF_") or variable.startswith("NMRF_TEST_"):
        return False
    return variable.removeprefix("NMRF_").lower() not in Settings.model_fields


def _kept_key(instance: Path) -> str:
    path = instance / "secret.key"
    if not path.exists():
        instance.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8")
