"""The house as people use it: through the one address, signed in by its issuer."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx

Result = TypeVar("Result")
PATHS = {"lead_gen": "/lead-gen", "conversion": "/conversion", "account_mgmt": "/accounts", "ops": "/ops"}


class House:
    """Asks by https, with the installation's own authority trusted, and tries again while a door is away."""

    def __init__(self, origin: str, authority: Path) -> None:
        self._origin = origin
        url = urlsplit(origin)
        # The name need not be known to this machine.
        self._address = f"https://127.0.0.1:{url.port or 443}"
        self._named = {"extensions": {"sni_hostname": url.hostname}}
        self._http = httpx.Client(
            verify=ssl.create_default_context(cafile=str(authority)), headers={"Host": url.netloc}, timeout=30
        )
        self._tokens: dict[tuple[str, str, str], tuple[float, str]] = {}
        self.away = 0

    def get(self, path: str, **more: Any) -> httpx.Response:
        """One GET, as it comes."""
        return self._http.get(self._address + path, **self._named, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """One POST, as it comes."""
        return self._http.post(self._address + path, **self._named, **more)

    def token(self, tier: str, role: str, person: str) -> str:
        """Signs in as the pages do: a code with a proof key, then a token."""
        known = self._tokens.get((tier, role, person))
        if known is not None and time.monotonic() - known[0] < 300:
            return known[1]
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        back = f"{self._origin}/sign-in/back"
        asked = {
            "response_type": "code", "client_id": "leadrelay", "redirect_uri": back, "state": "s", "nonce": "n",
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        chosen = self.post("/identity/authorize", data={**asked, "role": f"{tier}/{role}", "person": person})
        code = parse_qs(urlsplit(chosen.headers["location"]).query)["code"][0]
        shown = {"client_id": "leadrelay", "redirect_uri": back, "code": code, "code_verifier": verifier}
        given = self.post("/identity/token", data={"grant_type": "authorization_code", **shown}).raise_for_status()
        token = str(given.json()["access_token"])
        self._tokens[tier, role, person] = (time.monotonic(), token)
        return token

    def api(self, tier: str, role: str, person: str, method: str, path: str, body: object = None, **more: Any) -> Any:
        """What a person asks of a tier, again while it is away: a key makes a second time the first."""
        key = {"Idempotency-Key": secrets.token_hex(16)} if method == "POST" else {}

        def ask() -> httpx.Response:
            headers = {"Authorization": f"Bearer {self.token(tier, role, person)}", **key}
            url = f"{self._address}{PATHS[tier]}/v1{path}"
            return self._http.request(method, url, headers=headers, json=body, **self._named, **more)

        answer = self._patiently(ask)
        if answer.status_code >= 400:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def _patiently(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = ask()
                if answer.status_code not in (502, 503, 504) or time.monotonic() > deadline:
                    return answer
            except (httpx.HTTPError, KeyError):
                if time.monotonic() > deadline:
                    raise
            self.away += 1
            time.sleep(0.3)


def until(what: str, look: Callable[[], Result | None], seconds: float = 60) -> Result:
    """Look again and again until there is something. Raises AssertionError with what was waited for."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(0.2)
    return found


def number_of(lead: int) -> str:
    """A telephone number of its own for each."""
    return re.sub(r"^", "+38044", f"{2000000 + lead}")
