"""Every setting of a process, and what none of them may be in any profile."""

from __future__ import annotations

import base64
import ipaddress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.commands import Typed
from services.chassis.settings.key_rings import parse_key_ring

PREFIX = "LEADRELAY_"
DEV_ISSUER = "leadrelay-development"
# Public on purpose: it only keeps the embedded stack working without any setup. Production refuses it.
DEV_CODEC_KEYS = "dev:" + base64.b64encode(b"leadrelay development codec key.").decode()
DEV_SESSION_KEYS = "dev:" + base64.b64encode(b"leadrelay development cookie key").decode()
DEV_TELEPHONY_SECRET = "leadrelay development switchboard"  # noqa: S105 - public on purpose, as above
DEV_INBOUND_SECRET = "leadrelay development mail door"  # noqa: S105 - public on purpose, as above
DEV_MAIL_FROM = "Leadrelay <sales@leadrelay.example>"
# What suits a worker to the machine it runs on: docs/tuning.md.
WORKER_TUNING = (
    "WORKFLOW_SANDBOX", "MAX_CONCURRENT_WORKFLOW_TASKS", "MAX_CACHED_WORKFLOWS", "MAX_CONCURRENT_ACTIVITIES",
    "MAX_POLLERS", "POOL_MAX",
)  # fmt: skip


class SettingsError(Exception):
    """A process must not start with these settings; the message says what is wrong with each variable."""


