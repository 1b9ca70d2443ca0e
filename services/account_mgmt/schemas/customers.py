"""Customers: the record, how they are dealt with, and who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from services.account_mgmt.domain.billing import Billing, EInvoice
from services.account_mgmt.domain.customer_changes import CustomerEdit
from services.account_mgmt.domain.customers import Customer, RemindBy
from services.chassis.contacts.masks import mask_card
from services.chassis.http import Body, Id, Model
from services.chassis.meanings import CountryOrNone, Language, Legible, PhoneRegion, ZoneName, one_line, storable
from workflows.contracts.base import ContactCard

Words = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable), Legible, AfterValidator(one_line)]
Word = Annotated[str, StringConstraints(max_length=100), AfterValidator(storable), Legible, AfterValidator(one_line)]
Phones = Annotated[
    list[Annotated[str, StringConstraints(max_length=60), AfterValidator(storable)]], Field(max_length=10)
]
_EXAMPLE: dict[str, Any] = {
    "company": "Bau Schmidt GmbH",
    "contact_name": "Anna Schmidt",
    "phones": ["+4930777001"],
    "email": "anna@bau.example",
    "language": "de",
    "billing": {"street": "Lindenstr. 5", "postal_code": "10115", "city": "Berlin", "country": "DE",
                "vat_id": "DE136695976"},
}  # fmt: skip


class BillingChange(Body):
    """Whom invoices are made out to; what is left out stays, an empty text takes it away."""

    name: Words = Field(default="", description="Where it is another than the company's.")
    vat_id: Word = Field(default="", description="Checked by the rules of its country.")
    tax_id: Word = Field(default="", description="National; checked by the rules of `country`.")
    street: Words = ""
    postal_code: Word = Field(default="", description="As `country` writes them.")
    city: Word = ""
    country: CountryOrNone = Field(default="", description="ISO 3166-1, two letters.")
    e_invoice: EInvoice = Field(default="none", description="How they get e-invoices by mail.")


class _Card(Body):
    contact_name: Words | None = None
    phones: Phones | None = Field(default=None, description="All of them, the best one first.")
    email: Words | None = None
    region: Word | None = None
    city: Word | None = None
    industry: Word | None = None
    size: Word | None = Field(default=None, description="Employees, as a class such as `11-50`.")
    website: Words | None = None
    tax_id: Word | None = Field(default=None, description="Checked by the rules of the customer's country.")
    billing: BillingChange | None = None
    default_region: PhoneRegion | None = Field(
        default=None, description="How numbers without a country code are read; else by the customer's country."
    )
    remind_by: RemindBy | None = None
    segment: Word | None = None

    def given(self) -> dict[str, Any]:
        """What was said, by field."""
        return self.model_dump(exclude_unset=True)


class CustomerChange(_Card):
    """What is known better of a customer. What is left out stays; null or an empty text takes it away."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    company: Annotated[Words, Legible] | None = Field(default=None, description="Cannot be taken away.")
    language: Language | None = Field(default=None, description="BCP 47. Mails and invoices are written in it.")
    timezone: ZoneName | None = Field(default=None, description="IANA name.")


class NewCustomer(_Card):
    """A customer made by hand, with a number, an e-mail or a tax id to recognise them by."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    company: Annotated[Words, StringConstraints(min_length=1), Legible]
    language: Language | None = Field(default=None, description="BCP 47; else that of their country.")
    timezone: ZoneName | None = Field(default=None, description="IANA name; else worked out from where they are.")
    account_manager: Word | None = Field(
        default=None, description="Whom a supervisor gives them to; else whoever fits best."
    )
    not_the_same_as: Id | None = Field(
        default=None, description="The customer whom a 409 `duplicate` has named, if they are two companies after all."
    )


class CustomerView(Model):
    """A customer."""

    id: str
    contact: ContactCard
    billing: Billing = Field(default=Billing(), description="Whom invoices are made out to.")
    segment: str
    state: str
    account_manager: str | None
    remind_by: RemindBy = "call"
    next_nudge_at: datetime | None
    created_at: datetime
    updated_at: datetime
    merged_into: str | None = Field(default=None, description="The customer whom this one was merged into.")

    @classmethod
    def of(cls, customer: Customer, *, masked: bool = True) -> Self:
        """From the record; masked, unless for somebody who acts for this customer and looks at them alone."""
        contact = mask_card(customer.contact) if masked else customer.contact
        return cls.model_validate({**dict(customer), "contact": contact})


class CustomerEditView(CustomerEdit):
    """Who changed what of a customer: for each field what it was and what it became."""

    @classmethod
    def shown(cls, one: CustomerEdit, *, masked: bool) -> Self:
        """From the record; masked for whoever does not act for this customer."""
        return cls.model_validate(dict(one.masked() if masked else one))
