"""How a customer stands with the house, as people and the nightly look say it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflows.contracts.base import Answer

Standing = Literal["active", "at_risk", "lost"]


class StandingChanged(Answer):
    """A customer is at risk, is well again, or has left. `reason` is in words for people, without contact data."""

    standing: Standing
    reason: str


class OptedIn(Answer):
    """A customer who had opted out wants to be reminded again."""

    next_nudge_at: datetime


class AccountManagerChanged(Answer):
    """Somebody else keeps this customer from now on."""

    account_manager: str
