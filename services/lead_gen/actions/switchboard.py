"""Asking the switchboard: a signed JSON request for a call, or for its end, with a short deadline.

`POST <LEADRELAY_SWITCHBOARD_URL>`, signed like the events that it sends us. Any answer below 300 takes the request;
what becomes of the call is told by events.
"""

from __future__ import annotations

import json
import ssl
import time
from functools import cache
from typing import Any, Final

import httpx

from services.chassis.settings import Settings
from services.lead_gen.domain.dials import Dial
from services.lead_gen.domain.telephony import HEADER, sign

DEADLINE_SECONDS: Final = 3.0
_LONGEST_REASON = 200


class SwitchboardRefusal(Exception):
    """The switchboard did not take the request; the message says why, for the person at the desk."""


class Switchboard:
    """The house's switchboard, as far as it can be asked. Raises SwitchboardRefusal wherever it does not agree."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._key = secret.encode()

    @classmethod
    def of(cls, settings: Settings) -> Switchboard | None:
        """The switchboard of these settings; none where people dial by links."""
        url = settings.switchboard_url
        return cls(url, settings.telephony_secret) if url is not None else None

    async def originate(self, dial: Dial, extension: str | None) -> None:
        """Call this caller's phone and the number, and connect them."""
        who = {"person": dial.caller, "extension": extension}
        to, _, behind = dial.phone.partition(";ext=")
        whom = {"to": to, "to_extension": behind} if behind else {"to": to}
        await self._ask({"action": "originate", "call_id": dial.call_id, **whom, **who})

    async def hang_up(self, call_id: str) -> None:
        """End the call; one that is over, or was never known, is no error."""
        await self._ask({"action": "hang_up", "call_id": call_id})

    async def _ask(self, body: dict[str, Any]) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {HEADER: sign(self._key, content, int(time.time())), "Content-Type": "application/json"}
        try:
            async with httpx.AsyncClient(timeout=DEADLINE_SECONDS, verify=_trust()) as http:
                answer = await http.post(self._url, content=content, headers=headers)
        except httpx.TimeoutException:
            raise SwitchboardRefusal(f"it did not answer within {DEADLINE_SECONDS:g} s") from None
        except httpx.HTTPError:
            raise SwitchboardRefusal("it cannot be reached") from None
        if answer.status_code >= 300:
            raise SwitchboardRefusal(_reason(answer))


@cache
def _trust() -> ssl.SSLContext:
    # Reading the machine's certificates takes longer than a call.
    return ssl.create_default_context()


def _reason(answer: httpx.Response) -> str:
    """What the switchboard says, or its status if it says nothing readable."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    said = told.get("detail") if isinstance(told, dict) else None
    return said[:_LONGEST_REASON] if isinstance(said, str) and said.strip() else f"it answered {answer.status_code}"
