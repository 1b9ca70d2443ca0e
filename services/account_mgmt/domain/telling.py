"""What tier 3's sentences about a customer need besides the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.account_mgmt.domain.money import grouped
from services.chassis.stories import ENGLISH, Speech


@dataclass(frozen=True)
class Telling:
    """What sentences need besides the record: the tier's time zone, and the language."""

    zone: ZoneInfo
    speech: Speech = ENGLISH

    def at(self, written: str, near: datetime | None = None) -> str:
        """A time of the record in words."""
        return self.speech.moment(datetime.fromisoformat(written), self.zone, near)

    def sum(self, facts: Mapping[str, Any], name: str = "amount") -> str:
        """An amount of the record with its currency."""
        amount, currency = Decimal(facts[name]), facts["currency"]
        return self.speech.money(amount, currency) if self.speech.money else f"{grouped(amount)} {currency}"


Sentence = tuple[str, str | None]
"""What happened, and the reason that was given for it."""
Teller = Callable[[Mapping[str, Any], Telling], Sentence]
"""Of what the record says, with when it happened as `at`."""
