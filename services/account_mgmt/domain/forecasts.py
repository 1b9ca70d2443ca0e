"""What is predicted for a customer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.chassis.records import Record


class CustomerForecast(Record):
    """The next purchase: expected at, with eight chances in ten between low and high; `p_buys` within 30 days.

    `speaker` says by which model: the customer's own gaps (also while they change), their own season, purchase counts,
    or the usual gap of all customers.
    """

    speaker: str
    expected_low: datetime
    expected_at: datetime
    expected_high: datetime
    p_alive: float
    p_buys: float
    order_value: Decimal
    expected_value: Decimal
    fit_version: int | None
    at: datetime
