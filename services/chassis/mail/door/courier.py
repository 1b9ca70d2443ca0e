"""Hands a mail to the tier whose mail it answers, and says only then that we have it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from services.chassis.mail.inbound.reading import tokens_in
from services.chassis.mail.reply_address import TIERS
from workflows.contracts.base import Tier

RECIPIENT = "Leadrelay-Recipient"
_SECONDS = 60.0
_HEAD_BYTES = 64 << 10
_KEEPS_UNKNOWN = Tier.CONVERSION.value
"""Whoever writes without a word of what they answer is most likely to want something new."""


class TryLaterError(Exception):
    """The tier could not be reached or could not keep the mail: whoever has it keeps it for now."""


class NotTakenError(Exception):
    """The tier will never take this mail."""


class Courier:
    """Knows the tiers' APIs."""

    def __init__(self, tiers: Mapping[str, str], secret: str) -> None:
        self._tiers = tiers
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {secret}", "Content-Type": "message/rfc822"}, timeout=_SECONDS
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def deliver(self, raw: bytes, recipient: str) -> None:
        """Have the mail kept by the tier it is for. Raises TryLaterError, NotTakenError."""
        head = raw[:_HEAD_BYTES].partition(b"\r\n\r\n")[0].decode("latin-1")
        named = tokens_in(recipient) or tokens_in(head)
        if named and (tier := TIERS.get(named[0][0])) in self._tiers:
            await self._hand(str(tier), raw, recipient, keep=True)
            return
        for tier_name in self._tiers:
            if await self._hand(tier_name, raw, recipient, keep=False):
                return
        await self._hand(_KEEPS_UNKNOWN, raw, recipient, keep=True)

    async def _hand(self, tier: str, raw: bytes, recipient: str, *, keep: bool) -> bool:
        try:
            answer = await self._http.post(
                f"{self._tiers[tier]}/v1/inbound-mails",
                params={"keep": str(keep).lower()},
                content=raw,
                headers={RECIPIENT: quote(recipient)},
            )
        except httpx.HTTPError as error:
            raise TryLaterError(f"{tier}: {type(error).__name__}") from error
        if answer.is_success:
            return True
        if answer.status_code == 404 and not keep:
            return False
        if answer.status_code == 413:
            raise NotTakenError("the mail is too long")
        raise TryLaterError(f"{tier}: {answer.status_code}")
