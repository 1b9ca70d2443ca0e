"""The touches that a customer has before him."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.contact_schedule import Kind
from services.chassis.http import Model


class TouchView(Model):
    """One contact to come, and why."""

    at: datetime
    kind: Kind
    why: str


class Touches(Model):
    """Everything within a year in order of time, as things stand now: an order or a payment moves it."""

    customer_id: str
    items: list[TouchView]