class Settings(BaseSettings):
    """Everything that can be set for a process of Leadrelay. Temporal's own address comes from `TEMPORAL_*`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    profile: Literal["development", "production"] = "development"
    commands: Typed = Field(
        default="leadrelay", description="What people are told to type: `compose` where docker-compose.yml runs it."
    )
    database_dsn: str = Field(default="", repr=False)
    database_dsns: str = Field(
        default="", repr=False, description="`tier=postgresql://...,...`: for who looks into every tier's database."
    )
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
    origin: str | None = Field(
        default=None, description="Address of the pages as people type it, without a path; unset: there are no pages."
    )
    oidc_issuer: str | None = Field(default=None, description="Where people sign in; unset: AUTH_ISSUER.")
    oidc_client_id: str = Field(default="leadrelay", min_length=1)
    oidc_client_secret: str | None = Field(default=None, repr=False, description="Unset: a public client, with PKCE.")
    oidc_scopes: str = "openid profile offline_access"
    oidc_prompt: str | None = Field(
        default=None, description="`consent` for an issuer that gives refresh tokens only after asking (OIDC Core, 11)."
    )
    session_keys: str = Field(
        default=DEV_SESSION_KEYS,
        repr=False,
        description="`id:base64key,...` for the pages' cookie; the first encrypts.",
    )
    session_hours: int = Field(default=12, ge=1, le=168, description="After so long people sign in anew.")
    undo_seconds: float = Field(
        default=8.0, ge=0, le=60, description="How long what was done on a page may be taken back, before it goes on."
    )
    codec_keys: str = Field(default=DEV_CODEC_KEYS, repr=False, description="`id:base64key,...`; the first encrypts.")
    telephony_secret: str = Field(
        default=DEV_TELEPHONY_SECRET, repr=False, min_length=16, description="The switchboard signs its events with it."
    )
    switchboard_url: str | None = Field(
        default=None, description="Where the switchboard is asked for calls; unset: people dial by `tel:` links."
    )
    notice: str | None = Field(default=None, max_length=200, description="A quiet line on every page.")
    smtp_host: str | None = Field(default=None, description="Without one, mails wait in the queue.")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    mail_from: str = Field(default=DEV_MAIL_FROM, min_length=3, description="Sender of all mails.")
    reply_address: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,20}@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$",
        description="Each mail's answers come to an address of its own below this one; unset: nobody reads answers.",
    )
    inbound_secret: str = Field(
        default=DEV_INBOUND_SECRET, repr=False, min_length=16, description="The mail door hands mail over with it."
    )
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
    webhook_allow: str = Field(
        default="",
        description="Private networks that webhooks may reach, e.g. `10.1.0.0/16,fd00::/8`. Unset: the internet only.",
    )
    docs: bool | None = Field(
        default=None, description="Whether /docs and /openapi.json are there; unset: in development only."
    )
    metrics_token: str | None = Field(
        default=None, repr=False, description="Bearer token of /metrics. Without one, production has no /metrics."
    )
    traces_endpoint: str | None = Field(
        default=None,
        description="Collector of OpenTelemetry (OTLP over HTTP), e.g. `http://otel:4318`. Unset: no traces.",
    )
    traces_share: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description="Share of requests that are traced; one that comes with a trace was decided where that began.",
    )
    ui_origin: str = Field(
        default="http://127.0.0.1:8233,http://localhost:8233",
        description="Origins of the Temporal UI, separated by commas.",
    )
    temporal_ui: str | None = Field(
        default=None, description="Address of the Temporal UI, for links to workflows; unset: the first of UI_ORIGIN."
    )
    tier_apis: str = Field(
        default="", description="`lead_gen=http://...,conversion=...,account_mgmt=...`: what ops asks for stories."
    )
    pool_max: int = Field(default=10, ge=1, le=200)
    max_body_bytes: int = Field(default=1 << 20, ge=1024)
    max_upload_bytes: int = Field(default=256 << 20, ge=1024)
    body_seconds: float = Field(
        default=20.0, gt=0, description="How long a body may take, and one second more for every 16 KiB of it."
    )
    drain_seconds: float = Field(default=0, ge=0, le=60, description="How long an API that stops still takes requests.")
    shutdown_seconds: int = Field(default=20, ge=1, description="How long requests in flight may take to end.")

    @field_validator("database_dsn")
    @classmethod
    def _dsn_is_one(cls, value: str) -> str:
        # Without repeating it: there is a password in it.
        if value and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("must begin with postgresql://")
        return value

    @field_validator("database_dsns")
    @classmethod
    def _dsns_are_some(cls, value: str) -> str:
        if any(not dsn.startswith(("postgresql://", "postgres://")) for dsn in _by_tier(value).values()):
            raise ValueError("must be tier=postgresql://...,tier=postgresql://...")
        return value

    @field_validator("webhook_allow")
    @classmethod
    def _networks_are_some(cls, value: str) -> str:
        try:
            _ = [ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip()]
        except ValueError:
            raise ValueError("must be networks, such as 10.1.0.0/16,fd00::/8") from None
        return value

    @field_validator("tier_apis")
    @classmethod
    def _apis_are_some(cls, value: str) -> str:
        if any(urlsplit(url).scheme not in {"http", "https"} for url in _by_tier(value).values()):
            raise ValueError("must be tier=http://...,tier=http://...")
        return value

    @field_validator("origin")
    @classmethod
    def _origin_is_one(cls, value: str | None) -> str | None:
        url = urlsplit(value or "")
        if value is not None and (url.scheme not in {"http", "https"} or not url.netloc or value != _origin(value)):
            raise ValueError("must be http:// or https:// and a host, without a path")
        return value

    @field_validator("switchboard_url")
    @classmethod
    def _switchboard_is_one(cls, value: str | None) -> str | None:
        # Without repeating it: there may be a password in it.
        if value is not None and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("must be an http:// or https:// address")
        return value

    @field_validator(
        *("switchboard_url", "notice", "metrics_token", "reply_address", "origin", "oidc_issuer", "oidc_client_secret"),
        *("oidc_prompt", "temporal_ui"),
        mode="before",
    )
    @classmethod
    def _empty_is_none(cls, value: str | None) -> str | None:
        return value or None  # as an environment file spells it

    @field_validator("session_keys", mode="before")
    @classmethod
    def _empty_is_the_default(cls, value: str) -> str:
        return value or DEV_SESSION_KEYS  # refused in production, where there are pages

    @field_validator("inbound_secret", mode="before")
    @classmethod
    def _empty_is_the_published_one(cls, value: str) -> str:
        return value or DEV_INBOUND_SECRET  # refused in production, where answers are read

    @field_validator("codec_keys", "session_keys")
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
    def dsns_by_tier(self) -> dict[str, str]:
        """The databases of the tiers as DATABASE_DSNS names them."""
        return _by_tier(self.database_dsns)

    @property
    def tiers(self) -> dict[str, str]:
        """The tiers' APIs as TIER_APIS names them, by tier."""
        return {tier: url.rstrip("/") for tier, url in _by_tier(self.tier_apis).items()}

    @property
    def temporal_pages(self) -> str:
        """Where the Temporal UI is, without a slash behind."""
        return (self.temporal_ui or self.ui_origin.split(",")[0].strip()).rstrip("/")

    def dsn_of(self, tier: str) -> str | None:
        """A tier's database: as DATABASE_DSNS names it, or DATABASE_DSN with the tier's name for {tier}; else none."""
        one = self.database_dsn.replace("{tier}", tier) if "{tier}" in self.database_dsn else None
        return self.dsns_by_tier.get(tier, one)

    @property
    def shows_docs(self) -> bool:
        """Whether the pages that describe the API are served."""
        return self.profile == "development" if self.docs is None else self.docs

    @property
    def shows_metrics(self) -> bool:
        """Whether /metrics is served: in production only to those who have its token."""
        return self.profile == "development" or self.metrics_token is not None

    @property
    def sign_in_issuer(self) -> str:
        """The OIDC issuer of the people who use the pages."""
        return self.oidc_issuer or self.auth_issuer

    @property
    def key_ring(self) -> list[tuple[str, bytes]]:
        """Codec keys in the order given: (id, 32 bytes). The first encrypts, all decrypt."""
        return parse_key_ring(self.codec_keys)


def _origin(address: str) -> str:
    url = urlsplit(address)
    return f"{url.scheme}://{url.netloc}"


def _by_tier(text: str) -> dict[str, str]:
    # A password has no comma in it that is not written %2C.
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {tier: dsn for tier, _, dsn in pairs}
