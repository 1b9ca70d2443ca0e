"""The forms about who a customer is, as they are typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.account_mgmt.domain.billing import Billing
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.schemas.customers import CustomerChange, NewCustomer
from services.chassis.contacts.countries import country_of
from services.chassis.errors import DomainError, Invalid
from services.chassis.web.refusals import reason_of

_LONG = 1000
"""Characters that a field takes; how many there may be is said beside it."""
_PARTS = "billing_"
LANGUAGES = ("uk", "en", "pl", "de", "cs", "sk", "ro", "hu", "lt", "lv", "et", "bg", "fr", "it", "es", "nl", "tr", "ru")


class CustomerForm(BaseModel):
    """A card as it is typed. `seen` is the tag of what the form was drawn with."""

    model_config = ConfigDict(extra="ignore")

    company: str = Field(default="", max_length=_LONG)
    contact_name: str = Field(default="", max_length=_LONG)
    phones: str = Field(default="", max_length=_LONG)
    email: str = Field(default="", max_length=_LONG)
    language: str = Field(default="", max_length=_LONG)
    timezone: str = Field(default="", max_length=_LONG)
    region: str = Field(default="", max_length=_LONG)
    city: str = Field(default="", max_length=_LONG)
    industry: str = Field(default="", max_length=_LONG)
    size: str = Field(default="", max_length=_LONG)
    website: str = Field(default="", max_length=_LONG)
    tax_id: str = Field(default="", max_length=_LONG)
    segment: str = Field(default="", max_length=_LONG)
    billing_name: str = Field(default="", max_length=_LONG)
    billing_vat_id: str = Field(default="", max_length=_LONG)
    billing_tax_id: str = Field(default="", max_length=_LONG)
    billing_street: str = Field(default="", max_length=_LONG)
    billing_postal_code: str = Field(default="", max_length=_LONG)
    billing_city: str = Field(default="", max_length=_LONG)
    billing_country: str = Field(default="", max_length=_LONG)
    billing_e_invoice: str = Field(default="none", max_length=20)
    seen: str = Field(default="", max_length=100)
    not_the_same_as: str = Field(default="", max_length=64)

    @classmethod
    def of(cls, customer: Customer, seen: str) -> Self:
        """The form with what is known."""
        card = customer.contact.model_dump(exclude={"phones", "lead_id", "timezone_known"})
        if not customer.contact.timezone_known:
            card["timezone"] = ""
        billing = {f"{_PARTS}{name}": value for name, value in dict(customer.billing).items()}
        known = {**card, **billing, "segment": customer.segment, "phones": "\n".join(customer.contact.phones)}
        names = cls.model_fields.keys()
        return cls.model_validate({name: str(known[name] or "") for name in names & known.keys()} | {"seen": seen})

    @property
    def worked_out(self) -> frozenset[str]:
        """What was left empty and follows from where they are."""
        return frozenset(name for name in ("language", "timezone") if not getattr(self, name).strip())

    def body(self) -> dict[str, Any]:
        """What was typed, as REST takes it; what is worked out is left out. Raises Invalid."""
        typed = {
            name: text.strip() for name, text in self.model_dump(exclude={"seen", "phones", "not_the_same_as"}).items()
        }
        billing = {name: typed.pop(f"{_PARTS}{name}") for name in Billing.model_fields if f"{_PARTS}{name}" in typed}
        if billing["country"]:
            billing["country"] = _country(billing["country"])
        card = {name: text for name, text in typed.items() if name not in self.worked_out}
        phones = [one for one in re.split(r"[\n\r,]+", self.phones) if one.strip()]
        return {**card, "phones": phones, "billing": billing}

    def told_new(self) -> NewCustomer:
        """The customer that is to be made. Raises Invalid with the field of the form."""
        if not self.company.strip():
            raise Invalid("This cannot be left empty", field="company")
        try:
            return NewCustomer.model_validate({**self.body(), "not_the_same_as": self.not_the_same_as or None})
        except ValidationError as error:
            raise first_fault(error) from None

    def told(self) -> CustomerChange:
        """The change that is asked for. Raises Invalid with the field of the form."""
        try:
            return CustomerChange.model_validate(self.body())
        except ValidationError as error:
            raise first_fault(error) from None


def _country(text: str) -> str:
    found = country_of(text)
    if found is None:
        raise Invalid("This is no country; write its name, or its two letters", field=f"{_PARTS}country")
    return found


def first_fault(error: ValidationError) -> Invalid:
    """The first thing that is wrong with what was typed, about its field."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if isinstance(part, str) and part.isidentifier()]
    return Invalid(reason_of(dict(first)), field="_".join(place[:2]) or None)


def of_form(error: DomainError) -> DomainError:
    """The same refusal, about the field as the form names it."""
    error.field = error.field.replace(".", "_") if error.field else None
    return error


def values_of(form: CustomerForm) -> Mapping[str, str]:
    """What stands in each field."""
    return dict(form.model_dump())
