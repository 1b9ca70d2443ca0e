"""Writes .env and certificates/, once: what is there already is somebody's, and never overwritten."""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from leadrelay.environment.certificates import DOOR_LASTS, Pair, new_authority, new_server

ENVIRONMENT = ".env"
CERTIFICATES = "certificates"
TRIAL_DOMAIN = "leadrelay.localhost"
_PRIVATE = 0o600
# The folder is closed to others. What containers mount from it is read there by users with numbers of their own.
_MOUNTED = 0o644
_OWN_CERTIFICATE = "tls /etc/caddy/certificate/front_door.crt /etc/caddy/certificate/front_door.key\n"
_SECRETS = (
    "postgres_password", "lead_gen_password", "conversion_password", "account_mgmt_password", "temporal_password",
    "metrics_token", "grafana_password", "temporal_ui_client_secret", "telephony_secret", "inbound_secret",
)  # fmt: skip


class EnvironmentExists(Exception):
    """There is one already; the message names the file."""


@dataclass(frozen=True)
class Wanted:
    """What an installation is told by whoever sets it up."""

    domain: str
    issuer: str = ""
    jwks_url: str = ""
    mail_from: str = ""
    trial: bool = False
    public: bool = False
    https_port: int = 443
    http_port: int = 80

    @property
    def origin(self) -> str:
        """The address that people open."""
        return f"https://{self.domain}" + ("" if self.https_port == 443 else f":{self.https_port}")


def create(folder: Path, wanted: Wanted) -> list[Path]:
    """Write everything into this folder; the files, in the order of writing.

    Raises EnvironmentExists before anything is changed, and OSError.
    """
    environment, certificates = folder / ENVIRONMENT, folder / CERTIFICATES
    there = [path for path in (environment, certificates) if path.exists()]
    if there:
        verb, them = ("are", "them") if there[1:] else ("is", "it")
        raise EnvironmentExists(
            f"{' and '.join(map(str, there))} {verb} there already. Nothing was changed: edit {them}, or move {them} "
            "away if nothing was started with these passwords yet"
        )
    authority = new_authority()
    certificates.mkdir(parents=True)
    certificates.chmod(0o700)
    written = [
        *_write_pair(certificates, "ca", authority, key_mode=_PRIVATE),
        *_write_pair(certificates, "postgres", new_server(authority, "postgres", "localhost")),
    ]
    (certificates / "front_door").mkdir()
    if not wanted.public:
        written += _write_door(certificates, authority, wanted.domain)
    return [*written, _write(environment, text_of(wanted).encode(), _PRIVATE)]


def renew(folder: Path) -> list[Path]:
    """A new certificate for the front door, by the authority that is there, for the domain in .env.

    Raises OSError, ValueError or TypeError where one of them is missing or damaged.
    """
    certificates = folder / CERTIFICATES
    authority = Pair.read((certificates / "ca.crt").read_bytes(), (certificates / "ca.key").read_bytes())
    lines = (folder / ENVIRONMENT).read_text(encoding="utf-8").splitlines()
    domain = next((line.partition("=")[2] for line in lines if line.startswith("LEADRELAY_DOMAIN=")), "")
    if not domain:
        raise ValueError(f"{folder / ENVIRONMENT} names no LEADRELAY_DOMAIN")
    return _write_door(certificates, authority, domain)


def text_of(wanted: Wanted) -> str:
    """The whole of .env, with secrets that are made now."""
    trial = {
        # Anybody may be anybody: Docker's ports pass by most firewalls, so they are not open to begin with.
        "listen": "127.0.0.1:",
        "auth_issuer": f"{wanted.origin}/identity",
        "auth_jwks_url": f"{wanted.origin}/identity/jwks",
        "trusted_certificates": "/certificates/ca.crt",
        "mail_from": f"Leadrelay <sales@{wanted.domain}>",
        "smtp_host": "mail_catcher",
        "smtp_port": "1025",
        "smtp_tls": "none",
    }
    real = {
        "listen": "",
        "auth_issuer": wanted.issuer,
        "auth_jwks_url": wanted.jwks_url,
        "trusted_certificates": "",
        "mail_from": wanted.mail_from or f"Leadrelay <sales@{wanted.domain}>",
        "smtp_host": "",
        "smtp_port": "587",
        "smtp_tls": "starttls",
    }
    return template().format(
        domain=wanted.domain,
        http_port=wanted.http_port,
        https_port=wanted.https_port,
        origin=wanted.origin,
        profiles="trial" if wanted.trial else "",
        codec_keys=_new_key(),
        session_keys=_new_key(),
        **{name: secrets.token_hex(24) for name in _SECRETS},
        **(trial if wanted.trial else real),
    )


def template() -> str:
    """What .env looks like, with {names} where values go."""
    return resources.files(__package__).joinpath("environment.env").read_text(encoding="utf-8")


def _new_key() -> str:
    return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def _write_door(certificates: Path, authority: Pair, domain: str) -> list[Path]:
    folder = certificates / "front_door"
    pair = new_server(authority, domain, lasts=DOOR_LASTS)
    return [
        *_write_pair(folder, "front_door", pair),
        _write(folder / "own.caddy", _OWN_CERTIFICATE.encode(), _MOUNTED),
    ]


def _write_pair(folder: Path, name: str, pair: Pair, key_mode: int = _MOUNTED) -> list[Path]:
    return [
        _write(folder / f"{name}.crt", pair.certificate_pem, _MOUNTED),
        _write(folder / f"{name}.key", pair.key_pem, key_mode),
    ]


def _write(path: Path, content: bytes, mode: int) -> Path:
    # Written whole, then named: whoever reads it meanwhile sees the old one or the new one.
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as file:
        file.write(content)
    fresh.chmod(mode)
    return fresh.replace(path)
