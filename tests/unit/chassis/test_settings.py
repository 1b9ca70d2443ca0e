"""Settings: what is refused, and that the message names the variable and no secret."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from services.chassis.settings import DEV_CODEC_KEYS, DEV_ISSUER, DEV_SESSION_KEYS, SettingsError, load_settings

RAW_KEY = hashlib.sha256(b"a key of these tests").digest()
KEY = base64.b64encode(RAW_KEY).decode()
PRODUCTION = {
    "LEADRELAY_PROFILE": "production",
    "LEADRELAY_DATABASE_DSN": "postgresql://app:pw@db.example.org/lead_gen?sslmode=verify-full",
    "LEADRELAY_AUTH_ISSUER": "https://login.example.org",
    "LEADRELAY_AUTH_JWKS_URL": "https://login.example.org/keys",
    "LEADRELAY_CODEC_KEYS": f"k1:{KEY}",
    "LEADRELAY_TELEPHONY_SECRET": "thirty-two random bytes in hex",
}


WEAK_KEYS = [
    base64.b64encode(key).decode()
    for key in (
        bytes(32), b"k" * 32, b"ab" * 16, b"sixteen letters!" * 2, bytes(range(32)), bytes(range(32, 0, -1)),
        b"a sentence of thirty-two letters", b"\0" * 20 + RAW_KEY[:12],
    )
]  # fmt: skip
COMMON = ["postgres", "Postgres", "password", "changeme", "lead_gen", "app", "123456", "p%6Fstgres", ""]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith(("LEADRELAY_", "TEMPORAL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)


def put(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_development_needs_nothing() -> None:
    settings = load_settings()
    assert (settings.profile, settings.auth_issuer) == ("development", DEV_ISSUER)
    assert [key_id for key_id, _ in settings.key_ring] == ["dev"]


def test_a_good_production_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, PRODUCTION)
    settings = load_settings()
    assert settings.key_ring == [("k1", RAW_KEY)]
    assert "pw" not in repr(settings) and KEY not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUTH_DEV_JWKS", "/some/jwks.json"),
        ("AUTH_ISSUER", DEV_ISSUER),
        ("AUTH_JWKS_URL", None),
        ("AUTH_JWKS_URL", "http://login.example.org/keys"),
        ("CODEC_KEYS", None),
        ("TELEPHONY_SECRET", None),
        ("CODEC_KEYS", f"k1:{KEY},old:{DEV_CODEC_KEYS.partition(':')[2]}"),
        ("DATABASE_DSN", "postgresql://app@db.example.org/x"),
        ("DATABASE_DSN", "postgresql://app@db.example.org/x?sslmode=disable"),
        ("DATABASE_DSN", "postgresql://app@/x?host=db.example.org&sslmode=prefer"),
        ("DATABASE_DSN", "postgresql://app@localhost,db.example.org/x"),
        ("POLICY", "demo"),
        *(("CODEC_KEYS", f"k1:{key}") for key in WEAK_KEYS),
        ("CODEC_KEYS", f"k1:{KEY},k0:{WEAK_KEYS[0]}"),
        ("CODEC_KEYS", f"k1:{KEY},k2:{KEY}"),
        ("TELEPHONY_SECRET", "a" * 64),
        ("TELEPHONY_SECRET", "abababababababababababababababab"),
        ("TELEPHONY_SECRET", "sixteen letters!"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", PRODUCTION["LEADRELAY_TELEPHONY_SECRET"]),
        *(("DATABASE_DSN", f"postgresql://app:{word}@localhost/lead_gen") for word in COMMON),
        ("DATABASE_DSN", "postgresql://app@/lead_gen?host=/run/pg&password=changeme"),
        ("SMTP_PASSWORD", "password"),
        ("UI_ORIGIN", "http://temporal.example.org"),
        ("UI_ORIGIN", "https://temporal.example.org,http://temporal.example.org"),
        ("UI_ORIGIN", "*"),
    ],
)
def test_production_refuses(monkeypatch: pytest.MonkeyPatch, name: str, value: str | None) -> None:
    variable = f"LEADRELAY_{name}"
    put(monkeypatch, {key: item for key, item in PRODUCTION.items() if key != variable})
    if value is not None:
        monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"{variable}: "):
        load_settings()


@pytest.mark.parametrize(
    "environment",
    [
        {"TEMPORAL_ADDRESS": "temporal:7233"},
        {"TEMPORAL_ADDRESS": "10.0.0.7:7233"},
        {"TEMPORAL_ADDRESS": "[fd00::7]:7233"},
        {"TEMPORAL_ADDRESS": "temporal.example.org:7233", "TEMPORAL_API_KEY": "x", "TEMPORAL_TLS": "false"},
        {"TEMPORAL_ADDRESS": "localhost:7233", "TEMPORAL_TLS_CLIENT_CERT_PATH": "/there/is/none.pem"},
    ],
)
def test_production_does_not_talk_to_temporal_in_clear(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    put(monkeypatch, {**PRODUCTION, **environment})
    with pytest.raises(SettingsError, match="TEMPORAL_ADDRESS: "):
        load_settings()


@pytest.mark.parametrize(
    "environment",
    [
        {"TEMPORAL_ADDRESS": "127.0.0.1:7233"},
        {"TEMPORAL_ADDRESS": "[::1]:7233"},
        {"TEMPORAL_ADDRESS": "temporal:7233", "TEMPORAL_TLS": "true"},
        {"TEMPORAL_ADDRESS": "x.tmprl.cloud:7233", "TEMPORAL_API_KEY": "x"},
        {"TEMPORAL_ADDRESS": "temporal:7233", "LEADRELAY_PLAINTEXT_HOSTS": "postgres, temporal"},
        {"LEADRELAY_DATABASE_DSN": "postgresql://a:b@postgres/x", "LEADRELAY_PLAINTEXT_HOSTS": "postgres"},
    ],
)
def test_production_needs_no_tls_where_nobody_else_is(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    put(monkeypatch, {**PRODUCTION, **environment})
    load_settings()


def test_random_keys_are_never_taken_for_weak_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(500):
        key = base64.b64encode(hashlib.sha256(str(number).encode()).digest()).decode()
        put(monkeypatch, {**PRODUCTION, "LEADRELAY_CODEC_KEYS": f"k1:{key}"})
        load_settings()


def test_docs_are_for_development_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().shows_docs
    put(monkeypatch, {**PRODUCTION, "LEADRELAY_METRICS_TOKEN": ""})
    assert (load_settings().shows_docs, load_settings().metrics_token) == (False, None)
    monkeypatch.setenv("LEADRELAY_DOCS", "true")
    assert load_settings().shows_docs


@pytest.mark.parametrize(
    "dsn", ["postgresql://a@localhost/x", "postgresql://a@127.0.0.1:5433/x", "postgresql://a@/x?host=/run/pg", ""]
)
def test_production_needs_no_tls_on_its_own_machine(monkeypatch: pytest.MonkeyPatch, dsn: str) -> None:
    put(monkeypatch, {**PRODUCTION, "LEADRELAY_DATABASE_DSN": dsn})
    assert load_settings().database_dsn == dsn


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "many", "integer"),
        ("PORT", "70000", "65535"),
        ("POLICY", "sporty", "standard"),
        ("MAX_CONCURRENT_WORKFLOW_TASKS", "1", "greater than or equal to 2"),
        ("MAX_CONCURRENT_ACTIVITIES", "0", "greater than or equal to 1"),
        ("MAX_CACHED_WORKFLOWS", "-1", "greater than or equal to 0"),
        ("MAX_POLLERS", "1", "greater than or equal to 2"),
        ("WORKFLOW_SANDBOX", "perhaps", "boolean"),
        ("CODEC_KEYS", "k1:c2hvcnQ=", "32 bytes"),
        ("CODEC_KEYS", "k1:$$$", "not base64"),
        ("CODEC_KEYS", KEY, "must be `id:`"),
        ("CODEC_KEYS", f"a:{KEY},a:{KEY}", "same id"),
    ],
)
def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str) -> None:
    monkeypatch.setenv(f"LEADRELAY_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"LEADRELAY_{name}: " in str(caught.value) and reason in str(caught.value)
    assert KEY not in str(caught.value)


def test_versioning_is_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADRELAY_WORKER_DEPLOYMENT", "lead-gen")
    with pytest.raises(SettingsError, match="WORKER_BUILD_ID"):
        load_settings()


def test_paths_are_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADRELAY_AUTH_DEV_JWKS", "/x/jwks.json")
    assert load_settings().auth_dev_jwks == Path("/x/jwks.json")


PAGES = {
    **PRODUCTION,
    "LEADRELAY_ORIGIN": "https://crm.example.org",
    "LEADRELAY_SESSION_KEYS": "s1:" + base64.b64encode(hashlib.sha256(b"another key of these tests").digest()).decode(),
}


def test_production_serves_pages_with_keys_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, PAGES)
    settings = load_settings()
    assert (settings.origin, settings.sign_in_issuer) == ("https://crm.example.org", "https://login.example.org")
    assert PAGES["LEADRELAY_SESSION_KEYS"] not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ORIGIN", "http://crm.example.org", "must be https"),
        ("ORIGIN", "https://crm.example.org/desk", "without a path"),
        ("ORIGIN", "crm.example.org", "must be http:// or https://"),
        ("SESSION_KEYS", DEV_SESSION_KEYS, "published development key"),
        ("SESSION_KEYS", f"s1:{WEAK_KEYS[0]}", "is not random"),
        ("SESSION_KEYS", f"k1:{KEY}", "a key of CODEC_KEYS"),
        ("OIDC_ISSUER", "http://login.example.org", "must be https"),
        ("OIDC_CLIENT_SECRET", "secret", "too weak"),
    ],
)
def test_pages_are_refused_what_would_let_others_in(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    put(monkeypatch, {**PAGES, f"LEADRELAY_{name}": value})
    with pytest.raises(SettingsError, match=f"LEADRELAY_{name}: .*{reason}"):
        load_settings()


def test_without_pages_production_needs_no_keys_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, PRODUCTION)
    assert load_settings().origin is None
