"""Settings of one process, from the environment (`LEADRELAY_*`). Read only where a process is put together."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LEADRELAY_"
DEV_ISSUER = "leadrelay-development"
# Public on purpose: it only keeps the embedded stack working without any setup. Production refuses it.
DEV_CODEC_KEYS = "dev:" + base64.b64encode(b"leadrelay development codec key.").decode()
DEV_TELEPHONY_SECRET = "leadrelay development switchboard"  # noqa: S105 - public on purpose, as above
DEV_MAIL_FROM = "Leadrelay <sales@leadrelay.example>"
_LOOPBACK = {"", "localhost", "127.0.0.1", "::1"}


class SettingsError(Exception):
    """A process must not start with these settings; the message says what is wrong with each variable."""


class Settings(BaseSettings):
    """Everything that can be set for a process of Leadrelay. Temporal's own address comes from `TEMPORAL_*`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    profile: Literal["development", "production"] = "development"
    database_dsn: str = Field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    health_port: int = Field(default=8001, ge=0, le=65535, description="Health and metrics of a worker.")
    metrics_port: int | None = Field(default=None, description="Prometheus endpoint of the worker's Temporal SDK.")
    policy: Literal["standard", "demo"] = "standard"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    auth_issuer: str = DEV_ISSUER
    auth_audience: str = "leadrelay"
    auth_jwks_url: str | None = None
    auth_dev_jwks: Path | None = None
    codec_keys: str = Field(default=DEV_CODEC_KEYS, repr=False, description="`id:base64key,...`; the first encrypts.")
    telephony_secret: str = Field(
        default=DEV_TELEPHONY_SECRET, repr=False, min_length=16, description="The switchboard signs its events with it."
    )
    smtp_host: str | None = Field(default=None, description="Without one, mails wait in the queue.")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    mail_from: str = Field(default=DEV_MAIL_FROM, min_length=3, description="Sender of all mails.")
    worker_deployment: str | None = None
    worker_build_id: str | None = None
    max_cached_workflows: int = Field(default=1000, ge=0, description="0 replays every workflow task from the start.")
    ui_origin: str = Field(
        default="http://127.0.0.1:8233,http://localhost:8233",
        description="Origins of the Temporal UI, separated by commas.",
    )
    pool_max: int = Field(default=10, ge=1, le=200)
    max_body_bytes: int = Field(default=1 << 20, ge=1024)
    max_upload_bytes: int = Field(default=256 << 20, ge=1024)
    body_seconds: float = Field(
        default=20.0, gt=0, description="How long a body may take, and one second more for every 16 KiB of it."
    )
    shutdown_seconds: int = Field(default=20, ge=1, description="How long requests in flight may take to end.")

    @field_validator("database_dsn")
    @classmethod
    def _dsn_is_one(cls, value: str) -> str:
        # Without repeating it: there is a password in it.
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("codec_keys")
    @classmethod
    def _keys_are_readable(cls, value: str) -> str:
        parse_key_ring(value)
        return value

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.worker_deployment is None) != (self.worker_build_id is None):
            raise ValueError(f"{PREFIX}WORKER_DEPLOYMENT and {PREFIX}WORKER_BUILD_ID are set together or not at all")
        return self

    @property
    def key_ring(self) -> list[tuple[str, bytes]]:
        """Codec keys in the order given: (id, 32 bytes). The first encrypts, all decrypt."""
        return parse_key_ring(self.codec_keys)


def parse_key_ring(text: str) -> list[tuple[str, bytes]]:
    """Read `id:base64key,id2:base64key`. Raises ValueError without ever repeating the key."""
    ring: list[tuple[str, bytes]] = []
    for position, part in enumerate(text.split(","), start=1):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise ValueError(f"key {position} is not base64") from None
        if not key_id or len(key) != 32:
            raise ValueError(f"key {position} must be `id:` and 32 bytes in base64")
        ring.append((key_id, key))
    if len({key_id for key_id, _ in ring}) != len(ring):
        raise ValueError("two keys have the same id")
    return ring


def load_settings() -> Settings:
    """Settings from the environment; raises SettingsError, also for anything production must not run with."""
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [_line(item["loc"], item["msg"]) for item in error.errors(include_input=False, include_url=False)]
        raise SettingsError("\n".join(lines)) from None
    problems = production_problems(settings) if settings.profile == "production" else []
    if problems:
        raise SettingsError("\n".join(["The production profile refuses to start:", *problems]))
    return settings


def _line(loc: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + str(loc[0]).upper().removeprefix(PREFIX) if loc else "environment"
    return f"{name}: {message}"


def production_problems(settings: Settings) -> list[str]:
    """Every reason why these settings are not fit for production, each naming its variable."""
    found: list[str] = []

    def refuse(name: str, reason: str) -> None:
        found.append(f"{PREFIX}{name}: {reason}")

    if settings.auth_dev_jwks is not None:
        refuse("AUTH_DEV_JWKS", "the development issuer's keys are not trusted in production; unset it")
    if settings.auth_issuer == DEV_ISSUER:
        refuse("AUTH_ISSUER", "is the development issuer; name your OIDC issuer")
    if settings.auth_jwks_url is None:
        refuse("AUTH_JWKS_URL", "is not set; give the issuer's JWKS address")
    elif urlsplit(settings.auth_jwks_url).scheme != "https":
        refuse("AUTH_JWKS_URL", "must be https, or anybody on the way could hand out keys")
    dev_keys = {key for _, key in parse_key_ring(DEV_CODEC_KEYS)}
    if any(key in dev_keys for _, key in settings.key_ring):
        refuse("CODEC_KEYS", "contains the published development key; generate your own")
    if settings.telephony_secret == DEV_TELEPHONY_SECRET:
        refuse("TELEPHONY_SECRET", "is the published development secret; generate your own")
    if settings.smtp_host and settings.smtp_tls == "none" and settings.smtp_host not in _LOOPBACK:
        refuse("SMTP_TLS", "sends mails and the password in clear; use starttls or tls")
    if settings.smtp_host and settings.mail_from == DEV_MAIL_FROM:
        refuse("MAIL_FROM", "is the example sender; give your own")
    if not _is_encrypted(settings.database_dsn):
        refuse("DATABASE_DSN", "leaves this machine without TLS; use sslmode=verify-full (or at least require)")
    if settings.policy == "demo":
        refuse("POLICY", "the demo policy calls people around the clock; use standard")
    return found


def _is_encrypted(dsn: str) -> bool:
    if not dsn:
        return True
    url = urlsplit(dsn)
    query = parse_qs(url.query)
    host = url.hostname or query.get("host", [""])[-1]
    if host in _LOOPBACK or host.startswith("/"):
        return True
    # `prefer`, the default, silently falls back to plain text.
    return query.get("sslmode", ["prefer"])[-1] in {"require", "verify-ca", "verify-full"}
