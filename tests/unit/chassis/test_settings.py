"""Settings: what is refused, and that the message names the variable and no secret."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from services.chassis.settings import DEV_CODEC_KEYS, DEV_ISSUER, SettingsError, load_settings

KEY = base64.b64encode(b"k" * 32).decode()
PRODUCTION = {
    "LEADRELAY_PROFILE": "production",
    "LEADRELAY_DATABASE_DSN": "postgresql://app:pw@db.example.org/lead_gen?sslmode=verify-full",
    "LEADRELAY_AUTH_ISSUER": "https://login.example.org",
    "LEADRELAY_AUTH_JWKS_URL": "https://login.example.org/keys",
    "LEADRELAY_CODEC_KEYS": f"k1:{KEY}",
    "LEADRELAY_TELEPHONY_SECRET": "thirty-two random bytes in hex",
}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("LEADRELAY_")]:
        monkeypatch.delenv(name)


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
    assert settings.key_ring == [("k1", b"k" * 32)]
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
