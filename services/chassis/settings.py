"""Settings of one process, from the environment (`LEADRELAY_*`). Read only where a process is put together."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LEADRELAY_"
DEV_ISSUER = "leadrelay-development"
# Public on purpose: it only keeps the embedded stack working without any setup. Production refuses it.
DEV_CODEC_KEYS = "dev:" + base64.b64encode(b"leadrelay development codec key.").decode()
DEV_TELEPHONY_SECRET = "leadrelay development switchboard"  # noqa: S105 - public on purpose, as above
DEV_MAIL_FROM = "Leadrelay <sales@leadrelay.example>"
# What suits a worker to the machine it runs on: docs/tuning.md.
WORKER_TUNING = (
    "WORKFLOW_SANDBOX", "MAX_CONCURRENT_WORKFLOW_TASKS", "MAX_CACHED_WORKFLOWS", "MAX_CONCURRENT_ACTIVITIES",
    "MAX_POLLERS", "POOL_MAX",
)  # fmt: skip
# What installers, tutorials and tired people choose.
_COMMON_PASSWORDS = frozenset({
    "", "postgres", "postgresql", "password", "passw0rd", "changeme", "change-me", "change_me", "secret", "admin",
    "administrator", "root", "user", "test", "example", "default", "leadrelay", "qwerty", "letmein", "welcome",
    "temporal", "123456", "1234567", "12345678", "123456789", "1234567890",
})  # fmt: skip
_LEAST_DISTINCT_BYTES = 16  # 32 random ones have about 30; fewer than 16 do not happen
_LEAST_DISTINCT_CHARS = 8
_LEAST_SECRET_CHARS = 24
_WEAK = f"is too weak; take one with at least {_LEAST_SECRET_CHARS} characters of `openssl rand -hex 32`"


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
    workflow_sandbox: bool = Field(
        default=False, description="Run workflows in the SDK's sandbox, as tests and replays do: twice the CPU."
    )
    max_concurrent_workflow_tasks: int = Field(
        default=20, ge=2, le=1000, description="Each must be over within ten seconds, or it begins again."
    )
    max_cached_workflows: int = Field(
        default=1000, ge=0, le=100_000, description="0 replays every workflow task from the start."
    )
    max_concurrent_activities: int = Field(
        default=20, ge=1, le=1000, description="At once, and as many local ones; each may wait for a connection."
    )
    max_pollers: int = Field(default=10, ge=2, le=100, description="Requests for work that wait at Temporal, per kind.")
    plaintext_hosts: str = Field(
        default="",
        description="Hosts that production may talk to without TLS, because the network between is private, by commas.",
    )
    docs: bool | None = Field(
        default=None, description="Whether /docs and /openapi.json are there; unset: in development only."
    )
    metrics_token: str | None = Field(
        default=None, repr=False, description="Bearer token of /metrics. Without one, production has no /metrics."
    )
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

    @field_validator("metrics_token", mode="before")
    @classmethod
    def _empty_is_none(cls, value: str | None) -> str | None:
        return value or None  # as an environment file spells it

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
    def shows_docs(self) -> bool:
        """Whether the pages that describe the API are served."""
        return self.profile == "development" if self.docs is None else self.docs

    @property
    def shows_metrics(self) -> bool:
        """Whether /metrics is served: in production only to those who have its token."""
        return self.profile == "development" or self.metrics_token is not None

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
    return [*_sign_in_problems(settings), *_secret_problems(settings), *_wire_problems(settings)]


def _sign_in_problems(settings: Settings) -> Iterator[str]:
    if settings.auth_dev_jwks is not None:
        yield _refusal("AUTH_DEV_JWKS", "the development issuer's keys are not trusted in production; unset it")
    if settings.auth_issuer == DEV_ISSUER:
        yield _refusal("AUTH_ISSUER", "is the development issuer; name your OIDC issuer")
    if settings.auth_jwks_url is None:
        yield _refusal("AUTH_JWKS_URL", "is not set; give the issuer's JWKS address")
    elif urlsplit(settings.auth_jwks_url).scheme != "https":
        yield _refusal("AUTH_JWKS_URL", "must be https, or anybody on the way could hand out keys")
    for origin in settings.ui_origin.split(","):
        url = urlsplit(origin.strip())
        if url.scheme != "https" and not is_loopback(url.hostname or "*"):
            yield _refusal("UI_ORIGIN", "must be https addresses, as their pages are shown contact data")
    if settings.policy == "demo":
        yield _refusal("POLICY", "the demo policy calls people around the clock; use standard")


def _secret_problems(settings: Settings) -> Iterator[str]:
    dev_keys = {key for _, key in parse_key_ring(DEV_CODEC_KEYS)}
    if any(key in dev_keys for _, key in settings.key_ring):
        yield _refusal("CODEC_KEYS", "contains the published development key; generate your own")
    elif any(_is_weak_key(key) for _, key in settings.key_ring):
        yield _refusal("CODEC_KEYS", "contains a key that is not random; take 32 bytes of `openssl rand -base64 32`")
    if len({key for _, key in settings.key_ring}) != len(settings.key_ring):
        yield _refusal("CODEC_KEYS", "contains one key under two ids; a rotation needs a new key")
    if settings.telephony_secret == DEV_TELEPHONY_SECRET:
        yield _refusal("TELEPHONY_SECRET", "is the published development secret; generate your own")
    elif _is_weak_secret(settings.telephony_secret):
        yield _refusal("TELEPHONY_SECRET", _WEAK)
    if settings.metrics_token is not None and _is_weak_secret(settings.metrics_token):
        yield _refusal("METRICS_TOKEN", _WEAK)
    if settings.metrics_token == settings.telephony_secret:
        yield _refusal("METRICS_TOKEN", "is the secret of the switchboard too; each has its own")
    database = urlsplit(settings.database_dsn)
    password = parse_qs(database.query).get("password", [database.password])[-1]
    if _is_common(password, database.username, database.path.strip("/")):
        yield _refusal("DATABASE_DSN", "has a password that anybody would try first; generate one")
    if settings.smtp_password and _is_common(settings.smtp_password, settings.smtp_user):
        yield _refusal("SMTP_PASSWORD", "is a password that anybody would try first; generate one")


def _wire_problems(settings: Settings) -> Iterator[str]:
    private = {host.strip() for host in settings.plaintext_hosts.split(",")} - {""}
    if settings.smtp_host and settings.smtp_tls == "none" and not _is_near(settings.smtp_host, private):
        yield _refusal("SMTP_TLS", "sends mails and the password in clear; use starttls or tls")
    if settings.smtp_host and settings.mail_from == DEV_MAIL_FROM:
        yield _refusal("MAIL_FROM", "is the example sender; give your own")
    if not _is_encrypted(settings.database_dsn, private):
        yield _refusal("DATABASE_DSN", "leaves this machine without TLS; use sslmode=verify-full (or at least require)")
    yield from _temporal_problems(private)


def _temporal_problems(private: Collection[str]) -> Iterator[str]:
    # Here, because the library is slow to load, and development needs none of this.
    from temporalio.envconfig import ClientConfig

    try:
        config = ClientConfig.load_client_connect_config()
    except Exception as error:  # whatever a file of its own or a certificate can have
        yield f"TEMPORAL_ADDRESS: Temporal's settings cannot be read ({type(error).__name__})"
        return
    host = urlsplit(f"//{config.get('target_host', '')}").hostname or ""
    if not config.get("tls") and not _is_near(host, private):
        yield "TEMPORAL_ADDRESS: leaves this machine without TLS; set TEMPORAL_TLS=true, or TEMPORAL_API_KEY"


def _refusal(name: str, reason: str) -> str:
    return f"{PREFIX}{name}: {reason}"


def _is_weak_key(key: bytes) -> bool:
    """Few different bytes, a repeated part, a row of numbers, or text: nothing that was drawn at random."""
    repeated = any(key == key[:length] * (len(key) // length) for length in (1, 2, 4, 8, 16))
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    typed = all(32 <= byte < 127 for byte in key)
    return repeated or typed or len(steps) == 1 or len(set(key)) < _LEAST_DISTINCT_BYTES


def _is_weak_secret(text: str) -> bool:
    return len(text) < _LEAST_SECRET_CHARS or len(set(text)) < _LEAST_DISTINCT_CHARS


def _is_common(password: str | None, *names: str | None) -> bool:
    """Whether this password is one of the first guesses; none at all is another way of signing in."""
    return password is not None and (unquote(password).lower() in _COMMON_PASSWORDS or password in names)


def is_loopback(host: str) -> bool:
    """Whether this host is the machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_near(host: str, private: Collection[str]) -> bool:
    return host == "" or is_loopback(host) or host in private


def _is_encrypted(dsn: str, private: Collection[str]) -> bool:
    if not dsn:
        return True
    url = urlsplit(dsn)
    query = parse_qs(url.query)
    host = url.hostname or query.get("host", [""])[-1]
    if _is_near(host, private) or host.startswith("/"):
        return True
    # `prefer`, the default, silently falls back to plain text.
    return query.get("sslmode", ["prefer"])[-1] in {"require", "verify-ca", "verify-full"}
