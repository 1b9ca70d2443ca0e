"""What a plan takes from tier 3's records."""

from __future__ import annotations

from pydantic import Field

from services.account_mgmt.domain.reports import Reached
from services.chassis.records import Record


class Purchases(Record):
    """Orders in the currency that most of them are in, and how far they are apart."""

    orders: int
    currency: str | None
    order_value: float | None = Field(description="Net, the mean.")
    gaps: int = Field(description="Orders, the latest 1,000 at most, whose customer had ordered before.")
    cycle_days: float | None = Field(description="Days since the customer's order before, the median.")


class Rates(Purchases):
    """Counts of the time that was asked for: a plan makes its rates of them, and says of how many cases."""

    people: int = Field(description="Account managers who answered a reminder.")
    customers: int = Field(description="Now, without those who left.")
    nudged: Reached
    held_out: Reached
