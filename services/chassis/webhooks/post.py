"""One attempt: a signed message is posted, and the answer read as far as it matters.

httpcore rather than a client above it: no redirect is followed, no proxy of the environment used, nothing unpacked.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import httpcore
from standardwebhooks import Webhook

from services.chassis.logging import mask
from services.chassis.webhooks.addresses import Network
from services.chassis.webhooks.connect import GuardedBackend, Resolve, resolve
from services.chassis.webhooks.schedule import Answer

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
_READ_AT_MOST = 4096
_KEPT_CHARS = 300


class Post:
    """Sends messages to receivers in the public internet and in `allowed` networks."""

    def __init__(
        self,
        allowed: Sequence[Network],
        *,
        resolve: Resolve = resolve,
        seconds: float = TOTAL_SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._backend = GuardedBackend(allowed, resolve)
        self._seconds = seconds
        self._trust = trust or machines_trust()

    async def send(self, url: str, message_id: str, body: str, secrets: Sequence[str]) -> Answer:
        """Post a message, signed with each of the secrets. Whatever goes wrong is an answer without a status."""
        headers = signed(message_id, body, secrets, datetime.now(UTC))
        try:
            async with asyncio.timeout(self._seconds):
                return await self._exchange(url, headers, body.encode())
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(None, f"it did not answer within {self._seconds:g} s")
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
            return Answer(None, mask(str(error) or type(error).__name__)[:_KEPT_CHARS])

    async def _exchange(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        # A pool for each attempt: a connection that is kept would go on to what the name meant before.
        async with httpcore.AsyncConnectionPool(ssl_context=self._trust, network_backend=self._backend) as pool:
            timeouts = {
                "connect": CONNECT_SECONDS,
                "read": self._seconds,
                "write": self._seconds,
                "pool": self._seconds,
            }
            async with pool.stream(
                "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": timeouts}
            ) as response:
                found = {name.lower(): value.decode("latin-1") for name, value in response.headers}
                said = "" if 200 <= response.status < 300 else await _said(response)
                return Answer(response.status, said, found.get(b"retry-after"))


async def _said(response: httpcore.Response) -> str:
    """The beginning of what a receiver says of its refusal, masked."""
    if 300 <= response.status < 400:
        return "redirects are not followed"
    read = b""
    async for part in response.aiter_stream():
        read += part
        if len(read) >= _READ_AT_MOST:
            break
    text = " ".join(read[:_READ_AT_MOST].decode("utf-8", "replace").split()).replace("\0", "")
    return mask(text)[:_KEPT_CHARS]


def signed(message_id: str, body: str, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """The headers of a message as the Standard Webhooks specification has them: a signature for each secret."""
    return {
        "content-type": "application/json",
        "user-agent": "Leadrelay-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": f"{int(at.timestamp())}",
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, at, body) for secret in secrets),
    }


@cache
def machines_trust() -> ssl.SSLContext:
    """The machine's certificates, read once: that takes longer than a delivery."""
    return ssl.create_default_context()
