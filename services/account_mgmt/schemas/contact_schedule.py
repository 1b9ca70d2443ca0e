"""The contacts that a customer has ahead of them."""

from __future__ import annotations

from services.account_mgmt.domain.contact_schedule import PlannedContact
from services.chassis.http import Model


class ContactScheduleView(Model):
    """Everything within a year in order of time, as things stand now: an order or a payment moves it."""

    customer_id: str
    items: list[PlannedContact]
