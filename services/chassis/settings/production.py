"""Why settings are not fit for production: all reasons at once, each naming its variable and no secret."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator
from enum import Enum
from itertools import pairwise
from urllib.parse import parse_qs, unquote, urlsplit

from services.chassis.settings.fields import (
    DEV_CODEC_KEYS,
    DEV_INBOUND_SECRET,
    DEV_ISSUER,
    DEV_MAIL_FROM,
    DEV_SESSION_KEYS,
    DEV_TELEPHONY_SECRET,
    PREFIX,
    Settings,
)
from services.chassis.settings.key_rings import parse_key_ring
from services.chassis.settings.mail_door import MailDoorSettings

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


class Use(Enum):
    """What a process does that needs a secret, or somebody's word. What it does not do it need not be given."""

    PEOPLE = "people"  # lets people and machines in by their tokens, and shows pages
    PAYLOADS = "payloads"  # reads or writes what workflows carry
    SWITCHBOARD = "switchboard"
    INBOUND_MAIL = "inbound mail"


ALL_USES = frozenset(Use)


def production_problems(settings: Settings, uses: Collection[Use] = ALL_USES) -> list[str]:
    """Every reason why a process with these uses must not start with these settings, each naming its variable."""
    return [
        *_profile_problems(settings),
        *(_sign_in_problems(settings) if Use.PEOPLE in uses else ()),
        *(_page_problems(settings) if Use.PEOPLE in uses else ()),
        *_secret_problems(settings, uses),
        *_wire_problems(settings),
    ]


def _profile_problems(settings: Settings) -> Iterator[str]:
    if settings.auth_dev_jwks is not None:
        yield _refusal("AUTH_DEV_JWKS", "the development issuer's keys are not trusted in production; unset it")
    if settings.policy == "demo":
        yield _refusal("POLICY", "the demo policy calls people around the clock; use standard")
    if settings.origin is not None and urlsplit(settings.origin).scheme != "https":
        yield _refusal("ORIGIN", "must be https, or cookies and pages are read on the way")


def _sign_in_problems(settings: Settings) -> Iterator[str]:
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


def _page_problems(settings: Settings) -> Iterator[str]:
    if settings.origin is None:
        return
    yield from _ring_problems("SESSION_KEYS", parse_key_ring(settings.session_keys), DEV_SESSION_KEYS)
    codec = {key for _, key in settings.key_ring}
    if any(key in codec for _, key in parse_key_ring(settings.session_keys)):
        yield _refusal("SESSION_KEYS", "contains a key of CODEC_KEYS; each has its own")
    if urlsplit(settings.sign_in_issuer).scheme != "https":
        yield _refusal("OIDC_ISSUER", "must be https; name your OIDC issuer, here or as AUTH_ISSUER")
    if settings.oidc_client_secret is not None and _is_weak_secret(settings.oidc_client_secret):
        yield _refusal("OIDC_CLIENT_SECRET", _WEAK)


def _ring_problems(name: str, ring: list[tuple[str, bytes]], published: str) -> Iterator[str]:
    dev_keys = {key for _, key in parse_key_ring(published)}
    if any(key in dev_keys for _, key in ring):
        yield _refusal(name, "contains the published development key; generate your own")
    elif any(_is_weak_key(key) for _, key in ring):
        yield _refusal(name, "contains a key that is not random; take 32 bytes of `openssl rand -base64 32`")
    if len({key for _, key in ring}) != len(ring):
        yield _refusal(name, "contains one key under two ids; a rotation needs a new key")


def _secret_problems(settings: Settings, uses: Collection[Use]) -> Iterator[str]:
    if Use.PAYLOADS in uses:
        yield from _ring_problems("CODEC_KEYS", settings.key_ring, DEV_CODEC_KEYS)
    if Use.SWITCHBOARD in uses:
        yield from _shared_problems("TELEPHONY_SECRET", settings.telephony_secret, DEV_TELEPHONY_SECRET)
    if Use.INBOUND_MAIL in uses and settings.reply_address is not None:
        yield from _shared_problems("INBOUND_SECRET", settings.inbound_secret, DEV_INBOUND_SECRET)
    if settings.metrics_token is not None and _is_weak_secret(settings.metrics_token):
        yield _refusal("METRICS_TOKEN", _WEAK)
    if settings.metrics_token == settings.telephony_secret:
        yield _refusal("METRICS_TOKEN", "is the secret of the switchboard too; each has its own")
    for name, dsn in _dsns(settings):
        database = urlsplit(dsn)
        password = parse_qs(database.query).get("password", [database.password])[-1]
        if _is_common(password, database.username, database.path.strip("/")):
            yield _refusal(name, "has a password that anybody would try first; generate one")
    if settings.smtp_password and _is_common(settings.smtp_password, settings.smtp_user):
        yield _refusal("SMTP_PASSWORD", "is a password that anybody would try first; generate one")


def _shared_problems(name: str, secret: str, published: str) -> Iterator[str]:
    if secret == published:
        yield _refusal(name, "is the published development secret; generate your own")
    elif _is_weak_secret(secret):
        yield _refusal(name, _WEAK)


def _dsns(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every database that is named, with the variable that names it."""
    yield "DATABASE_DSN", settings.database_dsn
    for dsn in settings.dsns_by_tier.values():
        yield "DATABASE_DSNS", dsn


def _wire_problems(settings: Settings) -> Iterator[str]:
    private = {host.strip() for host in settings.plaintext_hosts.split(",")} - {""}
    if settings.smtp_host and settings.smtp_tls == "none" and not _is_near(settings.smtp_host, private):
        yield _refusal("SMTP_TLS", "sends mails and the password in clear; use starttls or tls")
    if settings.smtp_host and settings.mail_from == DEV_MAIL_FROM:
        yield _refusal("MAIL_FROM", "is the example sender; give your own")
    switchboard = urlsplit(settings.switchboard_url or "")
    if switchboard.scheme == "http" and not _is_near(switchboard.hostname or "", private):
        yield _refusal("SWITCHBOARD_URL", "sends numbers in clear to another host; use https")
    for tier, address in settings.tiers.items():
        url = urlsplit(address)
        if url.scheme == "http" and not _is_near(url.hostname or "", private):
            yield _refusal("TIER_APIS", f"asks {tier} in clear on another host; use https")
    for name, dsn in _dsns(settings):
        if not _is_encrypted(dsn, private):
            yield _refusal(name, "leaves this machine without TLS; use sslmode=verify-full (or at least require)")
    yield from _temporal_problems(private)


def mail_door_problems(settings: Settings, door: MailDoorSettings) -> list[str]:
    """Why the mail door must not start with these settings in production."""
    private = {host.strip() for host in settings.plaintext_hosts.split(",")} - {""}
    problems = []
    if door.imap_host and door.imap_tls == "none" and not _is_near(door.imap_host, private):
        problems.append(_refusal("IMAP_TLS", "sends mails and the password in clear; use starttls or tls"))
    for tier, url in door.tiers.items():
        if urlsplit(url).scheme == "http" and not _is_near(urlsplit(url).hostname or "", private):
            problems.append(_refusal("INBOUND_TIERS", f"sends mails in clear to another host ({tier}); use https"))
    return problems


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
