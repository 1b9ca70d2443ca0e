"""Each mail has an address of its own to answer to: `reply+<letter of its tier><token>@in.example.org`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from email.message import EmailMessage

from services.chassis.mail.rows import Mail
from workflows.contracts.base import Tier

LETTERS = {Tier.LEAD_GEN: "l", Tier.CONVERSION: "c", Tier.ACCOUNT_MGMT: "a"}
TIERS = {letter: tier for tier, letter in LETTERS.items()}


@dataclass(frozen=True)
class Answers:
    """Whose mails they are, and what stands before the tier's paths in a browser.

    `unasked` are the purposes of mails that nobody has asked for: people may stop them.
    """

    tier: Tier
    prefix: str
    unasked: Collection[str] = ()

    def address(self, base: str | None, mail: Mail) -> str | None:
        """The address of a mail's own below the house's `base`; none where the house reads no answers."""
        if not base or mail.reply_token is None:
            return None
        local, _, domain = base.partition("@")
        return f"{local}+{LETTERS[self.tier]}{mail.reply_token}@{domain}"

    def offer(self, message: EmailMessage, mail: Mail, own: str, origin: str | None) -> None:
        """Say in a mail's head where answers go, and in an unasked one how to stop them: by mail, or at one press."""
        del message["Reply-To"]
        message["Reply-To"] = own
        if mail.purpose not in self.unasked:
            return
        ways = [f"<mailto:{own}?subject=unsubscribe>"]
        if origin:
            ways.append(f"<{origin}{self.prefix}/v1/mail-stops/{mail.reply_token}>")
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["List-Unsubscribe"] = ", ".join(ways)
