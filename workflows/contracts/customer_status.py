"""How things stand with a customer, as people and the nightly analysis report it to the customer's care.

The signal `standing_changed` and the field `standing` keep their names: histories contain them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflows.contracts.base import Answer

CustomerStatus = Literal["active", "at_risk", "lost"]


class CustomerStatusChanged(Answer):
    """A customer is at risk, is well again, or has left. `reason` is in words for people, without contact data."""

    standing: CustomerStatus
    reason: str


class OptedIn(Answer):
    """A customer who had opted out wants reminders again."""

    next_nudge_at: datetime


class NudgeMoved(Answer):
    """The nudge that is planned falls due at another time: the customer's clock is known better."""

    next_nudge_at: datetime


class AccountManagerChanged(Answer):
    """Another account manager looks after this customer from now on."""

    account_manager: str
