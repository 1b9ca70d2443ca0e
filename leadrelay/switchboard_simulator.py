"""A switchboard to try things with: it signs and sends the events of a call, as a real one would."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import httpx

from services.lead_gen.domain.telephony import HEADER, sign


class Switchboard:
    """Sends events to lead_gen at `address`, signed with its shared secret."""

    def __init__(self, address: str, secret: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=10)
        self._key = secret.encode()

    def event(self, number: str, call_id: str, event: str, to: str = "+380800200200") -> dict[str, Any]:
        """Tell of one event (`ringing`, `answered`, `missed`, `completed`); where the call goes.

        Raises httpx.HTTPError when it is refused or nobody answers.
        """
        body = {"from": number, "to": to, "call_id": call_id, "event": event, "at": datetime.now(UTC).isoformat()}
        content = json.dumps(body).encode()
        headers = {HEADER: sign(self._key, content, int(time.time())), "Content-Type": "application/json"}
        answer = self._client.post("/v1/telephony/events", content=content, headers=headers)
        told: dict[str, Any] = answer.raise_for_status().json()
        return told

    def call(self, number: str, call_id: str, *, missed: bool = False) -> dict[str, Any]:
        """A whole call, picked up or missed; where it went."""
        for event in ("ringing", "missed") if missed else ("ringing", "answered", "completed"):
            told = self.event(number, call_id, event)
        return told
