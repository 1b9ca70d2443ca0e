"""Legal entities: who sells, and where the money goes."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from services.account_mgmt.domain.iban import check_iban, tidy
from services.account_mgmt.domain.legal_entities import LegalEntity, check_vat_id
from services.chassis.currencies import Currency
from services.chassis.http import Body
from services.chassis.meanings import CountryCode, Legible, ZoneName, at_the_door

Name = Annotated[str, StringConstraints(min_length=1, max_length=140, strip_whitespace=True), Legible]
Word = Annotated[str, StringConstraints(max_length=140, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(max_length=20, strip_whitespace=True)]
VatId = Annotated[
    Code,
    at_the_door(check_vat_id),
    Field(description="With the letters of its country before it, or digits alone."),
]
Iban = Annotated[str, BeforeValidator(tidy), AfterValidator(check_iban)]
Bic = Annotated[str, StringConstraints(pattern=r"^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$")]
_ZONE = "Where it keeps its books: the year in its numbers and the dates on its documents are of this zone."
_EXAMPLE: dict[str, Any] = {
    "id": "LRDE",
    "name": "Leadrelay Freight GmbH",
    "tax_id": "12/345/67890",
    "vat_id": "DE123456789",
    "address": "Hafenstraße 1",
    "postal_code": "20457",
    "city": "Hamburg",
    "country": "DE",
    "iban": "DE89 3704 0044 0532 0130 00",
    "bic": "COBADEFFXXX",
    "bank": "Commerzbank",
    "currency": "EUR",
    "timezone": "Europe/Berlin",
}


class NewEntity(Body):
    """A legal entity. `id` begins the numbers of its invoices and can never be changed."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,9}$")]
    name: Name
    tax_id: Code
    vat_id: VatId = ""
    address: Word
    postal_code: Code = ""
    city: Word = ""
    country: CountryCode
    iban: Iban
    bic: Bic = ""
    bank: Word = ""
    currency: Currency
    timezone: Annotated[ZoneName, Field(description=_ZONE)] = "Europe/Kyiv"
    note: Annotated[str, Field(max_length=500, description="Printed under the totals, e.g. why no tax is due.")] = ""


class EntityChange(Body):
    """Changes of a legal entity; what is not given stays. One that is not active invoices nothing new."""

    model_config = ConfigDict(json_schema_extra={"example": {"bic": "COBADEFFXXX", "vat_id": "DE123456789"}})

    name: Name | None = None
    tax_id: Code | None = None
    vat_id: VatId | None = None
    address: Word | None = None
    postal_code: Code | None = None
    city: Word | None = None
    country: CountryCode | None = None
    iban: Iban | None = None
    bic: Bic | None = None
    bank: Word | None = None
    timezone: Annotated[ZoneName, Field(description=_ZONE)] | None = None
    note: Annotated[str, Field(max_length=500)] | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.changes():
            raise ValueError("name at least one thing to change")
        return self

    def changes(self) -> dict[str, Any]:
        """What was given, by name."""
        return self.model_dump(exclude_none=True)


class EntityView(LegalEntity):
    """A legal entity."""
