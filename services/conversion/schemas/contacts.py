"""Bodies about who a lead is."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from services.chassis.contacts.identity import email_of
from services.chassis.contacts.phones import BadPhoneError, to_e164
from services.chassis.http import Body
from services.chassis.meanings import Language, OneLine, PhoneRegion, ZoneName, storable
from services.conversion.schemas.common import example

_ALWAYS = ("company", "language", "timezone")
"""A card is never without these."""
Words = Annotated[OneLine, StringConstraints(max_length=200), AfterValidator(storable)]
Word = Annotated[OneLine, StringConstraints(max_length=100), AfterValidator(storable)]


class ContactChange(Body):
    """What is known better of a lead now. What is left out stays; null or an empty text takes it away."""

    model_config = example(contact_name="Olena Koval", company="Viter Trans LLC", email="olena@viter.example")

    company: Annotated[Words, Field(min_length=1)] | None = Field(default=None, description="Cannot be taken away.")
    contact_name: Words | None = None
    email: Words | None = None
    language: Language | None = Field(default=None, description="BCP 47. Cannot be taken away.")
    timezone: ZoneName | None = Field(default=None, description="IANA name. Cannot be taken away.")
    region: Word | None = None
    city: Word | None = None
    industry: Word | None = None
    size: Word | None = None
    website: Words | None = None
    default_region: PhoneRegion = Field(default="UA", description="How `phone` is read without its country code.")
    phone: Word | None = Field(default=None, description="One more number: the first to dial from now on.")

    @field_validator("email")
    @classmethod
    def _address(cls, email: str | None) -> str | None:
        if email and email_of(email) is None:
            raise ValueError("is not an e-mail address")
        return email

    @field_validator("phone")
    @classmethod
    def _number(cls, phone: str | None, info: ValidationInfo) -> str | None:
        try:
            return to_e164(phone, info.data.get("default_region", "UA")) if phone else None
        except BadPhoneError as error:
            raise ValueError(str(error)) from None

    @field_validator(*_ALWAYS)
    @classmethod
    def _stays(cls, value: str | None) -> str:
        if value is None:
            raise ValueError("cannot be taken away")
        return value

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set - {"default_region"}:
            raise ValueError("name at least one field of the card")
        return self

    def changes(self, phones: list[str]) -> dict[str, Any]:
        """What changes of a card with these numbers, by field."""
        given = self.model_dump(exclude_unset=True, exclude={"phone", "default_region"})
        found: dict[str, Any] = {name: value or None for name, value in given.items()}
        if self.timezone:
            found["timezone_known"] = True
        if self.phone:
            found["phones"] = [self.phone, *(one for one in phones if one != self.phone)]
        return found
