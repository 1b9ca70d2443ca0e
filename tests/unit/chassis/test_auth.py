"""Tokens and keys: which are trusted, and what happens while the issuer is away."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from services.chassis.auth import KeySet, Principal, Verifier, make_verifier
from services.chassis.dev_issuer import DevIssuer
from services.chassis.errors import Unauthorized, Unavailable
from services.chassis.settings import Settings, SettingsError

ISSUER, AUDIENCE = "https://login.example.org", "leadrelay"
SHORT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - the point of it
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
KEYS: list[dict[str, Any]] = [
    {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "rsa", "alg": "RS256"},
    {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "ec"},
    {"kid": "shared", "kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "alg": "HS256"},
    {"kid": "odd", "kty": "??"},
    {"kty": "RSA"},
    {**RSAAlgorithm.to_jwk(SHORT_KEY.public_key(), as_dict=True), "kid": "short", "alg": "RS256"},
]


class Issuer:
    """Stands where the issuer's JWKS address stands; counts how often it is asked."""

    def __init__(self, keys: list[dict[str, Any]]) -> None:
        self.keys = keys
        self.asked = 0
        self.down = False

    async def fetch(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.down:
            raise httpx.ConnectError("down")
        return {"keys": self.keys}


def claims(**changes: Any) -> dict[str, Any]:
    base = {"iss": ISSUER, "aud": AUDIENCE, "sub": "p-1", "tier": "lead_gen", "role": "caller"}
    merged = {**base, "exp": datetime.now(UTC) + timedelta(hours=1), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def rs256(**changes: Any) -> str:
    return jwt.encode(claims(**changes), RSA_KEY, algorithm="RS256", headers={"kid": "rsa"})


def verifier(issuer: Issuer | None = None) -> Verifier:
    return Verifier(KeySet((issuer or Issuer(KEYS)).fetch), issuer=ISSUER, audience=AUDIENCE)


async def refusal(token: str) -> str:
    with pytest.raises(Unauthorized) as caught:
        await verifier().verify(token)
    return caught.value.code


async def test_each_allowed_algorithm() -> None:
    es256 = jwt.encode(claims(), EC_KEY, algorithm="ES256", headers={"kid": "ec"})
    for token in (rs256(), es256):
        assert await verifier().verify(token) == Principal("p-1", "lead_gen", "caller")


@pytest.mark.parametrize(
    ("claimed", "name"),
    [("Ірина Т.", "Ірина Т."), (" ", "p-1"), (None, "p-1"), (["Ірина"], "p-1"), ("x" * 300, "x" * 200)],
)
async def test_a_person_is_called_what_the_issuer_says_else_their_id(claimed: object, name: str) -> None:
    assert (await verifier().verify(rs256(name=claimed))).name == name


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "another"}, "wrong_audience"),
        ({"iss": "https://evil.example.org"}, "wrong_issuer"),
        *[({name: None}, "token_invalid") for name in ("exp", "iss", "aud", "sub", "tier", "role")],
        ({"tier": ["lead_gen"]}, "token_invalid"),
        ({"role": ""}, "token_invalid"),
    ],
)
async def test_claims_that_are_not_ours_are_not_trusted(changes: dict[str, Any], code: str) -> None:
    assert await refusal(rs256(**changes)) == code


@pytest.mark.filterwarnings("ignore:The RSA key is")
@pytest.mark.parametrize(
    ("key", "algorithm", "headers"),
    [
        ("", "none", {"kid": "rsa"}),
        ("s" * 40, "HS256", {"kid": "rsa"}),
        ("secret" * 6, "HS256", {"kid": "shared"}),
        (RSA_KEY, "RS512", {"kid": "rsa"}),
        (SHORT_KEY, "RS256", {"kid": "short"}),
        (RSA_KEY, "RS256", {}),
    ],
    ids=["none", "another-kind", "shared", "longer", "weak", "nameless"],
)
async def test_other_signatures_are_not_trusted(key: Any, algorithm: str, headers: dict[str, str]) -> None:
    assert await refusal(jwt.encode(claims(), key, algorithm=algorithm, headers=headers)) == "token_invalid"


@pytest.mark.parametrize("token", ["", "é.é.é"])
async def test_what_is_no_token_is_not_trusted(token: str) -> None:
    assert await refusal(token) == "token_invalid"


async def test_before_and_after_its_time_a_token_is_not_trusted() -> None:
    now = datetime.now(UTC)
    assert await refusal(rs256(exp=now - timedelta(minutes=1))) == "token_expired"
    assert await refusal(rs256(nbf=now + timedelta(hours=1))) == "token_invalid"


async def test_a_little_clock_skew_is_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime.now(UTC)

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return at.astimezone(tz)

    late, too_late = (rs256(exp=at - timedelta(seconds=seconds)) for seconds in (4, 6))
    monkeypatch.setattr(jwt.api_jwt, "datetime", Stopped)
    await verifier().verify(late)
    assert await refusal(too_late) == "token_expired"


async def test_unknown_keys_are_asked_for_at_most_every_30_seconds() -> None:
    now = 1000.0
    issuer = Issuer(KEYS[:1])
    keys = KeySet(issuer.fetch, clock=lambda: now)
    assert await keys.key("rsa") is not None
    for _ in range(50):
        assert await keys.key("made-up") is None
    assert issuer.asked == 1
    issuer.keys = KEYS[:2]
    now += 31
    assert await keys.key("ec") is not None
    assert issuer.asked == 2


async def test_known_keys_outlive_an_outage_of_the_issuer() -> None:
    now = 1000.0
    issuer = Issuer(KEYS)
    keys = KeySet(issuer.fetch, clock=lambda: now)
    await keys.key("rsa")
    issuer.down = True
    now += 3600
    for _ in range(10):
        assert await keys.key("rsa") is not None
        await asyncio.sleep(0)
    assert issuer.asked == 2


async def test_without_any_key_the_answer_is_to_try_again_later() -> None:
    issuer = Issuer(KEYS)
    issuer.down = True
    now = 1000.0
    checker = Verifier(KeySet(issuer.fetch, clock=lambda: now), issuer=ISSUER, audience=AUDIENCE)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await checker.verify(rs256())
    assert issuer.asked == 1
    issuer.down = False
    now += 3
    await checker.verify(rs256())


async def test_a_withdrawn_key_is_forgotten() -> None:
    now = 1000.0
    issuer = Issuer(KEYS)
    keys = KeySet(issuer.fetch, clock=lambda: now)
    assert await keys.key("ec") is not None
    issuer.keys = KEYS[:1]
    now += 601
    # The first one to come does not wait for the new keys; whoever comes after they arrived is refused.
    assert await keys.key("ec") is not None
    await asyncio.sleep(0)
    assert await keys.key("ec") is None


async def test_the_development_issuer(tmp_path: Path) -> None:
    first = DevIssuer.open(tmp_path / "keys")
    again = DevIssuer.open(tmp_path / "keys")
    assert first.kid == again.kid
    key_file = tmp_path / "keys" / "dev-issuer.pem"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert "d" not in json.loads(first.jwks.read_text())["keys"][0]
    checker = make_verifier(Settings(auth_dev_jwks=first.jwks))
    token = again.mint(tier="conversion", role="manager", person="m-1")
    assert await checker.verify(token) == Principal("m-1", "conversion", "manager")


def test_without_a_source_of_keys_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LEADRELAY_AUTH_JWKS_URL"):
        make_verifier(Settings())
    with pytest.raises(SettingsError, match="LEADRELAY_AUTH_DEV_JWKS"):
        make_verifier(Settings(profile="production", auth_dev_jwks=tmp_path / "jwks.json"))
