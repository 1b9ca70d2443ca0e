"""Settings of the mail door alone: where mail comes in, and which tiers it is handed to."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.settings.fields import PREFIX

_TIERS = ("conversion", "account_mgmt")


class MailDoorSettings(BaseSettings):
    """What the mail door is told besides the settings of every process. At least one of its two ways in is open."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    inbound_tiers: str = Field(description="`conversion=http://...,account_mgmt=http://...`: the tiers' APIs.")
    inbound_host: str = "127.0.0.1"
    inbound_port: int | None = Field(default=None, ge=0, le=65535, description="Unset: no SMTP or LMTP.")
    inbound_protocol: Literal["smtp", "lmtp"] = "smtp"
    imap_host: str | None = Field(default=None, description="Unset: no mailbox is read.")
    imap_port: int = Field(default=993, ge=1, le=65535)
    imap_tls: Literal["none", "starttls", "tls"] = "tls"
    imap_user: str = ""
    imap_password: str = Field(default="", repr=False)
    imap_folder: str = "INBOX"

    @field_validator("inbound_tiers")
    @classmethod
    def _tiers_are_some(cls, value: str) -> str:
        found = _read(value)
        if set(found) != set(_TIERS) or any(urlsplit(url).scheme not in {"http", "https"} for url in found.values()):
            raise ValueError("must name an address of conversion and of account_mgmt: tier=http://...,tier=http://...")
        return value

    @field_validator("imap_host", mode="before")
    @classmethod
    def _empty_is_none(cls, value: str | None) -> str | None:
        return value or None

    @model_validator(mode="after")
    def _is_open(self) -> Self:
        if self.inbound_port is None and self.imap_host is None:
            raise ValueError(f"give {PREFIX}INBOUND_PORT, {PREFIX}IMAP_HOST, or both: no mail comes in otherwise")
        return self

    @property
    def tiers(self) -> dict[str, str]:
        """The tiers' APIs, in the order in which they are asked."""
        return _read(self.inbound_tiers)


def _read(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name: url.rstrip("/") for name, _, url in pairs}
