"""Customers: the record, and how they are dealt with."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.customers import Customer, RemindBy
from services.chassis.contacts.masks import mask_card
from services.chassis.http import Body, Model
from workflows.contracts.base import ContactCard


class CustomerChange(Body):
    """How a customer is dealt with; what is not given stays."""

    model_config = ConfigDict(json_schema_extra={"example": {"remind_by": "both", "segment": "steel"}})

    remind_by: RemindBy | None = None
    segment: str | None = Field(default=None, max_length=100)


class CustomerView(Model):
    """A customer."""

    id: str
    contact: ContactCard
    segment: str
    state: str
    account_manager: str | None
    remind_by: RemindBy = "call"
    next_nudge_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, customer: Customer, *, masked: bool = True) -> Self:
        """From the record; masked, unless for somebody who acts for this customer and looks at them alone."""
        contact = mask_card(customer.contact) if masked else customer.contact
        return cls.model_validate({**dict(customer), "contact": contact})
