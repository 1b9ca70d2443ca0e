"""Customers who may be about to leave."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from services.account_mgmt.domain.portfolio import CustomerProfile


class Risk(CustomerProfile):
    """A customer whose retention probability has declined; by `expected_high` nine in ten would have ordered."""

    p_alive: float
    expected_high: datetime
    order_value: Decimal

    def facts(self, zone: ZoneInfo) -> dict[str, Any]:
        """The figures as work shows them, and in words for the account manager, with days of their `zone`."""
        expected = self.expected_high.astimezone(zone)
        return {
            "p_alive": round(self.p_alive, 3),
            "expected_by": self.expected_high.isoformat(),
            "order_value": str(self.order_value),
            "text": f"should have ordered by {expected:%Y-%m-%d}; {self.p_alive:.0%} likely to come back",
        }
